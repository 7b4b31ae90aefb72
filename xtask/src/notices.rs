//! Collects the notices that the licences of other people's code ask to hand on with a program that contains it.
//! Which licences are allowed at all is the business of `check`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

/// How deep below a crate's folder texts are looked for: bundled C sources have theirs a few folders down.
const DEPTH: u32 = 4;

/// What files with licence texts are called, in lower case.
const BEGINNINGS: [&str; 9] =
    ["license", "licence", "copying", "copyright", "notice", "unlicense", "patents", "ofl", "ufl"];

/// Endings of files that may be called so and are something else.
const NOT_TEXTS: [&str; 9] = ["rs", "c", "h", "py", "go", "sh", "toml", "html", "json"];

/// The notices of everything that is linked into `program`, as one text.
pub fn of(program: &str) -> Result<String> {
    let arguments = [
        "tree",
        "--package",
        program,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ];
    let tree = run::output(&mut run::cargo(&arguments))?;
    let crates: BTreeMap<String, &str> = tree
        .lines()
        .filter_map(|line| line.trim_end_matches(" (*)").split_once('\t'))
        .filter(|(package, _)| !package.contains('('))
        .filter_map(|(package, licence)| Some((package.split_once(" v")?, licence)))
        .map(|((name, version), licence)| (format!("{name}-{version}"), licence))
        .collect();
    let folders = folders()?;
    let mut texts: BTreeMap<String, (String, BTreeSet<&str>)> = BTreeMap::new();
    for name in crates.keys() {
        let folder = folders.get(name).with_context(|| format!("cargo does not say where {name} is"))?;
        let mut files = Vec::new();
        licence_files(folder, DEPTH, &mut files)?;
        for file in files {
            let text = String::from_utf8_lossy(&fs::read(&file)?).replace('\r', "");
            // Offered by a few crates as a choice beside another licence, which is the one that we take.
            if text.contains("GNU GENERAL PUBLIC LICENSE") {
                continue;
            }
            let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
            texts.entry(key).or_insert_with(|| (text, BTreeSet::new())).1.insert(name);
        }
    }
    Ok(in_one(program, &crates, texts.values()))
}

fn in_one<'a>(
    program: &str,
    crates: &BTreeMap<String, &str>,
    texts: impl Iterator<Item = &'a (String, BTreeSet<&'a str>)>,
) -> String {
    let mut out = format!(
        "{program} contains the following software of other people. Where a licence is a choice (OR), the first of the\n\
         licences is taken that Deskside's deny.toml lists. The texts follow below.\n\n"
    );
    for (name, licence) in crates {
        out.push_str(&format!("{name}: {licence}\n"));
    }
    let line = "=".repeat(80);
    for (text, owners) in texts {
        let owners = owners.iter().copied().collect::<Vec<_>>().join(", ");
        out.push_str(&format!("\n{line}\n{owners}\n{line}\n\n{}\n", text.trim_end()));
    }
    out
}

/// Where cargo keeps each package, by "name-version", which is what a registry's folder is called.
fn folders() -> Result<BTreeMap<String, PathBuf>> {
    let metadata = run::output(&mut run::cargo(&["metadata", "--format-version", "1"]))?;
    let manifests = metadata.split("\"manifest_path\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let folder = |manifest: &str| {
        let folder = Path::new(manifest).parent()?.to_owned();
        Some((folder.file_name()?.to_string_lossy().into_owned(), folder))
    };
    Ok(manifests.filter_map(folder).collect())
}

fn licence_files(folder: &Path, depth: u32, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            if depth > 1 {
                licence_files(&path, depth - 1, found)?;
            }
        } else if is_licence_text(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(())
}

fn is_licence_text(path: &Path) -> bool {
    let lower = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().to_lowercase();
    let (name, ending) = (lower(path.file_name()), lower(path.extension()));
    // Fonts come with a text of the font's name.
    let is_beside_fonts = ending == "txt" && lower(path.parent().and_then(Path::file_name)) == "fonts";
    let is_named_so = BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || name.contains("license") && ending == "txt";
    is_beside_fonts || is_named_so && !NOT_TEXTS.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_texts_are_known_by_their_names() {
        for name in ["LICENSE", "LICENSE-MIT", "Licence.md", "COPYING", "fonts/Hack.txt", "a-mit-license.txt"]
        {
            assert!(is_licence_text(Path::new(name)), "{name}");
        }
        for name in ["license.rs", "README.md", "docs/Hack.txt", "copyright.py", "unlicensed.toml"] {
            assert!(!is_licence_text(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_is_linked_from_c_is_named_with_its_text() {
        let text = of("deskside").unwrap();
        for expected in ["openh264-sys2-", "Cisco Systems", "SIL OPEN FONT LICENSE", "Zstandard"] {
            assert!(text.contains(expected), "{expected}");
        }
        assert!(!text.contains("GNU GENERAL PUBLIC LICENSE"));
    }
}
