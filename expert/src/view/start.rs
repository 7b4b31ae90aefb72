//! The start screen: open, drop or paste a ticket; what to give to people.

use deskside_look::tokens::{Palette, size, space};
use deskside_look::widget::{
    Button, Card, ErrorText, body, card, error_panel, fingerprint, heading, row_to_edges, small, subheading,
};
use deskside_words::{Choice, t};
use egui::{Align, CornerRadius, FontId, Layout, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::column;
use crate::config::Theme;
use crate::model::{Command, Copied, Model, Problem};
use crate::words;

/// Height of the place to drop a ticket on, in points.
const DROP_HEIGHT: f32 = 148.0;

pub fn show(
    ui: &mut Ui,
    model: &Model,
    problem: Option<&Problem>,
    reading: bool,
    commands: &mut Vec<Command>,
) {
    take_drops_and_pastes(ui, commands);
    column(ui, |ui| {
        heading(ui, t!("expert-start-heading"));
        body(ui, t!("expert-start-lead"));
        if let Some(Problem(fault)) = problem {
            let words = words::ticket_fault(fault);
            error_panel(ui, ErrorText { what: &words.what, meaning: &words.meaning, remedy: &words.remedy });
        }
        drop_zone(ui, reading, commands);
        ui.add_space(space::XS);
        own_card(ui, model, commands);
        footer(ui, model, commands);
    });
}

/// A file that is dropped anywhere, or a text that is pasted, is opened.
pub fn take_drops_and_pastes(ui: &Ui, commands: &mut Vec<Command>) {
    ui.ctx().input(|input| {
        if let Some(file) = input.raw.dropped_files.first() {
            commands.push(Command::OpenFile(file.path().to_owned()));
        }
        for event in &input.events {
            if let egui::Event::Paste(text) = event {
                commands.push(Command::OpenText(text.clone()));
            }
        }
    });
}

fn drop_zone(ui: &mut Ui, reading: bool, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let hovering = ui.ctx().input(|input| !input.raw.hovered_files.is_empty());
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), DROP_HEIGHT), Sense::hover());
    let (fill, line) = if hovering {
        (palette.accent.tint, palette.accent.ink)
    } else {
        (palette.ground.card, palette.ground.line_strong)
    };
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::same(size::CORNER), fill);
    dashed_frame(ui, rect.shrink(0.5), line);
    let inner = rect.shrink(space::L);
    let builder = egui::UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Center));
    let ui = &mut ui.new_child(builder);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add_space(space::S);
    let title = match (hovering, reading) {
        (true, _) => t!("expert-start-drop-now"),
        (false, true) => t!("expert-start-reading"),
        (false, false) => t!("expert-start-drop"),
    };
    subheading(ui, title);
    small(ui, t!("expert-start-paste"));
    ui.add_space(space::M);
    if Button::primary(t!("expert-start-open")).answer().enabled(!reading).show(ui).pressed() {
        commands.push(Command::ChooseFile);
    }
}

fn dashed_frame(ui: &Ui, rect: egui::Rect, colour: egui::Color32) {
    let corners =
        [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(1.0, colour), 6.0, 4.0));
}

fn own_card(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    card(ui, Card::Plain, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        subheading(ui, t!("expert-start-own"));
        small(ui, t!("expert-start-own-lead"));
        ui.add_space(space::XS);
        line_with_copy(
            ui,
            model,
            Copied::Fingerprint,
            t!("expert-start-fingerprint"),
            &model.card.fingerprint,
            commands,
        );
        line_with_copy(
            ui,
            model,
            Copied::PublicKey,
            t!("expert-start-key"),
            &model.card.public_key,
            commands,
        );
    });
}

/// A name, its value in one line, and a button that copies it.
fn line_with_copy(
    ui: &mut Ui,
    model: &Model,
    what: Copied,
    name: &str,
    value: &str,
    commands: &mut Vec<Command>,
) {
    let named = |ui: &mut Ui| {
        let height = size::BUTTON_HEIGHT - space::S;
        ui.allocate_ui_with_layout(Vec2::new(96.0, height), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(96.0);
            small(ui, name);
        });
        match what {
            Copied::Fingerprint => fingerprint(ui, value),
            Copied::PublicKey | Copied::RequestForTicket => {
                let ink = Palette::of(ui).ink.strong;
                let value = egui::RichText::new(value).font(FontId::monospace(13.0)).color(ink);
                ui.add(egui::Label::new(value).truncate());
            }
        }
    };
    row_to_edges(ui, named, |ui| {
        let word = match (model.copied == Some(what), what) {
            (true, _) => t!("expert-start-copied"),
            (false, Copied::PublicKey) => t!("expert-start-copy-key"),
            (false, Copied::Fingerprint | Copied::RequestForTicket) => t!("expert-start-copy-fingerprint"),
        };
        if Button::quiet(word).low().min_width(136.0).show(ui).pressed() {
            commands.push(Command::Copy(what));
        }
    });
}

fn footer(ui: &mut Ui, model: &Model, commands: &mut Vec<Command>) {
    let name = |ui: &mut Ui| small(ui, &t!("expert-start-name", name = model.name.as_str()));
    row_to_edges(ui, name, |ui| {
        let mut language = model.settings.language;
        let offered = Choice::ALL.map(|choice| (choice, choice.name(t!("shared-language-system"))));
        choice(ui, "language", t!("shared-language"), &mut language, &offered);
        if language != model.settings.language {
            commands.push(Command::SetLanguage(language));
        }
        let mut theme = model.settings.theme;
        let offered = [Theme::System, Theme::Light, Theme::Dark].map(|theme| (theme, theme_word(theme)));
        choice(ui, "theme", t!("expert-start-theme"), &mut theme, &offered);
        if theme != model.settings.theme {
            commands.push(Command::SetTheme(theme));
        }
    });
}

/// A choice with its name before it.
fn choice<T: Copy + PartialEq>(ui: &mut Ui, id: &str, name: &str, value: &mut T, offered: &[(T, &str)]) {
    small(ui, name);
    let word = offered.iter().find(|(one, _)| one == value).map_or("", |(_, word)| *word);
    let menu = egui::ComboBox::from_id_salt(id).width(96.0).selected_text(word).show_ui(ui, |ui| {
        for (one, word) in offered {
            ui.selectable_value(value, *one, *word);
        }
    });
    menu.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
    deskside_look::reader::tell_value(ui.ctx(), menu.response.id, word);
}

fn theme_word(theme: Theme) -> &'static str {
    match theme {
        Theme::System => t!("expert-theme-system"),
        Theme::Light => t!("expert-theme-light"),
        Theme::Dark => t!("expert-theme-dark"),
    }
}
