//! Which parts of a row of bytes are there. It holds positions and no bytes.

use std::collections::BTreeMap;
use std::ops::Range;

/// Spans that neither touch nor overlap, by their beginning.
#[derive(Debug, Default)]
pub(super) struct Spans {
    ends: BTreeMap<usize, usize>,
    covered: usize,
}

impl Spans {
    /// Adds a span, whatever of it is there already.
    pub(super) fn insert(&mut self, mut span: Range<usize>) {
        if span.is_empty() {
            return;
        }
        while let Some((&begin, &end)) = self.ends.range(..=span.end).next_back() {
            if end < span.start {
                break;
            }
            span = span.start.min(begin)..span.end.max(end);
            self.covered -= end - begin;
            self.ends.remove(&begin);
        }
        self.covered += span.len();
        self.ends.insert(span.start, span.end);
    }

    /// How many bytes are there.
    pub(super) fn covered(&self) -> usize {
        self.covered
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.ends.range(..=at).next_back().is_some_and(|(_, &end)| at < end)
    }

    /// The parts of `..total` that are not there.
    pub(super) fn gaps(&self, total: usize) -> Vec<Range<usize>> {
        let mut gaps = Vec::new();
        let mut at = 0;
        for (&begin, &end) in self.ends.range(..total) {
            if at < begin {
                gaps.push(at..begin);
            }
            at = end;
        }
        if at < total {
            gaps.push(at..total);
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_say_the_same_as_a_row_of_marks() {
        let mut seed = 7_u32;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for _ in 0..300 {
            let (mut spans, mut marks) = (Spans::default(), [false; 40]);
            for _ in 0..random(12) {
                let begin = random(40);
                let end = begin + random(41 - begin);
                spans.insert(begin..end);
                marks[begin..end].fill(true);
                assert_eq!(spans.covered(), marks.iter().filter(|mark| **mark).count());
                assert!((0..40).all(|at| spans.contains(at) == marks[at]));
                let gaps: Vec<usize> = spans.gaps(40).into_iter().flatten().collect();
                assert!(gaps.iter().all(|at| !marks[*at]));
                assert_eq!(gaps.len() + spans.covered(), 40);
            }
        }
    }
}
