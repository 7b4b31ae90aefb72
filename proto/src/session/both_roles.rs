//! Both machines against each other over a link: everything that either side can do, in every order.
//! Messages of the control stream arrive in order and late; input arrives before or after them; the link may break at any time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets a surprise must stop there"
)]

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::client::tests::{SHORT, numbers, open_way, outline as client_outline};
use super::expert::tests::outline as expert_outline;
use super::*;
use crate::geometry::Size;
use crate::ids::{GrantId, SessionId};
use crate::name::PersonName;
use crate::time::Millis;
use crate::wire::control::{EndedReason, FromClient, FromExpert};
use crate::wire::input::{InputEvent, InputFrame};

/// Messages that may be under way in one direction.
const UNDER_WAY: usize = 2;
/// Requests that the expert makes before it gives up: enough for each to be stale to another.
const REQUESTS: u32 = 3;

#[derive(Clone)]
struct World {
    client: ClientSession,
    expert: ExpertSession,
    to_client: VecDeque<FromExpert>,
    to_expert: VecDeque<FromClient>,
    /// One event of a stream of its own, which nothing orders against the control stream.
    input: Option<InputFrame>,
    gate: Option<GrantId>,
    /// Under which grant copied things pass to the expert.
    passes: Option<GrantId>,
    /// The client said its last word; what is under way still arrives.
    client_closes: bool,
    expert_closes: bool,
    requests: u32,
    now: Millis,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Client(ClientEvent),
    AnswerControl { allow: bool },
    Expert(ExpertAct),
    DeliverToClient { desk: Desk },
    DeliverToExpert,
    DeliverInput,
    ExpertMoves,
    Second,
    Break,
}

#[derive(Debug, Clone, Copy)]
enum ExpertAct {
    Ask,
    AskClipboard,
    Cancel,
    Release,
    ReleaseClipboard,
    Leave,
}

fn acts() -> Vec<Act> {
    let mut acts: Vec<Act> = [
        ClientEvent::LocalAllowView { screen: Size::new(800, 600) },
        ClientEvent::LocalDenyView,
        ClientEvent::LocalRevoke,
        ClientEvent::LinkSilent,
        ClientEvent::LocalInputActive,
        ClientEvent::LocalInputQuiet,
        ClientEvent::ScreenLocked,
        ClientEvent::ProgramEnds { reason: EndedReason::Closing },
    ]
    .map(Act::Client)
    .into();
    acts.extend(
        [ExpertAct::Ask, ExpertAct::AskClipboard, ExpertAct::Cancel, ExpertAct::Release].map(Act::Expert),
    );
    acts.extend([ExpertAct::ReleaseClipboard, ExpertAct::Leave].map(Act::Expert));
    acts.extend([Act::AnswerControl { allow: true }, Act::AnswerControl { allow: false }]);
    acts.extend([Act::DeliverToClient { desk: Desk::Free }, Act::DeliverToClient { desk: Desk::Busy }]);
    acts.extend([Act::DeliverToExpert, Act::DeliverInput, Act::ExpertMoves, Act::Second, Act::Break]);
    acts
}

impl World {
    fn begin() -> Self {
        let now = Millis(0);
        let (client, _) = ClientSession::open(SessionId(1), SHORT, now);
        let client_name = PersonName::parse("Ana").unwrap();
        let welcome = FromClient::Welcome { version: 1, client_name, session: SessionId(1) };
        Self {
            client,
            expert: ExpertSession::new(SHORT),
            to_client: VecDeque::new(),
            to_expert: VecDeque::from([welcome]),
            input: None,
            gate: None,
            passes: None,
            client_closes: false,
            expert_closes: false,
            requests: 0,
            now,
        }
    }

    fn client_event(&mut self, event: ClientEvent) {
        let (client, effects) = self.client.clone().handle(event, self.now);
        self.client = client;
        for effect in effects {
            match effect {
                ClientEffect::Send(message) => self.to_expert.push_back(message),
                ClientEffect::EnableInput(grant) => self.gate = Some(grant.number()),
                ClientEffect::DisableInput => self.gate = None,
                ClientEffect::OpenClipboard(grant) => self.passes = Some(grant.number()),
                ClientEffect::CloseClipboard(Way::ToExpert) => self.passes = None,
                ClientEffect::CloseLink => self.client_closes = true,
                ClientEffect::AskView
                | ClientEffect::StartCapture(_)
                | ClientEffect::StopCapture
                | ClientEffect::AskControl { .. }
                | ClientEffect::AskClipboard { .. }
                | ClientEffect::CloseClipboard(Way::ToPerson)
                | ClientEffect::CloseQuestion
                | ClientEffect::ReleaseAll
                | ClientEffect::Record(_) => {}
            }
        }
    }

    fn expert_event(&mut self, event: ExpertEvent) {
        let (expert, effects) = self.expert.clone().handle(event, self.now);
        self.expert = expert;
        for effect in effects {
            match effect {
                ExpertEffect::Send(message) => self.to_client.push_back(message),
                ExpertEffect::CloseLink => self.expert_closes = true,
                ExpertEffect::ShowPicture { .. }
                | ExpertEffect::StartInput { .. }
                | ExpertEffect::StopInput
                | ExpertEffect::ShowMonitors(_)
                | ExpertEffect::ShowSharing { .. }
                | ExpertEffect::ShowLocks(_)
                | ExpertEffect::OpenClipboard { .. }
                | ExpertEffect::CloseClipboard(_)
                | ExpertEffect::Tell(_) => {}
            }
        }
    }

    fn hear(&mut self, message: FromExpert, desk: Desk) {
        self.client_event(match message {
            FromExpert::Hello(_) => panic!("the machines begin after the greeting"),
            FromExpert::RequestControl { request, scopes } => {
                ClientEvent::ExpertRequestsControl { request, scopes, desk }
            }
            FromExpert::CancelRequest { request } => ClientEvent::ExpertCancelsRequest { request },
            FromExpert::ReleaseControl { grant } => ClientEvent::ExpertReleases { grant },
            FromExpert::Offer(_) => panic!("the machines offer nothing"),
            FromExpert::LookingAt(_) => panic!("the machines know no places"),
            FromExpert::Goodbye => ClientEvent::ExpertLeaves,
        });
    }

    /// The world after `act`, or `None` where it cannot happen.
    fn after(&self, act: Act) -> Option<Self> {
        let mut world = self.clone();
        match act {
            Act::Client(event) => world.client_event(event),
            Act::AnswerControl { allow } => {
                let of_way = match *self.client.way(Way::ToExpert) {
                    ClientWay::Asked { request, .. } => Some(request),
                    _ => None,
                };
                let of_state = match *self.client.state() {
                    ClientState::ControlRequested { request, .. } => Some(request),
                    _ => None,
                };
                let request = of_way.or(of_state)?;
                world.client_event(if allow {
                    ClientEvent::LocalAllowControl { request }
                } else {
                    ClientEvent::LocalDenyControl { request }
                });
            }
            Act::Expert(ExpertAct::Ask) => {
                (self.requests < REQUESTS).then_some(())?;
                world.requests += 1;
                world.expert_event(ExpertEvent::AskControl { scopes: Scopes::CONTROL });
            }
            Act::Expert(ExpertAct::AskClipboard) => {
                (self.requests < REQUESTS).then_some(())?;
                world.requests += 1;
                world.expert_event(ExpertEvent::AskClipboard(Way::ToExpert));
            }
            Act::Expert(ExpertAct::Cancel) => world.expert_event(ExpertEvent::CancelRequest),
            Act::Expert(ExpertAct::Release) => world.expert_event(ExpertEvent::ReleaseControl),
            Act::Expert(ExpertAct::ReleaseClipboard) => {
                world.expert_event(ExpertEvent::ReleaseClipboard(Way::ToExpert));
            }
            Act::Expert(ExpertAct::Leave) => world.expert_event(ExpertEvent::Leave),
            Act::DeliverToClient { desk } => {
                let message = world.to_client.pop_front()?;
                world.hear(message, desk);
            }
            Act::DeliverToExpert => {
                let message = world.to_expert.pop_front()?;
                world.expert_event(ExpertEvent::Received(message));
            }
            Act::DeliverInput => {
                let frame = world.input.take()?;
                if world.client.permits(&frame) {
                    assert_eq!(world.gate, Some(frame.grant), "permitted, and the gate is shut");
                }
            }
            Act::ExpertMoves => {
                let ExpertState::Controlling { grant, .. } = *self.expert.state() else { return None };
                world.input = Some(InputFrame { grant, event: InputEvent::ReleaseAll });
            }
            Act::Second => {
                world.now = world.now.after(Duration::from_secs(1));
                world.client_event(ClientEvent::TimePassed);
                world.expert_event(ExpertEvent::TimePassed);
            }
            Act::Break => world.cut(),
        }
        world.close_when_silent();
        let fits = world.to_client.len() <= UNDER_WAY && world.to_expert.len() <= UNDER_WAY;
        fits.then_some(world)
    }

    /// What was under way is lost, and both notice.
    fn cut(&mut self) {
        self.to_client.clear();
        self.to_expert.clear();
        self.client_event(ClientEvent::LinkLost);
        self.expert_event(ExpertEvent::LinkLost);
        self.to_client.clear();
        self.to_expert.clear();
    }

    /// A side that closes does so when its last word has arrived.
    fn close_when_silent(&mut self) {
        if (self.client_closes && self.to_expert.is_empty())
            || (self.expert_closes && self.to_client.is_empty())
        {
            self.cut();
        }
    }

    fn outline(&self) -> impl std::hash::Hash + Eq + use<> {
        (
            client_outline(&self.client, self.now),
            numbers(&self.client),
            expert_outline(&self.expert, self.now),
            // Messages hold no moments, so their text tells them apart.
            format!("{:?} {:?}", self.to_client, self.to_expert),
            (self.gate, self.passes, self.input.map(|frame| frame.grant)),
            (self.client_closes, self.expert_closes, self.requests),
        )
    }

    fn check(&self) {
        let (client, expert) = (*self.client.state(), *self.expert.state());
        if let ExpertState::Ended { reason: ExpertEnd::ClientMisbehaved(how) } = expert {
            panic!("an honest client was accused of {how:?}");
        }
        let current = match client {
            ClientState::Controlled { grant, .. } => Some(grant),
            _ => None,
        };
        assert_eq!(self.gate, current, "gate and client differ");
        assert_eq!(self.passes, open_way(&self.client, Way::ToExpert), "clipboard and client differ");
        if !self.to_client.is_empty() || !self.to_expert.is_empty() {
            return;
        }
        let agree = match client {
            ClientState::AskingView { .. } => expert == ExpertState::Waiting,
            // The expert learns later that it may ask again than the client would allow it.
            ClientState::Viewing | ClientState::Revoked { .. } => {
                matches!(expert, ExpertState::Viewing | ExpertState::Revoked { .. })
            }
            ClientState::ControlRequested { request, scopes, .. } => {
                expert == ExpertState::Asked { request, scopes }
            }
            ClientState::Controlled { grant, scopes, paused, .. } => matches!(expert,
                ExpertState::Controlling { grant: number, scopes: granted, paused: stopped, .. }
                    if (number, granted, stopped) == (grant, scopes, paused)),
            ClientState::Ended { .. } => matches!(expert, ExpertState::Ended { .. }),
        };
        let way = match *self.client.way(Way::ToExpert) {
            ClientWay::Closed => ExpertWay::Closed,
            ClientWay::Asked { request, .. } => ExpertWay::Asked { request },
            ClientWay::Open { grant, .. } => ExpertWay::Open { grant },
        };
        assert_eq!(&way, self.expert.way(Way::ToExpert), "nothing is under way, and yet the ways differ");
        assert!(agree, "nothing is under way, and yet: {client:?} and {expert:?}");
    }
}

#[test]
fn machines_of_both_roles_agree() {
    let mut seen = HashSet::new();
    let mut queue = VecDeque::from([World::begin()]);
    let mut controlled_by_both = 0_usize;
    while let Some(world) = queue.pop_front() {
        world.check();
        let both = matches!(world.client.state(), ClientState::Controlled { .. })
            && matches!(world.expert.state(), ExpertState::Controlling { .. });
        controlled_by_both += usize::from(both);
        for next in acts().into_iter().filter_map(|act| world.after(act)) {
            if seen.insert(next.outline()) {
                queue.push_back(next);
            }
        }
    }
    assert!(controlled_by_both > 100, "the search hardly ever got to control");
    assert!(seen.len() > 10_000, "the search must see the whole graph: {} states", seen.len());
}
