//! The newest picture of the desktop, between the thread that decodes and the window that shows.
//! Newest state wins: what the window has not taken yet is merged, nothing queues up.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deskside_media::surface::{Area, Surface};
use deskside_proto::geometry::{Region, Size};

/// The shared picture.
pub struct Picture {
    shared: Mutex<Shared>,
}

struct Shared {
    surface: Surface,
    dirty: Region,
    /// When the oldest change arrived that is not shown yet.
    arrived: Option<Instant>,
    published: u64,
}

/// What has changed since the window looked last.
pub struct Change<'a> {
    /// All pixels.
    pub surface: &'a Surface,
    /// Where they changed, within the surface.
    pub dirty: &'a Region,
    /// When the oldest of the changes arrived, if there are any.
    pub arrived: Option<Instant>,
}

impl Default for Picture {
    fn default() -> Self {
        let shared = Shared { surface: Surface::empty(), dirty: Region::new(), arrived: None, published: 0 };
        Self { shared: Mutex::new(shared) }
    }
}

impl Picture {
    /// Takes over the changed pixels of `surface`; `arrived`: when the update came.
    pub fn publish(&self, surface: &Surface, dirty: &Region, arrived: Instant) {
        let mut shared = self.lock();
        if shared.surface.size() == surface.size() {
            for area in dirty.iter().filter_map(|rect| Area::clipped(*rect, surface.size())) {
                for (to, from) in shared.surface.rows_mut(area).zip(surface.rows(area)) {
                    to.copy_from_slice(from);
                }
            }
            shared.dirty.add_region(&dirty.clipped(surface.size()));
        } else {
            shared.surface = surface.clone();
            shared.dirty = Region::from(surface.size().rect());
        }
        shared.published += 1;
        shared.arrived.get_or_insert(arrived);
    }

    /// Shows what has changed to `show` and counts it as shown; nothing happens when nothing has changed.
    pub fn take(&self, show: impl FnOnce(Change<'_>)) {
        let mut shared = self.lock();
        if shared.arrived.is_some() {
            shared.give(show);
        }
    }

    /// Shows all pixels to `show`, with what has changed, which then counts as shown. Nothing happens while the desktop has
    /// another size than is expected.
    pub fn look(&self, expected: Size, show: impl FnOnce(Change<'_>)) {
        let mut shared = self.lock();
        if shared.surface.size() == expected {
            shared.give(show);
        }
    }

    /// The whole picture counts as changed: a new presenter has to show it.
    pub fn expose(&self) {
        let mut shared = self.lock();
        if !shared.surface.size().is_empty() {
            shared.dirty = Region::from(shared.surface.size().rect());
            shared.arrived.get_or_insert_with(Instant::now);
        }
    }

    /// The size of the desktop; empty before the first picture.
    pub fn size(&self) -> Size {
        self.lock().surface.size()
    }

    /// How many updates were published so far.
    pub fn published(&self) -> u64 {
        self.lock().published
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic while copying leaves at worst wrong pixels, which the next update of that place corrects.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn give(&mut self, show: impl FnOnce(Change<'_>)) {
        let (dirty, arrived) = (self.dirty.take(), self.arrived.take());
        show(Change { surface: &self.surface, dirty: &dirty, arrived });
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::Rect;

    use super::*;

    fn surface(width: u32, height: u32, value: u8) -> Surface {
        let size = Size { width, height };
        let mut surface = Surface::new(size).unwrap();
        for row in surface.rows_mut(Area::whole(size).unwrap()) {
            row.fill(value);
        }
        surface
    }

    fn taken(picture: &Picture) -> Option<(Vec<u8>, Region)> {
        let mut result = None;
        picture.take(|change| result = Some((change.surface.bytes().to_vec(), change.dirty.clone())));
        result
    }

    #[test]
    fn changes_that_were_not_taken_are_merged_and_taken_once() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        taken(&picture);
        picture.publish(&surface(8, 8, 2), &Region::from(Rect::new(0, 0, 2, 2)), Instant::now());
        picture.publish(&surface(8, 8, 3), &Region::from(Rect::new(4, 4, 2, 2)), Instant::now());
        let (bytes, dirty) = taken(&picture).unwrap();
        assert_eq!(dirty.area(), 8);
        assert_eq!((bytes[0], bytes[8 * 4 * 4 + 16], bytes[8 * 4 * 7]), (2, 3, 1));
        assert!(taken(&picture).is_none());
    }

    #[test]
    fn a_new_size_makes_everything_new() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        picture.publish(&surface(4, 2, 5), &Region::new(), Instant::now());
        let (bytes, dirty) = taken(&picture).unwrap();
        assert_eq!((bytes.len(), dirty.area()), (32, 8));
        assert_eq!(picture.size(), Size { width: 4, height: 2 });
    }

    #[test]
    fn a_look_that_expects_another_size_takes_nothing() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        picture.look(Size::new(4, 4), |_| panic!("shown"));
        let mut looks = Vec::new();
        for _ in 0..2 {
            picture
                .look(Size::new(8, 8), |change| looks.push((change.dirty.area(), change.arrived.is_some())));
        }
        assert_eq!(looks, [(64, true), (0, false)]);
    }

    #[test]
    fn a_dirty_rectangle_outside_of_the_surface_is_ignored() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        taken(&picture);
        picture.publish(&surface(8, 8, 2), &Region::from(Rect::new(-5, 100, 50, 50)), Instant::now());
        assert_eq!(taken(&picture).unwrap().1.area(), 0);
    }
}
