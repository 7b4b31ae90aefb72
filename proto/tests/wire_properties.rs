//! What must hold for any bytes: reading never panics, and what is accepted has exactly one spelling.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets a surprise must stop there"
)]

use std::fmt::Debug;
use std::num::NonZeroU64;

use deskside_proto::geometry::DesktopPoint;
use deskside_proto::ids::{GrantId, RequestId};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::session::Scopes;
use deskside_proto::wire::clipboard::{PieceHead, PieceRequest};
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::files::FileList;
use deskside_proto::wire::input::{InputEvent, InputFrame, KeyEvent, Locks, PointerButton};
use deskside_proto::wire::typed::Typed;
use deskside_proto::wire::{FrameReader, Message, UpdateHeader};
use proptest::prelude::*;

/// Frames with a kind that exists and a length that fits, so that bodies are reached.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop::sample::select(vec![
        0x01u8, 0x02, 0x03, 0x04, 0x05, 0x40, 0xc0, 0x21, 0x22, 0x23, 0x24, 0x25, 0x31, 0x32, 0x33, 0x81,
        0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x90, 0x91, 0x92, 0xa1, 0xa2, 0xa3,
    ]);
    // Small numbers are valid far more often than large ones.
    let byte = prop_oneof![4 => 0u8..8, 1 => any::<u8>()];
    (kinds, prop::collection::vec(byte, 0..40)).prop_map(|(kind, body)| {
        let mut frame = vec![kind];
        frame.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        frame.extend(body);
        frame
    })
}

fn accepts_one_spelling<M: Message + PartialEq + Debug>(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(message) = M::decode(bytes) {
        let mut again = Vec::new();
        message.encode(&mut again);
        prop_assert_eq!(again, bytes);
    }
    let mut reader = FrameReader::<M>::new();
    let mut input = bytes;
    let streamed = reader.read(&mut input);
    if input.is_empty() {
        prop_assert_eq!(streamed.ok().flatten(), M::decode(bytes).ok());
    }
    Ok(())
}

fn every_family(bytes: &[u8]) -> Result<(), TestCaseError> {
    accepts_one_spelling::<FromExpert>(bytes)?;
    accepts_one_spelling::<FromClient>(bytes)?;
    accepts_one_spelling::<InputFrame>(bytes)?;
    accepts_one_spelling::<Feedback>(bytes)?;
    accepts_one_spelling::<CursorMessage>(bytes)?;
    if let Ok(header) = UpdateHeader::decode(bytes) {
        let mut again = Vec::new();
        header.encode(&mut again);
        prop_assert_eq!(again, bytes);
    }
    if let Ok(request) = PieceRequest::decode(bytes) {
        let mut again = Vec::new();
        request.encode(&mut again);
        prop_assert_eq!(again, bytes);
    }
    if let Ok((head, piece)) = PieceHead::decode(bytes) {
        let mut again = Vec::new();
        head.encode(&mut again);
        again.extend_from_slice(piece);
        prop_assert_eq!(again, bytes);
    }
    if let Ok(list) = FileList::decode(bytes) {
        prop_assert_eq!(list.encode(), bytes);
    }
    Ok(())
}

fn grants() -> impl Strategy<Value = GrantId> {
    (1..=u64::MAX).prop_map(|number| GrantId(NonZeroU64::new(number).unwrap()))
}

fn input_frames() -> impl Strategy<Value = InputFrame> {
    let place = (0..16_384i32, 0..16_384i32).prop_map(|(x, y)| DesktopPoint::new(x, y));
    let button = prop::sample::select(PointerButton::ALL);
    let text = "\\PC{1,8}".prop_filter_map("too long, or a control character", |text| {
        Typed::new(&text).filter(|text| !text.is_empty())
    });
    let key = (0x04..=0xe7u16, any::<bool>(), text.clone()).prop_map(|(number, pressed, text)| {
        let text = if pressed { text } else { Typed::NOTHING };
        InputEvent::Key(KeyEvent { usage: KeyUsage::new(number).unwrap(), pressed, text })
    });
    let event =
        prop_oneof![
            place.clone().prop_map(|at| InputEvent::PointerMoved { at }),
            (button, any::<bool>(), place.clone())
                .prop_map(|(button, pressed, at)| InputEvent::PointerButton { button, pressed, at }),
            (any::<i16>(), any::<i16>(), place).prop_map(|(dx, dy, at)| InputEvent::Wheel { dx, dy, at }),
            key,
            text.prop_map(InputEvent::Text),
            (0..=7u8).prop_map(|bits| InputEvent::Locks(Locks::from_bits(bits).unwrap())),
            Just(InputEvent::ReleaseAll),
        ];
    (grants(), event).prop_map(|(grant, event)| InputFrame { grant, event })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_refused_or_have_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        every_family(&bytes)?;
    }

    #[test]
    fn any_body_is_refused_or_has_one_spelling(frame in frames()) {
        every_family(&frame)?;
    }

    #[test]
    fn input_survives_the_wire_in_any_portions(
        events in prop::collection::vec(input_frames(), 1..20),
        portion in 1usize..50,
    ) {
        let mut bytes = Vec::new();
        for event in &events {
            event.encode(&mut bytes);
        }
        let mut reader = FrameReader::<InputFrame>::new();
        let mut arrived = Vec::new();
        for mut chunk in bytes.chunks(portion) {
            while let Some(event) = reader.read(&mut chunk).unwrap() {
                arrived.push(event);
            }
        }
        prop_assert!(arrived == events, "{} of {} arrived", arrived.len(), events.len());
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn one_flipped_bit_is_never_read_as_the_same_message(
        request in any::<u32>(), grant in grants(), bit in 0usize..(19 * 8),
    ) {
        let message = FromClient::ControlAllowed { request: RequestId(request), grant, scopes: Scopes::CONTROL };
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        prop_assert_eq!(bytes.len(), 19);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(FromClient::decode(&bytes), Ok(message));
    }
}
