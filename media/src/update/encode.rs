//! From changed pixels to the bytes of an update. It drives shadow, motion, memory, policy and codecs; it decides
//! nothing about when to capture or to send.

use super::Header;
use super::op::{Copied, OperationWriter};
use super::parts::{FEW_PX, Parts};
use super::streams::{Moment, Streams};
use super::viewer::Viewer;
use crate::cache::memory::{Memory, join_recalled};
use crate::cells::{CellIndex, Cost, Shadow};
use crate::frame::DesktopFrame;
use crate::motion::MotionFinder;
use crate::policy::{Chooser, Plan, VideoPlan, streams_for};
use crate::surface::{Area, Surface};
use crate::texture::{Texture, look};
use crate::tile::lossless::{Content, LosslessEncoder, LosslessError};
use crate::tile::plain::{STEPS_OF_A_SLOT, is_plain};
use crate::tile::solid::Fills;
use crate::video::VideoError;
use deskside_proto::geometry::Size;
use deskside_proto::link::LinkEstimate;
use deskside_proto::time::Millis;
use deskside_proto::wire::codec::Writer;
use deskside_proto::wire::update::{UpdateClass, UpdateHeader};
use std::time::Duration;

/// Most pixels that one update sends exactly; what is beyond waits for the next. With three bytes each this is
/// less than half of what an update may have.
const MAX_EXACT_PX: usize = 4 * 1024 * 1024;

/// A refinement occupies the link for about so long, so that a change need not wait behind it.
const REFINEMENT_TIME: Duration = Duration::from_millis(20);

/// Most cells that one refinement makes exact, however fast the link is: about 100 kB, so that the next ones are made
/// while the first is on its way and shown.
const MOST_REFINED_CELLS: usize = 32;

/// What is left of moved content is sent exactly, also photographs, when it takes the link no longer than this.
const EXACT_BESIDE_MOTION: Duration = Duration::from_millis(25);

/// A cell that has been as it is for so long is kept before something else covers it.
const WORTH_KEEPING: Duration = Duration::from_millis(300);

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

/// From such a link on, a film's picture takes a few milliseconds more than the text beside it, and what is lost is there
/// again before the next picture. Unit: bytes per second.
const NEAR_BYTES_PER_SECOND: u64 = 4_000_000;
const NEAR_ROUND_TRIP: Duration = Duration::from_millis(10);

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

/// Makes updates from frames.
#[derive(Debug)]
pub struct UpdateEncoder {
    mode: PictureMode,
    shadow: Shadow,
    viewer: Viewer,
    motion: MotionFinder,
    memory: Memory,
    chooser: Chooser,
    lossless: LosslessEncoder,
    streams: Streams,
    keyframe_owed: bool,
    link: LinkEstimate,
    /// What a refined cell took of late. Unit: bytes.
    refined_cell_bytes: usize,
}

impl UpdateEncoder {
    /// An encoder that has sent nothing yet; its first update will be a keyframe.
    pub fn new(mode: PictureMode) -> Result<Self, EncodeError> {
        let shadow = Shadow::empty();
        Ok(Self {
            mode,
            viewer: Viewer::empty(),
            motion: MotionFinder::new(),
            memory: Memory::new(shadow.grid()),
            shadow,
            chooser: Chooser::default(),
            lossless: LosslessEncoder::new()?,
            streams: Streams::default(),
            keyframe_owed: true,
            link: LinkEstimate::LOCAL,
            refined_cell_bytes: 3_000,
        })
    }

    /// Takes a frame and makes the update that is needed; none when there is nothing to send.
    ///
    /// A frame of another size than before, the first frame, and the first after an error give a keyframe. For a
    /// refinement the frame may be without patches. Exact changes come before those that are video, and pixels are
    /// bounded: when [`Self::has_changes`] says so afterwards, call again as soon as there is room.
    ///
    /// What comes out must reach the viewer, in order; only updates of class `Video` may be given up.
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
            self.keyframe_owed = true;
            self.begin_anew(now)?;
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
        self.chooser.set_link(link);
        self.streams.set_link(link);
    }

    /// An update of class `Video` was given up on its way: every video stream begins again with a key picture, which
    /// shows all that is approximate in its region, for the viewer may hold pixels there from before the film.
    pub fn video_abandoned(&mut self) {
        self.streams.restart();
        let (grid, lossy) = (self.shadow.grid(), self.viewer.lossy().cells());
        for (region, content) in self.chooser.contents() {
            let part = |cell: &CellIndex| Some((*cell, grid.area(*cell)?.intersection(content)?));
            let paint: Vec<_> = lossy.iter().filter_map(part).collect();
            if !paint.is_empty() {
                self.streams.add(VideoPlan { region, restart: true, paint, quiet: None });
            }
        }
        if self.mode == PictureMode::Video && !self.keyframe_owed {
            // Nothing is ever refined here, so all of it is shown again.
            self.shadow.mark_all();
        }
    }

    /// When a refinement becomes due; none when the viewer sees everything exactly.
    pub fn refine_due(&self) -> Option<Millis> {
        match self.mode {
            PictureMode::Auto => self.viewer.lossy().due(),
            PictureMode::Video => None,
        }
    }

    /// Whether changes wait that did not fit into the last update.
    pub fn has_changes(&self) -> bool {
        self.shadow.has_changes() || self.streams.owe()
    }

    /// What comparing frames has cost up to now.
    pub const fn cost(&self) -> Cost {
        self.shadow.cost()
    }

    /// The pixels that the viewer should see; tests compare them with what it does see.
    pub const fn source(&self) -> &Surface {
        self.shadow.surface()
    }

    /// The pixels that the viewer shows as far as the sender knows; exactly those in [`Self::exact_cells`].
    pub const fn viewer_surface(&self) -> &Surface {
        self.viewer.surface()
    }

    /// The cells that the viewer shows exactly, once it has applied all updates but those of class `Video`.
    pub fn exact_cells(&self) -> impl Iterator<Item = Area> {
        self.viewer.exact_cells()
    }

    fn begin_anew(&mut self, now: Millis) -> Result<(), EncodeError> {
        self.shadow.mark_all();
        self.viewer.begin_anew(self.shadow.surface(), now);
        self.memory = Memory::new(self.shadow.grid());
        self.chooser = Chooser::default();
        self.chooser.set_link(self.link);
        self.streams.clear();
        Ok(self.lossless.reset()?)
    }

    fn change(&mut self, header: Header, now: Millis) -> Result<Option<Encoded>, EncodeError> {
        let mut bytes = begin(header);
        let changes = self.shadow.take_changes();
        let mut plan = match self.mode {
            PictureMode::Auto if header.keyframe => self.plan(changes, now),
            PictureMode::Auto => {
                let (rest, has_moved) = self.write_known(changes, now, &mut bytes);
                if has_moved { self.plan_beside_motion(rest, now) } else { self.plan(rest, now) }
            }
            PictureMode::Video => whole_screen(changes, header, self.streams.are_idle()),
        };
        self.join_fills(&mut plan);
        self.write_fills(plan.fills, now, &mut bytes);
        self.write_exact(plan.exact, now, &mut bytes)?;
        plan.video.into_iter().for_each(|video| self.streams.add(video));
        let has_exact = bytes.len() > Header::BYTES;
        let together = self.is_near() && self.streams.may_join();
        // A keyframe is one update, so that the viewer need not show a black screen between.
        if header.keyframe || !has_exact || together {
            self.write_video(together, now, &mut bytes)?;
        }
        let may_be_given_up = !header.keyframe && !has_exact && !together;
        finish(if may_be_given_up { UpdateClass::Video } else { UpdateClass::Interactive }, bytes)
    }

    /// Whether what changed at one moment travels as one update, so that it is shown at one moment: a film does not lag
    /// behind the window that is moved with it. Elsewhere text does not wait for a film's bytes.
    fn is_near(&self) -> bool {
        self.link.bytes_per_second >= NEAR_BYTES_PER_SECOND && self.link.round_trip <= NEAR_ROUND_TRIP
    }

    fn plan(&mut self, changes: Vec<(CellIndex, Area)>, now: Millis) -> Plan {
        if changes.is_empty() {
            return Plan::default();
        }
        let plan = self.chooser.plan(changes, self.shadow.surface(), self.viewer.lossy(), now);
        self.streams.keep(self.chooser.regions());
        plan
    }

    /// The strips that a scroll or a move lays open are sent exactly if the link allows it: a video of strips would be
    /// blurred as long as the scroll goes on.
    fn plan_beside_motion(&mut self, changes: Vec<(CellIndex, Area)>, now: Millis) -> Plan {
        let in_film = |area: &Area| self.chooser.is_film(*area);
        let beside = changes.iter().filter(|(_, area)| !in_film(area));
        let pixels: usize = beside.map(|(_, area)| area.pixels()).sum();
        // A photograph takes less than a byte a pixel.
        if self.link.time_to_send(pixels) > EXACT_BESIDE_MOTION {
            return self.plan(changes, now);
        }
        let (films, beside): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, area)| in_film(area));
        let mut plan = self.plan(films, now);
        for (cell, area) in beside {
            match look(self.shadow.surface(), area) {
                Texture::Solid(colour) => plan.fills.add(colour, area),
                Texture::Drawn | Texture::Photo => plan.exact.push((cell, area)),
            }
        }
        plan
    }

    /// Writes what the viewer can make from what it holds; gives back what is left, and whether something has moved.
    fn write_known(
        &mut self,
        changes: Vec<(CellIndex, Area)>,
        now: Millis,
        bytes: &mut Vec<u8>,
    ) -> (Vec<(CellIndex, Area)>, bool) {
        let grid = self.shadow.grid();
        let areas: Vec<Area> = changes.into_iter().map(|(_, area)| area).collect();
        let motion = self.motion.find(self.viewer.surface(), self.shadow.surface(), &areas);
        let copies: Vec<Copied> = motion
            .copies
            .iter()
            .filter_map(|copy| Some(Copied { to: copy.destination, from: copy.source()? }))
            .collect();
        let cell_of = |area: &Area| grid.cells_in(*area).next().map(|cell| (cell, *area));
        let changes: Vec<(CellIndex, Area)> = motion.remaining.iter().filter_map(cell_of).collect();

        self.store_covered(&copies, &changes, now, bytes);
        if !copies.is_empty() {
            OperationWriter::new(bytes).copy(&copies);
            copies.iter().for_each(|copied| self.viewer.copy(*copied, now));
        }
        let (mut found, mut rest) = (Vec::new(), Vec::new());
        let are_few = changes.iter().map(|(_, area)| area.pixels()).sum::<usize>() <= FEW_PX;
        for change in changes {
            if are_few && is_plain(self.shadow.surface(), change.1, STEPS_OF_A_SLOT) {
                rest.push(change);
                continue;
            }
            self.memory.recall(self.shadow.surface(), change, &mut found, &mut rest);
        }
        if !found.is_empty() {
            join_recalled(&mut found);
            OperationWriter::new(bytes).cache(&found);
            let source = self.shadow.surface();
            found.iter().for_each(|recalled| self.viewer.paint_exact(source, recalled.area, now));
        }
        (rest, !copies.is_empty())
    }

    /// Keeps cells that were still for a while and are now covered by something that moves, or replaced.
    fn store_covered(
        &mut self,
        copies: &[Copied],
        changes: &[(CellIndex, Area)],
        now: Millis,
        bytes: &mut Vec<u8>,
    ) {
        let grid = self.shadow.grid();
        let surface = self.viewer.surface();
        let is_kept = |cell: &CellIndex| {
            self.viewer.is_exact(*cell)
                && now.since(self.viewer.changed_at(*cell)) >= WORTH_KEEPING
                && grid.area(*cell).is_some_and(|area| !matches!(look(surface, area), Texture::Solid(_)))
        };
        // What a scroll moves within itself is not covered; what a moved window newly reaches is.
        let reached = copies.iter().flat_map(|copied| {
            grid.cells_in(copied.to).filter(|cell| {
                let part = grid.area(*cell).and_then(|whole| whole.intersection(copied.to));
                part.is_some_and(|part| !copied.from.contains(part))
            })
        });
        let replaced = changes
            .iter()
            .filter(|(cell, area)| grid.area(*cell).is_some_and(|whole| area.pixels() * 2 >= whole.pixels()));
        let mut cells: Vec<CellIndex> = reached.chain(replaced.map(|(cell, _)| *cell)).collect();
        cells.sort_unstable();
        cells.dedup();
        cells.retain(is_kept);
        if let Some(stored) = self.memory.store(surface, &cells) {
            OperationWriter::new(bytes).store(stored.slot, &stored.areas);
        }
    }

    /// Beside letters a little of one colour costs a run of the history, and in an operation of its own three times that.
    fn join_fills(&self, plan: &mut Plan) {
        let is_drawn = |(_, area): &(CellIndex, Area)| look(self.shadow.surface(), *area) == Texture::Drawn;
        if plan.fills.is_empty() || !plan.exact.iter().any(is_drawn) {
            return;
        }
        let grid = self.shadow.grid();
        let few = plan.fills.take_all_if_small(FEW_PX).into_iter();
        plan.exact.extend(few.filter_map(|area| grid.cells_in(area).next().map(|cell| (cell, area))));
    }

    fn write_fills(&mut self, fills: Fills, now: Millis, bytes: &mut Vec<u8>) {
        for (colour, areas) in fills.into_merged() {
            OperationWriter::new(bytes).solid(colour, &areas);
            areas.iter().for_each(|area| self.viewer.paint_exact(self.shadow.surface(), *area, now));
        }
    }

    fn write_exact(
        &mut self,
        mut exact: Vec<(CellIndex, Area)>,
        now: Millis,
        bytes: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let mut pixels = 0;
        exact.sort_unstable_by_key(|(cell, _)| *cell);
        exact.retain(|(cell, area)| {
            pixels += area.pixels();
            if pixels > MAX_EXACT_PX {
                self.shadow.put_back(*cell, *area);
            }
            pixels <= MAX_EXACT_PX
        });
        let areas: Vec<Area> = exact.into_iter().map(|(_, area)| area).collect();
        let written = self.write_pixels(&areas, bytes)?;
        written.iter().for_each(|area| self.viewer.paint_exact(self.shadow.surface(), *area, now));
        Ok(())
    }

    /// Photographs and drawn content apart, each in its own form. Gives back what was written: all of the areas, and
    /// what lies between them.
    fn write_pixels(&mut self, areas: &[Area], bytes: &mut Vec<u8>) -> Result<Vec<Area>, EncodeError> {
        let surface = self.shadow.surface();
        let Parts { photos, drawn, parted: mut written } = Parts::of(surface, areas);
        for (areas, content) in [(drawn, Content::Drawn), (photos, Content::Photo)] {
            if areas.is_empty() {
                continue;
            }
            for piece in self.lossless.encode(surface, &areas, content)? {
                OperationWriter::new(bytes).lossless(piece.form, &piece.areas, &piece.bytes);
            }
            written.extend(areas);
        }
        Ok(written)
    }

    fn write_video(&mut self, is_kept: bool, now: Millis, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        let source = self.shadow.surface();
        let shown = self.streams.write(Moment { source, now, is_kept }, bytes)?;
        shown.painted.iter().for_each(|(cell, area)| self.viewer.paint_lossy(source, *cell, *area, now));
        shown.films.iter().for_each(|(region, quiet)| self.viewer.hold(*region, now, *quiet));
        shown.outside.into_iter().for_each(|(cell, area)| self.shadow.put_back(cell, area));
        Ok(())
    }

    fn refine(&mut self, header: Header, now: Millis) -> Result<Option<Encoded>, EncodeError> {
        if self.mode == PictureMode::Video {
            return Ok(None);
        }
        let room = self.link.bytes_in(REFINEMENT_TIME) / self.refined_cell_bytes.max(1);
        let surface = self.shadow.surface();
        let mut fills = Fills::default();
        let (mut areas, mut photos) = (Vec::new(), 0);
        for cell in self.viewer.lossy().due_cells(now, room.clamp(1, MOST_REFINED_CELLS)) {
            // A cell that has changed again is sent with its change.
            let is_still = !self.shadow.is_changed(cell) && !self.streams.owe_cell(cell);
            let Some(area) = self.shadow.grid().area(cell).filter(|_| is_still) else { continue };
            match look(surface, area) {
                Texture::Solid(colour) => fills.add(colour, area),
                Texture::Drawn | Texture::Photo => {
                    areas.push(area);
                    photos += 1;
                }
            }
        }
        let mut bytes = begin(header);
        for (colour, areas) in fills.into_merged() {
            OperationWriter::new(&mut bytes).solid(colour, &areas);
            areas.iter().for_each(|area| self.viewer.refine(surface, *area));
        }
        let written = self.write_pixels(&areas, &mut bytes)?;
        written.iter().for_each(|area| self.viewer.refine(self.shadow.surface(), *area));
        if let Some(cell_bytes) = bytes.len().checked_div(photos) {
            self.refined_cell_bytes = (3 * self.refined_cell_bytes + cell_bytes) / 4;
        }
        finish(UpdateClass::Refinement, bytes)
    }
}

/// Every change as a part of a picture of the whole screen; exactly, where the codec cannot do such a screen.
fn whole_screen(changes: Vec<(CellIndex, Area)>, header: Header, restart: bool) -> Plan {
    match Area::whole(header.size).filter(|region| streams_for(*region).is_some()) {
        Some(region) if !changes.is_empty() => {
            let video = vec![VideoPlan { region, restart, paint: changes, quiet: None }];
            Plan { video, ..Plan::default() }
        }
        Some(_) | None => Plan { exact: changes, ..Plan::default() },
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
