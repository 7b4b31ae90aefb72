//! Updates through every order of pieces, repairs, doubled datagrams and resets, against what was sent.

use super::*;
use crate::expert::assembly::HEAD_BYTES;
use deskside_proto::wire::{StreamKind, UpdateHeader, WireError};

/// A fixed sequence of numbers, the same in every run.
struct Dice(u32);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % limit
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn payload(dice: &mut Dice, length: usize) -> Vec<u8> {
    (0..length).map(|_| dice.below(256) as u8).collect()
}

fn stream(sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![StreamKind::Update.code()];
    UpdateHeader::new(sequence, payload.len()).unwrap().encode(&mut bytes);
    bytes.extend_from_slice(payload);
    bytes
}

fn fold(payload: &[u8], period: usize) -> Vec<u8> {
    let mut fold = vec![0; period];
    for (at, byte) in payload.iter().enumerate() {
        fold[at % period] ^= byte;
    }
    fold
}

fn repair<'a>(sequence: u32, total: usize, fold: &'a [u8], part: std::ops::Range<usize>) -> UpdateRepair<'a> {
    UpdateRepair {
        sequence,
        total: total as u16,
        period: fold.len() as u16,
        offset: part.start as u16,
        bytes: &fold[part],
    }
}

fn all_of(sequence: u32, payload: &[u8], is_repaired: bool) -> Option<Popped> {
    Some(Popped { sequence, whole: Some(Complete { payload: payload.to_vec(), is_repaired }) })
}

fn whole(sequence: u32, payload: &[u8]) -> Option<Popped> {
    all_of(sequence, payload, false)
}

fn repaired(sequence: u32, payload: &[u8]) -> Option<Popped> {
    all_of(sequence, payload, true)
}

#[test]
fn one_lost_packet_is_mended_wherever_it_was_and_whatever_it_took_along() {
    let mut dice = Dice(1);
    for _ in 0..300 {
        let length = 100 + dice.below(900);
        let sent = payload(&mut dice, length);
        let period = 40 + dice.below(60);
        let bytes = stream(0, &sent);
        let lost = dice.below(bytes.len());
        let lost = lost..(lost + 1 + dice.below(period)).min(bytes.len());
        let mut intake = Intake::default();
        let fold = fold(&sent, period);
        intake.repair(&repair(0, sent.len(), &fold, 0..period)).unwrap();
        assert_eq!(intake.wants(), (HEAD_BYTES + sent.len() + 1, false));
        intake.take(lost.end as u64, &bytes[lost.end..]).unwrap();
        intake.take(0, &bytes[..lost.start]).unwrap();
        assert!(intake.pop() == repaired(0, &sent));
        assert_eq!(intake.next(), 1);
    }
}

#[test]
fn what_cannot_be_known_is_waited_for() {
    let sent = payload(&mut Dice(2), 100);
    let (bytes, fold) = (stream(0, &sent), fold(&sent, 30));
    let mut intake = Intake::default();
    intake.repair(&repair(0, 100, &fold, 0..30)).unwrap();
    // Two lost bytes that lie one period apart.
    for part in [0..HEAD_BYTES + 10, HEAD_BYTES + 11..HEAD_BYTES + 40, HEAD_BYTES + 41..bytes.len()] {
        intake.take(part.start as u64, &bytes[part]).unwrap();
        assert!(intake.pop().is_none());
    }
    intake.take((HEAD_BYTES + 40) as u64, &bytes[HEAD_BYTES + 40..=HEAD_BYTES + 40]).unwrap();
    assert!(intake.pop() == repaired(0, &sent));
}

#[test]
fn a_copy_alone_brings_an_update_in_any_order_of_its_parts() {
    let mut dice = Dice(3);
    let sent = payload(&mut dice, 5_000);
    let mut parts: Vec<_> = (0..5_000).step_by(700).map(|at| at..(at + 700).min(5_000)).collect();
    dice.shuffle(&mut parts);
    let mut intake = Intake::default();
    for part in parts {
        assert!(intake.pop().is_none());
        for _ in 0..2 {
            intake.repair(&repair(0, 5_000, &sent, part.clone())).unwrap();
        }
    }
    assert!(intake.pop() == repaired(0, &sent));
}

/// What reaches the expert of one update.
enum Piece {
    Stream(u64, Vec<u8>),
    Repair { total: usize, fold: Vec<u8>, part: std::ops::Range<usize> },
    Reset,
}

/// One update as it arrives: pieces of its stream in any order after the head, repairs of which some are lost, and
/// perhaps a reset in the middle of it.
fn pieces(dice: &mut Dice, sequence: u32, sent: &[u8], is_abandoned: bool) -> Vec<Piece> {
    let bytes = stream(sequence, sent);
    let mut pieces = Vec::new();
    let mut at = HEAD_BYTES;
    while at < bytes.len() {
        let end = (at + 1 + dice.below(400)).min(bytes.len());
        pieces.push(Piece::Stream(at as u64, bytes[at..end].to_vec()));
        at = end;
    }
    if dice.below(3) > 0 {
        let period = 1 + dice.below(sent.len());
        let fold = fold(sent, period);
        for begin in (0..period).step_by(300) {
            for _ in 0..dice.below(3) {
                let part = begin..(begin + 300).min(period);
                pieces.push(Piece::Repair { total: sent.len(), fold: fold.clone(), part });
            }
        }
    }
    dice.shuffle(&mut pieces);
    if is_abandoned {
        pieces.truncate(dice.below(pieces.len() + 1));
        pieces.push(Piece::Reset);
    }
    pieces.insert(0, Piece::Stream(0, bytes[..HEAD_BYTES].to_vec()));
    pieces
}

#[test]
fn every_update_that_was_not_given_up_comes_once_in_order_and_unchanged() {
    let mut dice = Dice(4);
    for _ in 0..60 {
        let sent: Vec<_> = (0..40)
            .map(|_| {
                let length = 1 + dice.below(3_000);
                (payload(&mut dice, length), dice.below(5) == 0)
            })
            .collect();
        let mut waiting: Vec<_> = sent
            .iter()
            .enumerate()
            .map(|(at, (payload, given_up))| (at as u32, pieces(&mut dice, at as u32, payload, *given_up)))
            .collect();
        let mut intake = Intake::default();
        let mut got = Vec::new();
        while !waiting.is_empty() {
            // Datagrams of later updates come whenever they like; streams are read in their order.
            let ahead = dice.below(waiting.len().min(8));
            let (sequence, pieces) = &mut waiting[ahead];
            let is_due = *sequence == intake.next();
            let at =
                if is_due { Some(0) } else { pieces.iter().position(|p| matches!(p, Piece::Repair { .. })) };
            match at.filter(|_| !pieces.is_empty()).map(|at| pieces.remove(at)) {
                Some(Piece::Stream(offset, bytes)) => intake.take(offset, &bytes).unwrap(),
                Some(Piece::Repair { total, fold, part }) => {
                    intake.repair(&repair(*sequence, total, &fold, part)).unwrap();
                }
                Some(Piece::Reset) => intake.give_up(std::iter::empty()),
                None => {}
            }
            while let Some(Popped { sequence, whole }) = intake.pop() {
                got.extend(whole.map(|whole| (sequence, whole.payload)));
            }
            waiting.retain(|(sequence, pieces)| *sequence >= intake.next() && !pieces.is_empty());
        }
        let mut expected =
            sent.iter().enumerate().map(|(at, (payload, given_up))| (at as u32, payload, *given_up));
        for (sequence, payload) in got {
            // One that was given up may have come before its reset; nothing else may be missing.
            let (_, same, _) = expected.find(|(at, _, given_up)| *at == sequence || !given_up).unwrap();
            assert!(*same == payload, "{sequence}");
        }
        assert!(expected.all(|(_, _, given_up)| given_up));
    }
}

#[test]
fn datagrams_that_contradict_each_other_or_the_stream_are_a_violation() {
    let invalid = |field| {
        let error = WireError::InvalidValue(field);
        Err(PeerMisbehaved::InvalidMessage { stream: StreamKind::Update, error })
    };
    let bytes = [1; 50];
    let mut intake = Intake::default();
    intake.repair(&repair(0, 100, &bytes, 0..50)).unwrap();
    assert_eq!(intake.repair(&repair(0, 101, &bytes, 0..50)), invalid("total"));
    assert_eq!(intake.repair(&repair(0, 100, &bytes[..40], 0..40)), invalid("period"));
    assert_eq!(intake.take(0, &stream(0, &[0; 99])), invalid("total"));
    let mut intake = Intake::default();
    intake.take(0, &stream(0, &[0; 99])[..20]).unwrap();
    assert_eq!(intake.repair(&repair(0, 100, &bytes, 0..50)), invalid("total"));
}

#[test]
fn a_flood_of_repairs_is_bounded_and_late_or_early_ones_are_nothing() {
    let fold = vec![0; 60_000];
    let mut intake = Intake::default();
    for sequence in 0..1_000 {
        intake.repair(&repair(sequence, 60_000, &fold, 0..1)).unwrap();
        intake.repair(&repair(sequence.wrapping_sub(1_000), 60_000, &fold, 0..1)).unwrap();
    }
    let held: usize = intake.upcoming.iter().map(|update| update.assembly.held_bytes()).sum();
    assert!(held <= 60_000 + REPAIR_BYTES, "{held}");
    assert!(intake.upcoming.len() <= MAX_UPDATE_STREAMS as usize);
}

#[test]
fn sequence_numbers_may_wrap() {
    let mut intake = Intake { next: u32::MAX, ..Intake::default() };
    let (last, first) = ([7; 10], [8; 10]);
    intake.repair(&repair(0, 10, &first, 0..10)).unwrap();
    assert!(intake.pop().is_none());
    intake.take(0, &stream(u32::MAX, &last)).unwrap();
    assert!(intake.pop() == whole(u32::MAX, &last));
    assert!(intake.pop() == repaired(0, &first));
}

#[test]
fn one_reset_takes_along_what_it_names_although_that_has_arrived() {
    let bytes: Vec<_> = (0..4_u8).map(|number| vec![number; 20]).collect();
    let mut intake = Intake::default();
    for ahead in [1, 2, 3] {
        intake.repair(&repair(ahead, 20, &bytes[ahead as usize], 0..20)).unwrap();
    }
    intake.give_up([1, 3].into_iter());
    let given_up = |sequence| Some(Popped { sequence, whole: None });
    assert_eq!(intake.pop(), given_up(0));
    assert_eq!(intake.pop(), given_up(1));
    assert_eq!(intake.pop(), repaired(2, &bytes[2]));
    assert_eq!(intake.pop(), given_up(3));
    assert_eq!((intake.pop(), intake.next()), (None, 4));
}
