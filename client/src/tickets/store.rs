//! Where the records of tickets are: one private file each, in one directory, changed only under a lock.
//! A damaged file is set aside with its content, never deleted, and never hides the others.

use std::fs;
use std::io;
use std::path::PathBuf;

use deskside_host::private_file::{self, FileError, Lock};
use deskside_proto::ids::TicketId;
use deskside_proto::ticket_record::{TicketRecord, TicketRefusal};
use deskside_words::t;
use thiserror::Error;

use super::record::{Closed, KEPT_AFTER_END, LIMIT_BYTES, Record, RecordError};

const ENDING: &str = "json";

/// Why something could not be done with the tickets.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The directory cannot be listed.
    #[error("{}", t!("client-store-list", path = .path.display().to_string(), error = .source.to_string()))]
    List {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No ticket has this number.
    #[error("{}", t!("client-store-unknown", ticket = .0))]
    Unknown(String),
    /// More than one ticket begins like this.
    #[error("{}", t!("client-store-ambiguous", ticket = .0))]
    Ambiguous(String),
    /// The ticket's record is damaged.
    #[error("{}", t!("client-store-record", ticket = .id, reason = .source.to_string()))]
    Record {
        /// Which ticket.
        id: String,
        /// What is wrong.
        source: RecordError,
    },
    /// A record cannot be written.
    #[error("{}", t!("client-store-unwritable", error = .0.to_string()))]
    Unwritable(#[from] serde_json::Error),
    /// The ticket cannot be used any more.
    #[error(transparent)]
    NotOpen(#[from] TicketRefusal),
}

/// A record file that cannot be used.
#[derive(Debug)]
pub struct BrokenRecord {
    /// Where it is now.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: RecordError,
}

/// All records, and the files that are none.
#[derive(Debug, Default)]
pub struct Listing {
    /// The records, the newest first.
    pub records: Vec<Record>,
    /// Files that cannot be used, where they are now.
    pub broken: Vec<BrokenRecord>,
}

/// The directory of records.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// Uses (and where needed makes) `directory`.
    ///
    /// # Errors
    /// [`StoreError::File`] where it can be neither found nor made.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        private_file::create_directory(&directory)?;
        Ok(Self { directory })
    }

    /// Keeps a new record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add(&self, record: &Record) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        self.write(record)
    }

    /// All records; files that can never be used are renamed to `.broken` and reported once, those of a newer version and
    /// those that the system does not let us read are left and reported each time.
    ///
    /// # Errors
    /// [`StoreError`] where the directory itself cannot be read.
    pub fn list(&self) -> Result<Listing, StoreError> {
        let _lock = self.lock()?;
        let mut listing = Listing::default();
        for path in self.files()? {
            let read = private_file::read(&path, LIMIT_BYTES).map_err(RecordError::from);
            match read.and_then(|bytes| Record::from_bytes(&bytes)) {
                Ok(record) => listing.records.push(record),
                Err(reason) if is_lasting(&reason) => {
                    // One that cannot be set aside hides no other either.
                    let path = private_file::set_aside(&path).unwrap_or(path);
                    listing.broken.push(BrokenRecord { path, reason });
                }
                Err(reason) => listing.broken.push(BrokenRecord { path, reason }),
            }
        }
        listing.records.sort_by_key(|record| (std::cmp::Reverse(record.created), record.id));
        Ok(listing)
    }

    /// The number of the one ticket that begins with `text` (as `deskside tickets` shows it).
    ///
    /// # Errors
    /// [`StoreError::Unknown`] or [`StoreError::Ambiguous`].
    pub fn resolve(&self, text: &str) -> Result<TicketId, StoreError> {
        let wanted = text.to_ascii_lowercase();
        let mut found = None;
        for path in self.files()? {
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let Ok(id) = name.parse::<TicketId>() else { continue };
            if wanted.is_empty() || !name.starts_with(&wanted) {
                continue;
            }
            if found.replace(id).is_some() {
                return Err(StoreError::Ambiguous(text.to_owned()));
            }
        }
        found.ok_or_else(|| StoreError::Unknown(text.to_owned()))
    }

    /// One record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(&self, id: TicketId) -> Result<Record, StoreError> {
        let path = self.path(id);
        let bytes = match private_file::read(&path, LIMIT_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Unknown(id.short()));
            }
            Err(error) => return Err(error.into()),
        };
        Record::from_bytes(&bytes).map_err(|source| StoreError::Record { id: id.short(), source })
    }

    /// Spends one use at `now` (Unix seconds): called once, at the moment when the person allows viewing.
    ///
    /// # Errors
    /// [`StoreError::NotOpen`] where none is left, however many ask at the same moment.
    pub fn spend_use(&self, id: TicketId, now: u64) -> Result<Record, StoreError> {
        self.change(id, |record| {
            record.check_use(now)?;
            record.spent = record.spent.saturating_add(1);
            Ok(())
        })
    }

    /// Closes an open ticket before its time.
    ///
    /// # Errors
    /// [`StoreError::NotOpen`] where it was not open at `now` (Unix seconds) any more.
    pub fn close(&self, id: TicketId, why: Closed, now: u64) -> Result<Record, StoreError> {
        self.change(id, |record| {
            match record.check_use(now) {
                Ok(()) | Err(TicketRefusal::NotYetValid) => {}
                Err(refusal) => return Err(refusal.into()),
            }
            match why {
                Closed::Cancelled => record.cancelled = true,
                Closed::TooManyFailures => record.failed_proofs = TicketRecord::MAX_FAILED_PROOFS,
            }
            Ok(())
        })
    }

    /// Forgets records whose ticket ended long before `now` (Unix seconds), with their secrets.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tidy(&self, now: u64) -> Result<(), StoreError> {
        let long_ago = now.saturating_sub(KEPT_AFTER_END.as_secs());
        for record in self.list()?.records {
            if record.not_after < long_ago {
                let _lock = self.lock()?;
                fs::remove_file(self.path(record.id)).map_err(|source| self.list_failed(source))?;
            }
        }
        Ok(())
    }

    fn change(
        &self,
        id: TicketId,
        change: impl FnOnce(&mut Record) -> Result<(), StoreError>,
    ) -> Result<Record, StoreError> {
        let _lock = self.lock()?;
        let mut record = self.read(id)?;
        change(&mut record)?;
        self.write(&record)?;
        Ok(record)
    }

    fn write(&self, record: &Record) -> Result<(), StoreError> {
        Ok(private_file::write(&self.path(record.id), &record.to_bytes()?)?)
    }

    fn lock(&self) -> Result<Lock, StoreError> {
        Ok(Lock::wait(&self.directory.join("lock"))?)
    }

    fn path(&self, id: TicketId) -> PathBuf {
        self.directory.join(format!("{id}.{ENDING}"))
    }

    fn files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let list = || -> io::Result<Vec<PathBuf>> {
            fs::read_dir(&self.directory)?.map(|entry| entry.map(|entry| entry.path())).collect()
        };
        let mut files = list().map_err(|source| self.list_failed(source))?;
        files.retain(|path| {
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            !hidden && path.extension().is_some_and(|ending| ending == ENDING)
        });
        files.sort();
        Ok(files)
    }

    fn list_failed(&self, source: io::Error) -> StoreError {
        StoreError::List { path: self.directory.clone(), source }
    }
}

/// Whether the file will never be a record, whoever reads it and when.
fn is_lasting(reason: &RecordError) -> bool {
    match reason {
        RecordError::Damaged(_) => true,
        RecordError::Newer(_) => false,
        RecordError::Unreadable(error) => {
            [io::ErrorKind::FileTooLarge, io::ErrorKind::InvalidInput].contains(&error.kind())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::super::record::tests::record;
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tickets")).unwrap();
        (folder, store)
    }

    #[test]
    fn uses_are_counted_once_each_even_when_many_ask_at_the_same_moment() {
        let (_folder, store) = store();
        store.add(&record(1, 3)).unwrap();
        let store = Arc::new(store);
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let store = Arc::clone(&store);
                thread::spawn(move || store.spend_use(TicketId([1; 16]), 1500).is_ok())
            })
            .collect();
        let successes =
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|spent| *spent).count();
        assert_eq!(successes, 3);
        assert!(matches!(
            store.spend_use(TicketId([1; 16]), 1500),
            Err(StoreError::NotOpen(TicketRefusal::Used))
        ));
    }

    #[test]
    fn a_ticket_that_is_not_open_is_not_spent_and_says_why() {
        let (_folder, store) = store();
        store.add(&record(1, 3)).unwrap();
        let id = TicketId([1; 16]);
        assert!(matches!(store.spend_use(id, 2001), Err(StoreError::NotOpen(TicketRefusal::Expired))));
        store.close(id, Closed::Cancelled, 1500).unwrap();
        assert!(matches!(store.spend_use(id, 1500), Err(StoreError::NotOpen(TicketRefusal::Cancelled))));
        assert!(matches!(
            store.close(id, Closed::Cancelled, 1500),
            Err(StoreError::NotOpen(TicketRefusal::Cancelled))
        ));
        assert_eq!(store.read(id).unwrap().spent, 0);
    }

    #[test]
    fn a_damaged_file_is_set_aside_with_its_content_and_the_others_survive() {
        let (folder, store) = store();
        store.add(&record(1, 1)).unwrap();
        store.add(&record(2, 1)).unwrap();
        let path = store.path(TicketId([2; 16]));
        fs::write(&path, b"{ half").unwrap();
        let listing = store.list().unwrap();
        assert_eq!(listing.records.len(), 1);
        let [broken] = listing.broken.as_slice() else { panic!("{listing:?}") };
        assert_eq!(fs::read(&broken.path).unwrap(), b"{ half");
        assert!(broken.path.to_string_lossy().ends_with(".json.broken"));
        assert!(store.list().unwrap().broken.is_empty(), "reported once");

        fs::write(&path, b"again").unwrap();
        let again = store.list().unwrap().broken.pop().unwrap().path;
        assert_eq!(fs::read(&broken.path).unwrap(), b"{ half", "the first copy is still there");
        assert_eq!(fs::read(again).unwrap(), b"again");
        drop(folder);
    }

    #[test]
    fn a_directory_a_large_file_and_a_dangling_link_hide_no_ticket() {
        let (_folder, store) = store();
        store.add(&record(1, 1)).unwrap();
        fs::create_dir(store.path(TicketId([2; 16]))).unwrap();
        fs::write(store.path(TicketId([3; 16])), vec![b' '; 100_000]).unwrap();
        std::os::unix::fs::symlink("/nonexistent", store.path(TicketId([4; 16]))).unwrap();
        let listing = store.list().unwrap();
        assert_eq!(listing.records.len(), 1);
        assert_eq!(listing.broken.len(), 3);
        let again = store.list().unwrap();
        assert_eq!((again.records.len(), again.broken.len()), (1, 1), "what is set aside is reported once");
        assert!(store.resolve(&TicketId([1; 16]).short()).is_ok());
        store.tidy(1000).unwrap();
    }

    #[test]
    fn a_record_of_a_newer_version_is_left_where_it_is() {
        let (_folder, store) = store();
        let path = store.path(TicketId([2; 16]));
        fs::write(&path, b"{\"version\": 9, \"shape\": \"unknown\"}").unwrap();
        assert!(matches!(
            store.list().unwrap().broken.as_slice(),
            [BrokenRecord { reason: RecordError::Newer(9), .. }]
        ));
        assert!(path.exists());
    }

    #[test]
    fn a_ticket_is_found_by_the_beginning_of_its_number() {
        let (_folder, store) = store();
        store.add(&record(1, 1)).unwrap();
        store.add(&record(2, 1)).unwrap();
        let id = TicketId([1; 16]);
        assert_eq!(store.resolve(&id.short()).unwrap(), id);
        assert_eq!(store.resolve(&id.to_string().to_uppercase()).unwrap(), id);
        assert!(matches!(store.resolve("zzzz"), Err(StoreError::Unknown(_))));
        assert!(matches!(store.resolve(""), Err(StoreError::Unknown(_))));
        let mut sibling = record(1, 1);
        sibling.id.0[15] = 0xff;
        store.add(&sibling).unwrap();
        assert!(matches!(store.resolve(&id.short()), Err(StoreError::Ambiguous(_))));
        assert_eq!(store.resolve(&id.to_string()).unwrap(), id);
    }

    #[test]
    fn records_are_forgotten_thirty_days_after_their_end() {
        let (_folder, store) = store();
        store.add(&record(1, 1)).unwrap();
        store.tidy(2000 + KEPT_AFTER_END.as_secs()).unwrap();
        assert_eq!(store.list().unwrap().records.len(), 1);
        store.tidy(2001 + KEPT_AFTER_END.as_secs()).unwrap();
        assert!(store.list().unwrap().records.is_empty());
    }
}
