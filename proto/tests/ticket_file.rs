//! The ticket file from outside: one reading for each text, one text for each ticket, no input that breaks it.
//! The refusals one by one are in the vectors of `deskside-crypto`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is a test, also where its functions are no test cases"
)]

use std::net::{Ipv4Addr, Ipv6Addr};

use deskside_proto::ids::TicketId;
use deskside_proto::name::PersonName;
use deskside_proto::ticket_file::{
    Address, Addresses, DnsName, FILE_EXTENSION, Host, OuterLayer, TicketFile, TicketFileError, Validity,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn hosts() -> impl Strategy<Value = Host> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Host::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| Host::V6(Ipv6Addr::from_bits(bits))),
        "([a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\\.){0,3}[a-z]{1,12}"
            .prop_filter_map("a name", |text| DnsName::parse(&text).ok().map(Host::Name)),
    ]
}

fn addresses() -> impl Strategy<Value = Addresses> {
    let address =
        (hosts(), 1..=u16::MAX).prop_filter_map("reachable", |(host, port)| Address::new(host, port).ok());
    vec(address, 1..=16).prop_filter_map("no two equal", |list| Addresses::new(list).ok())
}

fn outer() -> impl Strategy<Value = OuterLayer> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|salt| OuterLayer::Passphrase { salt }),
        any::<[u8; 32]>().prop_map(|enc| OuterLayer::Expert { enc }),
    ]
}

fn block<const N: usize>() -> impl Strategy<Value = [u8; N]> {
    vec(any::<u8>(), N).prop_map(|bytes| bytes.try_into().unwrap())
}

fn tickets() -> impl Strategy<Value = TicketFile> {
    let name = "\\PC{1,64}".prop_filter_map("a name", |text| PersonName::cleaned(&text));
    let validity = (0..=Validity::LATEST, 1..=Validity::MAX_SECONDS)
        .prop_filter_map("within the years", |(from, seconds)| Validity::new(from, from + seconds).ok());
    (any::<[u8; 16]>(), name, validity, block::<64>(), addresses(), outer(), block::<128>(), block::<64>())
        .prop_map(|(id, from, validity, client, addresses, outer, ciphertext, signature)| TicketFile {
            id: TicketId(id),
            from,
            validity,
            client,
            addresses,
            outer,
            ciphertext,
            signature,
        })
}

fn example() -> TicketFile {
    TicketFile {
        id: TicketId([0xe2; 16]),
        from: PersonName::parse("Ana Núñez").unwrap(),
        validity: Validity::new(1_795_348_800, 1_795_352_431).unwrap(),
        client: [1; 64],
        addresses: Addresses::new(vec![Address::new(Host::V4(Ipv4Addr::LOCALHOST), 47470).unwrap()]).unwrap(),
        outer: OuterLayer::Passphrase { salt: [2; 16] },
        ciphertext: [3; 128],
        signature: [4; 64],
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(ticket in tickets()) {
        let text = ticket.to_text();
        prop_assert!(text.len() <= TicketFile::MAX_BYTES);
        prop_assert_eq!(TicketFile::parse(text.as_bytes()), Ok(ticket.clone()));
        prop_assert!(ticket.bytes_to_sign().starts_with(&ticket.outer_aad()));
    }

    #[test]
    fn what_transport_may_do_changes_nothing(ticket in tickets(), before in 0..3usize, after in 0..3usize, mark: bool) {
        let text = ticket.to_text();
        let damaged = format!(
            "{}{}{}{}",
            if mark { "\u{feff}" } else { "" }, "\n".repeat(before), text.trim_end_matches('\n'), "\n".repeat(after)
        );
        prop_assert_eq!(TicketFile::parse(damaged.as_bytes()), Ok(ticket.clone()));
        prop_assert_eq!(TicketFile::parse(damaged.replace('\n', "\r\n").as_bytes()), Ok(ticket));
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_break_nothing(bytes in vec(any::<u8>(), 0..9000)) {
        let _ = TicketFile::parse(&bytes);
    }

    #[test]
    fn a_ticket_with_a_piece_changed_is_refused_or_has_another_written_form(
        ticket in tickets(), at in any::<prop::sample::Index>(), remove in 0..4usize, insert in vec(any::<u8>(), 0..4)
    ) {
        let text = ticket.to_text().into_bytes();
        let at = at.index(text.len());
        let mut changed = text.clone();
        changed.splice(at..(at + remove).min(text.len()), insert);
        if let Ok(read) = TicketFile::parse(&changed) {
            let same = read == ticket;
            let forgiven = changed.iter().filter(|b| **b != b'\n').eq(text.iter().filter(|b| **b != b'\n'));
            prop_assert!(!same || forgiven, "two texts for one ticket that differ in more than line ends");
            prop_assert_eq!(TicketFile::parse(read.to_text().as_bytes()), Ok(read));
        }
    }

    #[test]
    fn two_tickets_are_never_one(one in tickets(), other in tickets(), between in "[\n]{0,2}", trim: bool) {
        let first = one.to_text();
        let first = if trim { first.trim_end() } else { &first };
        let glued = format!("{first}{between}{}", other.to_text());
        let refused = TicketFile::parse(glued.as_bytes());
        prop_assert!(matches!(refused, Err(TicketFileError::SeveralTickets | TicketFileError::TooLarge)));
    }
}

#[test]
fn the_written_form_is_the_documented_one() {
    let text = example().to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Deskside ticket 4lrofyxc from Ana Núñez, valid until 2026-11-22 13:00 UTC");
    assert_eq!(lines[1], "-----BEGIN DESKSIDE TICKET-----");
    assert!(lines[2].starts_with("RFNLVAH"));
    assert!(lines[2..lines.len() - 2].iter().all(|line| line.len() == 64));
    assert_eq!(lines[lines.len() - 1], "-----END DESKSIDE TICKET-----");
    assert!(text.ends_with("-----\n") && !text.ends_with("\n\n"));
    assert_eq!(example().file_name(), format!("help-4lrofyxc.{FILE_EXTENSION}"));
}

#[test]
fn the_longest_ticket_stays_below_the_limit() {
    let name = |n: usize| format!("{n:02}{0}.{1}.{1}.{2}", "a".repeat(61), "b".repeat(63), "c".repeat(61));
    let address = |n| Address::new(Host::Name(DnsName::parse(&name(n)).unwrap()), u16::MAX).unwrap();
    let ticket = TicketFile {
        from: PersonName::parse(&"𝔛".repeat(64)).unwrap(),
        addresses: Addresses::new((0..16).map(address).collect()).unwrap(),
        outer: OuterLayer::Expert { enc: [9; 32] },
        ..example()
    };
    let text = ticket.to_text();
    assert!((6500..7000).contains(&text.len()), "{}", text.len());
    assert_eq!(TicketFile::parse(text.as_bytes()), Ok(ticket));
}

#[test]
fn a_name_that_looks_like_armour_changes_nothing() {
    for name in [
        "-----BEGIN DESKSIDE TICKET-----",
        "-----END DESKSIDE TICKET-----",
        ", valid until 9999-12-31 23:59 UTC",
    ] {
        let ticket = TicketFile { from: PersonName::parse(name).unwrap(), ..example() };
        assert_eq!(TicketFile::parse(ticket.to_text().as_bytes()), Ok(ticket), "{name}");
    }
}

#[test]
fn every_refusal_is_a_plain_sentence_of_its_own() {
    use TicketFileError::*;
    let sentences: Vec<String> = [
        TooLarge,
        NotText,
        MixedLineEnds,
        NotATicket,
        SeveralTickets,
        CutOff,
        TextBefore,
        TextAfter,
        LineLength,
        NotBase64,
        NonCanonicalBase64,
        NewerVersion(2),
        VersionZero,
        BodyTooShort,
        BodyTooLong,
        NameEncoding,
        Validity,
        AddressCount,
        AddressKind(9),
        AddressTwice,
        OuterLayer(9),
        PassphraseParameters(9),
        FirstLineLies,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    let different: std::collections::BTreeSet<&String> = sentences.iter().collect();
    assert_eq!(different.len(), sentences.len());
}
