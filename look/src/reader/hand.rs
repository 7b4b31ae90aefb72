//! Controls that the person presses with their own hand. On the accessibility bus nobody can tell who asks for a press:
//! every program of the user may. What such a control does is therefore done for a key or a click only.

use egui::accesskit::Action;
use egui::{Context, Id, Response, Ui};

/// Who may press a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presser {
    /// Also other software, over the accessibility bus.
    Anybody,
    /// Whoever has the keyboard or the pointer.
    Hand,
}

impl Presser {
    /// Whether a press of this control counts. To be asked in each picture, right after the control was made: what other
    /// software asks of [`Self::Hand`] is undone, and [`was_refused`] says so.
    pub fn counts(self, ui: &Ui, response: &Response, pressed: bool) -> bool {
        match self {
            Self::Anybody => pressed,
            Self::Hand => by_hand(ui, response, pressed),
        }
    }
}

/// Whether this control was pressed by hand. To be asked in each picture, right after the control was made: what other
/// software asks of it is undone, and [`was_refused`] says so.
///
/// A key or a click in a program's own window reaches it through the display server. Whether those are the person's own
/// is another question, which the guard of a yes asks.
fn by_hand(ui: &Ui, response: &Response, pressed: bool) -> bool {
    let id = response.id;
    let asked = |action| ui.input(|input| input.has_accesskit_action_request(id, action));
    let (press, focus) = (asked(Action::Click), asked(Action::Focus));
    if focus {
        // An Enter that is meant for something else must not find the keyboard here.
        ui.memory_mut(|memory| memory.surrender_focus(id));
    }
    if press {
        set(ui.ctx(), true);
        ui.ctx().request_repaint();
    }
    let is_theirs = pressed && !press && !focus;
    if is_theirs {
        set(ui.ctx(), false);
    }
    is_theirs
}

/// Whether other software has asked for what only the person's own hand does in this window, since they pressed it
/// themselves or [`forget_refusal`] was called.
#[must_use]
pub fn was_refused(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(place(ctx.viewport_id()))).unwrap_or_default()
}

/// The person has read it.
pub fn forget_refusal(ctx: &Context) {
    set(ctx, false);
}

fn set(ctx: &Context, refused: bool) {
    let place = place(ctx.viewport_id());
    ctx.data_mut(|data| data.insert_temp(place, refused));
}

fn place(viewport: egui::ViewportId) -> Id {
    Id::unique("refused-by-hand").with(viewport.0)
}

#[cfg(test)]
mod tests {
    use egui::accesskit::{Action, ActionRequest, TreeId};
    use egui::{Event, Key, Modifiers};
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::widget::Button;

    struct Counts {
        by_hand: u32,
        by_anybody: u32,
    }

    fn window() -> Harness<'static, Counts> {
        let show = |ui: &mut Ui, counts: &mut Counts| {
            counts.by_hand += u32::from(Button::quiet("&more").by_hand().show(ui).pressed());
            counts.by_anybody += u32::from(Button::quiet("less").show(ui).pressed());
        };
        let mut harness = Harness::builder()
            .with_context_setup(|ctx| crate::apply(ctx, crate::Theme::Light))
            .build_ui_state(show, Counts { by_hand: 0, by_anybody: 0 });
        harness.run_steps(2);
        harness
    }

    /// All of this reaches the window in one picture.
    fn at_once(harness: &mut Harness<'_, Counts>, events: impl IntoIterator<Item = Event>) {
        harness.input_mut().events.extend(events);
        harness.run_steps(3);
    }

    fn request(harness: &Harness<'_, Counts>, label: &str, action: Action) -> Event {
        let target_node = harness.get_by_label(label).accesskit_node().locate().0;
        Event::AccessKitActionRequest(ActionRequest {
            action,
            target_tree: TreeId::ROOT,
            target_node,
            data: None,
        })
    }

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn requests_press_what_anybody_may_and_nothing_else() {
        let mut harness = window();
        for label in ["more", "less"] {
            let press = request(&harness, label, Action::Click);
            at_once(&mut harness, [press]);
        }
        assert_eq!((harness.state().by_hand, harness.state().by_anybody), (0, 1));
        assert!(was_refused(&harness.ctx));
        at_once(&mut harness, [key(Key::M, Modifiers::ALT)]);
        assert_eq!(harness.state().by_hand, 1, "the person's own key");
        assert!(!was_refused(&harness.ctx));
    }

    #[test]
    fn a_key_for_something_else_does_not_help_a_request() {
        let mut harness = window();
        for action in [Action::Focus, Action::Click] {
            let request = request(&harness, "more", action);
            at_once(&mut harness, [request, key(Key::Enter, Modifiers::NONE)]);
            at_once(&mut harness, [key(Key::Enter, Modifiers::NONE)]);
        }
        assert_eq!(harness.state().by_hand, 0);
    }
}
