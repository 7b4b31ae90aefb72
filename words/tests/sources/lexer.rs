//! As much of Rust's grammar as the check of the texts needs: string literals, and what stands around each.
//!
//! Knows tokens and brackets, no types. Comments, characters, lifetimes and strings of bytes are no texts.

/// A string literal and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// What is between the quotation marks, escapes as written.
    pub(super) text: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// What opened each bracket around it, the outermost first: `widget::body`, `format!`, `#` for an attribute,
    /// `test` for the body of what only tests compile, `Debug` for that of `impl Debug`, or nothing.
    pub(super) around: Vec<String>,
    /// The name in front: of the field (`label: "x"`) or of the argument (`reason = "x"`).
    pub(super) field: Option<String>,
    /// It is the first token within its bracket.
    pub(super) is_first: bool,
    /// The names in front of a single `=` in the same bracket, behind it: the arguments of a macro such as `t!`.
    pub(super) arguments: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Mark(char),
    /// A number, a character, a lifetime, a string of bytes: nothing that is looked at.
    Other,
}

/// The string literals of a source file.
pub(super) fn literals(source: &str) -> Vec<Literal> {
    let tokens = tokens(source);
    let mut found: Vec<Literal> = Vec::new();
    // What opened each bracket, and the place of the first literal within it.
    let mut open: Vec<(String, Option<usize>)> = Vec::new();
    let mut is_test = false;
    for (at, (token, line)) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).map(|(token, _)| token);
        match token {
            Token::Mark('(' | '[' | '{') => {
                let mut opener = opener(&tokens, at);
                if opener == "#" {
                    is_test |= is_test_attribute(&tokens, at);
                } else if *token == Token::Mark('{') {
                    if std::mem::take(&mut is_test) {
                        opener = "test".to_owned();
                    } else if is_debug(&tokens, at) {
                        opener = "Debug".to_owned();
                    }
                }
                open.push((opener, None));
            }
            Token::Mark(')' | ']' | '}') => {
                open.pop();
            }
            // `#[cfg(test)] mod tests;`
            Token::Mark(';') if open.last().is_none_or(|(opener, _)| opener != "#") => is_test = false,
            Token::Mark('=') => {
                let is_single = tokens.get(at + 1).map(|(token, _)| token) != Some(&Token::Mark('='));
                if let (Some(Token::Name(name)), Some((_, Some(first))), true) =
                    (before(1), open.last(), is_single)
                    && let Some(literal) = found.get_mut(*first)
                {
                    literal.arguments.push(name.clone());
                }
            }
            Token::Text(text) => {
                let is_first = matches!(before(1), Some(Token::Mark('(' | '[' | '{')));
                if let Some((_, first @ None)) = open.last_mut() {
                    *first = is_first.then_some(found.len());
                }
                let field = match (before(1), before(2)) {
                    (Some(Token::Mark(':' | '=')), Some(Token::Name(name))) => Some(name.clone()),
                    _ => None,
                };
                let around = open.iter().map(|(opener, _)| opener.clone()).collect();
                let arguments = Vec::new();
                found.push(Literal { text: text.clone(), line: *line, around, field, is_first, arguments });
            }
            Token::Name(_) | Token::Mark(_) | Token::Other => {}
        }
    }
    found
}

/// The name in front of a bracket, with the last part of its path: `RichText::new`, `format!`, `#`.
fn opener(tokens: &[(Token, usize)], at: usize) -> String {
    let back = |steps: usize| at.checked_sub(steps).and_then(|at| tokens.get(at)).map(|(token, _)| token);
    match (back(1), back(2)) {
        (Some(Token::Mark('#')), _) => "#".to_owned(),
        (Some(Token::Mark('!')), Some(Token::Mark('#'))) => "#".to_owned(),
        (Some(Token::Mark('!')), Some(Token::Name(name))) => format!("{name}!"),
        (Some(Token::Name(name)), Some(Token::Mark(':'))) => match (back(3), back(4)) {
            (Some(Token::Mark(':')), Some(Token::Name(path))) => format!("{path}::{name}"),
            _ => name.clone(),
        },
        (Some(Token::Name(name)), _) => name.clone(),
        _ => String::new(),
    }
}

/// The body of `impl fmt::Debug for Something`, which opens at this place.
fn is_debug(tokens: &[(Token, usize)], at: usize) -> bool {
    let head = tokens.iter().take(at).rev().map(|(token, _)| token);
    let head: Vec<&Token> =
        head.take_while(|token| !matches!(token, Token::Mark('{' | '}' | ';' | ']'))).collect();
    let has = |name: &str| head.iter().any(|token| matches!(token, Token::Name(one) if one == name));
    has("impl") && has("Debug") && has("for")
}

/// `#[test]` and `#[cfg(test)]`, whose bracket opens at this place.
fn is_test_attribute(tokens: &[(Token, usize)], at: usize) -> bool {
    let name = |steps: usize| match tokens.get(at + steps) {
        Some((Token::Name(name), _)) => name.as_str(),
        _ => "",
    };
    name(1) == "test" || (name(1) == "cfg" && name(3) == "test")
}

fn tokens(source: &str) -> Vec<(Token, usize)> {
    let mut reader = Reader { rest: source, line: 1 };
    let mut tokens = Vec::new();
    loop {
        let line = reader.line;
        match reader.next() {
            Some(Some(token)) => tokens.push((token, line)),
            Some(None) => {}
            None => return tokens,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += taken.matches('\n').count();
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// The next token, or nothing for what is passed over; the end is the outer nothing.
    fn next(&mut self) -> Option<Option<Token>> {
        let first = self.rest.chars().next()?;
        if self.rest.starts_with("//") {
            self.take_while(|character| character != '\n');
            return Some(None);
        }
        if self.rest.starts_with("/*") {
            self.comment();
            return Some(None);
        }
        if first.is_whitespace() {
            self.take_while(char::is_whitespace);
            return Some(None);
        }
        Some(Some(match first {
            '"' => Token::Text(self.quoted()),
            '\'' => self.character_or_lifetime(),
            _ if first.is_alphabetic() || first == '_' => self.name(),
            _ if first.is_ascii_digit() => {
                self.take_while(|character| character.is_alphanumeric() || character == '_');
                Token::Other
            }
            mark => {
                self.take(mark.len_utf8());
                Token::Mark(mark)
            }
        }))
    }

    /// Comments in `/*` can contain others.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while !self.rest.is_empty() {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.take(self.rest.chars().next().map_or(1, char::len_utf8));
            }
        }
    }

    /// From one quotation mark to the next that no backslash precedes.
    fn quoted(&mut self) -> String {
        self.take(1);
        let mut is_escaped = false;
        let end = self.rest.find(|character| {
            let ends = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            ends
        });
        let text = self.take(end.unwrap_or(self.rest.len())).to_owned();
        self.take(1);
        text
    }

    fn raw(&mut self, hashes: usize) -> String {
        self.take(hashes + 1);
        let closing = format!("\"{}", "#".repeat(hashes));
        let text = self.take(self.rest.find(&closing).unwrap_or(self.rest.len())).to_owned();
        self.take(closing.len());
        text
    }

    fn character_or_lifetime(&mut self) -> Token {
        self.take(1);
        let mut characters = self.rest.chars();
        match (characters.next(), characters.next()) {
            (Some('\\'), _) => {
                self.take(1);
                self.take(self.rest.chars().next().map_or(0, char::len_utf8));
                self.take_while(|character| character != '\'');
                self.take(1);
            }
            (Some(one), Some('\'')) => {
                self.take(one.len_utf8() + 1);
            }
            _ => {
                self.take_while(|character| character.is_alphanumeric() || character == '_');
            }
        }
        Token::Other
    }

    /// A name, or a string with a letter in front.
    fn name(&mut self) -> Token {
        let name = self.take_while(|character| character.is_alphanumeric() || character == '_');
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        let is_raw = self.rest.get(hashes..).is_some_and(|rest| rest.starts_with('"'));
        match name {
            "r" if is_raw => Token::Text(self.raw(hashes)),
            "br" | "cr" if is_raw => {
                self.raw(hashes);
                Token::Other
            }
            "b" | "c" if self.rest.starts_with('"') => {
                self.quoted();
                Token::Other
            }
            "b" if self.rest.starts_with('\'') => self.character_or_lifetime(),
            _ => Token::Name(name.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        literals(source).into_iter().map(|literal| literal.text).collect()
    }

    #[test]
    fn only_string_literals_are_texts() {
        let source = "// \"no\"\n/* \"no\" /* \"no\" */ \"no\" */ let c = '\"'; let q = '\\''; let l: &'static str = \"yes\"; b\"no\"; br#\"no\"#;";
        assert_eq!(texts(source), ["yes"]);
        assert_eq!(texts("r\"a\\\" ; r##\"b\"#c\"## ; \"d\\\"e\""), ["a\\", "b\"#c", "d\\\"e"]);
    }

    #[test]
    fn lines_are_counted_also_behind_texts_of_several_lines() {
        let found = literals("\n\"a\n b\"\n  \"c\"");
        let lines: Vec<_> = found.iter().map(|literal| literal.line).collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn what_stands_around_a_literal_is_known() {
        let found = literals("ui.add(egui::RichText::new(format!(\"a {x}\")))");
        assert_eq!(found[0].around, ["add", "RichText::new", "format!"]);
        assert!(found[0].is_first);
        let found = literals("#[expect(dead_code, reason = \"why\")] fn f() { item(Item { label: \"a\" }) }");
        assert_eq!((found[0].around[0].as_str(), found[0].field.as_deref()), ("#", Some("reason")));
        assert_eq!(found[1].field.as_deref(), Some("label"));
    }

    #[test]
    fn what_only_tests_compile_is_marked() {
        let found = literals("#[cfg(test)]\nmod tests { fn f() { g(\"a\") } }\nfn h() { g(\"b\") }");
        assert!(
            found[0].around.contains(&"test".to_owned()) && !found[1].around.contains(&"test".to_owned())
        );
        let found = literals("#[cfg(test)]\nmod tests;\nfn h() { g(\"b\") }");
        assert!(!found[0].around.contains(&"test".to_owned()));
    }

    #[test]
    fn what_debug_writes_is_marked() {
        let found =
            literals("impl fmt::Debug for A { fn fmt() { f.write_str(\"a\") } }\nfn h() { g(\"b\") }");
        assert!(found[0].around.contains(&"Debug".to_owned()));
        assert!(!found[1].around.contains(&"Debug".to_owned()));
    }

    #[test]
    fn the_arguments_of_a_text_are_found() {
        let found = literals("t!(\"id\", name = f(a == b, \"x\"), count = g(|y| { z = y }))");
        assert_eq!(found[0].arguments, ["name", "count"]);
        assert_eq!(found[0].around, ["t!"]);
    }
}
