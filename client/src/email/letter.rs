//! What the message with the ticket says: what the attachment is, what to do with it, and that the passphrase comes by
//! telephone.

use deskside_proto::name::PersonName;

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
        let key = match opened_with {
            LetterFor::Passphrase => {
                "You will also be asked for a passphrase. It is not in this message, on purpose: I will tell you \
                 the passphrase by telephone."
            }
            LetterFor::Key => "The ticket is sealed to your key, so that only you can open it.",
        };
        let body = format!(
            "Hello,\n\n\
             please help me with my computer. The attached file is a Deskside ticket: save it and open it with a \
             double-click. It needs the program Deskside Expert.\n\n\
             {key}\n\n\
             The ticket can be used until {until}. You will see my screen only after I have allowed it, and I \
             can end it at any moment.\n\n\
             {me}\n"
        );
        Self {
            subject: format!("Deskside ticket from {me}"),
            body,
            file_name: file_name.to_owned(),
            ticket: ticket.as_bytes().to_vec(),
        }
    }
}
