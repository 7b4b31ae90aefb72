//! The expert's identity on disk: 32 random bytes in a file that only this person can read, made at first use.

use std::io;
use std::path::{Path, PathBuf};

use deskside_crypto::identity::{Identity, Seed};
use deskside_host::dirs::Directories;
use deskside_host::private_file::{self, FileError, Lock};
use deskside_words::t;
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

const SEED_BYTES: usize = 32;

/// Why there is no identity to work with.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The file cannot be read or made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is there, but is no identity.
    #[error("{}", t!("expert-identity-damaged", path = path.to_string_lossy(), found = *found))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        found: usize,
    },
    /// The system gives no random bytes.
    #[error("{}", t!("expert-identity-no-random", error = .0.to_string()))]
    Random(getrandom::Error),
}

/// The identity of this user, made now if there is none yet.
///
/// # Errors
/// [`IdentityError`]; an existing file is never replaced.
pub fn load_or_create(dirs: &Directories) -> Result<Identity, IdentityError> {
    private_file::create_directory(dirs.data())?;
    // Two programs started at once must not each make an identity, of which one would be lost.
    let _lock = Lock::wait(&dirs.data().join("identity.lock"))?;
    let path = dirs.data().join("identity");
    match private_file::read(&path, SEED_BYTES as u64 + 1) {
        Ok(bytes) => existing(&path, Zeroizing::new(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(&path),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(IdentityError::Damaged { path, found: SEED_BYTES + 2 })
        }
        Err(error) => Err(error.into()),
    }
}

fn existing(path: &Path, bytes: Zeroizing<Vec<u8>>) -> Result<Identity, IdentityError> {
    let damaged = || IdentityError::Damaged { path: path.to_owned(), found: bytes.len() };
    let seed: [u8; SEED_BYTES] = bytes.as_slice().try_into().map_err(|_| damaged())?;
    if private_file::make_private(path)? {
        tracing::warn!("other users of this machine could read the identity; now they cannot");
    }
    Ok(Identity::from_seed(&Seed::from_bytes(seed)))
}

fn create(path: &Path) -> Result<Identity, IdentityError> {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    getrandom::fill(seed.as_mut_slice()).map_err(IdentityError::Random)?;
    private_file::write(path, seed.as_slice())?;
    Ok(Identity::from_seed(&Seed::from_bytes(*seed)))
}

/// What people are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// The public key, as text to send.
    pub public_key: String,
    /// The fingerprint, to compare by voice.
    pub fingerprint: String,
}

impl Card {
    /// The card of an identity.
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        let public = identity.public();
        Self { public_key: public.to_text(), fingerprint: public.fingerprint().to_string() }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn dirs(folder: &Path) -> Directories {
        Directories::from_lookup("deskside-expert", |name| (name == "HOME").then(|| folder.to_owned()))
            .unwrap()
    }

    #[test]
    fn the_identity_is_made_once_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let first = Card::of(&load_or_create(&dirs(folder.path())).unwrap());
        let second = Card::of(&load_or_create(&dirs(folder.path())).unwrap());
        assert_eq!(first, second);
        assert!(first.public_key.starts_with("deskside-expert-1-"));
        let mode = std::fs::metadata(dirs(folder.path()).data().join("identity")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_identity_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = dirs(folder.path());
        private_file::create_directory(dirs.data()).unwrap();
        for wrong in [vec![], vec![1; 31], vec![1; 33], vec![1; 5000]] {
            std::fs::write(dirs.data().join("identity"), &wrong).unwrap();
            let message = load_or_create(&dirs).err().unwrap().to_string();
            assert!(message.contains("damaged"), "{message}");
            assert_eq!(std::fs::read(dirs.data().join("identity")).unwrap(), wrong);
        }
    }
}
