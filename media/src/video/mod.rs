//! H.264 for content that keeps changing and compresses badly: one encoder or decoder per stream. What is worth
//! sending as video is the policy's affair.

mod library;
pub mod nal;
mod rate;

pub use rate::VideoSettings;

use crate::surface::Area;
use crate::yuv::{BLOCK_PX, Picture, Planes};
use deskside_proto::time::Millis;
use library::{LibraryEncoder, LibraryError};
use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use rate::{Rate, detail};

/// Longest side of a coded picture. Unit: pixels. The library's limit.
pub const MAX_LONG_SIDE_PX: usize = 3_840;

/// Longest shorter side of a coded picture. Unit: pixels. The library's limit, in whole blocks.
pub const MAX_SHORT_SIDE_PX: usize = 2_160;

/// Why no video came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// The picture is larger than the codec can do, or not made of whole blocks.
    #[error("a video picture of {width}x{height} is not possible")]
    Size {
        /// Width of the coded picture. Unit: pixels.
        width: usize,
        /// Height of the coded picture. Unit: pixels.
        height: usize,
    },
    /// The bytes are not the kind of H.264 that an update may carry.
    #[error("video data refused: {0}")]
    Refused(#[from] nal::NalError),
    /// The bytes are H.264 in form but gave no picture.
    #[error("video data is damaged")]
    Damaged,
    /// The library failed.
    #[error("the video codec failed")]
    Codec,
}

/// Whether a picture of these sides can be coded: whole blocks, within the limits.
pub fn is_codable(width: usize, height: usize) -> bool {
    let (short, long) = if width < height { (width, height) } else { (height, width) };
    short > 0
        && width.is_multiple_of(BLOCK_PX)
        && height.is_multiple_of(BLOCK_PX)
        && long <= MAX_LONG_SIDE_PX
        && short <= MAX_SHORT_SIDE_PX
}

/// The size of the picture that codes an area: its sides in whole blocks.
pub const fn coded_size(area: Area) -> (usize, usize) {
    (area.width().next_multiple_of(BLOCK_PX), area.height().next_multiple_of(BLOCK_PX))
}

impl From<LibraryError> for VideoError {
    fn from(_: LibraryError) -> Self {
        Self::Codec
    }
}

/// Encodes the pictures of one stream.
pub struct H264Encoder {
    library: LibraryEncoder,
    size: (usize, usize),
    rate: Rate,
    /// The quantiser of the last key picture; none before the first.
    key_quantiser: Option<u8>,
    owed: Option<KeyKind>,
}

/// A key picture that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// With it a film begins: it is as good as may be waited for.
    First,
    /// It replaces what was lost, and the film stands still until it is there.
    Again,
}

impl std::fmt::Debug for H264Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "H264Encoder({}x{})", self.size.0, self.size.1)
    }
}

/// One coded picture, as the bytes of Annex B.
#[derive(Debug, PartialEq, Eq)]
pub struct CodedPicture {
    /// SPS and PPS first where it is a key picture, then the slices.
    pub bytes: Vec<u8>,
    /// Whether it needs no picture before it.
    pub is_key: bool,
}

impl H264Encoder {
    /// An encoder for pictures of this size.
    pub fn new(size: (usize, usize), settings: VideoSettings) -> Result<Self, VideoError> {
        if !is_codable(size.0, size.1) {
            return Err(VideoError::Size { width: size.0, height: size.1 });
        }
        let library = LibraryEncoder::new(size, FIRST_QUANTISER)?;
        Ok(Self { library, size, rate: Rate::new(settings), key_quantiser: None, owed: Some(KeyKind::First) })
    }

    /// Size of the pictures. Unit: pixels.
    pub const fn size(&self) -> (usize, usize) {
        self.size
    }

    /// What the pictures from now on may cost. The stream goes on.
    pub const fn set(&mut self, settings: VideoSettings) {
        self.rate.set(settings);
    }

    /// The next picture will be a key picture.
    pub fn owe_key(&mut self) {
        self.owed.get_or_insert(KeyKind::First);
    }

    /// The next picture will be a key picture that takes little time on the link; those after it make it better.
    pub fn owe_short_key(&mut self) {
        self.owed.get_or_insert(KeyKind::Again);
    }

    /// Whether the next picture will be a key picture.
    pub const fn owes_key(&self) -> bool {
        self.owed.is_some() || self.key_quantiser.is_none()
    }

    /// Encodes one picture of the encoder's size; the first is always a key picture.
    pub fn encode(&mut self, picture: &Planes, now: Millis) -> Result<CodedPicture, VideoError> {
        let (width, height) = picture.dimensions();
        if (width, height) != self.size {
            return Err(VideoError::Size { width, height });
        }
        let key = match (self.key_quantiser, self.owed) {
            (Some(key), None) => key,
            (_, owed) => return self.encode_key(picture, owed.unwrap_or(KeyKind::First), now),
        };
        let quantiser = self.rate.next_quantiser(now, key);
        let coded = self.attempt(picture, quantiser, false, now)?;
        self.rate.made(quantiser, coded.bytes.len(), coded.is_key, now);
        Ok(coded)
    }

    /// At the quantiser that the content suggests, and once more if that was a mistake: the time for a second
    /// attempt is short beside the time that a slow link would take for the bytes.
    fn encode_key(
        &mut self,
        picture: &Planes,
        kind: KeyKind,
        now: Millis,
    ) -> Result<CodedPicture, VideoError> {
        let (width, height) = self.size;
        let mut quantiser = self.rate.key_quantiser(width * height, detail(picture.planes().0, width), kind);
        let mut coded = self.attempt(picture, quantiser, true, now)?;
        if let Some(coarser) = self.rate.shorter_key(quantiser, coded.bytes.len(), kind) {
            quantiser = coarser;
            coded = self.attempt(picture, quantiser, true, now)?;
        }
        self.owed = None;
        self.key_quantiser = Some(quantiser);
        self.rate.made(quantiser, coded.bytes.len(), coded.is_key, now);
        Ok(coded)
    }

    fn attempt(
        &mut self,
        picture: &Planes,
        quantiser: u8,
        key: bool,
        now: Millis,
    ) -> Result<CodedPicture, VideoError> {
        self.library.set_quantiser(quantiser)?;
        let milliseconds = i64::try_from(now.0).unwrap_or(i64::MAX);
        let mut bytes = Vec::new();
        let is_key = self.library.encode(picture.planes(), key, milliseconds, &mut bytes)?;
        if key && !is_key {
            return Err(VideoError::Codec);
        }
        Ok(CodedPicture { bytes, is_key })
    }
}

/// Before the first picture says what it needs.
const FIRST_QUANTISER: u8 = 30;

/// Decodes the pictures of one stream, sent by a stranger.
pub struct H264Decoder {
    decoder: Decoder,
    size: (usize, usize),
    started: bool,
}

impl std::fmt::Debug for H264Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "H264Decoder({}x{})", self.size.0, self.size.1)
    }
}

impl H264Decoder {
    /// A decoder that accepts pictures of exactly this size.
    pub fn new(size: (usize, usize)) -> Result<Self, VideoError> {
        if !is_codable(size.0, size.1) {
            return Err(VideoError::Size { width: size.0, height: size.1 });
        }
        // In main profile the library would wait for pictures that are shown earlier; there are none.
        let config = DecoderConfig::new().flush_after_decode(Flush::Flush);
        let decoder =
            Decoder::with_api_config(OpenH264API::from_source(), config).map_err(|_| VideoError::Codec)?;
        Ok(Self { decoder, size, started: false })
    }

    /// Size of the pictures. Unit: pixels.
    pub const fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Decodes the bytes of exactly one picture and shows it to `show`. The bytes are looked through before the library
    /// sees them, so that it never allocates for another size than the expected one.
    pub fn decode<T>(&mut self, bytes: &[u8], show: impl FnOnce(&Picture<'_>) -> T) -> Result<T, VideoError> {
        let unit = nal::inspect(bytes, self.size)?;
        if !unit.is_key && !self.started {
            return Err(VideoError::Refused(nal::NalError::NoKeyPicture));
        }
        let picture =
            self.decoder.decode(bytes).map_err(|_| VideoError::Damaged)?.ok_or(VideoError::Damaged)?;
        self.started = true;
        if picture.dimensions() != self.size {
            return Err(VideoError::Damaged);
        }
        let planes = (picture.y(), picture.u(), picture.v());
        Ok(show(&Picture { dimensions: self.size, planes, strides: picture.strides() }))
    }
}
