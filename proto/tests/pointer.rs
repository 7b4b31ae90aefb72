//! Where the pointer lands, over random layouts of monitors, sizes of windows, scales and places of scrolling: on the
//! very pixel that is shown under it, and without a jump wherever it goes.

#![allow(clippy::indexing_slicing, reason = "a test that meets a surprise must stop there")]

use deskside_proto::geometry::{DesktopPoint, Rect, Size, ViewPoint, ViewTransform};
use proptest::prelude::*;

/// Monitors beside, above and over each other, as a person may arrange them, moved to where the desktop begins.
fn layouts() -> impl Strategy<Value = Vec<Rect>> {
    let monitor = (-3000..3000_i32, -2000..2000_i32, 200..2600_u32, 200..1600_u32);
    prop::collection::vec(monitor, 1..5).prop_map(|monitors| {
        let left = monitors.iter().map(|monitor| monitor.0).min().unwrap_or_default();
        let top = monitors.iter().map(|monitor| monitor.1).min().unwrap_or_default();
        monitors
            .into_iter()
            .map(|(x, y, width, height)| Rect::new(x - left, y - top, width, height))
            .collect()
    })
}

fn desktop_of(monitors: &[Rect]) -> Size {
    let whole = monitors.iter().fold(Rect::default(), |whole, monitor| whole.union(monitor));
    Size::new(whole.right() as u32, whole.bottom() as u32)
}

/// A whole scale, or any; the expert's screen may be of any density.
fn scales() -> impl Strategy<Value = f32> {
    prop_oneof![(1..=4_u8).prop_map(f32::from), 0.05..4.0_f32]
}

/// A pixel of `part`, at a fraction of its sides.
fn pixel(part: &Rect, at: (f64, f64)) -> DesktopPoint {
    let along = |start: i32, length: u32, at: f64| start + (at * f64::from(length)) as i32;
    DesktopPoint::new(along(part.x, part.width, at.0), along(part.y, part.height, at.1))
}

fn middle_of(transform: &ViewTransform, point: DesktopPoint) -> ViewPoint {
    let corner = transform.view_from_desktop(point);
    let half = transform.scale() / 2.0;
    ViewPoint { x: corner.x + half, y: corner.y + half }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn every_pixel_of_every_monitor_is_hit_where_it_is_shown(
        monitors in layouts(), which in 0..5_usize, scale in scales(),
        room in (1..4000_u32, 1..2500_u32), scroll in (-100.0..12_000.0_f32, -100.0..9_000.0_f32),
        at in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let (desktop, room) = (desktop_of(&monitors), Size::new(room.0, room.1));
        // The whole desktop is a part like any other.
        let part = monitors.get(which).copied().unwrap_or_else(|| desktop.rect());
        let scroll = ViewPoint { x: scroll.0, y: scroll.1 };
        let view = ViewTransform::part(desktop, part, room, scale, scroll);
        prop_assert!(view.left + view.size.width <= room.width && view.top + view.size.height <= room.height);
        let transform = view.transform;
        let point = pixel(&part, at);
        let middle = middle_of(&transform, point);
        let hit = transform.nearest_desktop_from_view(middle);
        let error = (hit.x - point.x).abs().max((hit.y - point.y).abs());
        if transform.is_whole() {
            prop_assert_eq!(hit, point);
            // And by each of the physical pixels that show it.
            let corner = transform.view_from_desktop(point);
            for step in 0..scale as u32 {
                let under = ViewPoint { x: corner.x + step as f32, y: corner.y + step as f32 };
                prop_assert_eq!(transform.desktop_from_view(under), Some(point));
            }
        } else {
            prop_assert!(error <= 1, "{:?} instead of {:?}", hit, point);
        }
    }

    /// What is shown in the place is of the part, and a position in it means what the picture shows there.
    #[test]
    fn every_position_in_a_monitors_place_means_a_pixel_that_is_drawn_there(
        monitors in layouts(), which in 0..4_usize, scale in scales(),
        room in (1..4000_u32, 1..2500_u32), scroll in (0.0..12_000.0_f32, 0.0..9_000.0_f32),
        at in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let (desktop, room) = (desktop_of(&monitors), Size::new(room.0, room.1));
        let part = monitors[which % monitors.len()];
        let view = ViewTransform::part(desktop, part, room, scale, ViewPoint { x: scroll.0, y: scroll.1 });
        let inside = |length: u32, at: f64| (at * f64::from(length)).floor() as f32 + 0.5;
        let position = ViewPoint { x: inside(view.size.width, at.0), y: inside(view.size.height, at.1) };
        let hit = view.transform.nearest_desktop_from_view(position);
        let shown = view.transform.view_from_desktop(hit);
        // A place is rounded up to whole view pixels: the middle of its last one may lie half a pixel behind the picture.
        let reach = scale.max(1.0) + 0.51;
        prop_assert!((shown.x - position.x).abs() <= reach && (shown.y - position.y).abs() <= reach);
        // The rounding of the place may show a pixel of what is beside it, and no more than one view pixel of it.
        let slack = (1.0 / scale).ceil() as i32;
        let around = Rect::new(
            part.x - slack, part.y - slack, part.width + 2 * slack as u32, part.height + 2 * slack as u32,
        );
        prop_assert!(around.contains(hit), "{:?} is not of {:?}", hit, part);
    }

    /// A drag over the edge of a monitor, of the place where it is shown and of the desktop goes on in equal steps.
    #[test]
    fn a_drag_across_monitors_and_edges_makes_no_jump(
        monitors in layouts(), which in 0..5_usize, scale in scales(),
        room in (50..3000_u32, 50..2000_u32),
        from in (-0.5..1.5_f32, -0.5..1.5_f32), to in (-0.5..1.5_f32, -0.5..1.5_f32),
    ) {
        let (desktop, room) = (desktop_of(&monitors), Size::new(room.0, room.1));
        let part = monitors.get(which).copied().unwrap_or_else(|| desktop.rect());
        let view = ViewTransform::part(desktop, part, room, scale, ViewPoint::default());
        let place = |at: (f32, f32)| (at.0 * view.size.width as f32, at.1 * view.size.height as f32);
        let ((x0, y0), (x1, y1)) = (place(from), place(to));
        // One physical pixel a step, as a mouse moves that is not hurried.
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0);
        let most = (1.0 / scale).ceil() as i32 + 1;
        let mut before: Option<DesktopPoint> = None;
        for step in 0..=steps as u32 {
            let part_of = step as f32 / steps;
            let position = ViewPoint { x: x0 + (x1 - x0) * part_of, y: y0 + (y1 - y0) * part_of };
            let hit = view.transform.nearest_desktop_from_view(position);
            prop_assert_eq!(hit, hit.clamped(desktop));
            if let Some(before) = before {
                let jump = (hit.x - before.x).abs().max((hit.y - before.y).abs());
                prop_assert!(jump <= most, "from {:?} to {:?}", before, hit);
                // Never back: a line that goes right goes right.
                prop_assert!((hit.x - before.x) as f32 * (x1 - x0) >= 0.0);
                prop_assert!((hit.y - before.y) as f32 * (y1 - y0) >= 0.0);
            }
            before = Some(hit);
        }
    }
}

#[test]
fn a_monitor_is_shown_alone_and_in_the_middle() {
    let (desktop, right) = (Size::new(3000, 1200), Rect::new(1000, 200, 2000, 1000));
    let view = ViewTransform::part(desktop, right, Size::new(2100, 600), 1.0, ViewPoint { x: 0.0, y: 150.0 });
    assert_eq!((view.left, view.top, view.size), (50, 0, Size::new(2000, 600)));
    assert_eq!(view.transform.origin(), ViewPoint { x: -1000.0, y: -350.0 });
    let at = |x, y| view.transform.desktop_from_view(ViewPoint { x, y });
    assert_eq!(at(0.0, 0.0), Some(DesktopPoint::new(1000, 350)));
    assert_eq!(at(-1.0, 0.0), Some(DesktopPoint::new(999, 350)), "a drag goes on on the next monitor");
    let strange =
        ViewTransform::part(desktop, right, Size::default(), f32::NAN, ViewPoint { x: f32::NAN, y: -1.0 });
    assert!(strange.size.is_empty() && strange.transform.scale() > 0.0);
}
