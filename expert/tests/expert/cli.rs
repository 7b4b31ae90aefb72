//! The real program, called as a terminal or a script calls it: exit codes, messages, nothing lost.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use deskside_crypto::ticket::Recipient;
use tempfile::TempDir;

use crate::samples::{client, file};

fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskside-expert"));
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command
}

fn run(home: &TempDir, arguments: &[&str]) -> Output {
    program(home.path()).args(arguments).output().unwrap()
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (argument, word) in
        [("--help", "Exit codes:"), ("--version", "deskside-expert 0."), ("-h", "Examples:")]
    {
        let output = run(&home(), &[argument]);
        assert_eq!(output.status.code(), Some(0));
        assert!(said(&output.stdout).contains(word), "{argument}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_would_be_right() {
    for (arguments, word) in [
        (&["open"][..], "<FILE>"),
        (&["open", "x", "--scale", "7x"], "use `fit`"),
        (&["--no-such-thing"], "--help"),
        (&["completions", "pascal"], "possible values"),
        (&["identity", "--log", "x=loudly"], "cannot be read"),
    ] {
        let output = run(&home(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output.stderr).contains(word), "{arguments:?}: {}", said(&output.stderr));
    }
}

#[test]
fn the_identity_is_the_same_each_time_and_readable_by_programs() {
    let home = home();
    let text = said(&run(&home, &["identity"]).stdout);
    let json: serde_json::Value =
        serde_json::from_slice(&run(&home, &["identity", "--json"]).stdout).unwrap();
    let key = json["public_key"].as_str().unwrap();
    assert!(key.starts_with("deskside-expert-1-") && text.contains(key));
    assert!(text.contains(json["fingerprint"].as_str().unwrap()));
}

#[test]
fn a_damaged_identity_is_kept_and_told() {
    let home = home();
    run(&home, &["identity"]);
    let path = home.path().join(".local/share/deskside-expert/identity");
    std::fs::write(&path, b"short").unwrap();
    let output = run(&home, &["identity"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("damaged"));
    assert_eq!(std::fs::read(&path).unwrap(), b"short");
}

#[test]
fn tickets_that_cannot_be_used_end_with_3_and_a_whole_sentence() {
    let home = home();
    let old = file(Recipient::Expert(client().public()), 60).to_text();
    let cases = [
        ("not", b"hello\n".to_vec(), "not a Deskside ticket"),
        ("foreign", old.clone().into_bytes(), "another expert"),
        ("cut", old.as_bytes()[..200].to_vec(), "damaged"),
        ("large", vec![b'x'; 50_000], "too large"),
    ];
    for (name, bytes, word) in cases {
        let path = home.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let output = run(&home, &["open", path.to_str().unwrap(), "--terminal"]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(said(&output.stderr).contains(word), "{name}: {}", said(&output.stderr));
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name}");
    }
}

#[test]
fn a_file_that_is_not_there_ends_with_1() {
    let output = run(&home(), &["open", "/nonexistent/x.deskside"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("there is no file /nonexistent/x.deskside"));
}

#[test]
fn without_a_display_it_says_so() {
    let output = run(&home(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("DISPLAY"), "{}", said(&output.stderr));
}

#[test]
fn without_a_home_it_says_so() {
    let output = program(Path::new("/")).env_remove("HOME").arg("identity").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).contains("HOME"));
}

#[test]
fn wrong_settings_end_with_2_and_stay() {
    let home = home();
    let folder = home.path().join(".config/deskside-expert");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "theme = \"pink\"\n").unwrap();
    let output = run(&home, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("line 1"), "{}", said(&output.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("config.toml")).unwrap(), "theme = \"pink\"\n");
}

#[test]
fn completions_and_manual_are_printed_and_a_closed_pipe_is_no_failure() {
    assert!(said(&run(&home(), &["completions", "bash"]).stdout).contains("deskside-expert"));
    assert!(said(&run(&home(), &["manual"]).stdout).starts_with(".ie"));
    let mut child =
        program(home().path()).arg("manual").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_association_comes_and_goes() {
    let home = home();
    assert_eq!(run(&home, &["associate"]).status.code(), Some(0));
    let entry = home.path().join(".local/share/applications/deskside-expert.desktop");
    assert!(std::fs::read_to_string(&entry).unwrap().contains("deskside-expert\" %f"));
    assert_eq!(run(&home, &["associate", "--remove"]).status.code(), Some(0));
    assert!(!home.path().join(".local/share/mime").exists() && !entry.exists());
    assert!(!home.path().join(".config/mimeapps.list").exists());
}
