//! Tickets that must be refused, one reason each.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, HEXLOWER};
use deskside_crypto::identity::PublicIdentity;
use deskside_crypto::proof::{ProofInput, prove};
use deskside_crypto::ticket::{Key, verify};

use super::Vector;
use super::forge::{
    NOT_AFTER, NOT_BEFORE, PASSPHRASE, Raw, World, armour, armour_of_width, passphrase, raw_signature,
    second_spelling,
};
use super::positive::EXPORTER;

/// Fields that hold what they must not.
pub fn format(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
    let wrong = |name: &str, about: &str, variant: &str, raw: Raw| {
        Vector::new(name, about, &format!("format: {variant}"), raw.text())
    };
    let at = |addresses: &[&[u8]]| raw().reached_at(addresses);
    let named = |name: &[u8]| raw().named(name);
    let a_name = |name: &str| [&[1, name.len() as u8], name.as_bytes(), &[0, 80]].concat();
    let mut v6_mapped = vec![6];
    v6_mapped.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7, 0, 80]);
    let v6 = |first: [u8; 2]| [[6].as_slice(), &first, &[0; 13], &[1, 0, 80]].concat();
    let many: Vec<[u8; 7]> = (1..=17).map(|n| [4, 10, 0, 0, n, 0, 80]).collect();
    let many: Vec<&[u8]> = many.iter().map(<[u8; 7]>::as_slice).collect();
    let body = raw().body();
    let cut = |bytes: usize| armour(&raw().first_line, &BASE64.encode(&body[..body.len() - bytes]));
    let short =
        |name: &str, about: &str, text: String| Vector::new(name, about, "format: BodyTooShort", text);
    vec![
        wrong(
            "magic-bit-flipped",
            "The first byte of the body has a bit changed.",
            "WrongMagic",
            raw().change(|r| r.magic[0] ^= 1),
        ),
        wrong(
            "version-newer",
            "Made by a newer Deskside.",
            "NewerVersion(2)",
            raw().change(|r| r.version = 2),
        ),
        wrong(
            "version-newer-with-another-first-line",
            "A newer version may write another first line and another body: its own sentence, not one about lies.",
            "NewerVersion(2)",
            raw().change(|r| {
                r.version = 2;
                r.first_line = "Deskside invitation of another kind".into();
                r.ciphertext.truncate(40);
            }),
        ),
        wrong("version-zero", "There never was a version 0.", "VersionZero", raw().change(|r| r.version = 0)),
        wrong("name-empty", "Nobody asks.", "NameEncoding", named(b"")),
        wrong("name-too-long-in-bytes", "257 bytes.", "NameEncoding", named(&[b'a'; 257])),
        wrong("name-too-long-in-characters", "65 characters.", "Name(TooLong)", named(&[b'a'; 65])),
        wrong("name-not-utf8", "A name in another encoding.", "NameEncoding", named(b"N\xfa\xf1ez")),
        wrong(
            "name-with-line-end",
            "A name that makes a second line.",
            "Name(ForbiddenCharacter)",
            named(b"Ana\nAllow"),
        ),
        wrong(
            "name-with-direction",
            "A name that turns the text around.",
            "Name(ForbiddenCharacter)",
            named("\u{202e}anA".as_bytes()),
        ),
        wrong("name-with-space-at-end", "Two names that look the same.", "Name(StraySpace)", named(b"Ana ")),
        wrong(
            "name-length-beyond-body",
            "A length that reaches beyond what is there.",
            "NameEncoding",
            raw().change(|r| r.name_length = u16::MAX),
        ),
        wrong(
            "validity-ends-before-it-begins",
            "",
            "Validity",
            raw().change(|r| r.not_after = r.not_before - 1),
        ),
        wrong(
            "validity-empty",
            "It ends as it begins.",
            "Validity",
            raw().change(|r| r.not_after = r.not_before),
        ),
        wrong(
            "validity-too-long",
            "One second more than seven days.",
            "Validity",
            raw().change(|r| r.not_after = r.not_before + 7 * 86_400 + 1),
        ),
        wrong(
            "validity-beyond-year-9999",
            "",
            "Validity",
            raw().change(|r| (r.not_before, r.not_after) = (253_402_300_000, 253_402_300_800)),
        ),
        wrong("addresses-none", "", "AddressCount", at(&[])),
        wrong("addresses-seventeen", "", "AddressCount", at(&many)),
        wrong("address-twice", "", "AddressTwice", at(&[&[4, 10, 0, 0, 1, 0, 80], &[4, 10, 0, 0, 1, 0, 80]])),
        wrong("address-of-unknown-kind", "", "AddressKind(5)", at(&[&[5, 10, 0, 0, 1, 0, 80]])),
        wrong("address-without-port", "", "Address(NoPort)", at(&[&[4, 10, 0, 0, 1, 0, 0]])),
        wrong("address-unspecified", "0.0.0.0", "Address(NotOneMachine)", at(&[&[4, 0, 0, 0, 0, 0, 80]])),
        wrong(
            "address-broadcast",
            "255.255.255.255",
            "Address(NotOneMachine)",
            at(&[&[4, 255, 255, 255, 255, 0, 80]]),
        ),
        wrong("address-multicast", "224.0.0.1", "Address(NotOneMachine)", at(&[&[4, 224, 0, 0, 1, 0, 80]])),
        wrong("address-ipv6-multicast", "ff02::1", "Address(NotOneMachine)", at(&[&v6([0xff, 2])])),
        wrong(
            "address-ipv6-link-local",
            "fe80::1 means nothing without a zone.",
            "Address(NotOneMachine)",
            at(&[&v6([0xfe, 0x80])]),
        ),
        wrong(
            "address-ipv4-as-ipv6",
            "A second spelling of an IPv4 address.",
            "Address(MappedV4)",
            at(&[&v6_mapped]),
        ),
        wrong("address-name-in-capitals", "", "Address(Name)", at(&[&a_name("PC.example")])),
        wrong(
            "address-name-of-digits",
            "An IP address dressed as a name.",
            "Address(Name)",
            at(&[&a_name("0.0.0.0")]),
        ),
        wrong(
            "address-name-hexadecimal",
            "Old resolvers read it as a number.",
            "Address(Name)",
            at(&[&a_name("0x7f")]),
        ),
        wrong("address-name-empty", "", "Address(Name)", at(&[&a_name("")])),
        wrong("outer-layer-unknown", "", "OuterLayer(3)", raw().change(|r| r.outer[0] = 3)),
        wrong(
            "passphrase-parameters-unknown",
            "A file cannot choose the cost of a guess.",
            "PassphraseParameters(2)",
            raw().change(|r| r.outer[1] = 2),
        ),
        wrong(
            "body-too-long",
            "One byte follows the signature.",
            "BodyTooLong",
            raw().change(|r| r.tail = vec![0]),
        ),
        wrong(
            "body-twice",
            "Two bodies in one armour.",
            "BodyTooLong",
            raw().change(|r| r.tail = body.clone()),
        ),
        short("body-without-its-last-byte", "", cut(1)),
        short("body-without-signature", "", cut(64)),
        short("body-of-five-bytes", "Magic and version only.", cut(body.len() - 5)),
    ]
}

/// Text that has more than one reading, or none.
pub fn text(world: &World) -> Vec<Vector> {
    let raw = Raw::of(&world.by_passphrase);
    let good = raw.text();
    let letters = BASE64.encode(&raw.body());
    let other = world.by_expert_key.file.to_text();
    let wrong = |name: &str, about: &str, variant: &str, text: &str| {
        Vector::new(name, about, &format!("format: {variant}"), text)
    };
    let first = |line: &str| armour(line, &letters);
    let lines: Vec<&str> = good.lines().collect();
    let joined = |lines: Vec<&str>| lines.join("\n") + "\n";
    let mut not_text = good.clone().into_bytes();
    not_text[0] = 0xff;
    // One byte more than a multiple of three leaves four unused bits in the last letter before the padding.
    let padded = raw.clone().change(|r| r.tail = vec![0; (4 - r.body().len() % 3) % 3]);
    let stray = BASE64.encode(&padded.body()).replace("A==", "B==");
    let split = raw.body();
    let (start, end) = split.split_at(47);
    vec![
        wrong("empty", "An empty file.", "NotATicket", ""),
        wrong("first-line-only", "Cut off after the first line.", "NotATicket", &joined(lines[..1].to_vec())),
        wrong("truncated-in-a-line", "Cut off in the middle.", "CutOff", &good[..good.len() / 2]),
        wrong("truncated-before-end-line", "", "CutOff", &joined(lines[..lines.len() - 1].to_vec())),
        wrong("truncated-in-end-line", "", "CutOff", &good[..good.len() - 8]),
        wrong(
            "line-missing",
            "A line was lost in the ciphertext.",
            "BodyTooShort",
            &joined([&lines[..6], &lines[7..]].concat()),
        ),
        wrong("no-body", "", "CutOff", &joined([&lines[..2], &lines[lines.len() - 1..]].concat())),
        Vector::new("not-text", "Not UTF-8.", "format: NotText", not_text),
        wrong(
            "oversized",
            "8193 bytes, though only empty lines follow.",
            "TooLarge",
            &(good.clone() + &"\n".repeat(8193 - good.len())),
        ),
        wrong("glued", "Two tickets in one file.", "SeveralTickets", &(good.clone() + &other)),
        wrong("glued-twice-the-same", "The same ticket twice.", "SeveralTickets", &(good.clone() + &good)),
        wrong(
            "glued-without-line-end",
            "Two tickets, the first without its last line end.",
            "SeveralTickets",
            &(good.trim_end().to_owned() + &other),
        ),
        wrong(
            "glued-second-cut-off",
            "A whole ticket and the beginning of another.",
            "SeveralTickets",
            &(good.clone() + &other[..300]),
        ),
        wrong(
            "text-before",
            "A mail's text stands before it.",
            "TextBefore",
            &format!("Please help!\n{good}"),
        ),
        wrong("text-after", "A mail's signature stands after it.", "TextAfter", &format!("{good}-- \nAna\n")),
        wrong(
            "quoted",
            "A mail program quoted it.",
            "NotATicket",
            &good.lines().map(|line| format!("> {line}\n")).collect::<String>(),
        ),
        wrong("first-line-missing", "", "TextBefore", &joined(lines[1..].to_vec())),
        wrong(
            "empty-line-after-first-line",
            "",
            "TextBefore",
            &joined([&lines[..1], &[""], &lines[1..]].concat()),
        ),
        wrong(
            "first-line-lies-about-name",
            "",
            "FirstLineLies",
            &first(&raw.first_line.replace("Ana", "Eva")),
        ),
        wrong(
            "first-line-lies-about-time",
            "",
            "FirstLineLies",
            &first(&raw.first_line.replace("2026", "2036")),
        ),
        wrong(
            "first-line-lies-about-number",
            "",
            "FirstLineLies",
            &first(&raw.first_line.replace("ticket 4", "ticket 5")),
        ),
        wrong("first-line-with-space-at-end", "", "FirstLineLies", &first(&format!("{} ", raw.first_line))),
        wrong(
            "number-bit-flipped",
            "A bit of the number that the first line shows.",
            "FirstLineLies",
            &raw.clone().change(|r| r.id[0] ^= 1).text(),
        ),
        wrong(
            "line-ends-mixed",
            "One line ends with CRLF, the others with LF.",
            "MixedLineEnds",
            &good.replacen('\n', "\r\n", 1),
        ),
        wrong("line-ends-of-cr", "Bare carriage returns.", "MixedLineEnds", &good.replace('\n', "\r")),
        wrong(
            "line-too-short",
            "Lines of 60 characters.",
            "LineLength",
            &armour_of_width(&raw.first_line, &letters, 60),
        ),
        wrong(
            "line-too-long",
            "Lines of 76 characters, as in mail.",
            "LineLength",
            &armour_of_width(&raw.first_line, &letters, 76),
        ),
        wrong(
            "line-with-space-at-end",
            "",
            "LineLength",
            &good.replacen(lines[2], &format!("{} ", lines[2]), 1),
        ),
        wrong("empty-line-in-body", "", "LineLength", &joined([&lines[..4], &[""], &lines[4..]].concat())),
        wrong(
            "alphabet-of-urls",
            "Base64 with another alphabet.",
            "NotBase64",
            &armour(&raw.first_line, &BASE64URL.encode(&raw.body())),
        ),
        wrong("stray-character", "", "NotBase64", &good.replacen("RFNL", "RF L", 1)),
        wrong(
            "padding-missing",
            "",
            "LineLength",
            &armour(&raw.first_line, &BASE64_NOPAD.encode(&padded.body())),
        ),
        wrong(
            "padding-with-stray-bits",
            "Unused bits are not zero.",
            "NonCanonicalBase64",
            &armour(&raw.first_line, &stray),
        ),
        wrong(
            "padding-in-the-middle",
            "Two encodings one after the other: the same bytes, another spelling.",
            "NonCanonicalBase64",
            &armour(&raw.first_line, &(BASE64.encode(start) + &BASE64.encode(end))),
        ),
    ]
}

/// Tickets that were changed, or signed by somebody else.
pub fn signature(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
    let wrong = |name: &str, about: &str, raw: Raw| {
        Vector::new(name, about, "signature: Signature", raw.text()).with("passphrase", PASSPHRASE)
    };
    let key = |name: &str, about: &str, part: &str, raw: Raw| {
        Vector::new(name, about, &format!("signature: ClientKey({part})"), raw.text())
            .with("passphrase", PASSPHRASE)
    };
    // With the neutral element as key, R = the neutral element and S = 0 fit every message, if nobody looks.
    let neutral = |r: &mut Raw| {
        r.client[..32].fill(0);
        r.client[0] = 1;
        r.signature = vec![0; 64];
        r.signature[0] = 1;
    };
    let unlabelled = raw_signature(&world.client, &raw().unsigned());
    vec![
        wrong("signature-bit-flipped", "", raw().change(|r| r.signature[5] ^= 0x10)),
        wrong("ciphertext-bit-flipped", "", raw().change(|r| r.ciphertext[100] ^= 1)),
        wrong("salt-bit-flipped", "", raw().change(|r| r.outer[10] ^= 0x80)),
        wrong(
            "address-changed",
            "Somebody else's address.",
            raw().reached_at(&[&[4, 198, 51, 100, 1, 0xb9, 0x6e]]),
        ),
        wrong(
            "validity-prolonged",
            "By seconds, so that the first line stays the same.",
            raw().change(|r| r.not_after += 5),
        ),
        wrong(
            "number-changed",
            "Behind the part that the first line shows.",
            raw().change(|r| r.id[15] ^= 1),
        ),
        wrong(
            "client-key-swapped",
            "Another client's key, without its signature.",
            raw().change(|r| r.client = world.stranger.public().to_bytes()),
        ),
        wrong("signed-by-another-client", "", raw().signed_by(&world.stranger)),
        wrong(
            "signed-without-label",
            "A signature that the client made for something else.",
            raw().change(|r| r.signature = unlabelled),
        ),
        wrong(
            "signature-in-another-spelling",
            "S + L in place of S.",
            raw().change(|r| r.signature = second_spelling(&r.signature)),
        ),
        key(
            "client-key-of-small-order",
            "A key whose signature fits every message.",
            "VerifyingKey",
            raw().change(neutral),
        ),
        key("client-key-is-no-point", "", "VerifyingKey", raw().change(|r| r.client[..32].fill(2))),
        key(
            "client-sealing-key-of-small-order",
            "A key that leads to a secret that everybody knows.",
            "SealingKey",
            raw().change(|r| r.client[32..].fill(0)).signed_by(&world.client),
        ),
    ]
}

/// Keys that do not open, passwords and proofs of others.
pub fn credentials(world: &World) -> Vec<Vector> {
    let by_passphrase = world.by_passphrase.file.to_text();
    let by_expert_key = world.by_expert_key.file.to_text();
    let stranger = HEXLOWER.encode(world.stranger.seed().reveal());
    let expert = HEXLOWER.encode(world.expert.seed().reveal());
    let client = HEXLOWER.encode(world.client.seed().reveal());
    let swapped = Raw::of(&world.by_passphrase)
        .change(|r| r.client = world.stranger.public().to_bytes())
        .signed_by(&world.stranger);
    let swapped_for_expert = Raw::of(&world.by_expert_key)
        .change(|r| r.client = world.stranger.public().to_bytes())
        .signed_by(&world.stranger);
    let moved = Raw::of(&world.by_passphrase)
        .reached_at(&[&[4, 198, 51, 100, 1, 0xb9, 0x6e]])
        .signed_by(&world.client);

    let access = verify(&world.by_passphrase.file).unwrap().open(Key::Passphrase(&passphrase())).unwrap();
    let input = |exporter, expert: &PublicIdentity| {
        let id = &world.by_passphrase.file.id;
        let input = ProofInput { ticket: id, exporter, expert, sealed_password: &access.sealed_password };
        HEXLOWER.encode(&prove(&access.access_secret, &input))
    };
    let vector = |name: &str, about: &str, expect: &str, text: &str| Vector::new(name, about, expect, text);
    let spoken = |name: &str, about: &str, expect: &str, text: &str| {
        vector(name, about, expect, text).with("passphrase", PASSPHRASE)
    };
    let mut changed = access.sealed_password;
    changed[79] ^= 1;
    let other_ticket = world.by_expert_key.file.id;
    assert_eq!(
        other_ticket, world.by_passphrase.file.id,
        "the number is the same, so another blob is told by its bytes"
    );
    vec![
        vector("passphrase-wrong", "One word is another one.", "open: WrongPassphrase", &by_passphrase)
            .with("passphrase", "ranch-olive-tuna-bacon"),
        vector("passphrase-in-another-order", "", "open: WrongPassphrase", &by_passphrase)
            .with("passphrase", "olive-ranch-tuna-badge"),
        vector("passphrase-of-three-words", "", "passphrase: WordCount { found: 3 }", &by_passphrase)
            .with("passphrase", "ranch olive tuna"),
        vector(
            "passphrase-with-unknown-word",
            "Told by its place.",
            "passphrase: UnknownWord { position: 2 }",
            &by_passphrase,
        )
        .with("passphrase", "ranch olives tuna badge"),
        spoken(
            "client-key-swapped-and-signed",
            "Somebody put their own key in and signed: the passphrase does not open it.",
            "open: WrongPassphrase",
            &swapped.text(),
        ),
        spoken(
            "address-changed-and-signed",
            "Even signed, what was sealed opens only where it was sealed.",
            "open: WrongPassphrase",
            &moved.text(),
        ),
        vector(
            "expert-key-swapped-and-signed",
            "The same with an expert's key.",
            "open: NotForThisExpert",
            &swapped_for_expert.text(),
        )
        .with("expert-seed", &expert),
        vector("expert-is-another", "", "open: NotForThisExpert", &by_expert_key)
            .with("expert-seed", &stranger),
        vector("expert-key-for-passphrase", "", "open: NeedsPassphrase", &by_passphrase)
            .with("expert-seed", &expert),
        spoken("passphrase-for-expert-key", "", "open: NeedsExpertKey", &by_expert_key),
        spoken(
            "client-is-another",
            "The ticket came to a client that did not make it.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &stranger),
        spoken(
            "expert-opens-password",
            "The expert's own key does not open the password.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &expert),
        spoken(
            "password-bit-flipped",
            "The expert hands back something else.",
            "password: NotOurPassword",
            &by_passphrase,
        )
        .with("client-seed", &client)
        .with("handed-back", HEXLOWER.encode(&changed)),
        spoken("password-cut", "", "password: NotOurPassword", &by_passphrase)
            .with("client-seed", &client)
            .with("handed-back", HEXLOWER.encode(&changed[..79])),
        spoken(
            "proof-of-another-connection",
            "Relayed: made over another TLS exporter value.",
            "proof: Wrong",
            &by_passphrase,
        )
        .with("expert-seed", &expert)
        .with("exporter", HEXLOWER.encode(&EXPORTER))
        .with("proof", input(&[0xe8; 32], world.expert.public())),
        spoken("proof-of-another-expert", "", "proof: Wrong", &by_passphrase)
            .with("expert-seed", &expert)
            .with("exporter", HEXLOWER.encode(&EXPORTER))
            .with("proof", input(&EXPORTER, world.stranger.public())),
    ]
}

/// Tickets that were right and can no longer, or not yet, be used.
pub fn uses(world: &World) -> Vec<Vector> {
    let text = world.by_expert_key.file.to_text();
    let expert = HEXLOWER.encode(world.expert.seed().reveal());
    let vector = |name: &str, about: &str, refusal: &str, now: u64| {
        Vector::new(name, about, &format!("use: {refusal}"), text.as_str())
            .with("expert-seed", &expert)
            .with("now", now)
    };
    vec![
        vector("use-expired", "One second too late.", "Expired", NOT_AFTER + 1),
        vector("use-not-yet-valid", "One second too early.", "NotYetValid", NOT_BEFORE - 1),
        vector("use-used", "Its only use is spent.", "Used", NOT_BEFORE)
            .with("uses-allowed", 1)
            .with("uses-spent", 1),
        vector("use-used-three-times", "", "Used", NOT_BEFORE).with("uses-allowed", 3).with("uses-spent", 3),
        vector("use-cancelled", "", "Cancelled", NOT_BEFORE).with("cancelled", "yes"),
        vector("use-cancelled-and-expired", "What the person did is said first.", "Cancelled", NOT_AFTER + 1)
            .with("cancelled", "yes"),
        vector("use-too-many-failures", "", "TooManyFailures", NOT_BEFORE).with("failed-proofs", 10),
    ]
}
