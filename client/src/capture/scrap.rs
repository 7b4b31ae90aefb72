//! The portable backend, by the `scrap` crate: it can only look at the whole screen again and again, so it looks
//! seldom while nothing happens. It reports no cursor, because that crate knows none.

#[cfg(target_os = "linux")]
mod segment;
/// Other systems share nothing that others could open.
#[cfg(not(target_os = "linux"))]
mod segment {
    pub fn narrow_own() -> std::io::Result<()> {
        Ok(())
    }
}

use super::{CaptureError, Extent, Interest, Noticed, ScreenCapturer, Waker};
use crate::sharing::{Share, Sharing};
use deskside_media::{DesktopFrame, Patch, mask};
use deskside_proto::geometry::{Rect, Region, Size};
use deskside_words::t;
use scrap::{Capturer, Display};
use std::io::ErrorKind;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two looks while something happens.
const BUSY_INTERVAL: Duration = Duration::from_millis(33);

/// Time between two looks after the screen was still for [`STILL_AFTER`].
const STILL_INTERVAL: Duration = Duration::from_millis(125);

const STILL_AFTER: Duration = Duration::from_secs(1);

/// How often it is asked whether the screen is still there and of the same size; the crate does not say.
const SIZE_INTERVAL: Duration = Duration::from_secs(1);

/// Rows are compared and handed on in bands of so many.
const BAND_ROWS: usize = 64;

const PIXEL_BYTES: usize = 4;

/// The first screen, looked at again and again.
pub struct ScrapCapturer {
    capturer: Capturer,
    size: Size,
    /// The pixels of the last look, rows without gaps.
    pixels: Vec<u8>,
    /// Which bands differ from what was captured last.
    damaged: Vec<bool>,
    sharing: Sharing,
    next_look: Instant,
    next_size: Instant,
    last_change: Instant,
    wake: Arc<Wake>,
}

#[derive(Default)]
struct Wake {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl ScrapCapturer {
    /// Opens the first screen. Another display than that of the environment cannot be chosen.
    pub fn open(display: Option<&str>) -> Result<Self, CaptureError> {
        if display.is_some_and(|name| std::env::var_os("DISPLAY").is_none_or(|env| env != *name)) {
            return Err(CaptureError::Missing(t!("client-capture-no-choice")));
        }
        let (capturer, size) = open_first()?;
        let now = Instant::now();
        let mut opened = Self {
            capturer,
            size,
            pixels: Vec::new(),
            damaged: Vec::new(),
            sharing: Sharing::default(),
            next_look: now,
            next_size: now + SIZE_INTERVAL,
            last_change: now,
            wake: Arc::default(),
        };
        opened.forget_picture();
        Ok(opened)
    }

    fn forget_picture(&mut self) {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        self.pixels = vec![0; width * height * PIXEL_BYTES];
        self.damaged = vec![true; height.div_ceil(BAND_ROWS)];
    }

    /// Reopens the screen when its size has changed.
    fn look_at_size(&mut self, now: Instant, noticed: &mut Vec<Noticed>) -> Result<(), CaptureError> {
        if now < self.next_size {
            return Ok(());
        }
        self.next_size = now + SIZE_INTERVAL;
        let size = desktop_size(None).map_err(|error| CaptureError::Lost(error.to_string()))?;
        if size != self.size {
            (self.capturer, self.size) = open_first()?;
            self.forget_picture();
            self.next_look = now;
            noticed.push(Noticed::Resized(self.size));
        }
        Ok(())
    }

    /// Takes a picture and marks the bands that differ.
    fn look(&mut self, now: Instant) -> Result<(), CaptureError> {
        let interval =
            if now.duration_since(self.last_change) < STILL_AFTER { BUSY_INTERVAL } else { STILL_INTERVAL };
        self.next_look = now + interval;
        let frame = match self.capturer.frame() {
            Ok(frame) => frame,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(CaptureError::Lost(error.to_string())),
        };
        let row = self.size.width as usize * PIXEL_BYTES;
        // Some systems pad their rows; the crate does not say by how much.
        let stride = (frame.len() / self.size.height as usize).max(row);
        let hidden = kept_back(&self.sharing, self.size);
        let (mut shown, mut y) = (vec![0; row], 0);
        let bands = self.pixels.chunks_mut(row * BAND_ROWS).zip(frame.chunks(stride * BAND_ROWS));
        for ((band, fresh), damaged) in bands.zip(&mut self.damaged) {
            let rows =
                band.chunks_exact_mut(row).zip(fresh.chunks(stride).filter_map(|full| full.get(..row)));
            for (known, mut fresh) in rows {
                let place = Rect::new(0, y, self.size.width, 1);
                if hidden.intersects(&place) {
                    shown.copy_from_slice(fresh);
                    mask::cover(&mut shown, place, hidden.rects());
                    fresh = &shown;
                }
                if known != fresh {
                    known.copy_from_slice(fresh);
                    *damaged = true;
                    self.last_change = now;
                }
                y += 1;
            }
        }
        Ok(())
    }

    fn has_damage(&self) -> bool {
        self.damaged.contains(&true)
    }

    /// Sleeps until the time has come or the waker is used; says whether it was woken.
    fn sleep(&self, until: Option<Instant>) -> bool {
        let woken = self.wake.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let asleep = |woken: &mut bool| !*woken;
        let mut woken = match until {
            Some(until) => {
                let timeout = until.saturating_duration_since(Instant::now());
                let waited = self.wake.changed.wait_timeout_while(woken, timeout, asleep);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.wake.changed.wait_while(woken, asleep).unwrap_or_else(PoisonError::into_inner),
        };
        std::mem::take(&mut *woken)
    }
}

impl ScreenCapturer for ScrapCapturer {
    fn backend(&self) -> &'static str {
        "scrap"
    }

    fn size(&self) -> Size {
        self.size
    }

    fn wait(
        &mut self,
        interest: Interest,
        deadline: Option<Instant>,
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), CaptureError> {
        let already = noticed.len();
        let mut woken = false;
        loop {
            let now = Instant::now();
            self.look_at_size(now, noticed)?;
            if interest == Interest::Pixels {
                if now >= self.next_look {
                    self.look(now)?;
                }
                if self.has_damage() {
                    noticed.push(Noticed::Damage);
                }
            }
            if noticed.len() > already || woken || deadline.is_some_and(|deadline| deadline <= now) {
                return Ok(());
            }
            let look = (interest == Interest::Pixels).then_some(self.next_look);
            let until = [deadline, look, Some(self.next_size)].into_iter().flatten().min();
            woken = self.sleep(until);
        }
    }

    fn capture(
        &mut self,
        extent: Extent,
        show: &mut dyn FnMut(&DesktopFrame<'_>),
    ) -> Result<(), CaptureError> {
        if extent == Extent::Whole {
            self.damaged.fill(true);
            self.look(Instant::now())?;
        }
        let row = self.size.width as usize * PIXEL_BYTES;
        let bands = self.pixels.chunks(row * BAND_ROWS).enumerate().zip(&self.damaged);
        let patches: Vec<Patch<'_>> = bands
            .filter(|(_, damaged)| **damaged)
            .filter_map(|((band, pixels), _)| {
                let y = i32::try_from(band * BAND_ROWS).ok()?;
                let height = u32::try_from(pixels.len() / row).ok()?;
                Patch::new(Rect::new(0, y, self.size.width, height), row, pixels)
            })
            .collect();
        show(&DesktopFrame { size: self.size, patches: &patches });
        self.damaged.fill(false);
        Ok(())
    }

    fn share(&mut self, sharing: &Sharing) -> Result<(), CaptureError> {
        self.sharing = sharing.clone();
        // What was looked at before must not be shown any more.
        self.forget_picture();
        self.next_look = Instant::now();
        Ok(())
    }

    fn waker(&self) -> Waker {
        let wake = Arc::clone(&self.wake);
        Waker::new(move || {
            *wake.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
            wake.changed.notify_all();
        })
    }
}

/// What is kept back. This crate knows no windows and no more than one screen: where those matter it is everything.
fn kept_back(sharing: &Sharing, size: Size) -> Region {
    if sharing.share != Share::Everything || sharing.concerns_windows() {
        return Region::from(size.rect());
    }
    sharing.hidden_areas().filter_map(|area| area.clipped(size)).collect()
}

fn open_first() -> Result<(Capturer, Size), CaptureError> {
    let display = first_display()?;
    let size = size_of(&display)?;
    let capturer = Capturer::new(display).map_err(|error| CaptureError::Unreachable(error.to_string()))?;
    segment::narrow_own().map_err(|error| CaptureError::Unreachable(error.to_string()))?;
    Ok((capturer, size))
}

fn first_display() -> Result<Display, CaptureError> {
    Display::primary().map_err(|error| CaptureError::Unreachable(error.to_string()))
}

fn size_of(display: &Display) -> Result<Size, CaptureError> {
    let side = |px: usize| u32::try_from(px).unwrap_or(u32::MAX);
    let size = Size::new(side(display.width()), side(display.height()));
    if size.is_desktop() { Ok(size) } else { Err(CaptureError::Size(size)) }
}

/// The size of the first screen; no pixel is looked at.
pub fn desktop_size(_display: Option<&str>) -> Result<Size, CaptureError> {
    size_of(&first_display()?)
}
