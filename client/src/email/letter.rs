//! What the message with the ticket says: what the attachment is, what to do with it, and that the passphrase comes by
//! telephone.

use deskside_proto::name::PersonName;
use deskside_words::t;

/// Who can open the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterFor {
    /// Whoever knows the passphrase.
    Passphrase,
    /// One expert, by key.
    Key,
}

/// The message with the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The attachment's name.
    pub file_name: String,
    /// The attachment.
    pub ticket: Vec<u8>,
}

impl Letter {
    /// Writes the message. `until` is the end of the validity as people read it.
    #[must_use]
    pub fn compose(
        me: &PersonName,
        opened_with: LetterFor,
        until: &str,
        file_name: &str,
        ticket: &str,
    ) -> Self {
        let (me, to_open) = (
            me.as_str(),
            match opened_with {
                LetterFor::Passphrase => t!("client-letter-passphrase"),
                LetterFor::Key => t!("client-letter-key"),
            },
        );
        let paragraphs = [
            t!("client-letter-greeting"),
            t!("client-letter-request"),
            to_open,
            &t!("client-letter-terms", until = until),
            me,
        ];
        let body = paragraphs.join("\n\n") + "\n";
        Self {
            subject: t!("client-letter-subject", name = me),
            body,
            file_name: file_name.to_owned(),
            ticket: ticket.as_bytes().to_vec(),
        }
    }
}
