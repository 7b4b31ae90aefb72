//! Real input methods on a display of a test's own: ibus and fcitx5, with the engines that the test names.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use x11rb::protocol::xproto::ConnectionExt as _;

use super::bus::SessionBus;
use super::connection::connect;
use super::program::Program;
use super::xvfb::Xvfb;

/// How long one may take to be ready; generous, because test machines are busy.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Which program serves as the input method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// ibus.
    Ibus,
    /// fcitx5.
    Fcitx,
}

/// A running input method; it ends when this is dropped.
pub struct InputMethod {
    kind: MethodKind,
    /// What its command line tools need to find it.
    surroundings: Vec<(&'static str, String)>,
    display: String,
    daemon: Program,
    _bus: SessionBus,
}

impl MethodKind {
    /// What it is called as an XIM server, after `@im=` in XMODIFIERS.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ibus => "ibus",
            Self::Fcitx => "fcitx",
        }
    }

    fn daemon(self, screen: &Xvfb) -> Command {
        match self {
            Self::Ibus => {
                let mut command = screen.command("ibus-daemon");
                // No window of its own: what is tested is what it writes.
                command.args(["--xim", "--panel=disable", "--emoji-extension=disable", "--cache=none"]);
                command.env("GSETTINGS_BACKEND", "memory");
                command
            }
            Self::Fcitx => {
                let mut command = screen.command("fcitx5");
                command
                    .args(["--disable=wayland,waylandim,notifications,notificationitem,kimpanel,clipboard"]);
                command
            }
        }
    }
}

impl InputMethod {
    /// Starts one on that screen, with its settings in the folder `home`. `engines`: those of fcitx5, the first of which is
    /// there at once.
    ///
    /// # Errors
    /// It is not installed, or does not come up.
    pub fn start(kind: MethodKind, screen: &Xvfb, home: &Path, engines: &[&str]) -> Result<Self> {
        let bus = SessionBus::start(screen.display())?;
        if kind == MethodKind::Fcitx {
            write_profile(home, engines)?;
        }
        let folder = |name: &str| home.join(name).display().to_string();
        let surroundings = vec![
            ("HOME", home.display().to_string()),
            ("XDG_CONFIG_HOME", folder(".config")),
            ("XDG_DATA_HOME", folder(".local/share")),
            ("XDG_CACHE_HOME", folder(".cache")),
            ("DBUS_SESSION_BUS_ADDRESS", bus.address().to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            // Engines that are scripts need the system's Python, with the system's modules.
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("XMODIFIERS", format!("@im={}", kind.name())),
        ];
        let mut command = kind.daemon(screen);
        command.envs(surroundings.iter().cloned());
        let daemon = Program::start(command)
            .with_context(|| format!("{} is needed (the Debian package of that name)", kind.name()))?;
        let display = screen.display().to_owned();
        let method = Self { kind, surroundings, display, daemon, _bus: bus };
        method.wait_until_it_serves()?;
        Ok(method)
    }

    /// Switches to the engine of this name.
    ///
    /// # Errors
    /// There is none, or the input method has ended.
    pub fn switch_to(&self, engine: &str) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let now = match self.kind {
                MethodKind::Ibus => {
                    self.tool("ibus", &["engine", engine])?;
                    self.tool("ibus", &["engine"])?
                }
                MethodKind::Fcitx => {
                    self.tool("fcitx5-remote", &["-s", engine])?;
                    self.tool("fcitx5-remote", &["-n"])?
                }
            };
            if now.trim() == engine {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{:?} stays with {now:?} instead of {engine}", self.kind);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.display).envs(self.surroundings.iter().cloned());
        let output = command.output().with_context(|| format!("{program} is needed"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Until its XIM server can be found.
    fn wait_until_it_serves(&self) -> Result<()> {
        let (connection, _) = connect(&self.display)?;
        let name = format!("@server={}", self.kind.name());
        let selection = connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
        let deadline = Instant::now() + START_LIMIT;
        while connection.get_selection_owner(selection)?.reply()?.owner == x11rb::NONE {
            if Instant::now() > deadline {
                bail!("{name} did not come up:\n{}", self.daemon.output());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// fcitx5 has only engines that stand in its profile.
fn write_profile(home: &Path, engines: &[&str]) -> Result<()> {
    use std::fmt::Write as _;
    let folder = home.join(".config/fcitx5");
    std::fs::create_dir_all(folder.join("conf"))?;
    let first = engines.first().context("fcitx5 needs an engine")?;
    let mut profile = format!("[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM={first}\n\n");
    for (at, engine) in engines.iter().enumerate() {
        write!(profile, "[Groups/0/Items/{at}]\nName={engine}\nLayout=\n\n")?;
    }
    profile.push_str("[GroupOrder]\n0=Default\n");
    Ok(std::fs::write(folder.join("profile"), profile)?)
}
