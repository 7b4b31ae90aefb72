//! What a screen reader is told of windows as wholes: what each is called, what it is, and that there is more than one.
//!
//! eframe connects a program's first window to the desktop's accessibility service and no other; the rest are connected
//! here. Knows nothing of what is in a window: its parts describe themselves with `widget_info`.

mod atspi;
mod hand;

use std::collections::HashMap;

use egui::accesskit::{ActionRequest, Live, Role, TreeUpdate};
use egui::{Context, FullOutput, Id, Key, Plugin, RawInput, Rect, Ui, ViewportId};

pub use hand::{Presser, forget_refusal, was_refused};

/// One window's connection to the desktop's accessibility service.
trait Connection: Send + Sync {
    /// Passes on what the window shows now; nothing happens while nobody listens.
    fn show(&mut self, update: TreeUpdate);
    /// Says whether the window has the keyboard.
    fn focus(&mut self, focused: bool);
    /// Says where the window is: with its frame and without, in pixels.
    fn place(&mut self, outer: Rect, inner: Rect);
    /// What assistive software asked for since the last time.
    fn requests(&mut self) -> Vec<ActionRequest>;
}

/// What kind of window it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The program's own.
    Window,
    /// One that asks something; all that is written in it is read out when it opens.
    Question,
    /// A bar that stays.
    Bar,
}

/// Says what the window that is being painted is called. What is written in a question is read out when it opens anyway.
pub fn name_window(ctx: &Context, kind: Kind, title: &str) {
    ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| {
        match kind {
            Kind::Window => node.set_role(Role::Window),
            Kind::Question => {
                node.set_role(Role::AlertDialog);
                node.set_modal();
            }
            Kind::Bar => node.set_role(Role::Dialog),
        }
        node.set_label(title);
    });
}

/// Says that a text is read out when it appears or changes: at once, or when the reader comes to rest.
pub fn announce(ctx: &Context, id: Id, at_once: bool) {
    let live = if at_once { Live::Assertive } else { Live::Polite };
    ctx.accesskit_node_builder(id, |node| node.set_live(live));
}

/// Says more about a control than its name does.
pub fn describe(ctx: &Context, id: Id, text: &str) {
    ctx.accesskit_node_builder(id, |node| node.set_description(text));
}

/// Says what is chosen in a list or written in a field, which screen readers on Linux say only where it is the
/// description: a list has no text there, and a field gets its own a moment after the keyboard has come.
pub fn tell_value(ctx: &Context, id: Id, value: &str) {
    describe(ctx, id, value);
}

/// Connects the windows beyond the first; once, before the first window is painted.
pub fn install(ctx: &Context) {
    ctx.add_plugin(Reader::default());
}

/// The connections of all windows but the first.
#[derive(Default)]
struct Reader {
    windows: HashMap<ViewportId, Box<dyn Connection>>,
    /// Those that are being painted, the innermost last; their output does not name them.
    painted: Vec<ViewportId>,
}

impl Plugin for Reader {
    fn debug_name(&self) -> &'static str {
        "screen-reader"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.painted.push(input.viewport_id);
        if input.viewport_id == ViewportId::ROOT {
            return;
        }
        let viewport = input.viewport_id;
        let window = self.windows.entry(viewport).or_insert_with(|| atspi::connect(ctx, viewport));
        if let Some(info) = input.viewports.get(&viewport) {
            let scale = info.native_pixels_per_point.unwrap_or(1.0) * ctx.zoom_factor();
            if let (Some(outer), Some(inner)) = (info.outer_rect, info.inner_rect) {
                window.place(outer * scale, inner * scale);
            }
            window.focus(info.focused.unwrap_or_default());
        }
        input.events.extend(window.requests().into_iter().map(egui::Event::AccessKitActionRequest));
    }

    /// Tab at the last control would give the keyboard to the first one only in the next picture, and a screen reader
    /// would say the window's name in between.
    fn on_end_pass(&mut self, ui: &mut Ui) {
        let is_tab = ui.input(|input| input.key_pressed(Key::Tab));
        if is_tab && ui.memory(|memory| memory.focused().is_none()) {
            ui.ctx().request_discard("focus");
        }
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        self.windows.retain(|viewport, _| output.viewport_output.contains_key(viewport));
        let painted = self.painted.pop();
        let made = &output.platform_output;
        if made.requested_discard() && made.num_completed_passes < ctx.options(|all| all.max_passes.get()) {
            // Nobody sees this picture, so nobody hears of it.
            return;
        }
        if let Some(window) = painted.and_then(|viewport| self.windows.get_mut(&viewport))
            && let Some(update) = output.platform_output.accesskit_update.take()
        {
            window.show(update);
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn tab_goes_round_in_one_step() {
        let mut harness = Harness::builder().with_context_setup(install).build_ui(|ui| {
            let _ = ui.button("one");
            let _ = ui.button("two");
        });
        for stop in ["one", "two", "one"] {
            harness.input_mut().events.push(egui::Event::Key {
                key: Key::Tab,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: egui::Modifiers::NONE,
            });
            harness.step();
            assert!(harness.get_by_label(stop).is_focused(), "{stop}");
        }
    }
}
