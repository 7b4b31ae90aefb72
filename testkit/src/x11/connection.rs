//! Connecting to a display by name and waiting for its events with a time limit.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::rust_connection::RustConnection;

/// A connection and the number of its first screen.
pub(super) fn connect(display: &str) -> Result<(RustConnection, usize)> {
    RustConnection::connect(Some(display)).with_context(|| format!("no X server answers on {display}"))
}

/// The root window of the connection's screen.
pub(super) fn root_of(connection: &RustConnection, screen: usize) -> Result<u32> {
    let screen = connection.setup().roots.get(screen).context("the X server has no screen")?;
    Ok(screen.root)
}

/// Waits until the X server has sent something; false when `deadline` came first.
///
/// # Errors
/// The connection's descriptor cannot be waited for.
pub fn wait_readable(connection: &RustConnection, deadline: Instant) -> Result<bool> {
    let left = deadline.saturating_duration_since(Instant::now());
    let limit = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: i64::from(left.subsec_nanos()) };
    let mut descriptors = [PollFd::new(connection.stream(), PollFlags::IN)];
    match poll(&mut descriptors, Some(&limit)) {
        Ok(ready) => Ok(ready > 0),
        // A signal is not the end of the time; the caller's loop looks at the clock again.
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error).context("cannot wait for the X server"),
    }
}

/// The next event, or `None` when none came within `limit`.
pub(super) fn next_event(connection: &RustConnection, limit: Duration) -> Result<Option<Event>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(event) = connection.poll_for_event().context("the X server went away")? {
            return Ok(Some(event));
        }
        if Instant::now() >= deadline || !wait_readable(connection, deadline)? {
            return Ok(None);
        }
    }
}
