//! The order in which a window is gone through: by Tab, by Shift+Tab, and by a screen reader from one thing to the next.
//! Knows nothing of what is in a window.

use egui::accesskit::{Action, Role};
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::{Harness, Node};

/// So high that no page is scrolled, and what is read is where it is seen. Unit: points.
const TALL: f32 = 2400.0;
/// What may overlap where things stand close together. Unit: points.
const TOUCHING: f32 = 1.5;

/// One thing that is read or has the keyboard.
struct Thing {
    id: u64,
    name: String,
    rect: Rect,
}

impl Thing {
    fn of(node: &Node<'_>) -> Self {
        let told = node.accesskit_node();
        let name = told.label().or_else(|| told.value()).unwrap_or_default();
        Self { id: told.locate().0.0, name: format!("{:?} {name:?}", told.role()), rect: node.rect() }
    }

    /// Whether somebody who reads from left to right and from top to bottom comes to it before `other`.
    fn is_read_before(&self, other: &Self) -> bool {
        let (one, two) = (self.rect, other.rect);
        let shared = one.bottom().min(two.bottom()) - one.top().max(two.top());
        let is_beside = shared > 0.5 * one.height().min(two.height());
        one.bottom() <= two.top() + TOUCHING || (is_beside && one.right() <= two.left() + TOUCHING)
    }
}

/// What is wrong with the order of this window; empty where it is gone through as it is read, forwards and backwards,
/// and where every control that does something has its turn. The window is made higher for it.
pub fn disorder<State>(harness: &mut Harness<'_, State>) -> Vec<String> {
    let width = harness.ctx.content_rect().width();
    harness.set_size(egui::vec2(width, TALL));
    harness.run_steps(4);
    let mut wrong = Vec::new();
    for node in harness.root().children_recursive() {
        let told = node.accesskit_node();
        let is_bar = matches!(told.role(), Role::ScrollBar | Role::Splitter);
        let is_control = egui::accessibility::is_input(told.role()) && !told.is_disabled() && !is_bar;
        if is_control && !takes_focus(&node) {
            wrong.push(format!("the keyboard cannot come to {}", Thing::of(&node).name));
        }
    }
    let (read, stops) = (things(harness, is_read), things(harness, takes_focus));
    for order in [&read, &stops] {
        for pair in order.windows(2) {
            if let [one, next] = pair
                && next.is_read_before(one)
            {
                wrong.push(format!("{} comes before {}", one.name, next.name));
            }
        }
    }
    wrong.extend(walk(harness, &stops, Modifiers::NONE));
    wrong.extend(walk(harness, &stops, Modifiers::SHIFT));
    wrong
}

fn takes_focus(node: &Node<'_>) -> bool {
    let told = node.accesskit_node();
    told.data().supports_action(Action::Focus) && !told.is_disabled()
}

/// Something with words that holds nothing else with words.
fn is_read(node: &Node<'_>) -> bool {
    let has_words = |node: &Node<'_>| {
        let told = node.accesskit_node();
        told.label().or_else(|| told.value()).is_some_and(|text| !text.is_empty())
    };
    has_words(node) && !node.children_recursive().any(|part| has_words(&part))
}

fn things<State>(harness: &Harness<'_, State>, wanted: impl Fn(&Node<'_>) -> bool) -> Vec<Thing> {
    let nodes = harness.root().children_recursive();
    nodes.filter(|node| wanted(node)).map(|node| Thing::of(&node)).collect()
}

/// Once round with Tab; with Shift the other way round.
fn walk<State>(harness: &mut Harness<'_, State>, stops: &[Thing], modifiers: Modifiers) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before = None;
    for _ in 0..=stops.len() {
        harness.key_press_modifiers(modifiers, Key::Tab);
        harness.run_steps(3);
        let focused = harness.root().children_recursive().find(|node| node.is_focused());
        let now = focused.and_then(|node| {
            let id = Thing::of(&node).id;
            stops.iter().position(|stop| stop.id == id)
        });
        let step = if modifiers.shift { stops.len().saturating_sub(1) } else { 1 };
        let expected = before.map(|before: usize| (before + step) % stops.len().max(1));
        if !stops.is_empty() && (now.is_none() || expected.is_some_and(|place| Some(place) != now)) {
            let name = |place: Option<usize>| {
                place.and_then(|place| stops.get(place)).map_or("nothing", |stop| stop.name.as_str())
            };
            let key = if modifiers.shift { "Shift+Tab" } else { "Tab" };
            wrong.push(format!(
                "{key} goes from {} to {}, not to {}",
                name(before),
                name(now),
                name(expected)
            ));
        }
        before = now;
    }
    wrong
}

#[cfg(test)]
mod tests {
    use egui::{Align, Layout, Ui};

    use super::*;

    fn wrong_in(show: impl FnMut(&mut Ui) + 'static) -> Vec<String> {
        let mut harness = Harness::builder().with_size([300.0, 200.0]).build_ui(show);
        disorder(&mut harness)
    }

    #[test]
    fn what_is_made_as_it_is_read_is_in_order() {
        let wrong = wrong_in(|ui| {
            ui.label("title");
            ui.horizontal(|ui| {
                let _ = ui.button("one");
                let _ = ui.button("two");
                ui.add_enabled(false, egui::Button::new("not now"));
            });
            let _ = ui.button("three");
        });
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn what_begins_at_the_right_or_at_the_bottom_is_told() {
        let from_the_right = |ui: &mut Ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let _ = ui.button("two");
                let _ = ui.button("one");
            });
        };
        let from_the_bottom = |ui: &mut Ui| {
            egui::Panel::bottom("bar").show(ui, |ui| drop(ui.button("bar")));
            egui::CentralPanel::default().show(ui, |ui| drop(ui.button("page")));
        };
        assert!(wrong_in(from_the_right).iter().any(|line| line.contains("comes before")));
        assert!(wrong_in(from_the_bottom).iter().any(|line| line.contains("comes before")));
    }

    #[test]
    fn what_tab_leaves_out_is_told() {
        let wrong = wrong_in(|ui| {
            let _ = ui.button("one");
            let (rect, _) = ui.allocate_exact_size(egui::vec2(40.0, 20.0), egui::Sense::hover());
            let response = ui.interact(rect, egui::Id::unique("painted"), egui::Sense::CLICK);
            response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, "painted"));
            let two = ui.button("two");
            if two.has_focus() {
                two.surrender_focus();
            }
        });
        assert!(wrong.iter().any(|line| line.contains("cannot come to Button \"painted\"")), "{wrong:?}");
        assert!(wrong.iter().any(|line| line.starts_with("Tab goes from")), "{wrong:?}");
    }
}
