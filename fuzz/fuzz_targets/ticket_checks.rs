//! What must hold for any bytes as a ticket. Shared by the fuzz targets `ticket` and `ticket_body` and by the test of
//! `deskside-crypto` that replays their corpora.

#![allow(dead_code, reason = "each fuzz target needs one of the two checks")]

use data_encoding::BASE64;
use deskside_crypto::ticket::verify;
use deskside_proto::ticket_file::{TicketFile, TicketFileError};

/// The whole file: it is read or refused, and what is read has one written form.
pub fn file(bytes: &[u8]) {
    if let Ok(file) = TicketFile::parse(bytes) {
        let text = file.to_text();
        assert!(text.len() <= TicketFile::MAX_BYTES);
        assert_eq!(TicketFile::parse(text.as_bytes()), Ok(file.clone()));
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), armour_of(bytes));
        let _ = verify(&file);
    }
}

/// Any bytes as the body inside the armour, which changes to the text would hardly ever reach: a body that is read is
/// found out by the first line, which is no ticket's.
pub fn body(bytes: &[u8]) {
    let encoded = BASE64.encode(bytes);
    let mut text = String::from("Deskside ticket\n-----BEGIN DESKSIDE TICKET-----\n");
    for line in encoded.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("-----END DESKSIDE TICKET-----\n");
    match TicketFile::parse(text.as_bytes()) {
        Ok(_) => panic!("a first line that says nothing was taken for a ticket's"),
        Err(TicketFileError::FirstLineLies) => assert!(text.len() <= TicketFile::MAX_BYTES),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The lines of a file without its first one and without what transport may add.
fn armour_of(bytes: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}');
    text.lines().filter(|line| !line.is_empty()).skip(1).collect()
}
