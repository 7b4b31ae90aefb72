//! Deskside on a terminal that is itself a window of the desktop: only the person's own keyboard answers there.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{eventually, program};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::letter::{LETTER, Letter};
use deskside_e2e::person::PersonSide;
use deskside_e2e::talk::Talk;
use deskside_testkit::x11::{Program, Window};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than a question's first moments, and than the doubt after an injected key.
const SETTLED: Duration = Duration::from_millis(1500);

/// Deskside in an xterm of the person's desktop.
struct Hosted<'a> {
    person: &'a PersonSide,
    _xterm: Program,
    window: Window,
    lines: PathBuf,
}

impl<'a> Hosted<'a> {
    fn start(person: &'a PersonSide) -> Result<Self> {
        let lines = person.desk.home().join("lines");
        let deskside = program("deskside")?;
        let script = format!("{} --terminal | tee {}", deskside.display(), lines.display());
        let xterm = person.desk.run("xterm", &["-T", "hosting", "-e", "sh", "-c", &script])?;
        person.desk.window("hosting")?;
        let mut hosted = Self { person, _xterm: xterm, window: person.desk.window("hosting")?, lines };
        hosted.wait_for("ready")?;
        hosted.window = person.desk.window("hosting")?;
        hosted.take_focus()?;
        Ok(hosted)
    }

    /// The person clicks into the terminal.
    fn take_focus(&self) -> Result<()> {
        let (x, y) = self.window.middle();
        self.person.desk.hands.click_at(x, y)?;
        std::thread::sleep(Duration::from_millis(300));
        Ok(())
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.lines).unwrap_or_default()
    }

    fn wait_for(&self, text: &str) -> Result<()> {
        let outcome = eventually(text, PATIENCE, || Ok(self.said().contains(text)));
        outcome.with_context(|| format!("it said:\n{}", self.said()))
    }

    fn question(&self, kind: &str) -> Result<u64> {
        let find = || {
            self.said().lines().rev().find_map(|line| {
                let mut words = line.strip_prefix("question ")?.split_whitespace();
                let number = words.next()?.parse().ok()?;
                (words.next()?.trim_end_matches(':') == kind).then_some(number)
            })
        };
        eventually(&format!("the question about {kind}"), PATIENCE, || Ok(find().is_some()))?;
        find().context("the question is gone")
    }

    /// The person types, when they have had time to read.
    fn type_as_person(&self, text: &str) -> Result<()> {
        std::thread::sleep(SETTLED);
        self.person.desk.hands.type_text(text)
    }
}

fn watching(hosted: &Hosted<'_>, expert: &ExpertSide) -> Result<Talk> {
    let invitation = hosted.person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?;
    let number = hosted.question("view")?;
    hosted.type_as_person(&format!("allow {number}\n"))?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(viewer)
}

#[test]
fn injected_lines_on_the_terminal_answer_nothing() -> Result<()> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(640, 480)?);
    let hosted = Hosted::start(&person)?;
    let invitation = person.invite("ticket", &[])?;
    let mut viewer = expert.open_and_wait(&invitation, &[])?;
    let number = hosted.question("view")?;
    std::thread::sleep(SETTLED);
    person.desk.injector()?.type_text(&format!("allow {number}\n"))?;
    hosted.wait_for("error: that answer did not come from your own keyboard")?;
    ensure!(!viewer.said().contains("stage viewing"), "an injected line answered:\n{}", viewer.said());
    // The same line from the real keyboard answers: the terminal was not merely deaf.
    hosted.type_as_person(&format!("allow {number}\n"))?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(())
}

#[test]
fn a_yes_typed_ahead_is_not_completed_by_an_enter_of_the_person() -> Result<()> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(640, 480)?);
    let hosted = Hosted::start(&person)?;
    let invitation = person.invite("ticket", &[])?;
    std::thread::sleep(SETTLED);
    person.desk.injector()?.type_text("allow 1")?;
    let mut viewer = expert.open_and_wait(&invitation, &[])?;
    let number = hosted.question("view")?;
    ensure!(number == 1, "the first question should be number 1");
    hosted.type_as_person("\n")?;
    std::thread::sleep(SETTLED);
    ensure!(!viewer.said().contains("stage viewing"), "typed ahead, and taken");
    hosted.type_as_person("allow 1\n")?;
    viewer.wait_for("stage viewing", PATIENCE)?;
    Ok(())
}

#[test]
fn an_expert_in_control_cannot_type_into_the_terminal_that_asks() -> Result<()> {
    let (person, expert) = (PersonSide::new(1024, 768)?, ExpertSide::new(1024, 768)?);
    let hosted = Hosted::start(&person)?;
    let mut viewer = watching(&hosted, &expert)?;
    viewer.say("control")?;
    let number = hosted.question("control")?;
    hosted.type_as_person(&format!("allow {number}\n"))?;
    viewer.wait_for("stage controlling", PATIENCE)?;
    hosted.take_focus()?;
    // The person's own hand makes the expert wait a while.
    std::thread::sleep(Duration::from_secs(3));
    expert.desk.hands.type_text("status\n")?;
    std::thread::sleep(SETTLED);
    ensure!(!hosted.said().contains("status:"), "the expert typed into it:\n{}", hosted.said());
    // Another terminal hears the same expert.
    let letter = Letter::open(&person.desk, &[])?;
    person.desk.focused_window(LETTER)?;
    eventually("the expert's typing elsewhere", PATIENCE, || {
        expert.desk.hands.type_text("hello\n")?;
        std::thread::sleep(Duration::from_millis(300));
        Ok(letter.text()?.contains("hello"))
    })
}

#[test]
fn a_desktop_that_goes_away_is_spoken_of() -> Result<()> {
    let person = PersonSide::new(640, 480)?;
    let mut deskside = person.start_terminal()?;
    let server = i32::try_from(person.desk.screen.process()).ok().and_then(Pid::from_raw);
    let server = server.context("no process number")?;
    kill_process(server, Signal::KILL)?;
    let line = deskside.wait_for("notice", PATIENCE)?;
    ensure!(line.text.contains("The desktop stopped answering"), "{}", line.text);
    deskside.say("quit")?;
    ensure!(deskside.wait_for_end(PATIENCE)? == 0);
    Ok(())
}

#[test]
fn bytes_that_are_no_text_and_lines_without_end_do_not_end_it() -> Result<()> {
    let person = PersonSide::new(640, 480)?;
    let script = "{ printf 'stat\\377us\\n'; head -c 9000 /dev/zero | tr '\\0' x; printf '\\nstatus\\n'; }";
    let mut command = person.desk.command("sh");
    command.args(["-c", &format!("{script} | {} --terminal", program("deskside")?.display())]);
    let mut deskside = Talk::start(command)?;
    deskside.wait_for("error: that line is not UTF-8 text", PATIENCE)?;
    deskside.wait_for("error: that line is too long", PATIENCE)?;
    deskside.wait_for("status: idle", PATIENCE)?;
    Ok(())
}

#[test]
fn a_second_ticket_is_made_after_the_first_or_refused_aloud() -> Result<()> {
    let person = PersonSide::new(640, 480)?;
    let mut deskside = person.start_terminal()?;
    deskside.say("understood\ninvite --output one.deskside\ninvite --output two.deskside")?;
    deskside.wait_for("error: a ticket is being made", PATIENCE)?;
    deskside.wait_for("saved", PATIENCE)?;
    deskside.say("invite --output two.deskside")?;
    deskside.wait_for("saved", PATIENCE)?;
    let home = person.desk.home();
    ensure!(home.join("one.deskside").is_file() && home.join("two.deskside").is_file());
    Ok(())
}
