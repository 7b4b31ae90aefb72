//! The question before the first ticket: whether the other side made the first contact, as fraud begins.
//! Asked where a person can answer; to a script the warning is only printed. An answer allows nothing but the ticket.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use deskside_host::exit::Exit;
use deskside_words::t;

use super::run::Failure;
use crate::app::words;
use crate::profile::Profile;

/// How often an answer that cannot be understood is asked for again.
const MOST_QUESTIONS: u32 = 5;

/// What the person said.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    GoOn,
    Stop,
}

/// Before the first ticket: the sentences that protect against callers who pretend to be somebody, and the question.
pub fn introduce(profile: &Profile) -> Result<(), Failure> {
    if profile.introduction_seen() {
        return Ok(());
    }
    let mut output = io::stderr().lock();
    for sentence in words::introduction(&profile.settings.hotkey.said()) {
        let _ = writeln!(output, "{sentence}");
    }
    if !io::stdin().is_terminal() {
        // Nobody is there who could have read it: whoever comes next is told again.
        return Ok(());
    }
    match ask(&mut io::stdin().lock(), &mut output).map_err(Failure::machine)? {
        Said::GoOn => profile.mark_introduction_seen().map_err(Failure::machine),
        Said::Stop => Err(Failure::new(Exit::Usage, t!("client-introduce-stopped"))),
    }
}

fn ask(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Said> {
    let is = |answer: &str, accepted: &str| accepted.lines().any(|line| line == answer);
    for _ in 0..MOST_QUESTIONS {
        let Some(answer) = answer_to(t!("client-introduce-question"), input, output)? else {
            return Ok(Said::Stop);
        };
        if is(&answer, t!("client-introduce-i-contacted")) {
            return Ok(Said::GoOn);
        }
        if is(&answer, t!("client-introduce-they-contacted")) {
            let answer = answer_to(t!("client-introduce-warning"), input, output)?;
            let goes_on = answer.is_some_and(|answer| is(&answer, t!("client-introduce-go-on")));
            return Ok(if goes_on { Said::GoOn } else { Said::Stop });
        }
    }
    Ok(Said::Stop)
}

/// The next line in small letters, without signs around it; `None` where there is none.
fn answer_to(
    question: &str,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<Option<String>> {
    write!(output, "\n{question}\n> ")?;
    output.flush()?;
    let mut bytes = Vec::new();
    if input.by_ref().take(1024).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    Ok(Some(words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(input: &str) -> (Said, String) {
        let mut output = Vec::new();
        let said = ask(&mut input.as_bytes(), &mut output).unwrap();
        (said, String::from_utf8(output).unwrap())
    }

    #[test]
    fn only_who_made_the_first_contact_goes_on_without_a_warning() {
        for input in ["i contacted them\n", "  I contacted them.\n", "what?\n\nI contacted them\n"] {
            let (said, output) = said(input);
            assert_eq!(said, Said::GoOn, "{input:?}");
            assert!(!output.contains("fraud"));
        }
    }

    #[test]
    fn who_was_contacted_is_warned_and_stops_unless_they_type_that_they_go_on() {
        for (input, expected) in [
            ("they contacted me\n", Said::Stop),
            ("they contacted me\n\n", Said::Stop),
            ("They contacted me\nyes\n", Said::Stop),
            ("they contacted me\nGo on\n", Said::GoOn),
        ] {
            let (said, output) = said(input);
            assert_eq!(said, expected, "{input:?}");
            assert!(output.contains("This is how fraud begins"));
        }
    }

    #[test]
    fn no_answer_is_no_ticket() {
        for input in ["", "\n", "go on\n", "hello\n".repeat(20).as_str()] {
            assert_eq!(said(input).0, Said::Stop, "{input:?}");
        }
    }
}
