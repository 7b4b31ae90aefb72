//! From files and pasted text to tickets: what is good opens, what is bad is told apart and left as it is.

use deskside_crypto::ticket::Recipient;
use deskside_expert::model::TicketFault;
use deskside_expert::opening::{read_file, read_text, try_passphrase};

use crate::samples::{PASSPHRASE, client, expert, file, sealed, with_passphrase};

#[test]
fn a_ticket_opens_with_its_passphrase_however_it_is_typed() {
    let ticket = with_passphrase(60);
    for typed in [PASSPHRASE, "ORBIT canvas  Tiger lemon", " orbit-canvas - tiger-lemon "] {
        assert!(try_passphrase(&ticket, typed).is_ok(), "{typed}");
    }
}

#[test]
fn a_wrong_passphrase_is_not_the_same_as_none() {
    let ticket = with_passphrase(60);
    assert_eq!(try_passphrase(&ticket, "orbit-canvas-tiger-orbit").err(), Some(TicketFault::WrongPassphrase));
    for typed in ["", "orbit canvas tiger", "orbit canvas tiger xyzzy", "a b c d e f"] {
        let fault = try_passphrase(&ticket, typed).err();
        assert!(matches!(fault, Some(TicketFault::NotAPassphrase(_))), "{typed}: {fault:?}");
    }
}

#[test]
fn a_ticket_for_this_experts_key_needs_nothing_more() {
    assert!(sealed().access.is_some());
}

#[test]
fn a_ticket_for_another_expert_is_told_so() {
    let text = file(Recipient::Expert(client().public()), 60).to_text();
    assert_eq!(read_text(&text, &expert()).err(), Some(TicketFault::NotForYou));
}

#[test]
fn bad_files_are_told_apart_and_stay_as_they_were() {
    let good = file(Recipient::Expert(expert().public()), 60).to_text();
    let lines: Vec<&str> = good.lines().collect();
    let lying = good.replacen("Anna Berg", "Otto Berg", 1);
    let mut flipped = good.clone().into_bytes();
    let place = good.find(lines[3]).unwrap() + 5;
    flipped[place] = if flipped[place] == b'A' { b'B' } else { b'A' };
    let cases: [(&str, Vec<u8>, &[TicketFault]); 6] = [
        ("empty", vec![], &[TicketFault::NotATicket]),
        ("picture", vec![0xff, 0xd8, 0xff, 0xe0, 0, 16], &[TicketFault::NotATicket]),
        ("large", vec![b'a'; 100_000], &[TicketFault::TooLarge]),
        ("cut", good.as_bytes()[..good.len() / 2].to_vec(), &[TicketFault::Damaged]),
        ("lying", lying.into_bytes(), &[TicketFault::Lying]),
        ("flipped", flipped, &[TicketFault::Forged, TicketFault::Damaged, TicketFault::Lying]),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, faults) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let fault = read_file(&path, &expert()).expect_err(name);
        assert!(faults.contains(&fault), "{name}: {fault:?}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name}");
    }
    assert!(matches!(read_file(folder.path(), &expert()).err(), Some(TicketFault::File(_))));
    assert!(matches!(read_file(&folder.path().join("none"), &expert()).err(), Some(TicketFault::File(_))));
}

#[test]
fn what_is_pasted_may_be_a_ticket_a_path_or_a_file_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a ticket.deskside");
    let text = file(Recipient::Expert(expert().public()), 60).to_text();
    std::fs::write(&path, &text).unwrap();
    let address = format!("file://{}", path.display()).replace(' ', "%20");
    for pasted in [format!("\n\n{text}\n"), path.display().to_string(), address] {
        assert!(read_text(&pasted, &expert()).is_ok(), "{pasted}");
    }
    assert_eq!(read_text("hello", &expert()).err(), Some(TicketFault::NotATicket));
    assert!(matches!(read_text("file:///%zz", &expert()).err(), Some(TicketFault::NotATicket)));
}
