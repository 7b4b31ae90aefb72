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
    let again = stderr(&home.run(&["invite", "--json"]));
    assert!(again.contains("Did they contact"), "a script has not read it for the person");
}

/// Runs `deskside invite` on a terminal of its own, where somebody types `typed`.
fn invite_on_a_terminal(home: &Home, typed: &str) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_deskside");
    let mut command = std::process::Command::new("script");
    let told = home.command(&[]);
    command.args(["-qec", &format!("{program} invite --output help.deskside"), "/dev/null"]);
    command.env_clear().envs(told.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
        .current_dir(home.path("work"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(typed.as_bytes()).unwrap();
    // Kept open: the end of the input would be the end of the terminal.
    let output = child.wait_with_output().unwrap();
    drop(input);
    output
}

#[test]
fn on_a_terminal_the_first_ticket_waits_for_the_answer_who_contacted_whom() {
    let home = Home::new();
    let ticket = home.path("work/help.deskside");
    let seen = home.path(".local/share/deskside/introduction-seen");
    let stopped = invite_on_a_terminal(&home, "they contacted me\n\n");
    assert_eq!(code(&stopped), 2, "{}", stdout(&stopped));
    assert!(stdout(&stopped).contains("This is how fraud begins"), "{}", stdout(&stopped));
    assert!(!ticket.exists() && !seen.exists());
    assert_eq!(json(&stdout(&home.run(&["tickets", "--json"]))).as_array().unwrap().len(), 0);
    let made = invite_on_a_terminal(&home, "i contacted them\n");
    assert_eq!(code(&made), 0, "{}", stdout(&made));
    assert!(ticket.exists() && seen.exists());
    assert!(!stderr(&home.run(&["invite", "--json"])).contains("Did they contact"), "asked once");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_asked_to() {
    let home = Home::new();
    let path = home.path("work/thesis.odt");
    fs::write(&path, "my thesis").unwrap();
    let refused = home.run(&["invite", "--output", "thesis.odt"]);
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(&path).unwrap(), "my thesis");
    assert_eq!(json(&stdout(&home.run(&["tickets", "--json"]))).as_array().unwrap().len(), 0);
    let forced = home.run(&["invite", "--output", "thesis.odt", "--force"]);
    assert_eq!(code(&forced), 0, "{}", stderr(&forced));
    assert!(TicketFile::parse(&fs::read(&path).unwrap()).is_ok());
    for target in ["missing/help.deskside", ".", "/dev/null"] {
        assert_eq!(code(&home.run(&["invite", "--force", "--output", target])), 1, "{target}");
    }
    assert_eq!(json(&stdout(&home.run(&["tickets", "--json"]))).as_array().unwrap().len(), 1);
}

#[test]
fn a_ticket_whose_words_could_not_be_printed_is_cancelled() {
    let home = Home::new();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = home.command(&["invite", "--output", "help.deskside"]).stdout(full).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
    assert_eq!(json(&stdout(&home.run(&["tickets", "--json"])))[0]["state"], "cancelled");
    assert!(!home.path("work/help.deskside").exists());
    assert!(stdout(&home.run(&["receipt"])).contains("could not be handed out"));
}

#[test]
fn a_pipe_in_place_of_the_settings_is_refused_instead_of_waited_for() {
    let home = Home::new();
    home.settings("");
    let path = home.path(".config/deskside/config.toml");
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let output = home.run(&["tickets"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("not a regular file"), "{}", stderr(&output));
}

#[test]
fn a_directory_among_the_tickets_hides_no_ticket() {
    let home = Home::new();
    home.run(&["invite"]);
    let tickets = home.path(".local/share/deskside/tickets");
    fs::create_dir(tickets.join("aaaaaaaaaaaaaaaaaaaaaaaaaa.json")).unwrap();
    let output = home.run(&["--log", "error", "tickets", "--json"]);
    assert_eq!(json(&stdout(&output)).as_array().unwrap().len(), 1, "{}", stderr(&output));
    assert!(stderr(&output).contains(".json.broken"), "{}", stderr(&output));
}

#[test]
fn a_display_that_is_not_there_is_told_in_one_plain_sentence() {
    let output = Home::new().command(&[]).env("DISPLAY", ":4077").output().unwrap();
    assert_eq!(code(&output), 1);
    let message = stderr(&output);
    assert!(message.contains(":4077") && message.contains("deskside --terminal"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    for word in ["winit", "EventLoop", ".rs", "registry"] {
        assert!(!message.contains(word), "{message}");
    }
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
    fs::write(&path, text.replacen("\"uses\":1", "\"uses\":9", 1)).unwrap();
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

#[test]
fn the_language_is_the_systems_unless_the_settings_say_otherwise() {
    let said = |settings: &str, variables: &[(&str, &str)]| {
        let home = Home::new();
        home.settings(settings);
        let output = home.command(&["invite"]).envs(variables.iter().copied()).output().unwrap();
        stdout(&output)
    };
    let german = [("LANG", "de_AT.UTF-8")];
    assert!(said("", &german).contains("Die Einladung"));
    assert!(said("", &[]).contains("Ticket "));
    assert!(said("language = \"en\"\n", &german).contains("Ticket "));
    assert!(said("language = \"de\"\n", &[]).contains("Die Einladung"));
}
