//! Answers as lines on the program's own standard input, for machines without a desktop to click on.
//! A thread reads ahead and notes when each line came and who could have typed it: a line from before the question
//! answers nothing, and neither does one on a terminal whose last key a program pressed.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TrySendError};
use std::thread;
use std::time::Instant;

use deskside_proto::ids::QuestionId;
use deskside_words::t;
use thiserror::Error;

use super::guard::judge_line;
use super::{LocalYes, NotGenuine};
use crate::physical::{PhysicalWatch, Presses, WatchError};

/// Lines that may wait; more means that nobody reads what something pours in, and the rest is dropped.
const WAITING: usize = 256;
/// The longest line, in bytes; no answer and no command is longer.
const LONGEST: usize = 4096;
/// The words that mean yes. Typed out on purpose: a bare Enter or a single letter says nothing.
const YES: [&str; 2] = ["allow", "yes"];

/// The lines of standard input, as they come.
pub struct TerminalLines {
    lines: Receiver<Result<TerminalLine, Unreadable>>,
}

/// One line that was read from standard input.
#[derive(Debug)]
pub struct TerminalLine {
    text: String,
    /// When its first byte was read.
    begun_at: Instant,
    /// When its end was read.
    read_at: Instant,
    origin: Origin,
}

/// Why a line says nothing.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// Longer than any command.
    #[error("{}", t!("client-line-too-long"))]
    TooLong,
    /// Bytes that are no text.
    #[error("{}", t!("client-line-not-text"))]
    NotText,
}

/// Where a line can come from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// A script's pipe, or a terminal without a desktop whose devices could be asked.
    Unwatched,
    /// A terminal beside a desktop: the last presses when the line ended, or `None` when the desktop did not say.
    Terminal(Option<Presses>),
}

impl TerminalLines {
    /// Starts reading this program's standard input. Where that is a terminal, `watch` says who pressed the keys.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn of_standard_input(watch: Option<Arc<dyn PhysicalWatch>>) -> io::Result<Self> {
        let watch = watch.filter(|_| io::stdin().is_terminal());
        let (sender, lines) = mpsc::sync_channel(WAITING);
        let read = move || {
            let mut input = io::stdin().lock();
            let mut buffer = [0; LONGEST];
            let mut assembly = Assembly::default();
            loop {
                let count = match input.read(&mut buffer) {
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => return,
                };
                // At once, before anybody prints or waits: the presses must be those that led to this line.
                let now = Instant::now();
                let origin =
                    watch.as_ref().map_or(Origin::Unwatched, |watch| Origin::Terminal(watch.presses().ok()));
                let (bytes, _) = buffer.split_at(count);
                let ended = if count == 0 { assembly.finish(now) } else { assembly.take(bytes, now) };
                for raw in ended {
                    match sender.try_send(raw.read(origin, now)) {
                        Ok(()) => {}
                        Err(TrySendError::Full(_)) => {
                            tracing::warn!("more lines come than are read; one is dropped");
                        }
                        Err(TrySendError::Disconnected(_)) => return,
                    }
                }
                if count == 0 {
                    return;
                }
            }
        };
        // Never joined: a blocked read of standard input ends with the program.
        thread::Builder::new().name("stdin".into()).spawn(read)?;
        Ok(Self { lines })
    }

    /// Waits for the next line; `None` at the end of the input.
    pub fn next_line(&self) -> Option<Result<TerminalLine, Unreadable>> {
        self.lines.recv().ok()
    }
}

/// Forgets what was typed on the terminal and not yet ended with Enter: it was not meant for the question that is there
/// now. What a script has written into a pipe stays.
pub fn discard_typed_ahead() {
    let input = io::stdin();
    if input.is_terminal()
        && let Err(error) = rustix::termios::tcflush(&input, rustix::termios::QueueSelector::IFlush)
    {
        tracing::warn!(%error, "what was typed ahead could not be discarded");
    }
}

/// Bytes on their way to lines, at most [`LONGEST`] of them kept.
#[derive(Default)]
struct Assembly {
    bytes: Vec<u8>,
    begun_at: Option<Instant>,
    is_too_long: bool,
}

struct Raw {
    bytes: Vec<u8>,
    begun_at: Instant,
    is_too_long: bool,
}

impl Assembly {
    /// The lines that end in `bytes`, which were read at `now`.
    fn take(&mut self, bytes: &[u8], now: Instant) -> Vec<Raw> {
        let mut ended = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun_at.get_or_insert(now);
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.is_too_long |= self.bytes.len() + text.len() > LONGEST;
            if self.is_too_long {
                self.bytes.clear();
            } else {
                self.bytes.extend_from_slice(text);
            }
            if text.len() < piece.len() {
                ended.extend(self.finish(now));
            }
        }
        ended
    }

    /// What is there when nothing more comes.
    fn finish(&mut self, now: Instant) -> Vec<Raw> {
        let Self { bytes, begun_at, is_too_long } = std::mem::take(self);
        let is_there = begun_at.is_some();
        let raw = Raw { bytes, begun_at: begun_at.unwrap_or(now), is_too_long };
        is_there.then_some(raw).into_iter().collect()
    }
}

impl Raw {
    fn read(self, origin: Origin, read_at: Instant) -> Result<TerminalLine, Unreadable> {
        if self.is_too_long {
            return Err(Unreadable::TooLong);
        }
        let text = String::from_utf8(self.bytes).map_err(|_| Unreadable::NotText)?;
        Ok(TerminalLine { text: text.trim().to_owned(), begun_at: self.begun_at, read_at, origin })
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
    /// [`NotGenuine::TooEarly`] for a line from before the question, [`NotGenuine::OtherWord`] for any other word; on a
    /// watched terminal also what [`Guard::confirm`](super::Guard::confirm) says.
    pub fn confirm(&self, question: QuestionId, asked_at: Instant) -> Result<LocalYes, NotGenuine> {
        if self.begun_at < asked_at {
            return Err(NotGenuine::TooEarly);
        }
        // The number may stand behind the word, and must then be that of this question.
        let (word, number) = self.text.split_once(' ').unwrap_or((&self.text, ""));
        let is_meant = number.is_empty() || number.trim() == question.0.to_string();
        if !is_meant || !YES.iter().any(|yes| word.eq_ignore_ascii_case(yes)) {
            return Err(NotGenuine::OtherWord);
        }
        match self.origin {
            Origin::Unwatched => {}
            Origin::Terminal(None) => return Err(WatchError::Lost.into()),
            Origin::Terminal(Some(presses)) => {
                judge_line(self.read_at.saturating_duration_since(asked_at), presses)?;
            }
        }
        Ok(LocalYes { question, said_at: self.read_at })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::physical::{DeviceTime, Press};

    fn line(text: &str, read_at: Instant, origin: Origin) -> TerminalLine {
        TerminalLine { text: text.to_owned(), begun_at: read_at, read_at, origin }
    }

    #[test]
    fn only_the_word_after_the_question_says_yes() {
        let asked_at = Instant::now();
        let answer =
            |text: &str, read_at| line(text, read_at, Origin::Unwatched).confirm(QuestionId(7), asked_at);
        let later = asked_at + Duration::from_millis(1);
        let yes = answer("allow", later).unwrap();
        assert_eq!((yes.question(), yes.said_at()), (QuestionId(7), later));
        assert!(answer("Yes", later).is_ok());
        assert!(answer("allow 7", later).is_ok());
        for other in ["", "y", "a", "deny", "allow everything", "allow 8", "allow 77", "allow 7 8", "no"] {
            assert!(matches!(answer(other, later), Err(NotGenuine::OtherWord)), "{other:?}");
        }
        let earlier = asked_at.checked_sub(Duration::from_millis(1)).unwrap();
        assert!(matches!(answer("allow", earlier), Err(NotGenuine::TooEarly)));
        let begun_before = TerminalLine { begun_at: earlier, ..line("allow", later, Origin::Unwatched) };
        assert!(matches!(begun_before.confirm(QuestionId(7), asked_at), Err(NotGenuine::TooEarly)));
    }

    #[test]
    fn on_a_watched_terminal_only_the_persons_own_keys_say_yes() {
        let asked_at = Instant::now();
        let read_at = asked_at + Duration::from_secs(5);
        // The question was printed at 5000 of the desktop's clock.
        let press = |at: u32| Some(Press { at: DeviceTime(at), number: at.into() });
        let answer = |real, injected| {
            let presses = Presses { now: DeviceTime(10_000), real, injected };
            line("allow 7", read_at, Origin::Terminal(Some(presses))).confirm(QuestionId(7), asked_at)
        };
        assert!(answer(press(9_990), None).is_ok());
        assert!(answer(press(9_990), press(8_900)).is_ok());
        assert!(matches!(answer(None, None), Err(NotGenuine::Injected)));
        assert!(matches!(answer(None, press(9_990)), Err(NotGenuine::Injected)));
        assert!(matches!(answer(press(9_980), press(9_990)), Err(NotGenuine::Injected)));
        assert!(matches!(answer(press(9_990), press(9_100)), Err(NotGenuine::Injected)), "just before");
        assert!(matches!(answer(press(7_000), None), Err(NotGenuine::Injected)), "who pressed Enter?");
        let mute = line("allow 7", read_at, Origin::Terminal(None));
        assert!(matches!(mute.confirm(QuestionId(7), asked_at), Err(NotGenuine::Unwatched(_))));
        let presses = Presses { now: DeviceTime(10_000), real: press(9_990), injected: None };
        let hasty = line("allow 7", asked_at + Duration::from_millis(300), Origin::Terminal(Some(presses)));
        assert!(matches!(hasty.confirm(QuestionId(7), asked_at), Err(NotGenuine::TooEarly)));
    }

    #[test]
    fn bytes_become_lines_whatever_they_are_and_however_they_come() {
        let now = Instant::now();
        let mut assembly = Assembly::default();
        let mut read = |bytes: &[u8]| {
            let ended = assembly.take(bytes, now).into_iter();
            ended
                .map(|raw| raw.read(Origin::Unwatched, now).map(|line| line.text))
                .collect::<Vec<Result<String, Unreadable>>>()
        };
        assert_eq!(read(b"allow 1\ndeny"), [Ok("allow 1".to_owned())]);
        assert_eq!(read(b" 2\r\n\n"), [Ok("deny 2".to_owned()), Ok(String::new())]);
        assert_eq!(read(b"al\xfflow 1\nstop\n"), [Err(Unreadable::NotText), Ok("stop".to_owned())]);
        // Its end must not be taken for a command of its own.
        assert!(read(&[b'x'; LONGEST]).is_empty());
        assert!(read(&[b'x'; LONGEST]).is_empty());
        assert_eq!(read(b"\nallow 1"), [Err(Unreadable::TooLong)]);
        let last = assembly.finish(now).pop().unwrap();
        assert_eq!(last.read(Origin::Unwatched, now).unwrap().text(), "allow 1");
        assert!(assembly.finish(now).is_empty());
    }

    #[test]
    fn a_line_begins_with_its_first_byte() {
        let (mut assembly, before) = (Assembly::default(), Instant::now());
        let after = before + Duration::from_secs(1);
        assert!(assembly.take(b"allow 1", before).is_empty());
        assert_eq!(assembly.take(b"\n", after).pop().unwrap().begun_at, before);
        assert_eq!(assembly.take(b"allow 1\n", after).pop().unwrap().begun_at, after);
    }
}
