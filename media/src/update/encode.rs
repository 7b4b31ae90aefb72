//! From changed pixels to the bytes of an update. It drives shadow, policy and codecs; it decides nothing about
//! when to capture or to send.

use super::Header;
use super::op::OperationWriter;
use crate::cells::{CellIndex, Cost, Shadow};
use crate::frame::DesktopFrame;
use crate::lossy::LossyCells;
use crate::policy::{Chooser, Plan, VideoPlan, streams_for};
use crate::surface::{Area, Surface, merge_areas};
use crate::texture::{Texture, look};
use crate::tile::lossless::{LosslessEncoder, LosslessError};
use crate::tile::solid::Fills;
use crate::video::{H264Encoder, VideoError, VideoSettings, coded_size};
use crate::yuv::Planes;
use deskside_proto::geometry::Size;
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use deskside_proto::wire::codec::Writer;
use deskside_proto::wire::update::{UpdateClass, UpdateHeader};

/// Most pixels that one update sends exactly; what is beyond waits for the next. With three bytes each this is
/// less than half of what an update may have.
const MAX_EXACT_PX: usize = 4 * 1024 * 1024;

/// Cells that one refinement makes exact: a photo of this size takes about 200 kB, so that a change need not wait
/// long behind it.
const REFINED_CELLS: usize = 16;

/// How the picture is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureMode {
    /// Each content in the way that suits it; exact when still.
    Auto,
    /// Always the whole screen as H.264; never refined.
    Video,
}

/// What the next update is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The changes since the last update.
    Change,
    /// A complete picture that needs nothing before it.
    Keyframe,
    /// Exact pixels where only approximate ones were sent.
    Refine,
}

/// One update, ready to travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// What it is for.
    pub class: UpdateClass,
    /// The payload as in `docs/PROTOCOL.md`, "Picture updates".
    pub bytes: Vec<u8>,
}

/// Why an update could not be made. The next one will be a keyframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The desktop is empty or larger than a surface may be.
    #[error("a desktop of {}x{} is not possible", .0.width, .0.height)]
    DesktopSize(Size),
    /// The lossless codec failed.
    #[error(transparent)]
    Lossless(#[from] LosslessError),
    /// The video codec failed.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// The update became longer than an update may be.
    #[error("the update is too long")]
    TooLong,
}

#[derive(Debug)]
struct Stream {
    area: Area,
    encoder: H264Encoder,
}

/// Makes updates from frames.
#[derive(Debug)]
pub struct UpdateEncoder {
    mode: PictureMode,
    shadow: Shadow,
    lossy: LossyCells,
    chooser: Chooser,
    lossless: LosslessEncoder,
    streams: Vec<Stream>,
    planes: Planes,
    keyframe_owed: bool,
    link: LinkEstimate,
}

impl UpdateEncoder {
    /// An encoder that has sent nothing yet; its first update will be a keyframe.
    pub fn new(mode: PictureMode) -> Result<Self, EncodeError> {
        let shadow = Shadow::empty();
        Ok(Self {
            mode,
            lossy: LossyCells::new(shadow.grid()),
            shadow,
            chooser: Chooser::default(),
            lossless: LosslessEncoder::new()?,
            streams: Vec::new(),
            planes: Planes::default(),
            keyframe_owed: true,
            link: LinkEstimate::LOCAL,
        })
    }

    /// Takes a frame and makes the update that is needed; none when there is nothing to send.
    ///
    /// A frame of another size than before, the first frame, and the first after an error give a keyframe. For a
    /// refinement the frame may be without patches. Pixels are bounded: when [`Self::has_changes`] says so
    /// afterwards, call again as soon as there is room.
    pub fn encode(
        &mut self,
        frame: &DesktopFrame<'_>,
        need: Need,
        now: Millis,
    ) -> Result<Option<Encoded>, EncodeError> {
        let resized = frame.size != self.shadow.surface().size();
        let keyframe = resized || self.keyframe_owed || need == Need::Keyframe;
        if resized {
            self.shadow = Shadow::new(frame.size).ok_or(EncodeError::DesktopSize(frame.size))?;
        }
        self.shadow.absorb(frame);
        if keyframe {
            self.begin_anew();
        }
        let refinement = need == Need::Refine && !keyframe;
        let header = Header { keyframe, refinement, size: frame.size };
        let result = if refinement { self.refine(header, now) } else { self.change(header, now) };
        self.keyframe_owed = result.is_err();
        result
    }

    /// What the link carries now: the size of refinements and the cost of video follow it.
    pub fn set_link(&mut self, link: LinkEstimate) {
        self.link = link;
    }

    /// An update of class `Video` was given up on its way: every video stream begins again with a key picture. What
    /// the viewer shows there stays approximate until it is refined.
    pub fn video_abandoned(&mut self) {
        self.keyframe_owed = true;
    }

    /// When a refinement becomes due; none when the viewer sees everything exactly.
    pub fn refine_due(&self) -> Option<Millis> {
        match self.mode {
            PictureMode::Auto => self.lossy.due(),
            PictureMode::Video => None,
        }
    }

    /// Whether changes wait that did not fit into the last update.
    pub fn has_changes(&self) -> bool {
        self.shadow.has_changes()
    }

    /// What comparing frames has cost up to now.
    pub const fn cost(&self) -> Cost {
        self.shadow.cost()
    }

    fn begin_anew(&mut self) {
        self.shadow.mark_all();
        self.lossy = LossyCells::new(self.shadow.grid());
        self.chooser = Chooser::default();
        self.streams.clear();
    }

    fn change(&mut self, header: Header, now: Millis) -> Result<Option<Encoded>, EncodeError> {
        let changes = self.shadow.take_changes();
        if changes.is_empty() {
            return Ok(None);
        }
        let plan = match self.mode {
            PictureMode::Auto => self.chooser.plan(changes, self.shadow.surface(), &self.lossy, now),
            PictureMode::Video => whole_screen(changes, header, self.streams.is_empty()),
        };
        let only_video = plan.video.is_some() && plan.exact.is_empty() && plan.fills.is_empty();
        let class =
            if only_video && !header.keyframe { UpdateClass::Video } else { UpdateClass::Interactive };
        let mut bytes = begin(header);
        self.write_plan(plan, now, &mut bytes)?;
        finish(class, bytes)
    }

    fn refine(&mut self, header: Header, now: Millis) -> Result<Option<Encoded>, EncodeError> {
        if self.mode == PictureMode::Video {
            return Ok(None);
        }
        let mut plan = Plan::default();
        let surface = self.shadow.surface();
        for cell in self.lossy.due_cells(now, REFINED_CELLS) {
            // A cell that has changed again is sent with its change.
            let Some(area) = self.shadow.grid().area(cell).filter(|_| !self.shadow.is_changed(cell)) else {
                continue;
            };
            match look(surface, area) {
                Texture::Solid(colour) => plan.fills.add(colour, area),
                Texture::Drawn | Texture::Photo => plan.exact.push((cell, area)),
            }
        }
        let mut bytes = begin(header);
        self.write_plan(plan, now, &mut bytes)?;
        finish(UpdateClass::Refinement, bytes)
    }

    fn write_plan(&mut self, plan: Plan, now: Millis, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Plan { fills, mut exact, video } = plan;
        self.write_fills(fills, bytes);
        if let Some(video) = video {
            self.write_video(&video, now, bytes)?;
        }
        let mut pixels = 0;
        exact.sort_unstable_by_key(|(cell, _)| *cell);
        exact.retain(|(cell, area)| {
            pixels += area.pixels();
            if pixels > MAX_EXACT_PX {
                self.shadow.put_back(*cell, *area);
            }
            pixels <= MAX_EXACT_PX
        });
        self.write_exact(&exact, bytes)
    }

    fn write_fills(&mut self, fills: Fills, bytes: &mut Vec<u8>) {
        for (colour, areas) in fills.into_merged() {
            OperationWriter::new(bytes).solid(colour, &areas);
            areas.iter().for_each(|area| self.lossy.sharpen(*area));
        }
    }

    fn write_exact(&mut self, exact: &[(CellIndex, Area)], bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        if exact.is_empty() {
            return Ok(());
        }
        let mut areas: Vec<Area> = exact.iter().map(|(_, area)| *area).collect();
        merge_areas(&mut areas);
        let (lossless, surface) = (&mut self.lossless, self.shadow.surface());
        OperationWriter::new(bytes).lossless(&areas, |out| lossless.encode(surface, &areas, out))?;
        areas.iter().for_each(|area| self.lossy.sharpen(*area));
        Ok(())
    }

    fn write_video(&mut self, plan: &VideoPlan, now: Millis, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        if plan.restart {
            self.streams = start_streams(plan.region)?;
        }
        let mut paint: Vec<Area> = plan.paint.iter().map(|(_, area)| *area).collect();
        merge_areas(&mut paint);
        for (number, stream) in (0_u8..).zip(&mut self.streams) {
            let shown: Vec<Area> = paint.iter().filter_map(|area| area.intersection(stream.area)).collect();
            if shown.is_empty() {
                continue;
            }
            self.planes.load(self.shadow.surface(), stream.area);
            let picture = stream.encoder.encode(&self.planes, now)?;
            OperationWriter::new(bytes).video(number, stream.area, &shown, &picture.bytes);
        }
        plan.paint.iter().for_each(|(cell, _)| self.lossy.blur(*cell, now));
        Ok(())
    }

    /// The pixels that the viewer should see; tests compare them with what it does see.
    pub const fn source(&self) -> &Surface {
        self.shadow.surface()
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

/// Every change as a part of a picture of the whole screen; exactly, where the codec cannot do such a screen.
fn whole_screen(changes: Vec<(CellIndex, Area)>, header: Header, restart: bool) -> Plan {
    match Area::whole(header.size).filter(|region| streams_for(*region).is_some()) {
        Some(region) => {
            Plan { video: Some(VideoPlan { region, restart, paint: changes }), ..Plan::default() }
        }
        None => Plan { exact: changes, ..Plan::default() },
    }
}

fn begin(header: Header) -> Vec<u8> {
    let mut bytes = Vec::new();
    header.write(&mut Writer::new(&mut bytes));
    bytes
}

/// An update without operations is none, unless it is a keyframe.
fn finish(class: UpdateClass, bytes: Vec<u8>) -> Result<Option<Encoded>, EncodeError> {
    if bytes.len() > UpdateHeader::MAX_PAYLOAD_BYTES {
        return Err(EncodeError::TooLong);
    }
    Ok((bytes.len() > Header::BYTES).then_some(Encoded { class, bytes }))
}
