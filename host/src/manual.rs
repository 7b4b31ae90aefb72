//! Turns a command line and the texts of its `--help` into one manual page (roff, section 1).
//! Knows the conventions of man(7) and of our help texts; knows none of the programs' words.

use std::io;

use clap::{Arg, Command};
use clap_mangen::roff::{Roff, bold, italic, roman};

/// The manual page of `command`, with `description` and then `sections` (heading, text).
///
/// A text is paragraphs, and lines that are indented: `  term   explanation`, as in help texts. A line that is indented
/// deeper goes on with the explanation above it.
///
/// # Errors
/// Only what writing into memory can fail with.
/// Reference: man(7).
pub fn page(mut command: Command, description: &str, sections: &[(&str, &str)]) -> io::Result<Vec<u8>> {
    command.build();
    let name = command.get_name().to_owned();
    let version = command.get_version().unwrap_or_default().to_owned();
    let mut roff = Roff::default();
    roff.control("TH", [name.to_uppercase().as_str(), "1", "", &format!("{name} {version}"), "Deskside"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{name} - {}", about(&command)))]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.control("nf", []);
    for line in usage(&mut command).lines() {
        roff.text([bold(line.trim())]);
    }
    roff.control("fi", []);
    roff.control("SH", ["DESCRIPTION"]);
    prose_and_lists(&mut roff, description);
    roff.control("SH", ["OPTIONS"]);
    arguments(&mut roff, command.get_arguments());
    let visible = command.get_subcommands_mut().filter(|sub| !sub.is_hide_set());
    roff.control("SH", ["COMMANDS"]);
    for sub in visible {
        let heading = usage(sub);
        roff.control("SS", [heading.as_str()]);
        roff.text([roman(sentence(&about(sub)))]);
        let own = |argument: &&Arg| argument.get_id() != "help" && !argument.is_global_set();
        arguments(&mut roff, sub.get_arguments().filter(own));
    }
    for (heading, text) in sections {
        roff.control("SH", [*heading]);
        prose_and_lists(&mut roff, text);
    }
    let mut out = Vec::new();
    roff.to_writer(&mut out)?;
    Ok(out)
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn usage(command: &mut Command) -> String {
    let text = command.render_usage().to_string();
    text.strip_prefix("Usage: ").unwrap_or(&text).to_owned()
}

/// Help texts of options and commands have no full stop; on a page they stand as sentences.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '}']) { text.to_owned() } else { format!("{text}.") }
}

fn arguments<'a>(roff: &mut Roff, all: impl Iterator<Item = &'a Arg>) {
    for argument in all.filter(|argument| !argument.is_hide_set()) {
        let mut words = Vec::new();
        if let Some(short) = argument.get_short() {
            words.extend([bold(format!("-{short}")), roman(", ")]);
        }
        if let Some(long) = argument.get_long() {
            words.push(bold(format!("--{long}")));
        }
        let takes_value = argument.get_action().takes_values();
        if takes_value {
            let value =
                argument.get_value_names().and_then(<[_]>::first).map_or("VALUE", |name| name.as_str());
            let optional = argument.get_num_args().is_some_and(|count| count.min_values() == 0);
            let value = if optional { format!("[{value}]") } else { value.to_owned() };
            if argument.get_long().is_some() {
                words.push(roman(" "));
            }
            words.push(italic(value));
        }
        let mut help = sentence(&argument.get_help().map(ToString::to_string).unwrap_or_default());
        let values: Vec<_> = argument
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| value.get_name().to_owned())
            .collect();
        if takes_value && !values.is_empty() {
            help.push_str(&format!(" One of: {}.", values.join(", ")));
        }
        roff.control("TP", []);
        roff.text(words);
        roff.text([roman(help)]);
    }
}

fn prose_and_lists(roff: &mut Roff, text: &str) {
    let mut in_prose = false;
    for line in text.lines() {
        let trimmed = line.trim();
        let depth = line.len() - line.trim_start().len();
        let is_prose = depth == 0 && !trimmed.is_empty();
        if is_prose && !in_prose {
            roff.control("PP", []);
        }
        in_prose = is_prose;
        if (1..=3).contains(&depth) {
            terms(roff, trimmed);
        } else if !trimmed.is_empty() {
            roff.text([roman(trimmed)]);
        }
    }
}

/// `term   explanation`, or several such pairs on one line.
fn terms(roff: &mut Roff, line: &str) {
    let words: Vec<&str> = line.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    for pair in words.chunks(2) {
        roff.control("TP", []);
        roff.text(pair.iter().take(1).map(|term| bold(*term)).collect::<Vec<_>>());
        if let Some(explanation) = pair.get(1) {
            roff.text([roman(*explanation)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sections: &[(&str, &str)]) -> String {
        let command = Command::new("desk").version("1.2").about("Shows a desk").subcommand(
            Command::new("lend").about("Lend it").arg(
                Arg::new("for").long("for").value_name("TIME").help("How long").value_parser(["1h", "2h"]),
            ),
        );
        String::from_utf8(page(command, "A desk.", sections).unwrap()).unwrap()
    }

    #[test]
    fn commands_stand_with_their_options_and_values() {
        let page = shown(&[]);
        assert!(page.contains(".SS \"desk lend [OPTIONS]\"\nLend it.\n"), "{page}");
        assert!(page.contains("\\fB\\-\\-for\\fR \\fITIME\\fR\nHow long. One of: 1h, 2h.\n"), "{page}");
    }

    #[test]
    fn indented_lines_become_terms_and_prose_flows() {
        let page =
            shown(&[("FILES", "These\nflow:\n  ~/a   the first   ~/b   the second\n      and more\n\nEnd.")]);
        let tail = page.split(".SH FILES\n").nth(1).unwrap();
        let terms = ".TP\n\\fB~/a\\fR\nthe first\n.TP\n\\fB~/b\\fR\nthe second\nand more\n";
        assert_eq!(tail, format!(".PP\nThese\nflow:\n{terms}.PP\nEnd.\n"));
    }

    #[test]
    fn a_line_that_begins_like_a_roff_command_stays_text() {
        assert!(shown(&[("X", ".so /etc/passwd")]).contains("\n\\&.so"));
    }
}
