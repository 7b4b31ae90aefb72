//! A link between two network namespaces with a delay, a rate, losses and a bounded queue: two TUN devices and this
//! process between them, so that TCP and UDP meet the same bottleneck. For kernels without netem, which are many.

use std::collections::VecDeque;
use std::fs::File;
use std::os::fd::{AsFd as _, OwnedFd};

use anyhow::{Context as _, Result, anyhow};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::ioctl::Setter;
use rustix::thread::LinkNameSpaceType;
use rustix::time::Timespec;

use crate::Options;
use crate::clock::{SECOND, now, of_seconds};

/// The name of the device on each side.
pub const DEVICE: &str = "wan0";
/// The longest packet, in bytes.
const LONGEST: usize = 65536;

/// What a network is like, the same both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// One way, in milliseconds.
    pub delay_ms: f64,
    /// In megabits a second.
    pub rate_mbit: f64,
    /// Percent of the packets that are lost.
    pub loss_percent: f64,
    /// The longest wait for the bottleneck, in milliseconds; beyond it packets are dropped.
    pub queue_ms: f64,
}

/// One direction.
#[derive(Debug)]
struct Direction {
    shape: Shape,
    /// When each packet comes out.
    under_way: VecDeque<(u64, Vec<u8>)>,
    /// When the bottleneck has sent everything that waits.
    free_at: u64,
    dice: u64,
}

impl Direction {
    const fn new(shape: Shape, dice: u64) -> Self {
        Self { shape, under_way: VecDeque::new(), free_at: 0, dice }
    }

    /// Takes a packet at `moment`, or drops it.
    fn take(&mut self, packet: &[u8], moment: u64) {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let thrown = (self.dice >> 11) as f64 / (1_u64 << 53) as f64;
        let starts = self.free_at.max(moment);
        let waits = starts - moment;
        if thrown * 100.0 < self.shape.loss_percent || waits > of_seconds(self.shape.queue_ms / 1000.0) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a packet's length")]
        let bits = packet.len() as f64 * 8.0;
        self.free_at = starts + of_seconds(bits / (self.shape.rate_mbit * 1e6));
        let out_at = self.free_at + of_seconds(self.shape.delay_ms / 1000.0);
        self.under_way.push_back((out_at, packet.to_vec()));
    }

    /// The next packet that has come out by `moment`.
    fn give(&mut self, moment: u64) -> Option<Vec<u8>> {
        self.under_way.pop_front_if(|(out_at, _)| *out_at <= moment).map(|(_, packet)| packet)
    }
}

/// Joins two namespaces until killed.
///
/// # Errors
/// There are no such namespaces, or this process may not make devices in them.
pub fn run(options: &Options) -> Result<()> {
    let number = |name: &str| -> Result<f64> { Ok(options.need(name)?.parse()?) };
    let shape = Shape {
        delay_ms: number("delay-ms")?,
        rate_mbit: number("rate-mbit")?,
        loss_percent: number("loss-percent")?,
        queue_ms: number("queue-ms")?,
    };
    let ends = [open(options.need("one")?)?, open(options.need("other")?)?];
    let mut directions = [Direction::new(shape, 1), Direction::new(shape, 77)];
    let mut buffer = vec![0; LONGEST];
    loop {
        let [one, other] = &ends;
        let [there, back] = &mut directions;
        let mut next = now() + SECOND;
        for (from, to, direction) in [(one, other, there), (other, one, back)] {
            while let Ok(length) = rustix::io::read(from, &mut buffer) {
                direction.take(buffer.get(..length).unwrap_or_default(), now());
            }
            while let Some(packet) = direction.give(now()) {
                // A device whose queue is full drops, as a real one would.
                let _ = rustix::io::write(to, &packet);
            }
            if let Some((out_at, _)) = direction.under_way.front() {
                next = next.min(*out_at);
            }
        }
        wait(&ends, next.saturating_sub(now()))?;
    }
}

/// Sleeps until a packet came, so many nanoseconds at most.
fn wait(ends: &[OwnedFd; 2], nanoseconds: u64) -> Result<()> {
    let limit = Timespec {
        tv_sec: (nanoseconds / SECOND).cast_signed(),
        tv_nsec: (nanoseconds % SECOND).cast_signed(),
    };
    let [one, other] = ends;
    let mut both = [PollFd::new(one, PollFlags::IN), PollFd::new(other, PollFlags::IN)];
    match poll(&mut both, Some(&limit)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A TUN device in a namespace. Entering one concerns the thread only, so this uses one of its own.
fn open(namespace: &str) -> Result<OwnedFd> {
    let path = format!("/run/netns/{namespace}");
    let enter = move || -> Result<OwnedFd> {
        let namespace = File::open(&path).with_context(|| format!("there is no {path}"))?;
        rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
        make_device()
    };
    std::thread::spawn(enter).join().map_err(|_| anyhow!("making the device failed"))?
}

fn make_device() -> Result<OwnedFd> {
    /// `TUNSETIFF`, and its flags for whole IP packets without a header before them (linux/if_tun.h).
    const SET: rustix::ioctl::Opcode = 0x4004_54CA;
    const FLAGS: [u8; 2] = 0x1001_u16.to_ne_bytes();
    let device = rustix::fs::open("/dev/net/tun", OFlags::RDWR | OFlags::NONBLOCK, Mode::empty())
        .context("/dev/net/tun is needed for networks with a delay")?;
    // struct ifreq: the name in 16 bytes, then the flags.
    let mut request = [0_u8; 40];
    let values = DEVICE.bytes().zip(0..).chain(FLAGS.into_iter().zip(16..));
    for (value, place) in values {
        if let Some(byte) = request.get_mut::<usize>(place) {
            *byte = value;
        }
    }
    // SAFETY: This request reads a `struct ifreq` of 40 bytes, which is what it is given.
    #[expect(unsafe_code, reason = "there is no other way to name a TUN device")]
    unsafe {
        rustix::ioctl::ioctl(&device, Setter::<SET, [u8; 40]>::new(request))
            .context("cannot make a TUN device")?;
    }
    Ok(device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    const SHAPE: Shape = Shape { delay_ms: 25.0, rate_mbit: 10.0, loss_percent: 0.0, queue_ms: 200.0 };

    #[test]
    fn a_packet_takes_its_time_on_the_wire_and_the_delay() {
        let mut direction = Direction::new(SHAPE, 1);
        direction.take(&[0; 1250], SECOND);
        assert_eq!(direction.give(SECOND + 25 * MILLISECOND), None);
        assert!(direction.give(SECOND + 26 * MILLISECOND).is_some());
    }

    #[test]
    fn the_queue_is_bounded_and_drops_at_its_tail() {
        let mut direction = Direction::new(SHAPE, 1);
        for _ in 0..1000 {
            direction.take(&[0; 1250], SECOND);
        }
        // 200 ms of 1 ms each, and the one that is being sent.
        assert_eq!(direction.under_way.len(), 201);
    }

    #[test]
    fn as_many_are_lost_as_was_asked() {
        let mut direction = Direction::new(Shape { loss_percent: 10.0, rate_mbit: 1e6, ..SHAPE }, 1);
        for _ in 0..10_000 {
            direction.take(&[0; 10], SECOND);
        }
        assert!((8_700..9_300).contains(&direction.under_way.len()), "{}", direction.under_way.len());
    }
}
