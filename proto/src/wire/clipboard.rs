//! What is copied on one side and pasted on the other: the offer, the request for a piece of it, and the piece's head.
//! Only numbers, formats and lengths pass here; whose turn it is and what is allowed is decided by `session`.

use super::codec::{Reader, WireError, Writer, one_byte_enum};
use super::files::FileList;
use super::input::read_grant;
use crate::ids::{GrantId, OfferId};

one_byte_enum! {
    /// Where something is copied to.
    Selection, "selection" {
        /// By the command "copy".
        Clipboard = 0,
        /// By marking text; pasted with the middle button.
        Primary = 1,
    }
}

one_byte_enum! {
    /// What form the copied thing can be had in.
    Format, "format" {
        /// UTF-8, lines as the owner ends them.
        Text = 1,
        /// HTML in UTF-8.
        Html = 2,
        /// A picture, as PNG.
        Png = 3,
        /// The list of files: a `FileList`.
        Files = 4,
    }
}

impl Format {
    /// The longest content that is ever carried. Units: bytes.
    pub fn limit(self) -> u64 {
        match self {
            Self::Text | Self::Html => 16 << 20,
            Self::Png => 64 << 20,
            Self::Files => FileList::MAX_BYTES as u64,
        }
    }

    const fn bit(self) -> u16 {
        match self {
            Self::Text => 1,
            Self::Html => 2,
            Self::Png => 4,
            Self::Files => 8,
        }
    }
}

/// A set of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Formats(u16);

impl Formats {
    /// Nothing can be had.
    pub const NONE: Self = Self(0);
    const KNOWN: u16 = 15;

    /// The set with these bits, unless one of them means nothing in this revision.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits & !Self::KNOWN == 0).then_some(Self(bits))
    }

    /// One bit each: text 1, HTML 2, PNG 4, files 8.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// `format` is in the set.
    pub fn contains(self, format: Format) -> bool {
        self.0 & format.bit() != 0
    }

    /// Nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The formats of the set, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Format> {
        Format::ALL.iter().copied().filter(move |format| self.contains(*format))
    }
}

impl From<Format> for Formats {
    fn from(format: Format) -> Self {
        Self(format.bit())
    }
}

impl FromIterator<Format> for Formats {
    fn from_iter<I: IntoIterator<Item = Format>>(formats: I) -> Self {
        Self(formats.into_iter().fold(0, |bits, format| bits | format.bit()))
    }
}

/// Something new was copied and can be fetched; or, without formats, nothing can be had any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The grant under which it is offered.
    pub grant: GrantId,
    /// Its number, higher than that of any earlier offer of this side.
    pub offer: OfferId,
    /// Where it was copied to.
    pub selection: Selection,
    /// What can be fetched.
    pub formats: Formats,
}

impl Offer {
    /// Length of the body. Units: bytes.
    pub(super) const BYTES: usize = 8 + 4 + 1 + 2;

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.u64(self.grant.as_u64());
        out.u32(self.offer.0);
        out.u8(self.selection.code());
        out.u16(self.formats.bits());
    }

    pub(super) fn read(body: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            grant: read_grant(body)?,
            offer: read_offer(body)?,
            selection: Selection::read(body)?,
            formats: Formats::from_bits(body.u16()?).ok_or(WireError::InvalidValue("formats"))?,
        })
    }
}

/// Which bytes of an offered thing are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The offer.
    pub offer: OfferId,
    /// The format.
    pub format: Format,
    /// 0 for the content in this format; with [`Format::Files`] also the content of the file at this place of the list,
    /// counted from 1.
    pub item: u32,
    /// Where the piece begins. Units: bytes.
    pub offset: u64,
    /// How long it is at most, 1..=[`PieceRequest::MAX_LENGTH`]. Units: bytes.
    pub length: u32,
}

/// The first and only thing that a fetching side says on a fetch stream, behind the stream's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PieceRequest {
    /// The grant under which the thing was offered.
    pub grant: GrantId,
    /// What is wanted.
    pub piece: Piece,
}

impl PieceRequest {
    /// The longest piece: short enough for a picture not to wait behind what was sent of two. Units: bytes.
    pub const MAX_LENGTH: u32 = 128 * 1024;
    /// Length without the stream's kind. Units: bytes.
    pub const BYTES: usize = 8 + 4 + 1 + 4 + 8 + 4;

    /// Appends the request to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.u64(self.grant.as_u64());
        writer.u32(self.piece.offer.0);
        writer.u8(self.piece.format.code());
        writer.u32(self.piece.item);
        writer.u64(self.piece.offset);
        writer.u32(self.piece.length);
    }

    /// Reads exactly one request.
    ///
    /// # Errors
    /// As any message.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let grant = read_grant(&mut reader)?;
        let offer = read_offer(&mut reader)?;
        let format = Format::read(&mut reader)?;
        let item = reader.u32()?;
        if item != 0 && format != Format::Files {
            return Err(WireError::InvalidValue("item"));
        }
        let offset = reader.u64()?;
        let length = reader.u32()?;
        if !(1..=Self::MAX_LENGTH).contains(&length) || offset.checked_add(u64::from(length)).is_none() {
            return Err(WireError::InvalidValue("length"));
        }
        reader.finish()?;
        Ok(Self { grant, piece: Piece { offer, format, item, offset, length } })
    }
}

one_byte_enum! {
    /// Why a piece is not given. None of them is anybody's fault.
    NoPiece, "piece status" {
        /// Something else was copied since.
        Stale = 1,
        /// Whoever holds it did not give it, in time or at all.
        Unavailable = 2,
        /// It is longer than may be carried.
        TooLong = 3,
        /// There is no grant for it (any more).
        NotAllowed = 4,
        /// A file is not what it was when it was listed.
        Changed = 5,
    }
}

/// How the answer to a request begins; the bytes of the piece follow up to the end of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceHead {
    /// The piece follows: what there is from its offset on, at most as much as was asked for.
    Follows {
        /// The length of the whole content. Units: bytes.
        total: u64,
    },
    /// There is no piece.
    Refused(NoPiece),
}

impl PieceHead {
    /// Length of the head of a piece that follows; a refusal is one byte. Units: bytes.
    pub const BYTES: usize = 1 + 8;

    /// Appends the head to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        match self {
            Self::Follows { total } => {
                writer.u8(0);
                writer.u64(*total);
            }
            Self::Refused(why) => writer.u8(why.code()),
        }
    }

    /// Takes the head off the front of a whole answer; what is left is the piece.
    ///
    /// # Errors
    /// As any message; bytes behind a refusal are too many.
    pub fn decode(answer: &[u8]) -> Result<(Self, &[u8]), WireError> {
        let mut reader = Reader::new(answer);
        match reader.u8()? {
            0 => Ok((Self::Follows { total: reader.u64()? }, reader.rest())),
            code => {
                let why = NoPiece::from_code(code).ok_or(WireError::InvalidValue("piece status"))?;
                reader.finish()?;
                Ok((Self::Refused(why), &[]))
            }
        }
    }
}

/// Offers are counted from 1.
fn read_offer(reader: &mut Reader<'_>) -> Result<OfferId, WireError> {
    match reader.u32()? {
        0 => Err(WireError::InvalidValue("offer")),
        number => Ok(OfferId(number)),
    }
}
