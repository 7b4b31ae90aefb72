//! What an input method is still making, over the picture near where it will appear; and the frame's wish for a method.

use deskside_look::fonts;
use deskside_look::tokens::{Palette, size, space, text};
use deskside_words::t;
use egui::text::{CCursor, LayoutJob, TextFormat};
use egui::{
    Align2, Area, CornerRadius, Frame, IMEPurpose, Id, Margin, Order, Pos2, Rect, Role, Sense, Stroke, Ui,
    Vec2, WidgetInfo, output::IMEOutput,
};

use crate::app::input::Composing;

/// How far from the place that was clicked: the line that is written in stays free. Units: points.
const LINE: f32 = 22.0;
/// The room that it takes at most, before there is some above or below. Units: points.
const HEIGHT: f32 = 64.0;

/// Shows it within `room`, and asks for a method while one is on.
pub fn show(ui: &Ui, room: Rect, composing: &Composing) {
    if !composing.is_on {
        return;
    }
    let (pivot, at) = place(room, composing.near.map(|(x, y)| Pos2::new(x, y) / ui.ctx().pixels_per_point()));
    let caret = if composing.text.is_empty() {
        Rect::from_center_size(at, Vec2::ZERO)
    } else {
        strip(ui, room, pivot, at, composing)
    };
    ui.ctx().output_mut(|output| {
        output.ime = Some(IMEOutput {
            purpose: IMEPurpose::Normal,
            rect: room,
            cursor_rect: caret,
            should_interrupt_composition: false,
        });
    });
}

/// Which point of the strip lies where: under the place that was clicked, above it where there is no room, and at the
/// bottom where nothing was clicked.
fn place(room: Rect, near: Option<Pos2>) -> (Align2, Pos2) {
    match near.filter(|near| room.contains(*near)) {
        Some(near) if near.y + LINE + HEIGHT < room.bottom() => {
            (Align2::LEFT_TOP, near + Vec2::new(0.0, LINE))
        }
        Some(near) => (Align2::LEFT_BOTTOM, near - Vec2::new(0.0, LINE)),
        None => (Align2::CENTER_BOTTOM, room.center_bottom() - Vec2::new(0.0, space::XL)),
    }
}

/// The text as input fields show it, underlined and with a caret; gives where the caret is.
fn strip(ui: &Ui, room: Rect, pivot: Align2, at: Pos2, composing: &Composing) -> Rect {
    let palette = Palette::of(ui);
    let ink = palette.ink.strong;
    let format = TextFormat {
        font_id: fonts::regular(text::SUBHEADING),
        color: ink,
        underline: Stroke::new(1.0, palette.accent.ink),
        ..TextFormat::default()
    };
    let mut job = LayoutJob::single_section(composing.text.clone(), format);
    job.wrap.max_width = (room.width() - 2.0 * space::XL).max(space::XXL);
    let before = composing.text.get(..composing.caret).unwrap_or(&composing.text).chars().count();
    let area = Area::new(Id::unique("composing"))
        .order(Order::Foreground)
        .pivot(pivot)
        .fixed_pos(at)
        .constrain_to(room)
        .interactable(false)
        .show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(palette.ground.card)
                .stroke(Stroke::new(1.0, palette.ground.line_strong))
                .corner_radius(CornerRadius::same(size::CORNER_SMALL))
                .inner_margin(Margin::symmetric(space::S as i8, space::XS as i8));
            let shown = frame.show(ui, |ui| {
                let galley = ui.painter().layout_job(job);
                let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
                let name = t!("expert-composing", text = composing.text.as_str());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
                let caret = galley.pos_from_cursor(CCursor::new(before)).translate(rect.min.to_vec2());
                ui.painter().galley(rect.min, galley, ink);
                ui.painter().vline(caret.center().x, caret.y_range(), Stroke::new(1.5, palette.accent.ink));
                caret
            });
            shown.inner
        });
    area.inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_written_in_stays_free() {
        let room = Rect::from_min_max(Pos2::new(0.0, 50.0), Pos2::new(800.0, 650.0));
        let (pivot, at) = place(room, Some(Pos2::new(100.0, 100.0)));
        assert!(pivot == Align2::LEFT_TOP && at.y > 110.0);
        let (pivot, at) = place(room, Some(Pos2::new(100.0, 640.0)));
        assert!(pivot == Align2::LEFT_BOTTOM && at.y < 630.0);
        for outside in [None, Some(Pos2::new(100.0, 20.0))] {
            let (pivot, at) = place(room, outside);
            assert!(pivot == Align2::CENTER_BOTTOM && room.contains(at));
        }
    }
}
