//! Sample data for the gallery and the tests of the screens: real tickets of made-up people, a drawn desktop.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "sample data, of which each user takes a part"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deskside_crypto::identity::{Identity, Seed};
use deskside_crypto::passphrase::Passphrase;
use deskside_crypto::ticket::{Invitation, Recipient, issue, new_id};
use deskside_expert::config::Settings;
use deskside_expert::identity::Card;
use deskside_expert::link::Cursor;
use deskside_expert::model::{
    Access, Command, ConnectFault, Ending, LinkNews, Message, Model, Now, Statistics, Ticket, TicketFault,
};
use deskside_expert::{opening, words};
use deskside_media::surface::{Area, Surface};
use deskside_net::expert::AttemptFailure;
use deskside_proto::geometry::{DesktopPoint, Rect, Size};
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{Address, Addresses, Host, TicketFile, Validity};
use deskside_proto::wire::control::{DeniedReason, EndedReason, Part, RefusedReason, RevokedReason};
use deskside_proto::wire::cursor::{CursorShape, Hotspot};
use deskside_proto::wire::input::Locks;
use deskside_proto::wire::monitors::{Monitor, Monitors};

/// The passphrase of every sample ticket that has one.
pub const PASSPHRASE: &str = "orbit-canvas-tiger-lemon";
/// The moment of all samples, seconds since 1970: 22 November 2026, 14:05 UTC.
pub const UNIX: u64 = 1_795_356_300;

pub fn now() -> Now {
    Now { monotonic: Instant::now(), unix: UNIX }
}

pub fn expert() -> Identity {
    Identity::from_seed(&Seed::from_bytes([7; 32]))
}

pub fn client() -> Identity {
    Identity::from_seed(&Seed::from_bytes([9; 32]))
}

pub fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

/// A ticket of Anna, valid from `before` seconds ago for an hour.
pub fn file(recipient: Recipient<'_>, before: i64) -> TicketFile {
    let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
    let start = UNIX.checked_add_signed(-before).unwrap();
    let invitation = Invitation {
        id: new_id(rng),
        from: name("Anna Berg"),
        validity: Validity::new(start, start + 3_600).unwrap(),
        addresses: Addresses::new(vec![
            Address::new(Host::V4([192, 0, 2, 17].into()), 47470).unwrap(),
            Address::new(Host::V6("2001:db8::17".parse().unwrap()), 47470).unwrap(),
        ])
        .unwrap(),
    };
    issue(&client(), &invitation, recipient, rng).unwrap().file
}

pub fn read(file: &TicketFile) -> Arc<Ticket> {
    opening::read_text(&file.to_text(), &expert()).unwrap()
}

/// A ticket with [`PASSPHRASE`]; made once, because locking it takes a good part of a second.
pub fn with_passphrase(before: i64) -> Arc<Ticket> {
    static MADE: Mutex<BTreeMap<i64, Arc<Ticket>>> = Mutex::new(BTreeMap::new());
    let make = || read(&file(Recipient::Passphrase(&Passphrase::parse(PASSPHRASE).unwrap()), before));
    Arc::clone(MADE.lock().unwrap().entry(before).or_insert_with(make))
}

pub fn sealed() -> Arc<Ticket> {
    read(&file(Recipient::Expert(expert().public()), 60))
}

pub fn access() -> Arc<Access> {
    sealed().access.clone().unwrap()
}

pub fn start() -> Model {
    Model::new(Card::of(&expert()), Settings::default(), name("Ines Weber"))
}

pub fn after(messages: impl IntoIterator<Item = Message>) -> Model {
    let mut model = start();
    for message in messages {
        model.handle(message, now());
    }
    model
}

pub fn opened(ticket: Arc<Ticket>) -> Model {
    after([Message::TicketRead(Ok(ticket))])
}

/// A model with news of a connection in the order given.
pub fn connected(news: impl IntoIterator<Item = LinkNews>) -> Model {
    let mut model = opened(sealed());
    model.handle(Message::Command(Command::Connect), now());
    for news in news {
        let attempt = model.attempt;
        model.handle(Message::Link { attempt, news }, now());
    }
    model
}

pub fn waiting() -> LinkNews {
    LinkNews::Waiting { client: name("Anna Berg"), open_for: Duration::from_secs(105) }
}

pub fn viewing() -> LinkNews {
    LinkNews::Viewing { screen: desktop().size() }
}

pub fn asked() -> LinkNews {
    LinkNews::Asked { open_for: Duration::from_secs(55) }
}

/// A larger monitor and a smaller one beside it, lower.
pub fn monitors() -> LinkNews {
    let monitor = |text: &str, place| Monitor { place, primary: false, scale_percent: 100, name: name(text) };
    LinkNews::Monitors(Monitors::new([
        monitor("eDP-1", Rect::new(0, 0, 800, 800)),
        monitor("HDMI-1", Rect::new(800, 200, 480, 400)),
    ]))
}

fn measured() -> LinkNews {
    LinkNews::Statistics(Statistics {
        frames: 24.0,
        round_trip: Duration::from_micros(18_400),
        received_bits: 1_840_000.0,
        loss: 0.004,
    })
}

/// The person has pressed Caps Lock.
fn caps_lock() -> LinkNews {
    LinkNews::Locks(Locks { caps: true, ..Locks::default() })
}

/// Every screen worth looking at, with its name.
pub fn screens() -> Vec<(&'static str, Model)> {
    let seen = || vec![waiting(), viewing()];
    let with = |more: Vec<LinkNews>| connected(seen().into_iter().chain(more));
    let fault = |fault| after([Message::TicketRead(Err(fault))]);
    let ended = |ending| connected([waiting(), LinkNews::Ended(ending)]);
    let mut wrong = opened(with_passphrase(300));
    wrong.handle(
        Message::Command(Command::TryPassphrase(deskside_expert::model::Spoken("x".to_owned().into()))),
        now(),
    );
    let attempt = wrong.attempt;
    wrong.handle(Message::PassphraseTried { attempt, result: Err(TicketFault::WrongPassphrase) }, now());
    let mut measuring = with(vec![asked(), LinkNews::Controlling, measured()]);
    measuring.statistics = true;
    let unreachable = ConnectFault::Unreachable {
        tried: vec![
            format!("192.0.2.17:47470 ({})", words::attempt(AttemptFailure::TimedOut)),
            format!("[2001:db8::17]:47470 ({})", words::attempt(AttemptFailure::NoRoute)),
        ],
    };
    let revoked = LinkNews::Revoked { reason: RevokedReason::ByPerson, pause: Duration::from_secs(5) };
    let denied = LinkNews::Denied { reason: DeniedReason::ByPerson, pause: Duration::ZERO };
    let mut whole_screen = with(vec![asked(), LinkNews::Controlling]);
    whole_screen.full_screen = true;
    let mut monitor = with(vec![monitors()]);
    monitor.handle(Message::Command(Command::LookAt(Some(name("HDMI-1")))), now());
    let mut large = with(vec![]);
    large.scale = deskside_expert::scale::Scale::Times(2);
    vec![
        ("start", start()),
        ("start-lying", fault(TicketFault::Lying)),
        ("ticket", opened(with_passphrase(300))),
        ("ticket-wrong", wrong),
        ("ticket-sealed", opened(sealed())),
        ("ticket-expired", opened(with_passphrase(5_000))),
        ("connecting", connected([])),
        ("waiting", connected([waiting()])),
        ("viewing", with(vec![])),
        ("monitor", monitor),
        ("shared-window", with(vec![LinkNews::Sharing { part: Part::Window, hides: false }])),
        ("large", large),
        ("asked", with(vec![asked()])),
        ("controlling", with(vec![asked(), LinkNews::Controlling])),
        ("locks", with(vec![asked(), LinkNews::Controlling, caps_lock()])),
        ("full-screen", whole_screen),
        ("statistics", measuring),
        ("paused", with(vec![asked(), LinkNews::Controlling, LinkNews::Paused(true)])),
        ("revoked", with(vec![asked(), LinkNews::Controlling, revoked])),
        ("denied", with(vec![asked(), denied])),
        ("ended", with(vec![LinkNews::Ended(Ending::ByThem(EndedReason::ByPerson))])),
        ("ended-lost", with(vec![LinkNews::Ended(Ending::Lost { seen: true })])),
        ("ended-refused", ended(Ending::Refused(RefusedReason::Denied))),
        ("ended-unreachable", connected([LinkNews::Ended(Ending::Connect(unreachable))])),
        ("ended-wrong-key", connected([LinkNews::Ended(Ending::Connect(ConnectFault::WrongKey))])),
    ]
}

/// A desktop with a panel and a window that holds lines of text.
pub fn desktop() -> Surface {
    let size = Size::new(1280, 800);
    let mut surface = Surface::new(size).unwrap();
    for (y, row) in surface.rows_mut(Area::whole(size).unwrap()).enumerate() {
        for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let shade = (x / 16 + y / 10) as u8;
            *pixel = [120 + shade / 3, 84 + shade / 4, 40 + shade / 6, 255];
        }
    }
    let mut fill = |rect: Rect, colour: [u8; 3]| {
        for row in surface.rows_mut(Area::clipped(rect, size).unwrap()) {
            for pixel in row.as_chunks_mut::<4>().0 {
                *pixel = [colour[2], colour[1], colour[0], 255];
            }
        }
    };
    fill(Rect::new(0, 764, 1280, 36), [32, 36, 44]);
    for place in 0..5 {
        fill(Rect::new(14 + place * 44, 772, 28, 20), [90, 120 + 20 * place as u8, 190]);
    }
    fill(Rect::new(180, 90, 760, 520), [246, 247, 249]);
    fill(Rect::new(180, 90, 760, 34), [58, 66, 82]);
    fill(Rect::new(196, 101, 150, 12), [205, 212, 224]);
    for line in 0..22 {
        let width = 700 - (line * 97 % 260) as u32;
        fill(Rect::new(208, 146 + line * 20, width.min(704), 7), [88, 98, 116]);
    }
    surface
}

/// An arrow in the middle of the sample desktop.
pub fn cursor() -> Cursor {
    let (width, height) = (12_usize, 18_usize);
    let mut rgba = vec![0; width * height * 4];
    for y in 0..height {
        for x in 0..width {
            let inside = x <= y * 2 / 3 && y < height - x / 2;
            let edge = inside && (x == 0 || x + 1 > y * 2 / 3 || y + 1 >= height - x / 2);
            if inside {
                let value = if edge { 0 } else { 255 };
                rgba[(y * width + x) * 4..][..4].copy_from_slice(&[value, value, value, 255]);
            }
        }
    }
    let shape = CursorShape::new(Size::new(12, 18), Hotspot { x: 0, y: 0 }, rgba).unwrap();
    Cursor { shape: Some(Arc::new(shape)), at: DesktopPoint::new(560, 330), known: true }
}
