//! What a hostile sender can make the viewer allocate: the whole process is measured, the C libraries included.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use deskside_media::video::{H264Encoder, VideoSettings};
use deskside_media::yuv::Planes;
use deskside_media::{Area, Surface, UpdateDecoder};
use deskside_proto::geometry::Size;
use deskside_proto::time::Millis;

/// The most memory that the process has ever used. Unit: MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn operation(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

fn numbers(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn key_picture(width: u32, height: u32) -> Vec<u8> {
    let surface = Surface::new(Size::new(width, height)).unwrap();
    let mut planes = Planes::default();
    planes.load(&surface, Area::whole(surface.size()).unwrap());
    let mut encoder = H264Encoder::new(planes.dimensions(), VideoSettings::for_pixels(1)).unwrap();
    encoder.encode(&planes, Millis(0)).unwrap().bytes
}

#[test]
fn a_hostile_sender_gets_no_more_than_600_mib() {
    let coded = key_picture(3_840, 2_160);
    let before = peak_mib();
    let mut decoder = UpdateDecoder::new().unwrap();

    // The largest surface, again and again, also as keyframes that replace each other.
    let (width, height) = (8_192_u16, 4_096_u16);
    let keyframe = [&[1][..], &numbers(&[width, height])].concat();
    for _ in 0..3 {
        decoder.apply(&keyframe).unwrap();
    }
    // All four streams at their largest.
    let mut update = [&[0][..], &numbers(&[width, height])].concat();
    for stream in 0..4_u8 {
        let mut body = vec![stream];
        body.extend(numbers(&[stream.into(), 0, 3_840, 2_160, 1, stream.into(), 0, 16, 16]));
        body.extend_from_slice(&coded);
        update.extend(operation(5, &body));
    }
    decoder.apply(&update).unwrap();
    // The whole surface from a few bytes of zstd: run-length blocks of 128 KiB.
    let raw_length = u64::from(width) * u64::from(height) * 3;
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0xE0];
    frame.extend_from_slice(&raw_length.to_le_bytes());
    let blocks = raw_length / (128 * 1024);
    for block in 0..blocks {
        let header = u32::from(block + 1 == blocks) | 1 << 1 | (128 * 1024) << 3;
        frame.extend_from_slice(header.to_le_bytes().get(..3).unwrap());
        frame.push(7);
    }
    // Form 4 has no history: it is one frame as large as the areas.
    let mut body = vec![4];
    body.extend(numbers(&[1, 0, 0, width, height]));
    body.extend_from_slice(&frame);
    let mut bomb = [&[0][..], &numbers(&[width, height])].concat();
    bomb.extend(operation(4, &body));
    for _ in 0..3 {
        decoder.apply(&bomb).unwrap();
    }
    // The same through the history, as three bytes a pixel, and all slots.
    let mut stream = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x60];
    for _ in 0..blocks {
        let header = 1_u32 << 1 | (128 * 1024) << 3;
        stream.extend_from_slice(header.to_le_bytes().get(..3).unwrap());
        stream.push(7);
    }
    let mut body = vec![3];
    body.extend(numbers(&[1, 0, 0, width, height]));
    body.extend_from_slice(&stream);
    let mut update = keyframe.clone();
    update.extend(operation(4, &body));
    update.extend(operation(6, &numbers(&[0, 0, 0, width, height / 2])));
    decoder.apply(&update).unwrap();
    decoder.apply(&update).unwrap();
    // Lengths and sizes that are only claimed.
    for claim in [raw_length + 1, u64::MAX, 1 << 40] {
        let mut lying = bomb.clone();
        let at = 5 + 5 + 11 + 5;
        lying.splice(at..at + 8, claim.to_le_bytes());
        decoder.apply(&lying).unwrap_err();
        decoder.apply(&keyframe).unwrap();
    }
    let used = peak_mib() - before;
    assert!(used < 600, "{used} MiB");
    println!("a hostile sender made the decoder use {used} MiB");
}
