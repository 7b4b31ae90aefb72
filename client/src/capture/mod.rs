//! Pixels and cursor of the desktop: the capability, its errors and the order in which backends are tried.
//! It knows neither codec nor network, and nothing of it can be had without the grant that
//! the session machine makes from the person's yes.

#[cfg(target_os = "linux")]
mod drawn;
mod scrap;
#[cfg(target_os = "linux")]
mod stack;
#[cfg(target_os = "linux")]
mod x11;

use crate::sharing::Sharing;
use deskside_media::DesktopFrame;
use deskside_proto::geometry::Size;
use deskside_proto::session::ViewGrant;
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::monitors::Monitors;
use deskside_words::t;
use std::sync::Arc;
use std::time::Instant;

/// Why the desktop cannot be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// There is no desktop to connect to.
    #[error("{}", t!("client-capture-unreachable", reason = .0))]
    Unreachable(String),
    /// The desktop lacks something that this backend needs.
    #[error("{}", t!("client-capture-missing", what = *.0))]
    Missing(&'static str),
    /// The desktop's pixels have a form that is not supported.
    #[error("{}", t!("client-capture-format", format = .0))]
    PixelFormat(String),
    /// The desktop is empty or too large.
    #[error("{}", t!("client-capture-size", width = .0.width, height = .0.height))]
    Size(Size),
    /// The desktop went away while it was captured.
    #[error("{}", t!("client-capture-lost", reason = .0))]
    Lost(String),
}

/// What a capturer has noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// Pixels may have changed; [`ScreenCapturer::capture`] fetches them.
    Damage,
    /// The desktop has another size now; everything has to be captured anew.
    Resized(Size),
    /// The desktop has these monitors now, as far as they are shared; told at the beginning and at every change.
    Monitors(Monitors),
    /// The cursor looks different or is elsewhere.
    Cursor(CursorMessage),
}

/// Which pixels to capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What may have changed since the last capture.
    Damaged,
    /// The whole desktop.
    Whole,
}

/// What the caller waits for, besides cursor, size and being woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Return as soon as pixels may have changed.
    Pixels,
    /// Pixels could not be sent now: do not return, and do no work, for their sake.
    NoPixels,
}

/// One screen that can be captured. It is built on, and stays on, one thread.
pub trait ScreenCapturer {
    /// Which backend this is, for the log.
    fn backend(&self) -> &'static str;

    /// Width and height of the desktop.
    fn size(&self) -> Size;

    /// Blocks until there is something to notice, the waker is used, or `deadline` has come; without a deadline
    /// possibly for ever. What was noticed is appended; nothing is appended when it was woken or the time came.
    ///
    /// # Errors
    /// `Lost` when the desktop went away; the capturer is of no use any more.
    fn wait(
        &mut self,
        interest: Interest,
        deadline: Option<Instant>,
        noticed: &mut Vec<Noticed>,
    ) -> Result<(), CaptureError>;

    /// Fetches pixels and shows them once; a frame without patches when there are none to fetch.
    ///
    /// # Errors
    /// `Lost` when the desktop went away; the capturer is of no use any more.
    fn capture(
        &mut self,
        extent: Extent,
        show: &mut dyn FnMut(&DesktopFrame<'_>),
    ) -> Result<(), CaptureError>;

    /// From now on keeps back what this does not share; whatever cannot be told apart is kept back too. Before the first
    /// call everything is shared. The next capture shows the whole desktop anew.
    ///
    /// # Errors
    /// `Lost` when the desktop went away, `Missing` when it cannot be done on this desktop; the capturer is of no use any
    /// more.
    fn share(&mut self, sharing: &Sharing) -> Result<(), CaptureError>;

    /// Ends a wait from another thread.
    fn waker(&self) -> Waker;
}

/// Ends a capturer's wait, from any thread, also when it has not begun yet.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    pub(crate) fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Ends the present wait, or else the next.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waker")
    }
}

type Open = fn(Option<&str>) -> Result<Box<dyn ScreenCapturer>, CaptureError>;

/// Every backend of this system, the best first.
const BACKENDS: &[(&str, Open)] = &[
    #[cfg(target_os = "linux")]
    ("x11", |display| Ok(Box::new(x11::X11Capturer::open(display)?))),
    ("scrap", |display| Ok(Box::new(scrap::ScrapCapturer::open(display)?))),
];

/// Opens the first backend that works here. `display` names an X display and is otherwise ignored; without it the
/// one of the environment is used.
///
/// # Errors
/// The error of the best backend, which says most about what is wrong.
pub fn open(_grant: &ViewGrant, display: Option<&str>) -> Result<Box<dyn ScreenCapturer>, CaptureError> {
    let mut first_error = None;
    for (name, open) in BACKENDS {
        match open(display) {
            Ok(capturer) => {
                tracing::info!(backend = name, size = ?capturer.size(), "capture is ready");
                return Ok(capturer);
            }
            Err(error) => {
                tracing::warn!(backend = name, %error, "this way to capture does not work here");
                first_error.get_or_insert(error);
            }
        }
    }
    Err(first_error.unwrap_or(CaptureError::Missing(t!("client-capture-no-way"))))
}

/// Opens one backend by its name.
///
/// # Errors
/// It does not work here, or there is none of that name.
pub fn open_backend(
    _grant: &ViewGrant,
    name: &str,
    display: Option<&str>,
) -> Result<Box<dyn ScreenCapturer>, CaptureError> {
    let (_, open) = BACKENDS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or(CaptureError::Missing(t!("client-capture-no-backend")))?;
    open(display)
}

/// The size of the desktop, without looking at a pixel of it: it is told to the expert with the person's yes.
///
/// # Errors
/// There is no desktop to connect to.
pub fn desktop_size(display: Option<&str>) -> Result<Size, CaptureError> {
    #[cfg(target_os = "linux")]
    return x11::desktop_size(display);
    #[cfg(not(target_os = "linux"))]
    return scrap::desktop_size(display);
}
