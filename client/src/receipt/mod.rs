//! The receipt: an append-only record of who asked for, saw and controlled what, and when.
//! Each line carries the hash of the line before it, so that a line changed, removed or put in between shows. It knows
//! nothing of sessions; it writes down what it is told.

mod entry;
mod what;

use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use deskside_host::private_file::{self, FileError, Lock, Tail};
use deskside_words::t;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use entry::{Entry, Event, Line};
pub use what::{Direction, Reason, Thing};

/// How large a file of the receipt becomes, in bytes, before the next one is begun; about 200,000 lines.
pub const LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// Why the receipt cannot be written or read.
#[derive(Debug, Error)]
pub enum ReceiptError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// An entry cannot be written as JSON.
    #[error("{}", t!("client-receipt-unwritable", error = .0.to_string()))]
    Unwritable(#[from] serde_json::Error),
}

/// What is in the receipt, and whether it is as it was written.
#[derive(Debug)]
pub struct Reading {
    /// The entries that can be read, the oldest first.
    pub entries: Vec<Entry>,
    /// The first place where the chain does not hold.
    pub broken: Option<BrokenChain>,
}

/// The first line that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", t!("client-chain-broken", line = .line.to_string(), reason = .reason))]
pub struct BrokenChain {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// The receipt's files: `receipt.jsonl`, and where that became too large `receipt.1.jsonl` and so on before it.
#[derive(Debug, Clone)]
pub struct Receipt {
    path: PathBuf,
    limit_bytes: u64,
}

impl Receipt {
    /// The receipt in the data directory `data`.
    #[must_use]
    pub fn in_directory(data: &Path) -> Self {
        Self { path: data.join("receipt.jsonl"), limit_bytes: LIMIT_BYTES }
    }

    /// The file with the newest entries.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `entry` behind the others and waits until the disk has it. Takes as long for a large receipt as for a
    /// small one.
    ///
    /// # Errors
    /// [`ReceiptError`]; what was written before stays.
    pub fn append(&self, entry: &Entry) -> Result<(), ReceiptError> {
        let _lock = Lock::wait(&self.path.with_extension("lock"))?;
        let tail = tail(&self.path)?;
        let earlier = self.earlier();
        let last = match (&tail, earlier.last()) {
            (Some(tail), _) => Some(tail.last_line.clone()),
            (None, Some(path)) => self::tail(path)?.map(|tail| tail.last_line),
            (None, None) => None,
        };
        let (number, previous) = match &last {
            Some(last) => {
                let last = text_of(last);
                let number = match serde_json::from_str::<Line>(&last) {
                    Ok(line) => line.number,
                    Err(_) => self.lines()?,
                };
                (number.saturating_add(1), hash(&last))
            }
            None => (1, first_hash()),
        };
        let line = serde_json::to_string(&Line { number, previous, entry: entry.clone() })?;
        if let Some(tail) = tail {
            // A line without an end is what a full disk leaves: it stays visible as a damaged line of its own.
            if !tail.last_line.ends_with(b"\n") {
                private_file::append_line(&self.path, "")?;
            }
            if tail.size.saturating_add(line.len() as u64) >= self.limit_bytes {
                private_file::rename(&self.path, &self.numbered(earlier.len().saturating_add(1)))?;
            }
        }
        Ok(private_file::append_line(&self.path, &line)?)
    }

    /// Reads all entries and checks the chain.
    ///
    /// A tail cut off at a line's end cannot be seen from the file alone.
    ///
    /// # Errors
    /// [`ReceiptError`] where the file cannot be read; a file that does not exist is an empty receipt.
    pub fn read(&self) -> Result<Reading, ReceiptError> {
        let mut reading = Reading { entries: Vec::new(), broken: None };
        let mut expected = first_hash();
        let mut number = 0_u64;
        for text in self.texts()? {
            for text in text.lines() {
                number = number.saturating_add(1);
                let reason = match serde_json::from_str::<Line>(text) {
                    Ok(line) => {
                        let reason = if line.previous != expected {
                            Some(t!("client-chain-other-hash").to_owned())
                        } else if line.number != number {
                            Some(t!("client-chain-other-number", number = line.number))
                        } else {
                            None
                        };
                        reading.entries.push(line.entry);
                        reason
                    }
                    Err(error) => Some(t!("client-chain-unreadable", error = error.to_string())),
                };
                if let (Some(reason), None) = (reason, &reading.broken) {
                    reading.broken = Some(BrokenChain { line: number, reason });
                }
                expected = hash(text);
            }
        }
        Ok(reading)
    }

    /// The files before the newest one, the oldest first.
    fn earlier(&self) -> Vec<PathBuf> {
        (1..).map(|number| self.numbered(number)).take_while(|path| path.exists()).collect()
    }

    fn numbered(&self, number: usize) -> PathBuf {
        self.path.with_file_name(format!("receipt.{number}.jsonl"))
    }

    fn lines(&self) -> Result<u64, ReceiptError> {
        Ok(self.texts()?.iter().map(|text| text.lines().count() as u64).sum())
    }

    /// What is in the files, the oldest first.
    fn texts(&self) -> Result<Vec<String>, ReceiptError> {
        let mut texts = Vec::new();
        for path in self.earlier().iter().chain([&self.path]) {
            // Our own files are no larger than the limit; others are read too, within reason.
            match private_file::read(path, LIMIT_BYTES.saturating_mul(2)) {
                Ok(bytes) => texts.push(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(texts)
    }
}

/// The end of a file of the receipt; `None` where there is none or nothing in it.
fn tail(path: &Path) -> Result<Option<Tail>, ReceiptError> {
    match private_file::read_tail(path) {
        Ok(tail) => Ok(Some(tail).filter(|tail| tail.size > 0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A line as it is hashed: without its end, as [`str::lines`] gives it.
fn text_of(line: &[u8]) -> String {
    String::from_utf8_lossy(line).lines().next().unwrap_or_default().to_owned()
}

fn first_hash() -> String {
    HEXLOWER.encode(&Sha256::digest(b"deskside receipt"))
}

fn hash(line: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn entry(at: u64, event: Event) -> Entry {
        Entry {
            at,
            session: Some(1),
            expert: Some("Erika Expert".into()),
            fingerprint: Some("K7QM-2XPA-AAAA-BBBB-CCCC".into()),
            event,
        }
    }

    fn written() -> (tempfile::TempDir, Receipt) {
        let folder = tempfile::tempdir().unwrap();
        let receipt = Receipt::in_directory(folder.path());
        receipt.append(&entry(1000, Event::ViewAllowed)).unwrap();
        receipt
            .append(&entry(1010, Event::ControlAllowed { scopes: vec![Thing::Pointer, Thing::Keyboard] }))
            .unwrap();
        receipt.append(&entry(1020, Event::SessionEnded { reason: Reason::ExpertLeft })).unwrap();
        (folder, receipt)
    }

    fn tampered(change: impl FnOnce(&str) -> String) -> Option<BrokenChain> {
        let (_folder, receipt) = written();
        let text = fs::read_to_string(receipt.path()).unwrap();
        fs::write(receipt.path(), change(&text)).unwrap();
        receipt.read().unwrap().broken
    }

    #[test]
    fn what_was_written_is_read_in_order_and_the_chain_holds() {
        let (_folder, receipt) = written();
        let reading = receipt.read().unwrap();
        assert_eq!(reading.broken, None);
        assert_eq!(reading.entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [1000, 1010, 1020]);
        assert_eq!(fs::metadata(receipt.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_receipt_that_was_never_written_is_empty_and_sound() {
        let reading = Receipt::in_directory(Path::new("/nonexistent")).read().unwrap();
        assert!(reading.entries.is_empty() && reading.broken.is_none());
    }

    #[test]
    fn every_kind_of_tampering_shows() {
        assert_eq!(tampered(str::to_owned), None);
        let changed = tampered(|text| text.replace(r#""pointer","keyboard""#, r#""pointer""#));
        assert_eq!(changed.unwrap().line, 3, "the line after the changed one no longer fits");
        let removed = tampered(|text| text.lines().skip(1).map(|line| format!("{line}\n")).collect());
        assert_eq!(removed.unwrap().line, 1);
        let middle = tampered(|text| {
            text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| format!("{line}\n")).collect()
        });
        assert_eq!(middle.unwrap().line, 2);
        assert!(tampered(|text| format!("garbage\n{text}")).is_some());
        assert!(tampered(|text| text.get(..text.len() - 9).unwrap().to_owned()).is_some());
    }

    #[test]
    fn after_damage_new_entries_are_still_written_and_read() {
        let (_folder, receipt) = written();
        let text = fs::read_to_string(receipt.path()).unwrap();
        fs::write(receipt.path(), text.get(..text.len() - 9).unwrap()).unwrap();
        receipt.append(&entry(1030, Event::ViewDenied { reason: Reason::NotAnswered })).unwrap();
        let reading = receipt.read().unwrap();
        assert_eq!(reading.entries.last().unwrap().at, 1030);
        assert_eq!(reading.broken.unwrap().line, 3);
    }

    #[test]
    fn a_receipt_that_becomes_too_large_goes_on_in_another_file_and_the_chain_spans_both() {
        let folder = tempfile::tempdir().unwrap();
        let receipt = Receipt { limit_bytes: 1000, ..Receipt::in_directory(folder.path()) };
        for at in 0..12 {
            receipt.append(&entry(at, Event::ViewAllowed)).unwrap();
            assert!(fs::metadata(receipt.path()).unwrap().len() <= 1000);
        }
        let reading = receipt.read().unwrap();
        assert_eq!(reading.broken, None);
        assert_eq!(
            reading.entries.iter().map(|entry| entry.at).collect::<Vec<_>>(),
            (0..12).collect::<Vec<_>>()
        );
        assert!(receipt.numbered(2).exists());
        fs::remove_file(receipt.numbered(1)).unwrap();
        assert!(receipt.read().unwrap().broken.is_some(), "a missing file shows");
    }

    #[test]
    fn adding_a_line_reads_the_last_one_only_and_is_possible_above_the_limit() {
        let (_folder, receipt) = written();
        let text = fs::read_to_string(receipt.path()).unwrap();
        let last = text.lines().last().unwrap();
        // A hole that takes no space on the disk: reading it whole would be refused.
        fs::File::options().write(true).open(receipt.path()).unwrap().set_len(3 * LIMIT_BYTES).unwrap();
        private_file::append_line(receipt.path(), "").unwrap();
        private_file::append_line(receipt.path(), last).unwrap();
        receipt.append(&entry(1030, Event::ViewAllowed)).unwrap();
        let line: Line = serde_json::from_slice(&fs::read(receipt.path()).unwrap()).unwrap();
        assert_eq!((line.number, line.previous), (4, hash(last)));
    }
}
