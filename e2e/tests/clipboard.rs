//! Copy and paste between the two desktops with the real programs, and xclip as the program of others on both sides.

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::expert::ExpertSide;
use deskside_e2e::line::Line;
use deskside_e2e::person::{PersonSide, question};
use deskside_e2e::session::Session;

/// What is copied; it must be in no log.
const CANARY: &str = "Kanarienvogel \u{1f424}";

/// A program that owns what it copied until it is dropped.
struct Copier(Child);

impl Drop for Copier {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn copy(desk: &Desk, target: &str, content: &[u8]) -> Result<Copier> {
    let mut command = desk.command("xclip");
    command.args(["-i", "-selection", "clipboard", "-quiet", "-t", target]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    child.stdin.take().context("no pipe")?.write_all(content)?;
    Ok(Copier(child))
}

fn paste(desk: &Desk, target: &str) -> Result<Vec<u8>> {
    let mut command = desk.command("xclip");
    command.args(["-o", "-selection", "clipboard", "-t", target]).stderr(Stdio::null());
    Ok(command.output()?.stdout)
}

fn wait_for_target(desk: &Desk, target: &str) -> Result<()> {
    eventually(&format!("something to paste as {target}"), PATIENCE, || {
        std::thread::sleep(Duration::from_millis(50));
        Ok(String::from_utf8_lossy(&paste(desk, "TARGETS")?).lines().any(|line| line == target))
    })
}

/// Copies on one desktop and pastes on the other.
fn carried(from: &Desk, to: &Desk, target: &str, content: &[u8]) -> Result<()> {
    let _owner = copy(from, target, content)?;
    wait_for_target(to, target)?;
    ensure!(paste(to, target)? == content, "{target} arrived differently");
    Ok(())
}

fn picture() -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend((0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
    picture
}

#[test]
fn each_way_passes_with_its_own_yes_and_ends_with_the_hotkey() -> Result<()> {
    let mut scene = Session::on_desktops(800, 600)?.traced().viewing()?;
    {
        let (person, expert) = (&scene.person.desk, &scene.expert.desk);
        let _early = copy(person, "UTF8_STRING", b"copied before any yes")?;
        std::thread::sleep(Duration::from_millis(500));
        ensure!(paste(expert, "TARGETS")?.is_empty(), "nothing may pass before the yes");
    }
    scene.open_clipboard("read")?;
    {
        let (person, expert) = (&scene.person.desk, &scene.expert.desk);
        std::thread::sleep(Duration::from_millis(500));
        ensure!(paste(expert, "TARGETS")?.is_empty(), "what was copied before the yes was not meant");
        carried(person, expert, "UTF8_STRING", CANARY.as_bytes())?;
        carried(person, expert, "text/html", format!("<b>{CANARY}</b>").as_bytes())?;
        carried(person, expert, "image/png", &picture())?;
        // The other way has not been allowed.
        let _there = copy(expert, "UTF8_STRING", b"not yet")?;
        std::thread::sleep(Duration::from_millis(500));
        ensure!(paste(person, "UTF8_STRING")? != b"not yet", "the other way is closed");
    }
    scene.viewer.say("clipboard give")?;
    scene.viewer.wait_for("clipboard give asked", PATIENCE)?;
    let number = question(&mut scene.deskside, "clipboard")?;
    scene.deskside.say(&format!("deny {number}"))?;
    scene.viewer.wait_for("clipboard give closed", PATIENCE)?;
    scene.open_clipboard("give")?;
    {
        let (person, expert) = (&scene.person.desk, &scene.expert.desk);
        carried(expert, person, "UTF8_STRING", format!("back {CANARY}").as_bytes())?;
        carried(expert, person, "image/png", &picture())?;
        carried(person, expert, "UTF8_STRING", format!("and forth {CANARY}").as_bytes())?;
    }
    let before_stop = copy(&scene.person.desk, "UTF8_STRING", b"before the stop")?;
    wait_for_target(&scene.expert.desk, "UTF8_STRING")?;
    scene.person.press_hotkey()?;
    scene.viewer.wait_for("clipboard read closed", PATIENCE)?;
    scene.viewer.wait_for("clipboard give closed", PATIENCE)?;
    eventually("the selection is given up", PATIENCE, || {
        Ok(paste(&scene.expert.desk, "TARGETS")?.is_empty())
    })?;
    drop(before_stop);
    let _after = copy(&scene.person.desk, "UTF8_STRING", b"after the stop")?;
    std::thread::sleep(Duration::from_millis(700));
    ensure!(paste(&scene.expert.desk, "TARGETS")?.is_empty(), "it was stopped");
    ensure!(scene.viewer.is_running(), "seeing goes on");
    scene.check_logs(&["Kanarienvogel"])?;
    let told = scene.person.receipt()?;
    ensure!(told.contains("read what you copy") && !told.contains("Kanarienvogel"), "{told}");
    Ok(())
}

#[test]
fn two_hundred_megabytes_of_files_go_on_where_a_cut_network_stopped_them() -> Result<()> {
    const FILES: usize = 4;
    const BYTES: usize = 50_000_000;
    let (person, expert) = (PersonSide::new(800, 600)?, ExpertSide::new(800, 600)?);
    let line = Line::to(&person)?;
    let mut scene = Session::between(person, expert).traced().viewing()?;
    scene.open_clipboard("read")?;
    let folder = scene.person.desk.home().join("Gro\u{df}e Dateien");
    std::fs::create_dir(&folder)?;
    let content = |file: usize| -> Vec<u8> {
        (0..BYTES as u32).map(|at| ((at ^ file as u32).wrapping_mul(2_654_435_761) >> 23) as u8).collect()
    };
    for file in 0..FILES {
        std::fs::write(folder.join(format!("{file}.bin")), content(file))?;
    }
    let uri = format!("file://{}", folder.display()).replace(' ', "%20").replace('\u{df}', "%C3%9F");
    let _owner = copy(&scene.person.desk, "text/uri-list", format!("{uri}\r\n").as_bytes())?;
    wait_for_target(&scene.expert.desk, "text/uri-list")?;
    let begin = Instant::now();
    let mut command = scene.expert.desk.command("xclip");
    command.args(["-o", "-selection", "clipboard", "-t", "text/uri-list"]).stderr(Stdio::null());
    let pasting = command.stdout(Stdio::piped()).spawn()?;
    let pasted = scene.expert.desk.home().join(".local/share/deskside-expert/pasted");
    let size = || -> u64 { size_of(&pasted) };
    eventually("half of it", Duration::from_secs(120), || Ok(size() > (FILES * BYTES / 2) as u64))?;
    line.cut();
    std::thread::sleep(Duration::from_secs(2));
    let at_cut = size();
    std::thread::sleep(Duration::from_secs(4));
    ensure!(size() == at_cut, "the network was not cut");
    ensure!(at_cut < (FILES * BYTES) as u64, "it was over before the cut");
    line.mend();
    let output = pasting.wait_with_output()?.stdout;
    println!("200 MB in {:?}, of which 6 s cut; {at_cut} bytes were there at the cut", begin.elapsed());
    let uris = String::from_utf8(output)?;
    let path = uris.trim().trim_start_matches("file://").replace("%20", " ").replace("%C3%9F", "\u{df}");
    for file in 0..FILES {
        let arrived = std::fs::read(format!("{path}/{file}.bin")).with_context(|| path.clone())?;
        ensure!(arrived == content(file), "file {file} arrived differently");
    }
    ensure!(scene.viewer.is_running() && scene.deskside.is_running(), "the session goes on");
    // Both are in the names of files.
    scene.check_logs(&["Dateien", "0.bin"])
}

fn size_of(path: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(of).sum()
}
