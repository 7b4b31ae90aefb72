//! The other side's pointer painted into the pixels of the picture, for windows whose own pointer does not stand for it.

use std::sync::Arc;

use deskside_media::surface::Area;
use deskside_proto::wire::cursor::CursorShape;

use super::port::{Axis, Port};
use super::scaling::rows_mut;
use crate::link::Cursor;

/// A pointer at its place in a port.
#[derive(Clone)]
pub struct Sprite {
    shape: Arc<CursorShape>,
    /// Its left edge, in the port's pixels; may lie outside.
    left: i64,
    top: i64,
    /// So many pixels for each of the shape's.
    times: usize,
}

impl PartialEq for Sprite {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shape, &other.shape)
            && (self.left, self.top, self.times) == (other.left, other.top, other.times)
    }
}

impl Sprite {
    /// The pointer as this port shows it; none where it is hidden.
    pub fn of(cursor: &Cursor, port: &Port) -> Option<Self> {
        let shape = cursor.shape.as_ref().filter(|_| cursor.known)?;
        let times = port.columns.scale.clamp(1.0, 4.0) as usize;
        let corner = |axis: &Axis, at: i32, hotspot: u16| {
            let place = (f64::from(at) * axis.scale).round() as i64;
            place - axis.skipped as i64 - i64::from(hotspot) * times as i64
        };
        Some(Self {
            left: corner(&port.columns, cursor.at.x, shape.hotspot().x),
            top: corner(&port.rows, cursor.at.y, shape.hotspot().y),
            times,
            shape: Arc::clone(shape),
        })
    }

    /// The pixels of the port that it covers.
    pub fn area(&self, port: &Port) -> Option<Area> {
        let side = |length: u32| i64::from(length) * self.times as i64;
        let inside = |place: i64, axis: &Axis| place.clamp(0, axis.length as i64) as usize;
        let size = self.shape.size();
        Area::from_edges(
            inside(self.left, &port.columns),
            inside(self.top, &port.rows),
            inside(self.left + side(size.width), &port.columns),
            inside(self.top + side(size.height), &port.rows),
        )
    }

    /// Lays it over the pixels of `area`, which do not show it yet.
    pub fn blend(&self, port: &Port, area: Area, out: &mut [u8], stride: usize) {
        let Some(covered) = self.area(port).and_then(|own| own.intersection(area)) else { return };
        let (pixels, _) = self.shape.rgba().as_chunks::<4>();
        let width = self.shape.size().width as usize;
        let inside = |place: usize, start: i64| ((place as i64 - start).max(0) as usize) / self.times;
        for (y, row) in rows_mut(out, stride, covered).enumerate() {
            let from = pixels.iter().skip(inside(covered.y() + y, self.top) * width);
            let from: Vec<_> = from.take(width).collect();
            for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let Some([red, green, blue, alpha]) = from.get(inside(covered.x() + x, self.left)) else {
                    continue;
                };
                let over = |colour: u8, below: u8| {
                    let kept = u16::from(below) * (255 - u16::from(*alpha)) + 127;
                    colour.saturating_add((kept / 255) as u8)
                };
                let [b, g, r, unused] = *pixel;
                *pixel = [over(*blue, b), over(*green, g), over(*red, r), unused];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::{DesktopPoint, Size, ViewPoint, ViewTransform};
    use deskside_proto::wire::cursor::Hotspot;

    use super::*;
    use crate::app::input::Pixels;

    fn port(scale: f32) -> Port {
        let area = Pixels { left: 0.0, top: 0.0, right: 20.0, bottom: 20.0 };
        let (desktop, room) = (Size::new(10, 10), Size::new(20, 20));
        Port::of(area, &ViewTransform::placed(desktop, room, scale, ViewPoint::default())).unwrap()
    }

    fn cursor(x: i32, y: i32, rgba: [u8; 8]) -> Cursor {
        let shape = CursorShape::new(Size::new(2, 1), Hotspot { x: 1, y: 0 }, rgba.to_vec()).unwrap();
        Cursor { shape: Some(Arc::new(shape)), at: DesktopPoint::new(x, y), known: true }
    }

    #[test]
    fn it_points_with_its_hotspot_and_is_mixed_by_its_alpha() {
        let port = port(1.0);
        let sprite = Sprite::of(&cursor(4, 3, [255, 0, 0, 255, 0, 0, 0, 128]), &port).unwrap();
        let mut out = vec![200; 10 * 10 * 4];
        sprite.blend(&port, port.whole().unwrap(), &mut out, 40);
        assert_eq!(&out[(3 * 10 + 3) * 4..][..8], &[0, 0, 255, 200, 100, 100, 100, 200]);
        assert_eq!(out.iter().filter(|byte| **byte == 200).count(), out.len() - 6);
    }

    #[test]
    fn at_the_edge_only_what_is_inside_is_painted() {
        let port = port(2.0);
        let sprite = Sprite::of(&cursor(0, 9, [9, 9, 9, 255, 9, 9, 9, 255]), &port).unwrap();
        let area = sprite.area(&port).unwrap();
        assert_eq!((area.x(), area.y(), area.width(), area.height()), (0, 18, 2, 2));
        assert!(Sprite::of(&cursor(-9, 4, [0; 8]), &port).unwrap().area(&port).is_none());
    }
}
