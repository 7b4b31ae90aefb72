//! No text that people read is hard-wired in the sources, and the texts of the Fluent files are those that the sources
//! show, with the same arguments. Reads sources as tokens, not as types.

#![allow(clippy::unwrap_used, reason = "tests")]

mod hard_wired;
mod lexer;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use deskside_words::Language;
use deskside_words::inventory::{self, Message};

use self::lexer::Literal;

/// The rooms that show texts, with the beginnings of their ids.
const ROOMS: &[(&str, &[&str])] =
    &[("client", &["client-", "shared-"]), ("expert", &["expert-", "shared-"]), ("look", &["shared-"])];

/// Sources whose sentences are not in the files, and why.
const EXEMPT: &[(&str, &str)] = &[
    // Administrators search for these as they stand: help, and what is wrong with a command, a file or a start.
    ("client/src/app/run.rs", "why the program does not start"),
    ("client/src/cli/mod.rs", "the help"),
    ("client/src/cli/lists.rs", "tables for the terminal and for scripts"),
    ("client/src/cli/run.rs", "the manual page, and output that cannot be written"),
    ("client/src/cli/start.rs", "why the program does not start"),
    ("client/src/config/duration.rs", "a wrong option or setting"),
    ("client/src/config/mod.rs", "a wrong setting"),
    ("client/src/config/smtp.rs", "a wrong setting"),
    ("client/src/control_socket/", "between two processes"),
    ("client/src/pipeline/pace.rs", "a wrong option"),
    ("client/src/profile.rs", "why the program does not start"),
    ("client/src/windows/shell.rs", "for the log"),
    // What a display server lacks, in its own terms: a detail behind the colon of a sentence.
    ("client/src/capture/x11", "terms of X11"),
    ("client/src/inject/enigo.rs", "terms of X11"),
    ("client/src/inject/x11", "terms of X11"),
    ("client/src/input/own_windows/kept_back.rs", "terms of X11"),
    ("client/src/input/own_windows/x11.rs", "terms of X11"),
    ("client/src/physical/x11", "terms of X11"),
    ("expert/src/cli.rs", "the help"),
    ("expert/src/present/choice.rs", "names of renderers"),
    ("expert/src/present/x11/", "terms of X11"),
    ("expert/src/scale.rs", "a wrong option or setting"),
    ("expert/src/terminal.rs", "lines that scripts write and read"),
    ("look/src/fonts.rs", "names of fonts"),
];

/// What one text of a source asks of the files.
#[derive(Debug)]
struct Use {
    place: String,
    id: String,
    arguments: BTreeSet<String>,
}

/// Everything that is wrong with the texts of the rooms below `root`, a line each.
fn complaints(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut uses = Vec::new();
    for (room, beginnings) in ROOMS {
        for path in rust_files(&root.join(room).join("src")) {
            let short = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let source = fs::read_to_string(&path).unwrap();
            let literals = lexer::literals(&source);
            complaints.extend(hard_wired_in(&short, &literals));
            let used = uses_in(&short, &literals);
            let foreign = used.iter().filter(|one| !beginnings.iter().any(|room| one.id.starts_with(room)));
            complaints.extend(foreign.map(|one| format!("{}: {} is of another program", one.place, one.id)));
            uses.extend(used);
        }
    }
    let messages = inventory::messages(Language::English).unwrap();
    complaints.extend(compare(&messages, &uses));
    complaints
}

fn hard_wired_in(path: &str, literals: &[Literal]) -> Vec<String> {
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    let is_exempt = EXEMPT.iter().any(|(exempt, _)| path.starts_with(exempt));
    if is_test || is_exempt {
        return Vec::new();
    }
    let found = literals.iter().filter(|literal| hard_wired::is_hard_wired(path, literal));
    found.map(|literal| format!("{path}:{}: hard-wired: {:?}", literal.line, literal.text)).collect()
}

fn uses_in(path: &str, literals: &[Literal]) -> Vec<Use> {
    let shown = literals.iter().filter(|literal| {
        literal.is_first
            && literal.around.last().is_some_and(|opener| opener == "t!" || opener.ends_with("::t!"))
    });
    shown
        .map(|literal| Use {
            place: format!("{path}:{}", literal.line),
            id: literal.text.clone(),
            arguments: literal.arguments.iter().cloned().collect(),
        })
        .collect()
}

/// Ids that are used and do not exist, that exist and are not used, and arguments that differ.
fn compare(messages: &BTreeMap<String, Message>, uses: &[Use]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut used: BTreeSet<&str> = uses.iter().map(|one| one.id.as_str()).collect();
    for one in uses {
        match messages.get(&one.id) {
            None => complaints.push(format!("{}: there is no text {}", one.place, one.id)),
            Some(message) if message.variables != one.arguments => complaints.push(format!(
                "{}: {} takes {:?} and is given {:?}",
                one.place, one.id, message.variables, one.arguments
            )),
            Some(message) => used.extend(message.includes.iter().map(String::as_str)),
        }
    }
    let idle = messages.keys().filter(|id| !used.contains(id.as_str()));
    complaints.extend(idle.map(|id| format!("words/locales: nothing shows {id}")));
    complaints
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn messages() -> BTreeMap<String, Message> {
    let message = |variables: &[&str]| Message {
        file: "client",
        variables: variables.iter().map(|name| (*name).to_owned()).collect(),
        includes: BTreeSet::new(),
    };
    BTreeMap::from([
        ("client-a".to_owned(), message(&[])),
        ("client-b".to_owned(), message(&["name", "count"])),
    ])
}

fn compared(source: &str) -> Vec<String> {
    compare(&messages(), &uses_in("a.rs", &lexer::literals(source)))
}

const BOTH: &str = "t!(\"client-a\"); deskside_words::t!(\"client-b\", name = x, count = 2_u64);";

#[test]
fn what_is_shown_and_what_exists_are_compared() {
    assert_eq!(compared(BOTH), Vec::<String>::new());
    assert_eq!(compared(&format!("{BOTH} t!(\"client-c\");")), ["a.rs:1: there is no text client-c"]);
    assert_eq!(compared("t!(\"client-a\")"), ["words/locales: nothing shows client-b"]);
}

#[test]
fn arguments_must_have_the_names_of_the_variables() {
    for wrong in ["t!(\"client-b\", name = x)", "t!(\"client-b\", name = x, number = 2)", "t!(\"client-b\")"]
    {
        let complaints = compared(&format!("t!(\"client-a\"); {wrong}"));
        assert_eq!(complaints.len(), 1, "{wrong}");
        assert!(complaints[0].contains("client-b takes"), "{complaints:?}");
    }
}

#[test]
fn a_hard_wired_text_is_told_with_its_place() {
    let literals = lexer::literals("\nui.label(\"Who is here\");");
    let found = hard_wired_in("client/src/windows/home.rs", &literals);
    assert_eq!(found, ["client/src/windows/home.rs:2: hard-wired: \"Who is here\""]);
    assert!(hard_wired_in("client/src/windows/tests/home.rs", &literals).is_empty());
    assert!(hard_wired_in("client/src/cli/mod.rs", &literals).is_empty());
}

#[test]
fn every_exemption_still_has_a_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let rooms = ROOMS.iter().flat_map(|(room, _)| rust_files(&root.join(room).join("src")));
    let paths: Vec<String> =
        rooms.map(|path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned()).collect();
    for (exempt, why) in EXEMPT {
        assert!(paths.iter().any(|path| path.starts_with(exempt)), "{exempt} ({why}) is gone");
    }
}

#[test]
fn no_text_of_these_sources_is_hard_wired_or_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let complaints = complaints(&root);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
