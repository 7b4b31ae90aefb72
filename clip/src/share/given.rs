//! How much of what was copied here has left: what the person is shown, and what the receipt counts.
//! It holds lengths and numbers, and neither content nor names.

use std::collections::{HashMap, HashSet};

use deskside_proto::wire::clipboard::{Format, Piece};

/// A piece has left this machine, for whoever shows and counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Of what.
    pub format: Format,
    /// So many contents or files were begun with it that nothing had left of before.
    pub begun: u32,
    /// The piece's length. Units: bytes.
    pub bytes: u64,
    /// So much of the whole lies before the piece's end. Units: bytes.
    pub done: u64,
    /// The length of the whole, all files together. Units: bytes.
    pub total: u64,
}

/// What of one offer has left.
#[derive(Debug, Default)]
pub(super) struct Begun(HashMap<Format, HashSet<u32>>);

impl Begun {
    /// Items of this format that begin now; `empty` files leave with the list that names them.
    pub(super) fn begin(&mut self, piece: &Piece, empty: u32) -> u32 {
        let is_first = self.0.entry(piece.format).or_default().insert(piece.item);
        match (piece.format, piece.item) {
            _ if !is_first => 0,
            (Format::Files, 0) => empty,
            (Format::Text | Format::Html | Format::Png | Format::Files, _) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use deskside_proto::ids::OfferId;

    use super::*;

    #[test]
    fn a_thing_is_counted_once_however_often_and_in_which_order_its_pieces_are_taken() {
        let mut begun = Begun::default();
        let piece = |format, item, offset| Piece { offer: OfferId(1), format, item, offset, length: 1 };
        assert_eq!(begun.begin(&piece(Format::Text, 0, 0), 0), 1);
        assert_eq!(begun.begin(&piece(Format::Text, 0, 5), 0), 0);
        assert_eq!(begun.begin(&piece(Format::Files, 0, 0), 2), 2, "the empty ones");
        assert_eq!(begun.begin(&piece(Format::Files, 0, 0), 2), 0);
        assert_eq!(begun.begin(&piece(Format::Files, 7, 3), 2), 1, "its end before its beginning");
        assert_eq!(begun.begin(&piece(Format::Files, 7, 0), 2), 0);
        assert_eq!(begun.begin(&piece(Format::Files, 1, 0), 2), 1);
    }
}
