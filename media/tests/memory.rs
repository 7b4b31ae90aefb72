//! What a hostile sender can make the viewer allocate: the whole process is measured, the C libraries included.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and says what it measured"
)]

use deskside_media::video::{H264Encoder, VideoSettings};
use deskside_media::yuv::Planes;
use deskside_media::{Area, Surface, UpdateDecoder};
use deskside_proto::geometry::Size;
use deskside_proto::time::Millis;
use deskside_proto::wire::update::UpdateHeader;

/// The largest surface. Unit: pixels.
const WIDTH: u16 = 8_192;
const HEIGHT: u16 = 4_096;

/// Most of what a block of Zstandard gives.
const BLOCK_BYTES: u64 = 128 * 1024;

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

/// A Zstandard frame, or the beginning of one, of run-length blocks of 128 KiB.
fn runs(head: &[u8], bytes: u64, value: u8, is_whole: bool) -> Vec<u8> {
    let mut frame = head.to_vec();
    let blocks = bytes / BLOCK_BYTES;
    for block in 0..blocks {
        let header =
            u32::from(is_whole && block + 1 == blocks) | 1 << 1 | u32::try_from(BLOCK_BYTES).unwrap() << 3;
        frame.extend_from_slice(header.to_le_bytes().get(..3).unwrap());
        frame.push(value);
    }
    frame
}

/// A viewer under a hostile sender.
struct Victim {
    decoder: UpdateDecoder,
    /// A key picture of the largest size.
    coded: Vec<u8>,
    before: u64,
}

impl Victim {
    /// An update of the largest surface.
    fn update(keyframe: bool, operations: &[Vec<u8>]) -> Vec<u8> {
        let mut update = [&[u8::from(keyframe)][..], &numbers(&[WIDTH, HEIGHT])].concat();
        operations.iter().for_each(|operation| update.extend_from_slice(operation));
        update
    }

    /// Applies an update twice, whatever comes of it, and says what was used up to now.
    fn suffer(&mut self, name: &str, update: &[u8]) {
        let results = [self.decoder.apply(update), self.decoder.apply(update)];
        let results = results.map(|result| result.map(|_| "applied").map_err(|error| error.to_string()));
        println!("{name}: {} MiB, {results:?}", peak_mib() - self.before);
    }

    /// Fills what stays: the surface, a beginning of the history, all slots, and four streams of the largest pictures.
    fn fill(&mut self) {
        let begin = lossless(1, 4, &runs(&[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x60], BLOCK_BYTES, 255, false));
        self.suffer("surface", &Self::update(true, &[begin]));
        let picture = |stream: u8| {
            let mut body = vec![stream];
            body.extend(numbers(&[stream.into(), 0, 3_840, 2_160, 1, stream.into(), 0, 16, 16]));
            body.extend_from_slice(&self.coded);
            operation(5, &body)
        };
        let update = Self::update(false, &[0, 1, 2, 3].map(picture));
        self.suffer("streams", &update);
        let slots = operation(6, &numbers(&[0, 0, 0, WIDTH, HEIGHT / 2]));
        self.suffer("slots", &Self::update(false, &[slots]));
    }
}

/// Exact pixels of so many whole rows.
fn lossless(form: u8, rows: u16, frame: &[u8]) -> Vec<u8> {
    operation(4, &[&[form][..], &numbers(&[1, 0, 0, WIDTH, rows]), frame].concat())
}

#[test]
fn a_hostile_sender_gets_no_more_than_800_mib() {
    let coded = key_picture(3_840, 2_160);
    // From here on the peak counts anew (proc(5), clear_refs).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak_mib();
    let mut victim = Victim { decoder: UpdateDecoder::new().unwrap(), coded, before };
    victim.fill();
    let pixels = u64::from(WIDTH) * u64::from(HEIGHT);
    // The whole surface from a few bytes: through the history as three bytes a pixel or as a new colour for each, and
    // without history as numbers that are all too large for a byte.
    let length = |bytes: u64| [&[0x28, 0xB5, 0x2F, 0xFD, 0xE0], &bytes.to_le_bytes()[..]].concat();
    let bombs = [
        ("plain", lossless(3, HEIGHT, &runs(&[], pixels * 3, 7, false))),
        ("indexed", lossless(1, HEIGHT, &runs(&[], pixels * 4, 255, false))),
        ("predicted", lossless(4, HEIGHT, &runs(&length(pixels * 4), pixels * 4, 0, true))),
    ];
    for (name, bomb) in bombs {
        victim.suffer(name, &Victim::update(false, &[bomb]));
    }
    // Lengths that are only claimed.
    for claim in [pixels * 3 + 1, u64::MAX, 1 << 40] {
        let lie = lossless(4, HEIGHT, &runs(&length(claim), pixels * 3, 7, true));
        victim.suffer("a lie", &Victim::update(false, &[lie]));
        victim.fill();
    }
    // As many operations and areas as an update of the largest size can hold, each of one pixel.
    let one = numbers(&[9, 9, 1, 1]);
    let most = UpdateHeader::MAX_PAYLOAD_BYTES - 100;
    let solid = operation(1, &[&[1, 2, 3], one.as_slice()].concat());
    victim.suffer("operations", &Victim::update(false, &[solid.repeat(most / solid.len())]));
    let items: [(&str, u8, Vec<u8>, Vec<u8>); 4] = [
        ("fills", 1, vec![1, 2, 3], one.clone()),
        ("copies", 2, vec![], [one.clone(), numbers(&[5, 5])].concat()),
        ("recalls", 3, vec![], [numbers(&[0, 0]), one.clone()].concat()),
        ("stores", 6, numbers(&[0]), one.clone()),
    ];
    for (name, kind, mut body, item) in items {
        body.extend(item.repeat(most / item.len()));
        victim.suffer(name, &Victim::update(false, &[operation(kind, &body)]));
    }
    let used = peak_mib() - before;
    println!("a hostile sender made the decoder use {used} MiB, the bytes of one update included");
    assert!(used < 800, "{used} MiB");
}
