//! One text: without arguments made once, with arguments made each time.

use std::borrow::Cow;
use std::sync::OnceLock;

use fluent_bundle::{FluentArgs, FluentValue};

use crate::{catalogue, chosen};

/// A text without arguments, at the place where it is shown. Made by [`t!`](crate::t).
#[derive(Debug)]
pub struct Text {
    id: &'static str,
    made: [OnceLock<String>; 2],
}

impl Text {
    /// The text with this id, not yet read.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self { id, made: [const { OnceLock::new() }; 2] }
    }

    /// The text in the language of this process.
    #[must_use]
    pub fn show(&'static self) -> &'static str {
        let language = chosen();
        let [english, german] = &self.made;
        let made = match language {
            crate::Language::English => english,
            crate::Language::German => german,
        };
        made.get_or_init(|| catalogue::format(language, self.id, None))
    }
}

/// A text with arguments, in the language of this process. Called by [`t!`](crate::t).
#[must_use]
pub fn text_with<const N: usize>(id: &str, arguments: [(&'static str, Value<'_>); N]) -> String {
    let arguments: FluentArgs<'_> = arguments.into_iter().map(|(name, value)| (name, value.0)).collect();
    catalogue::format(chosen(), id, Some(&arguments))
}

/// What stands for a variable of a text.
#[derive(Debug)]
pub struct Value<'a>(FluentValue<'a>);

/// What can stand for a variable: a whole number, which also decides about the plural, or a text.
pub trait Argument<'a> {
    /// The value for Fluent.
    fn value(self) -> Value<'a>;
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl Argument<'static> for $number {
            fn value(self) -> Value<'static> {
                Value(FluentValue::from(self))
            }
        }
    )+};
}

whole_numbers!(u8, u16, u32, u64, usize, i32, i64);

// A text is never parsed, also where it looks like a number: "007" stays three characters.
impl<'a> Argument<'a> for &'a str {
    fn value(self) -> Value<'a> {
        Value(FluentValue::String(Cow::Borrowed(self)))
    }
}

impl<'a> Argument<'a> for &'a String {
    fn value(self) -> Value<'a> {
        self.as_str().value()
    }
}

impl Argument<'static> for String {
    fn value(self) -> Value<'static> {
        Value(FluentValue::String(Cow::Owned(self)))
    }
}

impl<'a> Argument<'a> for Cow<'a, str> {
    fn value(self) -> Value<'a> {
        Value(FluentValue::String(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn numbers_decide_about_the_plural_in_both_languages() {
        let days = |language, count: u64| {
            let mut arguments = FluentArgs::new();
            arguments.set("count", count);
            catalogue::format(language, "shared-days", Some(&arguments))
        };
        assert_eq!(days(Language::English, 1), "1 day");
        assert_eq!(days(Language::English, 12_345), "12345 days");
        assert_eq!(days(Language::German, 1), "1 Tag");
        assert_eq!(days(Language::German, 2), "2 Tage");
    }

    #[test]
    fn an_argument_is_data_whatever_it_holds() {
        for hostile in ["{ client-ok }", "{ $name }", "\u{7b}\"x\"", "007", "a\nclient-ok = no"] {
            let shown = text_with("client-presence-sees", [("name", hostile.value())]);
            assert_eq!(shown, format!("{hostile} sees your screen"));
        }
    }

    #[test]
    fn arguments_stand_without_isolation_marks() {
        let shown = text_with("client-presence-sees", [("name", "x".value())]);
        assert!(!shown.contains(['\u{2068}', '\u{2069}']), "{shown:?}");
    }

    #[test]
    fn a_text_is_made_once() {
        static TEXT: Text = Text::new("client-tray-quit");
        assert_eq!(TEXT.show(), "Quit Deskside");
        assert!(std::ptr::eq(TEXT.show(), TEXT.show()));
    }

    #[test]
    fn an_id_that_does_not_exist_shows_itself() {
        static TEXT: Text = Text::new("shared-no-such-text");
        assert_eq!(TEXT.show(), "shared-no-such-text");
    }
}
