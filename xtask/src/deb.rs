//! Makes the two Debian packages from the files in `installers/`, and tries them on a clean system.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{notices, run, setup};

/// The sizes, in pixels, in which desktops want an icon; `installers/icons` has a drawing of each.
const ICON_SIZES_PX: [u32; 7] = [16, 24, 32, 48, 64, 128, 256];

/// Both programs; a package, a program and an icon share the name.
const PROGRAMS: [&str; 2] = ["deskside", "deskside-expert"];

/// `cargo xtask dist [--profile NAME | --try DIR]`.
pub fn command(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => build_all("release"),
        ["--profile", profile] => build_all(profile),
        ["--try", folder] => try_on_clean_system(Path::new(folder)),
        other => bail!("dist does not take {other:?}; it takes nothing, `--profile NAME` or `--try DIR`"),
    }
}

fn build_all(profile: &str) -> Result<()> {
    setup::install(&[setup::BUILD, setup::PACKAGING])?;
    let mut build = run::cargo(&[
        "build",
        "--profile",
        profile,
        "--package",
        "deskside",
        "--package",
        "deskside-expert",
        "--bins",
    ]);
    run::step(&format!("building the programs ({profile})"), &mut build)?;
    let folder = run::root().join("target/dist");
    fs::create_dir_all(&folder)?;
    for program in PROGRAMS {
        let package = package(program, profile, &folder)?;
        run::step(
            "checking the package",
            Command::new("lintian").args(["--fail-on", "error", "--tag-display-limit", "0"]).arg(&package),
        )?;
        let kib = fs::metadata(&package)?.len() / 1024;
        run::say(&format!("    {}: {kib} KiB", package.display()));
    }
    Ok(())
}

/// Lays out one package's files and packs them.
fn package(program: &str, profile: &str, folder: &Path) -> Result<PathBuf> {
    let root = run::root();
    let built = root.join("target").join(if profile == "dev" { "debug" } else { profile }).join(program);
    let stage = folder.join(program);
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    let usr = stage.join("usr");
    copy(&built, &usr.join("bin").join(program), 0o755)?;
    strip(&usr.join("bin").join(program))?;
    let desktop = format!("{program}.desktop");
    copy(
        &root.join("installers/linux").join(&desktop),
        &usr.join("share/applications").join(&desktop),
        0o644,
    )?;
    let theme = usr.join("share/icons/hicolor");
    icon(program, &format!("apps/{program}"), &theme)?;
    if program == "deskside-expert" {
        icon("deskside-ticket", "mimetypes/application-vnd.deskside.ticket", &theme)?;
        let types = usr.join("share/mime/packages/deskside-expert.xml");
        copy(&root.join("installers/linux/deskside-ticket.xml"), &types, 0o644)?;
    }
    generated(program, &built, &usr.join("share"))?;
    papers(program, &usr.join("share/doc").join(program))?;
    control(program, &stage)?;
    let file = folder.join(format!("{program}_{}_{}.deb", env!("CARGO_PKG_VERSION"), architecture()?));
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--build", "--root-owner-group", "-Zxz"]).arg(&stage).arg(&file);
    run::step(&format!("packing {program}"), pack.env("SOURCE_DATE_EPOCH", newest_commit("%ct")?))?;
    fs::remove_dir_all(&stage)?;
    Ok(file)
}

fn copy(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    write(to, &bytes, mode)
}

fn write(to: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(to, bytes).with_context(|| format!("writing {}", to.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn strip(program: &Path) -> Result<()> {
    run::output(Command::new("strip").args(["--strip-unneeded"]).arg(program)).map(drop)
}

/// Installs one drawing in all sizes under the name by which desktops look for it.
fn icon(drawing: &str, place: &str, theme: &Path) -> Result<()> {
    let drawings = run::root().join("installers/icons");
    copy(&drawings.join(format!("{drawing}.svg")), &theme.join(format!("scalable/{place}.svg")), 0o644)?;
    for size in ICON_SIZES_PX {
        let target = theme.join(format!("{size}x{size}/{place}.png"));
        copy(&drawings.join(format!("{drawing}-{size}.png")), &target, 0o644)?;
    }
    Ok(())
}

/// The manual page and the completions, as the program itself prints them.
fn generated(program: &str, built: &Path, share: &Path) -> Result<()> {
    let manual = run::output(Command::new(built).arg("manual"))?;
    write_compressed(&share.join(format!("man/man1/{program}.1")), manual.as_bytes())?;
    let places = [
        ("bash", format!("bash-completion/completions/{program}")),
        ("zsh", format!("zsh/vendor-completions/_{program}")),
        ("fish", format!("fish/vendor_completions.d/{program}.fish")),
    ];
    for (shell, place) in places {
        let completion = run::output(Command::new(built).args(["completions", shell]))?;
        write(&share.join(place), completion.as_bytes(), 0o644)?;
    }
    Ok(())
}

fn papers(program: &str, folder: &Path) -> Result<()> {
    let root = run::root();
    let indent = |text: &str| {
        let line = |line: &str| if line.is_empty() { " .".to_owned() } else { format!(" {line}") };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    };
    let licence = fs::read_to_string(root.join("LICENSE-MIT"))?;
    let copyright = fs::read_to_string(root.join("installers/deb/copyright"))?
        .replace("@PROGRAM@", program)
        .replace("@MIT@", &indent(&licence));
    write(&folder.join("copyright"), copyright.as_bytes(), 0o644)?;
    write_compressed(&folder.join("third-party-notices"), notices::of(program)?.as_bytes())?;
    let changes = fs::read_to_string(root.join("CHANGELOG.md"))?;
    write_compressed(&folder.join("changelog"), changelog(program, &changes)?.as_bytes())
}

/// The newest part of CHANGELOG.md in Debian's form, as the package manager shows it before an upgrade.
fn changelog(program: &str, changes: &str) -> Result<String> {
    let newest = changes.split("\n## ").nth(1).context("CHANGELOG.md has no part `## ...`")?;
    let mut text = format!("{program} ({}) unstable; urgency=medium\n\n", env!("CARGO_PKG_VERSION"));
    let points = newest.split("\n- ").skip(1).filter_map(|point| point.split("\n#").next());
    for point in points {
        text.push_str(&wrapped(point));
    }
    let control = fs::read_to_string(run::root().join(format!("installers/deb/{program}.control")))?;
    let maintainer = control.lines().find_map(|line| line.strip_prefix("Maintainer: "));
    let maintainer = maintainer.context("the control file names no maintainer")?;
    Ok(format!("{text}\n -- {maintainer}  {}\n", newest_commit("%cD")?))
}

/// Writes `path`.gz without a time stamp, so that the same input gives the same package.
fn write_compressed(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, bytes, 0o644)?;
    run::output(Command::new("gzip").args(["--best", "--no-name", "--force"]).arg(path)).map(drop)
}

fn control(program: &str, stage: &Path) -> Result<()> {
    let template = fs::read_to_string(run::root().join(format!("installers/deb/{program}.control")))?;
    let size_kib = run::output(Command::new("du").args(["--summarize", "--block-size=1024"]).arg(stage))?;
    let filled = template
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@ARCHITECTURE@", &architecture()?)
        .replace("@SIZE@", size_kib.split_whitespace().next().unwrap_or("0"))
        .replace("@LIBRARIES@", &libraries(program, stage)?);
    write(&stage.join("DEBIAN/control"), filled.as_bytes(), 0o644)?;
    let sums = run::output(
        Command::new("sh")
            .current_dir(stage)
            .args(["-c", "find usr -type f -print0 | sort -z | xargs -0 md5sum"]),
    )?;
    write(&stage.join("DEBIAN/md5sums"), sums.as_bytes(), 0o644)
}

/// One point of a Debian changelog, in lines of at most 80 columns.
fn wrapped(point: &str) -> String {
    let mut lines = vec![String::from("  *")];
    for word in point.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("    {word}")),
        }
    }
    lines.join("\n") + "\n"
}

/// When the newest commit was made, in git's `format`: the time of everything in a package, so that two builds give
/// one package.
fn newest_commit(format: &str) -> Result<String> {
    let mut git = Command::new("git");
    git.current_dir(run::root()).args(["log", "-1", &format!("--format={format}")]);
    Ok(run::output(&mut git)?.trim().to_owned())
}

fn architecture() -> Result<String> {
    Ok(run::output(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned())
}

/// The packages of the libraries that the program links, with their versions, as dpkg-shlibdeps finds them.
fn libraries(program: &str, stage: &Path) -> Result<String> {
    let scratch = stage.with_extension("shlibdeps");
    write(
        &scratch.join("debian/control"),
        format!("Source: {program}\n\nPackage: {program}\nArchitecture: any\n").as_bytes(),
        0o644,
    )?;
    let found = run::output(
        Command::new("dpkg-shlibdeps")
            .current_dir(&scratch)
            .arg("-O")
            .arg(stage.join("usr/bin").join(program)),
    );
    fs::remove_dir_all(&scratch)?;
    let found = found?;
    let list = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(list.context("dpkg-shlibdeps found no libraries")?.to_owned())
}

/// Installs both packages in a new Debian system, opens a ticket by its type there, removes them and compares.
fn try_on_clean_system(folder: &Path) -> Result<()> {
    setup::install(&[setup::CLEAN_SYSTEM])?;
    let script = run::root().join("installers/try-on-clean-system.sh");
    let mut packages = Vec::new();
    for program in PROGRAMS {
        let name = format!("target/dist/{program}_{}_{}.deb", env!("CARGO_PKG_VERSION"), architecture()?);
        let path = run::root().join(name);
        if !path.exists() {
            bail!("{} is missing: run `cargo xtask dist` first", path.display());
        }
        packages.push(path);
    }
    run::step(
        "trying the packages on a clean system",
        Command::new("bash").arg(script).arg(folder).args(packages),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changelog_has_every_point_in_debians_form() {
        let long = "word ".repeat(30);
        let changes = format!(
            "# C\n\n## 1\n\n### Added\n\n- One\n  more.\n- {long}\n\n### Fixed\n\n- Two.\n\n## 0\n\n- Old.\n"
        );
        let text = changelog("deskside", &changes).unwrap();
        assert!(text.starts_with("deskside (") && text.contains("\n\n  * One more.\n  * word "), "{text}");
        assert!(text.contains("\n  * Two.\n\n -- ") && !text.contains("Old"), "{text}");
        let points = text.split("\n -- ").next().unwrap();
        assert!(!points.contains('#') && points.lines().all(|line| line.len() <= 80), "{text}");
    }
}
