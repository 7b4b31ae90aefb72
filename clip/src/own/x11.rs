//! The owner on X11: a thread of its own answers whoever pastes, when the content is there.
//! Whoever pastes decides its own pace and may vanish at any time; nothing of that can hold up another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use bytes::Bytes;
use deskside_proto::wire::clipboard::{Formats, Selection};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, PropMode, PropertyNotifyEvent, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Timestamp, Window,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

use super::incremental::Transfers;
use super::request::{Fate, Request};
use super::{Answer, Own, Wanted};
use crate::ClipError;
use crate::x11::{Link, Wake};

/// Requests that may wait for their content at once.
const MOST_REQUESTS: usize = 32;

struct X11Own {
    orders: Arc<Mutex<Orders>>,
    wake: Arc<Wake>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What the thread has to do. Of each selection only the newest counts: a far side that offers without pause neither
/// fills the memory nor puts off the end.
#[derive(Default)]
struct Orders {
    own: HashMap<Selection, (u32, Formats)>,
    stop: bool,
}

/// The content for one pair of a request.
struct Content {
    request: u64,
    place: usize,
    content: Option<Bytes>,
}

pub(super) fn open(
    display: Option<&str>,
    wanted: Arc<dyn Fn(Wanted) + Send + Sync>,
) -> Result<Box<dyn Own>, ClipError> {
    let link = Link::open(display)?;
    let orders = Arc::<Mutex<Orders>>::default();
    // INVARIANT: as many contents as requests wait for at the most; their number is bounded.
    let (contents, received) = mpsc::channel();
    let wake = link.waker();
    let owning = Owning {
        link,
        orders: orders.clone(),
        contents,
        received,
        wanted,
        wishes: HashMap::new(),
        held: HashMap::new(),
        requests: HashMap::new(),
        next_request: 0,
        transfers: Transfers::default(),
        stopped: false,
    };
    let thread = thread::Builder::new().name("pasted".into()).spawn(move || owning.run())?;
    Ok(Box::new(X11Own { orders, wake, thread: Some(thread) }))
}

impl Own for X11Own {
    fn own(&self, selection: Selection, number: u32, formats: Formats) {
        lock(&self.orders).own.insert(selection, (number, formats));
        self.wake.wake();
    }
}

impl Drop for X11Own {
    fn drop(&mut self) {
        lock(&self.orders).stop = true;
        self.wake.wake();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// What is owned, and since when by the server's clock.
#[derive(Clone, Copy)]
struct Held {
    number: u32,
    formats: Formats,
    since: Timestamp,
}

struct Owning {
    link: Link,
    orders: Arc<Mutex<Orders>>,
    contents: mpsc::Sender<Content>,
    received: mpsc::Receiver<Content>,
    wanted: Arc<dyn Fn(Wanted) + Send + Sync>,
    /// What is to be owned as soon as the server has said what time it is.
    wishes: HashMap<Selection, (u32, Formats)>,
    held: HashMap<Selection, Held>,
    requests: HashMap<u64, Request>,
    next_request: u64,
    transfers: Transfers,
    stopped: bool,
}

fn lock(orders: &Mutex<Orders>) -> MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Owning {
    fn run(mut self) {
        while !self.stopped {
            if let Err(error) = self.turn() {
                tracing::warn!(%error, "nothing can be pasted from the other side any more");
                return;
            }
        }
    }

    fn turn(&mut self) -> Result<(), ClipError> {
        let Orders { own, stop } = std::mem::take(&mut *lock(&self.orders));
        if stop {
            self.stopped = true;
            return Ok(());
        }
        for (selection, (number, formats)) in own {
            self.wish(selection, number, formats)?;
        }
        while let Ok(Content { request, place, content }) = self.received.try_recv() {
            self.content(request, place, content)?;
        }
        while let Some(event) = self.link.connection.poll_for_event()? {
            self.handle(&event)?;
        }
        self.transfers.give_up_late_ones(&self.link)?;
        self.link.sleep(self.transfers.due())
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the server tells of much that is of no interest here"
    )]
    fn handle(&mut self, event: &Event) -> Result<(), ClipError> {
        match event {
            Event::SelectionRequest(event) => self.requested(event),
            Event::SelectionClear(event) => {
                if let Some(selection) = self.link.names.is_selection(event.selection) {
                    self.held.remove(&selection);
                }
                Ok(())
            }
            Event::PropertyNotify(event) if event.window == self.link.window => self.now_it_is(event),
            Event::PropertyNotify(event) => self.transfers.property_changed(&self.link, event),
            Event::DestroyNotify(event) => {
                self.transfers.window_gone(event.window);
                Ok(())
            }
            // Errors come from windows that are gone: their transfers run out.
            _ => Ok(()),
        }
    }

    fn wish(&mut self, selection: Selection, number: u32, formats: Formats) -> Result<(), ClipError> {
        if formats.is_empty() {
            self.wishes.remove(&selection);
            if let Some(held) = self.held.remove(&selection) {
                let atom = self.link.names.selection(selection);
                self.link.connection.set_selection_owner(NONE, atom, held.since)?;
            }
            return Ok(());
        }
        self.wishes.insert(selection, (number, formats));
        // The answer, a property event, says what time it is.
        let Link { connection, window, names, .. } = &self.link;
        connection.change_property8(PropMode::APPEND, *window, names.TRANSFER, AtomEnum::STRING, &[])?;
        Ok(())
    }

    fn now_it_is(&mut self, event: &PropertyNotifyEvent) -> Result<(), ClipError> {
        for (selection, (number, formats)) in std::mem::take(&mut self.wishes) {
            let atom = self.link.names.selection(selection);
            let Link { connection, window, .. } = &self.link;
            connection.set_selection_owner(*window, atom, event.time)?;
            if connection.get_selection_owner(atom)?.reply()?.owner == *window {
                self.held.insert(selection, Held { number, formats, since: event.time });
            }
        }
        Ok(())
    }

    fn requested(&mut self, event: &SelectionRequestEvent) -> Result<(), ClipError> {
        let mut request = Request::new(event);
        let held = self.link.names.is_selection(event.selection).and_then(|selection| {
            let held = self.held.get(&selection)?;
            // A time before the selection was owned means the owner before.
            let is_meant = event.time == CURRENT_TIME || event.time.wrapping_sub(held.since) < 1 << 31;
            is_meant.then_some((selection, *held))
        });
        let Some((selection, held)) = held.filter(|_| self.requests.len() < MOST_REQUESTS) else {
            request.settle(0, Fate::Refused);
            return self.notify(&request);
        };
        if event.target == self.link.names.MULTIPLE {
            let most = u32::try_from(Request::MOST_PAIRS * 2).unwrap_or(u32::MAX);
            let property = self.link.connection.get_property(
                false,
                request.requestor,
                request.property,
                AtomEnum::ANY,
                0,
                most,
            )?;
            // The window may be gone already.
            let numbers: Vec<u32> =
                property.reply().ok().and_then(|reply| Some(reply.value32()?.collect())).unwrap_or_default();
            request = request.of_several(&numbers);
        }
        let number = self.next_request;
        self.next_request += 1;
        for place in 0..request.pairs.len() {
            let fate = self.begin_pair(&request, (number, place), selection, held)?;
            request.settle(place, fate);
        }
        if request.is_settled() {
            return self.notify(&request);
        }
        self.requests.insert(number, request);
        Ok(())
    }

    /// Answers what can be answered at once, and asks for the rest.
    fn begin_pair(
        &mut self,
        request: &Request,
        (number, place): (u64, usize),
        selection: Selection,
        held: Held,
    ) -> Result<Fate, ClipError> {
        let Some(pair) = request.pairs.get(place) else { return Ok(Fate::Refused) };
        let Link { connection, names, .. } = &self.link;
        let (window, property) = (request.requestor, pair.property);
        let write32 = |kind: Atom, values: &[u32]| -> Result<Fate, ClipError> {
            connection.change_property32(PropMode::REPLACE, window, property, kind, values)?;
            Ok(Fate::Given)
        };
        let write8 = |kind: Atom, bytes: &[u8]| -> Result<Fate, ClipError> {
            connection.change_property8(PropMode::REPLACE, window, property, kind, bytes)?;
            Ok(Fate::Given)
        };
        if property == NONE {
            return Ok(Fate::Refused);
        }
        if pair.target == names.TARGETS {
            let mut targets = vec![
                names.TARGETS,
                names.TIMESTAMP,
                names.MULTIPLE,
                names.FROM_DESKSIDE,
                names.PASSWORD_HINT,
            ];
            targets.extend(held.formats.iter().flat_map(|format| names.targets(format)));
            return write32(AtomEnum::ATOM.into(), &targets);
        }
        if pair.target == names.TIMESTAMP {
            return write32(AtomEnum::INTEGER.into(), &[held.since]);
        }
        if pair.target == names.FROM_DESKSIDE {
            return write8(names.FROM_DESKSIDE, b"1");
        }
        if pair.target == names.PASSWORD_HINT {
            // Asks clipboard managers neither to fetch nor to keep what belongs to another machine.
            return write8(names.PASSWORD_HINT, b"secret");
        }
        let Some(format) = names.format(pair.target).filter(|format| held.formats.contains(*format)) else {
            return Ok(Fate::Refused);
        };
        let (contents, wake) = (self.contents.clone(), self.link.waker());
        let answer = Answer::new(move |content| {
            // The thread may have ended, and with it whoever waited.
            let _ = contents.send(Content { request: number, place, content });
            wake.wake();
        });
        (self.wanted)(Wanted { selection, number: held.number, format, answer });
        Ok(Fate::Waiting)
    }

    fn content(&mut self, number: u64, place: usize, content: Option<Bytes>) -> Result<(), ClipError> {
        let Some(mut request) = self.requests.remove(&number) else { return Ok(()) };
        let mut fate = Fate::Refused;
        if let (Some(content), Some(pair)) = (content, request.pairs.get(place)) {
            let (kind, content) = self.as_target(pair.target, content);
            let to = (request.requestor, pair.property);
            if self.transfers.begin(&self.link, to, kind, content)? {
                fate = Fate::Given;
            }
        }
        request.settle(place, fate);
        if request.is_settled() {
            return self.notify(&request);
        }
        self.requests.insert(number, request);
        Ok(())
    }

    /// The property's type and the content in the form that the target's name promises.
    fn as_target(&self, target: Atom, content: Bytes) -> (Atom, Bytes) {
        let names = &self.link.names;
        if target == u32::from(AtomEnum::STRING) {
            let text = String::from_utf8_lossy(&content);
            let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            return (target, latin.into());
        }
        if target == names.GNOME_FILES {
            let uris = String::from_utf8_lossy(&content);
            let lines: Vec<&str> = std::iter::once("copy").chain(uris.lines()).collect();
            return (target, lines.join("\n").into_bytes().into());
        }
        (target, content)
    }

    fn notify(&self, request: &Request) -> Result<(), ClipError> {
        let Link { connection, names, .. } = &self.link;
        let window: Window = request.requestor;
        if request.is_multiple {
            let pairs = request.pairs_written();
            connection.change_property32(
                PropMode::REPLACE,
                window,
                request.property,
                names.ATOM_PAIR,
                &pairs,
            )?;
        }
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: window,
            selection: request.selection,
            target: request.target,
            property: request.answer(),
        };
        connection.send_event(false, window, EventMask::NO_EVENT, notice)?;
        Ok(())
    }
}
