//! What one stranger makes this process hold, counted by the allocator and compared with the stated limit.
//! Both ends live in this process, so the figure is an upper bound of the client's own part.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a failing test ends here, and the figure is worth seeing"
)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};

use common::*;
use deskside_net::client::{DoorLimits, ListenLimits};
use deskside_net::transport;
use deskside_proto::wire::{ALPN, StreamKind};
use deskside_testkit::net::{Liar, lying_expert};

struct Counting;

static HELD: AtomicI64 = AtomicI64::new(0);

#[expect(unsafe_code, reason = "counting needs an allocator of one's own")]
// SAFETY: every call is passed on unchanged to the system's allocator; counting touches an atomic only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: the caller's promises about `layout` are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[tokio::test]
async fn a_stranger_costs_no_more_than_stated() {
    let door =
        DoorLimits { half_open: 200, half_open_per_address: 200, burst: 10_000, ..DoorLimits::default() };
    let listener = listen_with(&identity(1), ListenLimits { door, ..limits() }, Tickets::one());
    let expert = identity(2);
    let endpoint = lying_expert(&Liar { identity: Some(&expert), alpn: &[ALPN] }).unwrap();
    let mut strangers = Vec::new();
    let mut begin = 0;
    let (warm, total) = (20, 120);
    for number in 0..total {
        if number == warm {
            begin = HELD.load(Ordering::Relaxed);
        }
        let connection = soon(endpoint.connect(local(&listener), "x.invalid").unwrap()).await.unwrap();
        let (mut send, recv) = soon(connection.open_bi()).await.unwrap();
        // As much of a greeting as can be sent without being answered.
        let mut words = vec![StreamKind::Control.code(), 1, 0, 0, 0x02, 0x56];
        words.resize(600, 0);
        send.write_all(&words).await.unwrap();
        strangers.push((connection, send, recv));
    }
    let grown = HELD.load(Ordering::Relaxed) - begin;
    let each = grown / i64::from(total - warm);
    eprintln!("one stranger, both ends together: {each} bytes");
    assert!(each > 0);
    assert!(each as u64 <= transport::MEMORY_BEFORE_PROOF_BYTES, "{each}");
}
