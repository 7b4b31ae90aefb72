//! What people read, in their language: the texts of both programs, from the Fluent files in `locales/`.
//!
//! Owns the texts and the choice of the language. Reads no environment, file or clock: what it needs is passed in, and
//! it knows nothing of sessions, tickets or windows.

mod catalogue;
pub mod inventory;
mod language;
mod text;

use std::sync::atomic::{AtomicU8, Ordering};

pub use language::{Choice, Language};
pub use text::{Argument, Text, Value, text_with};

static CHOSEN: AtomicU8 = AtomicU8::new(Language::English as u8);

/// Chooses the language of this process: in `main`, before the first text is asked for, once more when the settings are
/// read, and when the person changes them. It is English until then. What was asked for earlier stays as it is.
pub fn choose(language: Language) {
    CHOSEN.store(language as u8, Ordering::Relaxed);
}

/// The language of this process.
#[must_use]
pub fn chosen() -> Language {
    if CHOSEN.load(Ordering::Relaxed) == Language::German as u8 {
        Language::German
    } else {
        Language::English
    }
}

/// The text with this id, in the language of this process.
///
/// Without arguments it is a `&'static str`, which is made once and costs an atomic read afterwards; with arguments it
/// is a `String`. Whole numbers decide about the plural; everything else is a text that stands as it is: it is data and
/// never read as Fluent, so it needs no escaping, but a name that a stranger gave must be cleaned before, as everywhere.
///
/// The id and the arguments' names must be written out: `cargo xtask check texts` looks for them in the sources.
///
/// ```
/// use deskside_words::t;
///
/// let answer: &'static str = t!("client-tray-quit");
/// let length: String = t!("shared-hours", count = 2_u64);
/// assert_eq!((answer, length.as_str()), ("Quit Deskside", "2 hours"));
/// ```
#[macro_export]
macro_rules! t {
    ($id:literal $(,)?) => {{
        static TEXT: $crate::Text = $crate::Text::new($id);
        TEXT.show()
    }};
    ($id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text_with($id, [$((stringify!($name), $crate::Argument::value($value))),+])
    };
}
