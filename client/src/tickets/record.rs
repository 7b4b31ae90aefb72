//! What the client keeps about one ticket: validity, uses, and the two secrets by which it recognises an expert.
//! Knows how a record is written and when a ticket is open; does not know where records are.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use deskside_host::private_file::FileError;
use deskside_proto::ids::TicketId;
use deskside_proto::ticket_file::{FILE_EXTENSION, TicketFileError, Validity};
use deskside_proto::ticket_record::{TicketRecord, TicketRefusal, check_use};
use deskside_words::t;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::app::view::{TicketState, TicketView};

/// How long a ticket stays in the list after its end.
pub const KEPT_AFTER_END: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The largest record file, in bytes: a ticket is at most 8 KiB.
pub const LIMIT_BYTES: u64 = 64 * 1024;

const VERSION: u32 = 1;

/// Thirty-two secret bytes; `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes([u8; 32]);

impl SecretBytes {
    /// Takes the bytes over.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the cryptography only.
    #[must_use]
    pub const fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(32 bytes)")
    }
}

impl Serialize for SecretBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Zeroizing::new(BASE64.encode(&self.0)).as_str().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SecretBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = BASE64.decode(text.as_bytes()).ok().map(Zeroizing::new);
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        bytes.map(Self).ok_or_else(|| de::Error::custom(t!("client-record-secret")))
    }
}

/// How a ticket was closed before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// By the person.
    Cancelled,
    /// By too many wrong proofs.
    TooManyFailures,
}

/// What the client keeps about one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    version: u32,
    /// Its number.
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub id: TicketId,
    /// When it was made, in Unix seconds.
    pub created: u64,
    /// From when it can be used, in Unix seconds.
    pub not_before: u64,
    /// Until when it can be used, in Unix seconds.
    pub not_after: u64,
    /// How many times viewing can be allowed with it.
    pub uses: u32,
    /// How many times that happened.
    pub spent: u32,
    /// How many proofs for it were wrong.
    pub failed_proofs: u32,
    /// The person took it back.
    pub cancelled: bool,
    /// The UDP port that it names.
    pub port: u16,
    /// The fingerprint of the expert to whom it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The secret whose possession the expert proves.
    pub access_secret: SecretBytes,
    /// The password that is sealed to the client's own key inside the ticket.
    pub password: SecretBytes,
    /// The ticket as it was handed out, so that it can be saved or sent again.
    pub text: String,
}

/// What a new record begins with.
#[derive(Debug)]
pub struct NewRecord {
    /// Its number.
    pub id: TicketId,
    /// From when it can be used, in Unix seconds; also when it was made.
    pub not_before: u64,
    /// Until when it can be used, in Unix seconds.
    pub not_after: u64,
    /// How many times viewing can be allowed with it.
    pub uses: u32,
    /// The UDP port that it names.
    pub port: u16,
    /// The fingerprint of the expert to whom it is sealed.
    pub to: Option<String>,
    /// The secret whose possession the expert proves.
    pub access_secret: SecretBytes,
    /// The password that is sealed to the client's own key inside the ticket.
    pub password: SecretBytes,
    /// The ticket as it is handed out.
    pub text: String,
}

/// Why a file is no record.
#[derive(Debug, Error)]
pub enum RecordError {
    /// It is not what this program writes.
    #[error("{}", t!("client-record-is-damaged", reason = .0))]
    Damaged(String),
    /// It cannot even be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// A newer Deskside wrote it.
    #[error("{}", t!("client-record-newer", version = *.0))]
    Newer(u32),
}

impl Record {
    /// A record of an unused ticket.
    #[must_use]
    pub fn new(new: NewRecord) -> Self {
        let NewRecord { id, not_before, not_after, uses, port, to, access_secret, password, text } = new;
        Self {
            version: VERSION,
            id,
            created: not_before,
            not_before,
            not_after,
            uses,
            spent: 0,
            failed_proofs: 0,
            cancelled: false,
            port,
            to,
            access_secret,
            password,
            text,
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let damaged = |error: serde_json::Error| RecordError::Damaged(error.to_string());
        let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
        if version != VERSION {
            return Err(RecordError::Newer(version));
        }
        let record: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        let sound = (1..=TicketRecord::MAX_USES).contains(&record.uses)
            && record.spent <= record.uses
            && Validity::new(record.not_before, record.not_after).is_ok();
        if !sound {
            return Err(RecordError::Damaged(t!("client-record-contradicts").to_owned()));
        }
        Ok(record)
    }

    /// The record as its file holds it.
    ///
    /// # Errors
    /// None in practice: all parts can be written as JSON.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        serde_json::to_vec_pretty(self).map(Zeroizing::new)
    }

    /// Why the ticket cannot be used at `now` (Unix seconds), if it cannot.
    ///
    /// # Errors
    /// [`TicketRefusal`], by the rule of docs/TICKET.md, section 8.
    pub fn check_use(&self, now: u64) -> Result<(), TicketRefusal> {
        check_use(&self.life().map_err(|_| TicketRefusal::Expired)?, now)
    }

    /// Whether the ticket can be used at `now` (Unix seconds).
    #[must_use]
    pub fn state(&self, now: u64) -> TicketState {
        match self.check_use(now) {
            Ok(()) | Err(TicketRefusal::NotYetValid) => TicketState::Open,
            Err(TicketRefusal::Cancelled) => TicketState::Cancelled,
            Err(TicketRefusal::TooManyFailures) => TicketState::Closed,
            Err(TicketRefusal::Used) => TicketState::Used,
            Err(TicketRefusal::Expired) => TicketState::Expired,
        }
    }

    fn life(&self) -> Result<TicketRecord, TicketFileError> {
        let validity = Validity::new(self.not_before, self.not_after)?;
        let mut life = TicketRecord::new(self.id, validity, self.uses);
        life.uses_spent = self.spent;
        life.failed_proofs = self.failed_proofs;
        life.cancelled = self.cancelled;
        Ok(life)
    }

    /// A good name for the ticket's file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("help-{}.{FILE_EXTENSION}", self.id.short())
    }

    /// How often viewing can still be allowed with it.
    #[must_use]
    pub const fn uses_left(&self) -> u32 {
        self.uses.saturating_sub(self.spent)
    }

    /// The record as surfaces show it.
    #[must_use]
    pub fn view(&self, now: u64) -> TicketView {
        TicketView {
            id: self.id,
            created: system_time(self.created),
            valid_until: system_time(self.not_after),
            uses_left: self.uses_left(),
            state: self.state(now),
            to: self.to.clone(),
        }
    }
}

/// A moment from Unix seconds; the far end of time where the system cannot express it.
#[must_use]
pub fn system_time(unix_seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(unix_seconds)).unwrap_or(UNIX_EPOCH)
}

/// Unix seconds of a moment; zero before 1970.
#[must_use]
pub fn unix_seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |duration| duration.as_secs())
}

fn write_id<S: Serializer>(id: &TicketId, serializer: S) -> Result<S::Ok, S::Error> {
    id.to_string().serialize(serializer)
}

fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TicketId, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record of a ticket that is open between the Unix seconds 1000 and 2000.
    pub(crate) fn record(number: u8, uses: u32) -> Record {
        Record::new(NewRecord {
            id: TicketId([number; 16]),
            not_before: 1000,
            not_after: 2000,
            uses,
            port: 47470,
            to: None,
            access_secret: SecretBytes::new([number; 32]),
            password: SecretBytes::new([number ^ 0xff; 32]),
            text: "the ticket".into(),
        })
    }

    #[test]
    fn a_record_survives_being_written_and_read() {
        let record = record(7, 3);
        assert_eq!(Record::from_bytes(&record.to_bytes().unwrap()).unwrap(), record);
    }

    #[test]
    fn the_state_follows_time_uses_and_the_person() {
        let mut record = record(1, 1);
        assert_eq!(record.state(2000), TicketState::Open);
        assert_eq!(record.state(2001), TicketState::Expired);
        record.spent = 1;
        assert_eq!(record.state(2001), TicketState::Used);
        record.failed_proofs = TicketRecord::MAX_FAILED_PROOFS;
        assert_eq!(record.state(1500), TicketState::Closed);
        record.cancelled = true;
        assert_eq!(record.state(1500), TicketState::Cancelled);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", record(0x41, 1));
        assert!(!shown.contains("65, 65") && !shown.contains("QUFB"), "{shown}");
    }

    #[test]
    fn damaged_and_newer_records_are_told_apart() {
        let good = String::from_utf8(record(1, 2).to_bytes().unwrap().to_vec()).unwrap();
        let newer = good.replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(Record::from_bytes(newer.as_bytes()), Err(RecordError::Newer(2))));
        for damaged in [
            good.replace("\"spent\": 0", "\"spent\": 3"),
            good.replace("\"uses\": 2", "\"uses\": 0"),
            good.replace("\"not_after\": 2000", "\"not_after\": 1"),
            good.replace("\"uses\"", "\"usses\""),
            good.replace("AQEB", "AQE"),
            good.get(..good.len() / 2).unwrap().to_owned(),
            String::new(),
        ] {
            assert!(
                matches!(Record::from_bytes(damaged.as_bytes()), Err(RecordError::Damaged(_))),
                "{damaged}"
            );
        }
    }
}
