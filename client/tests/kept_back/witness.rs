//! Looks at every pixel that is captured.

use std::time::{Duration, Instant};

use deskside_client::capture::{Extent, Interest, Noticed, ScreenCapturer, open_backend};
use deskside_client::sharing::Sharing;
use deskside_media::mask::NEUTRAL;
use deskside_media::{Area, Surface};

use crate::stage::permit;

/// What may not be seen is at least so red and at most so green, and nothing else is: neither what the harmless program
/// draws nor the light frames of a window manager.
const RED_LIMIT: u8 = 0xA0;
const GREEN_LIMIT: u8 = 0x60;

pub fn is_secret(pixel: &[u8]) -> bool {
    pixel[2] > RED_LIMIT && pixel[1] < GREEN_LIMIT
}

#[track_caller]
pub fn assert_no_secret(surface: &Surface, what: &str) {
    let width = surface.size().width as usize;
    if let Some(at) = surface.bytes().chunks_exact(4).position(is_secret) {
        panic!("{what}: a pixel that must not be seen at {}, {}", at % width, at / width);
    }
}

/// What a viewer would hold, and a look at every pixel on its way there.
pub struct Witness {
    capturer: Box<dyn ScreenCapturer>,
    pub seen: Surface,
    pub frames: usize,
    pub pixels: u64,
}

impl Witness {
    pub fn new(display: &str, sharing: &Sharing) -> Self {
        let mut capturer = open_backend(&permit(), "x11", Some(display)).unwrap();
        capturer.share(sharing).unwrap();
        let seen = Surface::new(capturer.size()).unwrap();
        let mut witness = Self { capturer, seen, frames: 0, pixels: 0 };
        witness.take(Extent::Whole);
        witness
    }

    pub fn take(&mut self, extent: Extent) {
        let (seen, frames, pixels) = (&mut self.seen, &mut self.frames, &mut self.pixels);
        self.capturer
            .capture(extent, &mut |frame| {
                *frames += 1;
                for patch in frame.patches {
                    let area = Area::within(patch.area(), frame.size).unwrap();
                    for (y, row) in seen.rows_mut(area).enumerate() {
                        let fresh = patch.row(0, y, area.width()).unwrap();
                        *pixels += area.width() as u64;
                        if let Some(x) = fresh.chunks_exact(4).position(is_secret) {
                            let at = (area.x() + x, area.y() + y);
                            let pixel = &fresh[x * 4..][..4];
                            panic!("frame {frames}: a pixel {pixel:?} that must not be seen at {at:?} of {area:?}");
                        }
                        row.copy_from_slice(fresh);
                    }
                }
            })
            .unwrap();
    }

    pub fn step(&mut self, limit: Duration) -> bool {
        let mut noticed = Vec::new();
        self.capturer.wait(Interest::Pixels, Some(Instant::now() + limit), &mut noticed).unwrap();
        let is_damaged = noticed.contains(&Noticed::Damage);
        if is_damaged {
            self.take(Extent::Damaged);
        }
        is_damaged
    }

    pub fn settle(&mut self) {
        while self.step(Duration::from_millis(300)) {}
    }
}

/// Nothing secret is seen but as a block, and every other window is seen as it is.
#[track_caller]
pub fn assert_shows_the_rest(seen: &Surface, truth: &Surface) {
    let pairs = seen.bytes().chunks_exact(4).zip(truth.bytes().chunks_exact(4));
    let (mut hidden, mut shown, mut wrong) = (0, 0, 0);
    for (seen, truth) in pairs {
        // The desktop itself is black here, no window, and has no picture that could be shown.
        let is_block = is_secret(truth) || truth[..3] == [0, 0, 0];
        let expected = if is_block { &NEUTRAL[..3] } else { &truth[..3] };
        hidden += u64::from(is_secret(truth));
        shown += u64::from(!is_block);
        wrong += u64::from(seen[..3] != *expected);
    }
    assert_eq!(wrong, 0, "pixels are not as they should be; {hidden} are hidden, {shown} shown");
}
