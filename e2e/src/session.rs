//! A session of the two programs, brought as far as a test needs it: the one place that knows how the two come together.

use anyhow::{Context as _, Result, ensure};
use deskside_testkit::log_guard;
use deskside_testkit::x11::Program;

use crate::PATIENCE;
use crate::expert::{ExpertSide, opened};
use crate::person::{CONTROL_QUESTION, Invitation, PersonSide, VIEW_QUESTION, allow};
use crate::talk::Talk;

/// The person's running program, on the terminal ([`Talk`]) or with its windows ([`Program`]).
pub trait Deskside: Sized {
    /// Starts it, and waits until it can be talked to. `log`: the least level of what it logs.
    ///
    /// # Errors
    /// It did not come up.
    fn begin(person: &PersonSide, log: &str) -> Result<Self>;

    /// Waits until the person is asked, and says yes as they do.
    ///
    /// # Errors
    /// They were not asked, or asked for something else.
    fn allow(&mut self, person: &PersonSide, question: Question) -> Result<()>;
}

/// What a person is asked on the way to control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether the expert may see.
    View,
    /// Whether the expert may control.
    Control,
}

impl Deskside for Talk {
    fn begin(person: &PersonSide, log: &str) -> Result<Self> {
        person.start_terminal_logging(log)
    }

    fn allow(&mut self, _: &PersonSide, question: Question) -> Result<()> {
        let kind = match question {
            Question::View => "view",
            Question::Control => "control",
        };
        allow(self, kind)
    }
}

impl Deskside for Program {
    fn begin(person: &PersonSide, log: &str) -> Result<Self> {
        person.start_windows_logging(log)
    }

    fn allow(&mut self, person: &PersonSide, question: Question) -> Result<()> {
        let title = match question {
            Question::View => VIEW_QUESTION,
            Question::Control => CONTROL_QUESTION,
        };
        person.answer(title, 'a').map(drop)
    }
}

/// A session: both sides, and their programs.
pub struct Session<D = Talk> {
    /// The expert's program.
    pub viewer: Talk,
    /// The person's program.
    pub deskside: D,
    /// The person.
    pub person: PersonSide,
    /// The expert.
    pub expert: ExpertSide,
    /// The ticket that brought them together.
    pub invitation: Invitation,
}

/// Two desktops and a wish for a session on them: nothing runs until it is said how far it shall come.
#[must_use]
pub struct Meeting<D> {
    person: PersonSide,
    expert: ExpertSide,
    log: &'static str,
    words: Vec<&'static str>,
    surroundings: Vec<(&'static str, String)>,
    begin: fn(&PersonSide, &str) -> Result<D>,
}

impl Session {
    /// On two new desktops of that size in pixels; Deskside on the terminal.
    ///
    /// # Errors
    /// A system package is missing.
    pub fn on_desktops(width: u16, height: u16) -> Result<Meeting<Talk>> {
        Ok(Self::between(PersonSide::new(width, height)?, ExpertSide::new(width, height)?))
    }

    /// Between these two; Deskside on the terminal.
    pub fn between(person: PersonSide, expert: ExpertSide) -> Meeting<Talk> {
        let (words, surroundings) = (Vec::new(), Vec::new());
        Meeting { person, expert, log: "info", words, surroundings, begin: Talk::begin }
    }
}

impl<D: Deskside> Meeting<D> {
    /// Deskside with its windows instead of on the terminal.
    pub fn in_windows(self) -> Meeting<Program> {
        let Self { person, expert, log, words, surroundings, begin: _ } = self;
        Meeting { person, expert, log, words, surroundings, begin: Program::begin }
    }

    /// Both programs log everything.
    pub fn traced(mut self) -> Self {
        self.log = "trace";
        self
    }

    /// The viewer fills the expert's screen, and shows each pixel as one.
    pub fn full_screen(self) -> Self {
        self.with(&["--full-screen", "--scale", "1:1"])
    }

    /// The viewer is started with these words on its command line.
    pub fn with(mut self, words: &[&'static str]) -> Self {
        self.words.extend(words);
        self
    }

    /// The viewer is started with this variable in its surroundings.
    pub fn with_variable(mut self, name: &'static str, value: &str) -> Self {
        self.surroundings.push((name, value.to_owned()));
        self
    }

    /// The expert has opened a ticket, and the person is being asked whether they may see.
    ///
    /// # Errors
    /// It did not come that far.
    pub fn waiting(self) -> Result<Session<D>> {
        let Self { person, expert, log, words, surroundings, begin } = self;
        let deskside = begin(&person, log)?;
        let invitation = person.invite("ticket", &[])?;
        let mut command = expert.deskside_expert(&["open", "--terminal", "--log", log])?;
        command.args(words).envs(surroundings);
        let mut viewer = opened(command, &invitation.file, invitation.passphrase.as_deref())?;
        viewer.wait_for("stage waiting", PATIENCE)?;
        Ok(Session { viewer, deskside, person, expert, invitation })
    }

    /// The expert sees the person's desktop.
    ///
    /// # Errors
    /// It did not come that far.
    pub fn viewing(self) -> Result<Session<D>> {
        let mut session = self.waiting()?;
        session.deskside.allow(&session.person, Question::View)?;
        session.viewer.wait_for("stage viewing", PATIENCE)?;
        Ok(session)
    }

    /// The expert controls the person's desktop.
    ///
    /// # Errors
    /// It did not come that far.
    pub fn controlling(self) -> Result<Session<D>> {
        let mut session = self.viewing()?;
        session.take_control()?;
        Ok(session)
    }
}

impl<D: Deskside> Session<D> {
    /// The expert, who sees, asks for control and is given it.
    ///
    /// # Errors
    /// They do not control in time.
    pub fn take_control(&mut self) -> Result<()> {
        self.viewer.say("control")?;
        self.deskside.allow(&self.person, Question::Control)?;
        self.viewer.wait_for("stage controlling", PATIENCE)?;
        Ok(())
    }
}

impl Session {
    /// The expert asks for a way of the clipboard, `read` or `give`, and is given it.
    ///
    /// # Errors
    /// The way is not open in time.
    pub fn open_clipboard(&mut self, way: &str) -> Result<()> {
        self.viewer.say(&format!("clipboard {way}"))?;
        self.viewer.wait_for(&format!("clipboard {way} asked"), PATIENCE)?;
        allow(&mut self.deskside, "clipboard")?;
        self.viewer.wait_for(&format!("clipboard {way} open"), PATIENCE)?;
        Ok(())
    }

    /// That a [traced](Meeting::traced) session has told its logs nothing of `secrets`.
    ///
    /// # Errors
    /// A program did not log everything, so that nothing would be shown.
    ///
    /// # Panics
    /// One of them shows in a log, as it is or disguised.
    pub fn check_logs(&self, secrets: &[&str]) -> Result<()> {
        for (name, said) in [("deskside", self.deskside.said()), ("deskside-expert", self.viewer.said())] {
            ensure!(said.contains("TRACE"), "{name} did not log at TRACE, so this would prove nothing");
            log_guard::assert_absent(&said, secrets);
        }
        Ok(())
    }

    /// The words that open the ticket.
    ///
    /// # Errors
    /// It has none.
    pub fn passphrase(&self) -> Result<&str> {
        self.invitation.passphrase.as_deref().context("a passphrase")
    }
}
