//! Text that has more than one reading, or none.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};

use crate::scenarios::Vector;
use crate::scenarios::forge::{Raw, World, armour, armour_of_width};

fn wrong(name: &str, about: &str, variant: &str, text: &str) -> Vector {
    Vector::new(name, about, &format!("format: {variant}"), text)
}

fn joined(lines: Vec<&str>) -> String {
    lines.join("\n") + "\n"
}

pub fn pieces(world: &World) -> Vec<Vector> {
    let good = Raw::of(&world.by_passphrase).text();
    let other = world.by_expert_key.file.to_text();
    let lines: Vec<&str> = good.lines().collect();
    let mut not_text = good.clone().into_bytes();
    not_text[0] = 0xff;
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
    ]
}

pub fn first_line(world: &World) -> Vec<Vector> {
    let raw = Raw::of(&world.by_passphrase);
    let good = raw.text();
    let letters = BASE64.encode(&raw.body());
    let first = |line: &str| armour(line, &letters);
    let lines: Vec<&str> = good.lines().collect();
    vec![
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
    ]
}

pub fn lines_and_letters(world: &World) -> Vec<Vector> {
    let raw = Raw::of(&world.by_passphrase);
    let good = raw.text();
    let letters = BASE64.encode(&raw.body());
    let lines: Vec<&str> = good.lines().collect();
    // One byte more than a multiple of three leaves four unused bits in the last letter before the padding.
    let padded = raw.clone().change(|r| r.tail = vec![0; (4 - r.body().len() % 3) % 3]);
    let stray = BASE64.encode(&padded.body()).replace("A==", "B==");
    let split = raw.body();
    let (start, end) = split.split_at(47);
    vec![
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
