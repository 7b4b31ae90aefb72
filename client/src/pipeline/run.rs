//! The pipeline's loop: what is owed to the viewer, and when it may be captured and sent. It sleeps in the
//! capturer's wait and nowhere else.

use super::{Orders, PipelineError, Update, UpdateSink};
use crate::capture::{Extent, Interest, Noticed, ScreenCapturer};
use deskside_media::{DesktopFrame, Encoded, Need, PictureMode, UpdateEncoder};
use deskside_proto::time::Millis;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// At least so much time lies between the end of one live update and the capture of the next. The first change
/// after a pause is captured at once.
const SHORTEST_PAUSE: Duration = Duration::from_millis(3);

/// So many failures to encode in a row end the pipeline.
const MOST_FAILURES: u32 = 3;

/// What has to be captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    Nothing,
    Changes,
    Everything,
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
    /// No live update is captured before. It keeps the work below half of a core.
    rest_until: Instant,
}

impl<'a, S: UpdateSink> Run<'a, S> {
    pub(super) fn new(
        capturer: Box<dyn ScreenCapturer>,
        mode: PictureMode,
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
            rest_until: start,
        })
    }

    pub(super) fn until_stopped(mut self) -> Result<(), PipelineError> {
        let mut noticed = Vec::new();
        while !self.orders.stop.load(Ordering::Acquire) {
            if self.orders.keyframe.swap(false, Ordering::AcqRel) {
                self.owed = Owed::Everything;
            }
            if self.sink.ready() {
                self.send_next()?;
            }
            // Also after an update, so that a change that came meanwhile goes before the next refinement.
            let (interest, deadline) = self.what_to_wait_for();
            self.capturer.wait(interest, deadline, &mut noticed)?;
            for noticed in noticed.drain(..) {
                self.take_notice(noticed);
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

    /// Interest in pixels and a deadline, so that the wait costs nothing while nothing can or must be done.
    fn what_to_wait_for(&self) -> (Interest, Option<Instant>) {
        if !self.sink.ready() {
            // Being woken is all that can help.
            return (Interest::NoPixels, None);
        }
        if self.owed != Owed::Nothing || self.encoder.has_changes() {
            return (Interest::NoPixels, Some(self.rest_until));
        }
        let refine = self.encoder.refine_due().map(|due| self.start + Duration::from_millis(due.0));
        if self.rest_until > Instant::now() {
            // What has changed meanwhile is asked for when the rest is over.
            let until = refine.map_or(self.rest_until, |refine| refine.min(self.rest_until));
            return (Interest::NoPixels, Some(until));
        }
        (Interest::Pixels, refine)
    }

    /// Captures, encodes and sends what is owed most, if anything is.
    fn send_next(&mut self) -> Result<(), PipelineError> {
        self.encoder.set_link(self.sink.link());
        if self.sink.take_abandoned() {
            self.encoder.video_abandoned();
        }
        let began = Instant::now();
        let now = Millis::default().after(began.duration_since(self.start));
        let may_work = began >= self.rest_until;
        let outcome = match self.owed {
            Owed::Everything if may_work => self.capture(Extent::Whole, Need::Keyframe, now)?,
            Owed::Changes if may_work => self.capture(Extent::Damaged, Need::Change, now)?,
            Owed::Nothing if may_work && self.encoder.has_changes() => self.encode(Need::Change, now),
            // A cell that has changed is not refined, so a refinement might be empty while changes wait.
            Owed::Nothing if !self.encoder.has_changes() && self.is_refinement_due(now) => {
                self.encode(Need::Refine, now)
            }
            Owed::Everything | Owed::Changes | Owed::Nothing => return Ok(()),
        };
        match outcome {
            Ok(update) => self.failures = update.map_or(self.failures, |update| self.send(update)),
            Err(error) => {
                self.failures += 1;
                tracing::warn!(%error, "an update could not be made");
                self.owed = Owed::Everything;
                if self.failures >= MOST_FAILURES {
                    return Err(error.into());
                }
            }
        }
        let worked = began.elapsed();
        self.rest_until = began + worked + worked.max(SHORTEST_PAUSE);
        Ok(())
    }

    fn is_refinement_due(&self, now: Millis) -> bool {
        self.encoder.refine_due().is_some_and(|due| due <= now)
    }

    fn capture(&mut self, extent: Extent, need: Need, now: Millis) -> Result<Outcome, PipelineError> {
        self.owed = Owed::Nothing;
        let mut outcome = Ok(None);
        let encoder = &mut self.encoder;
        self.capturer.capture(extent, &mut |frame| {
            outcome = encoder.encode(frame, need, now);
        })?;
        Ok(outcome)
    }

    /// Encodes what the encoder holds already.
    fn encode(&mut self, need: Need, now: Millis) -> Outcome {
        let frame = DesktopFrame { size: self.capturer.size(), patches: &[] };
        self.encoder.encode(&frame, need, now)
    }

    /// Sends an update; gives back the new count of failures, which is none.
    fn send(&mut self, Encoded { class, bytes }: Encoded) -> u32 {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        self.sink.send_update(Update { sequence, class, bytes });
        0
    }
}

type Outcome = Result<Option<Encoded>, deskside_media::update::EncodeError>;
