//! The page with the few choices that a new ticket has.

use std::time::Duration;

use deskside_crypto::identity::PublicIdentity;
use deskside_look::tokens::space;
use deskside_look::widget::{self, Button, Card, Foot};
use deskside_words::t;
use egui::Ui;

use super::{Scene, actions, scrolling, words};
use crate::app::view::SettingsView;
use crate::app::{InvitationOptions, UserCommand};

/// The choices so far.
#[derive(Debug)]
pub(super) struct Draft {
    valid_for: Duration,
    uses: u32,
    key: String,
}

impl Draft {
    pub(super) fn new(settings: &SettingsView) -> Self {
        Self { valid_for: settings.valid_for, uses: settings.uses, key: String::new() }
    }

    /// The expert's key: none, or what is written there if it is one.
    fn recipient(&self) -> Result<Option<PublicIdentity>, ()> {
        let text = self.key.trim();
        if text.is_empty() { Ok(None) } else { PublicIdentity::parse(text).map(Some).map_err(|_| ()) }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Still choosing, or waiting for the ticket.
    Stay,
    /// Back to the first page.
    Back,
}

/// Lengths of time to choose from (minutes).
const LENGTHS: [u64; 5] = [15, 60, 2 * 60, 8 * 60, 24 * 60];
/// Numbers of uses to choose from.
const USES: [u32; 4] = [1, 2, 5, 10];

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, draft: &mut Draft) -> Outcome {
    let mut outcome = Outcome::Stay;
    // While a list of choices is open, Escape closes that.
    let choosing = egui::Popup::is_any_open(ui.ctx());
    let is_wrong = draft.recipient().is_err();
    let page = |ui: &mut Ui| {
        super::notice(ui, scene);
        widget::heading(ui, t!("client-make-title"));
        widget::body(ui, t!("client-make-text"));
        widget::card(ui, Card::Plain, |ui| choices(ui, draft));
        more(ui, draft, is_wrong);
    };
    let (foot, ()) = Foot::below(ui, |ui| scrolling(ui, page));
    let recipient = draft.recipient();
    actions(ui, foot, |ui| {
        if Button::primary(t!("client-make")).enabled(recipient.is_ok()).show(ui).pressed()
            && let Ok(to) = &recipient
        {
            let options = InvitationOptions { to: to.clone(), valid_for: draft.valid_for, uses: draft.uses };
            scene.commands.send(UserCommand::Invite(options));
        }
        if Button::quiet(t!("client-back")).show(ui).pressed() {
            outcome = Outcome::Back;
        }
    });
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) && !choosing {
        outcome = Outcome::Back;
    }
    outcome
}

fn choices(ui: &mut Ui, draft: &mut Draft) {
    egui::Grid::new("choices").num_columns(2).spacing([space::L, space::M]).show(ui, |ui| {
        let label = ui.label(t!("client-make-valid"));
        super::length_choice(ui, "valid-for", &mut draft.valid_for, label.id);
        ui.end_row();
        let label = ui.label(t!("client-make-uses"));
        let response = egui::ComboBox::from_id_salt("uses")
            .selected_text(words::uses(draft.uses))
            .width(180.0)
            .show_ui(ui, |ui| {
                for count in USES {
                    ui.selectable_value(&mut draft.uses, count, words::uses(count));
                }
            })
            .response;
        let response = response.labelled_by(label.id);
        deskside_look::reader::tell_value(ui.ctx(), response.id, &words::uses(draft.uses));
        ui.end_row();
    });
}

fn more(ui: &mut Ui, draft: &mut Draft, wrong: bool) {
    egui::CollapsingHeader::new(t!("client-make-more")).default_open(wrong).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        let label = ui.label(t!("client-make-key"));
        ui.add(
            egui::TextEdit::singleline(&mut draft.key)
                .hint_text(t!("client-make-key-example"))
                .desired_width(f32::INFINITY)
                .char_limit(400)
                .margin(egui::vec2(space::S + 2.0, space::S)),
        )
        .labelled_by(label.id);
        if wrong {
            ui.colored_label(ui.visuals().error_fg_color, t!("client-make-key-wrong"));
        }
    });
}

/// The lengths of time to choose from.
pub(super) fn lengths() -> impl Iterator<Item = Duration> {
    LENGTHS.into_iter().map(|minutes| Duration::from_secs(60 * minutes))
}
