//! Two desktops that share their clipboards without any network, and the programs of others on them.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use deskside_clip::share::{
    Fetch, Fetching, Given, Miss, OfferNumbers, Offering, OfferingOptions, Pasting, PastingOptions, Report,
};
use deskside_clip::watch::WatchOptions;
use deskside_clip::{NoPiece, Piece};
use deskside_testkit::x11::Xvfb;
use tokio::runtime::Runtime;

/// Longest that a test waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One desktop's copies pasted on another.
pub struct Shared {
    pub here: Xvfb,
    pub there: Xvfb,
    pub way: Arc<Way>,
    pub reports: Arc<Mutex<Vec<Report>>>,
    pub given: Arc<Mutex<Vec<Given>>>,
    pub folder: tempfile::TempDir,
    pub pasting: Option<Arc<Pasting>>,
    pub offering: Option<Arc<Offering>>,
    pub runtime: Runtime,
}

/// In place of a network.
#[derive(Default)]
pub struct Way {
    offering: OnceLock<Arc<Offering>>,
    /// Pieces that were asked for.
    pub asked: AtomicU64,
    /// Nothing arrives while it is set.
    pub is_cut: AtomicBool,
    /// With so many pieces asked for the way is cut by itself; 0: never. Whoever waits for that from outside comes late.
    pub cut_at: AtomicU64,
}

struct Fetcher(Arc<Way>);

impl Fetch for Fetcher {
    fn fetch(&self, piece: Piece) -> Fetching {
        let way = self.0.clone();
        Box::pin(async move {
            if way.asked.fetch_add(1, Ordering::SeqCst) + 1 == way.cut_at.load(Ordering::SeqCst) {
                way.is_cut.store(true, Ordering::SeqCst);
            }
            if way.is_cut.load(Ordering::SeqCst) {
                return Err(Miss::Again);
            }
            let Some(offering) = way.offering.get() else { return Err(Miss::Over) };
            let (give, given) = tokio::sync::oneshot::channel();
            offering.asked(piece, Box::new(move |result| give.send(result).is_ok()));
            match given.await {
                Ok(result) => result.map_err(Miss::Refused),
                Err(_) => Err(Miss::Refused(NoPiece::Unavailable)),
            }
        })
    }
}

pub fn shared(primary: bool) -> Shared {
    let (here, there) = (Xvfb::start(320, 240).unwrap(), Xvfb::start(320, 240).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (way, reports) = (Arc::new(Way::default()), Arc::new(Mutex::new(Vec::new())));
    let folder = tempfile::tempdir().unwrap();
    let told = reports.clone();
    let pasting = Pasting::begin(PastingOptions {
        display: Some(there.display().to_owned()),
        fetch: Arc::new(Fetcher(way.clone())),
        tell: Arc::new(move |report| told.lock().unwrap().push(report)),
        files_in: Some(folder.path().join("pasted")),
        primary,
        runtime: runtime.handle().clone(),
    })
    .unwrap();
    let pasting = Arc::new(pasting);
    let offered = pasting.clone();
    let given = Arc::new(Mutex::new(Vec::new()));
    let counted = given.clone();
    let offering = Offering::begin(OfferingOptions {
        display: Some(here.display().to_owned()),
        watch: WatchOptions { primary, present: false },
        numbers: Arc::new(OfferNumbers::default()),
        announce: Box::new(move |number, selection, formats| offered.offered(number, selection, formats)),
        tell: Arc::new(move |piece| counted.lock().unwrap().push(piece)),
        runtime: runtime.handle().clone(),
    })
    .unwrap();
    let offering = Arc::new(offering);
    let _ = way.offering.set(offering.clone());
    let (pasting, offering) = (Some(pasting), Some(offering));
    Shared { here, there, way, reports, given, folder, pasting, offering, runtime }
}

/// Copies with xclip, which then owns the selection in a process of its own.
pub fn copy(desk: &Xvfb, target: &str, selection: &str, content: &[u8]) -> Copier {
    let mut child = xclip(desk, &["-i", "-selection", selection, "-t", target, "-quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    Copier(child)
}

/// A program that owns what it copied until it is dropped.
pub struct Copier(Child);

impl Drop for Copier {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Pastes with xclip; nothing where there is nothing.
pub fn paste(desk: &Xvfb, target: &str, selection: &str) -> Vec<u8> {
    xclip(desk, &["-o", "-selection", selection, "-t", target]).stderr(Stdio::null()).output().unwrap().stdout
}

/// Begins to paste in the background.
pub fn pasting(desk: &Xvfb, target: &str) -> Child {
    xclip(desk, &["-o", "-selection", "clipboard", "-t", target])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn xclip(desk: &Xvfb, arguments: &[&str]) -> Command {
    let mut command = Command::new("xclip");
    command.args(["-display", desk.display()]).args(arguments);
    command
}

/// Waits until the target can be had.
pub fn wait_for_target(desk: &Xvfb, selection: &str, target: &str) {
    eventually(target, || {
        String::from_utf8_lossy(&paste(desk, "TARGETS", selection)).lines().any(|line| line == target)
    });
}

pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}
