//! What the fuzzers found worth keeping is played again, and random programs of operations against the model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;
#[path = "../../fuzz/fuzz_targets/operation_checks.rs"]
mod operation_checks;
#[path = "../../fuzz/fuzz_targets/video_checks.rs"]
mod video_checks;

use common::screen::Screen;
use common::{Desktop, Dice};
use deskside_media::video::{H264Encoder, VideoSettings, coded_size};
use deskside_media::yuv::Planes;
use deskside_media::{Area, Need, PictureMode, UpdateEncoder};
use deskside_proto::time::Millis;

fn corpus(name: &str) -> impl Iterator<Item = Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/").to_owned() + name;
    std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
}

#[test]
fn the_corpus_of_operations_agrees_with_the_model() {
    let count = corpus("operations").inspect(|program| operation_checks::operations(program)).count();
    assert!(count > 10, "{count}");
}

#[test]
fn the_corpus_of_pictures_paints_nothing_beside_what_is_shown() {
    let count = corpus("video").inspect(|pictures| video_checks::pictures(pictures)).count();
    assert!(count > 10, "{count}");
}

#[test]
fn random_programs_of_operations_agree_with_the_model() {
    for seed in 1..400_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let length = dice.below(400) as usize;
        let program: Vec<u8> = (0..length).map(|_| (dice.next() >> 32) as u8).collect();
        operation_checks::operations(&program);
    }
}

/// The pictures of a stream of a size, each as an input of the target `video` has it.
fn coded_pictures(stream: u8, width: u32, height: u32) -> Vec<Vec<u8>> {
    let area = Area::from_edges(0, 0, width as usize, height as usize).unwrap();
    let mut encoder = H264Encoder::new(coded_size(area), VideoSettings::for_pixels(area.pixels())).unwrap();
    let mut planes = Planes::default();
    (0..6)
        .map(|frame| {
            let mut desktop = Desktop::new(width, height);
            desktop.photo(desktop.whole(), frame * 5);
            desktop.text(deskside_proto::geometry::Rect::new(4, 4, 30, 20), frame);
            planes.load(&desktop.surface, area);
            let coded = encoder.encode(&planes, Millis(frame * 33)).unwrap().bytes;
            let length = u16::try_from(coded.len()).unwrap().to_be_bytes();
            [&[stream, length[0], length[1]], coded.as_slice()].concat()
        })
        .collect()
}

#[test]
fn whole_streams_are_applied_in_every_place() {
    for (stream, width, height) in [(0, 64, 48), (1, 64, 48), (2, 33, 17), (3, 96, 80)] {
        video_checks::pictures(&coded_pictures(stream, width, height).concat());
    }
}

/// What is sent of a small screen on which things happen, as an input of the target `update` has it.
fn updates(seed: u64) -> Vec<u8> {
    let mut screen = Screen::new(seed);
    screen.desktop = Desktop::new(150, 100);
    let mut encoder = UpdateEncoder::new(PictureMode::Auto).unwrap();
    let mut input = Vec::new();
    for step in 0..12 {
        let need = if step % 4 == 3 { Need::Refine } else { Need::Change };
        let damage = [screen.step().damage, vec![screen.desktop.whole()]].concat();
        let update =
            screen.desktop.encode(&mut encoder, &damage, need, 1_000 + step * 150).unwrap_or_default();
        if let Ok(length) = u16::try_from(update.len()) {
            input.extend_from_slice(&length.to_be_bytes());
            input.extend_from_slice(&update);
        }
    }
    input
}

/// For whoever begins a corpus anew: `cargo test -p deskside-media --test corpora -- --ignored`.
#[test]
#[ignore = "writes the first inputs of the fuzzers"]
fn write_first_inputs() {
    let folder = |name: &str| concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/").to_owned() + name;
    for name in ["operations", "update", "video"] {
        std::fs::create_dir_all(folder(name)).unwrap();
    }
    for (stream, width, height) in [(0, 64, 48), (1, 64, 48), (2, 33, 17), (3, 96, 80)] {
        let pictures = coded_pictures(stream, width, height);
        for count in 1..=pictures.len() {
            let name = format!("{}/stream-{stream}-{count}", folder("video"));
            std::fs::write(name, pictures[..count].concat()).unwrap();
        }
    }
    for seed in 1..40_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let length = dice.below(200) as usize;
        let program: Vec<u8> = (0..length).map(|_| (dice.next() >> 32) as u8).collect();
        std::fs::write(format!("{}/dice-{seed}", folder("operations")), program).unwrap();
        std::fs::write(format!("{}/screen-{seed}", folder("update")), updates(seed)).unwrap();
    }
}
