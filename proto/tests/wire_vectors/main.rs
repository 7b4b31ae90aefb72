//! Every message against its bytes in `vectors/wire/`, which were written by another program from docs/PROTOCOL.md,
//! and every way in which bytes can be wrong against the reason that must be given.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets a surprise must stop there"
)]

#[path = "../common/mod.rs"]
mod common;
mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::path::Path;

use deskside_proto::geometry::{DesktopPoint, Rect, Size};
use deskside_proto::ids::{GrantId, OfferId, RequestId, SessionId, TicketId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::name::PersonName;
use deskside_proto::session::{Scope, Scopes};
use deskside_proto::wire::clipboard::{
    Format, Formats, NoPiece, Offer, Piece, PieceHead, PieceRequest, Selection,
};
use deskside_proto::wire::control::{
    DeniedReason, EndedReason, FromClient, FromExpert, Hello, Part, RefusedReason, RevokedReason,
    SealedPassword,
};
use deskside_proto::wire::cursor::{CursorMessage, CursorShape, Hotspot};
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::files::{Entry, EntryKind, FileList, RelativePath};
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, Locks, PointerButton};
use deskside_proto::wire::looking::LookedAt;
use deskside_proto::wire::monitors::{Monitor, Monitors};
use deskside_proto::wire::typed::Typed;
use deskside_proto::wire::{FrameReader, HEADER_BYTES, Message, UpdateHeader, WireError};
use messages::messages;

struct Vector {
    name: String,
    family: String,
    expect: String,
    bytes: Vec<u8>,
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/wire");
    let mut vectors: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| read(&path, &std::fs::read_to_string(&path).unwrap()))
        .collect();
    vectors.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(vectors.len() > 250, "vectors are missing from {}", folder.display());
    vectors
}

fn read(path: &Path, text: &str) -> Vector {
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let (mut family, mut expect, mut hex) = (String::new(), String::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (key, value) = line.split_once(':').unwrap_or_else(|| panic!("{name}: {line}"));
        match key {
            "family" => family = value.trim().to_owned(),
            "expect" => expect = value.trim().to_owned(),
            "hex" => hex.extend(value.chars().filter(|c| !c.is_whitespace())),
            _ => panic!("{name}: unknown key {key}"),
        }
    }
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    Vector { name, family, expect, bytes }
}

/// A message of any family, or another thing that stands on a stream.
#[derive(Debug, PartialEq)]
enum Any {
    FromExpert(FromExpert),
    FromClient(FromClient),
    Input(InputFrame),
    Feedback(Feedback),
    Cursor(CursorMessage),
    UpdateHeader(UpdateHeader),
    PieceRequest(PieceRequest),
    PieceHead(PieceHead),
    FileList(FileList),
}

impl Any {
    fn decode(family: &str, bytes: &[u8]) -> Result<Self, WireError> {
        match family {
            "from-expert" => FromExpert::decode(bytes).map(Self::FromExpert),
            "from-client" => FromClient::decode(bytes).map(Self::FromClient),
            "input" => InputFrame::decode(bytes).map(Self::Input),
            "feedback" => Feedback::decode(bytes).map(Self::Feedback),
            "cursor" => CursorMessage::decode(bytes).map(Self::Cursor),
            "update-header" => UpdateHeader::decode(bytes).map(Self::UpdateHeader),
            "piece-request" => PieceRequest::decode(bytes).map(Self::PieceRequest),
            "piece-head" => PieceHead::decode(bytes).map(|(head, _)| Self::PieceHead(head)),
            "file-list" => FileList::decode(bytes).map(Self::FileList),
            _ => panic!("unknown family {family}"),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::FromExpert(message) => message.encode(&mut bytes),
            Self::FromClient(message) => message.encode(&mut bytes),
            Self::Input(message) => message.encode(&mut bytes),
            Self::Feedback(message) => message.encode(&mut bytes),
            Self::Cursor(message) => message.encode(&mut bytes),
            Self::UpdateHeader(header) => header.encode(&mut bytes),
            Self::PieceRequest(request) => request.encode(&mut bytes),
            Self::PieceHead(head) => head.encode(&mut bytes),
            Self::FileList(list) => bytes = list.encode(),
        }
        bytes
    }
}

fn grant(number: u64) -> GrantId {
    GrantId(NonZeroU64::new(number).unwrap())
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn typed(text: &str) -> Typed {
    Typed::new(text).unwrap()
}

fn snake(value: impl std::fmt::Debug) -> String {
    let mut text = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[test]
fn every_message_has_the_bytes_that_its_vector_says() {
    let mut expected = messages();
    for vector in vectors().into_iter().filter(|vector| vector.expect == "message") {
        let message =
            expected.remove(&vector.name).unwrap_or_else(|| panic!("{} is not expected", vector.name));
        assert_eq!(message.encode(), vector.bytes, "{} is written differently", vector.name);
        assert_eq!(Any::decode(&vector.family, &vector.bytes), Ok(message), "{}", vector.name);
    }
    assert!(expected.is_empty(), "no vectors for {:?}", expected.keys());
}

#[test]
fn everything_that_is_wrong_is_refused_for_its_reason() {
    for vector in vectors().into_iter().filter(|vector| vector.expect != "message") {
        let refusal = Any::decode(&vector.family, &vector.bytes).map_err(common::describe);
        assert_eq!(refusal, Err(vector.expect), "{}", vector.name);
    }
}

#[test]
fn every_kind_of_message_has_each_kind_of_refusal() {
    let vectors = vectors();
    let names: BTreeSet<&str> = vectors.iter().map(|vector| vector.name.as_str()).collect();
    let messages: Vec<_> = names.iter().filter_map(|name| name.strip_suffix("__over_long")).collect();
    assert_eq!(messages.len(), 32, "{messages:?}");
    for message in messages {
        for wrong in ["header_truncated", "bytes_after_frame"] {
            assert!(names.contains(format!("{message}__{wrong}").as_str()), "{message}: {wrong}");
        }
    }
    let reasons: BTreeSet<&str> =
        vectors.iter().filter_map(|vector| vector.expect.split(' ').next()).collect();
    let all = ["invalid-value", "message", "too-long", "trailing-bytes", "truncated", "unknown-kind"];
    assert_eq!(reasons, BTreeSet::from(all));
}

/// Reads `bytes` in portions of `size`, as a stream may bring them; the second value is the end of the stream.
fn read_in_portions<M: Message>(bytes: &[u8], size: usize) -> (Vec<M>, Result<(), WireError>) {
    let mut reader = FrameReader::new();
    let mut messages = Vec::new();
    for mut portion in bytes.chunks(size.max(1)) {
        loop {
            match reader.read(&mut portion) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(reader.read(&mut portion).err(), Some(error), "a broken stream stays broken");
                    assert_eq!(reader.buffered(), 0);
                    return (messages, Err(error));
                }
            }
        }
    }
    (messages, reader.finish())
}

fn check_stream<M: Message + PartialEq + std::fmt::Debug>(family: &str) {
    let vectors: Vec<_> = vectors().into_iter().filter(|vector| vector.family == family).collect();
    let whole: Vec<_> = vectors.iter().filter(|vector| vector.expect == "message").collect();
    let stream: Vec<u8> = whole.iter().flat_map(|vector| vector.bytes.clone()).collect();
    let expected: Vec<M> = whole.iter().map(|vector| M::decode(&vector.bytes).unwrap()).collect();
    for size in [1, 2, 3, 5, 7, 64, stream.len()] {
        assert_eq!(read_in_portions::<M>(&stream, size), (expected.iter().map(copy).collect(), Ok(())));
    }
    for vector in vectors.iter().filter(|vector| vector.expect != "message") {
        // What follows a whole frame is the next frame; that is no fault of a stream.
        if vector.name.ends_with("__bytes_after_frame") || vector.bytes.is_empty() {
            continue;
        }
        for size in [1, 6, vector.bytes.len()] {
            let (_, end) = read_in_portions::<M>(&vector.bytes, size);
            assert_eq!(
                end.map_err(common::describe),
                Err(vector.expect.clone()),
                "{} by {size}",
                vector.name
            );
        }
    }
}

fn copy<M: Message>(message: &M) -> M {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    M::decode(&bytes).unwrap()
}

#[test]
fn a_stream_may_bring_its_bytes_in_any_portions() {
    check_stream::<FromExpert>("from-expert");
    check_stream::<FromClient>("from-client");
    check_stream::<InputFrame>("input");
    check_stream::<Feedback>("feedback");
    check_stream::<CursorMessage>("cursor");
}

#[test]
fn a_reader_refuses_by_the_header_alone_and_keeps_no_more_than_one_frame() {
    let mut reader = FrameReader::<FromExpert>::new();
    let mut header: &[u8] = &[0x01, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(reader.read(&mut header), Err(WireError::TooLong));
    let mut reader = FrameReader::<FromExpert>::new();
    let mut kind: &[u8] = &[0x7f];
    assert_eq!(reader.read(&mut kind), Err(WireError::UnknownKind(0x7f)), "not even the length is awaited");

    let mut flood = Vec::new();
    for request in 0..10_000 {
        FromExpert::CancelRequest { request: RequestId(request) }.encode(&mut flood);
    }
    let mut reader = FrameReader::<FromExpert>::new();
    let mut input = flood.as_slice();
    let mut count = 0;
    while let Ok(Some(_)) = reader.read(&mut input) {
        count += 1;
        assert!(reader.buffered() <= HEADER_BYTES + 4);
    }
    assert_eq!(count, 10_000);
}

#[test]
fn nothing_secret_or_typed_can_be_printed() {
    let all = messages();
    let secrets = ["171", "205", "abab", "cdcd", "255, 255"];
    for (name, message) in &all {
        let text = format!("{message:?}").to_lowercase();
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{name}: {text}");
    }
    let pressed = |number| KeyEvent {
        usage: KeyUsage::new(number).unwrap(),
        pressed: number % 2 == 0,
        text: typed("ab"),
    };
    let texts: BTreeSet<String> = (0x04..=0xe7).map(|number| format!("{:?}", pressed(number))).collect();
    assert_eq!(texts.len(), 1, "keys can be told apart: {texts:?}");
    let frames: BTreeSet<String> = (0x04..=0xe7)
        .map(|number| InputFrame { grant: grant(1), event: InputEvent::Key(pressed(number)) })
        .map(|frame| format!("{frame:?}"))
        .collect();
    assert_eq!(frames.len(), 1, "keys can be told apart: {frames:?}");
    let usages: BTreeSet<String> = KeyUsage::known().map(|usage| format!("{usage:?}")).collect();
    assert_eq!(usages.len(), 1, "keys can be told apart: {usages:?}");
}

#[test]
fn a_place_outside_of_every_desktop_is_written_as_the_nearest_inside() {
    for (at, nearest) in [((-5, 7), (0, 7)), ((7, 20_000), (7, 16_383)), ((i32::MIN, i32::MAX), (0, 16_383))]
    {
        let mut bytes = Vec::new();
        CursorMessage::Moved { at: DesktopPoint::new(at.0, at.1) }.encode(&mut bytes);
        let nearest = CursorMessage::Moved { at: DesktopPoint::new(nearest.0, nearest.1) };
        assert_eq!(CursorMessage::decode(&bytes), Ok(nearest));
    }
}

#[test]
fn a_cursor_that_is_brighter_than_its_alpha_is_dimmed_by_the_sender() {
    let shape = CursorShape::new(Size::new(1, 1), Hotspot { x: 0, y: 0 }, vec![200, 100, 50, 100]).unwrap();
    assert_eq!(shape.rgba(), [100, 100, 50, 100]);
    for (size, hotspot, bytes) in [
        (Size::new(0, 1), (0, 0), 0),
        (Size::new(257, 1), (0, 0), 1028),
        (Size::new(2, 2), (2, 0), 16),
        (Size::new(2, 2), (0, 0), 15),
        (Size::new(u32::MAX, u32::MAX), (0, 0), 4),
    ] {
        let hotspot = Hotspot { x: hotspot.0, y: hotspot.1 };
        assert!(CursorShape::new(size, hotspot, vec![0; bytes]).is_err(), "{size:?}");
    }
}
