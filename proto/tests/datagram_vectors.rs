//! Every datagram against its bytes in `vectors/datagram/`, every way in which one can be wrong against the reason, and
//! what the fuzz target `wire_datagram` has found interesting.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets a surprise must stop there"
)]

mod common;
#[path = "../../fuzz/fuzz_targets/datagram_checks.rs"]
mod datagram_checks;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;

use deskside_proto::ids::GrantId;
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::datagram::{InputCopy, UpdateRepair};
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent};

struct Vector {
    name: String,
    fields: BTreeMap<String, String>,
    bytes: Vec<u8>,
}

fn vectors(family: &str) -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/datagram");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let vectors = paths.map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let fields: BTreeMap<_, _> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
            .collect();
        let hex: String = fields["hex"].chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        Vector { name: path.file_stem().unwrap().to_str().unwrap().to_owned(), fields, bytes }
    });
    let vectors: Vec<_> = vectors.filter(|vector| vector.fields["family"] == family).collect();
    assert!(vectors.len() >= 10, "vectors are missing");
    vectors
}

#[test]
fn every_repair_has_the_bytes_that_its_vector_says() {
    let repair =
        |sequence, total, period, offset, bytes| UpdateRepair { sequence, total, period, offset, bytes };
    let mut expected = BTreeMap::from([
        ("update_repair", repair(41, 1000, 300, 2, &[0xaa, 0xbb, 0xcc][..])),
        ("update_repair_copy", repair(41, 3, 3, 0, &[1, 2, 3][..])),
        ("update_repair_largest", repair(u32::MAX, u16::MAX, u16::MAX, u16::MAX - 1, &[0xff][..])),
    ]);
    for vector in vectors("update-repair") {
        let decoded = UpdateRepair::decode(&vector.bytes);
        match expected.remove(vector.name.as_str()) {
            Some(message) => {
                assert_eq!(decoded, Ok(message), "{}", vector.name);
                let mut bytes = Vec::new();
                message.encode(&mut bytes);
                assert_eq!(bytes, vector.bytes, "{}", vector.name);
            }
            None => {
                assert_eq!(
                    decoded.map_err(common::describe),
                    Err(vector.fields["expect"].clone()),
                    "{}",
                    vector.name
                )
            }
        }
    }
    assert!(expected.is_empty(), "no vectors for {:?}", expected.keys());
}

#[test]
fn every_copy_of_input_has_the_bytes_that_its_vector_says() {
    let grant = GrantId(NonZeroU64::new(1 << 32 | 1).unwrap());
    let key = InputEvent::Key(KeyEvent::place(KeyUsage::new(4).unwrap(), true));
    let copy = |first, events: &[InputEvent]| InputCopy {
        first,
        frames: events.iter().map(|event| InputFrame { grant, event: *event }).collect(),
    };
    let mut expected = BTreeMap::from([
        ("input_copy", copy(7, &[key, InputEvent::ReleaseAll])),
        ("input_copy_of_the_last", copy(u32::MAX, &[InputEvent::ReleaseAll])),
    ]);
    for vector in vectors("input-copy") {
        let decoded = InputCopy::decode(&vector.bytes);
        match expected.remove(vector.name.as_str()) {
            Some(message) => {
                let mut bytes = Vec::new();
                message.encode(&mut bytes);
                assert_eq!(bytes, vector.bytes, "{}", vector.name);
                assert_eq!(decoded, Ok(message), "{}", vector.name);
            }
            None => {
                assert_eq!(
                    decoded.map_err(common::describe),
                    Err(vector.fields["expect"].clone()),
                    "{}",
                    vector.name
                )
            }
        }
    }
    assert!(expected.is_empty(), "no vectors for {:?}", expected.keys());
}

#[test]
fn the_corpus_of_datagrams_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/wire_datagram");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        datagram_checks::datagram(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 20, "{} holds only {count} files", folder.display());
}
