//! The session's driver over a real connection on this machine, against a client that is written out step by step.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use deskside_crypto::ticket::{Invitation, Recipient, issue, new_id};
use deskside_expert::link::{Eye, Peer, Reporter, Shared, ToSession, drive};
use deskside_expert::model::{Ending, LinkNews, Ticket, Wish};
use deskside_expert::opening;
use deskside_media::surface::Surface;
use deskside_media::{DesktopFrame, Need, Patch, PictureMode, UpdateEncoder};
use deskside_net::client::{
    Admission, Arrival, ClientEvents, ClientLinkEvent, ClientSender, Knock, ListenConfig, ListenLimits,
    Listener, Verdict,
};
use deskside_proto::geometry::DesktopPoint;
use deskside_proto::ids::{GrantId, RequestId, SessionId};
use deskside_proto::session::Scopes;
use deskside_proto::ticket_file::{Address, Addresses, Host, Validity};
use deskside_proto::time::Millis;
use deskside_proto::wire::control::{
    EndedReason, FromClient, FromExpert, Part, RefusedReason, RevokedReason,
};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::input::InputEvent;
use deskside_proto::wire::update::UpdateClass;
use tokio::sync::mpsc;

use crate::samples;

const PATIENCE: Duration = Duration::from_secs(20);

/// Judges as it is told; proofs are the business of other tests.
struct Door(Verdict);

impl Admission for Door {
    fn admit(&self, _: &Knock<'_>) -> Verdict {
        self.0
    }
}

#[derive(Clone)]
struct Ear(mpsc::UnboundedSender<LinkNews>);

impl Reporter for Ear {
    fn report(&self, news: LinkNews) {
        let _ = self.0.send(news);
    }

    fn repaint(&self) {}
}

/// The expert's side of a test: what it hears, what it can say, what it shares.
struct Expert {
    heard: mpsc::UnboundedReceiver<LinkNews>,
    wishes: mpsc::UnboundedSender<ToSession>,
    shared: Shared,
}

impl Expert {
    async fn hears(&mut self) -> LinkNews {
        tokio::time::timeout(PATIENCE, self.heard.recv()).await.expect("news in time").expect("news")
    }

    fn wish(&self, wish: Wish) {
        self.wishes.send(ToSession::Wish(wish)).unwrap();
    }
}

fn listener(verdict: Verdict) -> Listener {
    let config = ListenConfig {
        identity: &samples::client(),
        name: samples::name("Anna Berg"),
        port: 0,
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        limits: ListenLimits::default(),
    };
    Listener::open(&config, Arc::new(Door(verdict))).unwrap()
}

fn ticket(port: u16) -> Arc<Ticket> {
    let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
    let invitation = Invitation {
        id: new_id(rng),
        from: samples::name("Anna Berg"),
        validity: Validity::new(samples::UNIX, samples::UNIX + 60).unwrap(),
        addresses: Addresses::new(vec![Address::new(Host::V4(Ipv4Addr::LOCALHOST), port).unwrap()]).unwrap(),
    };
    let expert = samples::expert();
    let issued = issue(&samples::client(), &invitation, Recipient::Expert(expert.public()), rng).unwrap();
    opening::read_text(&issued.file.to_text(), &expert).unwrap()
}

fn start(port: u16) -> Expert {
    let ticket = ticket(port);
    let peer = Peer {
        identity: Arc::new(samples::expert()),
        name: samples::name("Ines Weber"),
        access: ticket.access.clone().unwrap(),
        ticket,
    };
    let (tell, heard) = mpsc::unbounded_channel();
    let (wishes, wished) = mpsc::unbounded_channel();
    let shared = Shared::default();
    tokio::spawn(drive(peer, shared.clone(), wished, Ear(tell)));
    Expert { heard, wishes, shared }
}

/// Connected, and the person is being asked.
async fn met() -> (Expert, ClientSender, ClientEvents) {
    let mut listener = listener(Verdict::Admit(SessionId(1)));
    let mut expert = start(listener.local_port());
    let arrival: Arrival = tokio::time::timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    assert_eq!(arrival.name.as_str(), "Ines Weber");
    let (sender, events) = arrival.link.split();
    assert!(
        matches!(expert.hears().await, LinkNews::Waiting { client, .. } if client.as_str() == "Anna Berg")
    );
    (expert, sender, events)
}

async fn client_hears(events: &mut ClientEvents) -> ClientLinkEvent {
    loop {
        let event =
            tokio::time::timeout(PATIENCE, events.recv()).await.expect("an event in time").expect("an event");
        if !matches!(event, ClientLinkEvent::Feedback(Feedback::Heartbeat)) {
            return event;
        }
    }
}

fn allow_view(sender: &ClientSender, surface: &Surface) {
    sender.send_control(FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: surface.size() }).unwrap();
}

fn keyframe(surface: &Surface) -> Vec<u8> {
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    let patches = [Patch::new(surface.size().rect(), surface.stride(), surface.bytes()).unwrap()];
    let frame = DesktopFrame { size: surface.size(), patches: &patches };
    encoder.encode(&frame, Need::Keyframe, Millis(0)).unwrap().expect("a keyframe").bytes
}

fn seen_pixels(shared: &Shared) -> Option<Vec<u8>> {
    let mut seen = None;
    shared.picture.take(Eye::new(), |change| seen = Some(change.surface.bytes().to_vec()));
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_from_seeing_to_controlling_to_revoked() {
    let (mut expert, sender, mut events) = met().await;
    // Flat colours, so that the picture is exact at once.
    let surface = Surface::new(deskside_proto::geometry::Size::new(320, 200)).unwrap();
    allow_view(&sender, &surface);
    assert_eq!(expert.hears().await, LinkNews::Viewing { screen: surface.size() });
    sender.send_update(0, UpdateClass::Interactive, keyframe(&surface).into()).unwrap();
    assert!(matches!(
        client_hears(&mut events).await,
        ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence: 0, .. })
    ));
    assert_eq!(expert.hears().await, LinkNews::Viewing { screen: surface.size() });
    let seen = seen_pixels(&expert.shared).expect("a picture");
    let colours =
        |bytes: &[u8]| bytes.as_chunks::<4>().0.iter().map(|p| [p[0], p[1], p[2]]).collect::<Vec<_>>();
    assert!(colours(&seen) == colours(surface.bytes()));

    expert.shared.gate.send(InputEvent::PointerMoved { at: DesktopPoint::new(9, 9) });
    expert.wish(Wish::RequestControl);
    let ClientLinkEvent::Control(FromExpert::RequestControl { request, scopes }) =
        client_hears(&mut events).await
    else {
        panic!("input before control must not be sent")
    };
    assert!(matches!(expert.hears().await, LinkNews::Asked { .. }));
    sender.send_control(FromClient::ControlAllowed { request, grant: GrantId::FIRST, scopes }).unwrap();
    assert_eq!(expert.hears().await, LinkNews::Controlling);
    let motion = InputEvent::PointerMoved { at: DesktopPoint::new(5, 7) };
    expert.shared.gate.send(motion);
    let ClientLinkEvent::Input(frame) = client_hears(&mut events).await else { panic!("no input") };
    assert!(frame.event == motion && frame.grant == GrantId::FIRST);

    sender.send_control(FromClient::ControlPaused { grant: GrantId::FIRST, paused: true }).unwrap();
    assert_eq!(expert.hears().await, LinkNews::Paused(true));
    let reason = RevokedReason::ByPerson;
    sender.send_control(FromClient::ControlRevoked { grant: GrantId::FIRST, reason }).unwrap();
    assert!(
        matches!(expert.hears().await, LinkNews::Revoked { pause, .. } if pause > Duration::from_secs(4))
    );
    expert.shared.gate.send(motion);
    expert.wish(Wish::Leave);
    assert!(matches!(client_hears(&mut events).await, ClientLinkEvent::Control(FromExpert::Goodbye)));
}

/// Long enough for what was sent on this machine to arrive. Where it is not, a test passes that should have failed.
const ARRIVAL: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_overtakes_the_yes_is_shown_once_the_yes_is_there() {
    let (mut expert, sender, mut events) = met().await;
    let surface = samples::desktop();
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    let mut encode = |surface: &Surface, need, at| {
        let patches = [Patch::new(surface.size().rect(), surface.stride(), surface.bytes()).unwrap()];
        let frame = DesktopFrame { size: surface.size(), patches: &patches };
        encoder.encode(&frame, need, Millis(at)).unwrap().expect("an update").bytes
    };
    let first = encode(&surface, Need::Keyframe, 0);
    let second = encode(&Surface::new(surface.size()).unwrap(), Need::Change, 40);
    sender.send_update(0, UpdateClass::Interactive, first.into()).unwrap();
    sender.send_update(1, UpdateClass::Interactive, second.into()).unwrap();
    tokio::time::sleep(ARRIVAL).await;
    assert!(seen_pixels(&expert.shared).is_none(), "shown before the person said yes");
    allow_view(&sender, &surface);
    assert_eq!(expert.hears().await, LinkNews::Viewing { screen: surface.size() });
    loop {
        match client_hears(&mut events).await {
            ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence: 1, .. }) => break,
            ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence: 0, .. }) => {}
            other => panic!("the keyframe is lost: {other:?}"),
        }
    }
    assert!(seen_pixels(&expert.shared).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_wait_for_the_yes_keep_neither_a_no_nor_an_end_from_being_told() {
    for says_no in [true, false] {
        let (mut expert, sender, events) = met().await;
        let picture = keyframe(&samples::desktop());
        for sequence in 0..4 {
            sender.send_update(sequence, UpdateClass::Interactive, picture.clone().into()).unwrap();
        }
        tokio::time::sleep(ARRIVAL).await;
        let ending = if says_no {
            sender.send_control(FromClient::Refused { reason: RefusedReason::Denied }).unwrap();
            Ending::Refused(RefusedReason::Denied)
        } else {
            drop((sender, events));
            Ending::Lost { seen: false }
        };
        assert_eq!(expert.hears().await, LinkNews::Ended(ending));
        assert!(seen_pixels(&expert.shared).is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_update_is_answered_with_the_wish_for_a_keyframe_once() {
    let (mut expert, sender, mut events) = met().await;
    let surface = samples::desktop();
    allow_view(&sender, &surface);
    expert.hears().await;
    sender.send_update(0, UpdateClass::Interactive, vec![0xff; 40].into()).unwrap();
    assert!(matches!(client_hears(&mut events).await, ClientLinkEvent::Feedback(Feedback::KeyframeNeeded)));
    sender
        .send_update(1, UpdateClass::Interactive, keyframe(&Surface::new(surface.size()).unwrap()).into())
        .unwrap();
    assert!(matches!(
        client_hears(&mut events).await,
        ClientLinkEvent::Feedback(Feedback::UpdateApplied { sequence: 1, .. })
    ));
    expert.wish(Wish::Leave);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_nothing_but_nonsense_is_cut_off() {
    let (mut expert, sender, _events) = met().await;
    allow_view(&sender, &samples::desktop());
    expert.hears().await;
    for sequence in 0..20 {
        // The link may be gone before the last.
        let _ = sender.send_update(sequence, UpdateClass::Interactive, vec![0xff; 40].into());
        let _ = tokio::time::timeout(Duration::from_secs(1), sender.ready()).await;
    }
    assert!(matches!(expert.hears().await, LinkNews::Ended(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_talks_without_end_is_heard_slowly_and_left_at_once() {
    let (mut expert, sender, mut events) = met().await;
    allow_view(&sender, &samples::desktop());
    expert.hears().await;
    for word in 0..2_000 {
        sender.send_control(FromClient::Sharing { part: Part::Screen, hides: word % 2 == 0 }).unwrap();
        // As fast as the link takes them.
        if word % 20 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let mut heard = 0;
    while let Ok(Some(news)) = tokio::time::timeout(Duration::from_millis(500), expert.heard.recv()).await {
        assert!(matches!(news, LinkNews::Sharing { .. }));
        heard += 1;
    }
    assert!((100..2_000).contains(&heard), "{heard} words reached the window before there was a pause");
    expert.wish(Wish::Leave);
    let goodbye = tokio::time::timeout(Duration::from_millis(500), client_hears(&mut events)).await;
    assert!(matches!(goodbye, Ok(ClientLinkEvent::Control(FromExpert::Goodbye))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pointer_travels_apart_from_the_picture() {
    let (mut expert, sender, _events) = met().await;
    allow_view(&sender, &samples::desktop());
    expert.hears().await;
    let shape = samples::cursor().shape.unwrap();
    sender.send_cursor(CursorMessage::Shape((*shape).clone())).unwrap();
    sender.send_cursor(CursorMessage::Moved { at: DesktopPoint::new(40, 50) }).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while expert.shared.cursor.look().at != DesktopPoint::new(40, 50) {
        assert!(tokio::time::Instant::now() < deadline, "the pointer did not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(expert.shared.cursor.look().shape.as_deref(), Some(&*shape));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_with_its_reason() {
    for reason in [RefusedReason::Used, RefusedReason::NotAccepted, RefusedReason::Busy] {
        let listener = listener(Verdict::Refuse(reason));
        let mut expert = start(listener.local_port());
        assert_eq!(expert.hears().await, LinkNews::Ended(Ending::Refused(reason)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_persons_no_is_told_as_a_no() {
    let (mut expert, sender, _events) = met().await;
    sender.send_control(FromClient::Refused { reason: RefusedReason::Denied }).unwrap();
    assert_eq!(expert.hears().await, LinkNews::Ended(Ending::Refused(RefusedReason::Denied)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_persons_end_is_told_apart_from_a_broken_line() {
    let (mut expert, sender, _events) = met().await;
    allow_view(&sender, &samples::desktop());
    expert.hears().await;
    sender.send_control(FromClient::Ended { reason: EndedReason::ByPerson }).unwrap();
    assert_eq!(expert.hears().await, LinkNews::Ended(Ending::ByThem(EndedReason::ByPerson)));

    let (mut expert, sender, events) = met().await;
    drop((sender, events));
    assert_eq!(expert.hears().await, LinkNews::Ended(Ending::Lost { seen: false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_the_addresses_are_named() {
    let free = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut expert = start(port);
    let LinkNews::Ended(Ending::Connect(fault)) = expert.hears().await else { panic!("connected to nobody") };
    assert!(format!("{fault:?}").contains(&port.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_grants_what_was_not_asked_is_cut_off() {
    let (mut expert, sender, _events) = met().await;
    allow_view(&sender, &samples::desktop());
    expert.hears().await;
    let unasked =
        FromClient::ControlAllowed { request: RequestId(7), grant: GrantId::FIRST, scopes: Scopes::CONTROL };
    sender.send_control(unasked).unwrap();
    assert_eq!(expert.hears().await, LinkNews::Ended(Ending::Misbehaved));
}
