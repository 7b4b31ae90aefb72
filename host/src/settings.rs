//! Settings files: TOML that a person edits, read strictly, never overwritten when it is wrong.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

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

/// Reads `path`; a missing file gives the defaults.
///
/// # Errors
/// [`SettingsError`]; the type decides about unknown keys (`#[serde(deny_unknown_fields)]`).
pub fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T, SettingsError> {
    let bytes = match private_file::read(path, LIMIT_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8(bytes).map_err(|_| SettingsError::NotText(path.to_owned()))?;
    toml::from_str(&text).map_err(|error| SettingsError::Invalid {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })
}

/// Writes `settings` to `path`, all at once.
///
/// # Errors
/// [`SettingsError`]; the old file is then still there.
pub fn save<T: Serialize>(path: &Path, settings: &T) -> Result<(), SettingsError> {
    let text =
        toml::to_string_pretty(settings).map_err(|error| SettingsError::Unwritable(error.to_string()))?;
    if let Some(parent) = path.parent() {
        private_file::create_directory(parent)?;
    }
    Ok(private_file::write(path, text.as_bytes())?)
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
}
