//! A running connection as it is shown: who, in which phase, what was answered last, how the line is.

use std::time::{Duration, Instant};

use deskside_proto::geometry::{Rect, Size};
use deskside_proto::name::PersonName;
use deskside_proto::wire::control::{DeniedReason, Part, RevokedReason};
use deskside_proto::wire::input::Locks;
use deskside_proto::wire::monitors::Monitors;

use deskside_clip::share::Report;
use deskside_proto::session::Way;

use super::{Effect, Ending, Model, Now, Stage, Wish};

/// What the connection reports.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkNews {
    /// Connected; the person is being asked whether the expert may see.
    Waiting {
        /// Who they are, by their own account.
        client: PersonName,
        /// How long the question is open.
        open_for: Duration,
    },
    /// The person allowed seeing, or the desktop changed its size.
    Viewing {
        /// The size of the desktop.
        screen: Size,
    },
    /// The desktop has these monitors from now on.
    Monitors(Monitors),
    /// So much of the desktop may be seen from now on.
    Sharing {
        /// What may be seen at all.
        part: Part,
        /// Some of it is hidden.
        hides: bool,
    },
    /// The locks are so over there from now on.
    Locks(Locks),
    /// Control was asked for.
    Asked {
        /// How long the question is open.
        open_for: Duration,
    },
    /// Control was given.
    Controlling,
    /// The person's own input goes first, or no longer does.
    Paused(bool),
    /// The question for control was answered with no.
    Denied {
        /// Why.
        reason: DeniedReason,
        /// How long it makes no sense to ask again.
        pause: Duration,
    },
    /// The question for control was taken back.
    Withdrawn,
    /// Control was given back.
    Released,
    /// Control was taken back.
    Revoked {
        /// Why.
        reason: RevokedReason,
        /// How long it makes no sense to ask again.
        pause: Duration,
    },
    /// Where the ways of the clipboard stand, in the order of [`Way::ALL`].
    Ways([Passage; 2]),
    /// A way of the clipboard was asked for and refused.
    ClipboardDenied {
        /// Which.
        way: Way,
        /// Why.
        reason: DeniedReason,
        /// How long it makes no sense to ask again.
        pause: Duration,
    },
    /// A way of the clipboard was closed.
    ClipboardRevoked {
        /// Which.
        way: Way,
        /// Why.
        reason: RevokedReason,
        /// How long it makes no sense to ask again.
        pause: Duration,
    },
    /// What becomes of a paste here.
    Pasting(Report),
    /// How the line is.
    Statistics(Statistics),
    /// Over.
    Ended(Ending),
}

/// The phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The person is being asked whether the expert may see.
    Waiting {
        /// When the question closes.
        until: Instant,
    },
    /// The desktop is seen.
    Viewing,
    /// The person is being asked whether the expert may control.
    Asked {
        /// When the question closes.
        until: Instant,
    },
    /// The desktop is controlled.
    Controlling {
        /// The person's own input goes first at the moment.
        paused: bool,
    },
}

/// Where a way of the clipboard stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passage {
    /// Nothing passes.
    #[default]
    Closed,
    /// The person is being asked.
    Asked,
    /// What is copied can be pasted.
    Open,
}

/// How control ended last, or was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// Not given.
    Denied(DeniedReason),
    /// Taken back.
    Revoked(RevokedReason),
    /// Given back.
    Released,
    /// A way of the clipboard was refused.
    ClipboardDenied(Way, DeniedReason),
    /// A way of the clipboard was closed.
    ClipboardRevoked(Way, RevokedReason),
    /// Nothing came of a paste.
    NotPasted(Report),
    /// A monitor that had a window of its own is gone.
    MonitorGone,
    /// There is one more monitor.
    MonitorNew,
}

/// How the line is, over the last second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Statistics {
    /// Pictures shown per second.
    pub frames: f32,
    /// Round trip time.
    pub round_trip: Duration,
    /// Bits per second received.
    pub received_bits: f64,
    /// Lost packets as a fraction of all, 0 to 1.
    pub loss: f64,
}

/// A running connection.
#[derive(Debug)]
pub struct Session {
    /// Who they are, by their own account.
    pub client: PersonName,
    /// Where it is.
    pub phase: Phase,
    /// The size of their desktop; none before it is seen.
    pub screen: Option<Size>,
    /// The monitors that can be chosen.
    pub monitors: Monitors,
    /// The one that is chosen, by its name; without, the whole desktop is shown.
    pub monitor: Option<PersonName>,
    /// Those that have windows of their own, in the order in which they were opened.
    pub apart: Vec<PersonName>,
    /// What of the desktop may be seen, and whether some of it is hidden.
    pub sharing: (Part, bool),
    /// How the locks are over there, while that is told.
    pub locks: Option<Locks>,
    /// How control ended last, and when.
    pub last: Option<(Last, Instant)>,
    /// From when on it makes sense to ask for control again.
    pub ask_from: Option<Instant>,
    /// Where the ways of the clipboard stand, in the order of [`Way::ALL`].
    pub ways: [Passage; 2],
    /// A paste that takes a while.
    pub pasting: Option<Report>,
    /// How the line is.
    pub statistics: Statistics,
    /// Since when it exists.
    pub since: Instant,
}

impl Session {
    /// A wish that makes sense in this phase. The session machine checks again; this keeps buttons honest.
    #[must_use]
    pub fn accepts(&self, wish: Wish) -> bool {
        match wish {
            Wish::RequestControl => {
                self.phase == Phase::Viewing && self.screen.is_some() && !self.asks_clipboard()
            }
            Wish::WithdrawRequest => matches!(self.phase, Phase::Asked { .. }) || self.asks_clipboard(),
            Wish::AskClipboard(way) => {
                matches!(self.phase, Phase::Viewing | Phase::Controlling { .. })
                    && self.passage(way) == Passage::Closed
                    && !self.asks_clipboard()
            }
            Wish::ReleaseClipboard(way) => self.passage(way) == Passage::Open,
            Wish::CancelPaste => self.pasting.is_some(),
            Wish::ReleaseControl => matches!(self.phase, Phase::Controlling { .. }),
            Wish::Leave => true,
        }
    }

    /// The part of the desktop that the expert looks at: the monitor that is chosen, or the only one that there is to
    /// see, or everything.
    #[must_use]
    pub fn looked_at(&self) -> Option<Rect> {
        let whole = self.screen?.rect();
        let monitors = self.monitors.as_slice();
        let chosen = self.monitor.as_ref();
        let monitor = monitors.iter().find(|monitor| Some(&monitor.name) == chosen);
        let only = monitors.first().filter(|_| self.sharing.0 == Part::Screen && monitors.len() == 1);
        let place = monitor.or(only).and_then(|monitor| monitor.place.intersection(&whole));
        Some(place.unwrap_or(whole))
    }

    /// The place of a monitor on the desktop, where it is there and seen.
    #[must_use]
    pub fn place_of(&self, name: &PersonName) -> Option<Rect> {
        let monitor = self.monitors.as_slice().iter().find(|monitor| monitor.name == *name)?;
        monitor.place.intersection(&self.screen?.rect())
    }

    /// All parts of the desktop that windows show, each once.
    #[must_use]
    pub fn all_looked_at(&self) -> Vec<Rect> {
        let apart = self.apart.iter().filter_map(|name| self.place_of(name));
        let mut parts: Vec<Rect> = Vec::new();
        for part in self.looked_at().into_iter().chain(apart) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
    }

    pub(super) fn set_apart(&mut self, name: &PersonName, is_apart: bool) {
        self.apart.retain(|there| there != name);
        if is_apart && self.place_of(name).is_some() {
            self.apart.push(name.clone());
        }
    }

    pub(super) fn each_apart(&mut self) {
        let mut names: Vec<PersonName> = Vec::new();
        for monitor in self.monitors.as_slice() {
            // The client gives the names, and may give one twice; a window has one of its own.
            if !names.contains(&monitor.name) {
                names.push(monitor.name.clone());
            }
        }
        let mut names = names.into_iter();
        if let Some(first) = names.next() {
            self.monitor = Some(first);
            self.apart = names.collect();
        }
    }

    /// A monitor that is gone for a moment is shown again in the main window when it is back; its own window is closed,
    /// because an empty one would stand in the way.
    fn monitors_changed(&mut self, monitors: Monitors, now: Now) {
        let names = |monitors: &Monitors| -> Vec<PersonName> {
            monitors.as_slice().iter().map(|monitor| monitor.name.clone()).collect()
        };
        let (before, after) = (names(&self.monitors), names(&monitors));
        self.monitors = monitors;
        let open = self.apart.len();
        self.apart.retain(|name| after.contains(name));
        if self.apart.len() < open {
            self.last = Some((Last::MonitorGone, now.monotonic));
        } else if !before.is_empty() && after.len() > 1 && after.iter().any(|name| !before.contains(name)) {
            self.last = Some((Last::MonitorNew, now.monotonic));
        }
    }

    /// Where this way of the clipboard stands.
    #[must_use]
    pub fn passage(&self, way: Way) -> Passage {
        let [to_expert, to_person] = self.ways;
        match way {
            Way::ToExpert => to_expert,
            Way::ToPerson => to_person,
        }
    }

    /// The person is being asked for a way of the clipboard.
    #[must_use]
    pub fn asks_clipboard(&self) -> bool {
        self.ways.contains(&Passage::Asked)
    }

    /// Input goes to the other side.
    #[must_use]
    pub fn is_controlling(&self) -> bool {
        matches!(self.phase, Phase::Controlling { .. })
    }

    /// The locks over there are known, and may be set now: while the person's own input goes first they stay as they are.
    #[must_use]
    pub fn can_align_locks(&self) -> bool {
        self.locks.is_some() && self.phase == Phase::Controlling { paused: false }
    }

    /// The desktop is seen.
    #[must_use]
    pub fn is_seeing(&self) -> bool {
        !matches!(self.phase, Phase::Waiting { .. })
    }
}

impl Model {
    pub(super) fn handle_link(&mut self, news: LinkNews, now: Now) -> Vec<Effect> {
        match (news, &mut self.stage) {
            (LinkNews::Ended(ending), Stage::Connecting { .. } | Stage::Session(_)) => {
                self.attempt += 1;
                self.stage = Stage::Ended(ending);
                vec![Effect::Disconnect]
            }
            (LinkNews::Waiting { client, open_for }, Stage::Connecting { .. }) => {
                self.stage = Stage::Session(Session {
                    client,
                    phase: Phase::Waiting { until: now.monotonic + open_for },
                    screen: None,
                    monitors: Monitors::default(),
                    monitor: None,
                    apart: Vec::new(),
                    sharing: (Part::Everything, false),
                    locks: None,
                    last: None,
                    ask_from: None,
                    ways: [Passage::Closed; 2],
                    pasting: None,
                    statistics: Statistics::default(),
                    since: now.monotonic,
                });
                Vec::new()
            }
            (news, Stage::Session(session)) => {
                let began = session.handle(news, now).then_some(session.screen).flatten();
                began.map(Effect::ViewingBegan).into_iter().collect()
            }
            // News that crossed with a change of screen.
            (_, Stage::Start { .. } | Stage::Ticket(_) | Stage::Connecting { .. } | Stage::Ended(_)) => {
                Vec::new()
            }
        }
    }
}

impl Session {
    /// Takes the news; true when seeing begins with it.
    fn handle(&mut self, news: LinkNews, now: Now) -> bool {
        match news {
            LinkNews::Viewing { screen } => {
                self.screen = Some(screen);
                if !self.is_seeing() {
                    self.phase = Phase::Viewing;
                    return true;
                }
            }
            LinkNews::Monitors(monitors) => self.monitors_changed(monitors, now),
            LinkNews::Sharing { part, hides } => self.sharing = (part, hides),
            LinkNews::Locks(locks) => self.locks = Some(locks).filter(|_| self.is_controlling()),
            LinkNews::Asked { open_for } => {
                self.last = None;
                self.phase = Phase::Asked { until: now.monotonic + open_for };
            }
            LinkNews::Controlling => {
                self.last = None;
                self.phase = Phase::Controlling { paused: false };
            }
            LinkNews::Paused(is_paused) => {
                if let Phase::Controlling { paused } = &mut self.phase {
                    *paused = is_paused;
                }
            }
            LinkNews::Denied { reason, pause } => {
                self.ask_from = Some(now.monotonic + pause);
                self.back_to_viewing(Some((Last::Denied(reason), now.monotonic)));
            }
            LinkNews::Withdrawn => self.back_to_viewing(None),
            LinkNews::Revoked { reason, pause } => {
                self.ask_from = Some(now.monotonic + pause);
                self.back_to_viewing(Some((Last::Revoked(reason), now.monotonic)));
            }
            LinkNews::Released => self.back_to_viewing(Some((Last::Released, now.monotonic))),
            LinkNews::Ways(ways) => {
                self.ways = ways;
                if ways.contains(&Passage::Asked) {
                    self.last = None;
                }
            }
            LinkNews::ClipboardDenied { way, reason, pause } => {
                self.pause(pause, now);
                self.last = Some((Last::ClipboardDenied(way, reason), now.monotonic));
            }
            LinkNews::ClipboardRevoked { way, reason, pause } => {
                self.pause(pause, now);
                self.last = Some((Last::ClipboardRevoked(way, reason), now.monotonic));
            }
            LinkNews::Pasting(report) => match report {
                Report::Underway { .. } => self.pasting = Some(report),
                Report::Arrived { .. } => self.pasting = None,
                Report::Failed { .. } => {
                    self.pasting = None;
                    self.last = Some((Last::NotPasted(report), now.monotonic));
                }
            },
            LinkNews::Statistics(statistics) => self.statistics = statistics,
            // Handled where the stage changes.
            LinkNews::Waiting { .. } | LinkNews::Ended(_) => {}
        }
        false
    }

    /// From when on it makes sense to ask again, if it does not now.
    fn pause(&mut self, pause: Duration, now: Now) {
        if !pause.is_zero() {
            self.ask_from = Some(now.monotonic + pause);
        }
    }

    fn back_to_viewing(&mut self, last: Option<(Last, Instant)>) {
        if self.is_seeing() {
            self.phase = Phase::Viewing;
            self.locks = None;
            self.last = last;
        }
    }
}
