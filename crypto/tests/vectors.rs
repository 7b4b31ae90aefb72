//! The test vectors of docs/TICKET.md: each committed file must end as it says, and each way to refuse must have one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use scenarios::{Vector, all, replay};

mod scenarios;
#[path = "../src/test_rng.rs"]
mod test_rng;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"))
}

fn committed() -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_vector_ends_as_it_says() {
    let mut wrong = Vec::new();
    for (name, bytes) in committed() {
        let vector = Vector::parse(&name, &bytes);
        let (expected, found) = (vector.header("expect").unwrap(), replay::outcome(&vector));
        if expected != found {
            wrong.push(format!("{name}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_committed_vectors_are_the_ones_that_the_scenarios_make() {
    let made: BTreeMap<_, _> =
        all().into_iter().map(|vector| (vector.name.clone(), vector.to_bytes())).collect();
    let committed = committed();
    let names = |map: &BTreeMap<String, Vec<u8>>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&committed), "run the ignored test `write_the_vectors`");
    for (name, bytes) in &made {
        assert!(
            committed.get(name) == Some(bytes),
            "{name} changed: so did the format, and its version must"
        );
    }
}

#[test]
fn every_way_to_refuse_a_ticket_has_a_vector() {
    let told: BTreeSet<String> = committed()
        .iter()
        .map(|(name, bytes)| Vector::parse(name, bytes).header("expect").unwrap().to_owned())
        .map(|expect| expect.split(['(', '{']).next().unwrap().trim().to_owned())
        .collect();
    let mut expected: BTreeSet<String> = BTreeSet::from(["success".into(), "proof: Wrong".into()]);
    let ways = [
        ("format", "/../proto/src/ticket_file/mod.rs", "TicketFileError"),
        ("signature", "/src/ticket.rs", "VerifyError"),
        ("open", "/src/ticket.rs", "OpenError"),
        ("passphrase", "/src/passphrase.rs", "PassphraseError"),
        ("use", "/../proto/src/ticket_record.rs", "TicketRefusal"),
    ];
    for (step, file, name) in ways {
        let source = fs::read_to_string(format!("{}{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let (_, rest) = source.split_once(&format!("pub enum {name} {{")).unwrap();
        let (variants, _) = rest.split_once("\n}").unwrap();
        // Variants stand four spaces in and begin with a capital; their comments and fields do not.
        let variants = variants
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
            .map(|line| line.split(['(', ',', ' ']).next().unwrap());
        expected.extend(variants.map(|variant| format!("{step}: {variant}")));
    }
    expected.insert("password: NotOurPassword".into());
    // A machine without 64 MiB to spare cannot be written into a file; nothing typed is no ticket's matter.
    expected.remove("open: OutOfMemory");
    expected.remove("passphrase: Empty");
    assert_eq!(told, expected);
}

#[test]
#[ignore = "writes the files; run it by name after a change of the format"]
fn write_the_vectors() {
    for name in committed().keys() {
        fs::remove_file(folder().join(format!("{name}.txt"))).unwrap();
    }
    for vector in all() {
        fs::write(folder().join(format!("{}.txt", vector.name)), vector.to_bytes()).unwrap();
    }
}
