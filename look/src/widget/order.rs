//! What stands at the bottom or at the right and is read last.
//!
//! egui gives the keyboard to widgets, and tells a screen reader of them, in the order in which they are made. Layouts
//! that begin at the bottom or at the right turn that order round. Here everything is made in the order of reading: the
//! room that the last part needs is known from the picture before, and where it is no longer right, the picture is made
//! again before anybody sees it.

use egui::{Align, Frame, Id, InnerResponse, Layout, Pos2, Rect, Ui, UiBuilder, Vec2};

/// The bar at the bottom of a window, always in view and made after what is above it.
#[must_use = "call show(ui)"]
pub struct Foot {
    id: Id,
    whole: Rect,
    height: f32,
}

impl Foot {
    /// Shows what is above the bar, in all the room that the bar leaves.
    pub fn below<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> (Self, R) {
        let (whole, id) = (ui.available_rect_before_wrap(), ui.make_persistent_id("foot"));
        let height = known(ui, id).y.min(whole.height());
        let above = Rect::from_min_max(whole.min, Pos2::new(whole.right(), whole.bottom() - height));
        let shown = ui.scope_builder(UiBuilder::new().max_rect(above), content);
        (Self { id, whole, height }, shown.inner)
    }

    /// Shows the bar itself, as wide as the window.
    pub fn show<R>(self, ui: &mut Ui, frame: Frame, content: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        let top = self.whole.bottom() - self.height;
        let bar = Rect::from_min_max(Pos2::new(self.whole.left(), top), self.whole.max);
        let in_frame = |ui: &mut Ui| {
            ui.set_min_width(ui.available_width());
            content(ui)
        };
        let shown = ui.scope_builder(UiBuilder::new().max_rect(bar), |ui| frame.show(ui, in_frame).inner);
        remember(ui, self.id, Vec2::new(0.0, shown.response.rect.height()));
        shown
    }
}

/// A row in which `right` stands at the right edge and `left` has the rest. Both run from left to right, in the middle of
/// the row's height.
pub fn row_to_edges<L, R>(
    ui: &mut Ui,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let id = ui.next_auto_id().with("row-to-edges");
    // The width of what is at the right, and the height of the whole.
    let needs = known(ui, id);
    let gap = ui.spacing().item_spacing.x;
    let layout = Layout::left_to_right(Align::Center);
    let row = |ui: &mut Ui| {
        let whole = ui.max_rect();
        let edge = whole.right() - needs.x;
        let end = Pos2::new((edge - gap).max(whole.left()), whole.bottom());
        let room = UiBuilder::new().max_rect(Rect::from_min_max(whole.min, end)).layout(layout);
        let left = ui.scope_builder(room, left);
        // As wide as the row, so that nothing is wrapped into the room that was needed before.
        let room = Rect::from_min_size(Pos2::new(edge, whole.top()), whole.size());
        let right = ui.scope_builder(UiBuilder::new().max_rect(room).layout(layout), right);
        let height = left.response.rect.height().max(right.response.rect.height());
        remember(ui, id, Vec2::new(right.response.rect.width(), height));
        (left.inner, right.inner)
    };
    ui.allocate_ui_with_layout(Vec2::new(ui.available_width(), needs.y), layout, row).inner
}

/// What was needed in the picture before (points); nothing where there was none.
fn known(ui: &Ui, id: Id) -> Vec2 {
    ui.data(|data| data.get_temp(id)).unwrap_or_default()
}

fn remember(ui: &Ui, id: Id, needs: Vec2) {
    if (known(ui, id) - needs).abs().max_elem() < 0.5 {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, needs));
    ui.ctx().request_discard("room");
    if !ui.ctx().will_discard() {
        ui.ctx().request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::widget::Button;

    fn window(show: impl FnMut(&mut Ui) + 'static) -> Harness<'static> {
        let mut harness = Harness::builder()
            .with_size([400.0, 300.0])
            .with_context_setup(|ctx| crate::apply(ctx, crate::Theme::Light))
            .build_ui(show);
        harness.run_steps(1);
        harness
    }

    /// The buttons in the order in which a screen reader meets them.
    fn buttons(harness: &Harness<'_>) -> Vec<String> {
        let buttons = harness.get_all_by_role(egui::accesskit::Role::Button);
        buttons.filter_map(|node| node.accesskit_node().label()).collect()
    }

    #[test]
    fn a_foot_is_made_last_and_lies_at_the_bottom_from_the_first_picture_on() {
        let harness = window(|ui| {
            let (foot, ()) = Foot::below(ui, |ui| {
                egui::CentralPanel::default().show(ui, |ui| drop(Button::quiet("page").show(ui)));
            });
            foot.show(ui, Frame::new().inner_margin(10), |ui| drop(Button::quiet("bar").show(ui)));
        });
        assert_eq!(buttons(&harness), ["page", "bar"]);
        let whole = harness.ctx.content_rect();
        let bar = harness.get_by_label("bar").rect();
        // The harness has a margin of 8 points, and the bar one of 10.
        assert!((whole.bottom() - bar.bottom() - 18.0).abs() < 1.0, "{bar:?} in {whole:?}");
    }

    #[test]
    fn a_row_reaches_both_edges_and_is_read_from_left_to_right() {
        let harness = window(|ui| {
            let left = |ui: &mut Ui| drop(Button::quiet("one").low().show(ui));
            row_to_edges(ui, left, |ui| {
                let _ = Button::quiet("two").show(ui);
                let _ = Button::quiet("three").low().show(ui);
            });
        });
        assert_eq!(buttons(&harness), ["one", "two", "three"]);
        let rect = |name| harness.get_by_label(name).rect();
        let (one, two, three) = (rect("one"), rect("two"), rect("three"));
        let room = harness.ctx.content_rect();
        assert!((three.right() - room.right()).abs() < 12.0, "{three:?} in {room:?}");
        assert!(one.left() < two.left() && two.right() < three.left());
        for low in [one, three] {
            assert!((low.center().y - two.center().y).abs() < 1.0, "{low:?} is not beside {two:?}");
        }
    }

    #[test]
    fn what_changes_its_size_is_never_seen_in_the_wrong_place() {
        let mut wide = false;
        let mut harness = window(move |ui| {
            wide |= ui.input(|input| input.key_pressed(egui::Key::W));
            let text = if wide { "a much longer word" } else { "x" };
            row_to_edges(ui, |ui| drop(ui.label("name")), |ui| drop(Button::quiet(text).show(ui)));
        });
        let before = harness.get_by_label("x").rect().right();
        harness.key_press(egui::Key::W);
        harness.step();
        let after = harness.get_by_label("a much longer word").rect().right();
        assert!((before - after).abs() < 1.0, "{before} {after}");
    }
}
