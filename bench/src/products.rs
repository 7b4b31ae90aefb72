//! How each product is started: what it listens on, with which options, and why those. The only file that knows products.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::bed::{Bed, Side};
use crate::clock::pause;

/// A product that can be measured.
pub struct Product {
    /// Its name in tables and files.
    pub name: &'static str,
    /// What it is, for the reader of a table.
    pub about: &'static str,
    /// Seconds from its start until it shows a full picture.
    pub settles: f64,
    /// Scenes that it cannot do.
    pub skips: &'static [&'static str],
    start: fn(&mut Bed, &Place<'_>) -> Result<()>,
}

/// Where a product finds what it needs.
pub struct Place<'a> {
    /// The folder of Deskside's programs.
    pub programs: &'a Path,
    /// A scratch folder, as an absolute path.
    pub scratch: &'a Path,
}

/// Every product, Deskside first.
pub const ALL: [Product; 7] = [
    Product {
        name: "deskside",
        about: "Deskside, built from this checkout",
        settles: 9.0,
        skips: &[],
        start: deskside,
    },
    Product {
        name: "tigervnc",
        about: "TigerVNC's x0tigervncserver and viewer, with their defaults",
        settles: 3.0,
        skips: &[],
        start: |bed, _| tigervnc(bed, &[]),
    },
    Product {
        name: "tigervnc-lossless",
        about: "the same without JPEG",
        settles: 3.0,
        skips: &[],
        start: |bed, _| tigervnc(bed, &["-NoJPEG=1"]),
    },
    Product {
        name: "x11vnc",
        about: "x11vnc with damage, shown by TigerVNC's viewer",
        settles: 3.0,
        skips: &[],
        start: |bed, _| x11vnc(bed),
    },
    Product {
        name: "freerdp",
        about: "FreeRDP 2's shadow server and xfreerdp, AVC420 (the best of its modes here)",
        settles: 4.0,
        skips: &[],
        start: freerdp,
    },
    Product {
        name: "xpra",
        about: "xpra's shadow server and its client, without its shared-memory shortcut",
        settles: 8.0,
        skips: &[],
        start: xpra,
    },
    Product {
        name: "h264",
        about: "a plain stream, no product: ffmpeg's x264 ultrafast at 30/s over UDP, no input, no repair",
        settles: 4.0,
        skips: &["flip"],
        start: |bed, _| h264(bed),
    },
];

/// The product of that name.
///
/// # Errors
/// There is none.
pub fn named(name: &str) -> Result<&'static Product> {
    let names: Vec<&str> = ALL.iter().map(|product| product.name).collect();
    let found = ALL.iter().find(|product| product.name == name);
    found.with_context(|| format!("there is no product {name:?}; there are {}", names.join(", ")))
}

impl Product {
    /// Starts both sides and waits until a picture can be expected.
    ///
    /// # Errors
    /// It is not installed or does not come up.
    pub fn start(&self, bed: &mut Bed, place: &Place<'_>) -> Result<()> {
        (self.start)(bed, place)?;
        pause(self.settles);
        Ok(())
    }
}

fn words(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn deskside(bed: &mut Bed, place: &Place<'_>) -> Result<()> {
    const PORT: u16 = 47300;
    let this = std::env::current_exe()?.display().to_string();
    let [address, _] = bed.addresses;
    let programs = place.programs.display().to_string();
    let home = |name: &str| -> Result<String> {
        let home = place.scratch.join(name);
        std::fs::create_dir_all(&home)?;
        Ok(home.display().to_string())
    };
    let (person, expert) = (home("person")?, home("expert")?);
    let port = PORT.to_string();
    let share = ["person", "--programs", &programs, "--home", &person, "--address", address, "--port", &port];
    bed.start(Side::Person, &words(&[&[this.as_str()], share.as_slice()].concat()), &[])?;
    bed.wait_for_port(PORT, true)?;
    let look = ["expert", "--programs", &programs, "--home", &expert, "--ticket", &person];
    bed.start(Side::Expert, &words(&[&[this.as_str()], look.as_slice()].concat()), &[])
}

fn tigervnc(bed: &mut Bed, more: &[&str]) -> Result<()> {
    const PORT: u16 = 5941;
    let port = format!("-rfbport={PORT}");
    let share = ["X0tigervnc", &port, "-SecurityTypes=None", "-localhost=0", "-AlwaysShared"];
    bed.start(Side::Person, &words(&share), &[])?;
    vnc_viewer(bed, PORT, more)
}

fn x11vnc(bed: &mut Bed) -> Result<()> {
    const PORT: u16 = 5942;
    let port = PORT.to_string();
    // Without its client-side cache, which shows wrong pixels.
    let share = [
        "x11vnc",
        "-rfbport",
        &port,
        "-nopw",
        "-forever",
        "-shared",
        "-noncache",
        "-xdamage",
        "-quiet",
        "-no6",
        "-nobell",
        "-noxrecord",
        "-repeat",
    ];
    bed.start(Side::Person, &words(&share), &[])?;
    vnc_viewer(bed, PORT, &[])
}

fn vnc_viewer(bed: &mut Bed, port: u16, more: &[&str]) -> Result<()> {
    bed.wait_for_port(port, false)?;
    let address = format!("{}::{port}", bed.addresses[0]);
    let fixed = [
        "xtigervncviewer",
        "-FullScreen",
        "-RemoteResize=0",
        "-SecurityTypes=None",
        "-MenuKey=",
        "-AlertOnFatalError=0",
    ];
    bed.start(Side::Expert, &words(&[fixed.as_slice(), more, &[address.as_str()]].concat()), &[])
}

fn freerdp(bed: &mut Bed, place: &Place<'_>) -> Result<()> {
    const PORT: u16 = 33890;
    let home = [("HOME", place.scratch.display().to_string())];
    let share = ["freerdp-shadow-cli", &format!("/port:{PORT}"), "-auth", "/sec:tls"].map(str::to_owned);
    bed.start(Side::Person, &share, &home)?;
    bed.wait_for_port(PORT, false)?;
    let address = format!("/v:{}:{PORT}", bed.addresses[0]);
    // AVC444 shows 27 dB in this version; RemoteFX and planar need eight to forty times the bytes.
    let look = [
        "xfreerdp",
        &address,
        "/f",
        "/u:bench",
        "/p:bench",
        "/cert:ignore",
        "/sec:tls",
        "-floatbar",
        "/gfx:AVC420",
        "/network:lan",
        "-grab-keyboard",
    ];
    bed.start(Side::Expert, &words(&look), &home)
}

fn xpra(bed: &mut Bed, place: &Place<'_>) -> Result<()> {
    const PORT: u16 = 14500;
    // Without --mmap=no pictures would go through shared memory, past the network.
    const OFF: [&str; 13] = [
        "--speaker=off",
        "--microphone=off",
        "--pulseaudio=no",
        "--mdns=no",
        "--printing=no",
        "--notifications=no",
        "--webcam=no",
        "--dbus-control=no",
        "--dbus-launch=",
        "--file-transfer=no",
        "--system-tray=no",
        "--mmap=no",
        "--tray=no",
    ];
    let scratch = place.scratch.display().to_string();
    let home = [("HOME", scratch.clone()), ("XDG_RUNTIME_DIR", scratch)];
    let bind = format!("--bind-tcp=0.0.0.0:{PORT}");
    let display = bed.displays[0].clone();
    let share = ["xpra", "shadow", &display, "--daemon=no", &bind, "--tcp-auth=none"];
    bed.start(Side::Person, &words(&[share.as_slice(), &OFF].concat()), &home)?;
    bed.wait_for_port(PORT, false)?;
    let address = format!("tcp://{}:{PORT}/", bed.addresses[0]);
    let look = ["xpra", "attach", &address, "--desktop-fullscreen=yes", "--opengl=no"];
    bed.start(Side::Expert, &words(&[look.as_slice(), &OFF].concat()), &home)
}

fn h264(bed: &mut Bed) -> Result<()> {
    const PORT: u16 = 5955;
    let [_, viewer] = bed.addresses;
    let from = format!("udp://{viewer}:{PORT}?fifo_size=1000000&overrun_nonfatal=1");
    let look = [
        "ffmpeg",
        "-loglevel",
        "warning",
        "-fflags",
        "nobuffer",
        "-flags",
        "low_delay",
        "-threads",
        "1",
        "-probesize",
        "32768",
        "-analyzeduration",
        "0",
        "-i",
        &from,
        "-an",
        "-vsync",
        "passthrough",
        "-pix_fmt",
        "yuv420p",
        "-window_fullscreen",
        "1",
        "-f",
        "sdl2",
        "x",
    ];
    let software = [("SDL_VIDEODRIVER", "x11".to_owned()), ("SDL_RENDER_DRIVER", "software".to_owned())];
    bed.start(Side::Expert, &words(&look), &software)?;
    let to = format!("udp://{viewer}:{PORT}?pkt_size=1316");
    let display = bed.displays[0].clone();
    let share = [
        "ffmpeg",
        "-loglevel",
        "warning",
        "-f",
        "x11grab",
        "-draw_mouse",
        "0",
        "-framerate",
        "30",
        "-video_size",
        "1920x1080",
        "-i",
        &display,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-pix_fmt",
        "yuv420p",
        "-threads",
        "2",
        "-crf",
        "23",
        "-maxrate",
        "20M",
        "-bufsize",
        "4M",
        "-g",
        "60",
        "-f",
        "mpegts",
        &to,
    ];
    bed.start(Side::Person, &words(&share), &[])
}
