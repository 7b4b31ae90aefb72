//! H.264 for content that keeps changing and compresses badly: one encoder or decoder per stream. What is worth
//! sending as video is the policy's affair.

pub mod nal;

use crate::surface::Area;
use crate::yuv::{BLOCK_PX, Picture, Planes};
use deskside_proto::time::Millis;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, QpRange,
    RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::{YUVSlices, YUVSource};
use openh264::{OpenH264API, Timestamp};

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

/// How much video may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoSettings {
    /// Aim of the rate control. Unit: bits per second.
    pub bits_per_second: u32,
    /// Most frames that will come. Unit: frames per second.
    pub frames_per_second: u8,
}

impl VideoSettings {
    /// A rate at which a video of this size looks good: 0.15 bit a pixel at 30 frames per second.
    pub fn for_pixels(pixels: usize) -> Self {
        let bits = pixels as u64 * 30 * 15 / 100;
        let bits_per_second = u32::try_from(bits.clamp(1_000_000, 20_000_000)).unwrap_or(20_000_000);
        Self { bits_per_second, frames_per_second: 30 }
    }
}

/// Encodes the pictures of one stream.
pub struct H264Encoder {
    encoder: Encoder,
    size: (usize, usize),
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
        // Everything is set: the library's defaults are 120 kbit/s at 0 frames per second with frames skipped.
        let config = EncoderConfig::new()
            .usage_type(UsageType::CameraVideoRealTime)
            .profile(Profile::Baseline)
            .complexity(Complexity::Low)
            .rate_control_mode(RateControlMode::Bitrate)
            .bitrate(BitRate::from_bps(settings.bits_per_second))
            .max_frame_rate(FrameRate::from_hz(f32::from(settings.frames_per_second)))
            .qp(QpRange::new(16, 40))
            .skip_frames(false)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(true)
            .long_term_reference(false)
            .intra_frame_period(IntraFramePeriod::auto())
            // More threads have no effect on pictures of a single slice.
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let mut encoder =
            Encoder::with_api_config(OpenH264API::from_source(), config).map_err(|_| VideoError::Codec)?;
        silence(&mut encoder);
        Ok(Self { encoder, size })
    }

    /// Size of the pictures. Unit: pixels.
    pub const fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Encodes one picture of the encoder's size; the first is always a key picture.
    pub fn encode(&mut self, picture: &Planes, now: Millis) -> Result<CodedPicture, VideoError> {
        let (width, height) = picture.dimensions();
        if (width, height) != self.size {
            return Err(VideoError::Size { width, height });
        }
        let source = YUVSlices::new(picture.planes(), self.size, (width, width / 2, width / 2));
        // The library wants a signed number and panics otherwise.
        let timestamp = Timestamp::from_millis(now.0 & (u64::MAX >> 1));
        let stream = self.encoder.encode_at(&source, timestamp).map_err(|_| VideoError::Codec)?;
        let is_key = match stream.frame_type() {
            FrameType::IDR => true,
            FrameType::P => false,
            FrameType::I | FrameType::IPMixed | FrameType::Skip | FrameType::Invalid => {
                return Err(VideoError::Codec);
            }
        };
        Ok(CodedPicture { bytes: stream.to_vec(), is_key })
    }
}

/// Stops the library from writing to the standard error stream. The wrapper does so too, but only after the first
/// picture has set the encoder up, which is when the library has most to say.
fn silence(encoder: &mut Encoder) {
    let mut level = openh264_sys2::WELS_LOG_QUIET;
    // SAFETY: The option takes a pointer to an int that it reads before it returns, and it may be set before the
    // encoder is set up. The encoder is borrowed mutably, so no other thread uses it meanwhile.
    #[expect(unsafe_code, reason = "the wrapper has no other way to set this option")]
    unsafe {
        encoder
            .raw_api()
            .set_option(openh264_sys2::ENCODER_OPTION_TRACE_LEVEL, std::ptr::from_mut(&mut level).cast());
    }
}

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
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder =
            Decoder::with_api_config(OpenH264API::from_source(), config).map_err(|_| VideoError::Codec)?;
        Ok(Self { decoder, size, started: false })
    }

    /// Size of the pictures. Unit: pixels.
    pub const fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Decodes the bytes of exactly one picture and shows it to `show`. The bytes are looked through before the library sees them, so that it
    /// never allocates for another size than the expected one.
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
