//! The video streams of a session: their encoders, and the part of a change that waits to be sent as video. Which
//! content is video is the policy's affair.

use super::encode::EncodeError;
use super::op::OperationWriter;
use crate::cells::CellIndex;
use crate::policy::{VideoPlan, streams_for};
use crate::surface::{Area, Surface, merge_areas};
use crate::video::{H264Encoder, VideoSettings, coded_size};
use crate::yuv::Planes;
use deskside_proto::time::Millis;

#[derive(Debug)]
struct Stream {
    area: Area,
    encoder: H264Encoder,
}

/// All streams, and what they owe.
#[derive(Debug, Default)]
pub struct Streams {
    streams: Vec<Stream>,
    planes: Planes,
    owed: Option<VideoPlan>,
}

impl Streams {
    /// Every stream begins anew with its next picture.
    pub fn restart(&mut self) {
        self.streams.clear();
    }

    /// Whether no stream is running.
    pub const fn are_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// Nothing runs and nothing is owed.
    pub fn clear(&mut self) {
        self.restart();
        self.owed = None;
    }

    /// Whether a picture waits to be sent.
    pub const fn owe(&self) -> bool {
        self.owed.is_some()
    }

    /// Whether a cell waits to be painted by a picture.
    pub fn owe_cell(&self, cell: CellIndex) -> bool {
        self.owed.iter().flat_map(|plan| &plan.paint).any(|(owed, _)| *owed == cell)
    }

    /// Adds what the next picture shall show. The newest region counts.
    pub fn add(&mut self, plan: VideoPlan) {
        let Some(owed) = self.owed.take() else {
            self.owed = Some(plan);
            return;
        };
        let VideoPlan { region, restart, mut paint } = plan;
        for (cell, area) in owed.paint {
            match paint.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, known)) => *known = known.union(area),
                None => paint.push((cell, area)),
            }
        }
        self.owed = Some(VideoPlan { region, restart: restart || owed.restart, paint });
    }

    /// Writes the pictures that are owed; gives back what they show. What of it lies outside of the region is left in
    /// `outside`.
    pub fn write(
        &mut self,
        source: &Surface,
        now: Millis,
        bytes: &mut Vec<u8>,
        outside: &mut Vec<(CellIndex, Area)>,
    ) -> Result<Vec<(CellIndex, Area)>, EncodeError> {
        let Some(VideoPlan { region, restart, paint }) = self.owed.take() else { return Ok(Vec::new()) };
        if restart || self.streams.is_empty() {
            self.streams = start_streams(region)?;
        }
        let (paint, elsewhere): (Vec<_>, Vec<_>) =
            paint.into_iter().partition(|(_, area)| region.contains(*area));
        outside.extend(elsewhere);
        let mut areas: Vec<Area> = paint.iter().map(|(_, area)| *area).collect();
        merge_areas(&mut areas);
        for (number, stream) in (0_u8..).zip(&mut self.streams) {
            let shown: Vec<Area> = areas.iter().filter_map(|area| area.intersection(stream.area)).collect();
            if shown.is_empty() {
                continue;
            }
            self.planes.load(source, stream.area);
            let picture = stream.encoder.encode(&self.planes, now)?;
            OperationWriter::new(bytes).video(number, stream.area, &shown, &picture.bytes);
        }
        Ok(paint)
    }
}

fn start_streams(region: Area) -> Result<Vec<Stream>, EncodeError> {
    streams_for(region)
        .unwrap_or_default()
        .into_iter()
        .map(|area| {
            let settings = VideoSettings::for_pixels(area.pixels());
            Ok(Stream { area, encoder: H264Encoder::new(coded_size(area), settings)? })
        })
        .collect()
}
