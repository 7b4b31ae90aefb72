//! The windows by what a screen reader would find in them.

mod banner;
mod by_hand;
mod consent;
mod languages;
mod main_window;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use deskside_crypto::passphrase::Passphrase;
use deskside_proto::ids::{QuestionId, SessionId, TicketId};
use deskside_proto::name::PersonName;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use egui_kittest::{Harness, HarnessBuilder};
use time::UtcOffset;

use super::{Moment, Scene};
use crate::app::view::*;
use crate::app::{AppView, CommandReceiver, CommandSender, UserCommand};
use crate::config::{PictureChoice, Theme};

/// A fingerprint in its groups.
const FINGERPRINT: &str = "K7QM-2XPA-9FTC-LW3E-B6ND";
/// The longest name that is allowed.
const LONGEST: &str = "Wilhelmina Alexandra von Hohenstein-Wagner zu Altenburg-Neukirch";

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn view() -> AppView {
    let settings = SettingsView {
        hotkey: crate::config::Hotkey::default().said(),
        valid_for: Duration::from_secs(3600),
        uses: 1,
        picture: PictureChoice::Auto,
        theme: Theme::Light,
        language: deskside_words::Choice::System,
        mail_server: None,
        file: PathBuf::from("/home/anna/.config/deskside/config.toml"),
        fingerprint: FINGERPRINT.into(),
    };
    AppView::empty(name("Anna"), settings)
}

fn session(id: u64, expert: &str, state: SessionState, minutes: u64) -> SessionView {
    SessionView {
        id: SessionId(id),
        expert_name: name(expert),
        fingerprint: FINGERPRINT.into(),
        state,
        clipboard: [false; 2],
        moving: [None; 2],
        since: moment().instant.checked_sub(Duration::from_secs(60 * minutes)).unwrap(),
    }
}

fn question(kind: QuestionKind, seen: SeenBefore) -> QuestionView {
    QuestionView {
        id: QuestionId(7),
        kind,
        expert_name: name("Martin Berg"),
        fingerprint: FINGERPRINT.into(),
        seen,
        deadline: moment().instant + Duration::from_secs(90),
    }
}

fn ticket(state: TicketState) -> TicketView {
    let now = moment().system;
    TicketView {
        id: TicketId([3; 16]),
        created: now - Duration::from_secs(600),
        valid_until: now + Duration::from_secs(3000),
        uses_left: 1,
        state,
        to: None,
    }
}

fn invitation() -> InvitationView {
    InvitationView {
        id: TicketId([3; 16]),
        passphrase: Some(Arc::new(Passphrase::parse("velvet-harbor-pencil-dolphin").unwrap())),
        sealed_to: None,
        valid_until: moment().system + Duration::from_secs(3590),
        uses: 1,
        file_name: "ticket.deskside".into(),
        text: TicketText("the ticket's own text".into()),
        delivery: Delivery::Nothing,
        saved_to: None,
    }
}

/// The same moment for a whole test program, so that lengths of time come out even.
fn moment() -> Moment {
    static START: std::sync::OnceLock<Moment> = std::sync::OnceLock::new();
    *START.get_or_init(|| {
        let hour = Duration::from_secs(3600);
        Moment {
            instant: Instant::now() + hour,
            system: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800),
            offset: UtcOffset::UTC,
        }
    })
}

/// What a window is tested with: the view can be changed between two pictures.
struct Bench<W> {
    window: W,
    view: AppView,
    commands: CommandSender,
    sent: CommandReceiver,
}

impl<W> Bench<W> {
    fn new(window: W, view: AppView) -> Self {
        let (commands, sent) = CommandSender::channel();
        Self { window, view, commands, sent }
    }

    fn sent(&mut self) -> Vec<UserCommand> {
        std::iter::from_fn(|| self.sent.try_next()).collect()
    }
}

/// A window of that size, after its first picture.
fn open<'a, W: 'a>(
    bench: Bench<W>,
    size: [f32; 2],
    mut show: impl FnMut(&mut W, &mut egui::Ui, Scene<'_>) + 'a,
) -> Harness<'a, Bench<W>> {
    let moment = moment();
    let mut harness = HarnessBuilder::default()
        .with_size(size)
        .with_step_dt(0.02)
        .with_context_setup(|ctx| deskside_look::apply(ctx, deskside_look::Theme::Light))
        .build_ui_state(
            move |ui, bench: &mut Bench<W>| {
                let scene = Scene { view: &bench.view, moment: &moment, commands: &bench.commands };
                show(&mut bench.window, ui, scene);
            },
            bench,
        );
    harness.run_steps(2);
    harness
}

/// Presses a button as a pointer would, and lets the window answer.
fn press<W>(harness: &mut Harness<'_, Bench<W>>, label: &str) {
    harness.get_by_role_and_label(egui::accesskit::Role::Button, label).click();
    harness.run_steps(3);
}

/// Whether a text that contains `part` is in the window.
fn says<W>(harness: &Harness<'_, Bench<W>>, part: &str) -> bool {
    harness.query_all_by_label_contains(part).next().is_some()
}

/// Fails for a control without a name in words, and for two that sound the same.
fn sounds_right<W>(harness: &Harness<'_, Bench<W>>, window: &str) {
    let mut known = std::collections::BTreeSet::new();
    let controls = by().predicate(|node| egui::accessibility::is_input(node.role()) && !node.is_disabled());
    for node in harness.query_all(controls) {
        let node = node.accesskit_node();
        let name = node.label().unwrap_or_default();
        assert!(name.chars().any(char::is_alphanumeric), "{window}: a {:?} is called {name:?}", node.role());
        let sound = format!("{:?} {name} {}", node.role(), node.description().unwrap_or_default());
        assert!(known.insert(sound.clone()), "{window}: two times {sound:?}");
    }
}
