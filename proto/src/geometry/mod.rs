//! Places and areas, each space with types of its own: desktop pixels, screen pixels, view pixels.
//! Knows no windowing system; whoever talks to one converts at its edge.

mod region;
mod transform;

pub use region::Region;
pub use transform::{PartView, ViewTransform};

use crate::wire::codec::{Reader, WireError, Writer};

/// Width and height. Units: pixels of whatever space the context says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Size {
    /// To the right.
    pub width: u32,
    /// Downwards.
    pub height: u32,
}

impl Size {
    /// The longest side of a desktop. Units: desktop pixels.
    pub const MAX_SIDE: u32 = 16_384;
    /// The largest desktop, width times height; four 4K screens or one of 8K. Units: desktop pixels.
    pub const MAX_PIXELS: u64 = 1 << 25;

    /// A size as given.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// No pixels at all.
    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Width times height.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Neither empty nor beyond what a surface may have: checked before any surface is allocated.
    pub fn is_desktop(self) -> bool {
        !self.is_empty()
            && self.width <= Self::MAX_SIDE
            && self.height <= Self::MAX_SIDE
            && self.pixels() <= Self::MAX_PIXELS
    }

    /// The whole area, from the origin.
    pub fn rect(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }

    pub(crate) fn write(self, out: &mut Writer<'_>) {
        out.u32(self.width);
        out.u32(self.height);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let size = Self { width: reader.u32()?, height: reader.u32()? };
        if size.is_desktop() { Ok(size) } else { Err(WireError::InvalidValue("screen size")) }
    }
}

/// A pixel of the shared desktop, the surface that both sides hold; its top left is (0, 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DesktopPoint {
    /// To the right.
    pub x: i32,
    /// Downwards.
    pub y: i32,
}

impl DesktopPoint {
    /// A place as given.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }

    /// The nearest place inside a desktop of `size`; an empty desktop has only the origin.
    #[must_use]
    pub fn clamped(self, size: Size) -> Self {
        Self { x: clamp_to_side(self.x, size.width), y: clamp_to_side(self.y, size.height) }
    }

    /// Two `u16`; a place outside of every desktop is moved to the nearest that can be written.
    pub(crate) fn write(self, out: &mut Writer<'_>) {
        let nearest = self.clamped(Size::new(Size::MAX_SIDE, Size::MAX_SIDE));
        // INVARIANT: clamped to 0..16384, so both fit.
        out.u16(u16::try_from(nearest.x).unwrap_or_default());
        out.u16(u16::try_from(nearest.y).unwrap_or_default());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let (x, y) = (reader.u16()?, reader.u16()?);
        if u32::from(x) < Size::MAX_SIDE && u32::from(y) < Size::MAX_SIDE {
            Ok(Self { x: x.into(), y: y.into() })
        } else {
            Err(WireError::InvalidValue("place"))
        }
    }
}

fn clamp_to_side(value: i32, side: u32) -> i32 {
    let last = i32::try_from(side.saturating_sub(1)).unwrap_or(i32::MAX);
    value.clamp(0, last)
}

/// A place in the windowing system of the client, whose origin need not be the desktop's. Units: screen pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ScreenPoint {
    /// To the right.
    pub x: i32,
    /// Downwards.
    pub y: i32,
}

impl ScreenPoint {
    /// Where `point` of a desktop lies whose top left is at `origin` of the screen.
    pub fn from_desktop(point: DesktopPoint, origin: ScreenPoint) -> Self {
        Self { x: point.x.saturating_add(origin.x), y: point.y.saturating_add(origin.y) }
    }

    /// Where this place lies in a desktop whose top left is at `origin` of the screen.
    pub fn to_desktop(self, origin: ScreenPoint) -> DesktopPoint {
        DesktopPoint { x: self.x.saturating_sub(origin.x), y: self.y.saturating_sub(origin.y) }
    }
}

/// A place in the viewer's picture area. Units: physical pixels of the expert's screen, from the area's top left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ViewPoint {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// An area of the desktop. Units: desktop pixels.
///
/// Shape: covers `x..x + width` and `y..y + height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// To the right.
    pub width: u32,
    /// Downwards.
    pub height: u32,
}

impl Rect {
    /// The first number that no column and no row has.
    const BEYOND: i64 = i32::MAX as i64 + 1;

    /// An area as given.
    pub const fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    /// The area between two corners; empty where they are crossed.
    fn between(left: i64, top: i64, right: i64, bottom: i64) -> Self {
        let length = |from: i64, to: i64| u32::try_from(to.saturating_sub(from).max(0)).unwrap_or(u32::MAX);
        let edge = |value: i64| i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX });
        Self { x: edge(left), y: edge(top), width: length(left, right), height: length(top, bottom) }
    }

    /// First column to the right of the area; columns beyond the last that has a number do not exist.
    pub fn right(&self) -> i64 {
        (i64::from(self.x) + i64::from(self.width)).min(Self::BEYOND)
    }

    /// First row below the area; rows beyond the last that has a number do not exist.
    pub fn bottom(&self) -> i64 {
        (i64::from(self.y) + i64::from(self.height)).min(Self::BEYOND)
    }

    /// Width and height.
    pub fn size(&self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// No pixels at all.
    pub fn is_empty(&self) -> bool {
        self.size().is_empty()
    }

    /// Number of pixels.
    pub fn area(&self) -> u64 {
        self.size().pixels()
    }

    /// `point` lies inside.
    pub fn contains(&self, point: DesktopPoint) -> bool {
        self.x <= point.x
            && i64::from(point.x) < self.right()
            && self.y <= point.y
            && i64::from(point.y) < self.bottom()
    }

    /// Every pixel of `other` lies inside.
    pub fn contains_rect(&self, other: &Self) -> bool {
        other.is_empty()
            || (self.x <= other.x
                && self.y <= other.y
                && other.right() <= self.right()
                && other.bottom() <= self.bottom())
    }

    /// What both cover, or `None` when they have no pixel in common.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let common = Self::between(
            self.x.max(other.x).into(),
            self.y.max(other.y).into(),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        );
        (!common.is_empty()).then_some(common)
    }

    /// The smallest area that covers both; an empty one adds nothing.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self::between(
            self.x.min(other.x).into(),
            self.y.min(other.y).into(),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// The part inside a desktop of `size`, or `None` when nothing of it is.
    pub fn clipped(&self, size: Size) -> Option<Self> {
        self.intersection(&size.rect())
    }

    /// What is left of this area without `hole`: up to four areas that do not overlap.
    pub fn without(&self, hole: &Self) -> impl Iterator<Item = Self> + use<> {
        let parts = match self.intersection(hole) {
            None => [*self, Self::default(), Self::default(), Self::default()],
            Some(cut) => {
                let (left, top) = (i64::from(self.x), i64::from(self.y));
                let (cut_left, cut_top) = (i64::from(cut.x), i64::from(cut.y));
                [
                    Self::between(left, top, self.right(), cut_top),
                    Self::between(left, cut_top, cut_left, cut.bottom()),
                    Self::between(cut.right(), cut_top, self.right(), cut.bottom()),
                    Self::between(left, cut.bottom(), self.right(), self.bottom()),
                ]
            }
        };
        parts.into_iter().filter(|part| !part.is_empty())
    }
}
