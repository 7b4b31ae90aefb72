//! Replays the vectors beside this file, and the fuzzer's corpus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "../../fuzz/fuzz_targets/update_checks.rs"]
mod update_checks;

use deskside_media::{Surface, UpdateDecoder};
use std::path::Path;

fn bytes(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2), "{hex}");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn pixel(surface: &Surface, x: usize, y: usize) -> &[u8] {
    let at = y * surface.stride() + x * 4;
    &surface.bytes()[at..at + 3]
}

fn replay(name: &str, text: &str) {
    let field = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let expect = field("expect:").unwrap_or_else(|| panic!("{name}: no expectation"));
    let updates: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("update:")).map(str::trim).collect();
    let mut decoder = UpdateDecoder::new().unwrap();
    let (last, before) = updates.split_last().unwrap();
    for (index, update) in before.iter().enumerate() {
        match update.strip_prefix('!') {
            Some(refused) => assert!(decoder.apply(&bytes(refused)).is_err(), "{name}: update {index}"),
            None => {
                drop(decoder.apply(&bytes(update)).unwrap_or_else(|error| panic!("{name}: {index}: {error}")))
            }
        }
    }
    let result = decoder.apply(&bytes(last));
    let mut tolerance = 0;
    match expect.strip_prefix("error:") {
        Some(error) => assert_eq!(format!("{:?}", result.expect_err(name)), error.trim(), "{name}"),
        None => {
            let applied = result.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(applied.sequence as usize, before.len(), "{name}");
            tolerance = expect.strip_prefix("applied near ").map_or(0, |levels| levels.parse().unwrap());
        }
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("pixel:")) {
        let (place, colour) = line.split_once('=').unwrap();
        let place: Vec<usize> = place.split_whitespace().map(|n| n.parse().unwrap()).collect();
        let (shown, wanted) = (pixel(decoder.surface(), place[0], place[1]), bytes(colour.trim()));
        let near = shown.iter().zip(&wanted).all(|(a, b)| a.abs_diff(*b) <= tolerance);
        assert!(near, "{name}: {line}, but {shown:?}");
    }
}

#[test]
fn every_vector_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            replay(&path.file_stem().unwrap().to_string_lossy(), &std::fs::read_to_string(&path).unwrap());
            count += 1;
        }
    }
    assert!(count >= 60, "only {count} vectors");
}

#[test]
fn the_corpus_of_the_fuzzer_is_harmless() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/update");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        update_checks::updates(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 30, "only {count} inputs");
}
