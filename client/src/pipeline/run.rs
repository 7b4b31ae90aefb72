//! The pipeline's loop: what is owed to the viewer, and when it may be captured and sent. It sleeps in the
//! capturer's wait and nowhere else.

use super::pace::Pace;
use super::{Orders, PipelineConfig, PipelineError, Update, UpdateSink, thread};
use crate::capture::{Extent, Interest, Noticed, ScreenCapturer};
use crate::sharing::SharingCell;
use deskside_media::update::EncodeError;
use deskside_media::{DesktopFrame, Encoded, Need, Patch, UpdateEncoder};
use deskside_proto::geometry::Region;
use deskside_proto::time::Millis;
use deskside_proto::wire::looking::LookedAt;
use deskside_proto::wire::update::UpdateClass;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// So many failures to encode in a row end the pipeline.
const MOST_FAILURES: u32 = 3;

/// What has to be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owed {
    Nothing,
    Changes,
    /// What was left out because nobody looked at it, with whatever else differs.
    LeftOut,
    Everything,
}

/// What can be done for the viewer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Fetch pixels and send what differs.
    Capture(Extent, Need),
    /// Send what differs and did not go with the last update: as a rule the video next to a text.
    Remainder,
    /// Make exact what is shown already.
    Refine,
    /// Nothing; wait for this, at the longest so long.
    Wait(Interest, Option<Instant>),
}

pub(super) struct Run<'a, S> {
    capturer: Box<dyn ScreenCapturer>,
    encoder: UpdateEncoder,
    sink: &'a mut S,
    orders: &'a Orders,
    owed: Owed,
    sequence: u32,
    failures: u32,
    start: Instant,
    pace: Pace,
    sharing: SharingCell,
    /// Which change of what may be seen the capturer knows.
    shared: Option<u64>,
    /// What the encoder holds may be hidden since: until new pixels are there it sends nothing.
    is_to_forget: bool,
    /// It was asked for damage, and all that there was is captured.
    is_up_to_date: bool,
    /// What the viewer looks at; without, everything.
    looked: Option<LookedAt>,
    /// Where something has changed that was not sent because nobody looked at it.
    left_out: Region,
    /// The last update left something out that can go at once, without new pixels.
    has_remainder: bool,
}

impl<'a, S: UpdateSink> Run<'a, S> {
    pub(super) fn new(
        capturer: Box<dyn ScreenCapturer>,
        config: &PipelineConfig,
        sink: &'a mut S,
        orders: &'a Orders,
    ) -> Result<Self, PipelineError> {
        let start = Instant::now();
        Ok(Self {
            capturer,
            encoder: UpdateEncoder::new(config.mode)?,
            sharing: config.sharing.clone(),
            // Whatever holds now is new to the capturer.
            shared: None,
            is_to_forget: false,
            sink,
            orders,
            owed: Owed::Everything,
            sequence: 0,
            failures: 0,
            start,
            pace: Pace::new(config.budget.clone(), thread::cpu_time(), start),
            is_up_to_date: false,
            looked: None,
            left_out: Region::new(),
            has_remainder: false,
        })
    }

    pub(super) fn until_stopped(mut self) -> Result<(), PipelineError> {
        let mut noticed = Vec::new();
        while !self.orders.stop.load(Ordering::Acquire) {
            if self.orders.keyframe.swap(false, Ordering::AcqRel) {
                self.owed = Owed::Everything;
            }
            self.follow_sharing()?;
            self.follow_looks();
            if self.sink.take_abandoned() {
                self.encoder.video_abandoned();
                if self.encoder.has_changes() {
                    self.owed = self.owed.max(Owed::Changes);
                }
            }
            match self.next(Instant::now()) {
                Next::Wait(interest, deadline) => {
                    self.capturer.wait(interest, deadline, &mut noticed)?;
                    self.is_up_to_date = interest == Interest::Pixels;
                    noticed.drain(..).for_each(|noticed| self.take_notice(noticed));
                }
                work @ (Next::Capture(..) | Next::Remainder | Next::Refine) => self.work(work)?,
            }
        }
        Ok(())
    }

    /// Tells the capturer what may be seen from now on, before anything is captured or sent.
    fn follow_sharing(&mut self) -> Result<(), PipelineError> {
        let (sharing, generation) = self.sharing.now();
        if self.shared != Some(generation) {
            let is_first = self.shared.replace(generation).is_none();
            if !(is_first && sharing.is_everything()) {
                self.capturer.share(&sharing)?;
            }
            // What was left out of the last update, or is not exact yet, may be hidden now: it is captured anew first.
            self.has_remainder = false;
            self.is_to_forget = !is_first;
            self.owed = self.owed.max(Owed::Changes);
        }
        Ok(())
    }

    /// What was left out is owed as soon as it is looked at.
    fn follow_looks(&mut self) {
        let looks = self.orders.looks.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(looked) = looks else { return };
        if self.left_out.iter().any(|area| looked.sees(area)) {
            self.owed = self.owed.max(Owed::LeftOut);
        }
        self.looked = Some(looked);
    }

    fn take_notice(&mut self, noticed: Noticed) {
        match noticed {
            Noticed::Damage => self.owed = self.owed.max(Owed::Changes),
            Noticed::Resized(size) => {
                tracing::info!(?size, "the screen has another size");
                self.owed = Owed::Everything;
                self.sink.resized(size);
            }
            Noticed::Monitors(monitors) => self.sink.monitors(monitors),
            Noticed::Cursor(message) => self.sink.send_cursor(message),
        }
    }

    /// What is owed most and can be done. What waits costs nothing: no look, no timer that is not needed.
    fn next(&mut self, now: Instant) -> Next {
        if let Some(until) = self.pace.no_work_before(now) {
            return Next::Wait(Interest::NoPixels, Some(until));
        }
        let held = self.pace.no_capture_before(now);
        if self.has_remainder && !self.sink.ready(UpdateClass::Video) {
            // Until there is room it will have become old.
            self.has_remainder = false;
            self.owed = self.owed.max(Owed::Changes);
        }
        let (extent, need) = match self.owed {
            Owed::Nothing if self.has_remainder => return Next::Remainder,
            Owed::Nothing => return self.refine_or_wait(held, now),
            Owed::Changes => (Extent::Damaged, Need::Change),
            Owed::LeftOut => (Extent::Whole, Need::Change),
            Owed::Everything => (Extent::Whole, Need::Keyframe),
        };
        if !self.sink.ready(UpdateClass::Interactive) {
            // Being woken is all that can help.
            return Next::Wait(Interest::NoPixels, None);
        }
        match held {
            Some(until) => Next::Wait(Interest::NoPixels, Some(until)),
            None => Next::Capture(extent, need),
        }
    }

    /// Nothing is owed but exactness. Captures may be held back: then whatever has changed meanwhile cannot go anyway,
    /// and the time is free.
    fn refine_or_wait(&self, held: Option<Instant>, now: Instant) -> Next {
        let due = self.encoder.refine_due().map(|due| self.start + Duration::from_millis(due.0));
        let is_due = due.is_some_and(|due| due <= now);
        let may_go = is_due && (held.is_some() || self.is_up_to_date);
        if may_go && self.sink.ready(UpdateClass::Refinement) {
            return Next::Refine;
        }
        // Without room no timer helps; the sink wakes when there is some.
        let due = due.filter(|_| !may_go);
        match held {
            Some(until) => Next::Wait(Interest::NoPixels, Some(due.map_or(until, |due| due.min(until)))),
            None => Next::Wait(Interest::Pixels, due),
        }
    }

    /// Makes and sends an update.
    fn work(&mut self, what: Next) -> Result<(), PipelineError> {
        self.encoder.set_link(self.sink.link());
        self.is_up_to_date = false;
        self.has_remainder = false;
        let outcome = match what {
            Next::Capture(extent, need) => self.capture(extent, need)?,
            Next::Remainder => self.encode(Need::Change),
            Next::Refine => self.encode(Need::Refine),
            Next::Wait(..) => return Ok(()),
        };
        match outcome {
            Ok(Some(encoded)) => {
                self.send(encoded);
                self.has_remainder = self.encoder.has_changes();
            }
            Ok(None) => {}
            Err(error) => self.note_failure(error)?,
        }
        self.pace.charge(thread::cpu_time(), Instant::now());
        Ok(())
    }

    fn capture(&mut self, extent: Extent, need: Need) -> Result<Outcome, PipelineError> {
        self.owed = Owed::Nothing;
        self.pace.captured(Instant::now());
        let mut outcome = Ok(None);
        let (encoder, start) = (&mut self.encoder, self.start);
        // INVARIANT: after a wish of the person's the encoder takes in the whole next frame, wherever the expert looks: what
        // it holds of a place that is hidden now would else be refined.
        let may_leave_out = extent == Extent::Damaged && !self.is_to_forget;
        let (looked, left_out) = (self.looked.as_ref().filter(|_| may_leave_out), &mut self.left_out);
        let (sharing, shared, is_to_forget) = (&self.sharing, self.shared, &mut self.is_to_forget);
        let mut is_outdated = false;
        self.capturer.capture(extent, &mut |frame| {
            // The person was quicker than the pixels.
            is_outdated = Some(sharing.generation()) != shared;
            // Nor could any be fetched under the person's new wish yet.
            is_outdated |= *is_to_forget && frame.patches.is_empty();
            if is_outdated {
                return;
            }
            *is_to_forget = false;
            let is_seen = |patch: &Patch<'_>| looked.is_none_or(|looked| looked.sees(&patch.area()));
            if frame.patches.iter().all(is_seen) {
                outcome = encoder.encode(frame, need, millis_since(start));
                return;
            }
            let (seen, unseen): (Vec<Patch<'_>>, Vec<Patch<'_>>) =
                frame.patches.iter().partition(|patch| is_seen(patch));
            unseen.iter().for_each(|patch| left_out.add(patch.area()));
            // Also without any: what is owed from before goes on.
            let frame = DesktopFrame { size: frame.size, patches: &seen };
            outcome = encoder.encode(&frame, need, millis_since(start));
        })?;
        if is_outdated {
            self.owed = if extent == Extent::Whole { Owed::Everything } else { Owed::Changes };
        } else if extent == Extent::Whole {
            self.left_out = Region::new();
        }
        Ok(outcome)
    }

    /// Encodes what the encoder holds already, unless the person has wished otherwise since.
    fn encode(&mut self, need: Need) -> Outcome {
        if Some(self.sharing.generation()) != self.shared {
            return Ok(None);
        }
        let frame = DesktopFrame { size: self.capturer.size(), patches: &[] };
        self.encoder.encode(&frame, need, millis_since(self.start))
    }

    fn send(&mut self, Encoded { class, bytes }: Encoded) {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.failures = 0;
        self.sink.send_update(Update { sequence, class, bytes });
    }

    fn note_failure(&mut self, error: EncodeError) -> Result<(), PipelineError> {
        self.failures += 1;
        tracing::warn!(%error, "an update could not be made");
        self.owed = Owed::Everything;
        if self.failures >= MOST_FAILURES { Err(error.into()) } else { Ok(()) }
    }
}

fn millis_since(start: Instant) -> Millis {
    Millis::default().after(start.elapsed())
}

type Outcome = Result<Option<Encoded>, EncodeError>;

#[cfg(test)]
mod tests;
