//! Keeps docs/THREAT_MODEL.md true: each test that it names must exist, and so must each vector.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOMS: [&str; 12] = [
    "proto", "crypto", "media", "net", "client", "expert", "e2e", "testkit", "look", "clip", "host", "xtask",
];

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let document = fs::read_to_string(root.join("docs/THREAT_MODEL.md")).unwrap();
    let mut sources = String::new();
    for room in ROOMS {
        read_rust(&root.join(room), &mut sources);
    }
    let named = test_names(&document);
    assert!(named.len() > 60, "the document still names its tests");
    let missing: Vec<_> = named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "the threat model names tests that do not exist: {missing:#?}");
}

#[test]
fn every_vector_that_the_threat_model_names_exists() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"));
    let document = fs::read_to_string(folder.join("../../../docs/THREAT_MODEL.md")).unwrap();
    let files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().to_str()?.strip_suffix(".txt").map(str::to_owned))
        .collect();
    for name in quoted(&document).filter(|name| name.contains('-') && is_vector(name)) {
        let found = files.iter().any(|file| match name.strip_suffix('*') {
            Some(beginning) => file.starts_with(beginning),
            None => file == name,
        });
        assert!(found, "no vector {name}");
    }
}

/// What stands between backticks.
fn quoted(document: &str) -> impl Iterator<Item = &str> {
    document.split('`').skip(1).step_by(2)
}

/// Test names are sentences: at least three words of lower-case letters and digits.
fn test_names(document: &str) -> BTreeSet<&str> {
    quoted(document)
        .filter(|name| name.matches('_').count() >= 2)
        .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
        .collect()
}

/// Vector names are lower-case words; what begins with a hyphen is an option of a command line.
fn is_vector(name: &str) -> bool {
    !name.starts_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'*')
}

fn read_rust(folder: &Path, into: &mut String) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read_rust(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
