//! The command line as a person and their scripts see it: what is printed, what is kept, which code it ends with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    reason = "a test may stop at the first surprise, and shares more than it uses"
)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use deskside_crypto::identity::Identity;
use deskside_crypto::ticket::{self, Key};
use deskside_proto::ticket_file::TicketFile;

use common::{Home, files_below, stderr, stdout};

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

fn code(output: &std::process::Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn an_invitation_gives_a_ticket_that_the_printed_words_open_and_keeps_them_out_of_every_file() {
    let home = Home::new();
    let output = home.run(&["invite", "--json", "--output", "help.deskside", "--uses", "2", "--for", "90m"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report = json(&stdout(&output));
    let words = report["passphrase"].as_str().unwrap();
    assert_eq!(report["running"], false);
    assert_eq!(report["uses"], 2);
    let file = TicketFile::parse(&fs::read(home.path("work/help.deskside")).unwrap()).unwrap();
    let passphrase = deskside_crypto::passphrase::Passphrase::parse(words).unwrap();
    ticket::verify(&file).unwrap().open(Key::Passphrase(&passphrase)).unwrap();
    for (path, content) in files_below(&home.path("")) {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains(words), "the words are in {}", path.display());
    }
    assert!(stderr(&output).contains("Did they contact you first?"), "the first ticket comes with a warning");
    assert!(!stderr(&home.run(&["invite", "--json"])).contains("Did they contact"), "the second without");
}

#[test]
fn a_ticket_for_one_expert_has_no_words_and_opens_with_their_key_alone() {
    let home = Home::new();
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let (expert, other) = (Identity::generate(&mut rng), Identity::generate(&mut rng));
    let output =
        home.run(&["invite", "--json", "--to", &expert.public().to_text(), "--output", "help.deskside"]);
    let report = json(&stdout(&output));
    assert!(report["passphrase"].is_null());
    assert_eq!(report["sealed_to"], expert.public().fingerprint().to_string());
    let file = TicketFile::parse(&fs::read(home.path("work/help.deskside")).unwrap()).unwrap();
    let verified = ticket::verify(&file).unwrap();
    assert!(verified.open(Key::Expert(&expert)).is_ok());
    assert!(verified.open(Key::Expert(&other)).is_err());
}

#[test]
fn a_ticket_on_standard_output_leaves_the_words_to_standard_error() {
    let home = Home::new();
    let output = home.run(&["invite", "--output", "-"]);
    assert!(TicketFile::parse(&output.stdout).is_ok());
    assert!(stderr(&output).contains("passphrase: "));
    let both = home.run(&["invite", "--output", "-", "--json"]);
    assert_eq!(code(&both), 2);
}

#[test]
fn tickets_are_listed_and_cancelled_by_the_beginning_of_their_number() {
    let home = Home::new();
    let id = json(&stdout(&home.run(&["invite", "--json"])))["id"].as_str().unwrap().to_owned();
    let short = id.get(..8).unwrap();
    assert!(stdout(&home.run(&["tickets"])).contains(short));
    let cancelled = home.run(&["cancel", short]);
    assert_eq!(code(&cancelled), 0, "{}", stderr(&cancelled));
    assert_eq!(json(&stdout(&home.run(&["tickets", "--json"])))[0]["state"], "cancelled");
    let again = home.run(&["cancel", short]);
    assert_eq!(code(&again), 1);
    assert!(stderr(&again).contains("was cancelled"), "{}", stderr(&again));
    let unknown = home.run(&["cancel", "zzzz"]);
    assert_eq!(code(&unknown), 1);
    assert!(stderr(&unknown).contains("no ticket zzzz"));
}

#[test]
fn bad_settings_are_refused_with_their_line_and_nothing_is_lost() {
    let home = Home::new();
    home.settings("# mine\nport = 47470\nallow_all = true\n");
    for arguments in [["tickets"].as_slice(), &["invite"], &["--terminal"], &[]] {
        let output = home.run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        let message = stderr(&output);
        assert!(message.contains("line 3") && message.contains("allow_all"), "{message}");
    }
    let settings = fs::read_to_string(home.path(".config/deskside/config.toml")).unwrap();
    assert_eq!(settings, "# mine\nport = 47470\nallow_all = true\n");
    assert!(!home.path(".local").exists(), "nothing was made");
}

#[test]
fn a_damaged_record_is_reported_kept_and_hides_no_other() {
    let home = Home::new();
    home.run(&["invite"]);
    let id = json(&stdout(&home.run(&["invite", "--json"])))["id"].as_str().unwrap().to_owned();
    let record = home.path(&format!(".local/share/deskside/tickets/{id}.json"));
    fs::write(&record, "{").unwrap();
    let output = home.run(&["tickets", "--json"]);
    assert_eq!(json(&stdout(&output)).as_array().unwrap().len(), 1);
    assert!(stderr(&output).contains(".json.broken"), "{}", stderr(&output));
    assert_eq!(fs::read(record.with_extension("json.broken")).unwrap(), b"{");
}

#[test]
fn a_receipt_that_was_tampered_with_is_printed_and_called_so() {
    let home = Home::new();
    home.run(&["invite"]);
    home.run(&["invite"]);
    assert_eq!(code(&home.run(&["receipt"])), 0);
    let path = home.path(".local/share/deskside/receipt.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("1 use", "9 use", 1)).unwrap();
    let output = home.run(&["receipt"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("9 use") && stderr(&output).contains("line 2"), "{}", stderr(&output));
}

#[test]
fn everything_that_is_kept_is_private() {
    let home = Home::new();
    home.run(&["invite"]);
    let data = home.path(".local/share/deskside");
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    for (path, _) in files_below(&data) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn help_manual_completions_and_version_can_be_had_without_a_home() {
    let home = Home::new();
    for (arguments, expected) in [
        (["--help"].as_slice(), "Exit codes:"),
        (&["invite", "--help"], "Tell the passphrase by telephone"),
        (&["--version"], "deskside 0."),
        (&["manual"], ".TH DESKSIDE 1"),
        (&["completions", "bash"], "_deskside"),
    ] {
        let output = home.command(arguments).env_remove("HOME").output().unwrap();
        assert_eq!(code(&output), 0, "{arguments:?}");
        assert!(stdout(&output).contains(expected), "{arguments:?}: {}", stdout(&output));
    }
    let output = home.command(&["tickets"]).env_remove("HOME").output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("HOME"));
}

#[test]
fn without_a_display_the_window_says_what_to_do_instead() {
    let output = Home::new().run(&[]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("deskside --terminal"), "{}", stderr(&output));
}

/// Deskside on the terminal.
struct Terminal {
    child: Child,
    input: Option<ChildStdin>,
    output: mpsc::Receiver<String>,
}

impl Terminal {
    fn start(home: &Home) -> Self {
        let mut command = home.command(&["--terminal"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, pipe) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let (lines, output) = mpsc::channel();
        thread::spawn(move || pipe.lines().map_while(Result::ok).all(|line| lines.send(line).is_ok()));
        let mut terminal = Self { child, input, output };
        terminal.line("ready");
        terminal
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line that begins with `word`.
    fn line(&mut self, word: &str) -> String {
        let mut seen = Vec::new();
        loop {
            let Ok(line) = self.output.recv_timeout(Duration::from_secs(30)) else {
                panic!("no line {word:?} came after\n{}", seen.join("\n"));
            };
            if line.starts_with(word) {
                return line;
            }
            seen.push(line);
        }
    }

    fn end(mut self) -> i32 {
        drop(self.input.take());
        self.line("bye");
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_terminal_makes_lists_and_cancels_tickets_and_ends_with_its_input() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home);
    terminal.say("invite");
    assert!(terminal.line("error").contains("understood"), "the introduction comes first");
    terminal.say("understood");
    terminal.say("invite --for 30m --output mine.deskside");
    let ticket = terminal.line("ticket ");
    let id = ticket.split_whitespace().nth(1).unwrap().to_owned();
    assert_eq!(terminal.line("passphrase").split_whitespace().nth(1), Some(id.as_str()));
    terminal.line("saved");
    assert!(home.path("work/mine.deskside").is_file());
    terminal.say(&format!("cancel {id}"));
    // The list changes when the record is written; the lines come in order, so one of the next lists shows it.
    loop {
        terminal.say("tickets");
        if terminal.line("ticket ").contains("cancelled") {
            break;
        }
    }
    for (line, expected) in [("allow 1", "no question 1"), ("dance", "unknown"), ("allow", "which question")]
    {
        terminal.say(line);
        assert!(terminal.line("error").contains(expected), "{line}");
    }
    assert_eq!(terminal.end(), 0);
}

#[test]
fn one_instance_runs_and_hears_of_tickets_made_on_the_command_line() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home);
    let report = json(&stdout(&home.run(&["invite", "--json"])));
    assert_eq!(report["running"], true);
    terminal.say("status");
    assert_eq!(terminal.line("status"), "status: waiting");
    let second = home.run(&["--terminal"]);
    assert_eq!(code(&second), 1);
    assert!(stderr(&second).contains("runs already"), "{}", stderr(&second));
    assert_eq!(terminal.end(), 0);
}

#[test]
fn nothing_that_comes_through_the_control_socket_answers_a_question() {
    let home = Home::new();
    let terminal = Terminal::start(&home);
    let socket = home.path("run/deskside/control.sock");
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let ask = |line: &[u8]| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        stream.write_all(line).unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer
    };
    assert!(ask(b"status\n").contains("\"open_tickets\":0"));
    for line in [b"allow 1\n".as_slice(), b"yes\n", b"invite\n", b"\xff\xfe\n", b"\n", &[b'x'; 4096]] {
        let answer = ask(line);
        assert!(answer.is_empty() || answer.contains("failed"), "{answer}");
    }
    assert!(ask(b"status\n").contains("\"process\""), "it still lives");
    assert_eq!(terminal.end(), 0);
}
