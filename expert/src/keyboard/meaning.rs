//! What a press is sent as: its place and text, or what the key means where the expert has moved it (Ctrl on Caps Lock).

use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::typed::Typed;
use winit::keyboard::{Key, KeyLocation, NamedKey};

use super::Stroke;

/// The usage and text of a press; `None` where it only prepares another, or chooses what others write.
pub(super) fn of(place: KeyUsage, stroke: &Stroke<'_>) -> Option<(KeyUsage, Typed)> {
    let text = stroke.text.and_then(Typed::new).unwrap_or_default();
    if !text.is_empty() {
        return Some((place, text));
    }
    let usage = match stroke.logical {
        Key::Dead(_) | Key::Named(NamedKey::AltGraph | NamedKey::Compose | NamedKey::ModeChange) => {
            return None;
        }
        // The expert's own layout changes, not the other one.
        Key::Named(
            NamedKey::GroupNext | NamedKey::GroupPrevious | NamedKey::GroupFirst | NamedKey::GroupLast,
        ) => return None,
        Key::Named(named) => moved(*named, stroke.location, place),
        // Within a Compose sequence, or a modifier without a name: a fifth level, for instance.
        Key::Unidentified(_) | Key::Character(_) if may_write(place) => return None,
        Key::Unidentified(_) | Key::Character(_) => place,
    };
    Some((usage, Typed::NOTHING))
}

/// The usage of a key that means this, where the place is that of another.
#[expect(clippy::wildcard_enum_match_arm, reason = "of hundreds of keys these are the ones that people move")]
fn moved(named: NamedKey, location: KeyLocation, place: KeyUsage) -> KeyUsage {
    // The first stands for the left one and the second for the right one; the others are taken for it as well.
    let known: &[KeyUsage] = match named {
        NamedKey::Control => &[KeyUsage::CONTROL_LEFT, KeyUsage::CONTROL_RIGHT],
        NamedKey::Shift => &[KeyUsage::SHIFT_LEFT, KeyUsage::SHIFT_RIGHT],
        // With Shift, X11 calls the Alt key Meta.
        NamedKey::Alt | NamedKey::Meta => &[KeyUsage::ALT_LEFT, KeyUsage::ALT_RIGHT],
        NamedKey::Super => &[KeyUsage::META_LEFT, KeyUsage::META_RIGHT],
        NamedKey::CapsLock => &[KeyUsage::CAPS_LOCK],
        NamedKey::Escape => &[KeyUsage::ESCAPE],
        NamedKey::Backspace => &[KeyUsage::BACKSPACE],
        NamedKey::Tab => &[KeyUsage::TAB],
        NamedKey::Enter => &[KeyUsage::ENTER, KeyUsage::NUMPAD_ENTER],
        NamedKey::Delete => &[KeyUsage::DELETE, KeyUsage::NUMPAD_DECIMAL],
        _ => return place,
    };
    let is_right = location == KeyLocation::Right;
    let side = known.get(usize::from(is_right)).or(known.first());
    if known.contains(&place) { place } else { side.copied().unwrap_or(place) }
}

/// Keys that write on usual layouts, or choose what others write.
fn may_write(place: KeyUsage) -> bool {
    let number = place.number();
    let letters_and_signs = KeyUsage::A.number()..=KeyUsage::SLASH.number();
    let others = KeyUsage::ENTER.number()..=KeyUsage::TAB.number();
    let international = KeyUsage::INTL_RO.number()..=KeyUsage::INTL_YEN.number();
    (letters_and_signs.contains(&number) && !others.contains(&number))
        || [KeyUsage::INTL_BACKSLASH, KeyUsage::CAPS_LOCK].contains(&place)
        || place.is_modifier()
        || (international.contains(&number) && place != KeyUsage::KANA_MODE)
}
