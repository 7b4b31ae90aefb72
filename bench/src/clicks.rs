//! Clicks into the viewer, one at a time: the next is made when the last one's picture is there, after a rest of
//! varying length, so that no product's rhythm is met or missed by rule.

use anyhow::Result;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::clock::{MILLISECOND, SECOND, now, pause};
use crate::probe::{Codes, Probe};

/// After this a click counts as lost.
const PATIENCE: u64 = 3 * SECOND;
/// The scene is given up after this.
const LONGEST: u64 = 240 * SECOND;
/// How long a button is held.
const HELD: u64 = 30 * MILLISECOND;
/// The least time between a picture and the next click.
const REST: u64 = 100 * MILLISECOND;

/// The clicks of one scene.
pub struct Clicks {
    /// When each was made, and the frame that it should bring.
    pub made: Vec<(u64, u32)>,
    /// How many never came to the other side.
    pub lost: u32,
    wanted: u32,
    begin: u64,
    next: u64,
    release_at: Option<u64>,
    dice: u64,
}

impl Clicks {
    /// So many clicks, from `begin` on.
    pub const fn new(wanted: u32, begin: u64) -> Self {
        let next = begin + 200 * MILLISECOND;
        Self { made: Vec::new(), lost: 0, wanted, begin, next, release_at: None, dice: 0x2545_F491_4F6C_DD17 }
    }

    /// Does what is due: `shown` is on the expert's display since `arrived`, `newest` was drawn last. True at the end.
    ///
    /// # Errors
    /// The display went away.
    pub fn go_on(&mut self, probe: &Probe, shown: Codes, arrived: u64, newest: u32) -> Result<bool> {
        let moment = now();
        if self.release_at.is_some_and(|at| moment > at) {
            press(probe, BUTTON_RELEASE_EVENT)?;
            self.release_at = None;
        }
        let count = u32::try_from(self.made.len())?;
        let due = u16::try_from(count - self.lost)?;
        let is_shown = shown == (Some(due), Some(due));
        let waited = self.made.last().map_or(u64::MAX, |(at, _)| moment.saturating_sub(*at));
        if is_shown && count > 0 {
            self.next = self.next.max(arrived + REST);
        }
        if moment > self.next && (is_shown || waited > PATIENCE) {
            if !is_shown && count > 0 && newest < u32::from(due) {
                self.lost += 1;
            }
            if count == self.wanted {
                return Ok(true);
            }
            self.click(probe, count)?;
        }
        Ok(moment - self.begin > LONGEST)
    }

    fn click(&mut self, probe: &Probe, count: u32) -> Result<()> {
        if count == 0 {
            let (x, y) = (probe.offset.0 + 960, probe.offset.1 + 700);
            let screen = &probe.screen;
            screen.connection.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, screen.root, x, y, 0)?;
            screen.connection.flush()?;
            pause(0.3);
        }
        let moment = now();
        press(probe, BUTTON_PRESS_EVENT)?;
        self.made.push((moment, count + 1 - self.lost));
        self.release_at = Some(moment + HELD);
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.next = moment + 150 * MILLISECOND + self.dice % (200 * MILLISECOND);
        Ok(())
    }
}

fn press(probe: &Probe, kind: u8) -> Result<()> {
    let screen = &probe.screen;
    screen.connection.xtest_fake_input(kind, 1, 0, screen.root, 0, 0, 0)?;
    Ok(screen.connection.flush()?)
}
