//! The video streams of a session: their encoders, and the part of a change that waits to be sent as video. Which
//! content is video is the policy's affair.

use super::encode::EncodeError;
use super::op::OperationWriter;
use crate::cells::CellIndex;
use crate::policy::{MAX_STREAMS, VideoPlan, streams_for};
use crate::surface::{Area, Surface, merge_areas};
use crate::video::{H264Encoder, VideoSettings, coded_size};
use crate::yuv::{Chroma, Planes};
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use std::time::Duration;

#[derive(Debug)]
struct Stream {
    area: Area,
    encoder: H264Encoder,
    /// What fits the last key picture.
    chroma: Chroma,
    /// Whether no picture since the last key picture can be given up on its way.
    is_kept: bool,
}

/// All streams, and what they owe.
#[derive(Debug)]
pub struct Streams {
    streams: [Option<Stream>; MAX_STREAMS],
    planes: Planes,
    owed: Vec<VideoPlan>,
    /// What was owed in regions that are no more.
    homeless: Vec<(CellIndex, Area)>,
    link: LinkEstimate,
}

/// What all pictures of one update have in common.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The desktop.
    pub source: &'a Surface,
    /// When it looked so.
    pub now: Millis,
    /// Whether the update is never given up on its way.
    pub is_kept: bool,
}

/// What pictures have shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// Where the viewer sees the source approximately now.
    pub painted: Vec<(CellIndex, Area)>,
    /// What no region holds any more: a change like any other.
    pub outside: Vec<(CellIndex, Area)>,
    /// Where the next picture of a film is expected within this time.
    pub films: Vec<(Area, Duration)>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            streams: Default::default(),
            planes: Planes::default(),
            owed: Vec::new(),
            homeless: Vec::new(),
            link: LinkEstimate::LOCAL,
        }
    }
}

impl Streams {
    /// What video may cost follows the link; the streams go on.
    pub const fn set_link(&mut self, link: LinkEstimate) {
        self.link = link;
    }

    /// Every stream begins anew with its next picture, which is in a hurry.
    pub fn restart(&mut self) {
        self.streams.iter_mut().flatten().for_each(|stream| stream.encoder.owe_short_key());
    }

    /// Whether no stream is running.
    pub fn are_idle(&self) -> bool {
        self.streams.iter().flatten().next().is_none()
    }

    /// Nothing runs and nothing is owed.
    pub fn clear(&mut self) {
        self.streams = Default::default();
        self.owed.clear();
        self.homeless.clear();
    }

    /// Whether a picture waits to be sent.
    pub const fn owe(&self) -> bool {
        !self.owed.is_empty() || !self.homeless.is_empty()
    }

    /// Whether what is owed may be part of an update that is never given up: only if no picture that it builds upon can
    /// be given up. A stream that has begun otherwise goes on so until its next key picture.
    pub fn may_join(&self) -> bool {
        let may_join = |stream: &Stream| {
            let mut owed = self.owed.iter().filter(|plan| plan.region.contains(stream.area));
            owed.all(|plan| stream.is_kept || plan.restart || stream.encoder.owes_key())
        };
        self.streams.iter().flatten().all(may_join)
    }

    /// Whether a cell waits to be painted by a picture.
    pub fn owe_cell(&self, cell: CellIndex) -> bool {
        let owed = self.owed.iter().flat_map(|plan| &plan.paint);
        owed.chain(&self.homeless).any(|(owed, _)| *owed == cell)
    }

    /// Ends the streams of all regions but these.
    pub fn keep(&mut self, regions: impl Iterator<Item = Area>) {
        let regions: Vec<Area> = regions.collect();
        let kept: Vec<Area> = regions.iter().filter_map(|region| streams_for(*region)).flatten().collect();
        for slot in &mut self.streams {
            if slot.as_ref().is_some_and(|stream| !kept.contains(&stream.area)) {
                *slot = None;
            }
        }
        let (owed, over): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.owed).into_iter().partition(|plan| regions.contains(&plan.region));
        self.owed = owed;
        self.homeless.extend(over.into_iter().flat_map(|plan| plan.paint));
    }

    /// Adds what the next picture of a region shall show.
    pub fn add(&mut self, plan: VideoPlan) {
        let Some(owed) = self.owed.iter_mut().find(|owed| owed.region == plan.region) else {
            self.owed.push(plan);
            return;
        };
        owed.restart |= plan.restart;
        owed.quiet = plan.quiet;
        for (cell, area) in plan.paint {
            match owed.paint.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, known)) => *known = known.union(area),
                None => owed.paint.push((cell, area)),
            }
        }
    }

    /// Writes the pictures that are owed.
    pub fn write(&mut self, moment: Moment<'_>, bytes: &mut Vec<u8>) -> Result<Shown, EncodeError> {
        let mut shown = Shown { outside: std::mem::take(&mut self.homeless), ..Shown::default() };
        let owed = std::mem::take(&mut self.owed);
        for plan in &owed {
            self.start(plan.region, plan.restart)?;
        }
        let pixels = self.streams.iter().flatten().map(|stream| stream.area.pixels()).sum();
        for plan in owed {
            let mut areas: Vec<Area> = plan.paint.iter().map(|(_, area)| *area).collect();
            merge_areas(&mut areas);
            for area in streams_for(plan.region).unwrap_or_default() {
                self.write_stream(area, &areas, pixels, moment, bytes)?;
            }
            shown.painted.extend(plan.paint);
            shown.films.extend(plan.quiet.map(|quiet| (plan.region, quiet)));
        }
        Ok(shown)
    }

    /// Sees to it that the streams of a region run.
    fn start(&mut self, region: Area, restart: bool) -> Result<(), EncodeError> {
        for area in streams_for(region).unwrap_or_default() {
            match self.streams.iter_mut().flatten().find(|stream| stream.area == area) {
                Some(stream) if restart => stream.encoder.owe_key(),
                Some(_) => {}
                None => {
                    let settings = VideoSettings::new(area.pixels(), region.pixels(), self.link);
                    let encoder = H264Encoder::new(coded_size(area), settings)?;
                    // INVARIANT: The policy has no more regions than there are streams for.
                    if let Some(slot) = self.streams.iter_mut().find(|slot| slot.is_none()) {
                        *slot = Some(Stream { area, encoder, chroma: Chroma::Repeated, is_kept: false });
                    }
                }
            }
        }
        Ok(())
    }

    fn write_stream(
        &mut self,
        area: Area,
        paint: &[Area],
        all_pixels: usize,
        Moment { source, now, is_kept }: Moment<'_>,
        bytes: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let shown: Vec<Area> = paint.iter().filter_map(|part| part.intersection(area)).collect();
        let numbered = (0_u8..).zip(&mut self.streams);
        let mut running = numbered.filter_map(|(number, slot)| Some((number, slot.as_mut()?)));
        let found = running.find(|(_, stream)| stream.area == area);
        let Some((number, stream)) = found.filter(|_| !shown.is_empty()) else { return Ok(()) };
        stream.encoder.set(VideoSettings::new(area.pixels(), all_pixels, self.link));
        self.planes.load(source, area);
        let picture = stream.encoder.encode(&self.planes, now)?;
        stream.is_kept = is_kept && (stream.is_kept || picture.is_key);
        if picture.is_key {
            stream.chroma = Chroma::of(source, area);
        }
        OperationWriter::new(bytes).video(number, stream.chroma, area, &shown, &picture.bytes);
        Ok(())
    }
}
