//! What a measurement was made on: processor, system, the products' versions. Written beside the outcomes, because a table
//! without it says little.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// The file beside the outcomes.
const FILE: &str = "machine.md";

/// Debian packages whose versions matter, as far as they are installed.
const PACKAGES: [&str; 7] = [
    "tigervnc-scraping-server",
    "tigervnc-viewer",
    "x11vnc",
    "freerdp2-shadow-x11",
    "xpra",
    "ffmpeg",
    "xvfb",
];

/// Writes it.
///
/// # Errors
/// The file cannot be written.
pub fn note(results: &Path, seconds: f64, repetitions: u32) -> Result<()> {
    let tcp =
        std::fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control").unwrap_or_default();
    let text = format!(
        "Measured {}, TCP with {}. Medians of {repetitions} repetitions of {seconds} s. Deskside at commit {}.\n\n{}\n",
        described(),
        if tcp.contains("bbr") { "bbr where a link is lossy" } else { "cubic" },
        said("git", &["rev-parse", "--short", "HEAD"]),
        packages(),
    );
    Ok(std::fs::write(results.join(FILE), text)?)
}

/// When it is, and what this machine is.
pub fn described() -> String {
    let processor = first_after("/proc/cpuinfo", "model name");
    let memory = first_after("/proc/meminfo", "MemTotal");
    let system = first_after("/etc/os-release", "PRETTY_NAME");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
    let kernel = said("uname", &["-r"]);
    let date = said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let system = system.trim_matches(['=', '"']);
    format!("{date} on {cores} cores of {processor}, {memory} of memory, {system}, Linux {kernel}")
}

/// What was noted for those outcomes.
pub fn noted(results: &Path) -> String {
    std::fs::read_to_string(results.join(FILE)).unwrap_or_default()
}

fn packages() -> String {
    let version = |name: &&str| {
        let found = said("dpkg-query", &["--show", "--showformat=${Version}", name]);
        (!found.is_empty()).then(|| format!("{name} {found}"))
    };
    let all: Vec<String> = PACKAGES.iter().filter_map(version).collect();
    format!("Packages: {}.", all.join(", "))
}

/// What stands behind a name in the first line of a file that begins with it.
fn first_after(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap_or_default().trim_start_matches([' ', '\t', ':']).to_owned()
}

/// What a command says, or nothing.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stderr(std::process::Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
