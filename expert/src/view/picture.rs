//! The picture in its place: scale, scrolling, and the other side's pointer.

use std::sync::Arc;
use std::time::Duration;

use deskside_look::tokens::{Palette, space};
use deskside_proto::geometry::{PartView, Size, ViewPoint, ViewTransform};
use deskside_proto::wire::cursor::CursorShape;
use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::style::ScrollStyle;
use egui::{CursorIcon, CustomCursorImage, Id, Rect, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo};

use super::viewer::pixels;
use super::{Live, composing};
use crate::app::input::{Layout, Pixels};
use crate::link::Cursor;
use crate::model::{Phase, Session};
use crate::present::{Pointing, Scene};
use crate::scale::Scale;
use crate::words;

/// How near to the edge the pointer must be for a large picture to scroll. Units: physical pixels.
const SCROLL_MARGIN_PX: f32 = 24.0;
/// How fast it scrolls then. Units: points per second.
const SCROLL_SPEED: f32 = 1200.0;

/// What the picture's view remembers between frames.
#[derive(Default)]
pub struct Remembered {
    offset: Vec2,
    /// What of the desktop is shown.
    part: Option<deskside_proto::geometry::Rect>,
    pointer: Option<Pointer>,
}

/// The other side's pointer, made ready for this window.
struct Pointer {
    shape: Arc<CursorShape>,
    times: u16,
    image: CustomCursorImage,
}

/// Shows this part of the picture in all the room there is; gives where it lies.
pub fn show(
    ui: &mut Ui,
    scale: Scale,
    session: &Session,
    looked_at: Option<deskside_proto::geometry::Rect>,
    state: &mut Remembered,
    live: &mut Live<'_>,
) -> Layout {
    let desktop = shown_size(live, session);
    if desktop.is_empty() {
        return Layout::default();
    }
    let points_per_pixel = 1.0 / ui.ctx().pixels_per_point();
    let room = pixels(ui, ui.available_rect_before_wrap());
    let part = looked_at.and_then(|part| part.intersection(&desktop.rect()));
    let part = part.unwrap_or_else(|| desktop.rect());
    if state.part.replace(part).is_some_and(|before| before != part) {
        state.offset = Vec2::ZERO;
    }
    let (factor, _) = factor(scale, part.size(), size_of(&room));
    let wanted = Vec2::new(part.width as f32, part.height as f32) * factor * points_per_pixel;
    let area = if fits(wanted, ui.available_size()) {
        ui.allocate_rect(ui.available_rect_before_wrap(), Sense::hover());
        state.offset = Vec2::ZERO;
        room
    } else {
        scrolled(ui, wanted, session, state, live)
    };
    let scroll = state.offset / points_per_pixel;
    let scroll = ViewPoint { x: scroll.x, y: scroll.y };
    let (area, transform) = if part == desktop.rect() {
        (area, ViewTransform::placed(desktop, size_of(&area), factor, scroll))
    } else {
        let view = ViewTransform::part(desktop, part, size_of(&area), factor, scroll);
        (within(&area, &view), view.transform)
    };
    let rect = Rect::from_min_max(
        (Vec2::new(area.left, area.top) * points_per_pixel).to_pos2(),
        (Vec2::new(area.right, area.bottom) * points_per_pixel).to_pos2(),
    );
    describe(ui, rect, session);
    let painter = ui.painter().with_clip_rect(rect);
    let stands_for_it = session.phase == Phase::Controlling { paused: false };
    let pointing = match (stands_for_it, live.wants.over_picture) {
        (false, _) => Pointing::Painted,
        (true, true) => Pointing::Own,
        (true, false) => Pointing::Elsewhere,
    };
    let (picture, cursor) = (live.picture, live.cursor);
    live.presenter.show(&painter, &Scene { picture, cursor, pointing, area, transform });
    if pointing == Pointing::Own {
        pointer(ui, &transform, state, &live.cursor.look());
    }
    composing::show(ui, rect, live.composing);
    let scrolls = !fits(wanted, rect.size());
    Layout {
        picture: Some((area, transform)),
        scroll_margin_px: if scrolls { SCROLL_MARGIN_PX } else { 0.0 },
        ..Layout::default()
    }
}

/// What the picture is, for a screen reader: whose, and what may be done with it now.
fn describe(ui: &Ui, rect: Rect, session: &Session) {
    let response = ui.interact(rect, Id::unique("remote-picture"), Sense::hover());
    let name = words::screen_of(&session.client);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    deskside_look::reader::describe(ui.ctx(), response.id, words::phase(&session.phase));
}

/// The place of one monitor in the picture's area.
fn within(area: &Pixels, view: &PartView) -> Pixels {
    let (left, top) = (area.left + view.left as f32, area.top + view.top as f32);
    let (width, height) = (view.size.width as f32, view.size.height as f32);
    Pixels { left, top, right: left + width, bottom: top + height }
}

/// The size of the pixels that are there; before the first, what was announced.
fn shown_size(live: &Live<'_>, session: &Session) -> Size {
    let there = live.picture.size();
    if there.is_empty() { session.screen.unwrap_or_default() } else { there }
}

fn size_of(area: &Pixels) -> Size {
    let length = |from: f32, to: f32| (to - from).max(0.0) as u32;
    Size::new(length(area.left, area.right), length(area.top, area.bottom))
}

/// Half a point of difference is rounding, not overflow.
fn fits(wanted: Vec2, room: Vec2) -> bool {
    wanted.x <= room.x + 0.5 && wanted.y <= room.y + 0.5
}

/// View pixels per desktop pixel, and whether pixels stay whole.
///
/// `Fit` makes a picture smaller as far as needed, but larger only by whole steps, so that text stays crisp.
pub(super) fn factor(scale: Scale, desktop: Size, room: Size) -> (f32, bool) {
    match scale {
        Scale::Times(times) => (f32::from(times), true),
        Scale::Fit => {
            let ratio = |room: u32, desktop: u32| room as f32 / desktop.max(1) as f32;
            let factor = ratio(room.width, desktop.width).min(ratio(room.height, desktop.height));
            if factor >= 1.0 { (factor.floor(), true) } else { (factor.max(0.02), false) }
        }
    }
}

/// Room for a picture that is larger than the window: scroll bars, and scrolling by the pointer at the edge.
fn scrolled(ui: &mut Ui, wanted: Vec2, session: &Session, state: &mut Remembered, live: &Live<'_>) -> Pixels {
    let controlling = session.is_controlling();
    let (x, y) = if controlling { live.wants.scroll } else { (0.0, 0.0) };
    let mut offset = state.offset;
    if (x, y) != (0.0, 0.0) {
        let step = SCROLL_SPEED * ui.input(|input| input.stable_dt).min(0.05);
        offset += Vec2::new(x, y) * step;
    }
    // While controlling, wheel and drag belong to the other side.
    let source = if controlling {
        ScrollSource { drag: DragScroll::Never, mouse_wheel: false, scroll_bar: true }
    } else {
        ScrollSource { drag: DragScroll::Always, mouse_wheel: true, scroll_bar: true }
    };
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    bars_beside_the_picture(ui);
    let output = ScrollArea::both()
        .auto_shrink(false)
        .scroll_source(source)
        .scroll_offset(offset.max(Vec2::ZERO))
        .show(ui, |ui| {
            ui.allocate_exact_size(wanted, Sense::hover());
        });
    let moved = output.state.clamped_offset() != state.offset;
    state.offset = output.state.clamped_offset();
    if (x, y) != (0.0, 0.0) && moved {
        ui.ctx().request_repaint_after(Duration::from_millis(8));
    }
    pixels(ui, output.inner_rect)
}

/// Over the picture bars would hide pixels, and a press on them would be a press on the desktop. They are dark in both
/// appearances, as all that surrounds a desktop.
fn bars_beside_the_picture(ui: &mut Ui) {
    let dark = Palette::for_dark(true);
    ui.spacing_mut().scroll = ScrollStyle {
        bar_width: space::S,
        bar_inner_margin: 3.0,
        bar_outer_margin: 3.0,
        foreground_color: true,
        ..ScrollStyle::solid()
    };
    let visuals = ui.visuals_mut();
    visuals.extreme_bg_color = dark.ground.card;
    visuals.widgets.inactive.fg_stroke.color = dark.ground.line_strong;
    visuals.widgets.hovered.fg_stroke.color = dark.ink.weak;
    visuals.widgets.active.fg_stroke.color = dark.ink.body;
}

/// The own pointer takes the shape of the other side's, for which it stands.
fn pointer(ui: &Ui, transform: &ViewTransform, state: &mut Remembered, cursor: &Cursor) {
    if !cursor.known {
        return;
    }
    let Some(shape) = &cursor.shape else {
        ui.ctx().set_cursor_icon(CursorIcon::None);
        return;
    };
    let times = transform.scale().floor().clamp(1.0, 4.0) as u16;
    let is_same = |kept: &Pointer| Arc::ptr_eq(&kept.shape, shape) && kept.times == times;
    let kept = state.pointer.take().filter(is_same);
    let pointer = kept.unwrap_or_else(|| Pointer {
        shape: Arc::clone(shape),
        times,
        image: native_image(shape, times),
    });
    ui.ctx().set_cursor_image(Some(state.pointer.insert(pointer).image.clone()));
}

/// The pointer as the window system wants it: colours not multiplied by alpha, each pixel `times` times as large.
fn native_image(shape: &CursorShape, times: u16) -> CustomCursorImage {
    let (width, height) = (shape.size().width as usize, shape.size().height as usize);
    let (pixels, _) = shape.rgba().as_chunks::<4>();
    let steps = usize::from(times);
    let mut rgba = Vec::with_capacity(pixels.len() * 4 * steps * steps);
    for row in pixels.chunks_exact(width.max(1)) {
        for _ in 0..steps {
            for pixel in row {
                let straight = unmultiplied(*pixel);
                for _ in 0..steps {
                    rgba.extend_from_slice(&straight);
                }
            }
        }
    }
    let side = |length: usize| u16::try_from(length * steps).unwrap_or(u16::MAX);
    let hotspot = shape.hotspot();
    // The middle of the pixel that points.
    let middle = |place: u16| place * times + times / 2;
    CustomCursorImage {
        rgba: rgba.into(),
        size: [side(width), side(height)],
        hotspot: [middle(hotspot.x), middle(hotspot.y)],
    }
}

fn unmultiplied([red, green, blue, alpha]: [u8; 4]) -> [u8; 4] {
    if alpha == 0 {
        return [0; 4];
    }
    let colour = |value: u8| {
        let straight = (u16::from(value) * 255 + u16::from(alpha) / 2) / u16::from(alpha);
        u8::try_from(straight).unwrap_or(u8::MAX)
    };
    [colour(red), colour(green), colour(blue), alpha]
}

#[cfg(test)]
mod tests {
    use deskside_proto::geometry::DesktopPoint;
    use deskside_proto::wire::cursor::Hotspot;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fit_never_makes_pixels_uneven_by_enlarging() {
        let desktop = Size::new(800, 600);
        assert_eq!(factor(Scale::Fit, desktop, Size::new(1920, 1080)), (1.0, true));
        assert_eq!(factor(Scale::Fit, desktop, Size::new(1920, 1200)), (2.0, true));
        assert_eq!(factor(Scale::Fit, desktop, Size::new(400, 1200)), (0.5, false));
        assert_eq!(factor(Scale::Times(3), desktop, Size::new(1, 1)), (3.0, true));
    }

    proptest! {
        /// At whole scales the pointer hits the very pixel that is shown under it, wherever the picture is scrolled to.
        #[test]
        fn at_whole_scales_every_view_pixel_means_the_desktop_pixel_it_shows(
            (width, height) in (1_u32..3000, 1_u32..2000),
            (room_width, room_height) in (1_u32..2500, 1_u32..1500),
            times in 1_u8..=4,
            (scroll_x, scroll_y) in (-50.0_f32..9000.0, -50.0_f32..9000.0),
            (part_x, part_y) in (0.0_f32..1.0, 0.0_f32..1.0),
        ) {
            let (desktop, room) = (Size::new(width, height), Size::new(room_width, room_height));
            let (factor, whole) = factor(Scale::Times(times), desktop, room);
            let transform = ViewTransform::placed(desktop, room, factor, ViewPoint { x: scroll_x, y: scroll_y });
            prop_assert!(whole && transform.is_whole());
            let point = DesktopPoint::new((part_x * width as f32) as i32, (part_y * height as f32) as i32);
            let corner = transform.view_from_desktop(point);
            for step in [0.0, f32::from(times) - 1.0] {
                let under = transform.desktop_from_view(ViewPoint { x: corner.x + step, y: corner.y + step });
                prop_assert_eq!(under, Some(point));
            }
        }

        /// Fitted, the whole desktop is inside the view, and a pointer position is wrong by a pixel at most.
        #[test]
        fn fitted_everything_is_seen_and_hit(
            (width, height) in (1_u32..8000, 1_u32..5000),
            (room_width, room_height) in (200_u32..4000, 200_u32..2500),
            (part_x, part_y) in (0.0_f32..1.0, 0.0_f32..1.0),
        ) {
            let (desktop, room) = (Size::new(width, height), Size::new(room_width, room_height));
            let (factor, _) = factor(Scale::Fit, desktop, room);
            let transform = ViewTransform::placed(desktop, room, factor, ViewPoint::default());
            let last = transform.view_from_desktop(DesktopPoint::new(width as i32, height as i32));
            prop_assert!(transform.origin().x >= 0.0 && transform.origin().y >= 0.0);
            prop_assert!(last.x <= room_width as f32 + 1.0 && last.y <= room_height as f32 + 1.0);
            let point = DesktopPoint::new((part_x * width as f32) as i32, (part_y * height as f32) as i32);
            let corner = transform.view_from_desktop(point);
            let half = factor / 2.0;
            let under = transform.nearest_desktop_from_view(ViewPoint { x: corner.x + half, y: corner.y + half });
            prop_assert!((under.x - point.x).abs() <= 1 && (under.y - point.y).abs() <= 1);
        }
    }

    #[test]
    fn a_window_without_room_still_has_a_scale() {
        let (factor, _) = factor(Scale::Fit, Size::new(800, 600), Size::new(0, 0));
        assert!(factor > 0.0);
    }

    #[test]
    fn the_pointer_is_enlarged_pixel_by_pixel_and_its_colours_are_straight() {
        let rgba = vec![64, 0, 0, 128, 0, 0, 0, 0];
        let shape = CursorShape::new(Size::new(2, 1), Hotspot { x: 1, y: 0 }, rgba).unwrap();
        let image = native_image(&shape, 2);
        assert_eq!((image.size, image.hotspot), ([4, 2], [3, 1]));
        let row: [u8; 16] = [128, 0, 0, 128, 128, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(image.rgba.as_ref(), [row, row].concat());
    }
}
