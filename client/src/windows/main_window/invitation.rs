//! The card with the ticket that was just made: send it, tell the words, wait.
//!
//! The passphrase is shown and never copied: a copied passphrase ends up in the message that it must not be in.

use deskside_look::tokens::{Meaning, space};
use deskside_look::widget::{self, Button, Card, Foot};
use deskside_words::t;
use egui::{TextEdit, Ui};

use super::{Scene, actions, scrolling, words};
use crate::app::UserCommand;
use crate::app::view::{Delivery, InvitationView};

/// What was done with the card so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    address: String,
    step: Step,
    /// The person wants the words on a screen that somebody sees.
    shown_while_watched: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Plain,
    Copied,
    /// The address that was sent off is none.
    WrongAddress,
}

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, made: &InvitationView, draft: &mut Draft) {
    let page = |ui: &mut Ui| {
        super::notice(ui, scene);
        widget::heading(ui, t!("client-invitation-title"));
        widget::card(ui, Card::Plain, |ui| send(ui, scene, made, draft));
        widget::card(ui, Card::Plain, |ui| tell(ui, scene, made, draft));
        widget::subheading(ui, t!("client-step-wait"));
    };
    let (foot, ()) = Foot::below(ui, |ui| scrolling(ui, page));
    actions(ui, foot, |ui| {
        if Button::primary(t!("client-done")).hint(t!("client-done-hint")).show(ui).pressed() {
            scene.commands.send(UserCommand::DismissInvitation);
        }
        if Button::quiet(t!("client-cancel-ticket")).show(ui).pressed() {
            scene.commands.send(UserCommand::CancelTicket(made.id));
            scene.commands.send(UserCommand::DismissInvitation);
        }
        let left = made.valid_until.duration_since(scene.moment.system).ok();
        widget::small(ui, &words::validity(left, made.uses));
        super::repaint_at_minute_left(ui, left);
    });
}

fn send(ui: &mut Ui, scene: Scene<'_>, made: &InvitationView, draft: &mut Draft) {
    widget::subheading(ui, t!("client-step-send"));
    let through_server = scene.view.settings.mail_server.is_some();
    if through_server {
        let field = TextEdit::singleline(&mut draft.address)
            .hint_text(t!("client-email-address"))
            .desired_width(f32::INFINITY)
            .char_limit(254)
            .margin(egui::vec2(space::S + 2.0, space::S));
        let response = ui.add(field);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(t!("client-email-address")));
    }
    let busy = matches!(made.delivery, Delivery::Busy(_));
    ui.horizontal_wrapped(|ui| {
        if Button::quiet(t!("client-save")).enabled(!busy).show(ui).pressed() {
            draft.step = Step::Plain;
            scene.commands.send(UserCommand::SaveTicket { id: made.id, path: None });
        }
        if Button::quiet(t!("client-email")).enabled(!busy).show(ui).pressed() {
            email(scene, made, draft, through_server);
        }
        if Button::quiet(t!("client-copy")).hint(t!("client-copy-hint")).show(ui).pressed() {
            ui.ctx().copy_text(made.text.0.to_string());
            draft.step = Step::Copied;
        }
    });
    progress(ui, made, draft.step);
}

fn email(scene: Scene<'_>, made: &InvitationView, draft: &mut Draft, through_server: bool) {
    let address = draft.address.trim();
    let whole = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if through_server && !whole {
        draft.step = Step::WrongAddress;
        return;
    }
    draft.step = Step::Plain;
    let address = through_server.then(|| address.to_owned());
    scene.commands.send(UserCommand::EmailTicket { id: made.id, address });
}

fn progress(ui: &mut Ui, made: &InvitationView, step: Step) {
    match step {
        Step::Plain => {}
        Step::Copied => return widget::hint_panel(ui, Meaning::Good, "", t!("client-copied")),
        Step::WrongAddress => return widget::hint_panel(ui, Meaning::Alert, "", t!("client-email-wrong")),
    }
    match &made.delivery {
        Delivery::Nothing => {
            if let Some(path) = &made.saved_to {
                widget::hint_panel(ui, Meaning::Good, "", &words::saved_to(path));
            }
        }
        Delivery::Busy(text) => widget::hint_panel(ui, Meaning::Accent, "", text),
        Delivery::Done(text) => widget::hint_panel(ui, Meaning::Good, "", text),
        Delivery::Failed(text) => widget::hint_panel(ui, Meaning::Alert, "", text),
    }
}

fn tell(ui: &mut Ui, scene: Scene<'_>, made: &InvitationView, draft: &mut Draft) {
    match (&made.passphrase, &made.sealed_to) {
        // Whoever sees the screen would read the words of a ticket that is meant for somebody else.
        (Some(_), _) if !scene.view.sessions.is_empty() && !draft.shown_while_watched => {
            widget::subheading(ui, t!("client-step-tell"));
            widget::body(ui, t!("client-hidden-while-watched"));
            if Button::quiet(t!("client-show-anyway")).by_hand().show(ui).pressed() {
                draft.shown_while_watched = true;
            }
        }
        (Some(passphrase), _) => {
            widget::subheading(ui, t!("client-step-tell"));
            widget::big_code(ui, t!("client-passphrase"), passphrase.reveal());
            widget::small(ui, t!("client-why-spoken"));
        }
        (None, Some(fingerprint)) => {
            widget::subheading(ui, t!("client-sealed"));
            widget::body(ui, &words::sealed_to(fingerprint));
        }
        (None, None) => {}
    }
}
