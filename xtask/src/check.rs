//! The house's rules that a command can check: layering, licences, formatting, lints, documents.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run;

/// Which of our packages a package may depend on, directly or not. Tests' dependencies are not counted.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("deskside-proto", &[]),
    ("deskside-crypto", &["deskside-proto"]),
    ("deskside-media", &["deskside-proto"]),
    ("deskside-host", &["deskside-proto"]),
    ("deskside-look", &[]),
    ("deskside-words", &[]),
    ("deskside-net", &["deskside-proto", "deskside-crypto"]),
    ("deskside-clip", &["deskside-proto"]),
    (
        "deskside",
        &[
            "deskside-proto",
            "deskside-crypto",
            "deskside-media",
            "deskside-host",
            "deskside-look",
            "deskside-words",
            "deskside-clip",
            "deskside-net",
        ],
    ),
    (
        "deskside-expert",
        &[
            "deskside-proto",
            "deskside-crypto",
            "deskside-media",
            "deskside-host",
            "deskside-look",
            "deskside-words",
            "deskside-clip",
            "deskside-net",
        ],
    ),
];

/// Packages that core crates must not reach: the operating system, the network, the clock, windows.
const NOT_IN_CORE: &[&str] =
    &["tokio", "quinn", "rustls", "rustix", "x11rb", "eframe", "egui", "tracing-subscriber", "socket2"];

const CORE: &[&str] = &["deskside-proto", "deskside-crypto", "deskside-media"];

/// `cargo xtask check [which]`.
pub fn command(arguments: &[String]) -> Result<()> {
    match arguments.first().map_or("all", String::as_str) {
        "deps" => layering(),
        "licences" => licences(),
        "style" => style(),
        "docs" => documents(),
        "all" => all(),
        other => bail!("there is no check {other:?}; there are deps, licences, style, docs and all"),
    }
}

/// Every check.
pub fn all() -> Result<()> {
    layering()?;
    licences()?;
    documents()?;
    style()
}

/// No crate reaches a room that it must not know.
fn layering() -> Result<()> {
    run::say("==> checking the layers");
    for (package, allowed) in MAY_DEPEND_ON {
        let tree = dependencies_of(package)?;
        for name in &tree {
            let ours = name.starts_with("deskside") && name != package;
            if ours && !allowed.contains(&name.as_str()) {
                bail!("{package} must not depend on {name} (see ARCHITECTURE.md)");
            }
            if CORE.contains(package) && NOT_IN_CORE.contains(&name.as_str()) {
                bail!("{package} is core and must not reach {name} (see ARCHITECTURE.md)");
            }
        }
    }
    operating_systems()
}

fn dependencies_of(package: &str) -> Result<Vec<String>> {
    let arguments =
        ["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let tree = run::output(&mut run::cargo(&arguments))?;
    Ok(tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// Core crates do not know operating systems, and nobody but the one verifier says `dangerous`.
fn operating_systems() -> Result<()> {
    for room in ["proto", "crypto", "media", "net"] {
        for path in rust_files(&run::root().join(room).join("src"))? {
            let text = fs::read_to_string(&path)?;
            for needle in ["target_os", "cfg(unix)", "cfg(windows)"] {
                if text.contains(needle) {
                    bail!("{} speaks of operating systems ({needle}); only backends may", path.display());
                }
            }
        }
    }
    for room in ["net", "client", "expert", "host", "look", "clip"] {
        for path in rust_files(&run::root().join(room).join("src"))? {
            let is_verifier =
                path.ends_with("net/src/tls.rs") || path.to_string_lossy().contains("net/src/tls/");
            if !is_verifier && fs::read_to_string(&path)?.contains("dangerous()") {
                bail!("{} calls dangerous(): only net's verifier may", path.display());
            }
        }
    }
    Ok(())
}

/// Every package in the programs has a licence of the list in deny.toml.
fn licences() -> Result<()> {
    run::say("==> checking the licences");
    let deny = fs::read_to_string(run::root().join("deny.toml")).context("reading deny.toml")?;
    let allowed = quoted_list(&deny, "allow").context("deny.toml has no list `allow`")?;
    let arguments = [
        "tree",
        "--package",
        "deskside",
        "--package",
        "deskside-expert",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ];
    for line in run::output(&mut run::cargo(&arguments))?.lines() {
        let Some((package, licence)) = line.trim_end_matches(" (*)").split_once('\t') else { continue };
        if !is_allowed(licence, &allowed) {
            bail!("{package} has the licence {licence:?}, which deny.toml does not allow");
        }
    }
    Ok(())
}

/// Reads the strings of `name = [ "a", "b" ]`.
fn quoted_list(text: &str, name: &str) -> Option<Vec<String>> {
    let start = text.find(&format!("\n{name} = ["))?;
    let list = text.get(start..)?.split_once('[')?.1.split_once(']')?.0;
    Some(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Whether an SPDX expression can be satisfied: some `OR` branch whose every `AND` part is allowed.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let flat = expression.replace(['(', ')'], "").replace('/', " OR ");
    // Without brackets the binding of AND and OR is lost; an expression that has both must be allowed in every part.
    let both = flat.contains(" AND ") && flat.contains(" OR ");
    let is_known = |part: &str| allowed.iter().any(|name| name == part.trim());
    if both {
        let mut parts = flat.split(" AND ");
        return parts.all(|part| part.split(" OR ").any(is_known));
    }
    flat.split(" OR ").any(|branch| branch.split(" AND ").all(is_known))
}

/// Formatting and lints, warnings being errors.
fn style() -> Result<()> {
    run::step("checking the formatting", run::cargo_plain(&["fmt", "--all", "--check"]).env("TERM", "dumb"))?;
    let mut clippy = run::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    run::step("checking the lints", &mut clippy)
}

/// Links between documents lead somewhere, and every source file says what it owns.
fn documents() -> Result<()> {
    run::say("==> checking the documents");
    let root = run::root();
    for path in markdown_files(&root)? {
        let text = fs::read_to_string(&path)?;
        let folder = path.parent().unwrap_or(&root);
        for target in link_targets(&text) {
            if !folder.join(&target).exists() {
                bail!("{} links to {target}, which does not exist", path.display());
            }
        }
    }
    let rooms = [
        "proto", "crypto", "media", "net", "host", "look", "words", "clip", "client", "expert", "testkit",
        "e2e", "bench", "xtask",
    ];
    for room in rooms {
        for path in rust_files(&root.join(room).join("src"))? {
            if !fs::read_to_string(&path)?.starts_with("//!") {
                bail!(
                    "{} does not open with `//!`: what does it own, what must it not know?",
                    path.display()
                );
            }
        }
    }
    Ok(())
}

/// Relative link targets of a Markdown text, without their anchors.
fn link_targets(text: &str) -> Vec<String> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    links
        .filter(|target| {
            !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:")
        })
        .filter_map(|target| target.split('#').next())
        .map(str::to_owned)
        .collect()
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    files_with_ending(folder, "rs")
}

fn markdown_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_with_ending(&root.join("docs"), "md")?;
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        files.push(root.join(name));
    }
    Ok(files)
}

fn files_with_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with_ending(&path, ending)?);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Vec<String> {
        quoted_list("[licenses]\nallow = [\n  \"MIT\",\n  \"Apache-2.0\",\n]\n", "allow").unwrap()
    }

    #[test]
    fn one_allowed_branch_of_an_or_is_enough() {
        assert!(is_allowed("GPL-3.0 OR MIT", &allowed()));
        assert!(is_allowed("MIT/GPL-2.0", &allowed()));
    }

    #[test]
    fn every_part_of_an_and_must_be_allowed() {
        assert!(!is_allowed("MIT AND GPL-3.0", &allowed()));
        assert!(is_allowed("(MIT OR GPL-2.0) AND Apache-2.0", &allowed()));
        assert!(!is_allowed("(MIT OR Apache-2.0) AND GPL-2.0", &allowed()));
    }

    #[test]
    fn a_missing_licence_is_not_allowed() {
        assert!(!is_allowed("", &allowed()));
    }

    #[test]
    fn links_are_found_without_anchors_and_addresses() {
        let text = "[a](docs/A.md#part) [b](https://example.org) [c](#here) ![d](p.png)";
        assert_eq!(link_targets(text), ["docs/A.md", "p.png"]);
    }
}
