//! What experts may see: a card that says it, and the pages on which the person changes it. It chooses nothing by itself.

use deskside_look::reader::Presser;
use deskside_look::tokens::{Palette, size, space};
use deskside_look::widget::{self, Button, Card, Foot, row_to_edges};
use deskside_proto::geometry::Rect;
use deskside_words::t;
use egui::{Key, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::{Scene, actions, scrolling, words};
use crate::app::UserCommand;
use crate::sharing::{Hidden, Share};

/// How far an arrow key moves or stretches the area: so many steps over the whole desktop.
const STEPS: u32 = 64;

/// The page that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draft {
    /// Which area to hide.
    Area(Area),
    /// Which window to hide.
    Window,
    /// What to share.
    Share,
}

/// The area that is being chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Area {
    /// Where it is; a third of the desktop in its middle until somebody draws.
    rect: Option<Rect>,
    /// Where the drawing began.
    from: Option<(i32, i32)>,
}

/// Whether the page is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Open,
    Back,
}

/// Says what they can see; the page that is wanted, if any.
pub(super) fn card(ui: &mut Ui, scene: Scene<'_>) -> Option<Draft> {
    let sharing = &scene.view.sharing;
    let mut wanted = None;
    widget::card(ui, Card::Plain, |ui| {
        widget::small(ui, t!("client-see-title"));
        widget::strong(ui, &words::share(sharing));
        for hidden in &sharing.hidden {
            let label = words::hidden(hidden);
            let name = |ui: &mut Ui| drop(ui.add(egui::Label::new(&label).truncate()));
            row_to_edges(ui, name, |ui| {
                let again = Button::quiet(t!("client-show-again")).low().hint(&label).by_hand();
                if again.show(ui).pressed() {
                    scene.commands.send(UserCommand::Unhide(hidden.what));
                }
            });
        }
        ui.horizontal_wrapped(|ui| {
            let share = match sharing.share {
                Share::Everything => Button::quiet(t!("client-change-share")),
                Share::Screen(_) | Share::Window(_) => Button::quiet(t!("client-change-again")).by_hand(),
            };
            let area = Draft::Area(Area::default());
            let pages = [
                (Button::quiet(t!("client-hide-window")), Draft::Window),
                (Button::quiet(t!("client-hide-area")), area),
                (share, Draft::Share),
            ];
            for (button, page) in pages {
                if button.low().show(ui).pressed() {
                    wanted = Some(page);
                    scene.commands.send(UserCommand::ListChoices);
                }
            }
        });
    });
    wanted
}

/// Shows a page.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, draft: &mut Draft) -> Outcome {
    let mut outcome = Outcome::Open;
    let page = |ui: &mut Ui| {
        super::notice(ui, scene);
        match draft {
            Draft::Area(area) => {
                widget::heading(ui, t!("client-hide-area-title"));
                widget::body(ui, t!("client-hide-area-text"));
                map(ui, scene, area);
                false
            }
            Draft::Window => hide(ui, scene),
            Draft::Share => share(ui, scene),
        }
    };
    let (foot, chosen) = Foot::below(ui, |ui| scrolling(ui, page));
    let area = match draft {
        Draft::Area(area) => Some(area.or_middle(whole(scene))),
        Draft::Window | Draft::Share => None,
    };
    actions(ui, foot, |ui| {
        if let Some(area) = area
            && Button::primary(t!("client-hide-this-area")).show(ui).pressed()
        {
            scene.commands.send(UserCommand::Hide(Hidden::Area(area)));
            outcome = Outcome::Back;
        }
        if Button::quiet(t!("client-back")).show(ui).pressed() {
            outcome = Outcome::Back;
        }
        if area.is_none() && Button::quiet(t!("client-look-again")).show(ui).pressed() {
            scene.commands.send(UserCommand::ListChoices);
        }
    });
    if chosen || ui.input(|input| input.key_pressed(Key::Escape)) {
        outcome = Outcome::Back;
    }
    outcome
}

fn share(ui: &mut Ui, scene: Scene<'_>) -> bool {
    widget::heading(ui, t!("client-share-title"));
    widget::body(ui, t!("client-share-text"));
    let mut chosen = false;
    let now = &scene.view.sharing.share;
    for (label, share) in shares(scene) {
        let line = choice(ui, &label, *now == share);
        // Less than everything is always safe; from less, every other choice shows something that was not seen.
        let presser = if *now == Share::Everything { Presser::Anybody } else { Presser::Hand };
        if presser.counts(ui, &line, line.clicked()) {
            scene.commands.send(UserCommand::Share(share));
            chosen = true;
        }
    }
    chosen
}

/// The windows that are not hidden; pressing one hides it. What is hidden is shown again on the card.
fn hide(ui: &mut Ui, scene: Scene<'_>) -> bool {
    widget::heading(ui, t!("client-hide-window-title"));
    widget::body(ui, t!("client-hide-window-text"));
    let sharing = &scene.view.sharing;
    let is_hidden = |what: Hidden| sharing.hidden.iter().any(|hidden| hidden.what == what);
    let windows = sharing.choices.windows.iter();
    let mut windows = windows.filter(|window| !is_hidden(Hidden::Window(window.number))).peekable();
    if windows.peek().is_none() {
        widget::body(ui, t!("client-no-windows"));
    }
    let mut chosen = false;
    for window in windows {
        if choice(ui, &words::window(&window.title), false).clicked() {
            scene.commands.send(UserCommand::Hide(Hidden::Window(window.number)));
            chosen = true;
        }
    }
    chosen
}

/// Everything that can be shared, with its name in the list.
pub(in crate::windows) fn shares(scene: Scene<'_>) -> Vec<(String, Share)> {
    let choices = &scene.view.sharing.choices;
    let mut shares = vec![(t!("client-everything").to_owned(), Share::Everything)];
    if choices.screens.len() > 1 {
        let screens = choices.screens.iter().enumerate();
        shares.extend(
            screens.map(|(at, screen)| (words::screen(choices, at), Share::Screen(screen.name.clone()))),
        );
    }
    let windows = choices.windows.iter();
    shares.extend(windows.map(|window| (words::window(&window.title), Share::Window(window.number))));
    shares
}

/// One line of a list that is pressed as a whole.
fn choice(ui: &mut Ui, label: &str, chosen: bool) -> Response {
    let palette = Palette::of(ui);
    let wanted = egui::vec2(ui.available_width(), size::BUTTON_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, label));
    let fill = if response.hovered() { palette.ground.button_hovered } else { palette.ground.card };
    let line =
        if chosen { Stroke::new(1.5, palette.accent.ink) } else { Stroke::new(1.0, palette.ground.line) };
    ui.painter().rect(rect, size::CORNER_SMALL, fill, line, StrokeKind::Inside);
    let inner = rect.shrink2(egui::vec2(space::M, 0.0));
    let ink = if chosen { palette.accent.ink } else { palette.ink.strong };
    let font = deskside_look::fonts::regular(deskside_look::tokens::text::BODY);
    let text = egui::WidgetText::from(egui::RichText::new(label).font(font));
    let wrap = Some(egui::TextWrapMode::Truncate);
    let galley = text.into_galley(ui, wrap, inner.width(), egui::FontSelection::Default);
    let at = egui::pos2(inner.left(), inner.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    if response.has_focus() {
        let ring = Stroke::new(size::FOCUS_RING, palette.focus);
        ui.painter().rect_stroke(rect.shrink(2.0), size::CORNER_SMALL, ring, StrokeKind::Inside);
    }
    response
}

fn whole(scene: Scene<'_>) -> Rect {
    let size = scene.view.sharing.choices.size;
    Rect::new(0, 0, size.width.max(1), size.height.max(1))
}

impl Area {
    fn or_middle(self, whole: Rect) -> Rect {
        let third = |length: u32| (length / 3).max(1);
        let (width, height) = (third(whole.width), third(whole.height));
        let middle = Rect::new(width.cast_signed(), height.cast_signed(), width, height);
        self.rect.and_then(|rect| rect.intersection(&whole)).unwrap_or(middle)
    }

    /// Moves or stretches by steps, within the desktop.
    fn step(&mut self, whole: Rect, (x, y): (i32, i32), stretch: bool) {
        let mut rect = self.or_middle(whole);
        let step = |length: u32| (length / STEPS).max(1).cast_signed();
        let (dx, dy) = (x * step(whole.width), y * step(whole.height));
        if stretch {
            rect.width = rect.width.saturating_add_signed(dx).max(1);
            rect.height = rect.height.saturating_add_signed(dy).max(1);
        } else {
            let last = |whole: u32, own: u32| whole.saturating_sub(own).cast_signed();
            rect.x = (rect.x + dx).clamp(0, last(whole.width, rect.width));
            rect.y = (rect.y + dy).clamp(0, last(whole.height, rect.height));
        }
        self.rect = rect.intersection(&whole);
    }

    fn draw(&mut self, from: (i32, i32), to: (i32, i32)) {
        let (left, top) = (from.0.min(to.0), from.1.min(to.1));
        self.rect = Some(Rect::new(left, top, from.0.abs_diff(to.0).max(1), from.1.abs_diff(to.1).max(1)));
    }
}

/// A small picture of the desktop on which the area is drawn.
fn map(ui: &mut Ui, scene: Scene<'_>, area: &mut Area) {
    let (palette, whole) = (Palette::of(ui), whole(scene));
    let width = ui.available_width();
    let scale = (width / whole.width as f32).min(260.0 / whole.height as f32);
    let wanted = egui::vec2(whole.width as f32, whole.height as f32) * scale;
    let (frame, response) = ui.allocate_exact_size(wanted, Sense::click_and_drag());
    let on_map = |rect: &Rect| {
        let min = frame.min + egui::vec2(rect.x as f32, rect.y as f32) * scale;
        egui::Rect::from_min_size(min, egui::vec2(rect.width as f32, rect.height as f32) * scale)
    };
    let on_desktop = |at: egui::Pos2| {
        let place = (at - frame.min) / scale;
        let limit = |value: f32, length: u32| (value as i32).clamp(0, length.cast_signed());
        (limit(place.x, whole.width), limit(place.y, whole.height))
    };
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let to = on_desktop(pointer);
        let from = *area.from.get_or_insert(to);
        area.draw(from, to);
    } else {
        area.from = None;
    }
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    keys(ui, &response, whole, area);
    let rect = area.or_middle(whole);
    let painter = ui.painter_at(frame.expand(2.0));
    painter.rect_filled(frame, 4, palette.ground.field);
    for screen in &scene.view.sharing.choices.screens {
        painter.rect_stroke(on_map(&screen.place), 2, Stroke::new(1.5, palette.ink.weak), StrokeKind::Inside);
    }
    // The list has the uppermost window first.
    for window in scene.view.sharing.choices.windows.iter().rev() {
        let place = on_map(&window.place).intersect(frame);
        let line = Stroke::new(1.0, palette.ground.line);
        painter.rect(place, 2, palette.ground.card, line, StrokeKind::Inside);
        let font = deskside_look::fonts::regular(10.0);
        let text = egui::WidgetText::from(egui::RichText::new(&*window.title.0).font(font));
        let room = place.width() - 8.0;
        if room > 16.0 {
            let galley =
                text.into_galley(ui, Some(egui::TextWrapMode::Truncate), room, egui::FontSelection::Default);
            painter.with_clip_rect(place).galley(place.min + egui::vec2(4.0, 2.0), galley, palette.ink.weak);
        }
    }
    let shown = on_map(&rect);
    painter.rect_filled(shown, 2, egui::Color32::from_gray(0x6B).gamma_multiply(0.85));
    let line = Stroke::new(if response.has_focus() { size::FOCUS_RING } else { 1.5 }, palette.focus);
    painter.rect_stroke(shown, 2, line, StrokeKind::Outside);
    let place = words::place(&rect);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, t!("client-area-map"));
        info.current_text_value = Some(place.clone());
        info
    });
    widget::small(ui, &place);
}

/// Arrow keys move the area, with Shift they stretch it.
fn keys(ui: &Ui, response: &egui::Response, whole: Rect, area: &mut Area) {
    if !response.has_focus() {
        return;
    }
    let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let arrows = [
        (Key::ArrowLeft, (-1, 0)),
        (Key::ArrowRight, (1, 0)),
        (Key::ArrowUp, (0, -1)),
        (Key::ArrowDown, (0, 1)),
    ];
    for (key, by) in arrows {
        let (plain, shifted) = ui.input_mut(|input| {
            let shifted = input.count_and_consume_key(egui::Modifiers::SHIFT, key);
            (input.count_and_consume_key(egui::Modifiers::NONE, key), shifted)
        });
        (0..plain).for_each(|_| area.step(whole, by, false));
        (0..shifted).for_each(|_| area.step(whole, by, true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Rect = Rect::new(0, 0, 1920, 1080);

    #[test]
    fn an_area_stays_on_the_desktop_whatever_is_pressed() {
        let mut area = Area::default();
        assert_eq!(area.or_middle(WHOLE), Rect::new(640, 360, 640, 360));
        (0..200).for_each(|_| area.step(WHOLE, (1, 1), false));
        assert_eq!(area.or_middle(WHOLE), Rect::new(1280, 720, 640, 360));
        (0..200).for_each(|_| area.step(WHOLE, (-1, -1), true));
        assert_eq!(area.or_middle(WHOLE).size(), deskside_proto::geometry::Size::new(1, 1));
        (0..200).for_each(|_| area.step(WHOLE, (1, 1), true));
        assert_eq!((area.or_middle(WHOLE).right(), area.or_middle(WHOLE).bottom()), (1920, 1080));
        area.draw((500, 400), (100, 50));
        assert_eq!(area.or_middle(WHOLE), Rect::new(100, 50, 400, 350));
        assert!(Area::default().or_middle(Rect::new(0, 0, 1, 1)).area() > 0);
    }
}
