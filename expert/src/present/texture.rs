//! The picture as egui textures: only changed rectangles are uploaded. At broken scales they hold what the window shows
//! and not the desktop, because a graphics card's filters leave out or blur what the scaler averages.
//! More than one texture is used only where the desktop is larger than the largest texture, because seams between
//! textures show at broken scales.

use std::sync::{Arc, Weak};

use deskside_media::surface::{Area, PIXEL_BYTES, Surface};
use deskside_proto::geometry::{Region, Size};
use deskside_proto::wire::cursor::CursorShape;
use egui::{
    Color32, ColorImage, Context, Mesh, Painter, Rect, Shape, TextureHandle, TextureId, TextureOptions, Vec2,
    pos2, vec2,
};

use super::delays::Delays;
use super::port::Port;
use super::scaling::{Scaler, rows};
use super::{Pointing, Presenter, Scene, Watcher};
use crate::link::{Cursor, Eye, Picture};

/// All of a texture.
const WHOLE_TEXTURE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

/// The picture in textures.
pub struct TexturePresenter {
    context: Context,
    eye: Eye,
    /// The picture that was shown last.
    seen: Weak<Picture>,
    sheet: Option<Sheet>,
    pointer: Option<Pointer>,
    delays: Delays,
}

/// What is uploaded: the desktop, or the port that shows it.
struct Sheet {
    size: Size,
    scaled: Option<Scaled>,
    tiles: Vec<Tile>,
}

/// The pixels of a port at a broken scale.
struct Scaled {
    scaler: Scaler,
    pixels: Vec<u8>,
}

/// The other side's pointer as it was uploaded last.
struct Pointer {
    shape: Arc<CursorShape>,
    texture: TextureHandle,
}

/// A part of the sheet in a texture of its own.
struct Tile {
    area: Area,
    texture: TextureHandle,
}

impl Presenter for TexturePresenter {
    fn show(&mut self, painter: &Painter, scene: &Scene<'_>) {
        let Some(port) = Port::of(scene.area, &scene.transform) else { return };
        self.seen = Arc::downgrade(scene.picture);
        self.refresh(scene.picture, port);
        let points_per_pixel = 1.0 / self.context.pixels_per_point();
        for tile in self.sheet.iter().flat_map(|sheet| &sheet.tiles) {
            let rect = tile_rect(tile.area, &port, points_per_pixel);
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

    fn another(&self, _: u32, context: &Context) -> Box<dyn Presenter> {
        Box::new(Self::new(context))
    }
}

impl Drop for TexturePresenter {
    fn drop(&mut self) {
        if let Some(picture) = self.seen.upgrade() {
            picture.forget(self.eye);
        }
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
        let (context, delays) = (context.clone(), Delays::default());
        Self { context, eye: Eye::new(), seen: Weak::new(), sheet: None, pointer: None, delays }
    }

    /// Takes over what has changed in the picture.
    fn refresh(&mut self, picture: &Picture, port: Port) {
        let scaled = port.times().is_none().then_some(port);
        if self.sheet.as_ref().is_none_or(|sheet| sheet.port() != scaled) {
            self.sheet = None;
            picture.expose(self.eye);
        }
        picture.look(self.eye, port.desktop(), |change| {
            if let Some(arrived) = change.arrived {
                self.delays.add(arrived.elapsed());
            }
            match &mut self.sheet {
                Some(sheet) if sheet.is_of(change.surface) => sheet.take_over(change.surface, change.dirty),
                _ => self.sheet = Some(Sheet::new(&self.context, change.surface, scaled)),
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
}

impl Sheet {
    /// All of this surface, as it is or as this port shows it.
    fn new(context: &Context, surface: &Surface, port: Option<Port>) -> Self {
        let scaled = port.map(|port| Scaled::new(port, surface));
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let size =
            port.map_or(surface.size(), |port| Size::new(side(port.columns.length), side(port.rows.length)));
        let mut sheet = Self { size, scaled, tiles: Vec::new() };
        for area in tile_areas(size, context.input(|input| input.max_texture_side)) {
            let image = sheet.image(surface, area);
            let texture = context.load_texture("desktop", image, TextureOptions::NEAREST);
            sheet.tiles.push(Tile { area, texture });
        }
        sheet
    }

    /// The port whose pixels it holds, if it does not hold the desktop's.
    fn port(&self) -> Option<Port> {
        self.scaled.as_ref().map(|scaled| *scaled.scaler.port())
    }

    fn is_of(&self, surface: &Surface) -> bool {
        self.scaled.is_some() || self.size == surface.size()
    }

    fn take_over(&mut self, surface: &Surface, dirty: &Region) {
        let mut tiles = std::mem::take(&mut self.tiles);
        for rect in dirty {
            let changed = match &mut self.scaled {
                Some(scaled) => scaled.paint(surface, rect),
                None => Area::clipped(*rect, self.size),
            };
            let Some(changed) = changed else { continue };
            for tile in &mut tiles {
                if let Some(part) = tile.area.intersection(changed) {
                    let place = [part.x() - tile.area.x(), part.y() - tile.area.y()];
                    tile.texture.set_partial(place, self.image(surface, part), TextureOptions::NEAREST);
                }
            }
        }
        self.tiles = tiles;
    }

    fn image(&self, surface: &Surface, area: Area) -> ColorImage {
        match &self.scaled {
            Some(scaled) => image_of(rows(&scaled.pixels, scaled.scaler.stride(), area), area),
            None => image_of(surface.rows(area), area),
        }
    }
}

impl Scaled {
    fn new(port: Port, surface: &Surface) -> Self {
        let scaler = Scaler::new(port);
        let pixels = vec![0; scaler.stride() * port.rows.length];
        let mut scaled = Self { scaler, pixels };
        scaled.paint(surface, &surface.size().rect());
        scaled
    }

    /// Computes what a change touches, and tells which pixels that are.
    fn paint(&mut self, surface: &Surface, changed: &deskside_proto::geometry::Rect) -> Option<Area> {
        let area = self.scaler.port().area_of(changed)?;
        self.scaler.paint(surface, area, &mut self.pixels);
        Some(area)
    }
}

/// Where a part of the sheet lies, which at whole scales may reach beyond the port. Units: points.
fn tile_rect(area: Area, port: &Port, points_per_pixel: f32) -> Rect {
    let (times, skipped) = match port.times() {
        Some(times) => (times as f32, vec2(port.columns.skipped as f32, port.rows.skipped as f32)),
        None => (1.0, Vec2::ZERO),
    };
    let corner = vec2(port.left as f32, port.top as f32) - skipped;
    let at = |x: usize, y: usize| ((corner + vec2(x as f32, y as f32) * times) * points_per_pixel).to_pos2();
    Rect::from_min_max(at(area.x(), area.y()), at(area.right(), area.bottom()))
}

/// Covers a sheet with areas of at most `side` pixels a side.
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
fn image_of<'a>(rows: impl Iterator<Item = &'a [u8]>, area: Area) -> ColorImage {
    let mut pixels = Vec::with_capacity(area.pixels());
    for row in rows {
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
        let image = image_of(surface.rows(area), area);
        assert_eq!(image.pixels, vec![Color32::from_rgb(3, 2, 1), Color32::from_rgb(6, 5, 4)]);
    }
}
