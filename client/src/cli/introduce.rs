//! The question before the first ticket: whether the other side made the first contact, as fraud begins.
//! Asked where a person can answer; to a script the warning is only printed. An answer allows nothing but the ticket.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use deskside_host::exit::Exit;

use super::run::Failure;
use crate::app::words;
use crate::profile::Profile;

/// How often an answer that cannot be understood is asked for again.
const MOST_QUESTIONS: u32 = 5;

const QUESTION: &str = "
Who made the first contact? Type one of these, then press Enter:
  i contacted them
  they contacted me
> ";

const WARNING: &str = "
Please stop here. This is how fraud begins.
Banks, Microsoft, telephone companies and the police never call you to look at
your computer. Hang up. If you are unsure, look up their number yourself (not one
that they gave you) and call back.

To stop, press Enter. If you called them back yourself, type: go on
> ";

const STOPPED: &str = "no ticket was made. If they contacted you, hang up and talk to somebody you trust";

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
    for sentence in words::introduction(&profile.settings.hotkey.to_string()) {
        let _ = writeln!(output, "{sentence}");
    }
    if !io::stdin().is_terminal() {
        // Nobody is there who could have read it: whoever comes next is told again.
        return Ok(());
    }
    match ask(&mut io::stdin().lock(), &mut output).map_err(Failure::machine)? {
        Said::GoOn => profile.mark_introduction_seen().map_err(Failure::machine),
        Said::Stop => Err(Failure::new(Exit::Usage, STOPPED)),
    }
}

fn ask(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Said> {
    for _ in 0..MOST_QUESTIONS {
        let Some(answer) = answer_to(QUESTION, input, output)? else { return Ok(Said::Stop) };
        match answer.as_str() {
            "i contacted them" | "i asked them" | "i called them" | "no" => return Ok(Said::GoOn),
            "they contacted me" | "they asked me" | "they called me" | "yes" => {
                let answer = answer_to(WARNING, input, output)?;
                return Ok(if answer.as_deref() == Some("go on") { Said::GoOn } else { Said::Stop });
            }
            _ => {}
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
    output.write_all(question.as_bytes())?;
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
