//! The picture as egui textures: only changed rectangles are uploaded.
//! More than one texture is used only where the desktop is larger than the largest texture, because seams between
//! textures show at broken scales.

use std::sync::Arc;

use deskside_media::surface::{Area, PIXEL_BYTES, Surface};
use deskside_proto::geometry::{DesktopPoint, Region, Size};
use deskside_proto::wire::cursor::CursorShape;
use egui::{
    Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureId, TextureOptions,
    pos2, vec2,
};

use super::delays::Delays;
use super::{Pointing, Presenter, Scene, Watcher};
use crate::link::{Cursor, Picture};

/// All of a texture.
const WHOLE_TEXTURE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

/// The picture in textures.
pub struct TexturePresenter {
    context: Context,
    size: Size,
    crisp: bool,
    tiles: Vec<Tile>,
    pointer: Option<Pointer>,
    delays: Delays,
}

/// The other side's pointer as it was uploaded last.
struct Pointer {
    shape: Arc<CursorShape>,
    texture: TextureHandle,
}

/// A part of the desktop in a texture of its own.
struct Tile {
    area: Area,
    texture: TextureHandle,
}

impl Presenter for TexturePresenter {
    fn show(&mut self, painter: &Painter, scene: &Scene<'_>) {
        self.refresh(scene.picture, scene.transform.is_whole());
        let points_per_pixel = 1.0 / self.context.pixels_per_point();
        let area = scene.area;
        let from = vec2(area.left, area.top);
        let at = |x: usize, y: usize| -> Pos2 {
            let place = scene.transform.view_from_desktop(DesktopPoint::new(
                i32::try_from(x).unwrap_or(i32::MAX),
                i32::try_from(y).unwrap_or(i32::MAX),
            ));
            ((from + vec2(place.x, place.y)) * points_per_pixel).to_pos2()
        };
        for tile in &self.tiles {
            let corner = at(tile.area.x(), tile.area.y());
            let rect = Rect::from_min_max(corner, at(tile.area.right(), tile.area.bottom()));
            // A mesh and not an image shape: shapes are feathered at their edges, which would blur the border pixels.
            let mut mesh = Mesh::with_texture(tile.texture.id());
            mesh.add_rect_with_uv(rect, WHOLE_TEXTURE, Color32::WHITE);
            painter.add(Shape::mesh(mesh));
        }
        if scene.pointing == Pointing::Painted {
            self.paint_pointer(painter, scene, &scene.cursor.look());
        }
    }

    fn finish(&mut self, _: &Context) {}

    fn watcher(&self) -> Arc<dyn Watcher> {
        Arc::new(Repaint(self.context.clone()))
    }

    fn take_delays(&mut self) -> Vec<std::time::Duration> {
        self.delays.take()
    }
}

/// Asks for a frame when something has changed.
struct Repaint(Context);

impl Watcher for Repaint {
    fn changed(&self) {
        // A request without delay makes egui paint twice, so that layouts settle; a picture has none.
        self.0.request_repaint_after(std::time::Duration::from_nanos(1));
    }
}

impl TexturePresenter {
    /// Textures of this window.
    pub fn new(context: &Context) -> Self {
        Self {
            context: context.clone(),
            size: Size::default(),
            crisp: false,
            tiles: Vec::new(),
            pointer: None,
            delays: Delays::default(),
        }
    }

    /// Takes over what has changed in the picture.
    fn refresh(&mut self, picture: &Picture, crisp: bool) {
        if crisp != self.crisp {
            // The filter belongs to the upload, so a change of it uploads everything once.
            self.crisp = crisp;
            picture.expose();
        }
        let context = self.context.clone();
        picture.take(|change| {
            self.take_over(&context, change.surface, change.dirty);
            if let Some(arrived) = change.arrived {
                self.delays.add(arrived.elapsed());
            }
        });
    }

    fn paint_pointer(&mut self, painter: &Painter, scene: &Scene<'_>, cursor: &Cursor) {
        let Some(shape) = cursor.shape.as_ref().filter(|_| cursor.known) else { return };
        let points_per_pixel = 1.0 / self.context.pixels_per_point();
        let size = vec2(shape.size().width as f32, shape.size().height as f32);
        let hotspot = vec2(f32::from(shape.hotspot().x), f32::from(shape.hotspot().y));
        let at = scene.transform.view_from_desktop(cursor.at);
        let times = scene.transform.scale().floor().clamp(1.0, 4.0);
        let place = vec2(at.x, at.y).round() - hotspot * times + vec2(scene.area.left, scene.area.top);
        let rect = Rect::from_min_size((place * points_per_pixel).to_pos2(), size * times * points_per_pixel);
        let texture = self.pointer_texture(shape);
        painter.image(texture, rect, WHOLE_TEXTURE, Color32::WHITE);
    }

    fn pointer_texture(&mut self, shape: &Arc<CursorShape>) -> TextureId {
        let kept = self.pointer.take().filter(|kept| Arc::ptr_eq(&kept.shape, shape));
        let pointer = kept.unwrap_or_else(|| {
            let (width, height) = (shape.size().width as usize, shape.size().height as usize);
            let image = ColorImage::from_rgba_premultiplied([width, height], shape.rgba());
            let texture = self.context.load_texture("pointer", image, TextureOptions::NEAREST);
            Pointer { shape: Arc::clone(shape), texture }
        });
        self.pointer.insert(pointer).texture.id()
    }

    fn take_over(&mut self, context: &egui::Context, surface: &Surface, dirty: &Region) {
        let options = if self.crisp { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
        if self.size != surface.size() {
            self.size = surface.size();
            let side = context.input(|input| input.max_texture_side);
            self.tiles = tile_areas(surface.size(), side)
                .into_iter()
                .map(|area| Tile {
                    area,
                    texture: context.load_texture("desktop", image_of(surface, area), options),
                })
                .collect();
            return;
        }
        for rect in dirty {
            let Some(changed) = Area::clipped(*rect, surface.size()) else { continue };
            for tile in &mut self.tiles {
                if let Some(part) = tile.area.intersection(changed) {
                    let place = [part.x() - tile.area.x(), part.y() - tile.area.y()];
                    tile.texture.set_partial(place, image_of(surface, part), options);
                }
            }
        }
    }
}

/// Covers a desktop with areas of at most `side` pixels a side.
fn tile_areas(size: Size, side: usize) -> Vec<Area> {
    let side = side.max(1);
    let (width, height) = (size.width as usize, size.height as usize);
    let starts = |length: usize| (0..length).step_by(side);
    starts(height)
        .flat_map(|y| starts(width).map(move |x| (x, y)))
        .filter_map(|(x, y)| Area::from_edges(x, y, (x + side).min(width), (y + side).min(height)))
        .collect()
}

/// The pixels of an area as egui wants them: red, green, blue, opaque.
fn image_of(surface: &Surface, area: Area) -> ColorImage {
    let mut pixels = Vec::with_capacity(area.pixels());
    for row in surface.rows(area) {
        let (row, _) = row.as_chunks::<PIXEL_BYTES>();
        pixels.extend(row.iter().map(|[blue, green, red, _]| Color32::from_rgb(*red, *green, *blue)));
    }
    pixels.resize(area.pixels(), Color32::BLACK);
    ColorImage::new([area.width(), area.height()], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        for (width, height, side) in [(1920, 1080, 16_384), (1920, 1080, 512), (513, 1, 512), (1, 1, 1)] {
            let size = Size { width, height };
            let tiles = tile_areas(size, side);
            let covered: usize = tiles.iter().map(|tile| tile.pixels()).sum();
            assert_eq!(covered as u64, size.pixels());
            assert!(tiles.iter().all(|tile| tile.width() <= side && tile.height() <= side));
            for (place, tile) in tiles.iter().enumerate() {
                assert!(tiles.iter().skip(place + 1).all(|other| tile.intersection(*other).is_none()));
            }
        }
    }

    #[test]
    fn colours_are_turned_round_and_opaque() {
        let size = Size { width: 2, height: 1 };
        let mut surface = Surface::new(size).unwrap();
        let area = Area::whole(size).unwrap();
        surface.rows_mut(area).next().unwrap().copy_from_slice(&[1, 2, 3, 0, 4, 5, 6, 99]);
        let image = image_of(&surface, area);
        assert_eq!(image.pixels, vec![Color32::from_rgb(3, 2, 1), Color32::from_rgb(6, 5, 4)]);
    }
}
