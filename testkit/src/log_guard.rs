//! Runs something with every log line switched on and fails when a canary shows: a typed key, a passphrase, a secret.
//! Looks for the text itself and for the forms in which bytes usually slip out.

use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// One run at a time: the lines of two could not be told apart.
static RUNNING: Mutex<()> = Mutex::new(());
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Collector;

impl io::Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&LINES).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Collectors;

impl<'a> MakeWriter<'a> for Collectors {
    type Writer = Collector;
    fn make_writer(&'a self) -> Collector {
        Collector
    }
}

/// Runs `story` with all log lines of all threads collected at TRACE level and returns what it returned, with the lines.
///
/// # Panics
/// A canary shows in the log, as it is, as hexadecimal digits, as base64 or as a printed list of bytes;
/// a canary is shorter than four bytes and would be found by chance; or another log subscriber is installed
/// in this test program.
pub fn run<T>(canaries: &[&str], story: impl FnOnce() -> T) -> (T, String) {
    let _alone = lock(&RUNNING);
    install();
    lock(&LINES).clear();
    let result = story();
    let lines = String::from_utf8_lossy(&lock(&LINES)).into_owned();
    assert_absent(&lines, canaries);
    (result, lines)
}

/// Fails when a canary shows in `text`, for example in what a program printed.
///
/// # Panics
/// See [`run`].
pub fn assert_absent(text: &str, canaries: &[&str]) {
    for canary in canaries {
        assert!(canary.len() >= 4, "the canary {canary:?} is too short to mean anything");
        for (form, disguise) in disguises(canary.as_bytes()) {
            assert!(
                !text.contains(&disguise),
                "a canary shows in the log as {form}: {}",
                line_with(text, &disguise)
            );
        }
    }
}

fn disguises(secret: &[u8]) -> Vec<(&'static str, String)> {
    let mut hex = String::new();
    for byte in secret {
        let _ = write!(hex, "{byte:02x}");
    }
    let list = format!("{secret:?}").trim_matches(['[', ']']).to_owned();
    // The whole thirds only: what follows the secret would change the last group.
    let base64 = data_encoding::BASE64.encode(&secret[..secret.len() / 3 * 3]);
    let mut all = vec![
        ("itself", String::from_utf8_lossy(secret).into_owned()),
        ("hexadecimal digits", hex.clone()),
        ("hexadecimal digits", hex.to_uppercase()),
        ("a list of bytes", list),
    ];
    if base64.len() >= 8 {
        all.push(("base64", base64));
    }
    all
}

fn line_with<'a>(text: &'a str, part: &str) -> &'a str {
    text.lines().find(|line| line.contains(part)).unwrap_or_default()
}

/// All threads of a program share one subscriber, so it is installed once and kept.
fn install() {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(Collectors);
        tracing::subscriber::set_global_default(subscriber.finish()).is_ok()
    });
    assert!(*installed, "another log subscriber is installed in this test program");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_other_threads_are_seen() {
        let ((), lines) = run(&["canary-never-logged"], || {
            std::thread::spawn(|| tracing::trace!("from elsewhere")).join().unwrap();
        });
        assert!(lines.contains("from elsewhere"), "{lines}");
    }

    #[test]
    fn a_canary_is_found_in_every_disguise() {
        let caught = |say: fn()| std::panic::catch_unwind(|| run(&["canary"], say)).is_err();
        assert!(caught(|| tracing::trace!("said canary aloud")));
        assert!(caught(|| tracing::debug!(key = ?b"canary".to_vec(), "bytes")));
        assert!(caught(|| tracing::info!("63616e617279")));
        assert!(caught(|| tracing::info!("xx Y2FuYXJ5 xx")));
        assert!(!caught(|| tracing::info!("a bird")));
    }
}
