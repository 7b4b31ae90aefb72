//! Everything that this person has on disk: settings, identity, tickets, receipt, experts seen.
//! Opens and checks it; decides nothing about sessions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use deskside_crypto::identity::{Identity, Seed};
use deskside_host::dirs::{Directories, DirectoriesError};
use deskside_host::private_file::{self, FileError, Lock};
use deskside_host::settings::SettingsError;
use deskside_proto::name::PersonName;
use deskside_words::t;
use thiserror::Error;

use crate::config::Settings;
use crate::email::Post;
use crate::receipt::Receipt;
use crate::tickets::store::{Store, StoreError};

/// Why the person's files cannot be used.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// There is no place for them.
    #[error(transparent)]
    Directories(#[from] DirectoriesError),
    /// The settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The identity is damaged.
    #[error(
        "the identity in {} is damaged ({found} bytes instead of 32). Nothing was changed. Put back a copy, or move the file away to get a new identity; tickets made with the old one will not work then.",
        path.display()
    )]
    Identity {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: usize,
    },
    /// The tickets cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that this person has on disk.
#[derive(Debug)]
pub struct Profile {
    /// Where it is.
    pub directories: Directories,
    /// The settings.
    pub settings: Settings,
    /// The key pair of this client.
    pub identity: Identity,
    /// The records of tickets.
    pub tickets: Store,
    /// The receipt.
    pub receipt: Receipt,
}

impl Profile {
    /// Opens the files of the person who runs the program; makes what is missing. The texts say what was put right.
    ///
    /// # Errors
    /// [`ProfileError`]; nothing that was there is changed then.
    pub fn open() -> Result<(Self, Vec<String>), ProfileError> {
        Self::open_in(Directories::for_program("deskside")?)
    }

    /// As [`Self::open`], in these directories.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn open_in(directories: Directories) -> Result<(Self, Vec<String>), ProfileError> {
        let settings = Settings::load(&directories.settings_file())?;
        directories.create()?;
        let mut remarks = Vec::new();
        let identity = identity(directories.data(), &mut remarks)?;
        let tickets = Store::open(directories.data().join("tickets"))?;
        let receipt = Receipt::in_directory(directories.data());
        Ok((Self { directories, settings, identity, tickets, receipt }, remarks))
    }

    /// The name that experts see: of the settings, else of the account.
    #[must_use]
    pub fn name(&self) -> PersonName {
        self.settings.name.clone().or_else(account_name).unwrap_or_else(nameless)
    }

    /// How this person sends e-mail.
    #[must_use]
    pub fn post(&self) -> Post {
        let outbox = self.directories.data().join("outbox");
        Post { me: self.name(), server: self.settings.smtp.clone(), outbox }
    }

    /// Whether the three sentences of the first start have been read.
    #[must_use]
    pub fn introduction_seen(&self) -> bool {
        self.introduction_file().exists()
    }

    /// Remembers that they have been read.
    ///
    /// # Errors
    /// What the system says.
    pub fn mark_introduction_seen(&self) -> Result<(), FileError> {
        private_file::write(&self.introduction_file(), b"")
    }

    fn introduction_file(&self) -> PathBuf {
        self.directories.data().join("introduction-seen")
    }
}

/// Reads the identity, or makes one at the first start. Two programs that start together make one.
fn identity(data: &Path, remarks: &mut Vec<String>) -> Result<Identity, ProfileError> {
    let path = data.join("identity.seed");
    let _lock = Lock::wait(&data.join("identity.lock"))?;
    let bytes = match private_file::read(&path, 4096) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let identity = Identity::generate(&mut crate::randomness());
            private_file::write(&path, identity.seed().reveal())?;
            return Ok(identity);
        }
        Err(error) => return Err(error.into()),
    };
    let found = bytes.len();
    let seed = <[u8; 32]>::try_from(bytes.as_slice())
        .map_err(|_| ProfileError::Identity { path: path.clone(), found })?;
    if private_file::make_private(&path)? {
        remarks.push(t!("client-identity-was-readable", path = path.display().to_string()));
    }
    Ok(Identity::from_seed(&Seed::from_bytes(seed)))
}

/// The real name of the account, else its login name.
///
/// # Reference
/// passwd(5): the fifth field, up to the first comma.
fn account_name() -> Option<PersonName> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = rustix::process::getuid().as_raw().to_string();
    let fields: Option<Vec<&str>> = passwd
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&own.as_str()));
    let real = fields.as_ref().and_then(|fields| fields.get(4)).and_then(|field| field.split(',').next());
    let login = fields.as_ref().and_then(|fields| fields.first()).copied();
    let environment = std::env::var("USER").ok();
    [real, login, environment.as_deref()].into_iter().flatten().find_map(PersonName::cleaned)
}

#[expect(clippy::expect_used, reason = "a constant that the test below parses")]
fn nameless() -> PersonName {
    PersonName::parse(NAMELESS).expect("a valid name")
}

const NAMELESS: &str = "Somebody";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn directories(root: &Path) -> Directories {
        Directories::from_lookup("deskside", |name| (name == "HOME").then(|| root.to_owned())).unwrap()
    }

    #[test]
    fn the_identity_is_made_once_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let (first, remarks) = Profile::open_in(directories(folder.path())).unwrap();
        assert!(remarks.is_empty());
        let (second, _) = Profile::open_in(directories(folder.path())).unwrap();
        assert_eq!(first.identity.public().to_bytes(), second.identity.public().to_bytes());
        let path = first.directories.data().join("identity.seed");
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_identity_that_others_can_read_is_made_private_and_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = Profile::open_in(directories(folder.path())).unwrap();
        let path = first.directories.data().join("identity.seed");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let (_, remarks) = Profile::open_in(directories(folder.path())).unwrap();
        assert!(remarks.concat().contains("could read your identity"), "{remarks:?}");
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_identity_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = Profile::open_in(directories(folder.path())).unwrap();
        let path = first.directories.data().join("identity.seed");
        fs::write(&path, b"short").unwrap();
        let error = Profile::open_in(directories(folder.path())).unwrap_err();
        assert!(matches!(error, ProfileError::Identity { found: 5, .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"short");
    }

    #[test]
    fn there_is_always_a_name() {
        assert!(PersonName::parse(NAMELESS).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let (profile, _) = Profile::open_in(directories(folder.path())).unwrap();
        assert!(!profile.name().as_str().is_empty());
    }
}
