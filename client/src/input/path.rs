//! The input path as a whole: events go in from the network, a thread of its own carries them out, and anybody can stop
//! it at once. Holds the order of locks: never the queue and the chain at the same time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use deskside_proto::geometry::Size;
use deskside_proto::ids::SessionId;
use deskside_proto::session::Grant;
use deskside_proto::wire::input::{InputEvent, InputFrame};
use deskside_words::t;

use super::chain::{Chain, Filter, Refusal};
use super::clamp::{Clamp, ScreenSize};
use super::gate::{Gate, GateKeeper};
use super::local_priority::{LocalActivity, LocalPriority};
use super::own_windows::{self, KeepOff, OwnWindows, QuestionOpen};
use super::queue::{NotTaken, Queue};
use crate::consent::LastStop;
use crate::inject::{self, InjectError, InputInjector};
use crate::physical::priority;
use crate::sharing::SharingCell;

/// How often [`InputReport::Used`] is told at most.
const USED_EVERY: Duration = Duration::from_secs(1);

/// When an event that cannot be carried out yet is tried again.
const RETRY: Duration = Duration::from_millis(3);

/// Opens what an input path needs of a desktop, once for every grant.
pub trait Desktop: Send + Sync {
    /// The injector and the knowledge of Deskside's own windows.
    ///
    /// # Errors
    /// Nobody can or may control this desktop.
    fn open(&self, grant: &Grant) -> Result<Access, InjectError>;
}

/// What a grant gives access to.
pub struct Access {
    /// Carries input out.
    pub injector: Box<dyn InputInjector>,
    /// Knows what must not be reached.
    pub windows: Box<dyn OwnWindows>,
}

/// The desktop of `display`, or the one that the environment names.
#[derive(Debug, Clone, Default)]
pub struct SystemDesktop {
    /// The display's name on X11.
    pub display: Option<String>,
    /// What is not shared is not reached.
    pub sharing: SharingCell,
}

impl Desktop for SystemDesktop {
    fn open(&self, grant: &Grant) -> Result<Access, InjectError> {
        let display = self.display.as_deref();
        let windows = own_windows::open_sharing(display, self.sharing.clone())
            .map_err(|error| InjectError::Unavailable(error.to_string()))?;
        Ok(Access { injector: inject::open(display, grant)?, windows })
    }
}

/// What the input thread tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputReport {
    /// The person is active: what the expert held was released, and nothing more passes for now.
    Paused,
    /// The person is quiet again.
    Resumed,
    /// Something of the expert was carried out; told at most once a second.
    Used,
    /// Input cannot be carried out any more, for this reason. The gate is closed.
    Failed(String),
}

/// The way of the expert's events to the desktop. Closed until [`InputPath::enable`].
pub struct InputPath {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Shared {
    gate: Gate,
    activity: LocalActivity,
    question: QuestionOpen,
    screen: ScreenSize,
    /// Counts how often the path was disabled, so that an opening under way does not survive it.
    disabled: AtomicU64,
    /// When the person last took everything back from their devices, so that no yes from before survives it.
    stopped: LastStop,
    inbox: Mutex<Inbox>,
    wake: Condvar,
    chain: Mutex<Option<Chain>>,
    desktop: Box<dyn Desktop>,
    report: Box<dyn Fn(InputReport) + Send + Sync>,
}

#[derive(Default)]
struct Inbox {
    queue: Queue,
    /// The input thread shall look at the clock and at the person.
    look: bool,
    overflowed: bool,
    stopping: bool,
    /// Chains that are over. They give the desktop back what they borrowed, for which nobody else shall wait.
    retired: Vec<Chain>,
}

impl InputPath {
    /// A closed path to `desktop`. `report` is called in the input thread and must not wait.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(
        desktop: impl Desktop + 'static,
        report: impl Fn(InputReport) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            gate: Gate::default(),
            activity: LocalActivity::default(),
            question: QuestionOpen::default(),
            screen: ScreenSize::default(),
            disabled: AtomicU64::new(0),
            stopped: LastStop::default(),
            inbox: Mutex::default(),
            wake: Condvar::new(),
            chain: Mutex::default(),
            desktop: Box::new(desktop),
            report: Box::new(report),
        });
        let worker = Worker {
            shared: Arc::clone(&shared),
            resting: false,
            told_paused: false,
            used_at: None,
            retry_at: None,
            owed_locks: None,
        };
        let thread = thread::Builder::new().name("input".into()).spawn(move || worker.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The gate, for whoever has to close it before anything else.
    pub fn gate(&self) -> Gate {
        self.shared.gate.clone()
    }

    /// When the person last took everything back, for whatever else opens by a yes.
    pub fn last_stop(&self) -> LastStop {
        self.shared.stopped.clone()
    }

    /// From now on the screen has this size. Pointer events before the first call go nowhere.
    pub fn set_screen(&self, size: Size) {
        self.shared.screen.set(size);
    }

    /// Lets the events of this grant through, to which the person said yes at that moment; whatever was in force before
    /// is released and gone. True where they were let in.
    ///
    /// False where the path was disabled in the meantime, or was stopped since that yes: the person was faster, and
    /// nothing is in force.
    ///
    /// # Errors
    /// The desktop cannot be controlled; the path stays closed.
    pub fn enable(&self, grant: Grant, said_at: Instant) -> Result<bool, InjectError> {
        let shared = &self.shared;
        let disabled = shared.disabled.load(Ordering::SeqCst);
        let chain = shared.open_chain(&grant)?;
        let mut current = shared.chain();
        let before = current.take();
        // Under the chain's lock: whoever disables counts first and waits for the lock then.
        let is_undisturbed = shared.disabled.load(Ordering::SeqCst) == disabled;
        let is_wanted = is_undisturbed && shared.stopped.outlived_by(said_at);
        if is_wanted {
            *current = Some(chain);
            shared.gate.open(&grant);
        }
        drop(current);
        let released = shared.retire(before);
        shared.look();
        released.map(|()| is_wanted)
    }

    /// Takes an event of the expert of session `from`. Never waits for the desktop.
    ///
    /// An expert who only watches could guess the number of another one's grant: the session must be the grant's.
    ///
    /// # Errors
    /// [`NotTaken`]; after [`NotTaken::TooMuch`] control is over.
    pub fn submit(&self, from: SessionId, frame: InputFrame) -> Result<(), NotTaken> {
        let shared = &self.shared;
        if frame.grant.session() != from || !shared.gate.permits(frame.grant) {
            return Err(NotTaken::Closed);
        }
        let taken = shared.inbox().queue.push(frame);
        match taken {
            Ok(()) => shared.wake.notify_one(),
            Err(_) => {
                // The desktop hangs, perhaps: the input thread releases when it comes back, the network does not wait.
                shared.gate.close();
                shared.inbox().overflowed = true;
                shared.wake.notify_one();
            }
        }
        taken
    }

    /// Closes the gate, forgets what waits, and releases every key and button. When this returns nothing more will
    /// happen to the desktop. From any thread; waits for at most the one event that is being carried out.
    ///
    /// # Errors
    /// The desktop failed while releasing. The gate is closed nevertheless.
    pub fn disable_and_release(&self) -> Result<(), InjectError> {
        self.shared.disable_and_release()
    }

    /// As [`Self::disable_and_release`], at the person's own wish: a grant to which they said yes before never gets
    /// through, not even where it is still on its way here.
    ///
    /// # Errors
    /// The desktop failed while releasing. The gate is closed nevertheless.
    pub fn stop(&self) -> Result<(), InjectError> {
        self.shared.stopped.note();
        self.shared.disable_and_release()
    }

    /// The person used their own mouse or keyboard. Takes nanoseconds.
    pub fn person_active(&self) {
        if self.shared.activity.note(Instant::now()) {
            self.shared.look();
        }
    }

    /// To be called before a question is shown, and again when it is answered or gone. What the expert holds is released
    /// first: a key held down would repeat into the question.
    ///
    /// # Errors
    /// The desktop failed while releasing.
    pub fn question_open(&self, open: bool) -> Result<(), InjectError> {
        self.shared.question.set(open);
        if open {
            return self.shared.chain().as_mut().map_or(Ok(()), Chain::release_all);
        }
        self.shared.look();
        Ok(())
    }
}

impl Drop for InputPath {
    fn drop(&mut self) {
        self.shared.inbox().stopping = true;
        self.shared.wake.notify_one();
        let _ = self.disable_and_release();
        // The last reference may be given up in the input thread itself.
        if let Some(thread) =
            self.thread.take().filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chain(&self) -> MutexGuard<'_, Option<Chain>> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_chain(&self, grant: &Grant) -> Result<Chain, InjectError> {
        let Access { injector, windows } = self.desktop.open(grant)?;
        let keeper = || Box::new(GateKeeper::new(self.gate.clone(), grant.scopes()));
        let filters: Vec<Box<dyn Filter>> = vec![
            keeper(),
            Box::new(LocalPriority::new(self.activity.clone())),
            Box::new(Clamp::new(self.screen.clone())),
            Box::new(KeepOff::new(windows, self.question.clone())),
            // Again: the filters above ask the desktop, and the person may be quicker than the answer.
            keeper(),
        ];
        Ok(Chain::new(filters, injector))
    }

    fn disable_and_release(&self) -> Result<(), InjectError> {
        self.gate.close();
        self.disabled.fetch_add(1, Ordering::SeqCst);
        // With an empty queue the input thread does not come for the chain's lock again.
        self.inbox().queue.clear();
        let chain = {
            let mut current = self.chain();
            // Again, because an opening that was past its last look may have opened it meanwhile.
            self.gate.close();
            current.take()
        };
        self.retire(chain)
    }

    /// Releases everything; the input thread lays the chain down afterwards, which may take a moment.
    fn retire(&self, chain: Option<Chain>) -> Result<(), InjectError> {
        let Some(mut chain) = chain else { return Ok(()) };
        let released = chain.release_all();
        self.inbox().retired.push(chain);
        self.wake.notify_one();
        released
    }

    fn look(&self) {
        self.inbox().look = true;
        self.wake.notify_one();
    }

    fn fail(&self, reason: String) {
        let _ = self.disable_and_release();
        (self.report)(InputReport::Failed(reason));
    }
}

/// What the input thread has to do next.
enum Work {
    Carry(InputFrame),
    LayDown(Chain),
    Look,
    GiveUp,
}

/// The input thread.
struct Worker {
    shared: Arc<Shared>,
    resting: bool,
    /// The last report was [`InputReport::Paused`].
    told_paused: bool,
    used_at: Option<Instant>,
    /// What waits in the queue is not to be tried before.
    retry_at: Option<Instant>,
    /// How the expert's locks became while nothing passed. That is a state and no event: it holds when the pause ends, and
    /// nobody sends it again.
    owed_locks: Option<InputFrame>,
}

impl Worker {
    fn run(mut self) {
        priority::prefer_this_thread();
        while let Some(work) = self.wait() {
            // Whatever breaks in here must not leave a key pressed nor end this thread silently.
            let step = catch_unwind(AssertUnwindSafe(|| match work {
                Work::Carry(frame) => self.step(Some(frame)).map_err(|error| error.to_string()),
                Work::Look => self.step(None).map_err(|error| error.to_string()),
                Work::LayDown(chain) => {
                    drop(chain);
                    Ok(())
                }
                Work::GiveUp => Err(NotTaken::TooMuch.to_string()),
            }));
            match step {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => self.shared.fail(reason),
                Err(_) => self.shared.fail(t!("client-internal-error").to_owned()),
            }
        }
    }

    /// What comes next, or `None` at the end.
    fn wait(&mut self) -> Option<Work> {
        let shared = Arc::clone(&self.shared);
        let mut inbox = shared.inbox();
        loop {
            if inbox.stopping {
                return None;
            }
            if let Some(chain) = inbox.retired.pop() {
                return Some(Work::LayDown(chain));
            }
            if std::mem::take(&mut inbox.overflowed) {
                return Some(Work::GiveUp);
            }
            if std::mem::take(&mut inbox.look) {
                return Some(Work::Look);
            }
            let pause = self.retry_at.and_then(|at| at.checked_duration_since(Instant::now()));
            if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
                inbox = shared.wake.wait_timeout(inbox, pause).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            self.retry_at = None;
            if let Some(frame) = inbox.queue.pop() {
                return Some(Work::Carry(frame));
            }
            if !self.resting {
                inbox = shared.wake.wait(inbox).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let now = Instant::now();
            let Some(until) = shared.activity.resting_until(now) else { return Some(Work::Look) };
            let limit = until.saturating_duration_since(now);
            inbox = shared.wake.wait_timeout(inbox, limit).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Follows the person's activity and carries out one event, if there is one.
    fn step(&mut self, frame: Option<InputFrame>) -> Result<(), InjectError> {
        let now = Instant::now();
        let mut chain = self.shared.chain();
        let rests = self.shared.activity.resting_until(now).is_some();
        let rested = std::mem::replace(&mut self.resting, rests);
        if rests && !rested {
            chain.as_mut().map_or(Ok(()), Chain::release_all)?;
        }
        let passed = match (chain.as_mut(), frame) {
            (Some(chain), Some(frame)) => Some((frame, chain.handle(frame, now)?)),
            (_, None) | (None, _) => None,
        };
        // Letting go is no use: it also comes in the name of an expert who is not heard any more.
        let is_used =
            passed.is_some_and(|(frame, passed)| passed.is_ok() && frame.event != InputEvent::ReleaseAll);
        let is_controlled = chain.is_some();
        drop(chain);
        if let Some((frame, passed)) = passed {
            match (passed, frame.event) {
                (Err(Refusal::NotYet), _) => {
                    self.retry_at = Some(now + RETRY);
                    self.shared.inbox().queue.put_back(frame);
                }
                (Err(Refusal::LocalPriority | Refusal::QuestionOpen), InputEvent::Locks(_)) => {
                    self.owed_locks = Some(frame);
                }
                (_, InputEvent::Locks(_)) => self.owed_locks = None,
                _ => {}
            }
        }
        if !rests
            && !self.shared.question.is_open()
            && let Some(locks) = self.owed_locks.take()
        {
            self.shared.inbox().queue.put_back(locks);
        }
        self.tell(rests, is_controlled, is_used, now);
        Ok(())
    }

    fn tell(&mut self, rests: bool, is_controlled: bool, is_used: bool, now: Instant) {
        let is_paused = rests && is_controlled;
        let was_paused = std::mem::replace(&mut self.told_paused, is_paused);
        if is_controlled && is_paused != was_paused {
            (self.shared.report)(if is_paused { InputReport::Paused } else { InputReport::Resumed });
        }
        if is_used && self.used_at.is_none_or(|at| now.saturating_duration_since(at) >= USED_EVERY) {
            self.used_at = Some(now);
            (self.shared.report)(InputReport::Used);
        }
    }
}
