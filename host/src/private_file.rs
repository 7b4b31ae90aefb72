//! Files that only this person may read, written whole or not at all.
//! Every write goes to a neighbour first, is synced, then renamed over the old file: a full disk or a killed process
//! loses nothing.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

/// What went wrong with a file, and with which.
#[derive(Debug, Error)]
#[error("{action} {} failed: {source}", path.display())]
pub struct FileError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// The kind of the underlying error.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// The file that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + 'a {
    move |source| FileError { action, path: path.to_owned(), source }
}

/// Makes a directory (and its parents) that only this person may enter; an existing one is left as it is.
///
/// # Errors
/// What the system says when it can be neither found nor made.
pub fn create_directory(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed("making the directory", path))
}

/// Replaces the content of `path` by `bytes`, mode 0600, durably and all at once.
///
/// # Errors
/// What the system says; the old content is then still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_with_mode(path, bytes, 0o600)
}

/// As [`write`], for a file that is meant to be handed on, such as a ticket (mode 0644 less the umask).
///
/// # Errors
/// What the system says; the old content is then still there.
pub fn write_shared(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_with_mode(path, bytes, 0o644)
}

fn write_with_mode(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FileError> {
    let neighbour = neighbour_of(path);
    let attempt = || -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&neighbour)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&neighbour, path)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A rename is durable once its directory is; some file systems refuse to sync a directory, which is no loss.
        let _ = File::open(parent).and_then(|directory| directory.sync_all());
        Ok(())
    };
    attempt().map_err(|source| {
        let _ = fs::remove_file(&neighbour);
        failed("writing", path)(source)
    })
}

fn neighbour_of(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

/// Reads a whole file of at most `limit_bytes`.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] where the file is larger.
pub fn read(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, FileError> {
    let attempt = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Bounded while reading, not by metadata: a FIFO or /dev/zero has no length.
        File::open(path)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit_bytes {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("the file is larger than {limit_bytes} bytes"),
            ));
        }
        Ok(bytes)
    };
    attempt().map_err(failed("reading", path))
}

/// Takes from group and others what they can do with `path`; tells whether they could do anything.
///
/// # Errors
/// What the system says when the mode can be neither read nor changed.
pub fn make_private(path: &Path) -> Result<bool, FileError> {
    let mode = fs::metadata(path).map_err(failed("reading the mode of", path))?.mode();
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o700)).map_err(failed("protecting", path))?;
    Ok(true)
}

/// Adds `line` and a line feed to an append-only file (mode 0600) and waits until the disk has it.
///
/// # Errors
/// What the system says.
pub fn append_line(path: &Path, line: &str) -> Result<(), FileError> {
    let attempt = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        // One write, so that a killed process leaves a whole line or none.
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_data()
    };
    attempt().map_err(failed("adding to", path))
}

/// An exclusive lock on a file, held until dropped; the system frees it when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until the lock is free and takes it.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(path: &Path) -> Result<Self, FileError> {
        Self::take(path, FlockOperation::LockExclusive).map_err(failed("locking", path))
    }

    /// Takes the lock if it is free, `None` if another process has it.
    ///
    /// # Errors
    /// What the system says, other than that it is taken.
    pub fn attempt(path: &Path) -> Result<Option<Self>, FileError> {
        match Self::take(path, FlockOperation::NonBlockingLockExclusive) {
            Ok(lock) => Ok(Some(lock)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(failed("locking", path)(error)),
        }
    }

    fn take(path: &Path, operation: FlockOperation) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        flock(&file, operation)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_private_file_is_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"two");
        assert_eq!(mode_of(&path), 0o600);
    }

    #[test]
    fn a_failed_write_keeps_the_old_content_and_leaves_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("target");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"old").unwrap();
        assert!(write(&path, b"new").is_err());
        assert_eq!(fs::read(path.join("inside")).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn reading_stops_at_the_limit_even_without_a_length() {
        let error = read(Path::new("/dev/zero"), 1000).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_file_that_others_can_read_is_made_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_shared(&path, b"k").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(make_private(&path).unwrap());
        assert!(!make_private(&path).unwrap());
        assert_eq!(mode_of(&path), 0o600);
    }

    #[test]
    fn a_lock_is_exclusive_until_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::attempt(&path).unwrap();
        assert!(first.is_some());
        assert!(Lock::attempt(&path).unwrap().is_none());
        drop(first);
        assert!(Lock::attempt(&path).unwrap().is_some());
    }

    #[test]
    fn appended_lines_stay_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt");
        append_line(&path, "a").unwrap();
        append_line(&path, "b").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\n");
    }
}
