//! Which texts a language has, for the checks: their ids, their variables, and what is wrong with the files.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use crate::{Language, catalogue};

/// One text of a language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its file, without the ending.
    pub file: &'static str,
    /// The names of its variables, also of those in texts that it includes.
    pub variables: BTreeSet<String>,
    /// The ids of texts that it includes.
    pub includes: BTreeSet<String>,
}

/// Every text of a language by its id.
///
/// # Errors
/// What is wrong with the files, for the person who wrote them.
pub fn messages(language: Language) -> Result<BTreeMap<String, Message>, String> {
    let mut found = BTreeMap::new();
    for (file, source) in catalogue::files(language) {
        let place = format!("words/locales/{}/{file}.ftl", language.code());
        read(file, source, &mut found).map_err(|wrong| format!("{place}: {wrong}"))?;
    }
    let plain = found.clone();
    for message in found.values_mut() {
        add_variables(&message.includes.clone(), &plain, message, 0)?;
    }
    Ok(found)
}

fn read(
    file: &'static str,
    source: &'static str,
    found: &mut BTreeMap<String, Message>,
) -> Result<(), String> {
    let resource = fluent_syntax::parser::parse(source).map_err(|(_, errors)| {
        let place = errors.first().map_or(0, |error| error.pos.start);
        let line = source.get(..place).map_or(1, |before| before.matches('\n').count() + 1);
        format!("line {line}: {}", errors.first().map(ToString::to_string).unwrap_or_default())
    })?;
    for entry in &resource.body {
        let Entry::Message(text) = entry else { continue };
        let id = text.id.name;
        if !id.starts_with(&format!("{file}-")) {
            return Err(format!("{id} must begin with {file}-"));
        }
        if !text.attributes.is_empty() {
            return Err(format!("{id} has attributes, which nothing reads"));
        }
        let mut message = Message { file, ..Message::default() };
        match &text.value {
            Some(value) => in_pattern(value, &mut message),
            None => return Err(format!("{id} has no text")),
        }
        if found.insert(id.to_owned(), message).is_some() {
            return Err(format!("{id} is there twice"));
        }
    }
    Ok(())
}

/// No text includes others deeper than this; so one that includes itself is found.
const DEEPEST: usize = 4;

fn add_variables(
    ids: &BTreeSet<String>,
    plain: &BTreeMap<String, Message>,
    into: &mut Message,
    depth: usize,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("texts include each other: {ids:?}"));
    }
    for id in ids {
        let included = plain.get(id).ok_or_else(|| format!("{id} is included but does not exist"))?;
        into.variables.extend(included.variables.iter().cloned());
        add_variables(&included.includes, plain, into, depth + 1)?;
    }
    Ok(())
}

fn in_pattern(pattern: &Pattern<&str>, message: &mut Message) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, message);
        }
    }
}

fn in_expression(expression: &Expression<&str>, message: &mut Message) {
    match expression {
        Expression::Select { selector, variants } => {
            in_inline(selector, message);
            for variant in variants {
                in_pattern(&variant.value, message);
            }
        }
        Expression::Inline(inline) => in_inline(inline, message),
    }
}

fn in_inline(inline: &InlineExpression<&str>, message: &mut Message) {
    match inline {
        InlineExpression::VariableReference { id } => {
            message.variables.insert(id.name.to_owned());
        }
        InlineExpression::MessageReference { id, .. } => {
            message.includes.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, message),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::FunctionReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(source: &'static str) -> Result<BTreeMap<String, Message>, String> {
        let mut found = BTreeMap::new();
        read("shared", source, &mut found).map(|()| found)
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_variables() {
        let [english, german] = Language::ALL.map(|language| messages(language).unwrap());
        assert!(!english.is_empty());
        for (id, message) in &english {
            assert_eq!(Some(message), german.get(id), "{id} in English and in German");
        }
        let without_english: Vec<_> = german.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(without_english.is_empty(), "only in German: {without_english:?}");
    }

    #[test]
    fn variables_are_found_wherever_they_stand() {
        let found = inventory(
            "shared-a = { $name } is { $count ->\n    [one] { $one }\n   *[other] many\n }\nshared-b = { shared-a }\n",
        );
        let found = found.unwrap();
        let names: Vec<_> = found["shared-a"].variables.iter().map(String::as_str).collect();
        assert_eq!(names, ["count", "name", "one"]);
        assert!(found["shared-b"].includes.contains("shared-a"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert!(inventory("shared-a = b\nshared-b = { $\n").unwrap_err().contains("line 2"));
        for wrong in ["client-a = b\n", "shared-a = b\n    .title = c\n", "shared-a = b\nshared-a = c\n"] {
            assert!(inventory(wrong).is_err(), "{wrong}");
        }
    }
}
