//! Scrolls and moves are found on desktops with text, photographs and empty parts, exactly and at bounded cost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::Desktop;
use deskside_media::cells::{CELL_PX, Grid};
use deskside_media::motion::{Copied, MotionFinder};
use deskside_media::{Area, Surface};
use deskside_proto::geometry::Rect;

fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
    Area::from_edges(x, y, x + width, y + height).unwrap()
}

fn pixel(surface: &Surface, x: usize, y: usize) -> [u8; 3] {
    let at = (y * surface.size().width as usize + x) * 4;
    surface.bytes()[at..at + 3].try_into().unwrap()
}

/// The changed part of each cell, as the encoder knows it.
fn changes(before: &Surface, after: &Surface) -> Vec<Area> {
    let mut changed = Vec::new();
    for cell in Grid::new(after.size()).cells_in(Area::whole(after.size()).unwrap()).collect::<Vec<_>>() {
        let cell = Grid::new(after.size()).area(cell).unwrap();
        let mut bounds: Option<Area> = None;
        for (y, (old, new)) in (cell.y()..).zip(before.rows(cell).zip(after.rows(cell))) {
            if old == new {
                continue;
            }
            for x in cell.x()..cell.right() {
                if pixel(before, x, y) != pixel(after, x, y) {
                    let here = area(x, y, 1, 1);
                    bounds = Some(bounds.map_or(here, |bounds| bounds.union(here)));
                }
            }
        }
        changed.extend(bounds);
    }
    changed
}

/// Copies as a viewer does it.
fn copy(surface: &mut Surface, copied: &Copied) {
    let source: Vec<u8> = surface.rows(copied.source().unwrap()).flatten().copied().collect();
    let width = copied.destination.width() * 4;
    for (to, from) in surface.rows_mut(copied.destination).zip(source.chunks_exact(width)) {
        to.copy_from_slice(from);
    }
}

struct Found {
    copies: Vec<Copied>,
    /// Pixels that are left to be sent, and of those that changed.
    left: usize,
    changed: usize,
}

/// Looks for motion, and holds what every answer must keep: copies and remaining parts make the new surface.
fn find(finder: &mut MotionFinder, before: &Surface, after: &Surface) -> Found {
    let changed = changes(before, after);
    let motion = finder.find(before, after, &changed);
    let (copies, remaining) = (motion.copies.to_vec(), motion.remaining.to_vec());
    let mut shown = before.clone();
    for (index, copied) in copies.iter().enumerate() {
        copy(&mut shown, copied);
        assert!(
            copies[..index].iter().all(|other| other.destination.intersection(copied.destination).is_none())
        );
    }
    for copied in &copies {
        for (a, b) in shown.rows(copied.destination).zip(after.rows(copied.destination)) {
            let same = |a: &[u8], b: &[u8]| a.chunks(4).zip(b.chunks(4)).all(|(a, b)| a[..3] == b[..3]);
            assert!(same(a, b), "a copy is not exact: {copied:?}");
        }
    }
    let cells = |area: &Area| (area.x() / CELL_PX, area.y() / CELL_PX);
    for part in &remaining {
        assert!(changed.iter().any(|area| area.contains(*part) && cells(area) == cells(part)));
        for (to, from) in shown.rows_mut(*part).zip(after.rows(*part)) {
            to.copy_from_slice(from);
        }
    }
    assert!(shown.same_colours(after));
    Found {
        copies,
        left: remaining.iter().map(|area| area.pixels()).sum(),
        changed: changed.iter().map(|area| area.pixels()).sum(),
    }
}

/// What `draw` makes of a page of which `offset` rows are scrolled away.
fn scene(draw: impl Fn(&mut Desktop)) -> Surface {
    let mut desktop = Desktop::new(1_920, 1_080);
    draw(&mut desktop);
    desktop.surface
}

/// Pastes a part of a large picture.
fn paste(desktop: &mut Desktop, picture: &Surface, from: (usize, usize), to: Rect) {
    let Some(part) = Area::clipped(to, desktop.surface.size()) else { return };
    let skipped = (part.x() as i32 - to.x, part.y() as i32 - to.y);
    let (x, y) = (from.0 + skipped.0 as usize, from.1 + skipped.1 as usize);
    let source = area(x, y, part.width(), part.height());
    for (to, from) in desktop.surface.rows_mut(part).zip(picture.rows(source)) {
        to.copy_from_slice(from);
    }
}

fn page(width: u32, height: u32) -> Surface {
    let mut page = Desktop::new(width, height);
    page.text(page.whole(), 5);
    page.surface
}

/// Text with photographs and large empty parts, as a site has them.
fn site(width: u32, height: u32) -> Surface {
    let mut page = Desktop::new(width, height);
    page.fill(page.whole(), [255; 3]);
    for (number, top) in (0..height as i32).step_by(420).enumerate() {
        page.text(Rect::new(80, top, width - 500, 180), number as u64 + 3);
        page.photo(Rect::new(100, top + 200, 380, 170), number as u64 * 9);
        page.fill(Rect::new(width as i32 - 300, top, 250, 330), [240, 230, 220]);
    }
    page.surface
}

fn backdrop(desktop: &mut Desktop) {
    desktop.photo(Rect::new(0, 0, 1_920, 540), 3);
    desktop.text(Rect::new(0, 540, 1_920, 540), 11);
}

#[test]
fn a_page_scrolled_by_any_amount_is_copied() {
    let text = page(1_200, 4_000);
    for (by, back) in [(1, false), (3, true), (18, false), (54, false), (54, true), (55, true), (450, false)]
    {
        let at = |offset| {
            scene(|desktop| {
                backdrop(desktop);
                paste(desktop, &text, (0, offset), Rect::new(357, 91, 1_200, 900));
            })
        };
        let (before, after) = if back { (at(900 + by), at(900)) } else { (at(900), at(900 + by)) };
        let found = find(&mut MotionFinder::new(), &before, &after);
        assert!(
            found.left <= 1_200 * by + 1_200 * 4,
            "{by}: {} of {} {:?}",
            found.left,
            found.changed,
            found.copies
        );
        assert!(found.copies.len() <= 4, "{by}: {:?}", found.copies);
    }
}

#[test]
fn a_page_scrolled_sideways_is_copied() {
    let text = page(4_000, 900);
    for by in [1, 7, 40, 333] {
        let at = |offset| {
            scene(|desktop| {
                backdrop(desktop);
                paste(desktop, &text, (offset, 0), Rect::new(203, 91, 1_200, 900));
            })
        };
        for (before, after) in [(at(500), at(500 + by)), (at(500 + by), at(500))] {
            let found = find(&mut MotionFinder::new(), &before, &after);
            assert!(found.left <= 900 * by + 900 * 4, "{by}: {} of {}", found.left, found.changed);
        }
    }
}

#[test]
fn a_site_with_photos_scrollbar_header_and_status_is_copied() {
    let site = site(1_300, 4_200);
    let at = |offset: usize| {
        scene(|desktop| {
            backdrop(desktop);
            paste(desktop, &site, (0, offset), Rect::new(310, 90, 1_300, 900));
            desktop.text(Rect::new(310, 90, 1_300, 60), 77);
            desktop.fill(Rect::new(310, 960, 1_300, 30), [180, 190, 200]);
            desktop.fill(Rect::new(1_596, 150, 14, 810), [200; 3]);
            desktop.fill(Rect::new(1_596, 150 + offset as i32 / 5, 14, 170), [90; 3]);
        })
    };
    let mut finder = MotionFinder::new();
    for (from, to) in [(600, 620), (620, 640), (640, 660), (660, 640), (640, 300), (300, 300 + 400)] {
        let found = find(&mut finder, &at(from), &at(to));
        let new = 1_286 * usize::abs_diff(from, to);
        assert!(found.left <= new + 16_000, "{from} -> {to}: {} of {}", found.left, found.changed);
        assert!(found.copies.len() <= 24, "{from} -> {to}: {:?}", found.copies);
    }
}

#[test]
fn a_window_of_any_size_dragged_over_a_desktop_is_copied() {
    for (width, height) in [(700, 520), (160, 120), (333, 77), (1_500, 900)] {
        let text = page(width, height);
        let at = |x, y| {
            scene(|desktop| {
                backdrop(desktop);
                paste(desktop, &text, (0, 0), Rect::new(x, y, width, height));
                desktop.fill(Rect::new(x, y, width, 24), [140, 92, 44]);
            })
        };
        let from = at(211, 100);
        for (dx, dy) in [(13, 9), (-15, 2), (1, 0), (0, -1), (200, 60), (-211, -100), (64, 64)] {
            let to = at(211 + dx, 100 + dy);
            let found = find(&mut MotionFinder::new(), &from, &to);
            let pixels = (width * height) as usize;
            let seen = |dx: i32, side: u32| (side as usize).saturating_sub(dx.unsigned_abs() as usize);
            let uncovered = pixels - seen(dx, width) * seen(dy, height);
            assert!(
                found.left <= uncovered + found.changed / 8 + 4_000,
                "{width}x{height} by {dx},{dy}: {} left of {}, {uncovered} uncovered: {:?}",
                found.left,
                found.changed,
                found.copies
            );
        }
    }
}

#[test]
fn two_windows_that_move_at_once_are_both_copied() {
    let (one, other) = (page(500, 400), site(600, 450));
    let at = |a: (i32, i32), b: (i32, i32)| {
        scene(|desktop| {
            backdrop(desktop);
            paste(desktop, &one, (0, 0), Rect::new(a.0, a.1, 500, 400));
            paste(desktop, &other, (0, 0), Rect::new(b.0, b.1, 600, 450));
        })
    };
    let mut finder = MotionFinder::new();
    for step in 0..3 {
        let place = |step: i32| at((100 + step * 17, 100 + step * 5), (1_000 - step * 21, 500 + step * 9));
        let found = find(&mut finder, &place(step), &place(step + 1));
        assert!(found.left * 5 < found.changed, "{} of {}: {:?}", found.left, found.changed, found.copies);
    }
}

#[test]
fn what_changed_while_it_scrolled_costs_only_itself() {
    let text = page(1_200, 3_000);
    let at = |offset: usize, lit: bool| {
        scene(|desktop| {
            paste(desktop, &text, (0, offset), Rect::new(360, 90, 1_200, 900));
            if lit {
                desktop.fill(Rect::new(700, 500, 2, 14), [0; 3]);
                desktop.fill(Rect::new(360, 700, 1_200, 18), [200, 120, 20]);
            }
        })
    };
    let found = find(&mut MotionFinder::new(), &at(100, false), &at(154, true));
    let new = 1_200 * (54 + 18);
    assert!(found.left <= new + 6_000, "{} of {}: {:?}", found.left, found.changed, found.copies);
}

#[test]
fn empty_parts_do_not_mislead() {
    let at = |offset: i32| {
        scene(|desktop| {
            desktop.fill(desktop.whole(), [255; 3]);
            for line in 0..9 {
                desktop.text(Rect::new(200 + line * 90, 200 + line * 110 - offset, 170, 36), line as u64);
            }
        })
    };
    let found = find(&mut MotionFinder::new(), &at(0), &at(33));
    assert!(found.left * 4 < found.changed, "{} of {}: {:?}", found.left, found.changed, found.copies);
}

#[test]
fn a_new_picture_and_a_film_give_no_copies_at_a_small_price() {
    let film = |time| scene(|desktop| desktop.photo(desktop.whole(), time));
    let text = |seed| scene(|desktop| desktop.text(desktop.whole(), seed));
    for (before, after) in [(film(1), film(2)), (text(1), text(2)), (film(1), text(1))] {
        let mut finder = MotionFinder::new();
        let found = find(&mut finder, &before, &after);
        assert!(found.left * 20 > found.changed * 19);
        assert!(finder.cost().hashed <= 1_920 * 1_088, "{:?}", finder.cost());
        assert!(finder.cost().compared <= 4 * 1_920 * 1_088, "{:?}", finder.cost());
    }
}

#[test]
fn a_small_change_costs_nothing_and_a_known_vector_saves_the_search() {
    let text = page(1_200, 3_000);
    let at = |offset| scene(|desktop| paste(desktop, &text, (0, offset), Rect::new(360, 90, 1_200, 900)));
    let mut finder = MotionFinder::new();
    let mut letter = at(0);
    letter.rows_mut(area(500, 500, 40, 40)).for_each(|row| row.fill(0));
    find(&mut finder, &at(0), &letter);
    assert_eq!(finder.cost(), MotionFinder::new().cost());

    find(&mut finder, &at(0), &at(54));
    let first = finder.cost();
    assert!(first.hashed > 0 && first.hashed < 1_250 * 950);
    find(&mut finder, &at(54), &at(108));
    assert_eq!(finder.cost().hashed, first.hashed);
    assert!(finder.cost().compared - first.compared < 1_350 * 1_000);
}

/// For whoever tunes it: `cargo test -p deskside-media --test motion -- --ignored --nocapture`.
#[test]
#[ignore = "prints times; a shared machine's times are no test"]
fn times() {
    let text = page(1_200, 4_000);
    let site = site(1_300, 4_200);
    let scroll = |picture: &Surface, width, offset| {
        scene(|desktop| {
            backdrop(desktop);
            paste(desktop, picture, (0, offset), Rect::new(310, 90, width, 900));
        })
    };
    let drag = |x, y| {
        scene(|desktop| {
            backdrop(desktop);
            paste(desktop, &text, (0, 0), Rect::new(x, y, 700, 520));
        })
    };
    let film = |time| scene(|desktop| desktop.photo(desktop.whole(), time));
    let cases = [
        ("text by 54", scroll(&text, 1_200, 100), scroll(&text, 1_200, 154)),
        ("site by 20", scroll(&site, 1_300, 100), scroll(&site, 1_300, 120)),
        ("drag", drag(300, 200), drag(317, 209)),
        ("film", film(1), film(2)),
    ];
    for (name, before, after) in &cases {
        let changed = changes(before, after);
        let best = |known: bool| {
            let times = (0..15).map(|_| {
                let mut finder = MotionFinder::new();
                if known {
                    finder.find(before, after, &changed);
                }
                let start = std::time::Instant::now();
                let motion = finder.find(before, after, &changed);
                let copies = motion.copies.len();
                (start.elapsed().as_micros(), copies)
            });
            times.min().unwrap()
        };
        let cost = {
            let mut finder = MotionFinder::new();
            finder.find(before, after, &changed);
            finder.cost()
        };
        println!("{name}: first {:?} us, known {:?} us, {cost:?}", best(false), best(true));
    }
}
