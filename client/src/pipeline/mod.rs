//! One thread that owns capturer and encoder and hands out updates while there is credit. It knows no network, and
//! it exists only where a view grant was spent on it.

mod pace;
mod run;
mod thread;

use crate::capture::{self, CaptureError, ScreenCapturer, Waker};
use crate::sharing::SharingCell;
use deskside_media::PictureMode;
use deskside_media::update::EncodeError;
use deskside_proto::geometry::Size;
use deskside_proto::link::LinkEstimate;
use deskside_proto::session::ViewGrant;
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::looking::LookedAt;
use deskside_proto::wire::monitors::Monitors;
use deskside_proto::wire::update::UpdateClass;
use deskside_words::t;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

pub use pace::{CpuBudget, CpuLimit, InvalidCpuLimit};

/// One update, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Update {
    /// Counts the updates of the pipeline from 0, without gaps.
    pub sequence: u32,
    /// What it is for.
    pub class: UpdateClass,
    /// The payload as in docs/PROTOCOL.md, "Picture updates".
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Update {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Update({}, {:?}, {} bytes)", self.sequence, self.class, self.bytes.len())
    }
}

/// Where updates go. It is called on the pipeline's thread and must not block.
pub trait UpdateSink: Send {
    /// Whether an update of this class would be sent at once; it is asked only when there is one. After a no the
    /// pipeline captures nothing until [`PipelineHandle::wake`] is called; then the newest state is sent, whatever was
    /// in between.
    fn ready(&self, class: UpdateClass) -> bool;

    /// What the link carries now.
    fn link(&self) -> LinkEstimate {
        LinkEstimate::LOCAL
    }

    /// Whether an update of class `Video` was given up on its way since this was asked last.
    fn take_abandoned(&mut self) -> bool {
        false
    }

    /// Sends an update.
    fn send_update(&mut self, update: Update);

    /// Sends what is new about the cursor; it needs no credit.
    fn send_cursor(&mut self, message: CursorMessage);

    /// The desktop has this size from now on.
    fn resized(&mut self, size: Size) {
        let _ = size;
    }

    /// The desktop has these monitors from now on, as far as they are shared.
    fn monitors(&mut self, monitors: Monitors) {
        let _ = monitors;
    }

    /// The pipeline has ended by itself: nothing more will come.
    fn failed(&mut self, error: PipelineError);
}

/// Why there are no updates.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The desktop cannot be captured.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The picture cannot be encoded.
    #[error("{}", t!("client-picture-not-encoded", error = .0.to_string()))]
    Encode(#[from] EncodeError),
    /// The thread ended for a reason of its own.
    #[error("{}", t!("client-picture-stopped"))]
    Stopped,
}

/// What to capture and how to send it.
#[derive(Debug, Clone)]
pub struct PipelineConfig {
    /// An X display; that of the environment when there is none.
    pub display: Option<String>,
    /// How the picture is sent.
    pub mode: PictureMode,
    /// What the pictures of all sessions may use of the machine.
    pub budget: CpuBudget,
    /// What may be seen; after a change the pipeline has to be woken.
    pub sharing: SharingCell,
}

#[derive(Debug, Default)]
struct Orders {
    stop: AtomicBool,
    keyframe: AtomicBool,
    /// What the viewer looks at, where that has changed.
    looks: Mutex<Option<LookedAt>>,
}

/// Gives orders to a running pipeline from any thread.
#[derive(Debug, Clone)]
pub struct PipelineHandle {
    orders: Arc<Orders>,
    waker: Waker,
}

impl PipelineHandle {
    /// The sink may be ready again.
    pub fn wake(&self) {
        self.waker.wake();
    }

    /// The viewer needs a complete picture.
    pub fn request_keyframe(&self) {
        self.orders.keyframe.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// From now on the viewer looks at these parts; what changes elsewhere waits until it does.
    pub fn look_at(&self, parts: LookedAt) {
        *self.orders.looks.lock().unwrap_or_else(PoisonError::into_inner) = Some(parts);
        self.waker.wake();
    }

    /// A handle to nothing, for tests of those who give orders.
    #[cfg(test)]
    pub(crate) fn for_test() -> Self {
        Self { orders: Arc::default(), waker: Waker::new(|| {}) }
    }

    /// Whether a complete picture was ordered since this was asked last.
    #[cfg(test)]
    pub(crate) fn take_keyframe(&self) -> bool {
        self.orders.keyframe.swap(false, Ordering::AcqRel)
    }

    fn stop(&self) {
        self.orders.stop.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// A running pipeline. It captures until it is dropped, and nothing afterwards.
#[derive(Debug)]
pub struct Pipeline {
    handle: PipelineHandle,
    size: Size,
    thread: Option<JoinHandle<()>>,
}

impl Pipeline {
    /// Opens the desktop and begins to send. The grant is spent.
    ///
    /// # Errors
    /// The desktop cannot be captured.
    pub fn start(
        grant: ViewGrant,
        config: PipelineConfig,
        sink: impl UpdateSink + 'static,
    ) -> Result<Self, PipelineError> {
        Self::start_with(None, grant, config, sink)
    }

    /// As [`Self::start`], with the capture backend of this name only.
    ///
    /// # Errors
    /// The desktop cannot be captured, or not by that backend.
    pub fn start_with(
        backend: Option<&'static str>,
        grant: ViewGrant,
        config: PipelineConfig,
        sink: impl UpdateSink + 'static,
    ) -> Result<Self, PipelineError> {
        let (opened, result) = mpsc::sync_channel(1);
        let orders = Arc::new(Orders::default());
        let thread_orders = Arc::clone(&orders);
        // Capturers stay on the thread that made them.
        let thread = std::thread::Builder::new().name("picture".to_owned()).spawn(move || {
            thread::step_back();
            let display = config.display.as_deref();
            let capturer = match backend {
                Some(name) => capture::open_backend(&grant, name, display),
                None => capture::open(&grant, display),
            };
            match capturer {
                Ok(capturer) => {
                    let _ = opened.send(Ok((capturer.size(), capturer.waker())));
                    conduct(capturer, &config, sink, &thread_orders);
                }
                Err(error) => drop(opened.send(Err(error))),
            }
        });
        let thread = thread.map_err(|_| PipelineError::Stopped)?;
        let (size, waker) = result.recv().map_err(|_| PipelineError::Stopped)??;
        Ok(Self { handle: PipelineHandle { orders, waker }, size, thread: Some(thread) })
    }

    /// Size of the desktop when the pipeline began.
    pub const fn size(&self) -> Size {
        self.size
    }

    /// For giving orders from other threads.
    pub fn handle(&self) -> PipelineHandle {
        self.handle.clone()
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            // A panic was reported through the sink already.
            let _ = thread.join();
        }
    }
}

/// Runs until an order to stop or an error, and reports the error, or a panic, to the sink.
fn conduct(
    capturer: Box<dyn ScreenCapturer>,
    config: &PipelineConfig,
    mut sink: impl UpdateSink,
    orders: &Orders,
) {
    let span = tracing::info_span!("capture", backend = capturer.backend());
    let _inside = span.enter();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run::Run::new(capturer, config, &mut sink, orders)?.until_stopped()
    }));
    match outcome {
        Ok(Ok(())) => tracing::debug!("the picture has stopped"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the picture has failed");
            sink.failed(error);
        }
        Err(_) => sink.failed(PipelineError::Stopped),
    }
}
