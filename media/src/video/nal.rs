//! Looks through the H.264 bytes of a stranger before the codec library sees them: only the few kinds of unit that
//! an update may carry, and only one picture size. It decodes no picture.
//!
//! Reference: ITU-T H.264 (2021), 7.3.1 (NAL unit), 7.3.2.1.1 (SPS), 7.3.2.2 (PPS), 7.3.3 (slice header), Annex B
//! (byte stream).

use crate::yuv::BLOCK_PX;

/// Most units of one picture: parameter sets and slices.
const MAX_UNITS: usize = 64;

/// Longest parameter set. Unit: bytes.
const MAX_PARAMETER_SET_BYTES: usize = 256;

/// Most reference frames; it bounds what a decoder holds.
const MAX_REFERENCE_FRAMES: u32 = 4;

/// Constrained baseline, and main for its arithmetic coder: no B slices, no interlacing, no weights.
const BASELINE: u8 = 66;
const MAIN: u8 = 77;

/// What is read of a slice lies within so many bytes.
const SLICE_HEAD_BYTES: usize = 16;

/// Why bytes are not a picture that an update may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NalError {
    /// The bytes do not begin with a start code, or a unit is empty.
    #[error("not an H.264 byte stream")]
    NotAByteStream,
    /// A kind of unit, or an order of units, that has no place here.
    #[error("unexpected unit of kind {0}")]
    UnexpectedUnit(u8),
    /// More units than one picture can need.
    #[error("too many units")]
    TooManyUnits,
    /// A parameter set that is damaged or uses what has no place here.
    #[error("unsupported parameter set")]
    UnsupportedParameters,
    /// A slice that is damaged, begins outside the picture, or is neither I nor P.
    #[error("unsupported slice")]
    UnsupportedSlice,
    /// The sequence parameter set announces another size than the operation.
    #[error("the video has another size than announced")]
    OtherSize,
    /// There is no slice.
    #[error("no picture")]
    NoPicture,
    /// The first picture of a stream depends on a picture before it.
    #[error("the stream does not begin with a key picture")]
    NoKeyPicture,
}

/// What a look through the bytes of one picture found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessUnit {
    /// It begins with parameter sets and consists of IDR slices.
    pub is_key: bool,
}

/// Checks the bytes of one picture; `size` is the expected picture size in pixels.
pub fn inspect(bytes: &[u8], size: (usize, usize)) -> Result<AccessUnit, NalError> {
    let (mut profile, mut picture_sets, mut key_slices, mut other_slices) = (None, 0, 0, 0);
    for (count, unit) in units(bytes)?.enumerate() {
        let (&header, payload) = unit.split_first().ok_or(NalError::NotAByteStream)?;
        let kind = header & 0x1F;
        if header & 0x80 != 0 || payload.is_empty() {
            return Err(NalError::NotAByteStream);
        }
        if count >= MAX_UNITS {
            return Err(NalError::TooManyUnits);
        }
        let slices = key_slices + other_slices;
        match kind {
            7 if profile.is_none() && picture_sets == 0 && slices == 0 => {
                profile = Some(check_sequence_set(payload, size)?);
            }
            8 if picture_sets == 0 && slices == 0 => {
                let profile = profile.ok_or(NalError::UnexpectedUnit(kind))?;
                check_picture_set(payload, profile)?;
                picture_sets += 1;
            }
            5 if picture_sets == 1 && other_slices == 0 => key_slices += 1,
            1 if profile.is_none() && key_slices == 0 => other_slices += 1,
            _ => return Err(NalError::UnexpectedUnit(kind)),
        }
        if matches!(kind, 1 | 5) {
            check_slice(payload, size)?;
        }
    }
    if key_slices + other_slices == 0 {
        return Err(NalError::NoPicture);
    }
    Ok(AccessUnit { is_key: key_slices > 0 })
}

/// The units between the start codes `00 00 01` (with any zeros before).
fn units(bytes: &[u8]) -> Result<impl Iterator<Item = &[u8]>, NalError> {
    let mut rest = after_start_code(bytes).ok_or(NalError::NotAByteStream)?;
    let mut done = false;
    Ok(std::iter::from_fn(move || {
        if done {
            return None;
        }
        let end = rest.windows(3).position(|w| w == [0, 0, 1]);
        let unit = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        match end.and_then(|end| rest.get(end + 3..)) {
            Some(after) => rest = after,
            None => done = true,
        }
        // Zeros before a start code belong to it.
        let length = unit.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        unit.get(..length)
    }))
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(&[0, 0, 1]).or_else(|| bytes.strip_prefix(&[0, 0, 0, 1]))
}

/// The profile of a sequence parameter set that may be.
fn check_sequence_set(payload: &[u8], (width, height): (usize, usize)) -> Result<u8, NalError> {
    let mut bits = Bits::new(payload)?;
    let supported = (|| {
        let profile = bits.byte()?;
        if profile != BASELINE && profile != MAIN {
            return None;
        }
        bits.skip(16)?; // constraint flags, level
        zero(bits.unsigned()?)?; // seq_parameter_set_id
        at_most(bits.unsigned()?, 12)?; // log2_max_frame_num_minus4
        match bits.unsigned()? {
            0 => at_most(bits.unsigned()?, 12)?, // log2_max_pic_order_cnt_lsb_minus4
            2 => {}
            _ => return None,
        }
        at_most(bits.unsigned()?, MAX_REFERENCE_FRAMES)?;
        bits.skip(1)?; // gaps_in_frame_num_value_allowed_flag
        let blocks_across = bits.unsigned()?;
        let blocks_down = bits.unsigned()?;
        let frames_only = bits.bit()?;
        bits.skip(1)?; // direct_8x8_inference_flag
        let cropped = bits.bit()?;
        (frames_only && !cropped).then_some((profile, blocks_across, blocks_down))
    })();
    let (profile, across, down) = supported.ok_or(NalError::UnsupportedParameters)?;
    let is = |minus_one: u32, px: usize| (minus_one as usize).checked_add(1) == Some(px / BLOCK_PX);
    if is(across, width) && is(down, height) { Ok(profile) } else { Err(NalError::OtherSize) }
}

fn check_picture_set(payload: &[u8], profile: u8) -> Result<(), NalError> {
    let mut bits = Bits::new(payload)?;
    let supported = (|| {
        zero(bits.unsigned()?)?; // pic_parameter_set_id
        zero(bits.unsigned()?)?; // seq_parameter_set_id
        let cabac = bits.bit()?;
        bits.skip(1)?; // bottom_field_pic_order_in_frame_present_flag
        zero(bits.unsigned()?)?; // num_slice_groups_minus1
        at_most(bits.unsigned()?, MAX_REFERENCE_FRAMES - 1)?; // num_ref_idx_l0_default_active_minus1
        at_most(bits.unsigned()?, MAX_REFERENCE_FRAMES - 1)?; // num_ref_idx_l1_default_active_minus1
        let weighted = (0..3).try_fold(false, |any, _| Some(any | bits.bit()?))?; // for P, and two bits for B
        bits.unsigned()?; // pic_init_qp_minus26
        bits.unsigned()?; // pic_init_qs_minus26
        bits.unsigned()?; // chroma_qp_index_offset
        bits.skip(2)?; // deblocking_filter_control_present_flag, constrained_intra_pred_flag
        let redundant = bits.bit()?;
        let known = (!cabac || profile == MAIN) && !weighted && !redundant;
        (known && bits.are_at_end()).then_some(())
    })();
    supported.ok_or(NalError::UnsupportedParameters)
}

fn check_slice(payload: &[u8], (width, height): (usize, usize)) -> Result<(), NalError> {
    let head = payload.get(..SLICE_HEAD_BYTES).unwrap_or(payload);
    let mut bits = Bits::new(head)?;
    let blocks = (width / BLOCK_PX) * (height / BLOCK_PX);
    let supported = (|| {
        let first = bits.unsigned()?; // first_mb_in_slice
        let kind = bits.unsigned()?; // slice_type: 0 and 5 are P, 2 and 7 are I
        zero(bits.unsigned()?)?; // pic_parameter_set_id
        ((first as usize) < blocks && matches!(kind, 0 | 2 | 5 | 7)).then_some(())
    })();
    supported.ok_or(NalError::UnsupportedSlice)
}

fn zero(value: u32) -> Option<()> {
    (value == 0).then_some(())
}

fn at_most(value: u32, limit: u32) -> Option<()> {
    (value <= limit).then_some(())
}

/// The bits of a unit, without the bytes that prevent start codes.
struct Bits {
    bytes: Vec<u8>,
    position: usize,
}

impl Bits {
    fn new(payload: &[u8]) -> Result<Self, NalError> {
        if payload.len() > MAX_PARAMETER_SET_BYTES {
            return Err(NalError::UnsupportedParameters);
        }
        let mut bytes = Vec::with_capacity(payload.len());
        let mut zeros = 0;
        for &byte in payload {
            if zeros >= 2 && byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Ok(Self { bytes, position: 0 })
    }

    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.position / 8)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Some(bit == 1)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.position += count;
        (self.position <= self.bytes.len() * 8).then_some(())
    }

    /// Nothing follows but the bit that ends a unit, and zeros up to a whole byte.
    fn are_at_end(&mut self) -> bool {
        let left = (self.bytes.len() * 8).saturating_sub(self.position);
        (1..=8).contains(&left) && self.bit() == Some(true) && (1..left).all(|_| self.bit() == Some(false))
    }

    fn byte(&mut self) -> Option<u8> {
        (0..8).try_fold(0, |value, _| Some(value << 1 | u8::from(self.bit()?)))
    }

    /// An Exp-Golomb code, ue(v) in the standard.
    fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let tail = (0..zeros).try_fold(0_u32, |value, _| Some(value << 1 | u32::from(self.bit()?)))?;
        ((1_u32 << zeros) - 1).checked_add(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::{H264Encoder, VideoSettings};
    use crate::yuv::Planes;
    use crate::{Area, Surface};
    use deskside_proto::geometry::Size;
    use deskside_proto::time::Millis;

    fn pictures(width: u32, height: u32) -> (Vec<u8>, Vec<u8>) {
        let surface = Surface::new(Size { width, height }).unwrap();
        let mut planes = Planes::default();
        planes.load(&surface, Area::whole(surface.size()).unwrap());
        let mut encoder = H264Encoder::new(planes.dimensions(), VideoSettings::for_pixels(1)).unwrap();
        let first = encoder.encode(&planes, Millis(0)).unwrap().bytes;
        (first, encoder.encode(&planes, Millis(40)).unwrap().bytes)
    }

    #[test]
    fn what_our_encoder_writes_is_accepted() {
        for (width, height) in [(16, 16), (640, 368), (1920, 1088), (3840, 2160)] {
            let (first, second) = pictures(width, height);
            let size = (width as usize, height as usize);
            assert_eq!(inspect(&first, size), Ok(AccessUnit { is_key: true }));
            assert_eq!(inspect(&second, size), Ok(AccessUnit { is_key: false }));
        }
    }

    #[test]
    fn another_size_than_announced_is_refused() {
        let (first, _) = pictures(64, 48);
        assert_eq!(inspect(&first, (48, 64)), Err(NalError::OtherSize));
        assert_eq!(inspect(&first, (64, 64)), Err(NalError::OtherSize));
    }

    #[test]
    fn units_out_of_place_are_refused() {
        let (key, other) = pictures(64, 48);
        let twice = [key.as_slice(), key.as_slice()].concat();
        assert_eq!(inspect(&twice, (64, 48)), Err(NalError::UnexpectedUnit(7)));
        let mixed = [key.as_slice(), other.as_slice()].concat();
        assert_eq!(inspect(&mixed, (64, 48)), Err(NalError::UnexpectedUnit(1)));
        assert_eq!(inspect(&[0, 0, 1, 6, 5, 4], (64, 48)), Err(NalError::UnexpectedUnit(6)));
        assert_eq!(inspect(&[0, 0, 1, 0x65, 5, 4], (64, 48)), Err(NalError::UnexpectedUnit(5)));
        assert_eq!(inspect(&[0, 0, 1, 8, 5, 4], (64, 48)), Err(NalError::UnexpectedUnit(8)));
    }

    #[test]
    fn bytes_that_are_no_stream_are_refused() {
        for bad in [&[][..], &[0, 0, 1], &[0, 0, 0, 0, 1, 0x41, 9], &[1, 2, 3], &[0, 0, 1, 0xE1, 9]] {
            assert_eq!(inspect(bad, (16, 16)), Err(NalError::NotAByteStream), "{bad:?}");
        }
        let slices = [0, 0, 1, 0x41, 0xE0].repeat(65);
        assert_eq!(inspect(&slices, (16, 16)), Err(NalError::TooManyUnits));
    }

    #[test]
    fn a_parameter_set_alone_is_no_picture() {
        let (key, _) = pictures(64, 48);
        let second = key.windows(3).enumerate().skip(4).find(|(_, w)| *w == [0, 0, 1]).unwrap().0;
        let alone = &key[..second];
        assert_eq!(inspect(alone, (64, 48)), Err(NalError::NoPicture));
    }

    #[test]
    fn other_profiles_and_truncated_sets_are_refused() {
        let (key, _) = pictures(64, 48);
        let with_profile = |profile: u8| {
            let mut changed = key.clone();
            let sps = changed.windows(2).position(|w| w == [0x67, MAIN]).unwrap();
            changed[sps + 1] = profile;
            inspect(&changed, (64, 48))
        };
        for profile in [83, 88, 100, 110, 122, 244] {
            assert_eq!(with_profile(profile), Err(NalError::UnsupportedParameters));
        }
        // What it holds is coded arithmetically, which baseline has not.
        assert_eq!(with_profile(BASELINE), Err(NalError::UnsupportedParameters));
        assert_eq!(inspect(&[0, 0, 1, 0x67, 66, 0xC0], (64, 48)), Err(NalError::UnsupportedParameters));
        let endless = [&[0, 0, 1, 0x67, 66, 0xC0, 30][..], &[0, 0, 3].repeat(80), &[1]].concat();
        assert_eq!(inspect(&endless, (64, 48)), Err(NalError::UnsupportedParameters));
    }

    /// Bits as a string of zeros and ones, spaces for the reader, with the bit that ends a unit.
    fn written(bits: &str) -> Vec<u8> {
        let mut bits: Vec<u8> = bits.bytes().filter(|b| *b != b' ').map(|b| b - b'0').collect();
        bits.push(1);
        bits.chunks(8)
            .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)))
            .collect()
    }

    #[test]
    fn picture_sets_that_lead_elsewhere_are_refused() {
        // Ids, CABAC, order, slice groups, both reference counts, three bits of weights, three quantisers, deblocking and
        // constrained intra, redundant slices.
        let set = |bits: &str, profile| check_picture_set(&written(bits), profile);
        assert_eq!(set("1 1 1 0 1 1 1 000 1 1 1 10 0", MAIN), Ok(()));
        assert_eq!(set("1 1 0 0 1 1 1 000 1 1 1 10 0", BASELINE), Ok(()));
        for bad in [
            "010 1 1 0 1 1 1 000 1 1 1 10 0",
            "1 010 1 0 1 1 1 000 1 1 1 10 0",
            "1 1 1 0 010 1 1 000 1 1 1 10 0",
            "1 1 1 0 1 00101 1 000 1 1 1 10 0",
            "1 1 1 0 1 1 00101 000 1 1 1 10 0",
            "1 1 1 0 1 1 1 100 1 1 1 10 0",
            "1 1 1 0 1 1 1 001 1 1 1 10 0",
            "1 1 1 0 1 1 1 010 1 1 1 10 0",
            "1 1 1 0 1 1 1 000 1 1 1 10 1",
            // A transform of 8x8, no matrices, a second offset for chroma.
            "1 1 1 0 1 1 1 000 1 1 1 10 0 1 0 1",
            "1 1 1 0 1 1 1 000 1 1 1 10 0 00000000",
            "1 1 1 0 1 1 1 000 1 1",
        ] {
            assert_eq!(set(bad, MAIN), Err(NalError::UnsupportedParameters), "{bad}");
        }
        let baseline = set("1 1 1 0 1 1 1 000 1 1 1 10 0", BASELINE);
        assert_eq!(baseline, Err(NalError::UnsupportedParameters));
    }

    #[test]
    fn slices_of_other_types_and_places_are_refused() {
        // First macroblock, type, picture parameter set; a picture has 12 macroblocks.
        let slice = |bits: &str| check_slice(&written(bits), (64, 48));
        for good in ["1 1 1", "1 011 1", "1 00110 1", "1 0001000 1", "0001100 1 1"] {
            assert_eq!(slice(good), Ok(()), "{good}");
        }
        let types = ["010", "00100", "00101", "00111", "0001001", "0001010", "0001011"];
        for bad in types.map(|kind| format!("1 {kind} 1")) {
            assert_eq!(slice(&bad), Err(NalError::UnsupportedSlice), "{bad}");
        }
        for bad in ["0001101 1 1", "1 1 010", "1", "00000000000000000000000000000000000000000 1 1"] {
            assert_eq!(slice(bad), Err(NalError::UnsupportedSlice), "{bad}");
        }
        assert_eq!(inspect(&[0, 0, 1, 0x41, 0xA8], (64, 48)), Err(NalError::UnsupportedSlice));
    }
}
