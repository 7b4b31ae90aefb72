//! The content of a window that shows one monitor: the picture, and over it for a moment what must be said. There is no
//! toolbar: what lasts stands in the title.

use deskside_look::tokens::Meaning;
use deskside_proto::geometry::Rect;
use egui::{Context, Ui};

use super::Live;
use super::keys::{SystemKeysNote, locks_line, locks_note};
use super::picture::{self, Remembered as PictureState};
use super::viewer::{note, note_over_picture};
use crate::app::input::{Layout, Wants};
use crate::config::SystemKeys;
use crate::model::{Model, Now, Session};

/// What the window remembers between frames.
#[derive(Default)]
pub struct Remembered {
    picture: PictureState,
    system_keys: SystemKeysNote,
}

/// Shows this part of the desktop in all the room there is.
pub fn show(
    ui: &mut Ui,
    model: &Model,
    session: &Session,
    part: Rect,
    now: Now,
    state: &mut Remembered,
    live: &mut Live<'_>,
) -> Layout {
    let area = picture::show(ui, model.scale, session, Some(part), &mut state.picture, live);
    state.system_keys.follow(live.wants, now);
    // Said where the expert works, and in one place.
    if live.wants.focused {
        let about_keys = || {
            let keys = state.system_keys.note(ui, session, now);
            keys.or_else(|| locks_note(ui, session, live.wants, now)).map(|word| (word, Meaning::Watch))
        };
        if let Some((word, meaning)) = note(ui, session, now).or_else(about_keys) {
            note_over_picture(ui, ui.ctx().content_rect().top(), &word, meaning);
        }
    }
    let system_keys = model.settings.system_keys == SystemKeys::Sent;
    Layout { controlling: session.is_controlling(), system_keys, ..area }
}

/// What the title says besides whose monitor it is: how the locks differ, as the first window's toolbar does.
pub fn title_note(context: &Context, session: &Session, wants: Wants, now: Now) -> Option<&'static str> {
    locks_line(context, session, wants, now).map(|(line, _)| line)
}
