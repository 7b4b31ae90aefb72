//! Every domain-separation string: no value made for one purpose can be passed off as made for another.
//! Nothing else in this crate, and nothing in any other, may spell one out.

/// Derives the Ed25519 private key from a seed.
pub(crate) const IDENTITY_SIGNING_KEY: &[u8] = b"deskside-1 identity signing key";
/// Derives the X25519 private key from a seed.
pub(crate) const IDENTITY_SEALING_KEY: &[u8] = b"deskside-1 identity sealing key";
/// Goes before a public identity when its fingerprint is made.
pub(crate) const FINGERPRINT: &[u8] = b"deskside-1 fingerprint";
/// Goes before a public identity when the check of its text form is made.
pub(crate) const EXPERT_KEY_CHECK: &[u8] = b"deskside-1 expert key";
/// Goes before what a ticket's signature covers.
pub(crate) const TICKET_SIGNATURE: &[u8] = b"deskside-1 ticket signature";
/// Goes before the salt of a ticket's passphrase.
pub(crate) const TICKET_PASSPHRASE: &[u8] = b"deskside-1 ticket passphrase";
/// HPKE's info when a ticket is sealed to an expert.
pub(crate) const TICKET_FOR_EXPERT: &[u8] = b"deskside-1 ticket for expert";
/// HPKE's info when a session password is sealed to its own client.
pub(crate) const SESSION_PASSWORD: &[u8] = b"deskside-1 session password";
/// Goes before what a proof of possession covers.
pub(crate) const PROOF: &[u8] = b"deskside-1 proof";
/// The TLS exporter's label (RFC 8446, section 7.5); it is part of [`crate::proof`]'s interface.
pub(crate) const PROOF_EXPORTER: &[u8] = b"EXPORTER-deskside-proof-1";

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&[u8]; 10] = [
        IDENTITY_SIGNING_KEY,
        IDENTITY_SEALING_KEY,
        FINGERPRINT,
        EXPERT_KEY_CHECK,
        TICKET_SIGNATURE,
        TICKET_PASSPHRASE,
        TICKET_FOR_EXPERT,
        SESSION_PASSWORD,
        PROOF,
        PROOF_EXPORTER,
    ];

    #[test]
    fn no_label_is_another_one_or_its_beginning() {
        for (at, one) in ALL.iter().enumerate() {
            for (other_at, other) in ALL.iter().enumerate() {
                assert!(at == other_at || !other.starts_with(one), "{:?}", String::from_utf8_lossy(one));
            }
        }
    }

    /// The sources of every room's program or library; tests may spell labels out, to be independent of this list.
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn the_list_above_is_complete_and_no_other_file_spells_a_label_out() {
        let mut files = Vec::new();
        for room in ["crypto", "proto", "media", "net", "host", "look", "client", "expert"] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            sources(&root.join(room).join("src"), &mut files);
        }
        for path in &files {
            let text = std::fs::read_to_string(path).unwrap();
            if path.ends_with("crypto/src/label.rs") {
                assert_eq!(
                    text.matches("pub(crate) const ").count() - 1,
                    ALL.len(),
                    "one is in this very line"
                );
            } else {
                let spelt_out = ["\"deskside-1 ", "\"EXPORTER-"].iter().find(|label| text.contains(**label));
                assert_eq!(spelt_out, None, "{}", path.display());
            }
        }
        assert!(files.len() > 50, "the sources were found");
    }
}
