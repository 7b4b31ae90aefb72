//! Copy and paste between programs that people use: a text editor, a file manager, and a program with GTK's own clipboard.
//! Everything is logged at TRACE all the while, and nothing that is copied and no file's name may show in it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use deskside_e2e::PATIENCE;
use deskside_e2e::desk::{Desk, eventually};
use deskside_e2e::session::Session;
use deskside_e2e::talk::Talk;
use deskside_testkit::log_guard;
use deskside_testkit::x11::{Program, Wanted, keysym};

/// Each text and each name is found in a log by its own canary.
const CANARIES: [&str; 8] = [
    "canarytextofperson",
    "canarytextofexpert",
    "canaryhtmlofperson",
    "canaryhtmlofexpert",
    "canaryfileofperson",
    "canaryfileofexpert",
    "canarysecretperson",
    "canarysecretexpert",
];

/// Two desktops with a session in which both ways of the clipboard are open, and everything is logged.
fn shared() -> Result<Session> {
    let mut session = Session::on_desktops(800, 600)?.traced().viewing()?;
    for way in ["read", "give"] {
        session.open_clipboard(way)?;
    }
    Ok(session)
}

/// What is typed into an editor on one desktop and copied there stands in the editor of the other after Ctrl+V.
fn edited(from: &Desk, to: &Desk, text: &str) -> Result<()> {
    let editor = |desk: &Desk, name: &str| -> Result<(Program, PathBuf)> {
        let file = desk.home().join(format!("{name}.txt"));
        std::fs::write(&file, "")?;
        let running = desk.run("mousepad", &["--disable-server", &file.display().to_string()])?;
        desk.focused_window(&format!("{name}.txt"))?;
        Ok((running, file))
    };
    let (_one, _) = editor(from, "one")?;
    from.hands.type_text(text)?;
    for letter in ['a', 'c'] {
        from.hands.chord(&[keysym::CONTROL, u32::from(letter)])?;
        std::thread::sleep(Duration::from_millis(200));
    }
    let (_other, file) = editor(to, "other")?;
    eventually("the copied text", PATIENCE, || {
        for letter in ['a', 'v', 's'] {
            to.hands.chord(&[keysym::CONTROL, u32::from(letter)])?;
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(std::fs::read_to_string(&file)?.trim_end() == text)
    })
}

#[test]
fn what_a_person_copies_in_a_text_editor_is_pasted_in_the_others_both_ways() -> Result<()> {
    let scene = shared()?;
    let (person, expert) = (&scene.person.desk, &scene.expert.desk);
    edited(person, expert, "canarytextofperson 1")?;
    edited(expert, person, "canarytextofexpert 2")?;
    scene.check_logs(&CANARIES)
}

/// A program that copies and pastes with GTK.
struct Copier {
    talk: Talk,
    folder: PathBuf,
}

impl Copier {
    fn on(desk: &Desk) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/copier.py");
        Ok(Self { talk: desk.script(&script)?, folder: desk.home().to_owned() })
    }

    fn does(&mut self, line: &str) -> Result<String> {
        self.talk.say(line)?;
        Ok(self.talk.wait_for("did", PATIENCE)?.text.trim_start_matches("did").trim().to_owned())
    }

    /// Copies contents under their targets.
    fn own(&mut self, contents: &[(&str, &[u8])]) -> Result<()> {
        let mut line = "own".to_owned();
        for (number, (target, content)) in contents.iter().enumerate() {
            let file = self.folder.join(format!("owned-{number}"));
            std::fs::write(&file, content)?;
            line += &format!(" {target}={}", file.display());
        }
        ensure!(self.does(&line)? == "True", "GTK did not take the clipboard");
        Ok(())
    }

    fn wait_for_target(&mut self, target: &str) -> Result<()> {
        eventually(&format!("something to paste as {target}"), PATIENCE, || {
            std::thread::sleep(Duration::from_millis(50));
            self.has_target(target)
        })
    }

    fn has_target(&mut self, target: &str) -> Result<bool> {
        Ok(self.does("targets")?.split(' ').any(|found| found == target))
    }

    fn paste(&mut self, target: &str) -> Result<Vec<u8>> {
        let file = self.folder.join("pasted-here");
        ensure!(self.does(&format!("paste {target} {}", file.display()))? == "True", "no {target}");
        Ok(std::fs::read(file)?)
    }
}

/// A small picture, made by hand so that nothing has to be installed for it: PAM is what GdkPixbuf reads.
fn picture() -> Vec<u8> {
    let mut picture = b"P6 64 48 255\n".to_vec();
    picture.extend((0..64 * 48 * 3_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
    picture
}

fn carried(from: &mut Copier, to: &mut Copier, whose: &str) -> Result<()> {
    let (text, html) = (format!("canarytextof{whose} \u{1f424}"), format!("<b>canaryhtmlof{whose}</b>"));
    from.own(&[("UTF8_STRING", text.as_bytes()), ("text/html", html.as_bytes())])?;
    to.wait_for_target("text/html")?;
    ensure!(to.paste("text/html")? == html.as_bytes(), "rich text arrived differently");
    ensure!(to.paste("UTF8_STRING")? == text.as_bytes(), "text arrived differently");

    let image = from.folder.join("image.ppm");
    std::fs::write(&image, picture())?;
    from.does(&format!("image {}", image.display()))?;
    to.wait_for_target("image/png")?;
    let arrived = to.folder.join("image.png");
    ensure!(to.does(&format!("paste-image {}", arrived.display()))? == "True", "no picture");
    // Compared by GTK's own eyes: written once more from the original by the same program.
    let original = from.folder.join("image.png");
    ensure!(from.does(&format!("paste-image {}", original.display()))? == "True", "no original");
    ensure!(std::fs::read(arrived)? == std::fs::read(original)?, "the picture arrived differently");
    Ok(())
}

/// What a password manager marks is not offered; what is copied next is.
fn kept(from: &mut Copier, to: &mut Copier, whose: &str) -> Result<()> {
    let secret = format!("canarysecret{whose}");
    from.own(&[("UTF8_STRING", secret.as_bytes()), ("x-kde-passwordManagerHint", b"secret")])?;
    // What was offered before is taken back.
    eventually("nothing to paste", PATIENCE, || Ok(!to.has_target("UTF8_STRING")?))?;
    std::thread::sleep(Duration::from_millis(500));
    ensure!(!to.has_target("UTF8_STRING")? && !to.has_target("image/png")?, "a password travels");
    from.own(&[("UTF8_STRING", b"no secret"), ("x-kde-passwordManagerHint", b"public")])?;
    to.wait_for_target("UTF8_STRING")?;
    ensure!(to.paste("UTF8_STRING")? == b"no secret", "what is no secret travels");
    Ok(())
}

#[test]
fn gtk_copies_text_rich_text_and_pictures_both_ways_and_no_password() -> Result<()> {
    let scene = shared()?;
    let (mut person, mut expert) = (Copier::on(&scene.person.desk)?, Copier::on(&scene.expert.desk)?);
    carried(&mut person, &mut expert, "person")?;
    kept(&mut person, &mut expert, "person")?;
    carried(&mut expert, &mut person, "expert")?;
    kept(&mut expert, &mut person, "expert")?;
    scene.check_logs(&CANARIES)
}

/// A file that is copied in the file manager of one desktop is in the folder of the other's after Ctrl+V.
fn moved(from: &Desk, to: &Desk, name: &str) -> Result<()> {
    let open = |desk: &Desk, folder: &str| -> Result<(Program, PathBuf)> {
        let folder = desk.home().join(folder);
        std::fs::create_dir_all(&folder)?;
        let running = desk.run("pcmanfm", &["--no-desktop", &folder.display().to_string()])?;
        let window = desk.screen.wait_for_window(&Wanted::class("Pcmanfm"), PATIENCE)?;
        desk.screen.wait_for_focus(&window, PATIENCE)?;
        std::thread::sleep(Duration::from_millis(500));
        Ok((running, folder))
    };
    let content: Vec<u8> =
        (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    let source = from.home().join("from");
    std::fs::create_dir_all(&source)?;
    std::fs::write(source.join(name), &content)?;
    let (_one, _) = open(from, "from")?;
    let (_other, target) = open(to, "to")?;
    let arrived = target.join(name);
    eventually("the copied file", PATIENCE, || {
        for letter in ['a', 'c'] {
            from.hands.chord(&[keysym::CONTROL, u32::from(letter)])?;
            std::thread::sleep(Duration::from_millis(300));
        }
        to.hands.chord(&[keysym::CONTROL, u32::from('v')])?;
        std::thread::sleep(Duration::from_millis(1500));
        Ok(arrived.is_file())
    })?;
    eventually("all of it", PATIENCE, || Ok(std::fs::metadata(&arrived)?.len() == content.len() as u64))?;
    ensure!(std::fs::read(arrived)? == content, "the file arrived differently");
    Ok(())
}

#[test]
fn a_file_manager_pastes_the_files_that_the_others_copied_and_the_receipt_counts_them() -> Result<()> {
    let mut scene = shared()?;
    moved(&scene.person.desk, &scene.expert.desk, "canaryfileofperson.bin")?;
    moved(&scene.expert.desk, &scene.person.desk, "canaryfileofexpert.bin")?;
    scene.check_logs(&CANARIES)?;
    scene.viewer.say("end")?;
    scene.viewer.wait_for("stage ended", PATIENCE)?;
    eventually("the receipt", PATIENCE, || {
        let told = scene.person.receipt()?;
        log_guard::assert_absent(&told, &CANARIES);
        // The sentences; a file manager that pastes twice copies twice, and both are counted.
        let to_expert = told.lines().any(|line| line.contains("took") && line.contains("file"));
        let to_person = told.lines().any(|line| line.contains("You pasted") && line.contains("file"));
        Ok(to_expert && to_person && told.contains("MB"))
    })
}
