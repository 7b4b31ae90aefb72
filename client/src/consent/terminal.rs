//! Answers as lines on the program's own standard input, for machines without a desktop to click on.
//! A thread reads ahead and notes when each line came, so that a line that was there before the question answers nothing.

use std::io::{self, BufRead as _, Read as _};
use std::sync::mpsc::{self, Receiver, TrySendError};
use std::thread;
use std::time::Instant;

use deskside_proto::ids::QuestionId;

use super::{LocalYes, NotGenuine};

/// Lines that may wait; more means that nobody reads what something pours in, and the rest is dropped.
const WAITING: usize = 256;
/// The longest line, in bytes; no answer and no command is longer.
const LONGEST: u64 = 4096;
/// The words that mean yes. Typed out on purpose: a bare Enter or a single letter says nothing.
const YES: [&str; 2] = ["allow", "yes"];

/// The lines of standard input, as they come.
pub struct TerminalLines {
    lines: Receiver<TerminalLine>,
}

/// One line that was read from standard input.
#[derive(Debug)]
pub struct TerminalLine {
    text: String,
    read_at: Instant,
}

impl TerminalLines {
    /// Starts reading this program's standard input.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn of_standard_input() -> io::Result<Self> {
        let (sender, lines) = mpsc::sync_channel(WAITING);
        let read = move || {
            let mut input = io::stdin().lock();
            loop {
                let mut text = String::new();
                match input.by_ref().take(LONGEST).read_line(&mut text) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
                let line = TerminalLine { text: text.trim().to_owned(), read_at: Instant::now() };
                match sender.try_send(line) {
                    Ok(()) => {}
                    Err(TrySendError::Full(_)) => {
                        tracing::warn!("more lines come than are read; one is dropped")
                    }
                    Err(TrySendError::Disconnected(_)) => return,
                }
            }
        };
        // Never joined: a blocked read of standard input ends with the program.
        thread::Builder::new().name("stdin".into()).spawn(read)?;
        Ok(Self { lines })
    }

    /// Waits for the next line; `None` at the end of the input.
    pub fn next_line(&self) -> Option<TerminalLine> {
        self.lines.recv().ok()
    }
}

impl TerminalLine {
    /// What was typed, without the white space around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The yes to `question`, which was printed at `asked_at`.
    ///
    /// # Errors
    /// [`NotGenuine::TooEarly`] for a line from before the question, [`NotGenuine::OtherWord`] for any other word.
    pub fn confirm(&self, question: QuestionId, asked_at: Instant) -> Result<LocalYes, NotGenuine> {
        if self.read_at < asked_at {
            return Err(NotGenuine::TooEarly);
        }
        // The number may stand behind the word, and must then be that of this question.
        let (word, number) = self.text.split_once(' ').unwrap_or((&self.text, ""));
        let is_meant = number.is_empty() || number.trim() == question.0.to_string();
        if !is_meant || !YES.iter().any(|yes| word.eq_ignore_ascii_case(yes)) {
            return Err(NotGenuine::OtherWord);
        }
        Ok(LocalYes { question })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_the_word_after_the_question_says_yes() {
        let asked_at = Instant::now();
        let answer = |text: &str, read_at| {
            TerminalLine { text: text.to_owned(), read_at }.confirm(QuestionId(7), asked_at)
        };
        let later = asked_at + Duration::from_millis(1);
        assert_eq!(answer("allow", later).unwrap(), LocalYes::for_test(QuestionId(7)));
        assert!(answer("Yes", later).is_ok());
        assert!(answer("allow 7", later).is_ok());
        for other in ["", "y", "a", "deny", "allow everything", "allow 8", "allow 77", "allow 7 8", "no"] {
            assert!(matches!(answer(other, later), Err(NotGenuine::OtherWord)), "{other:?}");
        }
        let earlier = asked_at.checked_sub(Duration::from_millis(1)).unwrap();
        assert!(matches!(answer("allow", earlier), Err(NotGenuine::TooEarly)));
    }
}
