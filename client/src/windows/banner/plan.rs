//! Where on the bar everything is: sentences at the left and buttons at the right, or sentences above and buttons below.
//!
//! Arithmetic only. It is told how large things are, and must not know what they say or how they are painted. All
//! lengths are in points.

use deskside_look::tokens::{size, space};
use egui::{Pos2, Rect, Vec2};

/// The bar's size at first and at least; narrower where the screen is.
pub(super) const LEAST: Vec2 = Vec2::new(720.0, 52.0);
/// It grows to the width at which its first sentence fits, up to this; what is longer takes more lines.
const WIDEST: f32 = 1000.0;
/// The least room for sentences beside buttons; where there is less, the buttons are below them.
const LEAST_TEXT: f32 = 300.0;
/// Between the bar's edges and what is in it.
const LEFT: f32 = space::L;
const RIGHT: f32 = space::S + 2.0;
const ABOVE: f32 = space::S;
/// Between sentences and buttons, and between buttons.
const GAP: f32 = space::S;
/// From the bar's edge to its sentences: before them are the dot and the gap behind it.
const TO_TEXT: f32 = LEFT + size::DOT + space::M;

/// How large the parts of a bar are.
pub(super) struct Parts<'a> {
    /// The width of the first sentence in one line.
    pub(super) first_line: f32,
    /// The height of all sentences where they have this width.
    pub(super) height: &'a dyn Fn(f32) -> f32,
    /// The buttons, from left to right in one row.
    pub(super) buttons: Vec<Vec2>,
}

/// The places of the parts, from the bar's corner.
#[derive(Debug)]
pub(super) struct Plan {
    /// What the bar needs.
    pub(super) size: Vec2,
    /// The sentences.
    pub(super) text: Rect,
    /// The buttons, in the same order; those for which a row has no room are in rows below.
    pub(super) buttons: Vec<Rect>,
}

impl Plan {
    /// The bar that is best on a screen of this width.
    pub(super) fn on_screen(parts: &Parts<'_>, screen: f32) -> Self {
        let widest = screen.min(WIDEST);
        let beside = TO_TEXT + GAP + parts.width_of_buttons() + RIGHT;
        let width =
            if beside + LEAST_TEXT <= widest { beside + parts.first_line.max(LEAST_TEXT) } else { 0.0 };
        Self::in_width(parts, width.ceil().max(LEAST.x).min(widest))
    }

    /// The bar of this width.
    pub(super) fn in_width(parts: &Parts<'_>, width: f32) -> Self {
        let beside = width - TO_TEXT - GAP - parts.width_of_buttons() - RIGHT;
        if beside >= LEAST_TEXT {
            return Self::side_by_side(parts, width, beside);
        }
        let room = (width - TO_TEXT - RIGHT).max(1.0);
        let height = (parts.height)(room).ceil();
        let text = Rect::from_min_size(Pos2::new(TO_TEXT, ABOVE), Vec2::new(room, height));
        let (buttons, bottom) = parts.in_rows(LEFT, width - RIGHT, text.bottom() + GAP);
        Self { size: Vec2::new(width, bottom + ABOVE), text, buttons }
    }

    fn side_by_side(parts: &Parts<'_>, width: f32, room: f32) -> Self {
        let tallest = parts.buttons.iter().map(|button| button.y).fold(0.0, f32::max);
        let text = (parts.height)(room).ceil();
        let height = (text.max(tallest) + 2.0 * ABOVE).max(LEAST.y);
        let top = |own: f32| ((height - own) / 2.0).floor();
        let (buttons, _) = parts.in_rows(0.0, width - RIGHT, top(tallest));
        let text = Rect::from_min_size(Pos2::new(TO_TEXT, top(text)), Vec2::new(room, text));
        Self { size: Vec2::new(width, height), text, buttons }
    }

    /// The middle of the dot before the sentences.
    pub(super) fn dot(&self) -> Pos2 {
        Pos2::new(LEFT + size::DOT / 2.0, self.text.center().y)
    }
}

impl Parts<'_> {
    fn width_of_buttons(&self) -> f32 {
        let gaps = self.buttons.len().saturating_sub(1) as f32 * GAP;
        self.buttons.iter().map(|button| button.x).sum::<f32>() + gaps
    }

    /// The buttons between two edges and below `top`, and where they end. The last one is at the right edge of the first
    /// row, so that one more at the left, for which there may be no room but in a row below, leaves the others where they
    /// are.
    fn in_rows(&self, left: f32, right: f32, top: f32) -> (Vec<Rect>, f32) {
        let (mut places, mut top, mut edge, mut tallest) = (Vec::new(), top, right, 0.0_f32);
        for button in self.buttons.iter().rev() {
            if edge < right && edge - button.x < left {
                (top, edge, tallest) = (top + tallest + GAP, right, 0.0);
            }
            tallest = tallest.max(button.y);
            places.push(Rect::from_min_size(Pos2::new(edge - button.x, top), *button));
            edge -= button.x + GAP;
        }
        places.reverse();
        (places, top + tallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::desktop::{Area, Place};

    /// Sentences of two lines of 18 points, if 400 points are enough for each.
    fn height(width: f32) -> f32 {
        36.0 * (400.0 / width).ceil().max(1.0)
    }

    fn parts(buttons: &[f32]) -> Parts<'static> {
        let buttons = buttons.iter().map(|width| Vec2::new(*width, 30.0)).collect();
        Parts { first_line: 280.0, height: &height, buttons }
    }

    /// All is inside, and nothing is on top of another.
    fn is_whole(plan: &Plan) -> bool {
        let inside = Rect::from_min_size(Pos2::ZERO, plan.size).shrink(4.0);
        let all: Vec<_> = plan.buttons.iter().chain([&plan.text]).collect();
        let apart = |(number, one): (usize, &&Rect)| {
            all.iter().skip(number + 1).all(|other| !other.intersects(one.expand(2.0)))
        };
        all.iter().all(|part| inside.contains_rect(**part)) && all.iter().enumerate().all(apart)
    }

    #[test]
    fn on_a_wide_screen_the_buttons_are_beside_the_sentences() {
        let plan = Plan::on_screen(&parts(&[80.0, 120.0]), 1920.0);
        assert!(is_whole(&plan), "{plan:?}");
        assert_eq!(plan.size, LEAST);
        let plan = Plan::on_screen(&parts(&[150.0, 80.0, 120.0, 130.0]), 1920.0);
        assert!(is_whole(&plan), "{plan:?}");
        assert!(plan.size.x > LEAST.x && plan.size.x <= WIDEST, "{plan:?}");
        assert!(plan.buttons.iter().all(|button| button.center().y == plan.size.y / 2.0), "{plan:?}");
    }

    #[test]
    fn on_a_narrow_screen_the_buttons_are_below_in_as_many_rows_as_they_need() {
        for (screen, rows) in [(640.0, 1), (400.0, 2), (200.0, 4)] {
            let plan = Plan::on_screen(&parts(&[150.0, 80.0, 120.0, 130.0]), screen);
            assert!(is_whole(&plan), "{screen}: {plan:?}");
            assert!(plan.size.x <= screen, "{plan:?}");
            let mut tops: Vec<_> = plan.buttons.iter().map(Rect::top).collect();
            assert!(tops.iter().all(|top| *top > plan.text.bottom()), "{plan:?}");
            tops.dedup();
            assert_eq!(tops.len(), rows, "{plan:?}");
        }
    }

    #[test]
    fn one_more_button_leaves_the_others_where_they_are() {
        for width in [1920, 560, 400] {
            let screen = Area { left: 0, top: 0, width, height: 1080 };
            let planned = |parts| Plan::on_screen(&parts, width as f32);
            let few = planned(parts(&[80.0, 90.0, 90.0]));
            let more = planned(parts(&[150.0, 80.0, 90.0, 90.0]));
            let longer = planned(Parts { first_line: 420.0, ..parts(&[80.0, 90.0, 90.0]) });
            // On the desktop.
            let seen = |plan: &Plan, [x, y]: [f32; 2]| {
                let last = plan.buttons.iter().rev().take(3);
                last.map(|button| button.translate(Vec2::new(x, y))).collect::<Vec<_>>()
            };
            let across = |plan: &Plan, place| {
                seen(plan, place).iter().map(|button| button.x_range()).collect::<Vec<_>>()
            };
            // Where it appears, and at the edge to which it was dragged.
            let at_edge = [width as f32 - few.size.x, 300.0];
            for place in [screen.place(few.size.into(), Place::Top), at_edge] {
                let moved = |plan: &Plan| screen.fit(place, few.size.into(), plan.size.into()).0;
                assert_eq!(seen(&more, moved(&more)), seen(&few, place), "{width}");
                assert_eq!(across(&longer, moved(&longer)), across(&few, place), "{width}");
                let back = screen.fit(moved(&more), more.size.into(), few.size.into());
                assert_eq!(back, (place, few.size.into()), "{width}");
            }
            assert!(
                width < 1920 || more.size.x > few.size.x && longer.size.x > few.size.x,
                "{more:?} {longer:?}"
            );
        }
    }
}
