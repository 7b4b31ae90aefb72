//! Replays what the fuzz targets `wire_message` and `wire_stream` have found interesting, crashes of the past among it.

#![allow(clippy::expect_used, reason = "a test that meets a surprise must stop there")]

#[path = "../../fuzz/fuzz_targets/wire_checks.rs"]
mod wire_checks;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is part of the sources") {
        check(&std::fs::read(entry.expect("a readable folder").path()).expect("a readable file"));
        count += 1;
    }
    assert!(count >= 20, "{} holds only {count} files", folder.display());
}

#[test]
fn the_corpus_of_wire_messages_holds() {
    replay("wire_message", wire_checks::message);
}

#[test]
fn the_corpus_of_wire_streams_holds() {
    replay("wire_stream", wire_checks::stream);
}
