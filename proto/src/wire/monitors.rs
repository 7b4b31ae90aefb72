//! The monitors of a desktop as the client announces them. Where a viewer looks is its own affair.

use super::codec::{Reader, WireError, Writer};
use crate::geometry::{Rect, Size};
use crate::name::PersonName;

/// One monitor of the client's desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitor {
    /// Its place on the desktop. Units: desktop pixels.
    pub place: Rect,
    /// The one that the person looks at first.
    pub primary: bool,
    /// How much larger than usual the person's programs draw on it. Units: percent, 25 to 1000.
    pub scale_percent: u16,
    /// What its system calls it, such as `HDMI-1`: a name by the rules for names of persons.
    pub name: PersonName,
}

/// All monitors that an expert may see: at most [`Monitors::MOST`]. None where the client knows only their sum.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Monitors(Vec<Monitor>);

impl Monitors {
    /// So many are announced at most.
    pub const MOST: usize = 16;
    /// Longest form: the count, and of each monitor place, flag, scale and name. Units: bytes.
    pub(super) const MAX_BYTES: usize = 1 + Self::MOST * (8 + 1 + 2 + 2 + PersonName::MAX_BYTES);

    /// Those of these monitors that can be announced: on a desktop, not empty, and with a sensible scale.
    pub fn new(monitors: impl IntoIterator<Item = Monitor>) -> Self {
        Self(monitors.into_iter().filter(Monitor::is_sound).take(Self::MOST).collect())
    }

    /// In the client's order.
    pub fn as_slice(&self) -> &[Monitor] {
        &self.0
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.u8(u8::try_from(self.0.len()).unwrap_or(u8::MAX));
        for monitor in &self.0 {
            let Rect { x, y, width, height } = monitor.place;
            // INVARIANT: sound monitors lie within 16384 by 16384.
            let short = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
            [x.into(), y.into(), width.into(), height.into()]
                .map(short)
                .iter()
                .for_each(|edge| out.u16(*edge));
            out.flag(monitor.primary);
            out.u16(monitor.scale_percent);
            out.text(monitor.name.as_str());
        }
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::from(body.u8()?);
        if count > Self::MOST {
            return Err(WireError::InvalidValue("monitors"));
        }
        let mut monitors = Vec::with_capacity(count);
        for _ in 0..count {
            let (x, y) = (body.u16()?, body.u16()?);
            let place = Rect::new(x.into(), y.into(), body.u16()?.into(), body.u16()?.into());
            let (primary, scale_percent) = (body.flag("primary")?, body.u16()?);
            let text = body.text(PersonName::MAX_BYTES, "name")?;
            let name = PersonName::parse(text).map_err(|_| WireError::InvalidValue("name"))?;
            let monitor = Monitor { place, primary, scale_percent, name };
            if !monitor.has_place() {
                return Err(WireError::InvalidValue("monitor"));
            }
            if !monitor.is_sound() {
                return Err(WireError::InvalidValue("scale"));
            }
            monitors.push(monitor);
        }
        Ok(Self(monitors))
    }
}

impl Monitor {
    fn has_place(&self) -> bool {
        let whole = Size::new(Size::MAX_SIDE, Size::MAX_SIDE).rect();
        !self.place.is_empty() && whole.contains_rect(&self.place)
    }

    fn is_sound(&self) -> bool {
        self.has_place() && (25..=1000).contains(&self.scale_percent)
    }
}
