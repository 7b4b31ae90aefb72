//! The lines that a person may type on the terminal.

use clap::Parser;

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
    Status,
    Quit,
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
        ("allow" | "yes" | "deny" | "no", _) => Err(format!("say which question, for example \"{first} 1\"")),
        ("stop", []) => Ok(Wish::Stop),
        ("end", []) => Ok(Wish::End),
        ("tickets", []) => Ok(Wish::Tickets),
        ("cancel", [id]) => Ok(Wish::Cancel((*id).to_owned())),
        ("cancel", _) => Err("say which ticket, for example \"cancel k7qm2xpa\"".to_owned()),
        ("status", []) => Ok(Wish::Status),
        ("quit" | "exit", []) => Ok(Wish::Quit),
        ("help" | "?" | "understood" | "stop" | "end" | "tickets" | "status" | "quit" | "exit", _) => {
            Err(format!("nothing may stand behind \"{first}\""))
        }
        _ => Err(format!("{first:?} is unknown; type \"help\"")),
    }
}

fn invite(rest: &[&str]) -> Result<Wish, String> {
    let line = InviteLine::try_parse_from(rest).map_err(|error| one_line(&error.to_string()))?;
    if line.args.json {
        return Err("--json is for the command line; the lines here are for programs already".to_owned());
    }
    if line.args.output.as_deref() == Some(std::path::Path::new("-")) {
        return Err("standard output is taken by these lines; give --output a file name".to_owned());
    }
    Ok(Wish::Invite(Box::new(line.args)))
}

/// The first paragraph of clap's message, without the usage that speaks of another command line.
fn one_line(message: &str) -> String {
    let first = message.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    first.trim_start_matches("error: ").to_owned()
}

fn number_of(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text:?} is no number of a question"))
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
        return Err("a quotation mark is missing".to_owned());
    }
    if begun {
        words.push(word);
    }
    Ok(words)
}

/// What can be typed.
pub(super) fn help() -> Vec<String> {
    [
        "help: invite [--for 1h] [--uses N] [--to KEY] [--output FILE] [--email ADDRESS]   make a ticket",
        "help: allow N | deny N    answer question N",
        "help: stop                take control back at once; viewing goes on",
        "help: end                 end all sessions",
        "help: tickets             list the tickets",
        "help: cancel ID           close a ticket",
        "help: status              who is here",
        "help: understood          the introduction was read",
        "help: quit                end all sessions and Deskside",
    ]
    .map(str::to_owned)
    .to_vec()
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
            ("status", matches!(parse("status"), Ok(Wish::Status))),
            ("understood", matches!(parse("understood"), Ok(Wish::Understood))),
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
            "cancel",
            "open sesame",
        ] {
            let reason = parse(line).unwrap_err();
            assert!(!reason.is_empty() && !reason.contains('\n'), "{line}: {reason}");
        }
    }
}
