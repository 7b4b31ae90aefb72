//! Sending tickets: the arguments that the person's mail program gets, and real messages to a real SMTP server.
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
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use deskside_proto::ticket_file::TicketFile;

use common::{Home, stderr, stdout};

fn words_of(output: &std::process::Output) -> String {
    let report: serde_json::Value = serde_json::from_str(&stdout(output)).unwrap();
    report["passphrase"].as_str().unwrap().to_owned()
}

/// A mail program that writes down what it is called with, one argument a line end.
fn recorder(home: &Home, exit_code: u8) -> PathBuf {
    let folder = home.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("xdg-email");
    let record = home.path("arguments");
    let script = format!("#!/bin/sh\nprintf '%s\\0' \"$@\" > '{}'\nexit {exit_code}\n", record.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    record
}

fn invite(home: &Home, more: &[&str]) -> std::process::Output {
    let path = format!("{}:/usr/bin:/bin", home.path("bin").display());
    let mut command = home.command(&["invite", "--json"]);
    command.args(more).env("PATH", path).output().unwrap()
}

#[test]
fn the_persons_own_mail_program_gets_the_ticket_and_never_the_words() {
    let home = Home::new();
    let record = recorder(&home, 0);
    let output = invite(&home, &["--email", "erika@example.org"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let words = words_of(&output);
    let recorded = fs::read_to_string(&record).unwrap();
    let arguments: Vec<&str> = recorded.split_terminator('\0').collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| *argument == name).unwrap();
        arguments[at + 1]
    };
    assert!(after("--subject").starts_with("Deskside ticket from "));
    assert!(after("--body").contains("I will tell you the passphrase by telephone"));
    assert!(TicketFile::parse(&fs::read(after("--attach")).unwrap()).is_ok());
    assert_eq!(arguments.last(), Some(&"erika@example.org"));
    assert!(!recorded.contains(&words));
    for word in words.split('-') {
        assert!(!after("--subject").contains(&format!(" {word} ")));
    }
}

#[test]
fn without_an_address_the_mail_program_opens_with_none() {
    let home = Home::new();
    let record = recorder(&home, 0);
    assert!(invite(&home, &["--email"]).status.success());
    let recorded = fs::read_to_string(&record).unwrap();
    assert!(recorded.split_terminator('\0').next_back().unwrap().ends_with(".deskside"));
}

#[test]
fn a_mail_program_that_fails_or_is_missing_is_an_error_with_a_way_out() {
    let home = Home::new();
    recorder(&home, 3);
    let output = invite(&home, &["--email"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no mail program was found"), "{}", stderr(&output));

    let mut command = home.command(&["invite", "--email"]);
    let output = command.env("PATH", "/nonexistent").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("xdg-utils"), "{}", stderr(&output));
}

/// A real SMTP server (aiosmtpd) that keeps messages in a maildir.
struct Server {
    child: Child,
    port: u16,
    maildir: PathBuf,
}

impl Server {
    fn start(home: &Home, more: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let maildir = home.path("maildir");
        let child = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("localhost:{port}")])
            .args(more)
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(&maildir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3-aiosmtpd is installed");
        let start = Instant::now();
        while TcpStream::connect(("localhost", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "the mail server does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, port, maildir }
    }

    fn messages(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.maildir.join("new")) else { return Vec::new() };
        entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(home: &Home, server: &Server, tls: &str) {
    home.settings(&format!(
        "name = \"Anna Núñez\"\n[smtp]\nhost = \"localhost\"\nport = {}\ntls = \"{tls}\"\nfrom = \"Anna <anna@example.org>\"\n",
        server.port
    ));
}

/// Takes the attachment out with another implementation than the one that put it in.
fn attachment(message: &str, folder: &Path) -> (String, String, Vec<u8>) {
    let path = folder.join("message");
    fs::write(&path, message).unwrap();
    let script = "import email,email.policy,sys\n\
        m=email.message_from_binary_file(open(sys.argv[1],'rb'),policy=email.policy.default)\n\
        a=list(m.iter_attachments())\nassert len(a)==1\n\
        open(sys.argv[1]+'.part','wb').write(a[0].get_payload(decode=True))\n\
        print(a[0].get_content_type(), a[0].get_filename())\n\
        print(m.get_body().get_content())";
    let output = Command::new("/usr/bin/python3").args(["-c", script]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let (first, body) = text.split_once('\n').unwrap();
    (first.to_owned(), body.to_owned(), fs::read(path.with_extension("part")).unwrap())
}

#[test]
fn a_configured_server_gets_a_message_with_the_ticket_and_never_the_words() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    settings(&home, &server, "none-for-localhost-only");
    let output = invite(&home, &["--email", "erika@example.org"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let words = words_of(&output);
    let messages = server.messages();
    let [message] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    let (kind, body, ticket) = attachment(message, &home.path("work"));
    assert!(kind.starts_with("application/vnd.deskside.ticket help-"), "{kind}");
    assert!(body.contains("by telephone") && body.contains("Anna Núñez"), "{body}");
    assert!(TicketFile::parse(&ticket).is_ok());
    assert!(!message.contains(&words) && !body.contains(&words));
    assert!(message.contains("To: erika@example.org"), "{message}");
}

#[test]
fn a_server_that_sends_by_itself_must_know_to_whom() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    settings(&home, &server, "none-for-localhost-only");
    let output = invite(&home, &["--email"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("to whom"), "{}", stderr(&output));
    assert!(server.messages().is_empty());
}

#[test]
fn a_server_that_is_not_there_is_an_error_and_the_ticket_is_not_lost() {
    let home = Home::new();
    home.settings(
        "[smtp]\nhost = \"localhost\"\nport = 1\ntls = \"starttls\"\nfrom = \"anna@example.org\"\n",
    );
    let output = invite(&home, &["--email", "erika@example.org"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("localhost"), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(home.path("work").join(report["file"].as_str().unwrap()).is_file());
    assert_eq!(words_of(&output).split('-').count(), 4);
}

fn certificate(home: &Home) -> (String, String) {
    let (key, cert) = (home.path("key.pem"), home.path("cert.pem"));
    let status = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    (key.display().to_string(), cert.display().to_string())
}

#[test]
fn starttls_is_used_with_a_trusted_server_and_with_no_other() {
    let home = Home::new();
    let (key, cert) = certificate(&home);
    let server = Server::start(&home, &["--tlscert", &cert, "--tlskey", &key]);
    settings(&home, &server, "starttls");
    let send = |trusted: Option<&str>| {
        let mut command = home.command(&["invite", "--json", "--email", "erika@example.org"]);
        trusted.map(|file| command.env("SSL_CERT_FILE", file));
        command.output().unwrap()
    };
    let refused = send(None);
    assert_eq!(refused.status.code(), Some(1));
    assert!(server.messages().is_empty(), "nothing goes to a server that nobody vouches for");
    let taken = send(Some(&cert));
    assert!(taken.status.success(), "{}", stderr(&taken));
    assert_eq!(server.messages().len(), 1);
}

#[test]
fn a_server_without_tls_gets_nothing_when_the_settings_want_tls() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    settings(&home, &server, "starttls");
    let output = invite(&home, &["--email", "erika@example.org"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(server.messages().is_empty());
}
