//! What each vector that is a message must say.

use super::*;

/// Each by the name of its vector.
pub fn messages() -> BTreeMap<String, Any> {
    let mut all = BTreeMap::new();
    let mut add =
        |name: &str, message| assert!(all.insert(name.to_owned(), message).is_none(), "{name} twice");
    for (name, message) in from_expert() {
        add(name, Any::FromExpert(message));
    }
    for (name, message) in from_client() {
        add(&name, Any::FromClient(message));
    }
    for (name, event) in input() {
        let number = if name == "release_all" { u64::MAX } else { 1 << 32 | 1 };
        add(&name, Any::Input(InputFrame { grant: grant(number), event }));
    }
    add("update_applied", Any::Feedback(Feedback::UpdateApplied { sequence: 41, backlog: 2 }));
    add("keyframe_needed", Any::Feedback(Feedback::KeyframeNeeded));
    add("heartbeat", Any::Feedback(Feedback::Heartbeat));
    let shape = |width, height, x, y, rgba| {
        let shape = CursorShape::new(Size::new(width, height), Hotspot { x, y }, rgba).unwrap();
        Any::Cursor(CursorMessage::Shape(shape))
    };
    add("cursor_shape", shape(2, 1, 1, 0, vec![0x80, 0, 0, 0x80, 0, 0, 0, 0]));
    add("cursor_shape_widest", shape(256, 1, 255, 0, vec![255; 1024]));
    add("cursor_hidden", Any::Cursor(CursorMessage::Hidden));
    add("cursor_moved", Any::Cursor(CursorMessage::Moved { at: DesktopPoint::new(11, 12) }));
    let longest = UpdateHeader::MAX_PAYLOAD_BYTES;
    add("update_header", Any::UpdateHeader(UpdateHeader::new(41, 1000).unwrap()));
    add("update_header_largest", Any::UpdateHeader(UpdateHeader::new(u32::MAX, longest).unwrap()));
    for (name, thing) in fetched() {
        add(&name, thing);
    }
    all
}

/// What stands on fetch streams, and what is fetched as a list.
fn fetched() -> Vec<(String, Any)> {
    let request = |format, item, offset, length| {
        let piece = Piece { offer: OfferId(7), format, item, offset, length };
        Any::PieceRequest(PieceRequest { grant: grant(1 << 32 | 2), piece })
    };
    let entry = |path: &str, kind, bytes| Entry { path: RelativePath::parse(path).unwrap(), kind, bytes };
    let files = vec![
        entry("Fotos", EntryKind::Folder, 0),
        entry("Fotos/Nuñez.jpg", EntryKind::File, 1000),
        entry("empty", EntryKind::File, 0),
    ];
    let mut all = vec![
        ("piece_request".to_owned(), request(Format::Text, 0, 0, PieceRequest::MAX_LENGTH)),
        ("piece_request_of_file".to_owned(), request(Format::Files, 3, u64::MAX - 1, 1)),
        ("piece_follows".to_owned(), Any::PieceHead(PieceHead::Follows { total: 1000 })),
        ("file_list".to_owned(), Any::FileList(FileList::new(files).unwrap())),
        ("file_list_empty".to_owned(), Any::FileList(FileList::new(Vec::new()).unwrap())),
    ];
    for &why in NoPiece::ALL {
        all.push((format!("piece_refused_{}", snake(why)), Any::PieceHead(PieceHead::Refused(why))));
    }
    all
}

fn offer(number: u32, selection: Selection, formats: &[Format]) -> Offer {
    let formats: Formats = formats.iter().copied().collect();
    Offer { grant: grant(1 << 32 | 2), offer: OfferId(number), selection, formats }
}

fn from_expert() -> Vec<(&'static str, FromExpert)> {
    let hello = Hello {
        version: 1,
        name: name("Erika Müller"),
        sealing_key: std::array::from_fn(|at| at as u8),
        ticket: TicketId(std::array::from_fn(|at| 0x40 + at as u8)),
        sealed_password: SealedPassword::new(vec![0xAB; 80]).unwrap(),
        proof: [0xCD; 32],
    };
    let largest = Hello {
        version: u16::MAX,
        name: name(&"𝔘".repeat(64)),
        sealing_key: [255; 32],
        ticket: TicketId([255; 16]),
        sealed_password: SealedPassword::new(vec![255; 256]).unwrap(),
        proof: [255; 32],
    };
    let keyboard = Scopes::from(Scope::Keyboard);
    vec![
        ("hello", FromExpert::Hello(hello)),
        ("hello_largest", FromExpert::Hello(largest)),
        ("request_control", FromExpert::RequestControl { request: RequestId(1), scopes: Scopes::CONTROL }),
        (
            "request_control_keyboard",
            FromExpert::RequestControl { request: RequestId(0x0102_0304), scopes: keyboard },
        ),
        (
            "request_control_read_copied",
            FromExpert::RequestControl { request: RequestId(1), scopes: Scope::ReadCopied.into() },
        ),
        (
            "request_control_give_copied",
            FromExpert::RequestControl { request: RequestId(1), scopes: Scope::GiveCopied.into() },
        ),
        ("expert_offer", FromExpert::Offer(offer(7, Selection::Clipboard, &[Format::Text, Format::Html]))),
        ("looking_at", looking(&[(0, 0, 1920, 1080), (1920, 56, 1280, 1024)])),
        ("looking_at_nothing", looking(&[])),
        ("looking_at_most", looking(&[(16383, 16383, 1, 1); LookedAt::MOST])),
        ("cancel_request", FromExpert::CancelRequest { request: RequestId(7) }),
        ("release_control", FromExpert::ReleaseControl { grant: grant(1 << 32 | 1) }),
        ("goodbye", FromExpert::Goodbye),
    ]
}

fn looking(parts: &[(i32, i32, u32, u32)]) -> FromExpert {
    let parts = parts.iter().map(|(x, y, width, height)| Rect::new(*x, *y, *width, *height));
    FromExpert::LookingAt(LookedAt::new(parts))
}

fn from_client() -> Vec<(String, FromClient)> {
    let grant = grant(1 << 32 | 1);
    let view =
        |width, height| FromClient::ViewAllowed { scopes: Scopes::VIEW, screen: Size::new(width, height) };
    let welcome = FromClient::Welcome { version: 1, client_name: name("Ana Núñez"), session: SessionId(3) };
    let allowed = FromClient::ControlAllowed { request: RequestId(1), grant, scopes: Scopes::CONTROL };
    let read = Scope::ReadCopied.into();
    let read =
        FromClient::ControlAllowed { request: RequestId(1), grant: self::grant(1 << 32 | 2), scopes: read };
    let text = offer(7, Selection::Clipboard, &[Format::Text, Format::Html]);
    let mut all = vec![
        ("control_allowed_read_copied".to_owned(), read),
        ("client_offer".to_owned(), FromClient::Offer(text)),
        ("client_offer_nothing".to_owned(), FromClient::Offer(offer(u32::MAX, Selection::Primary, &[]))),
        (
            "client_offer_everything".to_owned(),
            FromClient::Offer(offer(7, Selection::Clipboard, Format::ALL)),
        ),
        ("welcome".to_owned(), welcome),
        ("view_allowed".to_owned(), view(1920, 1080)),
        ("view_allowed_largest".to_owned(), view(16384, 2048)),
        ("control_allowed".to_owned(), allowed),
        ("control_paused".to_owned(), FromClient::ControlPaused { grant, paused: true }),
        ("control_resumed".to_owned(), FromClient::ControlPaused { grant, paused: false }),
    ];
    let monitor = |place: (i32, i32, u32, u32), primary, scale_percent, text: &str| Monitor {
        place: Rect::new(place.0, place.1, place.2, place.3),
        primary,
        scale_percent,
        name: name(text),
    };
    let two = [
        monitor((0, 0, 1920, 1080), true, 100, "eDP-1"),
        monitor((1920, 60, 2560, 1440), false, 150, "HDMI-1"),
    ];
    let furthest =
        |n| monitor((16383, 16383, 1, 1), false, if n % 2 == 0 { 25 } else { 1000 }, &"𝔘".repeat(64));
    all.push(("monitors".to_owned(), FromClient::Monitors(Monitors::new(two))));
    all.push(("monitors_none".to_owned(), FromClient::Monitors(Monitors::default())));
    all.push(("monitors_most".to_owned(), FromClient::Monitors(Monitors::new((0..20).map(furthest)))));
    for &part in Part::ALL {
        let hides = part == Part::Everything;
        all.push((format!("sharing_{}", snake(part)), FromClient::Sharing { part, hides }));
    }
    for (word, bits) in [("none", 0), ("caps", 1), ("all", 7)] {
        let locks = Locks::from_bits(bits).unwrap();
        all.push((format!("locks_there_{word}"), FromClient::LocksThere { grant, locks }));
    }
    // A reason without a vector is a vector that is missing.
    for &reason in RefusedReason::ALL {
        all.push((format!("refused_{}", snake(reason)), FromClient::Refused { reason }));
    }
    for &reason in DeniedReason::ALL {
        let denied = FromClient::ControlDenied { request: RequestId(2), reason };
        all.push((format!("control_denied_{}", snake(reason)), denied));
    }
    for &reason in RevokedReason::ALL {
        all.push((
            format!("control_revoked_{}", snake(reason)),
            FromClient::ControlRevoked { grant, reason },
        ));
    }
    for &reason in EndedReason::ALL {
        all.push((format!("ended_{}", snake(reason)), FromClient::Ended { reason }));
    }
    all
}

fn input() -> Vec<(String, InputEvent)> {
    let at = DesktopPoint::new(1, 2);
    let moved = |x, y| InputEvent::PointerMoved { at: DesktopPoint::new(x, y) };
    let key = |number, pressed| InputEvent::Key(KeyEvent::place(KeyUsage::new(number).unwrap(), pressed));
    let mut all = vec![
        ("pointer_moved".to_owned(), moved(640, 480)),
        ("pointer_moved_furthest".to_owned(), moved(16383, 16383)),
        (
            "pointer_button_released".to_owned(),
            InputEvent::PointerButton { button: PointerButton::Left, pressed: false, at },
        ),
        ("wheel".to_owned(), InputEvent::Wheel { dx: 120, dy: -240, at: DesktopPoint::new(5, 6) }),
        (
            "wheel_most".to_owned(),
            InputEvent::Wheel { dx: i16::MIN, dy: i16::MAX, at: DesktopPoint::new(0, 0) },
        ),
        ("key_pressed".to_owned(), key(0x04, true)),
        ("key_released".to_owned(), key(0xe7, false)),
        ("key_writing".to_owned(), InputEvent::Key(KeyEvent::writing(KeyUsage::MINUS, typed("\u{df}")))),
        (
            "key_writing_most".to_owned(),
            InputEvent::Key(KeyEvent::writing(KeyUsage::A, typed(&"x".repeat(32)))),
        ),
        ("text_one".to_owned(), InputEvent::Text(typed("\u{1f600}"))),
        ("text_most".to_owned(), InputEvent::Text(typed(&"\u{20ac}".repeat(10)))),
        ("locks_none".to_owned(), InputEvent::Locks(Locks::default())),
        ("locks_all".to_owned(), InputEvent::Locks(Locks { caps: true, num: true, scroll: true })),
        ("locks_num".to_owned(), InputEvent::Locks(Locks { num: true, ..Locks::default() })),
        ("release_all".to_owned(), InputEvent::ReleaseAll),
    ];
    for &button in PointerButton::ALL {
        let pressed = InputEvent::PointerButton { button, pressed: true, at };
        all.push((format!("pointer_button_{}", snake(button)), pressed));
    }
    all
}
