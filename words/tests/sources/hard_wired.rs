//! Which string literals are read by people and so belong into the Fluent files.

use super::lexer::Literal;

/// What developers and administrators read, or nobody: logs, panics, tests, attributes (clap's help, lints' reasons),
/// names for the compiler. What stands anywhere in one of these is no text.
const NOT_FOR_PEOPLE: &[&str] = &[
    "#",
    "test",
    "Debug",
    "t!",
    "trace!",
    "debug!",
    "info!",
    "warn!",
    "error!",
    "info_span!",
    "debug_span!",
    "assert!",
    "assert_eq!",
    "assert_ne!",
    "debug_assert!",
    "panic!",
    "unreachable!",
    "expect",
    "format_description!",
    "env!",
    "include_str!",
    "include_bytes!",
    "concat!",
    "matches!",
    // Words that are compared, not shown.
    "trim_start_matches",
    "strip_prefix",
    "starts_with",
    "ends_with",
    "contains",
    // Lines with keywords that scripts read.
    "for_programs!",
    // Messages of anyhow: the command line's, in the administrators' language.
    "bail!",
    "anyhow!",
    "ensure!",
    "context",
    "with_context",
];

/// Calls whose words are drawn or spoken, by the last part of their name: here a single small word is a text too.
const SHOWS: &[&str] = &[
    "label",
    "button",
    "small_button",
    "heading",
    "subheading",
    "body",
    "strong",
    "small",
    "badge",
    "hint",
    "hint_panel",
    "big_code",
    "on_hover_text",
    "on_disabled_hover_text",
    "hint_text",
    "radio_value",
    "selectable_value",
    "selectable_label",
    "selected_text",
    "checkbox",
    "collapsing",
    "menu_button",
    "set_label",
    "set_description",
    "labeled",
    "with_title",
    "set_title",
    "RichText::new",
    "Label::new",
    "Button::new",
    "Button::primary",
    "Button::quiet",
    "Button::danger",
    "Button::choice",
    "Button::on_bar",
    "Row::text",
    "Row::code",
    "Notice::new",
    "item",
    "print",
    "summary",
];

/// Names that are the same in every language.
const PRODUCTS: &[&str] = &["Deskside", "Deskside Expert"];

/// Fields whose words are drawn.
const SHOWN_FIELDS: &[&str] = &["label", "title", "description", "tool_tip", "subject", "summary"];

/// Folders where everything is drawn or said: here a word with a capital letter is a text also when it stands alone.
const SHOWING_FOLDERS: &[&str] = &["/windows/", "/view/", "/tray/", "/words/", "/terminal/"];

/// Whether a literal in the file `path` is a text that people read.
pub(super) fn is_hard_wired(path: &str, literal: &Literal) -> bool {
    let around = |names: &[&str]| literal.around.iter().any(|opener| names.contains(&opener.as_str()));
    // `#[error("..")]` of thiserror is what an error says, and most errors are said to a person in the end.
    let is_error = literal.is_first
        && literal.around.first().is_some_and(|opener| opener == "#")
        && literal.around.last().is_some_and(|opener| opener == "error");
    if around(NOT_FOR_PEOPLE) && !is_error {
        return false;
    }
    // Elements of XML and sections of files with settings.
    if PRODUCTS.contains(&literal.text.as_str()) || literal.text.starts_with(['<', '[']) {
        return false;
    }
    let plain = without_placeholders(&literal.text);
    if !has_word(&plain) {
        return false;
    }
    let is_sentence = plain.trim_start_matches('&').chars().any(char::is_whitespace);
    let field = literal.field.as_deref().unwrap_or_default();
    let is_shown = literal.around.iter().any(|opener| shows(opener)) || SHOWN_FIELDS.contains(&field);
    let is_name = SHOWING_FOLDERS.iter().any(|folder| path.contains(folder)) && begins_like_a_text(&plain);
    is_error || is_sentence || is_shown || is_name
}

fn shows(opener: &str) -> bool {
    let last = opener.rsplit("::").next().unwrap_or(opener);
    SHOWS.iter().any(|call| *call == opener || (!call.contains("::") && *call == last))
}

/// `{name}` and `{}` and what escapes write are no words.
fn without_placeholders(text: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_usize;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '\\' => match characters.next() {
                Some('u') => _ = characters.by_ref().find(|character| *character == '}'),
                Some(_) | None => plain.push(' '),
            },
            other if depth == 0 => plain.push(other),
            _ => {}
        }
    }
    plain
}

/// Two letters in a row, of any script.
fn has_word(text: &str) -> bool {
    let letters: Vec<bool> = text.chars().map(char::is_alphabetic).collect();
    letters.windows(2).any(|pair| pair == [true, true])
}

/// A capital letter and then small ones: "Allow" and "&Allow", but neither "Ctrl+A", "UTF8_STRING" nor "OneName".
fn begins_like_a_text(text: &str) -> bool {
    let mut characters = text.trim_start_matches('&').chars();
    let begins = characters.next().is_some_and(char::is_uppercase);
    begins
        && characters.next().is_some_and(char::is_lowercase)
        && !characters.any(|one| one.is_uppercase() || "+_-./".contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::literals;

    fn found_in(path: &str, source: &str) -> Vec<String> {
        let all = literals(source).into_iter();
        all.filter(|literal| is_hard_wired(path, literal)).map(|literal| literal.text).collect()
    }

    const WINDOW: &str = "client/src/windows/home.rs";

    #[test]
    fn a_text_that_goes_into_a_window_is_found_in_every_form() {
        for line in [
            "ui.label(\"Who is here\")",
            "ui.label(\"who\")",
            "ui.button(\"OK\")",
            "egui::RichText::new(\"quit\").strong()",
            "widget::heading(ui, &format!(\"{name} is here\"))",
            "response.on_hover_text(\"Closes\")",
            "TextEdit::singleline(&mut text).hint_text(\"words\")",
            "Button::primary(\"&Go on\").show(ui)",
            "StandardItem { label: \"quit\".into(), ..StandardItem::default() }",
            "const ALLOW: &str = \"&Allow\";",
            "fn verb() -> &'static str { \"use the mouse of\" }",
            "let text = match count { 1 => \"Once\", _ => \"Often\" };",
            "ui.label(\"Übung\")",
            "#[error(\"the window is gone\")] struct Gone;",
            "ui.label(r#\"Say \"yes\" now\"#)",
        ] {
            assert!(!found_in(WINDOW, line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_sentence_is_found_in_every_folder() {
        for path in ["client/src/app/controller/mod.rs", "client/src/email/mod.rs", "look/src/widget/rows.rs"]
        {
            assert_eq!(found_in(path, "let said = format!(\"{me} says no\");"), ["{me} says no"], "{path}");
        }
    }

    #[test]
    fn what_people_do_not_read_is_none() {
        for line in [
            "t!(\"client-home-title\")",
            "t!(\"client-since\", time = format!(\"{x}\"))",
            "tracing::warn!(%error, \"the file cannot be written\");",
            "#[expect(clippy::expect_used, reason = \"a constant of this file\")] fn f() {}",
            "#[arg(long, help = \"What to do\")] struct A {}",
            "lock().expect(\"never poisoned here\")",
            "#[cfg(test)] mod tests { fn f() { ui.label(\"Who is here\") } }",
            "Id::unique(\"what-they-see\")",
            "ui.label(\"·\")",
            "format!(\"{name}: {text} ({count})\")",
            "b\"a few bytes\"",
            "impl fmt::Debug for Home { fn fmt() { f.write_str(\"Home of it\") } }",
            "#[error(transparent)] struct A;",
            "let svg = \"<rect width=\\\"1\\\"/>\";",
            "// ui.label(\"Who is here\")",
        ] {
            assert_eq!(found_in(WINDOW, line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn names_for_programs_are_none() {
        for line in ["atom(\"UTF8_STRING\")", "key(\"Ctrl+Alt+F1\")", "open(\"config.toml\")", "\"deskside\""]
        {
            assert_eq!(found_in(WINDOW, line), Vec::<String>::new(), "{line}");
        }
    }
}
