//! The settings page: each change goes to the controller, which writes the file.

use deskside_look::reader::{self, Presser};
use deskside_look::tokens::{Palette, space};
use deskside_look::widget::{self, Button, Card, Row};
use deskside_proto::name::PersonName;
use deskside_words::{Choice, t};
use egui::{TextEdit, Ui};

use super::{Scene, words};
use crate::app::view::AppView;
use crate::app::{SettingsChange, UserCommand};
use crate::config::{Hotkey, PictureChoice, Theme};

/// What is written in the fields.
#[derive(Debug)]
pub(super) struct Draft {
    name: String,
    hotkey: String,
    /// In which the keys are written.
    language: Choice,
}

impl Draft {
    pub(super) fn new(view: &AppView) -> Self {
        let settings = &view.settings;
        Self {
            name: view.me.as_str().to_owned(),
            hotkey: settings.hotkey.clone(),
            language: settings.language,
        }
    }
}

pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, draft: &mut Draft) {
    if draft.language != scene.view.settings.language {
        // Keys have other names in another language.
        *draft = Draft::new(scene.view);
    }
    widget::card(ui, Card::Plain, |ui| {
        let name = PersonName::parse(draft.name.trim()).map_err(|error| words::name_error(error).to_owned());
        let changed = name.as_ref().is_ok_and(|name| *name != scene.view.me);
        if let Some(name) = field(ui, t!("client-your-name"), &mut draft.name, name, changed) {
            change(scene, SettingsChange::Name(name));
        }
        ui.add_space(space::S);
        let hotkey = draft.hotkey.parse::<Hotkey>().map_err(|error| error.to_string());
        let changed = hotkey.as_ref().is_ok_and(|keys| keys.said() != scene.view.settings.hotkey);
        if let Some(keys) = field(ui, t!("client-hotkey"), &mut draft.hotkey, hotkey, changed) {
            change(scene, SettingsChange::Hotkey(keys.to_string()));
        }
        widget::small(ui, t!("client-hotkey-hint"));
    });
    widget::card(ui, Card::Plain, |ui| choices(ui, scene));
    widget::card(ui, Card::Plain, |ui| {
        let settings = &scene.view.settings;
        let mail = settings.mail_server.as_deref().unwrap_or(t!("client-own-mail"));
        let rows = [
            Row::code(t!("client-own-fingerprint"), &settings.fingerprint),
            Row::text(t!("client-mail-server"), mail),
        ];
        widget::key_values(ui, "own-key", &rows);
    });
    widget::small(ui, &words::settings_file(&scene.view.settings.file));
}

fn change(scene: Scene<'_>, change: SettingsChange) {
    scene.commands.send(UserCommand::ChangeSettings(change));
}

/// A field with its Apply button; gives the value when it is applied.
fn field<T>(
    ui: &mut Ui,
    name: &str,
    text: &mut String,
    value: Result<T, String>,
    changed: bool,
) -> Option<T> {
    let label = ui.label(name);
    let mut applied = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 110.0).max(160.0);
        let field = TextEdit::singleline(text)
            .desired_width(width - 2.0 * space::M)
            .char_limit(64)
            .margin(egui::vec2(space::S + 2.0, space::S + 2.0));
        let response = ui.add(field).labelled_by(label.id);
        reader::tell_value(ui.ctx(), response.id, text);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let apply = Button::quiet(t!("client-apply")).enabled(changed).show(ui);
        reader::describe(ui.ctx(), apply.response.id, name);
        applied = (changed && entered) | apply.pressed();
    });
    match value {
        Ok(value) => applied.then_some(value),
        Err(error) => {
            let ink = Palette::of(ui).alert.ink;
            ui.add(egui::Label::new(egui::RichText::new(error).color(ink)).wrap());
            None
        }
    }
}

fn choices(ui: &mut Ui, scene: Scene<'_>) {
    let settings = &scene.view.settings;
    egui::Grid::new("settings").num_columns(2).spacing([space::L, space::M]).show(ui, |ui| {
        let label = ui.label(t!("client-normally-valid"));
        let mut valid_for = settings.valid_for;
        super::length_choice(ui, "normally-valid", &mut valid_for, label.id);
        if valid_for != settings.valid_for {
            change(scene, SettingsChange::ValidFor(valid_for));
        }
        ui.end_row();

        let label = ui.label(t!("shared-language"));
        let mut language = settings.language;
        let name = |choice: Choice| choice.name(t!("shared-language-system"));
        // While somebody is here, nobody but the person decides in which language the next question is asked.
        let presser = if scene.view.sessions.is_empty() { Presser::Anybody } else { Presser::Hand };
        pick(ui, "language", &mut language, Choice::ALL, name, (label.id, presser));
        if language != settings.language {
            change(scene, SettingsChange::Language(language));
        }
        ui.end_row();

        let label = ui.label(t!("client-appearance"));
        let mut theme = settings.theme;
        pick(
            ui,
            "theme",
            &mut theme,
            [Theme::System, Theme::Light, Theme::Dark],
            words::theme,
            (label.id, Presser::Anybody),
        );
        if theme != settings.theme {
            change(scene, SettingsChange::Theme(theme));
        }
        ui.end_row();

        let label = ui.label(t!("client-settings-picture"));
        let mut picture = settings.picture;
        let choices = [PictureChoice::Auto, PictureChoice::Video];
        pick(ui, "picture", &mut picture, choices, words::picture, (label.id, Presser::Anybody));
        if picture != settings.picture {
            change(scene, SettingsChange::Picture(picture));
        }
        ui.end_row();
    });
}

fn pick<T: Copy + PartialEq>(
    ui: &mut Ui,
    id: &str,
    value: &mut T,
    choices: impl IntoIterator<Item = T>,
    word: fn(T) -> &'static str,
    (label, presser): (egui::Id, Presser),
) {
    let response = egui::ComboBox::from_id_salt(id)
        .selected_text(word(*value))
        .width(180.0)
        .show_ui(ui, |ui| {
            for choice in choices {
                let line = ui.selectable_label(*value == choice, word(choice));
                if presser.counts(ui, &line, line.clicked()) {
                    *value = choice;
                }
            }
        })
        .response;
    let response = response.labelled_by(label);
    reader::tell_value(ui.ctx(), response.id, word(*value));
}
