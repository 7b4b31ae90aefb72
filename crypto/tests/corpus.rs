//! Replays the fuzzer's corpora of ticket files and of their bodies, so that what it once found stays found without it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

#[path = "../../fuzz/fuzz_targets/ticket_checks.rs"]
mod ticket_checks;

use std::fs;

use deskside_crypto::ticket::verify;
use deskside_proto::ticket_file::TicketFile;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn every_ticket_of_the_corpus_is_read_or_refused_and_has_one_written_form() {
    let (mut read, mut verified) = (0, 0);
    for bytes in corpus("ticket") {
        ticket_checks::file(&bytes);
        if let Ok(file) = TicketFile::parse(&bytes) {
            read += 1;
            verified += usize::from(verify(&file).is_ok());
        }
    }
    assert!(
        read >= 8 && verified >= 6,
        "the corpus reaches the deep parts: {read} read, {verified} verified"
    );
}

#[test]
fn no_body_of_the_corpus_passes_under_a_first_line_that_is_not_its_own() {
    let bodies = corpus("ticket_body");
    assert!(bodies.len() >= 20, "the corpus holds only {} files", bodies.len());
    bodies.iter().for_each(|body| ticket_checks::body(body));
}
