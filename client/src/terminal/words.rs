//! The lines that a person may type on the terminal.

use clap::Parser;
use deskside_proto::geometry::Rect;
use deskside_words::t;

use crate::cli::InviteArgs;

/// What a line wants.
#[derive(Debug)]
pub(super) enum Wish {
    Nothing,
    Help,
    Understood,
    Invite(Box<InviteArgs>),
    Allow(u64),
    Deny(u64),
    Stop,
    End,
    Tickets,
    Cancel(String),
    CancelCopying,
    Status,
    /// Which windows and screens there are, and what of them is seen.
    Windows,
    Share(Named),
    Hide(Rect),
    /// The window at this place of the list.
    HideWindow(usize),
    /// Show again what is hidden at this place of the list, or all.
    Unhide(Option<usize>),
    Quit,
}

/// Something of the desktop, by its place in the list that was printed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Everything,
    Screen(usize),
    Window(usize),
}

#[derive(Debug, Parser)]
#[command(name = "invite", no_binary_name = true, disable_help_flag = true)]
struct InviteLine {
    #[command(flatten)]
    args: InviteArgs,
}

/// Reads a line; the text says what is wrong with it.
pub(super) fn parse(line: &str) -> Result<Wish, String> {
    let words = split(line)?;
    let mut words = words.iter().map(String::as_str);
    let Some(first) = words.next() else { return Ok(Wish::Nothing) };
    let rest: Vec<&str> = words.collect();
    match (first.to_ascii_lowercase().as_str(), rest.as_slice()) {
        ("help" | "?", []) => Ok(Wish::Help),
        ("understood", []) => Ok(Wish::Understood),
        ("invite", rest) => invite(rest),
        ("allow" | "yes", [number]) => number_of(number).map(Wish::Allow),
        ("deny" | "no", [number]) => number_of(number).map(Wish::Deny),
        ("allow" | "yes" | "deny" | "no", _) => Err(t!("client-line-which-question", word = first)),
        ("stop", []) => Ok(Wish::Stop),
        ("end", []) => Ok(Wish::End),
        ("tickets", []) => Ok(Wish::Tickets),
        ("cancel", ["copying"]) => Ok(Wish::CancelCopying),
        ("cancel", [id]) => Ok(Wish::Cancel((*id).to_owned())),
        ("cancel", _) => Err(t!("client-line-which-ticket").to_owned()),
        ("status", []) => Ok(Wish::Status),
        ("windows" | "screens" | "hidden", []) => Ok(Wish::Windows),
        ("share", ["everything"]) => Ok(Wish::Share(Named::Everything)),
        ("share", ["screen", place]) => place_of(place).map(|at| Wish::Share(Named::Screen(at))),
        ("share", ["window", place]) => place_of(place).map(|at| Wish::Share(Named::Window(at))),
        ("share", _) => Err(t!("client-line-share").to_owned()),
        ("hide", ["area", numbers @ ..]) => area(numbers).map(Wish::Hide),
        ("hide", ["window", place]) => place_of(place).map(Wish::HideWindow),
        ("hide", _) => Err(t!("client-line-hide").to_owned()),
        ("unhide", ["all"]) => Ok(Wish::Unhide(None)),
        ("unhide", [place]) => place_of(place).map(|at| Wish::Unhide(Some(at))),
        ("unhide", _) => Err(t!("client-line-unhide").to_owned()),
        ("quit" | "exit", []) => Ok(Wish::Quit),
        ("help" | "?" | "understood" | "stop" | "end" | "tickets" | "status" | "quit" | "exit", _) => {
            Err(t!("client-line-nothing-behind", word = first))
        }
        _ => Err(t!("client-line-unknown", word = format!("{first:?}"))),
    }
}

fn invite(rest: &[&str]) -> Result<Wish, String> {
    let line = InviteLine::try_parse_from(rest).map_err(|error| one_line(&error.to_string()))?;
    if line.args.json {
        return Err(t!("client-line-no-json").to_owned());
    }
    if line.args.output.as_deref() == Some(std::path::Path::new("-")) {
        return Err(t!("client-line-no-stdout").to_owned());
    }
    Ok(Wish::Invite(Box::new(line.args)))
}

/// The first paragraph of clap's message, without the usage that speaks of another command line.
fn one_line(message: &str) -> String {
    let first = message.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    first.trim_start_matches("error: ").to_owned()
}

/// A place in a list, which begins with 1.
fn place_of(text: &str) -> Result<usize, String> {
    let place = text.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
    place.ok_or_else(|| t!("client-line-no-place", text = format!("{text:?}")))
}

/// Left, top, width and height in pixels of the desktop.
fn area(numbers: &[&str]) -> Result<Rect, String> {
    let wrong = || t!("client-line-area").to_owned();
    let [x, y, width, height] = numbers else { return Err(wrong()) };
    let (x, y) = (x.parse().map_err(|_| wrong())?, y.parse().map_err(|_| wrong())?);
    let (width, height) = (width.parse().map_err(|_| wrong())?, height.parse().map_err(|_| wrong())?);
    let area = Rect::new(x, y, width, height);
    if area.is_empty() { Err(wrong()) } else { Ok(area) }
}

fn number_of(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| t!("client-line-no-number", text = format!("{text:?}")))
}

/// Words at spaces; double quotes keep spaces together.
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for character in line.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            space if space.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if quoted {
        return Err(t!("client-line-quotation").to_owned());
    }
    if begun {
        words.push(word);
    }
    Ok(words)
}

/// What can be typed.
pub(super) fn help() -> Vec<String> {
    t!("client-line-help").lines().map(|line| for_programs!("help: {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_help_is_understood() {
        for (line, check) in [
            ("allow 3", matches!(parse("allow 3"), Ok(Wish::Allow(3)))),
            ("deny 3", matches!(parse(" DENY  3 "), Ok(Wish::Deny(3)))),
            ("stop", matches!(parse("stop"), Ok(Wish::Stop))),
            ("end", matches!(parse("end"), Ok(Wish::End))),
            ("tickets", matches!(parse("tickets"), Ok(Wish::Tickets))),
            ("cancel", matches!(parse("cancel abc"), Ok(Wish::Cancel(id)) if id == "abc")),
            ("cancel copying", matches!(parse("cancel copying"), Ok(Wish::CancelCopying))),
            ("status", matches!(parse("status"), Ok(Wish::Status))),
            ("understood", matches!(parse("understood"), Ok(Wish::Understood))),
            ("windows", matches!(parse("windows"), Ok(Wish::Windows))),
            ("share", matches!(parse("share window 2"), Ok(Wish::Share(Named::Window(1))))),
            ("share", matches!(parse("share screen 1"), Ok(Wish::Share(Named::Screen(0))))),
            ("share", matches!(parse("share everything"), Ok(Wish::Share(Named::Everything)))),
            ("hide", matches!(parse("hide window 1"), Ok(Wish::HideWindow(0)))),
            (
                "hide",
                matches!(parse("hide area 1 2 3 4"),
                Ok(Wish::Hide(area)) if area == Rect::new(1, 2, 3, 4)),
            ),
            ("unhide", matches!(parse("unhide 1"), Ok(Wish::Unhide(Some(0))))),
            ("unhide", matches!(parse("unhide all"), Ok(Wish::Unhide(None)))),
            ("quit", matches!(parse("quit"), Ok(Wish::Quit))),
            ("nothing", matches!(parse("   "), Ok(Wish::Nothing))),
        ] {
            assert!(check, "{line}");
        }
    }

    #[test]
    fn an_invitation_takes_the_options_of_the_command_line() {
        let Ok(Wish::Invite(args)) = parse("invite --for 2h --uses 3 --output \"my ticket.deskside\"") else {
            panic!()
        };
        assert_eq!(args.valid_for.unwrap().as_secs(), 7200);
        assert_eq!(args.uses, Some(3));
        assert_eq!(args.output.unwrap(), std::path::Path::new("my ticket.deskside"));
    }

    #[test]
    fn what_cannot_be_understood_is_answered_with_one_line() {
        for line in [
            "allow",
            "allow all",
            "allow 1 2",
            "deny",
            "yes",
            "allow -1",
            "invite --for soon",
            "invite --output -",
            "invite --json",
            "invite \"",
            "stop now",
            "share",
            "share window",
            "share window 0",
            "hide everything",
            "hide window",
            "hide window 0",
            "hide area 1 2 3",
            "hide area 1 2 0 4",
            "unhide",
            "cancel",
            "open sesame",
        ] {
            let reason = parse(line).unwrap_err();
            assert!(!reason.is_empty() && !reason.contains('\n'), "{line}: {reason}");
        }
    }
}
