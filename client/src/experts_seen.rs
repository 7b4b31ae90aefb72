//! Which experts were here before: the fingerprint of each key that the person ever allowed to see the screen.
//! A key enters only after an allowed session, so that merely asking makes nobody known.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use deskside_host::private_file::{self, FileError};
use deskside_proto::name::PersonName;
use deskside_words::t;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::app::view::SeenBefore;
use crate::tickets::record::system_time;

/// The largest file that is read, in bytes.
pub const LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum SeenError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be used; it was set aside and every expert counts as new again.
    #[error("{}", t!("client-experts-damaged", reason = .reason, path = .kept.display().to_string()))]
    Damaged {
        /// Where the file is now.
        kept: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It cannot be used and cannot be set aside either, so it is left alone.
    #[error("{}", t!("client-experts-stuck", reason = .reason, error = .source.to_string()))]
    Stuck {
        /// What is wrong with it.
        reason: String,
        /// What the system says.
        source: FileError,
    },
}

/// One expert's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    name: String,
    first: u64,
    last: u64,
    count: u32,
}

/// The experts that were here before.
#[derive(Debug, Default)]
pub struct ExpertsSeen {
    /// Where the list is written; nowhere where something is that must not be lost.
    path: Option<PathBuf>,
    experts: BTreeMap<String, Seen>,
}

impl ExpertsSeen {
    /// Reads the list in the data directory `data`. One that cannot be used is set aside: the error comes with an empty
    /// list.
    #[must_use]
    pub fn load(data: &Path) -> (Self, Option<SeenError>) {
        let path = data.join("experts.json");
        let reason = match private_file::read(&path, LIMIT_BYTES) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(experts) => return (Self { path: Some(path), experts }, None),
                Err(error) => error.to_string(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (Self { path: Some(path), experts: BTreeMap::new() }, None);
            }
            Err(error) => error.to_string(),
        };
        let (path, problem) = match private_file::set_aside(&path) {
            Ok(kept) => (Some(path), SeenError::Damaged { kept, reason }),
            Err(source) => (None, SeenError::Stuck { reason, source }),
        };
        (Self { path, experts: BTreeMap::new() }, Some(problem))
    }

    /// What is known of the key with this fingerprint, which now calls itself `name`.
    #[must_use]
    pub fn look_up(&self, fingerprint: &str, name: &PersonName) -> SeenBefore {
        match self.experts.get(fingerprint) {
            None => SeenBefore::New,
            Some(seen) => SeenBefore::Before {
                count: seen.count,
                last: system_time(seen.last),
                other_name: PersonName::parse(&seen.name).ok().filter(|other| other != name),
            },
        }
    }

    /// Counts an allowed session at `now` (Unix seconds).
    ///
    /// # Errors
    /// [`SeenError::File`] where the list cannot be written; in memory it counts all the same.
    pub fn count(&mut self, fingerprint: &str, name: &PersonName, now: u64) -> Result<(), SeenError> {
        let seen = self.experts.entry(fingerprint.to_owned()).or_insert_with(|| Seen {
            name: String::new(),
            first: now,
            last: now,
            count: 0,
        });
        seen.name = name.as_str().to_owned();
        seen.last = now;
        seen.count = seen.count.saturating_add(1);
        let text = serde_json::to_vec_pretty(&self.experts).unwrap_or_default();
        match &self.path {
            Some(path) => Ok(private_file::write(path, &text)?),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "K7QM-2XPA-AAAA-BBBB-CCCC";

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn a_key_is_new_until_a_session_was_allowed_and_known_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (mut seen, problem) = ExpertsSeen::load(folder.path());
        assert!(problem.is_none());
        assert_eq!(seen.look_up(KEY, &name("Erika")), SeenBefore::New);
        seen.count(KEY, &name("Erika"), 1000).unwrap();
        seen.count(KEY, &name("Erika"), 2000).unwrap();
        let (again, _) = ExpertsSeen::load(folder.path());
        let before = SeenBefore::Before { count: 2, last: system_time(2000), other_name: None };
        assert_eq!(again.look_up(KEY, &name("Erika")), before);
    }

    #[test]
    fn a_known_key_under_another_name_is_pointed_out() {
        let folder = tempfile::tempdir().unwrap();
        let (mut seen, _) = ExpertsSeen::load(folder.path());
        seen.count(KEY, &name("Erika"), 1000).unwrap();
        let SeenBefore::Before { other_name, .. } = seen.look_up(KEY, &name("The Bank")) else { panic!() };
        assert_eq!(other_name, Some(name("Erika")));
    }

    #[test]
    fn a_damaged_list_is_kept_and_nobody_is_known_by_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("experts.json"), "{\"K7").unwrap();
        let (seen, problem) = ExpertsSeen::load(folder.path());
        let Some(SeenError::Damaged { kept, .. }) = problem else { panic!("{problem:?}") };
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "{\"K7");
        assert_eq!(seen.look_up(KEY, &name("Erika")), SeenBefore::New);
    }

    #[test]
    fn a_list_that_cannot_be_read_or_is_too_large_is_set_aside_and_survives_the_next_session() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experts.json");
        let large = vec![b' '; usize::try_from(LIMIT_BYTES).unwrap() + 1];
        std::fs::write(&path, &large).unwrap();
        let (mut seen, problem) = ExpertsSeen::load(folder.path());
        let Some(SeenError::Damaged { kept: first, .. }) = problem else { panic!("{problem:?}") };
        seen.count(KEY, &name("Erika"), 1000).unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), large);

        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let (mut seen, problem) = ExpertsSeen::load(folder.path());
        let Some(SeenError::Damaged { kept: second, .. }) = problem else { panic!("{problem:?}") };
        seen.count(KEY, &name("Erika"), 2000).unwrap();
        assert!(second.is_dir() && second != first, "{}", second.display());
        assert_eq!(std::fs::read(&first).unwrap(), large);
        assert!(matches!(
            ExpertsSeen::load(folder.path()).0.look_up(KEY, &name("Erika")),
            SeenBefore::Before { count: 1, .. }
        ));
    }
}
