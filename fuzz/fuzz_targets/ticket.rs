//! A ticket file, as anybody may send it: it is read or refused, and what is read has one written form.
//! The same check runs over the committed corpus in `deskside-crypto`'s ordinary tests.

#![no_main]

use deskside_crypto::ticket::verify;
use deskside_proto::ticket_file::TicketFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = TicketFile::parse(bytes) {
        let text = file.to_text();
        assert!(text.len() <= TicketFile::MAX_BYTES);
        assert_eq!(TicketFile::parse(text.as_bytes()), Ok(file.clone()));
        let _ = verify(&file);
    }
});
