//! Where a program keeps its things, by the XDG Base Directory Specification 0.8.
//! Reads environment variables once; creates nothing until asked.

use std::env;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::private_file;

/// Why the directories of a program cannot be told.
#[derive(Debug, Error)]
pub enum DirectoriesError {
    /// Neither `HOME` nor the XDG variables say where this person's files are.
    #[error(
        "the variable HOME is not set, so there is no place for settings and data; set HOME and start again"
    )]
    NoHome,
}

/// The directories of one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directories {
    config: PathBuf,
    data: PathBuf,
    runtime: Option<PathBuf>,
}

impl Directories {
    /// The directories of `program` (a file-name-safe word such as `deskside`).
    ///
    /// # Errors
    /// [`DirectoriesError::NoHome`] where the environment names no home.
    ///
    /// # Reference
    /// XDG Base Directory Specification 0.8: relative paths in the variables are ignored.
    pub fn for_program(program: &str) -> Result<Self, DirectoriesError> {
        Self::from_lookup(program, |name| env::var_os(name).map(PathBuf::from))
    }

    /// As [`Self::for_program`], with the environment as an argument.
    ///
    /// # Errors
    /// [`DirectoriesError::NoHome`] where `lookup` knows no home.
    pub fn from_lookup(
        program: &str,
        lookup: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, DirectoriesError> {
        let absolute = |name: &str| lookup(name).filter(|path| path.is_absolute());
        let under_home = |rest: &str| absolute("HOME").map(|home| home.join(rest));
        let config = absolute("XDG_CONFIG_HOME").or_else(|| under_home(".config"));
        let data = absolute("XDG_DATA_HOME").or_else(|| under_home(".local/share"));
        Ok(Self {
            config: config.ok_or(DirectoriesError::NoHome)?.join(program),
            data: data.ok_or(DirectoriesError::NoHome)?.join(program),
            runtime: absolute("XDG_RUNTIME_DIR").map(|path| path.join(program)),
        })
    }

    /// Settings that a person edits.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The settings file, `config.toml`.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Identity, tickets, receipts: what must survive a restart.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Sockets and locks that die with the session; the data directory where the system offers no better place.
    #[must_use]
    pub fn runtime(&self) -> &Path {
        self.runtime.as_deref().unwrap_or(&self.data)
    }

    /// Makes the three directories, readable by this person only.
    ///
    /// # Errors
    /// The first directory that can be neither found nor made.
    pub fn create(&self) -> Result<(), private_file::FileError> {
        for path in [self.config(), self.data(), self.runtime()] {
            private_file::create_directory(path)?;
        }
        Ok(())
    }
}

/// Where this person expects to find files that a program made for them: the download directory, else home.
///
/// # Reference
/// xdg-user-dirs: `XDG_DOWNLOAD_DIR` in `user-dirs.dirs`.
#[must_use]
pub fn downloads() -> Option<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute())?;
    let config = env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .unwrap_or_else(|| home.join(".config"));
    let named = std::fs::read_to_string(config.join("user-dirs.dirs"))
        .ok()
        .and_then(|text| download_line(&text, &home));
    let candidates = [named, Some(home.join("Downloads")), Some(home)];
    candidates.into_iter().flatten().find(|path| path.is_dir())
}

fn download_line(text: &str, home: &Path) -> Option<PathBuf> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let value = line.trim().trim_matches('"');
    match value.strip_prefix("$HOME/") {
        Some(rest) => Some(home.join(rest)),
        None => Some(PathBuf::from(value)).filter(|path| path.is_absolute()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Directories, DirectoriesError> {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), PathBuf::from(v))).collect();
        Directories::from_lookup("deskside", |name| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        })
    }

    #[test]
    fn home_alone_is_enough() {
        let dirs = with(&[("HOME", "/home/anna")]).unwrap();
        assert_eq!(dirs.settings_file(), Path::new("/home/anna/.config/deskside/config.toml"));
        assert_eq!(dirs.data(), Path::new("/home/anna/.local/share/deskside"));
        assert_eq!(dirs.runtime(), dirs.data());
    }

    #[test]
    fn xdg_variables_win_over_home() {
        let dirs = with(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d"), ("XDG_RUNTIME_DIR", "/r")]).unwrap();
        assert_eq!(dirs.data(), Path::new("/d/deskside"));
        assert_eq!(dirs.runtime(), Path::new("/r/deskside"));
    }

    #[test]
    fn relative_xdg_paths_are_ignored() {
        let dirs = with(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]).unwrap();
        assert_eq!(dirs.data(), Path::new("/h/.local/share/deskside"));
    }

    #[test]
    fn without_home_there_is_a_sentence_that_says_what_to_do() {
        assert!(with(&[]).unwrap_err().to_string().contains("set HOME"));
    }

    #[test]
    fn download_directory_follows_user_dirs() {
        let home = Path::new("/h");
        assert_eq!(
            download_line("XDG_DOWNLOAD_DIR=\"$HOME/Geladen\"\n", home),
            Some(PathBuf::from("/h/Geladen"))
        );
        assert_eq!(download_line("XDG_DOWNLOAD_DIR=\"/srv/in\"", home), Some(PathBuf::from("/srv/in")));
        assert_eq!(download_line("XDG_MUSIC_DIR=\"/m\"", home), None);
    }
}
