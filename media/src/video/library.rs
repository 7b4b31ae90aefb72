//! The encoder of openh264 by its C interface: the wrapper crate can neither set a quantiser nor change one while a
//! stream runs. Nearly all `unsafe` of this crate is here. It knows neither rates nor regions.

#![expect(unsafe_code, reason = "the library's interface is C")]

use openh264_sys2::source::APILoader;
use openh264_sys2::{
    CAMERA_VIDEO_REAL_TIME, CONSTANT_ID, ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, ENCODER_OPTION_TRACE_LEVEL,
    ISVCEncoder, LOW_COMPLEXITY, PRO_BASELINE, PRO_MAIN, RC_OFF_MODE, SEncParamExt, SFrameBSInfo,
    SM_FIXEDSLCNUM_SLICE, SM_SINGLE_SLICE, SSourcePicture, WELS_LOG_QUIET, videoFormatI420,
    videoFrameTypeIDR, videoFrameTypeP,
};
use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};

/// The library refused or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LibraryError;

/// Planes of a picture without gaps between rows, in the order luma, Cb, Cr.
pub(super) type Source<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// One encoder for pictures of one size, without a rate control of its own.
pub(super) struct LibraryEncoder {
    encoder: NonNull<ISVCEncoder>,
    parameters: Box<SEncParamExt>,
    output: Box<SFrameBSInfo>,
    size: (usize, usize),
}

// SAFETY: The library keeps everything in the object behind the pointer, which nobody else has, and no state that
// belongs to a thread. The threads that it has for large pictures work only while a call waits for them.
unsafe impl Send for LibraryEncoder {}

impl LibraryEncoder {
    /// An encoder for pictures of this size, of which both sides are whole blocks within the library's limits.
    pub(super) fn new(size: (usize, usize), quantiser: u8) -> Result<Self, LibraryError> {
        let mut raw: *mut ISVCEncoder = null_mut();
        // SAFETY: The pointer is valid for the write that the call makes.
        let created = unsafe { APILoader::WelsCreateSVCEncoder(&raw mut raw) };
        let encoder = NonNull::new(raw).filter(|_| created == 0).ok_or(LibraryError)?;
        let mut made = Self { encoder, parameters: Box::default(), output: Box::default(), size };
        made.silence()?;
        made.initialise(quantiser)?;
        Ok(made)
    }

    /// The library writes to the standard error stream while it sets itself up, so it is stopped before.
    fn silence(&mut self) -> Result<(), LibraryError> {
        let mut level: c_int = WELS_LOG_QUIET;
        self.set_option(ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast())
    }

    fn initialise(&mut self, quantiser: u8) -> Result<(), LibraryError> {
        let (default, initialise) = {
            let table = self.table();
            (table.GetDefaultParams.ok_or(LibraryError)?, table.InitializeExt.ok_or(LibraryError)?)
        };
        // SAFETY: The encoder exists, and the parameters are a whole structure that the call fills.
        success(unsafe { default(self.encoder.as_ptr(), &raw mut *self.parameters) })?;
        let side = |px: usize| c_int::try_from(px).map_err(|_| LibraryError);
        let (width, height) = (side(self.size.0)?, side(self.size.1)?);
        let parts: u16 = if self.size.0 * self.size.1 >= LARGE_PX { 2 } else { 1 };
        // The arithmetic coder saves a tenth of the bytes; where a person waits for a screen its time counts more.
        let arithmetic = parts == 1;
        let parameters = &mut *self.parameters;
        parameters.iEntropyCodingModeFlag = c_int::from(arithmetic);
        parameters.iUsageType = CAMERA_VIDEO_REAL_TIME;
        parameters.iPicWidth = width;
        parameters.iPicHeight = height;
        parameters.iRCMode = RC_OFF_MODE;
        parameters.iTargetBitrate = NOMINAL_BITS_PER_SECOND;
        parameters.fMaxFrameRate = NOMINAL_FRAME_RATE;
        parameters.iComplexityMode = LOW_COMPLEXITY;
        parameters.uiIntraPeriod = 0;
        parameters.eSpsPpsIdStrategy = CONSTANT_ID;
        parameters.iTemporalLayerNum = 1;
        parameters.iSpatialLayerNum = 1;
        parameters.bEnableFrameSkip = false;
        parameters.bEnableLongTermReference = false;
        parameters.bEnableDenoise = false;
        // It skips blocks that have changed a little, again and again, and the errors add up.
        parameters.bEnableBackgroundDetection = false;
        parameters.bEnableAdaptiveQuant = false;
        parameters.bEnableSceneChangeDetect = false;
        // Each thread codes a slice of its own, so more threads than slices do nothing.
        parameters.iMultipleThreadIdc = parts;
        let [layer, ..] = &mut parameters.sSpatialLayers;
        layer.iVideoWidth = width;
        layer.iVideoHeight = height;
        layer.fFrameRate = NOMINAL_FRAME_RATE;
        layer.iSpatialBitrate = NOMINAL_BITS_PER_SECOND;
        layer.uiProfileIdc = if arithmetic { PRO_MAIN } else { PRO_BASELINE };
        layer.iDLayerQp = c_int::from(quantiser);
        layer.sSliceArgument.uiSliceMode = if parts > 1 { SM_FIXEDSLCNUM_SLICE } else { SM_SINGLE_SLICE };
        layer.sSliceArgument.uiSliceNum = parts.into();
        // The colours are our own.
        layer.bVideoSignalTypePresent = false;
        // SAFETY: As above; the parameters are only read.
        success(unsafe { initialise(self.encoder.as_ptr(), &raw const *self.parameters) })
    }

    /// From the next picture on this quantiser, 0..=51, counts. The stream goes on.
    pub(super) fn set_quantiser(&mut self, quantiser: u8) -> Result<(), LibraryError> {
        let [layer, ..] = &mut self.parameters.sSpatialLayers;
        let wanted = c_int::from(quantiser);
        if layer.iDLayerQp == wanted {
            return Ok(());
        }
        layer.iDLayerQp = wanted;
        let parameters = (&raw mut *self.parameters).cast();
        self.set_option(ENCODER_OPTION_SVC_ENCODE_PARAM_EXT, parameters)
    }

    /// Appends the next picture to `out`, and says whether it is a key picture.
    pub(super) fn encode(
        &mut self,
        planes: Source<'_>,
        key: bool,
        milliseconds: i64,
        out: &mut Vec<u8>,
    ) -> Result<bool, LibraryError> {
        let (width, height) = self.size;
        let (luma, chroma) = (width * height, width * height / 4);
        let (y, cb, cr) = planes;
        if y.len() < luma || cb.len() < chroma || cr.len() < chroma {
            return Err(LibraryError);
        }
        let (force, encode) = {
            let table = self.table();
            (table.ForceIntraFrame.ok_or(LibraryError)?, table.EncodeFrame.ok_or(LibraryError)?)
        };
        if key {
            // SAFETY: The encoder exists and is set up.
            success(unsafe { force(self.encoder.as_ptr(), true) })?;
        }
        let [layer, ..] = &self.parameters.sSpatialLayers;
        let (wide, high) = (layer.iVideoWidth, layer.iVideoHeight);
        let source = SSourcePicture {
            iColorFormat: videoFormatI420,
            iStride: [wide, wide / 2, wide / 2, 0],
            pData: [y.as_ptr().cast_mut(), cb.as_ptr().cast_mut(), cr.as_ptr().cast_mut(), null_mut()],
            iPicWidth: wide,
            iPicHeight: high,
            uiTimeStamp: milliseconds,
            bPsnrY: false,
            bPsnrU: false,
            bPsnrV: false,
        };
        // SAFETY: The encoder is set up for pictures of this size. The planes are as long as that size needs, as
        // checked above, live through the call, and are only read by it. The output is a whole structure.
        success(unsafe { encode(self.encoder.as_ptr(), &raw const source, &raw mut *self.output) })?;
        self.take_output(out)
    }

    fn take_output(&self, out: &mut Vec<u8>) -> Result<bool, LibraryError> {
        let layers = usize::try_from(self.output.iLayerNum).map_err(|_| LibraryError)?;
        for layer in self.output.sLayerInfo.iter().take(layers) {
            let units = usize::try_from(layer.iNalCount).map_err(|_| LibraryError)?;
            if layer.pNalLengthInByte.is_null() || layer.pBsBuf.is_null() {
                return Err(LibraryError);
            }
            // SAFETY: The library gives as many lengths as it says units, until the next call on this encoder.
            let lengths = unsafe { std::slice::from_raw_parts(layer.pNalLengthInByte, units) };
            let total = lengths.iter().filter_map(|length| usize::try_from(*length).ok()).sum();
            // SAFETY: The units of a layer lie one behind the other from that pointer on, as long as they say.
            out.extend_from_slice(unsafe { std::slice::from_raw_parts(layer.pBsBuf, total) });
        }
        if self.output.eFrameType == videoFrameTypeIDR {
            Ok(true)
        } else if self.output.eFrameType == videoFrameTypeP {
            Ok(false)
        } else {
            Err(LibraryError)
        }
    }

    fn set_option(&mut self, option: c_int, value: *mut c_void) -> Result<(), LibraryError> {
        let set = self.table().SetOption.ok_or(LibraryError)?;
        // SAFETY: The encoder exists; the callers pass what the option wants, and it is read before the call returns.
        success(unsafe { set(self.encoder.as_ptr(), option, value) })
    }

    const fn table(&self) -> &openh264_sys2::ISVCEncoderVtbl {
        // SAFETY: The pointer came from a successful creation, and the object begins with the pointer to its table.
        unsafe { &**self.encoder.as_ptr() }
    }
}

impl Drop for LibraryEncoder {
    fn drop(&mut self) {
        if let Some(uninitialise) = self.table().Uninitialize {
            // SAFETY: The encoder exists; the call is allowed whether it was set up or not.
            unsafe { uninitialise(self.encoder.as_ptr()) };
        }
        // SAFETY: The encoder exists and is not used afterwards.
        unsafe { APILoader::WelsDestroySVCEncoder(self.encoder.as_ptr()) };
    }
}

/// Pictures from this size on are coded by two threads: a person waits for a screen, and 30 ms are long. Unit: pixels.
const LARGE_PX: usize = 1_000_000;

/// The library wants a rate even where it controls none.
const NOMINAL_BITS_PER_SECOND: c_int = 5_000_000;
const NOMINAL_FRAME_RATE: f32 = 30.0;

const fn success(code: c_int) -> Result<(), LibraryError> {
    if code == 0 { Ok(()) } else { Err(LibraryError) }
}
