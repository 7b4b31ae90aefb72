//! Replays the fuzzer's corpus of ticket files, so that what it once found stays found without it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

use std::fs;

use deskside_crypto::ticket::verify;
use deskside_proto::ticket_file::TicketFile;

#[test]
fn every_ticket_of_the_corpus_is_read_or_refused_and_has_one_written_form() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/ticket");
    let (mut read, mut verified) = (0, 0);
    for entry in fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        if let Ok(file) = TicketFile::parse(&fs::read(&path).unwrap()) {
            read += 1;
            let text = file.to_text();
            assert!(text.len() <= TicketFile::MAX_BYTES, "{}", path.display());
            assert_eq!(TicketFile::parse(text.as_bytes()).as_ref(), Ok(&file), "{}", path.display());
            verified += usize::from(verify(&file).is_ok());
        }
    }
    assert!(
        read >= 8 && verified >= 6,
        "the corpus reaches the deep parts: {read} read, {verified} verified"
    );
}
