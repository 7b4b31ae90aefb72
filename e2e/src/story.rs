//! The main job from the first invitation to the revoked control, step by step, with the real programs.
//! The demo shows it; a test runs it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deskside_testkit::x11::{Program, keysym};

use crate::PATIENCE;
use crate::desk::{Desk, eventually};
use crate::expert::ExpertSide;
use crate::letter::{LETTER, Letter};
use crate::person::{BANNER, CONTROL_QUESTION, Invitation, PersonSide, VIEW_QUESTION};
use crate::sight::same_but_for_a_pointer;
use crate::talk::Talk;

/// What the expert types while they may.
pub const TYPED: &str = "Deskside was here";
/// What they go on typing after they may not.
pub const TYPED_TOO_LATE: &str = "and here";

/// A person reads before they press again.
fn think() {
    std::thread::sleep(Duration::from_millis(400));
}

/// One step: its name, and what it does.
pub type Step = (&'static str, fn(&mut Story) -> Result<()>);

/// The steps in their order.
pub const STEPS: [Step; 12] = [
    ("Anna starts Deskside; an editor is open on her desktop", Story::start),
    ("Anna reads the introduction and invites in the window; the ticket is saved", Story::invite_in_window),
    ("Anna invites once more, from the terminal, where this demo can read the four words", Story::invite),
    ("Erika opens the ticket and types the words; Anna is asked", Story::open),
    ("Anna allows viewing", Story::allow_view),
    ("Erika sees Anna's desktop, pixel for pixel", Story::view),
    ("Erika asks for control; Anna is asked", Story::ask),
    ("Anna allows control", Story::allow_control),
    ("Erika types into Anna's editor", Story::type_text),
    ("Anna presses the hotkey: control is gone", Story::revoke),
    ("What Erika types now reaches nothing; she still sees", Story::type_too_late),
    ("Anna ends the session", Story::end),
];

/// The two desktops and what runs on them.
pub struct Story {
    /// Anna, who needs help.
    pub person: PersonSide,
    /// Erika, who helps.
    pub expert: ExpertSide,
    deskside: Option<Program>,
    letter: Option<Letter>,
    viewer: Option<Talk>,
    invitation: Option<Invitation>,
}

impl Story {
    /// Two desktops of the same size, so that the picture can be compared.
    ///
    /// # Errors
    /// A system package is missing.
    pub fn new() -> Result<Self> {
        Self::on(PersonSide::new(1280, 800)?, ExpertSide::new(1280, 800)?)
    }

    /// The same two desktops, each shown in a window on the display of the surroundings.
    ///
    /// # Errors
    /// A system package is missing, or there is no display.
    pub fn in_windows() -> Result<Self> {
        let person = PersonSide::at(Desk::in_window(1280, 800, "Anna's desktop")?)?;
        let expert = ExpertSide::at(Desk::in_window(1280, 800, "Erika's desktop")?)?;
        Self::on(person, expert)
    }

    fn on(person: PersonSide, expert: ExpertSide) -> Result<Self> {
        Ok(Self { person, expert, deskside: None, letter: None, viewer: None, invitation: None })
    }

    fn viewer(&mut self) -> Result<&mut Talk> {
        self.viewer.as_mut().context("the viewer was not started")
    }

    fn letter(&self) -> Result<&Letter> {
        self.letter.as_ref().context("the letter was not opened")
    }

    fn start(&mut self) -> Result<()> {
        let look = ["-geometry", "80x16+420+380", "-fa", "DejaVu Sans Mono", "-fs", "11"];
        self.letter = Some(Letter::open(&self.person.desk, &look)?);
        self.deskside = Some(self.person.start_windows()?);
        Ok(())
    }

    /// Everything by keyboard: who called first (Anna did), go on, invite, make, save, done.
    fn invite_in_window(&mut self) -> Result<()> {
        self.person.desk.focused_window("Deskside")?;
        let hands = &self.person.desk.hands;
        hands.tap(keysym::TAB)?;
        hands.tap(u32::from(' '))?;
        let downloads = self.person.desk.home().join("Downloads");
        // Go on, Invite, Make, Save: a letter that is not on the page does nothing, so a slow page is simply met again.
        let mut letters = ['g', 'i', 'm', 's'].iter().cycle();
        eventually("a saved ticket in Downloads", PATIENCE, || {
            think();
            hands.chord(&[keysym::ALT, u32::from(*letters.next().context("a cycle has no end")?)])?;
            Ok(std::fs::read_dir(&downloads)?.any(|entry| {
                entry.is_ok_and(|entry| entry.path().extension().is_some_and(|ending| ending == "deskside"))
            }))
        })?;
        think();
        hands.chord(&[keysym::ALT, u32::from('d')])
    }

    fn invite(&mut self) -> Result<()> {
        let invitation = self.person.invite("for-erika", &[])?;
        ensure!(
            invitation.passphrase.as_deref().is_some_and(|words| words.split('-').count() == 4),
            "no four words"
        );
        self.invitation = Some(invitation);
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        let invitation = self.invitation.clone().context("no invitation")?;
        self.viewer = Some(self.expert.open_and_wait(&invitation, &["--full-screen", "--scale", "1:1"])?);
        self.person.desk.window(VIEW_QUESTION)?;
        Ok(())
    }

    fn allow_view(&mut self) -> Result<()> {
        self.person.answer(VIEW_QUESTION, 'a')?;
        let line = self.viewer()?.wait_for("stage viewing", PATIENCE)?;
        ensure!(line.text.ends_with("1280x800"), "the size of the desktop: {}", line.text);
        Ok(())
    }

    /// The expert's full-screen picture equals the person's screen, apart from the mouse pointer's surroundings.
    fn view(&mut self) -> Result<()> {
        let (person, expert) = (&self.person.desk.screen, &self.expert.desk.screen);
        eventually("the exact picture", PATIENCE, || same_but_for_a_pointer(person, expert))
    }

    fn ask(&mut self) -> Result<()> {
        self.viewer()?.say("control")?;
        self.viewer()?.wait_for("stage asked", PATIENCE)?;
        self.person.desk.window(CONTROL_QUESTION)?;
        Ok(())
    }

    fn allow_control(&mut self) -> Result<()> {
        self.person.answer(CONTROL_QUESTION, 'a')?;
        self.viewer()?.wait_for("stage controlling", PATIENCE)?;
        Ok(())
    }

    fn type_text(&mut self) -> Result<()> {
        self.wait_until_hands_are_off();
        let letter = self.letter()?;
        let (x, y) = letter.window(&self.person.desk)?.middle();
        self.expert.desk.hands.click_at(x, y)?;
        self.person.desk.focused_window(LETTER)?;
        self.expert.desk.hands.type_text(&format!("{TYPED}\n"))?;
        letter.wait_for(&format!("{TYPED}\n"))
    }

    /// Anna's own answer counts as her using the keyboard, and her input wins for a moment.
    fn wait_until_hands_are_off(&self) {
        std::thread::sleep(Duration::from_millis(1500));
    }

    fn revoke(&mut self) -> Result<()> {
        self.person.press_hotkey()?;
        let line = self.viewer()?.wait_for("stage revoked", PATIENCE)?;
        ensure!(line.text.contains("by-person"), "the reason: {}", line.text);
        Ok(())
    }

    fn type_too_late(&mut self) -> Result<()> {
        let before = self.person.desk.screen.record_events()?;
        self.expert.desk.hands.type_text(&format!("{TYPED_TOO_LATE}\n"))?;
        let until = Instant::now() + Duration::from_secs(1);
        while let Some(event) = before.next(until.saturating_duration_since(Instant::now()))? {
            ensure!(!event.injected, "something was injected after the hotkey: {event:?}");
        }
        let text = self.letter()?.text()?;
        ensure!(text == format!("{TYPED}\n"), "the letter has {text:?}");
        self.view()
    }

    /// With the banner's rightmost button, on the real mouse.
    fn end(&mut self) -> Result<()> {
        let banner = self.person.desk.window(BANNER)?;
        let right = banner.x + i16::try_from(banner.width)? - 50;
        self.person.desk.hands.click_at(right, banner.y + i16::try_from(banner.height / 2)?)?;
        self.viewer()?.wait_for("stage ended", PATIENCE)?;
        self.person.desk.without_window(BANNER)?;
        let told = self.person.receipt()?;
        ensure!(told.contains("Erika Expert"), "the receipt must name who was there: {told}");
        Ok(())
    }
}
