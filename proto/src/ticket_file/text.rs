//! The text around a ticket's bytes: first line, armour, base64 lines.
//! It knows what mail programs may do to a text and forgives only what leaves exactly one reading.
//!
//! # Reference
//! docs/TICKET.md, section 1.

use data_encoding::{BASE64, DecodeKind};

use super::calendar::minute_utc;
use super::{TicketFile, TicketFileError};

/// Ending of a ticket's file name, without the dot.
pub const FILE_EXTENSION: &str = "deskside";
/// What a ticket is to mail programs and desktops.
pub const MIME_TYPE: &str = "application/vnd.deskside.ticket";

const BEGIN: &str = "-----BEGIN DESKSIDE TICKET-----";
const END: &str = "-----END DESKSIDE TICKET-----";
const LINE_CHARS: usize = 64;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A ticket's text, taken apart.
pub(super) struct Unwrapped {
    pub(super) first_line: String,
    pub(super) body: Vec<u8>,
}

/// The readable line that a ticket begins with.
pub(super) fn first_line(ticket: &TicketFile) -> String {
    format!(
        "Deskside ticket {} from {}, valid until {} UTC",
        ticket.id.short(),
        ticket.from,
        minute_utc(ticket.validity.not_after())
    )
}

/// Puts the armour around `body`.
pub(super) fn wrap(first_line: &str, body: &[u8]) -> String {
    let encoded = BASE64.encode(body);
    let mut text = format!("{first_line}\n{BEGIN}\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE_CHARS).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(END);
    text.push('\n');
    text
}

/// Takes the armour off, and with it what transport may have done.
pub(super) fn unwrap(bytes: &[u8]) -> Result<Unwrapped, TicketFileError> {
    if bytes.len() > TicketFile::MAX_BYTES {
        return Err(TicketFileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TicketFileError::NotText)?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let lines = lines(text)?;

    let count_of = |armour: &str| lines.iter().filter(|line| **line == armour).count();
    if count_of(BEGIN) == 0 {
        return Err(TicketFileError::NotATicket);
    }
    // Two whole tickets in one text always have two BEGIN lines: before each of them stands its own first line.
    if count_of(BEGIN) > 1 || count_of(END) > 1 {
        return Err(TicketFileError::SeveralTickets);
    }
    let mut lines = lines.into_iter().skip_while(|line| line.is_empty());
    let first_line = lines.next().filter(|line| *line != BEGIN).ok_or(TicketFileError::TextBefore)?;
    if lines.next() != Some(BEGIN) {
        return Err(TicketFileError::TextBefore);
    }
    let mut encoded = Vec::new();
    loop {
        match lines.next() {
            None => return Err(TicketFileError::CutOff),
            Some(END) => break,
            Some(line) => encoded.push(line),
        }
    }
    if lines.any(|line| !line.is_empty()) {
        return Err(TicketFileError::TextAfter);
    }
    Ok(Unwrapped { first_line: first_line.to_owned(), body: decode(&encoded)? })
}

/// Splits at LF everywhere or at CRLF everywhere; the last line end may be missing.
fn lines(text: &str) -> Result<Vec<&str>, TicketFileError> {
    let separator = if text.contains('\r') { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.split(separator).collect();
    // What the separator did not take away is a line end of another kind.
    if lines.iter().any(|line| line.contains(['\r', '\n'])) {
        return Err(TicketFileError::MixedLineEnds);
    }
    Ok(lines)
}

fn decode(lines: &[&str]) -> Result<Vec<u8>, TicketFileError> {
    let (last, full) = lines.split_last().ok_or(TicketFileError::CutOff)?;
    let fits = full.iter().all(|line| line.len() == LINE_CHARS) && (1..=LINE_CHARS).contains(&last.len());
    if !fits {
        return Err(TicketFileError::LineLength);
    }
    let encoded = lines.concat();
    let body = BASE64.decode(encoded.as_bytes()).map_err(|error| match error.kind {
        DecodeKind::Length => TicketFileError::LineLength,
        DecodeKind::Symbol => TicketFileError::NotBase64,
        DecodeKind::Trailing | DecodeKind::Padding => TicketFileError::NonCanonicalBase64,
    })?;
    // The decoder also takes padding in the middle, as two encodings one after the other have it.
    if BASE64.encode(&body) != encoded {
        return Err(TicketFileError::NonCanonicalBase64);
    }
    Ok(body)
}
