//! The newest picture of the desktop, between the thread that decodes and the window that shows.
//! Newest state wins: what the window has not taken yet is merged, nothing queues up.

use std::sync::atomic::{AtomicU32, Ordering};
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
    /// What each window has not shown yet.
    news: Vec<News>,
    published: u64,
}

/// Whoever shows the picture in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eye(u32);

impl Eye {
    /// Nobody else.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Default for Eye {
    fn default() -> Self {
        Self::new()
    }
}

struct News {
    eye: Eye,
    dirty: Region,
    /// When the oldest change arrived that is not shown yet.
    arrived: Option<Instant>,
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
        let shared = Shared { surface: Surface::empty(), news: Vec::new(), published: 0 };
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
            let dirty = dirty.clipped(surface.size());
            shared.news.iter_mut().for_each(|news| news.dirty.add_region(&dirty));
        } else {
            shared.surface = surface.clone();
            let whole = surface.size().rect();
            shared.news.iter_mut().for_each(|news| news.dirty = Region::from(whole));
        }
        shared.published += 1;
        for news in &mut shared.news {
            news.arrived.get_or_insert(arrived);
        }
    }

    /// Shows what this eye has not seen to `show` and counts it as seen; nothing happens when there is nothing.
    pub fn take(&self, eye: Eye, show: impl FnOnce(Change<'_>)) {
        let mut shared = self.lock();
        if shared.news(eye).arrived.is_some() {
            shared.give(eye, show);
        }
    }

    /// Shows all pixels to `show`, with what this eye has not seen, which then counts as seen. Nothing happens while the
    /// desktop has another size than is expected.
    pub fn look(&self, eye: Eye, expected: Size, show: impl FnOnce(Change<'_>)) {
        let mut shared = self.lock();
        if shared.surface.size() == expected {
            shared.give(eye, show);
        }
    }

    /// The whole picture is new to this eye.
    pub fn expose(&self, eye: Eye) {
        self.lock().expose(eye);
    }

    /// This eye looks no longer; nothing is kept for it until it looks again.
    pub fn forget(&self, eye: Eye) {
        self.lock().news.retain(|news| news.eye != eye);
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
    /// What is new to this eye; to a new one everything is.
    fn news(&mut self, eye: Eye) -> &mut News {
        let known = self.news.iter().position(|news| news.eye == eye);
        // Taken out and put back, because a borrow that is returned early holds to the end.
        let news = known.map(|place| self.news.swap_remove(place)).unwrap_or_else(|| {
            let whole = self.surface.size();
            let arrived = (!whole.is_empty()).then(Instant::now);
            let dirty = if whole.is_empty() { Region::new() } else { Region::from(whole.rect()) };
            News { eye, dirty, arrived }
        });
        self.news.push_mut(news)
    }

    fn expose(&mut self, eye: Eye) {
        let whole = self.surface.size();
        let news = self.news(eye);
        if !whole.is_empty() {
            news.dirty = Region::from(whole.rect());
            news.arrived.get_or_insert_with(Instant::now);
        }
    }

    fn give(&mut self, eye: Eye, show: impl FnOnce(Change<'_>)) {
        let news = self.news(eye);
        let (dirty, arrived) = (news.dirty.take(), news.arrived.take());
        show(Change { surface: &self.surface, dirty: &dirty, arrived });
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::Rect;

    use super::*;

    const EYE: Eye = Eye(0);

    fn surface(width: u32, height: u32, value: u8) -> Surface {
        let size = Size { width, height };
        let mut surface = Surface::new(size).unwrap();
        for row in surface.rows_mut(Area::whole(size).unwrap()) {
            row.fill(value);
        }
        surface
    }

    fn taken(picture: &Picture, eye: Eye) -> Option<(Vec<u8>, Region)> {
        let mut result = None;
        picture.take(eye, |change| result = Some((change.surface.bytes().to_vec(), change.dirty.clone())));
        result
    }

    #[test]
    fn changes_that_were_not_taken_are_merged_and_taken_once() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        taken(&picture, EYE);
        picture.publish(&surface(8, 8, 2), &Region::from(Rect::new(0, 0, 2, 2)), Instant::now());
        picture.publish(&surface(8, 8, 3), &Region::from(Rect::new(4, 4, 2, 2)), Instant::now());
        let (bytes, dirty) = taken(&picture, EYE).unwrap();
        assert_eq!(dirty.area(), 8);
        assert_eq!((bytes[0], bytes[8 * 4 * 4 + 16], bytes[8 * 4 * 7]), (2, 3, 1));
        assert!(taken(&picture, EYE).is_none());
    }

    #[test]
    fn a_new_size_makes_everything_new() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        picture.publish(&surface(4, 2, 5), &Region::new(), Instant::now());
        let (bytes, dirty) = taken(&picture, EYE).unwrap();
        assert_eq!((bytes.len(), dirty.area()), (32, 8));
        assert_eq!(picture.size(), Size { width: 4, height: 2 });
    }

    #[test]
    fn a_look_that_expects_another_size_takes_nothing() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        picture.look(EYE, Size::new(4, 4), |_| panic!("shown"));
        let mut looks = Vec::new();
        for _ in 0..2 {
            picture.look(EYE, Size::new(8, 8), |change| {
                looks.push((change.dirty.area(), change.arrived.is_some()))
            });
        }
        assert_eq!(looks, [(64, true), (0, false)]);
    }

    #[test]
    fn a_dirty_rectangle_outside_of_the_surface_is_ignored() {
        let picture = Picture::default();
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        taken(&picture, EYE);
        picture.publish(&surface(8, 8, 2), &Region::from(Rect::new(-5, 100, 50, 50)), Instant::now());
        assert_eq!(taken(&picture, EYE).unwrap().1.area(), 0);
    }

    #[test]
    fn each_eye_sees_every_change_once_and_a_new_one_sees_everything() {
        let picture = Picture::default();
        let (one, other) = (Eye::new(), Eye::new());
        picture.publish(&surface(8, 8, 1), &Region::new(), Instant::now());
        let seen = |eye| taken(&picture, eye).map(|(_, dirty)| dirty.area());
        assert_eq!(seen(one), Some(64));
        picture.publish(&surface(8, 8, 2), &Region::from(Rect::new(0, 0, 2, 2)), Instant::now());
        assert_eq!((seen(one), seen(one), seen(other), seen(other)), (Some(4), None, Some(64), None));
        picture.publish(&surface(8, 8, 3), &Region::from(Rect::new(0, 0, 1, 1)), Instant::now());
        picture.forget(one);
        assert_eq!((seen(other), seen(one)), (Some(1), Some(64)));
    }
}
