//! The first page: who is here, what waits, and the way to a ticket.

use deskside_look::tokens::{Meaning, space};
use deskside_look::widget::{self, Button, Card};
use deskside_proto::session::Way;
use deskside_words::t;
use egui::Ui;

use super::{Scene, sharing, words};
use crate::app::UserCommand;
use crate::app::view::{Activity, SessionState, SessionView, TicketState};

/// Shows it; whether a ticket is wanted, and which page about what experts may see.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>) -> (bool, Option<sharing::Draft>) {
    let view = scene.view;
    let open = view.tickets.iter().filter(|ticket| ticket.state == TicketState::Open).count();
    match view.activity() {
        Activity::Watched | Activity::Controlled => sessions(ui, scene),
        Activity::Waiting | Activity::Asked => {
            widget::heading(ui, t!("client-waiting-title"));
            widget::body(ui, &words::waiting_text(open));
        }
        Activity::Idle => {
            widget::heading(ui, t!("client-home-title"));
            widget::body(ui, t!("client-home-text"));
        }
    }
    if view.activity() == Activity::Waiting || view.activity() == Activity::Asked {
        for ticket in view.tickets.iter().filter(|ticket| ticket.state == TicketState::Open) {
            widget::card(ui, Card::Plain, |ui| super::tickets::row(ui, scene, ticket));
        }
    }
    let is_seen = matches!(view.activity(), Activity::Watched | Activity::Controlled);
    let less = !view.sharing.hidden.is_empty();
    let wanted_sharing = if is_seen || less { sharing::card(ui, scene) } else { None };
    ui.add_space(space::XS);
    let button = match view.activity() {
        Activity::Idle => Button::primary(t!("client-invite")),
        Activity::Waiting | Activity::Asked | Activity::Watched | Activity::Controlled => {
            Button::quiet(t!("client-invite"))
        }
    };
    let wanted = button.min_width(200.0).show(ui).pressed();
    if view.activity() == Activity::Idle {
        ui.add_space(space::M);
        widget::subheading(ui, t!("client-how-title"));
        super::numbered(ui, &words::three_sentences());
    }
    (wanted, wanted_sharing)
}

fn sessions(ui: &mut Ui, scene: Scene<'_>) {
    let sessions = &scene.view.sessions;
    widget::heading(ui, &words::presence(sessions));
    for session in sessions {
        widget::card(ui, Card::Plain, |ui| session_card(ui, scene, session));
    }
    ui.horizontal(|ui| {
        let controlled =
            sessions.iter().any(|session| matches!(session.state, SessionState::Controlling { .. }));
        let stop = if controlled { t!("client-stop-control") } else { t!("client-stop-clipboard") };
        if scene.view.can_be_stopped() && Button::danger(stop).show(ui).pressed() {
            scene.commands.send(UserCommand::StopControl);
        }
        let end = if sessions.len() > 1 { t!("client-end-all") } else { t!("client-end-session") };
        if Button::quiet(end).show(ui).pressed() {
            scene.commands.send(UserCommand::EndSession(None));
        }
    });
}

fn session_card(ui: &mut Ui, scene: Scene<'_>, session: &SessionView) {
    let name = |ui: &mut Ui| {
        let name = egui::RichText::new(session.expert_name.as_str())
            .font(deskside_look::fonts::strong(deskside_look::tokens::text::BODY));
        ui.add(egui::Label::new(name).truncate());
    };
    widget::row_to_edges(ui, name, |ui| {
        let meaning = match session.state {
            SessionState::Watching | SessionState::Asking => Meaning::Watch,
            SessionState::Controlling { .. } => Meaning::Alert,
        };
        widget::badge(ui, words::session_state(session.state), meaning);
        if scene.view.sessions.len() > 1 {
            let end = Button::quiet(t!("client-end-one")).low().show(ui);
            deskside_look::reader::describe(ui.ctx(), end.response.id, session.expert_name.as_str());
            if end.pressed() {
                scene.commands.send(UserCommand::EndSession(Some(session.id)));
            }
        }
    });
    let passed = scene.moment.instant.saturating_duration_since(session.since);
    ui.horizontal_wrapped(|ui| {
        widget::small(ui, &format!("{} ·", words::since(passed)));
        widget::small(ui, &session.fingerprint);
    });
    for (way, moving) in Way::ALL.into_iter().zip(session.moving) {
        let Some(moving) = moving else { continue };
        // On a line of its own: how much is copied stands at its end, and the button must not move as that grows.
        ui.add(egui::Label::new(crate::app::words::moving(moving, way, &session.expert_name)).wrap());
        if Button::quiet(t!("client-cancel-copying")).low().show(ui).pressed() {
            scene.commands.send(UserCommand::CancelCopying(session.id, way));
        }
    }
    super::repaint_each_minute(ui, passed);
}
