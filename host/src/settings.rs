//! Settings files: TOML that a person edits, read strictly, never overwritten when it is wrong.
//! A change made in a window touches only the keys that changed: comments and what the person wrote meanwhile stay.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use crate::private_file::{self, FileError};

/// The largest settings file that is read, in bytes.
pub const LIMIT_BYTES: u64 = 256 * 1024;

/// Why settings cannot be read or written.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not UTF-8 text.
    #[error("{} is not a text file (UTF-8); nothing was changed in it", .0.display())]
    NotText(PathBuf),
    /// The file is not what is expected; the message names line and column.
    #[error("{} cannot be used: {message}\nNothing was changed in it. Correct that line, or move the file away to start with the defaults.", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the place, as the TOML reader says it.
        message: String,
    },
    /// These settings cannot be written as TOML.
    #[error("the settings cannot be written: {0}")]
    Unwritable(String),
}

/// What this process last read from or wrote to each settings file. What differs from it was changed here; what differs
/// between it and the file was changed by somebody else and stays.
static KNOWN: Mutex<BTreeMap<PathBuf, DocumentMut>> = Mutex::new(BTreeMap::new());

/// Reads `path`; a missing file gives the defaults.
///
/// # Errors
/// [`SettingsError`]; the type decides about unknown keys (`#[serde(deny_unknown_fields)]`).
pub fn load<T: Serialize + DeserializeOwned + Default>(path: &Path) -> Result<T, SettingsError> {
    let text = text(path)?;
    let settings = parse(path, &text)?;
    if let Ok(document) = document_of(&settings) {
        remember(path, document);
    }
    Ok(settings)
}

/// Writes what changed in `settings` since this process last read or wrote `path`, all at once. Everything else in the
/// file stays as the person wrote it.
///
/// # Errors
/// [`SettingsError`]; the old file is then still there, also where it became invalid meanwhile.
pub fn save<T: Serialize + DeserializeOwned + Default>(
    path: &Path,
    settings: &T,
) -> Result<(), SettingsError> {
    let text = text(path)?;
    let present: T = parse(path, &text)?;
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let before = known.map_or_else(|| document_of(&present), Ok)?;
    let after = document_of(settings)?;
    let mut file: DocumentMut = text.parse().map_err(|error| invalid(path, &error))?;
    change(file.as_table_mut(), before.as_table(), after.as_table());
    let text = file.to_string();
    // What the person wrote meanwhile may contradict the change.
    parse::<T>(path, &text)?;
    if let Some(parent) = path.parent() {
        private_file::create_directory(parent)?;
    }
    private_file::write(path, text.as_bytes())?;
    remember(path, after);
    Ok(())
}

fn text(path: &Path) -> Result<String, SettingsError> {
    match private_file::read(path, LIMIT_BYTES) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| SettingsError::NotText(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| invalid(path, &error))
}

fn invalid(path: &Path, error: &dyn std::fmt::Display) -> SettingsError {
    SettingsError::Invalid { path: path.to_owned(), message: error.to_string().trim_end().to_owned() }
}

fn document_of(settings: &impl Serialize) -> Result<DocumentMut, SettingsError> {
    let text = toml::to_string(settings).map_err(|error| SettingsError::Unwritable(error.to_string()))?;
    text.parse().map_err(|error: toml_edit::TomlError| SettingsError::Unwritable(error.to_string()))
}

fn remember(path: &Path, document: DocumentMut) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), document);
}

/// Does to `file` what leads from `before` to `after`.
fn change(file: &mut dyn TableLike, before: &dyn TableLike, after: &dyn TableLike) {
    let gone = before.iter().filter(|(key, _)| !after.contains_key(key));
    for (key, _) in gone {
        file.remove(key);
    }
    for (key, new) in after.iter() {
        let old = before.get(key);
        if old.is_some_and(|old| old.to_string() == new.to_string()) {
            continue;
        }
        let present = file.get_mut(key);
        match (present, new) {
            (Some(present), Item::Table(inner)) if present.is_table_like() => {
                let nothing = Table::new();
                let old = old.and_then(Item::as_table_like).unwrap_or(&nothing);
                if let Some(present) = present.as_table_like_mut() {
                    change(present, old, inner);
                }
            }
            (Some(Item::Value(present)), Item::Value(new)) => {
                // The space around it and the comment behind it are the person's.
                let around = present.decor().clone();
                *present = new.clone();
                *present.decor_mut() = around;
            }
            (Some(_) | None, new) => {
                file.insert(key, new.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Sample {
        name: String,
        port: u16,
    }

    fn file_with(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_missing_file_gives_the_defaults() {
        assert_eq!(load::<Sample>(Path::new("/nonexistent/config.toml")).unwrap(), Sample::default());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_file_stays() {
        let (_folder, path) = file_with(b"name = \"Anna\"\nprot = 5\n");
        let message = load::<Sample>(&path).unwrap_err().to_string();
        assert!(message.contains("line 2") && message.contains("prot"), "{message}");
        assert_eq!(std::fs::read(&path).unwrap(), b"name = \"Anna\"\nprot = 5\n");
    }

    #[test]
    fn a_file_that_is_no_text_is_refused() {
        let (_folder, path) = file_with(&[0xff, 0xfe]);
        assert!(matches!(load::<Sample>(&path), Err(SettingsError::NotText(_))));
    }

    #[test]
    fn what_is_saved_is_loaded_again() {
        let (_folder, path) = file_with(b"");
        let sample = Sample { name: "Zoë \"quoted\"".into(), port: 47470 };
        save(&path, &sample).unwrap();
        assert_eq!(load::<Sample>(&path).unwrap(), sample);
    }

    #[test]
    fn a_change_touches_its_own_key_and_leaves_comments_and_what_was_edited_meanwhile() {
        let (_folder, path) = file_with(b"# mine\nname = \"Anna\"  # as at work\nport = 1\n");
        let mut settings: Sample = load(&path).unwrap();
        std::fs::write(&path, "# mine\nname = \"Anna\"  # as at work\n# a tunnel\nport = 2\n").unwrap();
        settings.name = "Zoë".into();
        save(&path, &settings).unwrap();
        let expected = "# mine\nname = \"Zoë\"  # as at work\n# a tunnel\nport = 2\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        // Back again: the file follows although the first value is the one that was loaded.
        settings.name = "Anna".into();
        save(&path, &settings).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected.replace("Zoë", "Anna"));
    }

    #[test]
    fn a_file_that_became_invalid_meanwhile_is_not_written() {
        let (_folder, path) = file_with(b"name = \"Anna\"\n");
        let mut settings: Sample = load(&path).unwrap();
        std::fs::write(&path, "name = \"Anna\nport = 5\n").unwrap();
        settings.port = 7;
        assert!(matches!(save(&path, &settings), Err(SettingsError::Invalid { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "name = \"Anna\nport = 5\n");
    }

    #[test]
    fn settings_that_are_no_longer_made_are_taken_out_and_tables_are_changed_inside() {
        #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
        struct Inner {
            host: String,
            port: u16,
        }
        #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        struct Outer {
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<String>,
            mail: Inner,
        }
        let (_folder, path) = file_with(b"name = \"A\"\n[mail]\nhost = \"h\" # theirs\nport = 1 # usual\n");
        let mut settings: Outer = load(&path).unwrap();
        settings.name = None;
        settings.mail.port = 2;
        save(&path, &settings).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "[mail]\nhost = \"h\" # theirs\nport = 2 # usual\n");
    }
}
