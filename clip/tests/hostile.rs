//! Far sides that lie about what they offer, and programs on this desktop that do not keep to the rules of selections.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test ends here")]

mod common;

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{eventually, paste, wait_for_target};
use deskside_clip::own::Wanted;
use deskside_clip::share::{Failure, Fetch, Fetched, Fetching, Miss, Pasting, PastingOptions, Report};
use deskside_clip::watch::WatchOptions;
use deskside_clip::{Format, Formats, NoPiece, Piece, Selection, own, watch};
use deskside_proto::ids::OfferId;
use deskside_testkit::x11::Xvfb;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, WindowClass};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Long enough for whatever is sure to come.
const SOON: Duration = Duration::from_secs(10);

/// Answers as it is told.
struct Liar(Box<dyn Fn(Piece) -> Result<Fetched, Miss> + Send + Sync>);

impl Fetch for Liar {
    fn fetch(&self, piece: Piece) -> Fetching {
        let answer = (self.0)(piece);
        Box::pin(async move { answer })
    }
}

/// Offers everything, pastes as `target`, and says what was pasted and reported, and what was written to disk.
fn pasted(
    target: &str,
    liar: impl Fn(Piece) -> Result<Fetched, Miss> + Send + Sync + 'static,
) -> (Vec<u8>, Option<Report>, Vec<std::path::PathBuf>) {
    let desk = Xvfb::start(320, 240).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (told, reports) = mpsc::channel();
    let folder = tempfile::tempdir().unwrap();
    let pasting = Pasting::begin(PastingOptions {
        display: Some(desk.display().to_owned()),
        fetch: Arc::new(Liar(Box::new(liar))),
        tell: Arc::new(move |report| {
            let _ = told.send(report);
        }),
        files_in: Some(folder.path().join("in")),
        primary: false,
        runtime: runtime.handle().clone(),
    })
    .unwrap();
    pasting.offered(OfferId(1), Selection::Clipboard, Format::ALL.iter().copied().collect());
    wait_for_target(&desk, "clipboard", target);
    let pasted = paste(&desk, target, "clipboard");
    // It is told after the one who pastes has heard that there is nothing.
    let is_failure = |report: &Report| matches!(report, Report::Failed { .. });
    let last = std::iter::from_fn(|| reports.recv_timeout(SOON).ok()).find(is_failure);
    drop(pasting);
    (pasted, last, files_below(folder.path()))
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn failed(format: Format, why: Failure) -> Option<Report> {
    Some(Report::Failed { format, why })
}

#[test]
fn a_content_that_never_ends_or_changes_its_length_is_given_up() {
    let endless = |piece: Piece| Ok((u64::MAX, Bytes::from(vec![0; piece.length as usize])));
    assert_eq!(
        pasted("text/html", endless),
        (vec![], failed(Format::Html, Failure::Refused(NoPiece::TooLong)), vec![])
    );
    let growing = |piece: Piece| Ok((1_000_000 + piece.offset, Bytes::from(vec![0; piece.length as usize])));
    assert_eq!(pasted("text/html", growing), (vec![], failed(Format::Html, Failure::Wrong), vec![]));
    let short = |_: Piece| Ok((1_000_000, Bytes::from_static(b"x")));
    assert_eq!(pasted("image/png", short), (vec![], failed(Format::Png, Failure::Wrong), vec![]));
    let broken = |_: Piece| Err(Miss::Over);
    assert_eq!(pasted("image/png", broken), (vec![], failed(Format::Png, Failure::Lost), vec![]));
}

#[test]
fn a_list_with_names_that_lead_elsewhere_writes_nothing() {
    for name in ["../evil", "/tmp/evil", "a/../../evil", "evil\0", "."] {
        let mut list = vec![0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, name.len() as u8];
        list.extend(name.as_bytes());
        let list = Bytes::from(list);
        let liar = move |piece: Piece| match piece.item {
            0 => Ok((list.len() as u64, list.clone())),
            _ => Ok((4, Bytes::from_static(b"evil"))),
        };
        let outcome = pasted("text/uri-list", liar);
        assert_eq!(outcome, (vec![], failed(Format::Files, Failure::Wrong), vec![]), "{name:?}");
    }
}

#[test]
fn a_reader_that_never_goes_on_and_one_that_vanishes_hold_up_nobody() {
    let desk = Xvfb::start(320, 240).unwrap();
    let content = Bytes::from(vec![b'x'; 2_000_000]);
    let given = content.clone();
    let owner =
        own::open(Some(desk.display()), Arc::new(move |wanted: Wanted| wanted.answer.give(given.clone())))
            .unwrap();
    owner.own(Selection::Clipboard, 1, Formats::from(Format::Text));
    wait_for_target(&desk, "clipboard", "UTF8_STRING");
    let mut lazy = Vec::new();
    for _ in 0..3 {
        let (connection, screen) = RustConnection::connect(Some(desk.display())).unwrap();
        let window = window(&connection, screen);
        let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (clipboard, target) = (atom(b"CLIPBOARD"), atom(b"UTF8_STRING"));
        connection.convert_selection(window, clipboard, target, atom(b"THERE"), x11rb::CURRENT_TIME).unwrap();
        connection.flush().unwrap();
        while !matches!(connection.wait_for_event().unwrap(), Event::SelectionNotify(_)) {}
        // It takes no part of what was promised to it; the last one is gone altogether.
        lazy.push(connection);
    }
    lazy.pop();
    let begin = Instant::now();
    assert!(paste(&desk, "UTF8_STRING", "clipboard") == content);
    assert!(begin.elapsed() < Duration::from_secs(5), "another one waited for them");
}

#[test]
fn offers_without_pause_neither_pile_up_nor_put_off_the_end() {
    let desk = Xvfb::start(320, 240).unwrap();
    let number = |wanted: Wanted| wanted.answer.give(wanted.number.to_string().into());
    let owner = own::open(Some(desk.display()), Arc::new(number)).unwrap();
    let flood = |first: u32| {
        for number in first..first + 1_000_000 {
            owner.own(Selection::Clipboard, number, Formats::from(Format::Text));
        }
        first + 1_000_000
    };
    let next = flood(1);
    owner.own(Selection::Clipboard, next, Formats::from(Format::Text));
    let begin = Instant::now();
    wait_for_target(&desk, "clipboard", "UTF8_STRING");
    eventually("the last offer", || paste(&desk, "UTF8_STRING", "clipboard") == next.to_string().as_bytes());
    assert!(begin.elapsed() < Duration::from_secs(2), "offers had piled up: {:?}", begin.elapsed());
    flood(next + 1);
    let begin = Instant::now();
    drop(owner);
    assert!(begin.elapsed() < Duration::from_secs(1), "the end waited: {:?}", begin.elapsed());
}

fn window(connection: &RustConnection, screen: usize) -> u32 {
    let window = connection.generate_id().unwrap();
    let root = connection.setup().roots[screen].root;
    let aux = CreateWindowAux::new().event_mask(x11rb::protocol::xproto::EventMask::PROPERTY_CHANGE);
    connection
        .create_window(
            0,
            window,
            root,
            0,
            0,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &aux,
        )
        .unwrap();
    window
}

/// An owner of the clipboard that answers each request with `answer`.
fn strange_owner(
    desk: &Xvfb,
    answer: impl Fn(&RustConnection, x11rb::protocol::xproto::SelectionRequestEvent) + Send + 'static,
) {
    let (connection, screen) = RustConnection::connect(Some(desk.display())).unwrap();
    let window = window(&connection, screen);
    let clipboard = connection.intern_atom(false, b"CLIPBOARD").unwrap().reply().unwrap().atom;
    connection.set_selection_owner(window, clipboard, x11rb::CURRENT_TIME).unwrap();
    connection.flush().unwrap();
    std::thread::spawn(move || {
        while let Ok(event) = connection.wait_for_event() {
            if let Event::SelectionRequest(request) = event {
                answer(&connection, request);
                let _ = connection.flush();
            }
        }
    });
}

fn notify(connection: &RustConnection, request: &x11rb::protocol::xproto::SelectionRequestEvent) {
    let notice = x11rb::protocol::xproto::SelectionNotifyEvent {
        response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: request.property,
    };
    connection
        .send_event(false, request.requestor, x11rb::protocol::xproto::EventMask::NO_EVENT, notice)
        .unwrap();
}

#[test]
fn owners_that_never_answer_or_never_end_cost_a_limited_time() {
    let desk = Xvfb::start(320, 240).unwrap();
    let (tell, told) = mpsc::channel();
    let watch = watch::open(
        Some(desk.display()),
        WatchOptions { primary: false, present: false },
        Box::new(move |copied| tell.send(copied).unwrap()),
    )
    .unwrap();
    // It says that it has text, and then promises parts that never come.
    strange_owner(&desk, |connection, request| {
        let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (window, property) = (request.requestor, request.property);
        if request.target == atom(b"TARGETS") {
            let text = atom(b"UTF8_STRING");
            connection
                .change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &[text])
                .unwrap();
        } else {
            connection
                .change_property32(PropMode::REPLACE, window, property, atom(b"INCR"), &[u32::MAX])
                .unwrap();
        }
        notify(connection, &request);
    });
    let copied = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(copied.formats, Formats::from(Format::Text));
    let (done, result) = mpsc::channel();
    let begin = Instant::now();
    watch.read(
        Selection::Clipboard,
        copied.version,
        Format::Text,
        Box::new(move |content| done.send(content).unwrap()),
    );
    assert_eq!(result.recv_timeout(Duration::from_secs(20)).unwrap(), Err(NoPiece::Unavailable));
    assert!(begin.elapsed() < Duration::from_secs(9));
    // An owner that says nothing at all is no news for longer than the limit, and the next one is.
    strange_owner(&desk, |_, _| {});
    std::thread::sleep(Duration::from_millis(300));
    let _owner = common::copy(&desk, "UTF8_STRING", "clipboard", b"after all");
    eventually("the next owner", || {
        told.try_recv().is_ok_and(|copied| copied.formats.contains(Format::Text))
    });
}

#[test]
fn a_secret_of_a_password_manager_is_not_told_of_and_cannot_be_read() {
    let desk = Xvfb::start(320, 240).unwrap();
    let (tell, told) = mpsc::channel();
    let watch = watch::open(
        Some(desk.display()),
        WatchOptions { primary: false, present: false },
        Box::new(move |copied| tell.send(copied).unwrap()),
    )
    .unwrap();
    for (hint, formats) in [
        (&b"secret"[..], Formats::NONE),
        (b"public", Formats::from(Format::Text)),
        (b"", Formats::from(Format::Text)),
    ] {
        strange_owner(&desk, move |connection, request| {
            let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
            let (window, property) = (request.requestor, request.property);
            let (text, mark) = (atom(b"UTF8_STRING"), atom(b"x-kde-passwordManagerHint"));
            if request.target == atom(b"TARGETS") {
                let targets = if hint.is_empty() { vec![text] } else { vec![text, mark] };
                connection
                    .change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &targets)
                    .unwrap();
            } else {
                let value = if request.target == mark { hint } else { b"hunter2" };
                connection
                    .change_property8(PropMode::REPLACE, window, property, request.target, value)
                    .unwrap();
            }
            notify(connection, &request);
        });
        let copied = told.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(copied.formats, formats, "{}", String::from_utf8_lossy(hint));
        let (done, result) = mpsc::channel();
        let tell = Box::new(move |content| done.send(content).unwrap());
        watch.read(Selection::Clipboard, copied.version, Format::Text, tell);
        let content = result.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(content.is_ok(), !formats.is_empty());
    }
}
