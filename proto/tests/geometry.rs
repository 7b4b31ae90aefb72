//! Regions cover what was added and never overlap; transforms lead back to where they came from.

#![allow(clippy::indexing_slicing, reason = "a test that meets a surprise must stop there")]

use deskside_proto::geometry::{DesktopPoint, Rect, Region, ScreenPoint, Size, ViewPoint, ViewTransform};
use proptest::prelude::*;

fn rects(side: u32) -> impl Strategy<Value = Rect> {
    let edge = side as i32;
    (-edge..edge, -edge..edge, 0..side, 0..side)
        .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

fn extreme_rects() -> impl Strategy<Value = Rect> {
    (any::<i32>(), any::<i32>(), any::<u32>(), any::<u32>())
        .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

fn corners(rect: &Rect) -> [DesktopPoint; 4] {
    let (right, bottom) = (rect.right() as i32 - 1, rect.bottom() as i32 - 1);
    [(rect.x, rect.y), (right, rect.y), (rect.x, bottom), (right, bottom)]
        .map(|(x, y)| DesktopPoint::new(x, y))
}

fn check(region: &Region) -> Result<(), TestCaseError> {
    prop_assert!(region.rects().len() <= Region::MAX_RECTS);
    for (at, rect) in region.iter().enumerate() {
        prop_assert!(!rect.is_empty());
        for other in &region.rects()[at + 1..] {
            prop_assert_eq!(rect.intersection(other), None);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_region_covers_what_was_added_and_never_overlaps(
        added in prop::collection::vec(rects(300), 0..120),
        probes in prop::collection::vec((-300..600i32, -300..600i32), 50),
    ) {
        let region: Region = added.iter().copied().collect();
        check(&region)?;
        for rect in added.iter().filter(|rect| !rect.is_empty()) {
            for corner in corners(rect) {
                prop_assert!(region.contains(corner));
            }
            prop_assert!(region.bounds().contains_rect(rect));
        }
        for (x, y) in probes {
            let point = DesktopPoint::new(x, y);
            if added.iter().any(|rect| rect.contains(point)) {
                prop_assert!(region.contains(point));
            }
        }
    }

    #[test]
    fn a_region_of_few_rectangles_covers_nothing_else(
        added in prop::collection::vec(rects(40), 0..8),
        x in -40..80i32, y in -40..80i32,
    ) {
        let region: Region = added.iter().copied().collect();
        let point = DesktopPoint::new(x, y);
        prop_assert_eq!(region.contains(point), added.iter().any(|rect| rect.contains(point)));
    }

    #[test]
    fn what_is_taken_away_uncovers_nothing_else(
        added in prop::collection::vec(rects(60), 0..30),
        removed in prop::collection::vec(rects(60), 0..30),
        probes in prop::collection::vec((-60..120i32, -60..120i32), 80),
    ) {
        let mut region: Region = added.iter().copied().collect();
        let before = region.clone();
        for rect in &removed {
            region.remove(rect);
        }
        check(&region)?;
        let few = added.len() + 4 * removed.len() < Region::MAX_RECTS;
        for (x, y) in probes {
            let point = DesktopPoint::new(x, y);
            let is_removed = removed.iter().any(|rect| rect.contains(point));
            if before.contains(point) && !is_removed {
                prop_assert!(region.contains(point));
            }
            if few && (is_removed || !before.contains(point)) {
                prop_assert!(!region.contains(point));
            }
            let part = Rect::new(x, y, 7, 5);
            let within: Vec<Rect> = region.within(&part).collect();
            for rect in &within {
                prop_assert!(part.contains_rect(rect));
            }
            prop_assert_eq!(region.contains(point), within.iter().any(|rect| rect.contains(point)));
        }
    }

    #[test]
    fn clipping_keeps_what_is_inside(added in prop::collection::vec(rects(300), 0..20)) {
        let size = Size::new(200, 100);
        let clipped = added.iter().copied().collect::<Region>().clipped(size);
        check(&clipped)?;
        for rect in &clipped {
            prop_assert!(size.rect().contains_rect(rect));
        }
    }

    #[test]
    fn no_rectangle_is_too_strange(a in extreme_rects(), b in extreme_rects()) {
        let both = a.union(&b);
        if let Some(common) = a.intersection(&b) {
            prop_assert!(!common.is_empty());
            prop_assert_eq!(b.intersection(&a), Some(common));
        }
        prop_assert!(both.is_empty() == (a.is_empty() && b.is_empty()));
        let left: Vec<Rect> = a.without(&b).collect();
        for part in &left {
            prop_assert!(a.contains_rect(part));
            prop_assert_eq!(part.intersection(&b), None);
        }
        let mut region = Region::from(a);
        region.add(b);
        check(&region)?;
        check(&region.clipped(Size::new(1920, 1080)))?;
    }

    #[test]
    fn every_desktop_pixel_is_found_again_in_the_view(
        desktop in (1..4000u32, 1..3000u32),
        view in (1..4000u32, 1..3000u32),
        at in (0.0..1.0f64, 0.0..1.0f64),
        scroll in (0.0..3000.0f32, 0.0..3000.0f32),
    ) {
        let (desktop, view) = (Size::new(desktop.0, desktop.1), Size::new(view.0, view.1));
        let point = DesktopPoint::new(
            (at.0 * f64::from(desktop.width)) as i32,
            (at.1 * f64::from(desktop.height)) as i32,
        );
        let scroll = ViewPoint { x: scroll.0, y: scroll.1 };
        for transform in [
            ViewTransform::fit(desktop, view),
            ViewTransform::whole(desktop, view, scroll),
            ViewTransform::placed(desktop, view, 1.0, scroll),
            ViewTransform::placed(desktop, view, 2.0, scroll),
        ] {
            let corner = transform.view_from_desktop(point);
            let middle = ViewPoint {
                x: corner.x + transform.scale() / 2.0,
                y: corner.y + transform.scale() / 2.0,
            };
            prop_assert_eq!(transform.desktop_from_view(middle), Some(point));
            prop_assert_eq!(transform.nearest_desktop_from_view(middle), point);
        }
    }
}

#[test]
fn many_scattered_rectangles_stay_few() {
    let region: Region = (0..1000).map(|at| Rect::new((at % 40) * 50, (at / 40) * 50, 7, 7)).collect();
    assert!(region.rects().len() <= Region::MAX_RECTS);
    assert!(region.contains(DesktopPoint::new(39 * 50, 24 * 50)));
}

#[test]
fn tiles_of_one_area_become_one_rectangle() {
    let region: Region = (0..16).map(|at| Rect::new((at % 4) * 64, (at / 4) * 64, 64, 64)).collect();
    assert_eq!(region.rects(), [Rect::new(0, 0, 256, 256)]);
}

#[test]
fn a_smaller_desktop_lies_in_the_middle_and_a_larger_one_scrolls_within_its_edges() {
    let view = Size::new(1000, 800);
    let small = ViewTransform::placed(Size::new(400, 300), view, 1.0, ViewPoint { x: 50.0, y: 50.0 });
    assert_eq!(small.origin(), ViewPoint { x: 300.0, y: 250.0 });
    let large = |x, y| ViewTransform::placed(Size::new(2000, 900), view, 1.0, ViewPoint { x, y }).origin();
    assert_eq!(large(10.0, 20.0), ViewPoint { x: -10.0, y: -20.0 });
    assert_eq!(large(5000.0, 5000.0), ViewPoint { x: -1000.0, y: -100.0 });
    assert_eq!(large(-5000.0, f32::NAN), ViewPoint { x: 0.0, y: 0.0 });
}

#[test]
fn beside_the_desktop_there_is_no_pixel_but_a_nearest_one() {
    let transform = ViewTransform::placed(Size::new(100, 50), Size::new(300, 250), 1.0, ViewPoint::default());
    assert_eq!(transform.desktop_from_view(ViewPoint { x: 99.9, y: 110.0 }), None);
    assert_eq!(transform.desktop_from_view(ViewPoint { x: 200.0, y: 110.0 }), None);
    assert_eq!(transform.desktop_from_view(ViewPoint { x: f32::NAN, y: f32::NAN }), None);
    let nearest = |x, y| transform.nearest_desktop_from_view(ViewPoint { x, y });
    assert_eq!(nearest(-1e30, 1e30), DesktopPoint::new(0, 49));
    assert_eq!(nearest(250.0, 125.0), DesktopPoint::new(99, 25));
}

#[test]
fn whole_scales_are_whole_and_fit_takes_the_whole_view() {
    let view = Size::new(1920, 1080);
    assert!(ViewTransform::whole(Size::new(800, 500), view, ViewPoint::default()).is_whole());
    assert_eq!(ViewTransform::whole(Size::new(800, 500), view, ViewPoint::default()).scale(), 2.0);
    assert_eq!(ViewTransform::whole(Size::new(3000, 500), view, ViewPoint::default()).scale(), 1.0);
    assert_eq!(ViewTransform::fit(Size::new(960, 540), view).scale(), 2.0);
    assert!(!ViewTransform::fit(Size::new(3840, 2160), view).is_whole());
    assert!(ViewTransform::fit(Size::default(), Size::default()).scale() > 0.0);
}

#[test]
fn screen_and_desktop_differ_by_the_desktops_origin() {
    let origin = ScreenPoint { x: -1920, y: 40 };
    let on_screen = ScreenPoint::from_desktop(DesktopPoint::new(10, 20), origin);
    assert_eq!(on_screen, ScreenPoint { x: -1910, y: 60 });
    assert_eq!(on_screen.to_desktop(origin), DesktopPoint::new(10, 20));
}

#[test]
fn a_desktop_size_is_bounded_in_side_and_area() {
    for size in [Size::new(1, 1), Size::new(7680, 4320), Size::new(16_384, 2048)] {
        assert!(size.is_desktop(), "{size:?}");
    }
    for size in [Size::new(0, 5), Size::new(16_385, 1), Size::new(8192, 4097), Size::new(u32::MAX, u32::MAX)]
    {
        assert!(!size.is_desktop(), "{size:?}");
    }
}
