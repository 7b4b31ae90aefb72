//! The pipeline's loop: what is owed to the viewer, and when it may be captured and sent. It sleeps in the
//! capturer's wait and nowhere else.

use super::pace::{CpuBudget, Pace};
use super::{Orders, PipelineError, Update, UpdateSink, thread};
use crate::capture::{Extent, Interest, Noticed, ScreenCapturer};
use deskside_media::update::EncodeError;
use deskside_media::{DesktopFrame, Encoded, Need, PictureMode, UpdateEncoder};
use deskside_proto::time::Millis;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// So many failures to encode in a row end the pipeline.
const MOST_FAILURES: u32 = 3;

/// What has to be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    Nothing,
    Changes,
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
    /// It was asked for damage, and all that there was is captured.
    is_up_to_date: bool,
}

impl<'a, S: UpdateSink> Run<'a, S> {
    pub(super) fn new(
        capturer: Box<dyn ScreenCapturer>,
        mode: PictureMode,
        budget: CpuBudget,
        sink: &'a mut S,
        orders: &'a Orders,
    ) -> Result<Self, PipelineError> {
        let start = Instant::now();
        Ok(Self {
            capturer,
            encoder: UpdateEncoder::new(mode)?,
            sink,
            orders,
            owed: Owed::Everything,
            sequence: 0,
            failures: 0,
            start,
            pace: Pace::new(budget, thread::cpu_time(), start),
            is_up_to_date: false,
        })
    }

    pub(super) fn until_stopped(mut self) -> Result<(), PipelineError> {
        let mut noticed = Vec::new();
        while !self.orders.stop.load(Ordering::Acquire) {
            if self.orders.keyframe.swap(false, Ordering::AcqRel) {
                self.owed = Owed::Everything;
            }
            if self.sink.take_abandoned() {
                self.encoder.video_abandoned();
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

    fn take_notice(&mut self, noticed: Noticed) {
        match noticed {
            Noticed::Damage => self.owed = if self.owed == Owed::Nothing { Owed::Changes } else { self.owed },
            Noticed::Resized(size) => {
                tracing::info!(?size, "the screen has another size");
                self.owed = Owed::Everything;
                self.sink.resized(size);
            }
            Noticed::Cursor(message) => self.sink.send_cursor(message),
        }
    }

    /// What is owed most and can be done. What waits costs nothing: no look, no timer that is not needed.
    fn next(&mut self, now: Instant) -> Next {
        let has_more = self.encoder.has_changes();
        if !self.sink.ready() {
            if has_more && self.owed == Owed::Nothing {
                // Until there is room it will have become old.
                self.owed = Owed::Changes;
            }
            // Being woken is all that can help.
            return Next::Wait(Interest::NoPixels, None);
        }
        if let Some(until) = self.pace.no_work_before(now) {
            return Next::Wait(Interest::NoPixels, Some(until));
        }
        let refine = self.encoder.refine_due().map(|due| self.start + Duration::from_millis(due.0));
        let is_refinable = refine.is_some_and(|due| due <= now);
        match (self.owed, self.pace.no_capture_before(now)) {
            (Owed::Everything, None) => Next::Capture(Extent::Whole, Need::Keyframe),
            (Owed::Changes, None) => Next::Capture(Extent::Damaged, Need::Change),
            (Owed::Everything | Owed::Changes, Some(until)) => Next::Wait(Interest::NoPixels, Some(until)),
            (Owed::Nothing, _) if has_more => Next::Remainder,
            // Whatever has changed meanwhile may not be captured yet: the time is free.
            (Owed::Nothing, Some(_)) if is_refinable => Next::Refine,
            (Owed::Nothing, Some(until)) => {
                Next::Wait(Interest::NoPixels, Some(refine.map_or(until, |due| due.min(until))))
            }
            (Owed::Nothing, None) if is_refinable && self.is_up_to_date => Next::Refine,
            (Owed::Nothing, None) => Next::Wait(Interest::Pixels, refine),
        }
    }

    /// Makes and sends an update.
    fn work(&mut self, what: Next) -> Result<(), PipelineError> {
        self.encoder.set_link(self.sink.link());
        self.is_up_to_date = false;
        let outcome = match what {
            Next::Capture(extent, need) => self.capture(extent, need)?,
            Next::Remainder => self.encode(Need::Change),
            Next::Refine => self.encode(Need::Refine),
            Next::Wait(..) => return Ok(()),
        };
        match outcome {
            Ok(Some(encoded)) => self.send(encoded),
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
        self.capturer
            .capture(extent, &mut |frame| outcome = encoder.encode(frame, need, millis_since(start)))?;
        Ok(outcome)
    }

    /// Encodes what the encoder holds already.
    fn encode(&mut self, need: Need) -> Outcome {
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
