//! Files that only this person may read, written whole or not at all.
//! Every write goes to a neighbour first, is synced, then renamed over the old file: a full disk or a killed process
//! loses nothing.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, CWD, FlockOperation, OFlags, RenameFlags, access, flock, renameat_with};
use rustix::io::Errno;
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
    write_with_mode(path, bytes, 0o600, Existing::Replaced)
}

/// As [`write`], for a file that is meant to be handed on, such as a ticket (mode 0644 less the umask).
///
/// # Errors
/// What the system says; the old content is then still there.
pub fn write_shared(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_with_mode(path, bytes, 0o644, Existing::Replaced)
}

/// As [`write_shared`], but never in the place of something else.
///
/// # Errors
/// What the system says; [`io::ErrorKind::AlreadyExists`] where there is something of this name.
pub fn write_shared_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_with_mode(path, bytes, 0o644, Existing::Kept)
}

/// Finds out without changing anything whether a file could be written there.
///
/// # Errors
/// What stands in the way: no directory, no right to write in it, or something there that is not a regular file.
pub fn check_target(path: &Path) -> Result<(), FileError> {
    let attempt = || -> io::Result<()> {
        access(parent_of(path), Access::WRITE_OK | Access::EXEC_OK)?;
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => Ok(()),
            Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    };
    attempt().map_err(failed("writing", path))
}

/// Gives a file that cannot be used another name, `.broken` behind its own, and tells which. What was set aside before
/// stays.
///
/// # Errors
/// What the system says; the file is then where it was.
pub fn set_aside(path: &Path) -> Result<PathBuf, FileError> {
    let aside = path.with_added_extension("broken");
    let numbered = (1_u32..=u32::MAX).map(|number| aside.with_added_extension(number.to_string()));
    for aside in std::iter::once(aside.clone()).chain(numbered) {
        match rename_new(path, &aside) {
            Ok(()) => return Ok(aside),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("setting aside", path)(error)),
        }
    }
    Err(failed("setting aside", path)(io::ErrorKind::AlreadyExists.into()))
}

const NOT_REGULAR: &str = "it is not a regular file (but a directory, link, pipe or device)";

/// What becomes of a file that has the name already.
#[derive(Clone, Copy)]
enum Existing {
    Replaced,
    Kept,
}

/// Renames without replacing anything.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            // A file system without this kind of renaming, such as some on a network.
            if fs::symlink_metadata(to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        result => Ok(result?),
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_with_mode(path: &Path, bytes: &[u8], mode: u32, existing: Existing) -> Result<(), FileError> {
    let neighbour = neighbour_of(path);
    let attempt = || -> io::Result<()> {
        // A rename would put a file in the place of a device or pipe: run as root, in that of /dev/null.
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file() && !found.is_symlink()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR));
        }
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&neighbour)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match existing {
            Existing::Replaced => fs::rename(&neighbour, path)?,
            Existing::Kept => rename_new(&neighbour, path)?,
        }
        // A rename is durable once its directory is; some file systems refuse to sync a directory, which is no loss.
        let _ = File::open(parent_of(path)).and_then(|directory| directory.sync_all());
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

/// Opens a regular file. Whatever else has the name is refused at once: a pipe would be waited for without end.
fn open_regular(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_REGULAR))
}

/// Reads a whole regular file of at most `limit_bytes`.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] where the file is larger, [`io::ErrorKind::InvalidInput`] where
/// it is no regular file.
pub fn read(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, FileError> {
    let attempt = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Bounded while reading, not by metadata: the files of /proc have no length.
        open_regular(path)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
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

/// The end of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Tail {
    /// How large the whole file is, in bytes.
    pub size: u64,
    /// Its last line with its line feed, if it has one.
    pub last_line: Vec<u8>,
}

/// Reads the last line of a regular file, however large the file is.
///
/// # Errors
/// What the system says; [`io::ErrorKind::InvalidInput`] where it is no regular file.
pub fn read_tail(path: &Path) -> Result<Tail, FileError> {
    let attempt = || -> io::Result<Tail> {
        let mut file = open_regular(path)?;
        let size = file.metadata()?.len();
        let mut length = 4096_u64;
        loop {
            let from = size.saturating_sub(length);
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            (&mut file).take(size - from).read_to_end(&mut bytes)?;
            let line_end = bytes.len().saturating_sub(1);
            let before =
                bytes.get(..line_end).and_then(|bytes| bytes.iter().rposition(|byte| *byte == b'\n'));
            match before {
                Some(position) => {
                    return Ok(Tail { size, last_line: bytes.split_off(position.saturating_add(1)) });
                }
                None if from == 0 => return Ok(Tail { size, last_line: bytes }),
                None => length = length.saturating_mul(8),
            }
        }
    };
    attempt().map_err(failed("reading", path))
}

/// Renames a file without replacing another.
///
/// # Errors
/// What the system says; [`io::ErrorKind::AlreadyExists`] where there is something of the new name.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    rename_new(from, to).map_err(failed("renaming", from))
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
        let error = read(Path::new("/proc/self/maps"), 100).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_pipe_a_device_and_a_directory_are_refused_instead_of_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("config.toml");
        rustix::fs::mkfifoat(CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        for path in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
            let error = read(path, 1000).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
            assert!(error.to_string().contains("not a regular file"), "{error}");
        }
    }

    #[test]
    fn a_new_file_replaces_nothing_and_what_is_set_aside_replaces_nothing_either() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        write_shared_new(&path, b"mine").unwrap();
        let error = write_shared_new(&path, b"other").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        let first = set_aside(&path).unwrap();
        write(&path, b"second").unwrap();
        let second = set_aside(&path).unwrap();
        assert_eq!(first, folder.path().join("list.json.broken"));
        assert_eq!(
            (fs::read(first).unwrap(), fs::read(second).unwrap()),
            (b"mine".to_vec(), b"second".to_vec())
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no litter");
    }

    #[test]
    fn a_target_that_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_target(&folder.path().join("new")).is_ok());
        assert!(check_target(&folder.path().join("missing/new")).is_err());
        assert!(check_target(folder.path()).is_err());
        assert!(check_target(Path::new("/dev/null")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_last_line_is_found_wherever_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt");
        let long = "x".repeat(40_000);
        for (content, last) in [
            (String::new(), String::new()),
            ("a\nb\n".to_owned(), "b\n".to_owned()),
            ("a\nb".to_owned(), "b".to_owned()),
            ("a\n\n".to_owned(), "\n".to_owned()),
            ("only".to_owned(), "only".to_owned()),
            (format!("a\n{long}\n"), format!("{long}\n")),
            (format!("{long}\n{}\n", "y".repeat(4095)), format!("{}\n", "y".repeat(4095))),
        ] {
            fs::write(&path, &content).unwrap();
            let tail = read_tail(&path).unwrap();
            assert_eq!(tail.last_line, last.as_bytes());
            assert_eq!(tail.size, content.len() as u64);
        }
    }

    #[test]
    fn nothing_is_put_in_the_place_of_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
        for write in [write, write_shared, write_shared_new] {
            assert!(write(&pipe, b"x").is_err());
        }
        assert!(!fs::symlink_metadata(&pipe).unwrap().is_file());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left beside it");
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
