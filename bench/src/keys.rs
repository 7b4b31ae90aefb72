//! Keys on their way: pressed on the expert's display, timed when the person's X server takes in what was injected there.
//! Both moments are read from one clock, in this process; what the measuring itself takes counts as Deskside's.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{ConnectionExt as _, Device, EventMask, XIEventMask};
use x11rb::protocol::xproto::{KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::bed::{Bed, NETS};
use crate::clock::{MILLISECOND, now, pause, sleep_until};
use crate::digest::{number, percentile};
use crate::process::machine_seconds;
use crate::products::{Place, named};
use crate::screen::Screen;

/// What a key may take beyond the way there, 95 of 100 times. Unit: milliseconds.
const MOST_MS: f64 = 3.0;
/// How long each key is held.
const HELD: u64 = 35 * MILLISECOND;
/// The least time from a release to the next press, and what chance adds.
const REST: u64 = 40 * MILLISECOND;
const CHANCE: u64 = 60 * MILLISECOND;
/// Keys before those that count: the link has to learn what is lost on it.
const WARM_UP: usize = 60;
/// After the last key, this long nothing may come any more.
const PATIENCE: Duration = Duration::from_secs(3);
/// Key codes of letters on every usual keyboard, none twice in a row.
const CODES: [u8; 26] =
    [24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 38, 39, 40, 41, 42, 43, 44, 45, 46, 52, 53, 54, 55, 56, 57, 58];

/// What is to be measured.
pub struct Keys {
    /// Names of networks.
    pub nets: Vec<String>,
    /// Presses that count, in each.
    pub presses: usize,
    /// Numbers of two free displays.
    pub displays: [u32; 2],
    /// Where Deskside's programs are.
    pub programs: PathBuf,
    /// Where the logs go.
    pub results: PathBuf,
}

/// A key going down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    code: u8,
    pressed: bool,
}

/// What came of one network.
struct Row {
    net: String,
    way_ms: f64,
    /// From each press or release to its injected one. Unit: milliseconds.
    took_ms: Vec<f64>,
    /// Events that came as another than was due, or not at all, or without having been made.
    wrong: usize,
    /// How busy the machine's processors were with everything. Unit: percent.
    busy_percent: f64,
}

impl Keys {
    /// Measures each network and gives the table.
    ///
    /// # Errors
    /// Something could not be started; or a key took too long, did not come, or came out of order: then the table is
    /// printed as well.
    pub fn carry_out(&self) -> Result<String> {
        let rows = self.nets.iter().map(|net| self.measure(net)).collect::<Result<Vec<_>>>()?;
        let table = table(&rows);
        println!("{table}");
        let broken: Vec<&str> = rows.iter().filter(|row| !row.holds()).map(|row| row.net.as_str()).collect();
        ensure!(broken.is_empty(), "not as promised: {}", broken.join(", "));
        Ok(table)
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds in nanoseconds")]
    fn measure(&self, net: &str) -> Result<Row> {
        let scratch = std::path::absolute(self.results.join("logs").join(format!("keys-{net}")))?;
        let mut bed = Bed::new(net, self.displays, &scratch)?;
        named("deskside")?.start(&mut bed, &Place { programs: &self.programs, scratch: &scratch })?;
        let [person, expert] = bed.displays.clone();
        let arrivals = watch(&person)?;
        let (busy, begun) = (machine_seconds().0, now());
        let made = press(&Screen::open(&expert)?, WARM_UP + self.presses)?;
        let busy = (machine_seconds().0 - busy) * 1e9 / (now() - begun) as f64;
        ensure!(bed.runs(), "a program ended by itself; see {}", scratch.display());
        let came = collect(&arrivals, made.len());
        let shape = NETS.iter().find(|(name, _)| *name == net).and_then(|(_, shape)| *shape);
        let row = Row::of(net, shape.map_or(0.0, |shape| shape.delay_ms), &made, &came);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let row = Row { busy_percent: busy * 100.0 / cores as f64, ..row };
        println!("{}", row.line());
        Ok(row)
    }
}

/// Presses and releases keys, one after the other, and says when.
fn press(screen: &Screen, count: usize) -> Result<Vec<(u64, Turn)>> {
    let fake = |kind, detail, x, y| -> Result<()> {
        screen.connection.xtest_fake_input(kind, detail, 0, screen.root, x, y, 0)?;
        Ok(screen.connection.flush()?)
    };
    let middle = |length: u16| (length / 2).cast_signed();
    fake(MOTION_NOTIFY_EVENT, 0, middle(screen.size.width), middle(screen.size.height))?;
    pause(1.0);
    let mut dice = 0x2545_F491_4F6C_DD17_u64;
    let mut made = Vec::with_capacity(count * 2);
    let mut due = now();
    for code in CODES.into_iter().cycle().take(count) {
        for (pressed, kind) in [(true, KEY_PRESS_EVENT), (false, KEY_RELEASE_EVENT)] {
            sleep_until(due);
            made.push((now(), Turn { code, pressed }));
            fake(kind, code, 0, 0)?;
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            due = now() + if pressed { HELD } else { REST + dice % CHANCE };
        }
    }
    // A server reads no more of a connection that was closed.
    screen.sync()?;
    Ok(made)
}

/// Notes the moment of every key that the display's server takes in, in a thread of its own.
fn watch(display: &str) -> Result<Receiver<(u64, Turn)>> {
    let screen = Screen::open(display)?;
    screen.connection.xinput_xi_query_version(2, 2)?.reply()?;
    let mask = XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE;
    let select = EventMask { deviceid: Device::ALL_MASTER.into(), mask: vec![mask] };
    screen.connection.xinput_xi_select_events(screen.root, &[select])?.check()?;
    let (tell, arrivals) = channel();
    std::thread::spawn(move || {
        // Ends with the server.
        while let Ok(event) = screen.connection.wait_for_event() {
            let at = now();
            let (detail, pressed) = if let Event::XinputRawKeyPress(event) = event {
                (event.detail, true)
            } else if let Event::XinputRawKeyRelease(event) = event {
                (event.detail, false)
            } else {
                continue;
            };
            let Ok(code) = u8::try_from(detail) else { continue };
            if tell.send((at, Turn { code, pressed })).is_err() {
                return;
            }
        }
    });
    Ok(arrivals)
}

/// Everything that came, until nothing does any more.
fn collect(arrivals: &Receiver<(u64, Turn)>, expected: usize) -> Vec<(u64, Turn)> {
    let mut came = Vec::with_capacity(expected);
    loop {
        match arrivals.recv_timeout(PATIENCE) {
            Ok(arrival) => came.push(arrival),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return came,
        }
    }
}

impl Row {
    /// The one that came as number n must be the one that was made as number n.
    #[expect(clippy::cast_precision_loss, reason = "seconds in nanoseconds")]
    fn of(net: &str, way_ms: f64, made: &[(u64, Turn)], came: &[(u64, Turn)]) -> Self {
        let pairs = made.iter().zip(came);
        let in_order = pairs.clone().filter(|((_, sent), (_, injected))| sent == injected).count();
        let took = pairs.skip(WARM_UP * 2).map(|((from, _), (to, _))| to.saturating_sub(*from) as f64 / 1e6);
        let wrong = made.len().max(came.len()) - in_order;
        Self { net: net.to_owned(), way_ms, took_ms: took.collect(), wrong, busy_percent: 0.0 }
    }

    fn holds(&self) -> bool {
        let p95 = percentile(&self.took_ms, 95);
        self.wrong == 0 && p95.is_some_and(|p95| p95 <= self.way_ms + MOST_MS)
    }

    fn line(&self) -> String {
        let [p50, p95, p99] = [50, 95, 99].map(|part| number(percentile(&self.took_ms, part), 1));
        let most = self.took_ms.iter().copied().reduce(f64::max);
        format!(
            "| {} | {} | {p50} | {p95} | {p99} | {} | {} | {:.0} | <= {} | {} |",
            described(&self.net),
            self.took_ms.len(),
            number(most, 1),
            self.wrong,
            self.busy_percent,
            self.way_ms + MOST_MS,
            if self.holds() { "met" } else { "**missed**" },
        )
    }
}

/// A network in words.
fn described(net: &str) -> String {
    let shape = NETS.iter().find(|(name, _)| *name == net).and_then(|(_, shape)| *shape);
    let Some(shape) = shape else { return format!("`{net}`: a cable") };
    format!(
        "`{net}`: {d} + {d} ms, {} Mbit/s, {} % lost each way",
        shape.rate_mbit,
        shape.loss_percent,
        d = shape.delay_ms
    )
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| network | events | p50 ms | p95 ms | p99 ms | longest ms | lost, doubled or out of order | processors busy % | p95 promised | |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{}", row.line());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(codes: &[u8], late: u64) -> Vec<(u64, Turn)> {
        (0..)
            .zip(codes)
            .map(|(at, code)| (at * 1_000_000 + late, Turn { code: *code, pressed: true }))
            .collect()
    }

    #[test]
    fn what_is_lost_doubled_or_overtaken_is_wrong_and_what_is_late_is_missed() {
        let codes: Vec<u8> = (0..200).collect();
        let made = turns(&codes, 0);
        assert!(Row::of("clean", 0.0, &made, &turns(&codes, 2_900_000)).holds());
        assert!(!Row::of("clean", 0.0, &made, &turns(&codes, 3_100_000)).holds());
        assert!(Row::of("far", 50.0, &made, &turns(&codes, 52_000_000)).holds());
        let mut swapped = codes.clone();
        swapped.swap(7, 8);
        let doubled = [codes.as_slice(), &[199]].concat();
        for (came, wrong) in [(swapped, 2), (doubled, 1), (codes[..199].to_vec(), 1), (Vec::new(), 200)] {
            let row = Row::of("clean", 0.0, &made, &turns(&came, 0));
            assert_eq!((row.wrong, row.holds()), (wrong, false));
        }
    }
}
