//! What of a window's own picture its program has drawn. A display server begins such a picture with what was on the
//! screen, and reports as drawn also what merely becomes visible; what may be believed of its reports is decided here.
//! Knows no display server.
//!
//! The rules: a change among the windows makes every pixel that it may uncover owe one report, and a report pays that
//! first. Only what is reported beyond it was drawn; and it counts only once the server has answered something that was
//! asked later, and has told until then of no change without notice.

use deskside_proto::geometry::{Rect, Region};

/// More reports than these are forgotten before they count: what they said to be drawn is then not known to be.
const MOST_PROOFS: usize = 512;

/// With more changes at a time nothing is believed until the server has answered.
const MOST_DEBTS: usize = 16;

/// What the server has reported of a picture since it made it. Places are those of the picture.
#[derive(Debug, Default)]
pub struct Reports {
    debts: Vec<Debt>,
    proofs: Vec<Proof>,
}

/// Pixels of which a report says nothing yet.
#[derive(Debug)]
struct Debt {
    area: Region,
    /// No report pays it, only an answer does.
    endless: bool,
    /// It was there when the present question was asked.
    asked: bool,
}

/// Something that was drawn, if nothing is heard to the contrary.
#[derive(Debug, Clone, Copy)]
struct Proof {
    rect: Rect,
    asked: bool,
}

impl Reports {
    /// A change that comes with notice may uncover this: the server reports every pixel of it at most once for that.
    pub fn uncovered(&mut self, area: Rect) {
        self.owe(area, false);
    }

    /// Nothing that is reported of this is believed, neither what was reported since the last question nor what will be
    /// until the next is answered.
    pub fn in_doubt(&mut self, area: Rect) {
        self.owe(area, true);
        let proofs = std::mem::take(&mut self.proofs);
        self.proofs = proofs
            .into_iter()
            .flat_map(|proof| proof.rect.without(&area).map(move |rect| Proof { rect, ..proof }))
            .take(MOST_PROOFS)
            .collect();
    }

    fn owe(&mut self, area: Rect, endless: bool) {
        if area.is_empty() {
            return;
        }
        self.debts.push(Debt { area: Region::from(area), endless, asked: false });
        if self.debts.len() > MOST_DEBTS {
            let around = self.debts.iter().fold(Rect::default(), |all, debt| all.union(&debt.area.bounds()));
            self.debts = vec![Debt { area: Region::from(around), endless: true, asked: false }];
        }
    }

    /// The server reports this as drawn.
    pub fn drawn(&mut self, rect: Rect) {
        let mut parts = vec![rect];
        for debt in &mut self.debts {
            if parts.is_empty() {
                break;
            }
            let owed: Vec<Rect> = parts.iter().flat_map(|part| debt.area.within(part)).collect();
            for owed in owed {
                parts = parts.iter().flat_map(|part| part.without(&owed)).collect();
                if !debt.endless {
                    // More may be owed afterwards than is right, never less.
                    debt.area.remove(&owed);
                }
            }
        }
        let room = MOST_PROOFS.saturating_sub(self.proofs.len());
        self.proofs.extend(parts.into_iter().take(room).map(|rect| Proof { rect, asked: false }));
    }

    /// True when the server has to be asked something, whatever it is, before [`Self::end_question`].
    #[must_use]
    pub fn begin_question(&mut self) -> bool {
        self.debts.iter_mut().for_each(|debt| debt.asked = true);
        self.proofs.iter_mut().for_each(|proof| proof.asked = true);
        !(self.debts.is_empty() && self.proofs.is_empty())
    }

    /// The server has answered, and everything is taken in that it reported before: what is known to be drawn now.
    pub fn end_question(&mut self) -> Vec<Rect> {
        self.debts.retain(|debt| !debt.asked);
        let drawn = self.proofs.iter().filter(|proof| proof.asked).map(|proof| proof.rect).collect();
        self.proofs.retain(|proof| !proof.asked);
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WHOLE: Rect = Rect::new(0, 0, 12, 8);

    fn answered(reports: &mut Reports) -> Vec<Rect> {
        let _ = reports.begin_question();
        reports.end_question()
    }

    #[test]
    fn what_becomes_visible_is_not_drawn_and_the_background_behind_it_is() {
        let mut reports = Reports::default();
        reports.uncovered(WHOLE);
        reports.drawn(WHOLE);
        assert_eq!(answered(&mut reports), []);
        reports.uncovered(WHOLE);
        reports.drawn(WHOLE);
        reports.drawn(WHOLE);
        assert_eq!(answered(&mut reports), [WHOLE]);
    }

    #[test]
    fn an_answer_ends_what_is_owed_and_nothing_counts_before_one() {
        let mut reports = Reports::default();
        reports.uncovered(WHOLE);
        assert_eq!(answered(&mut reports), []);
        assert!(!reports.begin_question(), "nothing is open");
        reports.drawn(WHOLE);
        assert!(reports.begin_question());
        // This came after the question.
        reports.drawn(Rect::new(0, 0, 1, 1));
        assert_eq!(reports.end_question(), [WHOLE]);
        assert_eq!(answered(&mut reports), [Rect::new(0, 0, 1, 1)]);
    }

    #[test]
    fn a_change_without_notice_takes_back_what_was_reported_before_it_was_told() {
        let mut reports = Reports::default();
        reports.drawn(WHOLE);
        reports.in_doubt(Rect::new(0, 0, 6, 8));
        reports.drawn(WHOLE);
        let drawn = answered(&mut reports);
        assert!(drawn.iter().all(|rect| rect.x >= 6) && !drawn.is_empty(), "{drawn:?}");
    }

    /// What a server does with one picture.
    #[derive(Debug, Clone)]
    enum Step {
        /// Windows change: these pixels may become visible, and those of them do.
        Change(Rect, Rect),
        /// A shape changes: these become visible, and the notice comes afterwards, perhaps after a question.
        Silent(Rect, Rect, bool),
        Draw(Rect),
        Ask,
        Answer,
    }

    fn rect() -> impl Strategy<Value = Rect> {
        (0..12_i32, 0..8_i32, 1..12_u32, 1..8_u32).prop_map(|(x, y, width, height)| {
            Rect::new(x, y, width, height).intersection(&WHOLE).unwrap_or_default()
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        let within = |(all, some): (Rect, Rect)| (all, all.intersection(&some).unwrap_or_default());
        prop_oneof![
            2 => (rect(), rect()).prop_map(within).prop_map(|(all, some)| Step::Change(all, some)),
            1 => (rect(), rect(), any::<bool>()).prop_map(move |(all, some, late)| {
                let (all, some) = within((all, some));
                Step::Silent(all, some, late)
            }),
            4 => rect().prop_map(Step::Draw),
            2 => Just(Step::Ask),
            2 => Just(Step::Answer),
        ]
    }

    proptest! {
        /// The reader is as far behind the server as it likes, and only an answer makes it read all that came before.
        #[test]
        fn no_pixel_is_believed_to_be_drawn_that_is_not(steps in proptest::collection::vec(step(), 1..60)) {
            let (mut reports, mut truth) = (Reports::default(), Region::new());
            let mut is_open = false;
            let believed = |drawn: Vec<Rect>, truth: &Region| {
                for rect in drawn {
                    let parts: u64 = truth.within(&rect).map(|part| part.area()).sum();
                    assert_eq!(parts, rect.area(), "{rect:?} was not drawn");
                }
            };
            for step in steps {
                match step {
                    Step::Change(may, does) => {
                        reports.uncovered(may);
                        if !does.is_empty() {
                            reports.drawn(does);
                        }
                    }
                    Step::Silent(may, does, late) => {
                        if !does.is_empty() {
                            reports.drawn(does);
                        }
                        if late && !is_open {
                            is_open = reports.begin_question();
                        }
                        reports.in_doubt(may);
                    }
                    Step::Draw(rect) => {
                        reports.drawn(rect);
                        truth.add(rect);
                    }
                    Step::Ask if !is_open => is_open = reports.begin_question(),
                    Step::Answer if is_open => {
                        is_open = false;
                        believed(reports.end_question(), &truth);
                    }
                    Step::Ask | Step::Answer => {}
                }
            }
        }
    }
}
