//! What the viewer shows about the keyboard: the switch for system keys, the menu of keys to press, what differs in the
//! locks, and the notes when system keys begin to go to the other side or are taken back.

use std::time::{Duration, Instant};

use deskside_look::reader;
use deskside_look::tokens::Meaning;
use deskside_look::widget::{Button, badge, small};
use deskside_words::t;
use egui::{Context, Id, Ui};

use crate::app::input::Wants;
use crate::config::SystemKeys;
use crate::keyboard::Combination;
use crate::model::{Command, Model, Now, Session};
use crate::words::keys as text;

/// How long a note stays.
const NOTE_TIME: Duration = Duration::from_secs(5);

/// How long the locks must differ before that is said: what is changed here takes a moment to come back as seen there.
const LOCKS_SETTLE: Duration = Duration::from_secs(1);

/// The width from which on the menu's button also says where system keys go. Unit: points.
const ROOM_FOR_STATE: f32 = 520.0;

/// One menu for both, while controlling; its button says where system keys go. Beside it stands what differs in the locks.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    session: &Session,
    wants: Wants,
    now: Now,
    commands: &mut Vec<Command>,
) {
    if !session.is_controlling() {
        return;
    }
    let go_there = model.settings.system_keys == SystemKeys::Sent && !wants.freed;
    let apart = locks_apart(session, wants);
    let word = match (ui.available_size_before_wrap().x >= ROOM_FOR_STATE, go_there) {
        (false, _) => t!("expert-keys-menu"),
        (true, true) => t!("expert-keys-menu-sent"),
        (true, false) => t!("expert-keys-menu-stay"),
    };
    let menu = Button::quiet(word).low().hint(t!("expert-keys-hint")).show(ui);
    egui::Popup::menu(&menu.response).show(|ui| {
        let (word, other) = if go_there {
            (t!("expert-keys-sent"), SystemKeys::Stay)
        } else {
            (t!("expert-keys-stay"), SystemKeys::Sent)
        };
        if ui.selectable_label(go_there, word).clicked() {
            commands.push(Command::SetSystemKeys(other));
        }
        ui.separator();
        for combination in Combination::ALL {
            if ui.button(text::combination(combination)).clicked() {
                commands.push(Command::Press(combination));
            }
        }
        if session.locks.is_some() {
            ui.separator();
            apart.iter().for_each(|line| small(ui, line));
            let can = session.can_align_locks() && !apart.is_empty();
            if ui.add_enabled(can, egui::Button::new(t!("expert-locks-align"))).clicked() {
                commands.push(Command::AlignLocks);
            }
        }
    });
    if let Some((line, _)) = locks_line(ui.ctx(), session, wants, now) {
        let state = badge(ui, line, Meaning::Watch);
        reader::announce(ui.ctx(), state.id, true);
    }
}

/// What is worth saying about the locks over a picture without a toolbar, for a moment. To be called in every frame.
pub fn locks_note(ui: &Ui, session: &Session, wants: Wants, now: Now) -> Option<String> {
    let (line, age) = locks_line(ui.ctx(), session, wants, now)?;
    let left = NOTE_TIME.checked_sub(age).filter(|left| !left.is_zero())?;
    ui.ctx().request_repaint_after(left);
    Some(line.to_owned())
}

/// The first of what differs in the locks, once it has stayed so, and for how long it has been worth saying. The same in
/// all windows.
pub fn locks_line(
    context: &Context,
    session: &Session,
    wants: Wants,
    now: Now,
) -> Option<(&'static str, Duration)> {
    let line = locks_apart(session, wants).first().copied();
    let id = Id::unique("locks-apart");
    let known: Option<Instant> = context.data(|data| data.get_temp(id)).flatten();
    let since = line.map(|_| known.unwrap_or(now.monotonic));
    context.data_mut(|data| data.insert_temp(id, since));
    let age = now.monotonic.saturating_duration_since(since?);
    if let Some(left) = LOCKS_SETTLE.checked_sub(age).filter(|left| !left.is_zero()) {
        context.request_repaint_after(left);
        return None;
    }
    line.map(|line| (line, age.saturating_sub(LOCKS_SETTLE)))
}

fn locks_apart(session: &Session, wants: Wants) -> Vec<&'static str> {
    let both = wants.locks.zip(session.locks);
    both.map_or_else(Vec::new, |(here, there)| text::locks_apart(here, there))
}

/// What is worth saying about system keys, for a moment.
#[derive(Default)]
pub struct SystemKeysNote {
    go_there: bool,
    freed: bool,
    since: Option<Instant>,
}

impl SystemKeysNote {
    /// Notices what has changed.
    pub fn follow(&mut self, wants: Wants, now: Now) {
        let begins = wants.system_keys && !self.go_there;
        let is_taken_back = wants.freed && !self.freed;
        if begins || is_taken_back {
            self.since = Some(now.monotonic);
        } else if !wants.system_keys && !wants.freed {
            self.since = None;
        }
        (self.go_there, self.freed) = (wants.system_keys, wants.freed);
    }

    /// The note, as long as it stays.
    pub fn note(&self, ui: &Ui, session: &Session, now: Now) -> Option<String> {
        let age = now.monotonic.saturating_duration_since(self.since?);
        let left = NOTE_TIME.checked_sub(age).filter(|left| !left.is_zero())?;
        ui.ctx().request_repaint_after(left);
        Some(if self.freed { t!("expert-keys-freed").to_owned() } else { text::taken(&session.client) })
    }
}
