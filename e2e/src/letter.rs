//! The simplest text field that there is: a terminal in whose window whatever is typed goes into a file, line by line.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use deskside_testkit::x11::{Program, Window};

use crate::PATIENCE;
use crate::desk::{Desk, eventually};

/// The title of its window.
pub const LETTER: &str = "Letter";

/// An open letter; it is closed when this is dropped.
pub struct Letter {
    _terminal: Program,
    file: PathBuf,
}

impl Letter {
    /// Opens one on that desktop, with these further words for `xterm`, and waits for its window.
    ///
    /// # Errors
    /// `xterm` is missing, or shows no window.
    pub fn open(desk: &Desk, look: &[&str]) -> Result<Self> {
        let file = desk.home().join("typed.txt");
        let shell = format!("cat > '{}'", file.display());
        let words = [&["-title", LETTER][..], look, &["-e", "sh", "-c", &shell]].concat();
        let _terminal = desk.run("xterm", &words)?;
        desk.window(LETTER)?;
        Ok(Self { _terminal, file })
    }

    /// Where it is on that desktop's screen now.
    ///
    /// # Errors
    /// Its window has gone.
    pub fn window(&self, desk: &Desk) -> Result<Window> {
        desk.window(LETTER)
    }

    /// The lines that were typed so far.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn text(&self) -> Result<String> {
        match std::fs::read_to_string(&self.file) {
            // The window may be there before the shell in it has begun.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            read => read.with_context(|| self.file.display().to_string()),
        }
    }

    /// Waits until something of that has been typed.
    ///
    /// # Errors
    /// It was not, in time; with what was typed instead.
    pub fn wait_for(&self, part: &str) -> Result<()> {
        let typed =
            eventually(&format!("{part:?} in the letter"), PATIENCE, || Ok(self.text()?.contains(part)));
        typed.with_context(|| format!("it has {:?}", self.text().unwrap_or_default()))
    }
}
