//! Made-up views, one for each window and state worth a picture.

#![expect(clippy::expect_used, reason = "the data is written in this file")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use deskside_client::app::AppView;
use deskside_client::app::view::*;
use deskside_client::config::{PictureChoice, Theme};
use deskside_client::sharing::list::{Choices, Screen, Titled};
use deskside_client::sharing::{Hidden, ScreenName, Title, WindowNumber};
use deskside_clip::Format;
use deskside_crypto::passphrase::Passphrase;
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::ids::{QuestionId, SessionId, TicketId};
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scopes, Way};

const FINGERPRINT: &str = "K7QM-2XPA-9FTC-LW3E-B6ND";

/// The view for the window of that name.
pub fn view(window: &str, theme: Theme, name: &PersonName) -> AppView {
    let settings = SettingsView {
        hotkey: deskside_client::config::Hotkey::default().said(),
        valid_for: Duration::from_secs(3600),
        uses: 1,
        picture: PictureChoice::Auto,
        theme,
        language: deskside_words::Choice::System,
        mail_server: None,
        file: PathBuf::from("/home/anna/.config/deskside/config.toml"),
        fingerprint: "R2VD-X5KC-7HNA-ME4T-QY3P".to_owned(),
    };
    let me = PersonName::parse("Anna Lindqvist").expect("a name");
    let mut view = AppView::empty(me, settings);
    view.question = asked(window, name);
    match window {
        "introduction" | "introduction-warning" => view.introduction_needed = true,
        "waiting" | "closing" => view.tickets = tickets(),
        "notice" => {
            view.notice = Some(Notice {
                kind: NoticeKind::Trouble,
                title: "The ticket could not be e-mailed".to_owned(),
                text:
                    "The mail server does not answer. Save the file and send it yourself, or try again later."
                        .to_owned(),
            });
        }
        "invitation" => view.invitation = Some(invitation()),
        "invitation-sent" => {
            view.settings.mail_server = Some("mail.example.org".to_owned());
            view.invitation = Some(InvitationView {
                delivery: Delivery::Done("The ticket is on its way to martin@example.org.".to_owned()),
                ..invitation()
            });
        }
        "invitation-sealed" => {
            view.invitation = Some(InvitationView {
                passphrase: None,
                sealed_to: Some(FINGERPRINT.to_owned()),
                saved_to: Some(PathBuf::from("/home/anna/Downloads/Help for Anna Lindqvist.deskside")),
                ..invitation()
            });
        }
        "tickets" => view.tickets = tickets(),
        "receipt" => view.receipt = receipt(name),
        "sessions" => {
            let other =
                PersonName::parse("Wilhelmina Alexandra von Hohenstein-Wagner zu Altenburg").expect("a name");
            view.sessions = vec![
                session(1, name, SessionState::Controlling { paused: false }),
                session(2, &other, SessionState::Watching),
            ];
        }
        _ if window.starts_with("sharing") => {
            view.sessions = vec![session(1, name, SessionState::Watching)];
            view.sharing = sharing();
        }
        "consent-view" => view.sharing = SharingView { hidden: Vec::new(), ..sharing() },
        "banner-sharing" => {
            let shared = session(1, name, SessionState::Watching);
            view.sessions = vec![SessionView { clipboard: [true; 2], ..shared }];
        }
        "banner-copying" | "sessions-copying" => {
            let moving = Moving { format: Format::Files, done: 3_400_000, total: 12_000_000 };
            let shared = session(1, name, SessionState::Controlling { paused: false });
            view.sessions =
                vec![SessionView { clipboard: [true; 2], moving: [Some(moving), None], ..shared }];
        }
        "banner-watching" => view.sessions = vec![session(1, name, SessionState::Watching)],
        "banner-controlling" => {
            view.sessions = vec![session(1, name, SessionState::Controlling { paused: false })];
        }
        _ => {}
    }
    view
}

/// What is asked in the window of that name.
fn asked(window: &str, name: &PersonName) -> Option<QuestionView> {
    let before = |count, days: u64, other_name| SeenBefore::Before {
        count,
        last: SystemTime::now() - Duration::from_secs(86_400 * days),
        other_name,
    };
    let (kind, seen) = match window {
        "consent-view" => (QuestionKind::View, SeenBefore::New),
        "consent-join" => {
            let others = vec![PersonName::parse("Erika Sommer").expect("a name")];
            let other_name = PersonName::parse("IT service").expect("a name");
            (QuestionKind::JoinView { others }, before(1, 3, Some(other_name)))
        }
        "consent-control" => (QuestionKind::Control { scopes: Scopes::CONTROL }, before(3, 9, None)),
        "consent-read" => (QuestionKind::Clipboard { way: Way::ToExpert }, SeenBefore::New),
        "consent-give" => (QuestionKind::Clipboard { way: Way::ToPerson }, SeenBefore::New),
        _ => return None,
    };
    Some(question(kind, name, seen))
}

/// A desktop with two screens and some windows, a part of it hidden.
fn sharing() -> SharingView {
    let window = |number, title: &str, (x, y, width, height)| Titled {
        number: WindowNumber(number),
        title: Title(title.into()),
        place: Rect::new(x, y, width, height),
    };
    let screen = |name: &str, x, width| Screen {
        name: ScreenName(name.into()),
        place: Rect::new(x, 0, width, 1080),
        primary: x == 0,
    };
    let choices = Choices {
        screens: vec![screen("eDP-1", 0, 1920), screen("HDMI-1", 1920, 1680)],
        windows: vec![
            window(1, "Letter to the landlord – Writer", (120, 90, 900, 800)),
            window(2, "My bank – Web browser", (700, 200, 1100, 760)),
            window(3, "Holiday photographs", (2100, 140, 1200, 800)),
        ],
        size: Size::new(3600, 1080),
    };
    let hidden = HiddenView { what: Hidden::Area(Rect::new(700, 200, 1100, 760)), title: None };
    SharingView { choices, hidden: vec![hidden], ..SharingView::default() }
}

fn question(kind: QuestionKind, name: &PersonName, seen: SeenBefore) -> QuestionView {
    QuestionView {
        id: QuestionId(7),
        kind,
        expert_name: name.clone(),
        fingerprint: FINGERPRINT.to_owned(),
        seen,
        deadline: Instant::now() + Duration::from_secs(119),
    }
}

fn session(id: u64, name: &PersonName, state: SessionState) -> SessionView {
    SessionView {
        id: SessionId(id),
        expert_name: name.clone(),
        fingerprint: FINGERPRINT.to_owned(),
        state,
        clipboard: [false; 2],
        moving: [None; 2],
        since: Instant::now().checked_sub(Duration::from_secs(60 * 12 + 5)).unwrap_or_else(Instant::now),
    }
}

/// A ticket that was just made.
pub fn invitation() -> InvitationView {
    InvitationView {
        id: TicketId([7; 16]),
        passphrase: Some(Arc::new(
            Passphrase::parse("velvet-harbor-pencil-dolphin").expect("words of the list"),
        )),
        sealed_to: None,
        valid_until: SystemTime::now() + Duration::from_secs(3590),
        uses: 1,
        file_name: "Help for Anna Lindqvist.deskside".to_owned(),
        text: TicketText("Deskside ticket …".into()),
        delivery: Delivery::Nothing,
        saved_to: None,
    }
}

fn tickets() -> Vec<TicketView> {
    let now = SystemTime::now();
    let states = [
        (TicketState::Open, 40),
        (TicketState::Used, 300),
        (TicketState::Cancelled, 1500),
        (TicketState::Expired, 4000),
        (TicketState::Closed, 9000),
    ];
    let mut tickets = Vec::new();
    for (number, (state, minutes_ago)) in (1..).zip(states) {
        let created = now - Duration::from_secs(60 * minutes_ago);
        tickets.push(TicketView {
            id: TicketId([number * 37; 16]),
            created,
            valid_until: created + Duration::from_secs(3600),
            uses_left: 1,
            state,
            to: None,
        });
    }
    tickets
}

fn receipt(name: &PersonName) -> Vec<ReceiptLine> {
    let lines = [
        format!("{name} left."),
        format!("You took control back with Ctrl+Alt+Shift+Esc. {name} had it for 4 minutes."),
        format!("You allowed {name} to control the pointer and the keyboard."),
        format!("You allowed {name} to see the screen."),
        format!("{name} asked to see the screen (fingerprint {FINGERPRINT}, new)."),
        "You made a ticket, good for 1 hour, to be used once.".to_owned(),
    ];
    let mut shown = Vec::new();
    for (number, text) in (0_u32..).zip(lines) {
        let ago = Duration::from_secs(u64::from(number) * 200 + if number > 4 { 90_000 } else { 0 });
        shown.push(ReceiptLine { when: SystemTime::now() - ago, text });
    }
    shown
}
