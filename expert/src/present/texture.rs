//! The picture as egui textures: only changed rectangles are uploaded.
//! More than one texture is used only where the desktop is larger than the largest texture, because seams between
//! textures show at broken scales.

use deskside_media::surface::{Area, PIXEL_BYTES, Surface};
use deskside_proto::geometry::{Region, Size, ViewTransform};
use egui::{Color32, ColorImage, Mesh, Pos2, Rect, Shape, TextureHandle, TextureOptions, pos2};

use super::Presenter;
use crate::link::Picture;

/// The picture in textures.
#[derive(Default)]
pub struct TexturePresenter {
    size: Size,
    crisp: bool,
    tiles: Vec<Tile>,
    /// When each of the last changes reached the window, for the statistics.
    delays: Vec<std::time::Duration>,
}

/// A part of the desktop in a texture of its own.
struct Tile {
    area: Area,
    texture: TextureHandle,
}

impl Presenter for TexturePresenter {
    fn refresh(&mut self, context: &egui::Context, picture: &Picture, crisp: bool) -> bool {
        if crisp != self.crisp {
            // The filter belongs to the upload, so a change of it uploads everything once.
            self.crisp = crisp;
            picture.expose();
        }
        let mut changed = false;
        picture.take(|change| {
            changed = true;
            self.take_over(context, change.surface, change.dirty);
            self.delays.push(change.arrived.elapsed());
        });
        changed
    }

    fn paint(&self, painter: &egui::Painter, area: Rect, transform: &ViewTransform) {
        let points_per_pixel = 1.0 / painter.ctx().pixels_per_point();
        let at = |x: usize, y: usize| -> Pos2 {
            let place = transform.view_from_desktop(deskside_proto::geometry::DesktopPoint::new(
                i32::try_from(x).unwrap_or(i32::MAX),
                i32::try_from(y).unwrap_or(i32::MAX),
            ));
            area.min + egui::vec2(place.x, place.y) * points_per_pixel
        };
        for tile in &self.tiles {
            let corner = at(tile.area.x(), tile.area.y());
            let rect = Rect::from_min_max(corner, at(tile.area.right(), tile.area.bottom()));
            // A mesh and not an image shape: shapes are feathered at their edges, which would blur the border pixels.
            let mut mesh = Mesh::with_texture(tile.texture.id());
            mesh.add_rect_with_uv(rect, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), Color32::WHITE);
            painter.add(Shape::mesh(mesh));
        }
    }

    fn take_delays(&mut self) -> Vec<std::time::Duration> {
        std::mem::take(&mut self.delays)
    }
}

impl TexturePresenter {
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
