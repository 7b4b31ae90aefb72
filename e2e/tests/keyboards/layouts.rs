//! The layouts, and what can be typed on each: said by libxkbcommon, not by Deskside.

use anyhow::{Context as _, Result, ensure};
use deskside_testkit::x11::Xvfb;

/// A layout as `setxkbmap` knows it.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// What it is called here.
    pub name: &'static str,
    layout: &'static str,
    variant: &'static str,
}

/// A text and how it is typed.
#[derive(Debug, Clone)]
pub struct Typing {
    /// Key codes, each with Shift or not and AltGr or not.
    pub strokes: Vec<(u8, bool, bool)>,
    /// What it gives.
    pub text: String,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::plain("us"),
        Self::plain("gb"),
        Self::plain("de"),
        Self::plain("fr"),
        Self::plain("es"),
        Self::plain("it"),
        Self::plain("pt"),
        Self::plain("se"),
        Self::plain("ch"),
        Self::plain("pl"),
        Self::plain("cz"),
        Self::plain("ru"),
        Self::plain("gr"),
        Self::plain("tr"),
        Self { name: "dvorak", layout: "us", variant: "dvorak" },
        Self { name: "colemak", layout: "us", variant: "colemak" },
        Self::plain("jp"),
    ];

    const fn plain(name: &'static str) -> Self {
        Self { name, layout: name, variant: "" }
    }

    /// The layout of this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|layout| layout.name == name).with_context(|| format!("no layout {name}"))
    }

    /// Makes it the layout of that screen.
    pub fn apply(&self, screen: &Xvfb) -> Result<()> {
        let mut command = screen.command("setxkbmap");
        command.args([
            "-rules",
            "evdev",
            "-model",
            "pc105",
            "-layout",
            self.layout,
            "-variant",
            self.variant,
        ]);
        let output = command.output().context("setxkbmap is needed (Debian package `x11-xkb-utils`)")?;
        ensure!(
            output.status.success(),
            "setxkbmap {}: {}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Every text that it can type.
    pub fn texts(&self) -> Result<Vec<Typing>> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyboards/strokes.py");
        let output = std::process::Command::new("/usr/bin/python3")
            .args([script, self.layout, self.variant])
            .output()
            .context("python3 is needed")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        /// Key code, Shift, AltGr.
        type Stroke = (u8, u8, u8);
        let read: Vec<(Vec<Stroke>, String)> = serde_json::from_slice(&output.stdout)?;
        let stroke = |(code, shift, altgr)| (code, shift != 0, altgr != 0);
        let typing = |(strokes, text): (Vec<_>, _)| Typing {
            strokes: strokes.into_iter().map(stroke).collect(),
            text,
        };
        Ok(read.into_iter().map(typing).collect())
    }
}
