//! Copied files on this machine: the list that the far side gets, and pieces of their contents.
//! Only what lies in what was copied is ever opened, no link is followed, and a file that was exchanged since is refused.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use deskside_proto::wire::clipboard::{NoPiece, Piece};
use deskside_proto::wire::files::{Entry, EntryKind, FileList, RelativePath};

use super::Fetched;
use super::offering::piece_of;

/// The files of one copy, as they were when they were listed.
pub(super) struct Listing {
    encoded: Bytes,
    sources: Vec<Source>,
    total: u64,
    empty: u32,
}

struct Source {
    path: PathBuf,
    identity: Identity,
    /// So much lies before it in the list. Units: bytes.
    before: u64,
}

/// What tells a file from another, and from itself after a change.
#[derive(PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            changed: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Listing {
    /// Lists what an owner's URIs name: files, and folders with all that is in them. Links, devices, and names that no
    /// other machine can take are left out.
    ///
    /// # Errors
    /// `TooLong` for more than a list may hold; `Unavailable` for nothing, and for two of the same name out of two
    /// folders, which cannot lie side by side where they are pasted.
    pub(super) fn of(uris: &[u8]) -> Result<Self, NoPiece> {
        let (mut found, mut tops) = (Vec::new(), HashMap::new());
        for path in uris.split(|byte| *byte == b'\n').filter_map(path_of_uri) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            match tops.insert(name.to_owned(), path.clone()) {
                None => walk(&path, name, &mut found)?,
                // Named twice.
                Some(before) if before == path => {}
                Some(_) => return Err(NoPiece::Unavailable),
            }
        }
        let mut total: u64 = 0;
        for (entry, source) in &mut found {
            source.before = total;
            total = total.saturating_add(entry.bytes);
        }
        let is_empty = |entry: &Entry| entry.kind == EntryKind::File && entry.bytes == 0;
        let empty = found.iter().filter(|(entry, _)| is_empty(entry)).count();
        let (entries, sources): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let list = FileList::new(entries).map_err(|_| NoPiece::TooLong)?;
        if list.entries().is_empty() {
            return Err(NoPiece::Unavailable);
        }
        let empty = u32::try_from(empty).unwrap_or(u32::MAX);
        Ok(Self { encoded: list.encode().into(), sources, total, empty })
    }

    /// How much of all files lies before the end of such a piece, and how long they are together. Units: bytes.
    pub(super) fn progress(&self, piece: &Piece, length: u64) -> (u64, u64) {
        let place = (piece.item as usize).checked_sub(1);
        let source = place.and_then(|place| self.sources.get(place));
        let done =
            source.map_or(0, |source| source.before.saturating_add(piece.offset).saturating_add(length));
        (done.min(self.total), self.total)
    }

    /// How many files have no content, and leave with the list.
    pub(super) const fn empty(&self) -> u32 {
        self.empty
    }

    /// A piece of the list, or of a file in it.
    pub(super) fn piece(&self, piece: &Piece) -> Result<Fetched, NoPiece> {
        let Some(place) = (piece.item as usize).checked_sub(1) else {
            return Ok(piece_of(&self.encoded, piece));
        };
        let source = self.sources.get(place).ok_or(NoPiece::Unavailable)?;
        let file = open(&source.path).map_err(|_| NoPiece::Changed)?;
        let metadata = file.metadata().map_err(|_| NoPiece::Changed)?;
        if !metadata.is_file() || Identity::of(&metadata) != source.identity {
            return Err(NoPiece::Changed);
        }
        let total = source.identity.bytes;
        let length = total.saturating_sub(piece.offset).min(u64::from(piece.length));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        file.read_exact_at(&mut bytes, piece.offset).map_err(|_| NoPiece::Changed)?;
        Ok((total, bytes.into()))
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let no_link = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    File::options().read(true).custom_flags(no_link.bits().cast_signed()).open(path)
}

fn walk(path: &Path, relative: &str, found: &mut Vec<(Entry, Source)>) -> Result<(), NoPiece> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    let Some(relative_path) = RelativePath::parse(relative) else { return Ok(()) };
    let kind = if metadata.is_dir() {
        EntryKind::Folder
    } else if metadata.is_file() {
        EntryKind::File
    } else {
        return Ok(());
    };
    if found.len() >= FileList::MAX_ENTRIES {
        return Err(NoPiece::TooLong);
    }
    let bytes = if kind == EntryKind::File { metadata.len() } else { 0 };
    let source = Source { path: path.to_owned(), identity: Identity::of(&metadata), before: 0 };
    found.push((Entry { path: relative_path, kind, bytes }, source));
    if kind == EntryKind::Folder {
        let Ok(inside) = fs::read_dir(path) else { return Ok(()) };
        for entry in inside.flatten() {
            if let Some(name) = entry.file_name().to_str() {
                walk(&entry.path(), &format!("{relative}/{name}"), found)?;
            }
        }
    }
    Ok(())
}

/// The path that a line of a list of URIs names, if it is one on this machine.
fn path_of_uri(line: &[u8]) -> Option<PathBuf> {
    // Some file managers (libfm's) end their lists with a zero, as a string of C.
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let end = line.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
    let line = line.get(..end).unwrap_or_default().trim_ascii_start();
    let rest = line.strip_prefix(b"file://")?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    let (host, path) = rest.split_at(slash);
    let is_here =
        host.is_empty() || host == b"localhost" || host == rustix::system::uname().nodename().to_bytes();
    let bytes = unescape(path)?;
    (is_here && !bytes.contains(&0)).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(bytes)
}

/// The URI of a path on this machine.
pub(super) fn uri_of_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that meets a surprise must stop there")]

    use super::*;
    use deskside_proto::ids::OfferId;
    use deskside_proto::wire::clipboard::Format;

    fn item(item: u32, offset: u64, length: u32) -> Piece {
        Piece { offer: OfferId(1), format: Format::Files, item, offset, length }
    }

    #[test]
    fn a_uri_and_a_path_are_the_same_whatever_is_in_them() {
        for path in ["/a", "/tmp/ein Büro/100%/с.txt", "/a/\u{1}b"] {
            let uri = uri_of_path(Path::new(path));
            assert!(uri.is_ascii());
            assert_eq!(path_of_uri(uri.as_bytes()), Some(PathBuf::from(path)), "{uri}");
        }
        assert_eq!(path_of_uri(b"file:///a\r\0"), Some(PathBuf::from("/a")), "a string of C, with its end");
        for none in [
            "file:///a\0/b",
            "http://x/y",
            "file://elsewhere.invalid/a",
            "file:///%0",
            "file:///%zz",
            "copy",
            "",
            "file:///a%00",
        ] {
            assert_eq!(path_of_uri(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn what_is_copied_is_listed_and_read_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Fotos");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a.jpg"), b"picture").unwrap();
        fs::write(home.path().join("secret"), b"secret").unwrap();
        std::os::unix::fs::symlink(home.path().join("secret"), folder.join("link")).unwrap();
        std::os::unix::fs::symlink("/", folder.join("root")).unwrap();
        fs::write(folder.join("back\\slash"), b"x").unwrap();
        let listing = Listing::of(format!("copy\r\n{}\r\n", uri_of_path(&folder)).as_bytes()).unwrap();
        let (total, bytes) = listing.piece(&item(0, 0, 1000)).unwrap();
        assert_eq!(total, bytes.len() as u64);
        let list = FileList::decode(&bytes).unwrap();
        let paths: Vec<&str> = list.entries().iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["Fotos", "Fotos/a.jpg"]);
        assert_eq!(listing.piece(&item(2, 4, 2)), Ok((7, Bytes::from_static(b"ur"))));
        assert_eq!(listing.piece(&item(2, 9, 2)), Ok((7, Bytes::new())));
        assert_eq!(listing.piece(&item(3, 0, 1)), Err(NoPiece::Unavailable));
        assert_eq!(listing.piece(&item(1, 0, 1)), Err(NoPiece::Changed), "a folder has no content");
    }

    #[test]
    fn what_is_named_twice_is_listed_once_and_two_of_one_name_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|folder| home.path().join(folder).join("letter.txt"));
        for file in [&one, &other] {
            fs::create_dir(file.parent().unwrap()).unwrap();
            fs::write(file, b"x").unwrap();
        }
        let uris = |files: [&Path; 2]| files.map(uri_of_path).join("\r\n");
        let listing = Listing::of(uris([&one, &one]).as_bytes()).unwrap();
        assert_eq!(listing.sources.len(), 1);
        let refused = Listing::of(uris([&one, &other]).as_bytes()).map(|listing| listing.sources.len());
        assert_eq!(refused, Err(NoPiece::Unavailable));
    }

    #[test]
    fn a_file_that_was_exchanged_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let (file, other) = (home.path().join("a"), home.path().join("b"));
        fs::write(&file, b"one").unwrap();
        fs::write(&other, b"two").unwrap();
        let listing = Listing::of(uri_of_path(&file).as_bytes()).unwrap();
        assert!(listing.piece(&item(1, 0, 3)).is_ok());
        fs::rename(&other, &file).unwrap();
        assert_eq!(listing.piece(&item(1, 0, 3)), Err(NoPiece::Changed));
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &file).unwrap();
        assert_eq!(listing.piece(&item(1, 0, 3)), Err(NoPiece::Changed));
    }
}
