//! In which order copies keep each other's sources, and what of the changes is left beside them.

use super::Copied;
use crate::surface::Area;

/// A changed area in more parts than this is sent as a whole: each part costs bytes too.
const MAX_PARTS: usize = 8;

/// Orders copies so that none writes over what a later one still reads. Where two need each other's source, the
/// smaller one is dropped.
pub(super) fn arrange(copies: &mut Vec<Copied>) {
    for done in 0..copies.len() {
        loop {
            let Some(open) = copies.get(done..) else { return };
            let is_safe = |candidate: usize, copy: &Copied| {
                open.iter().enumerate().all(|(other, reader)| {
                    other == candidate
                        || reader
                            .source()
                            .is_none_or(|source| source.intersection(copy.destination).is_none())
                })
            };
            if let Some((next, _)) = open.iter().enumerate().find(|(index, copy)| is_safe(*index, copy)) {
                copies.swap(done, done + next);
                break;
            }
            let smallest = open.iter().enumerate().min_by_key(|(_, copy)| copy.destination.pixels());
            let Some((smallest, _)) = smallest else { return };
            copies.remove(done + smallest);
        }
    }
}

/// Takes the destinations away from the changed areas.
pub(super) fn subtract(changed: &[Area], copies: &[Copied], remaining: &mut Vec<Area>) {
    for area in changed {
        let first = remaining.len();
        remaining.push(*area);
        for copy in copies {
            if area.intersection(copy.destination).is_some() {
                take_away(remaining, first, copy.destination);
            }
        }
        if remaining.len() - first > MAX_PARTS {
            remaining.truncate(first);
            remaining.push(*area);
        }
    }
}

/// Cuts a hole into all areas from `first` on.
fn take_away(areas: &mut Vec<Area>, first: usize, hole: Area) {
    for index in (first..areas.len()).rev() {
        let Some(area) = areas.get(index).copied() else { return };
        let Some(hole) = area.intersection(hole) else { continue };
        areas.remove(index);
        areas.extend(parts_beside(area, hole));
    }
}

/// What remains of an area around a part of it.
pub(super) fn parts_beside(area: Area, hole: Area) -> impl Iterator<Item = Area> {
    let parts = [
        Area::from_edges(area.x(), area.y(), area.right(), hole.y()),
        Area::from_edges(area.x(), hole.y(), hole.x(), hole.bottom()),
        Area::from_edges(hole.right(), hole.y(), area.right(), hole.bottom()),
        Area::from_edges(area.x(), hole.bottom(), area.right(), area.bottom()),
    ];
    parts.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x: usize, y: usize, width: usize, height: usize) -> Area {
        Area::from_edges(x, y, x + width, y + height).unwrap()
    }

    fn copied(destination: Area, from: (usize, usize)) -> Copied {
        Copied { destination, from }
    }

    #[test]
    fn a_chain_of_copies_is_applied_from_its_end() {
        let chain: Vec<Copied> = (0..5).map(|n| copied(area(n * 10 + 10, 0, 10, 10), (n * 10, 0))).collect();
        let mut copies = chain.clone();
        arrange(&mut copies);
        assert_eq!(copies, chain.into_iter().rev().collect::<Vec<_>>());
    }

    #[test]
    fn of_two_areas_that_change_places_only_the_larger_is_copied() {
        let large = copied(area(100, 0, 60, 60), (0, 0));
        let mut copies = vec![copied(area(10, 10, 20, 20), (100, 0)), large];
        arrange(&mut copies);
        assert_eq!(copies, [large]);
    }

    #[test]
    fn a_copy_onto_itself_is_kept() {
        let scroll = copied(area(0, 0, 100, 90), (0, 10));
        let mut copies = vec![scroll];
        arrange(&mut copies);
        assert_eq!(copies, [scroll]);
    }

    #[test]
    fn a_hole_leaves_four_parts() {
        let mut remaining = Vec::new();
        subtract(&[area(0, 0, 30, 30)], &[copied(area(10, 10, 10, 10), (50, 50))], &mut remaining);
        assert_eq!(remaining.iter().map(|area| area.pixels()).sum::<usize>(), 800);
        assert_eq!(remaining.len(), 4);
    }

    #[test]
    fn crumbs_are_sent_as_one() {
        let holes: Vec<Copied> = (0..8).map(|n| copied(area(n * 8, 0, 4, 4), (0, 50))).collect();
        let mut remaining = Vec::new();
        subtract(&[area(0, 0, 64, 64)], &holes, &mut remaining);
        assert_eq!(remaining, [area(0, 0, 64, 64)]);
    }
}
