//! Fields that hold what they must not.

use data_encoding::BASE64;

use crate::scenarios::Vector;
use crate::scenarios::forge::{Raw, World, armour};

fn wrong(name: &str, about: &str, variant: &str, raw: Raw) -> Vector {
    Vector::new(name, about, &format!("format: {variant}"), raw.text())
}

pub fn version(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
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
    ]
}

pub fn name_and_validity(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
    let named = |name: &[u8]| raw().named(name);
    vec![
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
    ]
}

pub fn addresses(world: &World) -> Vec<Vector> {
    let at = |addresses: &[&[u8]]| Raw::of(&world.by_passphrase).reached_at(addresses);
    let a_name = |name: &str| [&[1, name.len() as u8], name.as_bytes(), &[0, 80]].concat();
    let mut v6_mapped = vec![6];
    v6_mapped.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7, 0, 80]);
    let v6 = |first: [u8; 2]| [[6].as_slice(), &first, &[0; 13], &[1, 0, 80]].concat();
    let many: Vec<[u8; 7]> = (1..=17).map(|n| [4, 10, 0, 0, n, 0, 80]).collect();
    let many: Vec<&[u8]> = many.iter().map(<[u8; 7]>::as_slice).collect();
    vec![
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
    ]
}

pub fn locks_and_length(world: &World) -> Vec<Vector> {
    let raw = || Raw::of(&world.by_passphrase);
    let body = raw().body();
    let cut = |bytes: usize| armour(&raw().first_line, &BASE64.encode(&body[..body.len() - bytes]));
    let short =
        |name: &str, about: &str, text: String| Vector::new(name, about, "format: BodyTooShort", text);
    vec![
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
