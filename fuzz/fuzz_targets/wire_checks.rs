//! What must hold for any bytes on the wire; used by the fuzz targets and by the test that replays their corpora.
//! Input: the first byte chooses the family, the second (streams only) the size of the portions.

#![allow(dead_code, reason = "each user needs one of the two checks")]

use std::fmt::Debug;

use deskside_proto::wire::clipboard::{PieceHead, PieceRequest};
use deskside_proto::wire::control::{FromClient, FromExpert};
use deskside_proto::wire::cursor::CursorMessage;
use deskside_proto::wire::feedback::Feedback;
use deskside_proto::wire::files::FileList;
use deskside_proto::wire::input::InputFrame;
use deskside_proto::wire::{FrameReader, HEADER_BYTES, Message, UpdateHeader};

/// One frame: refused, or accepted with exactly one spelling.
pub fn message(data: &[u8]) {
    let Some((family, frame)) = data.split_first() else { return };
    match family % 9 {
        0 => one_spelling::<FromExpert>(frame),
        1 => one_spelling::<FromClient>(frame),
        2 => one_spelling::<InputFrame>(frame),
        3 => one_spelling::<Feedback>(frame),
        4 => one_spelling::<CursorMessage>(frame),
        5 => {
            if let Ok(request) = PieceRequest::decode(frame) {
                let mut again = Vec::new();
                request.encode(&mut again);
                assert_eq!(again, frame);
            }
        }
        6 => {
            if let Ok((head, piece)) = PieceHead::decode(frame) {
                let mut again = Vec::new();
                head.encode(&mut again);
                again.extend_from_slice(piece);
                assert_eq!(again, frame);
            }
        }
        7 => {
            if let Ok(list) = FileList::decode(frame) {
                assert_eq!(list.encode(), frame);
            }
        }
        _ => {
            if let Ok(header) = UpdateHeader::decode(frame) {
                let mut again = Vec::new();
                header.encode(&mut again);
                assert_eq!(again, frame);
            }
        }
    }
}

/// A stream of frames: the portions in which it arrives change nothing, and no more than one frame is kept.
pub fn stream(data: &[u8]) {
    let Some(([family, portion], bytes)) = data.split_first_chunk() else { return };
    let portion = usize::from(*portion).max(1);
    match family % 5 {
        0 => any_portions::<FromExpert>(bytes, portion),
        1 => any_portions::<FromClient>(bytes, portion),
        2 => any_portions::<InputFrame>(bytes, portion),
        3 => any_portions::<Feedback>(bytes, portion),
        _ => any_portions::<CursorMessage>(bytes, portion),
    }
}

fn one_spelling<M: Message + Debug>(frame: &[u8]) {
    if let Ok(message) = M::decode(frame) {
        let mut again = Vec::new();
        message.encode(&mut again);
        assert_eq!(again, frame, "{message:?}");
    }
}

fn any_portions<M: Message + PartialEq + Debug>(bytes: &[u8], portion: usize) {
    let whole = read::<M>(std::iter::once(bytes));
    let parts = read::<M>(bytes.chunks(portion));
    assert_eq!(whole, parts);
}

/// The messages of a stream, and whether it ended well.
fn read<'a, M: Message>(portions: impl Iterator<Item = &'a [u8]>) -> (Vec<M>, bool) {
    let mut reader = FrameReader::<M>::new();
    let mut messages = Vec::new();
    for mut portion in portions {
        loop {
            let longest = HEADER_BYTES + 8 + 256 * 256 * 4;
            assert!(reader.buffered() <= longest);
            match reader.read(&mut portion) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(_) => return (messages, false),
            }
        }
    }
    let whole = reader.finish().is_ok();
    (messages, whole)
}
