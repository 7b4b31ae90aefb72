//! The list of copied files: names that can harm nobody, kinds and lengths.
//! It touches no file; what a name becomes on a disk is decided where files are written.

use std::fmt;

use super::codec::{Reader, WireError, Writer, one_byte_enum};

one_byte_enum! {
    /// What an entry of a file list is. Links, devices and the like are not listed.
    EntryKind, "entry kind" {
        /// A file with content.
        File = 0,
        /// A folder; its entries follow somewhere behind it.
        Folder = 1,
    }
}

/// A path below the place where something is pasted: 1 to 32 names, no way up, nothing absolute.
///
/// Its `Debug` shows its length only: a file's name is content.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelativePath(String);

impl RelativePath {
    /// The longest path. Units: bytes of UTF-8.
    pub const MAX_BYTES: usize = 1024;
    /// The longest name of one file or folder; what file systems take. Units: bytes of UTF-8.
    pub const MAX_NAME_BYTES: usize = 255;
    /// Names in a path.
    pub const MAX_DEPTH: usize = 32;

    /// Accepts names joined by `/`, exactly as they are, or nothing.
    ///
    /// A name is neither empty nor `.` nor `..`, and has no control character, no backslash and no colon, one of which
    /// leads elsewhere on some system, and nothing that directs text (Unicode's `Bidi_Control`), which hides an ending.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= Self::MAX_BYTES && text.split('/').count() <= Self::MAX_DEPTH;
        (fits && text.split('/').all(is_name)).then(|| Self(text.to_owned()))
    }

    /// The names, the outermost first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The folder that it lies in; `None` at the top.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }

    /// The path with `/` between its names.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(name: &str) -> bool {
    let is_odd = |c: char| c.is_control() || is_direction(c) || matches!(c, '\\' | ':');
    (1..=RelativePath::MAX_NAME_BYTES).contains(&name.len())
        && name != "."
        && name != ".."
        && !name.contains(is_odd)
}

/// Unicode's Bidi_Control, all of it.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Debug for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelativePath({} bytes)", self.0.len())
    }
}

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub path: RelativePath,
    /// What.
    pub kind: EntryKind,
    /// Its length; 0 for a folder. Units: bytes.
    pub bytes: u64,
}

/// Copied files. No path twice; each folder stands before what lies in it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileList(Vec<Entry>);

impl FileList {
    /// Entries of a list.
    pub const MAX_ENTRIES: usize = 10_000;
    /// The list itself, as it is carried: 4 MiB. Units: bytes.
    pub const MAX_BYTES: usize = 4 << 20;
    /// All files together: 64 GiB. Units: bytes.
    pub const MAX_TOTAL_BYTES: u64 = 64 << 30;

    /// An entry as it is carried, without its path's own bytes.
    const ENTRY_BYTES: usize = 1 + 8 + 2;

    /// Takes the entries, if they make a list.
    ///
    /// # Errors
    /// `TooLong` for too many or too large ones, or too long paths, `InvalidValue` for anything else.
    pub fn new(entries: Vec<Entry>) -> Result<Self, WireError> {
        if entries.len() > Self::MAX_ENTRIES {
            return Err(WireError::TooLong);
        }
        let carried = |entry: &Entry| Self::ENTRY_BYTES + entry.path.as_str().len();
        if 4 + entries.iter().map(carried).sum::<usize>() > Self::MAX_BYTES {
            return Err(WireError::TooLong);
        }
        let mut folders = std::collections::HashSet::new();
        let mut paths = std::collections::HashSet::new();
        let mut total = 0_u64;
        for entry in &entries {
            let is_placed = entry.path.parent().is_none_or(|parent| folders.contains(parent));
            if !is_placed || !paths.insert(entry.path.as_str()) {
                return Err(WireError::InvalidValue("path"));
            }
            match entry.kind {
                EntryKind::Folder if entry.bytes != 0 => return Err(WireError::InvalidValue("length")),
                EntryKind::Folder => drop(folders.insert(entry.path.as_str())),
                EntryKind::File => {}
            }
            total = total
                .checked_add(entry.bytes)
                .filter(|total| *total <= Self::MAX_TOTAL_BYTES)
                .ok_or(WireError::TooLong)?;
        }
        Ok(Self(entries))
    }

    /// The entries in their order; the first is number 1.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The length of all files together. Units: bytes.
    pub fn total_bytes(&self) -> u64 {
        self.0.iter().fold(0, |total, entry| total.saturating_add(entry.bytes))
    }

    /// The list as it is carried: a count (`u32`), then of each entry kind, length (`u64`) and path (a text).
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        out.u32(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        for entry in &self.0 {
            out.u8(entry.kind.code());
            out.u64(entry.bytes);
            out.text(entry.path.as_str());
        }
        bytes
    }

    /// Reads exactly one list.
    ///
    /// # Errors
    /// As any message.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(WireError::TooLong);
        }
        let mut reader = Reader::new(bytes);
        let count = usize::try_from(reader.u32()?).map_err(|_| WireError::TooLong)?;
        if count > Self::MAX_ENTRIES {
            return Err(WireError::TooLong);
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            let kind = EntryKind::read(&mut reader)?;
            let length = reader.u64()?;
            let path = RelativePath::parse(reader.text(RelativePath::MAX_BYTES, "path")?)
                .ok_or(WireError::InvalidValue("path"))?;
            entries.push(Entry { path, kind, bytes: length });
        }
        reader.finish()?;
        Self::new(entries)
    }
}

impl fmt::Debug for FileList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileList({} entries, {} bytes)", self.0.len(), self.total_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_anywhere_else_is_none() {
        for good in ["a", "a/b.txt", "Ünïcode/с/文件.pdf", "می\u{200c}خواهم.txt", "...", "a b/.hidden"]
        {
            assert!(RelativePath::parse(good).is_some(), "{good}");
        }
        let deep = vec!["d"; 33].join("/");
        let long = "n".repeat(256);
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a/..",
            ".",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "C:x",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{61c}b",
            "\u{200e}a",
            "a\u{200f}",
            "a\u{2066}b",
            deep.as_str(),
            long.as_str(),
        ] {
            assert!(RelativePath::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_list_names_nothing_twice_and_folders_first() {
        let entry = |path: &str, kind| Entry { path: RelativePath::parse(path).unwrap(), kind, bytes: 0 };
        let folder = || entry("d", EntryKind::Folder);
        let inside = || entry("d/f", EntryKind::File);
        assert!(FileList::new(vec![folder(), inside()]).is_ok());
        for wrong in [
            vec![inside()],
            vec![inside(), folder()],
            vec![folder(), folder()],
            vec![entry("d", EntryKind::File), inside()],
        ] {
            assert_eq!(FileList::new(wrong), Err(WireError::InvalidValue("path")));
        }
        let large = Entry { bytes: FileList::MAX_TOTAL_BYTES, ..inside() };
        let more = Entry { bytes: 1, ..entry("d/g", EntryKind::File) };
        assert_eq!(FileList::new(vec![folder(), large, more]), Err(WireError::TooLong));
    }

    #[test]
    fn a_list_is_no_longer_than_it_is_carried_by_whoever_makes_or_reads_it() {
        let folder = "d".repeat(RelativePath::MAX_NAME_BYTES);
        let entry = |path: &str, kind| Entry { path: RelativePath::parse(path).unwrap(), kind, bytes: 0 };
        // A list of this length: as many entries of 511 bytes as fit in, and a shorter one that fills it up.
        let list_of = |length: usize| {
            let mut entries = vec![entry(&folder, EntryKind::Folder)];
            let mut left = length - 4 - 11 - folder.len();
            while left > 0 {
                let name = format!("{:04}{}", entries.len(), "n".repeat(251));
                let path = format!("{folder}/{name}");
                let bytes = path.len().min(left - 11);
                entries.push(entry(path.get(..bytes).unwrap(), EntryKind::File));
                left -= 11 + bytes;
            }
            entries
        };
        assert!(list_of(FileList::MAX_BYTES).len() < FileList::MAX_ENTRIES, "one bound at a time");
        assert_eq!(FileList::new(list_of(FileList::MAX_BYTES + 1)), Err(WireError::TooLong));
        let list = FileList::new(list_of(FileList::MAX_BYTES)).unwrap();
        let mut bytes = list.encode();
        assert_eq!(bytes.len(), FileList::MAX_BYTES);
        assert_eq!(FileList::decode(&bytes), Ok(list));
        bytes.push(0);
        assert_eq!(FileList::decode(&bytes), Err(WireError::TooLong));
    }

    #[test]
    fn a_log_says_how_many_files_and_not_which() {
        let path = RelativePath::parse("salary.ods").unwrap();
        let list = FileList::new(vec![Entry { path, kind: EntryKind::File, bytes: 12 }]).unwrap();
        assert_eq!(format!("{list:?}"), "FileList(1 entries, 12 bytes)");
        assert!(!format!("{:?}", list.entries()).contains("salary"));
        assert_eq!(FileList::decode(&list.encode()), Ok(list));
    }
}
