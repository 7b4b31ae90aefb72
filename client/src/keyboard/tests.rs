//! The typist against a keyboard in memory that does what an X server does with strokes, for any keymap and any typing.

use std::collections::BTreeSet;
use std::time::Instant;

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{KeyEvent, Locks};
use deskside_proto::wire::typed::Typed;
use proptest::prelude::*;

use super::keymap::symbol_of;
use super::*;

const LOCK: u8 = 2;
const SHIFT: (u8, u8) = (50, 1);
const CONTROL: (u8, u8) = (37, 4);
const ALT: (u8, u8) = (64, 8);
const LEVEL3: (u8, u8) = (92, 0x80);

/// One level, two levels, ALPHABETIC, four levels, FOUR_LEVEL_ALPHABETIC.
fn kinds() -> Vec<Kind> {
    let level = |mods, level| Level { mods, level, preserved: 0 };
    vec![
        Kind { count: 1, ..Kind::default() },
        Kind { mods: 1, count: 2, levels: vec![level(1, 1)] },
        Kind { mods: 3, count: 2, levels: vec![level(1, 1), level(2, 1)] },
        Kind { mods: 0x81, count: 4, levels: vec![level(1, 1), level(0x80, 2), level(0x81, 3)] },
        Kind {
            mods: 0x83,
            count: 4,
            levels: [(1, 1), (2, 1), (0x80, 2), (0x81, 3), (0x82, 3), (0x83, 2)]
                .map(|(mods, at)| level(mods, at))
                .to_vec(),
        },
    ]
}

fn key(kind: usize, symbols: &[u32]) -> Key {
    Key { groups: vec![Group { kind, symbols: symbols.to_vec() }], wrap: Wrap::Around, mods: 0 }
}

/// A keymap of codes 8 to 255 with modifiers where they usually are, and letters as given by place.
fn keymap(letters: &[(KeyUsage, usize, Vec<u32>)]) -> Keymap {
    let mut keys = vec![Key::default(); 248];
    let mut set = |code: u8, key: Key| keys[usize::from(code - 8)] = key;
    for ((code, mods), symbol) in
        [(SHIFT, 0xffe1), (CONTROL, 0xffe3), (ALT, 0xffe9), (LEVEL3, 0xfe03), ((66, LOCK), 0xffe5)]
    {
        set(code, Key { mods, ..key(0, &[symbol]) });
    }
    set(36, key(0, &[0xff0d]));
    for (usage, kind, symbols) in letters {
        set(usage.x11().unwrap(), key(*kind, symbols));
    }
    Keymap::new(kinds(), 8, keys)
}

fn symbols(text: &str) -> Vec<u32> {
    text.chars().map(symbol_of).collect()
}

/// A keyboard and the program that has the focus.
struct Server {
    map: Keymap,
    down: BTreeSet<u8>,
    locked: u8,
    written: String,
    shortcuts: Vec<(u8, u8)>,
    changes: usize,
}

impl Server {
    fn new(map: &Keymap) -> Self {
        let (map, written) = (map.clone(), String::new());
        Self { map, down: BTreeSet::new(), locked: 0, written, shortcuts: Vec::new(), changes: 0 }
    }

    fn state(&self) -> State {
        let mods = self
            .down
            .iter()
            .filter_map(|code| self.map.key(*code))
            .fold(self.locked, |all, key| all | key.mods);
        State { mods, group: 0 }
    }

    fn carry_out(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Key { code, pressed: true } => {
                    assert!(self.down.insert(code), "a key that is down cannot go down");
                    let state = self.state();
                    if state.mods & (CONTROL.1 | ALT.1) != 0 {
                        self.shortcuts.push((code, state.mods));
                    } else {
                        self.written.extend(self.map.character(code, state));
                    }
                }
                Act::Key { code, pressed: false } => {
                    assert!(self.down.remove(&code), "only what is down goes up");
                }
                Act::Bear { code, lent } => {
                    self.changes += 1;
                    self.map.set_key(code, lent.map_or_else(Key::default, |lent| lent.key()));
                }
                Act::After(_) => {}
                Act::Lock { mods, on } => self.locked = self.locked & !mods | on,
            }
        }
    }
}

struct Desk {
    server: Server,
    typist: Typist,
    now: Instant,
}

impl Desk {
    fn new(map: Keymap) -> Self {
        let mut typist = Typist::default();
        let server = Server::new(&map);
        typist.follow(map);
        Self { server, typist, now: Instant::now() }
    }

    fn key(&mut self, event: KeyEvent) {
        let acts = self.typist.key(event, self.server.state(), self.now);
        self.server.carry_out(acts);
    }

    fn press(&mut self, usage: KeyUsage, text: &str) {
        self.key(KeyEvent::writing(usage, Typed::new(text).unwrap()));
    }

    fn hold(&mut self, usage: KeyUsage, pressed: bool) {
        self.key(KeyEvent::place(usage, pressed));
    }

    fn tap(&mut self, usage: KeyUsage, text: &str) {
        self.press(usage, text);
        self.hold(usage, false);
    }
}

fn us() -> Keymap {
    let mut keys: Vec<(KeyUsage, usize, Vec<u32>)> = ('a'..='z')
        .zip(KeyUsage::A.number()..)
        .map(|(letter, number)| {
            (KeyUsage::new(number).unwrap(), 2, symbols(&format!("{letter}{}", letter.to_ascii_uppercase())))
        })
        .collect();
    for (usage, both) in [
        (KeyUsage::DIGIT_1, "1!"),
        (KeyUsage::DIGIT_2, "2@"),
        (KeyUsage::DIGIT_7, "7&"),
        (KeyUsage::MINUS, "-_"),
        (KeyUsage::EQUAL, "=+"),
        (KeyUsage::SLASH, "/?"),
        (KeyUsage::SEMICOLON, ";:"),
    ] {
        keys.push((usage, 1, symbols(both)));
    }
    keymap(&keys)
}

fn ru() -> Keymap {
    let keys = [(KeyUsage::C, "сС"), (KeyUsage::Z, "яЯ"), (KeyUsage::A, "фФ"), (KeyUsage::Y, "нН")];
    keymap(&keys.map(|(usage, both)| (usage, 2, symbols(both))))
}

#[test]
fn a_key_that_gives_the_same_here_is_pressed_as_a_key() {
    let mut desk = Desk::new(us());
    desk.press(KeyUsage::A, "a");
    assert_eq!(desk.server.down, BTreeSet::from([KeyUsage::A.x11().unwrap()]), "it is held, so it repeats");
    desk.hold(KeyUsage::A, false);
    desk.hold(KeyUsage::SHIFT_LEFT, true);
    desk.tap(KeyUsage::A, "A");
    desk.hold(KeyUsage::SHIFT_LEFT, false);
    assert_eq!((desk.server.written.as_str(), desk.server.changes), ("aA", 0));
}

#[test]
fn german_typing_arrives_on_a_us_keyboard() {
    let mut desk = Desk::new(us());
    desk.tap(KeyUsage::Y, "z");
    desk.tap(KeyUsage::MINUS, "ß");
    // Shift and 7 is the slash; Shift must be up for it and down again for what follows.
    desk.hold(KeyUsage::SHIFT_LEFT, true);
    desk.press(KeyUsage::DIGIT_7, "/");
    desk.press(KeyUsage::SEMICOLON, "Ö");
    desk.hold(KeyUsage::DIGIT_7, false);
    desk.tap(KeyUsage::MINUS, "?");
    desk.hold(KeyUsage::SEMICOLON, false);
    desk.tap(KeyUsage::Z, "Y");
    desk.hold(KeyUsage::SHIFT_LEFT, false);
    // The level key is not sent, so this is the whole of AltGr and Q.
    desk.tap(KeyUsage::Q, "@");
    assert_eq!(desk.server.written, "zß/Ö?Y@");
    assert!(desk.server.down.is_empty());
    assert_eq!(desk.server.changes, 2, "one loan each for ß and ö");
}

#[test]
fn modifiers_are_as_the_expert_holds_them_before_anything_that_is_no_text() {
    let mut desk = Desk::new(us());
    desk.hold(KeyUsage::SHIFT_LEFT, true);
    desk.press(KeyUsage::DIGIT_7, "/");
    assert_eq!(desk.server.state().mods, 0);
    let acts = desk.typist.steady();
    desk.server.carry_out(acts);
    assert_eq!(desk.server.state().mods, SHIFT.1);
    desk.tap(KeyUsage::DIGIT_7, "/");
    desk.hold(KeyUsage::ENTER, true);
    assert_eq!(desk.server.state().mods, SHIFT.1);
    let acts = desk.typist.release_all();
    desk.server.carry_out(acts);
    assert!(desk.server.down.is_empty());
}

#[test]
fn shortcuts_go_by_the_letter() {
    let ctrl = |map: Keymap, usage: KeyUsage, text: &str| {
        let mut desk = Desk::new(map);
        desk.hold(KeyUsage::CONTROL_LEFT, true);
        desk.tap(usage, text);
        desk.hold(KeyUsage::CONTROL_LEFT, false);
        assert!(desk.server.down.is_empty());
        let (code, mods) = *desk.server.shortcuts.last().unwrap();
        let here = State { mods: mods & !CONTROL.1, group: 0 };
        (desk.server.map.character(code, here).unwrap(), KeyUsage::from_x11(code))
    };
    assert_eq!(ctrl(us(), KeyUsage::Y, "z"), ('z', Some(KeyUsage::Z)), "German undo");
    assert_eq!(ctrl(us(), KeyUsage::C, "с"), ('c', Some(KeyUsage::C)), "Russian copy");
    assert_eq!(ctrl(ru(), KeyUsage::C, "с"), ('с', Some(KeyUsage::C)), "Russian to Russian");
    assert_eq!(ctrl(ru(), KeyUsage::C, "c").0, 'c', "a Russian keyboard alone has no c");
    assert_eq!(
        ctrl(us(), KeyUsage::DIGIT_1, "&"),
        ('1', Some(KeyUsage::DIGIT_1)),
        "the first tab on a French keyboard"
    );
    assert_eq!(ctrl(us(), KeyUsage::BRACKET_RIGHT, "+").0, '+', "larger on a German keyboard");
    assert_eq!(ctrl(us(), KeyUsage::SEMICOLON, "ö"), (';', Some(KeyUsage::SEMICOLON)));
}

#[test]
fn text_without_a_key_holds_nothing_and_is_no_shortcut() {
    let mut desk = Desk::new(us());
    desk.hold(KeyUsage::CONTROL_LEFT, true);
    let acts = desk.typist.text(Typed::new("a漢\u{1f600}A").unwrap(), desk.server.state(), desk.now);
    desk.server.carry_out(acts);
    assert_eq!(desk.server.written, "a漢\u{1f600}A");
    assert_eq!(desk.server.down, BTreeSet::from([CONTROL.0]));
}

#[test]
fn what_was_lent_is_given_back() {
    let mut desk = Desk::new(us());
    desk.tap(KeyUsage::C, "с");
    assert_eq!(desk.typist.lent().count(), 1);
    let acts = desk.typist.give_back();
    desk.server.carry_out(acts);
    assert_eq!(desk.server.map, us());
}

#[test]
fn locks_are_changed_only_where_they_differ() {
    let mut desk = Desk::new(us());
    let caps = Locks { caps: true, ..Locks::default() };
    let acts = desk.typist.locks(caps, desk.server.locked);
    desk.server.carry_out(acts);
    assert_eq!(desk.server.locked, LOCK);
    assert!(desk.typist.locks(caps, LOCK).is_empty());
    // The expert's Caps Lock is on as well, so the text comes in capitals, and the key is pressed as a key.
    desk.tap(KeyUsage::A, "A");
    desk.tap(KeyUsage::MINUS, "ß");
    desk.tap(KeyUsage::C, "С");
    desk.tap(KeyUsage::B, "b");
    assert_eq!(desk.server.written, "AßСb");
}

#[test]
fn a_new_layout_is_followed_and_its_own_keys_come_first() {
    let mut desk = Desk::new(us());
    desk.tap(KeyUsage::C, "с");
    desk.server.map = ru();
    desk.typist.follow(ru());
    assert_eq!(desk.typist.lent().count(), 0, "the new keymap does not have the loan");
    desk.press(KeyUsage::C, "с");
    assert_eq!(desk.server.down, BTreeSet::from([KeyUsage::C.x11().unwrap()]));
}

/// Characters that lie on some levels of random keys, capitals apart from small ones too, and dead keys between them.
fn any_keymap() -> impl Strategy<Value = Keymap> {
    let symbol = prop_oneof![
        6 => "[a-zA-Z0-9äöüßéñ/?@€§сяЯλ]".prop_map(|text: String| symbol_of(text.chars().next().unwrap())),
        1 => Just(0xfe51_u32),
        1 => Just(0_u32),
    ];
    let key = (0_usize..4, proptest::collection::vec(symbol, 1..=4));
    proptest::collection::vec(key, 30).prop_map(|keys| {
        let places = (KeyUsage::A.number()..).filter_map(KeyUsage::new);
        let placed: Vec<_> =
            places.zip(keys).map(|(usage, (kind, symbols))| (usage, kind, symbols)).collect();
        keymap(
            &placed
                .into_iter()
                .filter(|(usage, ..)| ![0x28, 0x29, 0x2a, 0x2b].contains(&usage.number()))
                .collect::<Vec<_>>(),
        )
    })
}

#[derive(Debug, Clone)]
enum Typing {
    Write(u16, char),
    LetGo(u16),
    Shift(bool),
    Text(String),
    Click,
}

fn any_typing() -> impl Strategy<Value = Vec<Typing>> {
    let character =
        "[a-zA-Z0-9äöüßéñÉ/?@€§сяЯλжЖ漢\u{1f600}]".prop_map(|text: String| text.chars().next().unwrap());
    let step = prop_oneof![
        6 => (4_u16..34, character).prop_map(|(place, character)| Typing::Write(place, character)),
        4 => (4_u16..34).prop_map(Typing::LetGo),
        2 => any::<bool>().prop_map(Typing::Shift),
        1 => "[a-zß漢]{1,4}".prop_map(Typing::Text),
        1 => Just(Typing::Click),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    /// Whatever the keymap, whatever is held and however keys overlap: what arrives is what was typed, modifiers are the
    /// expert's own before anything else happens, and nothing stays pressed.
    #[test]
    fn what_is_typed_arrives_on_any_keymap(map in any_keymap(), typing in any_typing(), caps in any::<bool>()) {
        let mut desk = Desk::new(map.clone());
        desk.server.locked = if caps { LOCK } else { 0 };
        let mut expected = String::new();
        let mut held = BTreeSet::new();
        for step in typing {
            match step {
                Typing::Write(place, character) if held.insert(place) => {
                    desk.press(KeyUsage::new(place).unwrap(), &character.to_string());
                    expected.push(character);
                }
                Typing::LetGo(place) if held.remove(&place) => desk.hold(KeyUsage::new(place).unwrap(), false),
                Typing::Shift(down) => {
                    let shift = KeyUsage::SHIFT_LEFT;
                    let changed = if down { held.insert(shift.number()) } else { held.remove(&shift.number()) };
                    if changed {
                        desk.hold(shift, down);
                    }
                }
                Typing::Text(text) => {
                    let acts = desk.typist.text(Typed::new(&text).unwrap(), desk.server.state(), desk.now);
                    desk.server.carry_out(acts);
                    expected.push_str(&text);
                }
                Typing::Click => {
                    let acts = desk.typist.steady();
                    desk.server.carry_out(acts);
                    let shift = held.contains(&KeyUsage::SHIFT_LEFT.number());
                    prop_assert_eq!(desk.server.state().mods & !LOCK, u8::from(shift) * SHIFT.1);
                }
                Typing::Write(..) | Typing::LetGo(_) => {}
            }
            prop_assert_eq!(&desk.server.written, &expected);
        }
        for place in held {
            desk.hold(KeyUsage::new(place).unwrap(), false);
        }
        prop_assert!(desk.server.down.is_empty());
        let acts = desk.typist.give_back();
        desk.server.carry_out(acts);
        prop_assert_eq!(desk.server.map, map);
    }
}
