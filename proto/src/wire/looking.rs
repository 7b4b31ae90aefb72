//! The parts of the desktop that an expert looks at.

use super::codec::{Reader, WireError, Writer};
use crate::geometry::{Rect, Size};

/// Parts of the desktop, in desktop pixels: at most [`LookedAt::MOST`]. None: nothing is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookedAt(Vec<Rect>);

impl LookedAt {
    /// So many parts are named at most.
    pub const MOST: usize = 16;
    /// Longest form: the count, and of each part its place. Units: bytes.
    pub(super) const MAX_BYTES: usize = 1 + Self::MOST * 8;

    /// Those of these parts that can lie on a desktop. Where there are more than can be named, the last one grows over
    /// the rest, so that nothing that is seen is left out.
    pub fn new(parts: impl IntoIterator<Item = Rect>) -> Self {
        let mut named: Vec<Rect> = Vec::new();
        for part in parts.into_iter().filter(is_place) {
            match named.get_mut(Self::MOST - 1) {
                Some(last) => *last = last.union(&part),
                None => named.push(part),
            }
        }
        Self(named)
    }

    /// In the expert's order.
    pub fn as_slice(&self) -> &[Rect] {
        &self.0
    }

    /// Some of this rectangle is looked at.
    pub fn sees(&self, area: &Rect) -> bool {
        self.0.iter().any(|part| part.intersection(area).is_some())
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.u8(u8::try_from(self.0.len()).unwrap_or(u8::MAX));
        for Rect { x, y, width, height } in &self.0 {
            // INVARIANT: places lie within 16384 by 16384.
            let short = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
            let edges = [(*x).into(), (*y).into(), (*width).into(), (*height).into()];
            edges.map(short).iter().for_each(|edge| out.u16(*edge));
        }
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::from(body.u8()?);
        if count > Self::MOST {
            return Err(WireError::InvalidValue("parts"));
        }
        let mut parts = Vec::with_capacity(count);
        for _ in 0..count {
            let (x, y) = (body.u16()?, body.u16()?);
            let part = Rect::new(x.into(), y.into(), body.u16()?.into(), body.u16()?.into());
            if !is_place(&part) {
                return Err(WireError::InvalidValue("part"));
            }
            parts.push(part);
        }
        Ok(Self(parts))
    }
}

fn is_place(part: &Rect) -> bool {
    !part.is_empty() && Size::new(Size::MAX_SIDE, Size::MAX_SIDE).rect().contains_rect(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_parts_than_can_be_named_become_one_that_covers_the_rest_and_what_is_no_place_is_left_out() {
        let row = (0..40).map(|at| Rect::new(at * 100, 0, 50, 50));
        let looked = LookedAt::new(row.clone().chain([Rect::new(0, 0, 0, 5), Rect::new(-1, 0, 5, 5)]));
        assert_eq!(looked.as_slice().len(), LookedAt::MOST);
        assert!(row.clone().all(|part| looked.as_slice().iter().any(|named| named.contains_rect(&part))));
        assert!(!looked.sees(&Rect::new(60, 0, 20, 20)) && looked.sees(&Rect::new(40, 10, 20, 20)));
    }
}
