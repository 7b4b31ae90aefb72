//! Which video updates are under way, and when one is so late that a newer picture is worth more: pure bookkeeping.
//! Times are given, and what a picture shows is not known.

use std::collections::VecDeque;
use std::time::Duration;

use deskside_proto::link::LinkEstimate;
use deskside_proto::wire::UpdateHeader;
use deskside_proto::wire::update::UpdateClass;
use tokio::time::Instant;

use crate::credit::is_before;

/// Lateness that is nobody's fault: two pictures at 30 a second, and a moment.
const GRACE: Duration = Duration::from_millis(75);
/// The same where somebody waits for what the expert or the person has just done.
const SHORT_GRACE: Duration = Duration::from_millis(60);
/// Each update that is given up doubles the patience with the next, up to so many times: what begins anew costs more
/// than what it replaces, and a link that is only slow would otherwise never show a picture.
const MOST_DOUBLINGS: u32 = 4;

#[derive(Debug)]
struct Video {
    sequence: u32,
    due: Instant,
    is_delivered: bool,
}

/// Video updates that are not confirmed.
#[derive(Debug, Default)]
pub(super) struct Videos {
    under_way: VecDeque<Video>,
    /// Given up, and their streams not yet reset: number and the code of the reset.
    given_up: Vec<(u32, u64)>,
    in_a_row: u32,
    newest: u32,
    is_waited_for: bool,
}

/// What is to be done about one video update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing, before this moment.
    WaitUntil(Instant),
    /// Nothing, unless something newer is to be sent.
    Wait,
    /// It is given up: reset its stream with this code.
    GivenUp(u64),
}

impl Videos {
    /// Notes an update that is about to be sent.
    pub(super) fn sent(
        &mut self,
        sequence: u32,
        class: UpdateClass,
        bytes: usize,
        link: LinkEstimate,
        now: Instant,
    ) {
        self.newest = sequence;
        self.is_waited_for = false;
        let doublings = 1 << self.in_a_row.min(MOST_DOUBLINGS);
        match class {
            UpdateClass::Video => {
                // A lost packet takes one round trip more, which is less than a new key picture takes.
                let usual = link.round_trip * 9 / 4 + link.time_to_send(bytes) + GRACE;
                let due = now + usual * doublings;
                self.under_way.push_back(Video { sequence, due, is_delivered: false });
            }
            UpdateClass::Interactive => {
                let due = now + (link.round_trip * 3 / 2 + SHORT_GRACE) * doublings;
                for video in &mut self.under_way {
                    video.due = video.due.min(due);
                }
            }
            UpdateClass::Refinement => {}
        }
    }

    /// Something newer is to be sent and finds no room; true if that may change the fate of what is under way.
    pub(super) fn wait_for(&mut self) -> bool {
        !std::mem::replace(&mut self.is_waited_for, true) && !self.under_way.is_empty()
    }

    /// Everything up to `sequence` is shown.
    pub(super) fn applied(&mut self, sequence: u32) {
        let before = self.under_way.len();
        self.under_way.retain(|video| is_before(sequence, video.sequence));
        if self.under_way.len() < before {
            self.in_a_row = 0;
        }
    }

    /// All bytes of an update have arrived.
    pub(super) fn delivered(&mut self, sequence: u32) {
        if let Some(video) = self.under_way.iter_mut().find(|video| video.sequence == sequence) {
            video.is_delivered = true;
        }
    }

    /// What is to be done about `sequence`; `None` when nothing is, ever again. With it the updates that have just
    /// been given up: one that is too late takes all later video along, because each builds upon the one before.
    pub(super) fn fate(&mut self, sequence: u32, now: Instant) -> (Option<Fate>, Vec<u32>) {
        if let Some(at) = self.given_up.iter().position(|(given_up, _)| *given_up == sequence) {
            return (Some(Fate::GivenUp(self.given_up.swap_remove(at).1)), Vec::new());
        }
        let at = self.under_way.iter().position(|video| video.sequence == sequence);
        let Some((at, video)) = at.and_then(|at| Some((at, self.under_way.get(at)?))) else {
            return (None, Vec::new());
        };
        if video.is_delivered {
            return (None, Vec::new());
        }
        if now < video.due {
            return (Some(Fate::WaitUntil(video.due)), Vec::new());
        }
        if !self.is_waited_for && self.newest == sequence {
            return (Some(Fate::Wait), Vec::new());
        }
        let lost: Vec<u32> = self.under_way.drain(at..).map(|video| video.sequence).collect();
        let mut codes = reset_codes(&lost);
        let code = codes.swap_remove(0).1;
        self.given_up.extend(codes);
        self.in_a_row += 1;
        (Some(Fate::GivenUp(code)), lost)
    }
}

/// Each with a code that names those behind it, so that one reset that arrives says it all.
fn reset_codes(lost: &[u32]) -> Vec<(u32, u64)> {
    let behind = |first: u32| lost.iter().map(move |other| other.wrapping_sub(first));
    lost.iter().map(|first| (*first, UpdateHeader::abandoned(behind(*first)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkEstimate =
        LinkEstimate { bytes_per_second: 1_000_000, round_trip: Duration::from_millis(40) };

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    /// Sends each of these at a moment in ms.
    fn after(start: Instant, sent: &[(u64, UpdateClass)]) -> Videos {
        let mut videos = Videos::default();
        for (sequence, (at, class)) in (0..).zip(sent) {
            videos.sent(sequence, *class, 10_000, LINK, start + ms(*at));
        }
        videos
    }

    #[tokio::test]
    async fn a_late_video_is_given_up_with_all_that_builds_upon_it() {
        use UpdateClass::{Interactive, Refinement, Video};
        let start = Instant::now();
        let mut videos = after(start, &[(0, Video), (33, Refinement), (66, Video), (99, Video)]);
        // 90 ms of round trips, 10 ms for its bytes, 75 ms of grace.
        assert_eq!(videos.fate(0, start + ms(174)), (Some(Fate::WaitUntil(start + ms(175))), vec![]));
        let (fate, lost) = videos.fate(0, start + ms(175));
        assert_eq!(lost, [0, 2, 3]);
        assert_eq!(fate, Some(Fate::GivenUp(UpdateHeader::abandoned([2, 3]))));
        assert_eq!(videos.fate(2, start), (Some(Fate::GivenUp(UpdateHeader::abandoned([1]))), vec![]));
        assert_eq!(videos.fate(3, start), (Some(Fate::GivenUp(UpdateHeader::abandoned([]))), vec![]));
        assert_eq!(videos.fate(3, start), (None, vec![]));
        assert_eq!(videos.fate(1, start), (None, vec![]));
        // What was typed meanwhile makes the patience with the next shorter, but one was given up before.
        videos.sent(4, Video, 10_000, LINK, start + ms(200));
        videos.sent(5, Interactive, 100, LINK, start + ms(201));
        assert_eq!(videos.fate(4, start + ms(202)), (Some(Fate::WaitUntil(start + ms(441))), vec![]));
    }

    #[tokio::test]
    async fn nothing_is_given_up_for_nothing() {
        use UpdateClass::Video;
        let start = Instant::now();
        let mut videos = after(start, &[(0, Video)]);
        assert_eq!(videos.fate(0, start + ms(9_000)), (Some(Fate::Wait), vec![]));
        videos.wait_for();
        assert_eq!(videos.fate(0, start + ms(9_000)).1, [0]);
    }

    #[tokio::test]
    async fn what_has_arrived_is_not_given_up_alone_but_with_what_it_builds_upon() {
        use UpdateClass::Video;
        let start = Instant::now();
        let mut videos = after(start, &[(0, Video), (0, Video), (0, Video)]);
        videos.delivered(1);
        assert_eq!(videos.fate(1, start + ms(9_000)), (None, vec![]));
        assert_eq!(videos.fate(0, start + ms(9_000)).1, [0, 1, 2]);
        let mut videos = after(start, &[(0, Video), (0, Video)]);
        videos.applied(0);
        assert_eq!(videos.fate(0, start + ms(9_000)), (None, vec![]));
    }

    #[tokio::test]
    async fn a_link_that_is_only_slow_shows_a_picture_in_the_end() {
        use UpdateClass::Video;
        let start = Instant::now();
        let mut videos = Videos::default();
        let mut patience = Vec::new();
        for sequence in 0..6 {
            videos.sent(sequence, Video, 0, LINK, start);
            videos.wait_for();
            let (Some(Fate::WaitUntil(due)), _) = videos.fate(sequence, start) else { panic!() };
            patience.push((due - start).as_millis() / 165);
            videos.fate(sequence, due);
        }
        assert_eq!(patience, [1, 2, 4, 8, 16, 16]);
        videos.sent(6, Video, 0, LINK, start);
        videos.applied(6);
        videos.sent(7, Video, 0, LINK, start);
        assert_eq!(videos.fate(7, start).0, Some(Fate::WaitUntil(start + ms(165))));
    }
}
