//! Makes a double-click on a ticket open this program, for one user, and takes it all away again.
//! Knows the files and programs of the freedesktop specifications; changes nothing outside the user's own directories.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deskside_look::icon::{self, Subject};
use deskside_proto::ticket_file::MIME_TYPE;
use deskside_words::t;
use thiserror::Error;

mod mimeapps;

const ENTRY: &str = "deskside-expert.desktop";
// The same files that the package installs.
const ENTRY_TEXT: &str = include_str!("../../installers/linux/deskside-expert.desktop");
const TYPE_TEXT: &str = include_str!("../../installers/linux/deskside-ticket.xml");

/// Why the association could not be made or removed.
#[derive(Debug, Error)]
pub enum AssociateError {
    /// A file cannot be written or removed.
    #[error("{}", t!("expert-associate-file", path = path.to_string_lossy(), error = source.to_string()))]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A program that keeps the databases is missing or fails.
    #[error("{}", t!("expert-associate-program", program = *program, what = what, package = *package))]
    Program {
        /// Its name.
        program: &'static str,
        /// What happened.
        what: String,
        /// Where it comes from.
        package: &'static str,
    },
    /// There is no place for a user's files.
    #[error("{}", t!("expert-associate-no-home"))]
    NoHome,
    /// The path of this program cannot stand in a desktop entry.
    #[error("{}", t!("expert-associate-own-path"))]
    OwnPath,
}

/// The user's data and configuration directories.
#[derive(Debug, Clone)]
pub struct Places {
    data: PathBuf,
    config: PathBuf,
}

impl Places {
    /// As the environment says (XDG Base Directory Specification).
    ///
    /// # Errors
    /// [`AssociateError::NoHome`].
    pub fn from_environment() -> Result<Self, AssociateError> {
        let variable =
            |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = variable("HOME");
        let place = |name: &str, rest: &str| {
            variable(name).or_else(|| home.as_ref().map(|home| home.join(rest))).ok_or(AssociateError::NoHome)
        };
        Ok(Self {
            data: place("XDG_DATA_HOME", ".local/share")?,
            config: place("XDG_CONFIG_HOME", ".config")?,
        })
    }

    fn type_file(&self) -> PathBuf {
        self.data.join("mime/packages/deskside-ticket.xml")
    }

    fn entry_file(&self) -> PathBuf {
        self.data.join("applications").join(ENTRY)
    }

    fn icon_file(&self) -> PathBuf {
        self.data.join("icons/hicolor/scalable/apps/deskside-expert.svg")
    }

    fn type_icon_file(&self) -> PathBuf {
        self.data
            .join("icons/hicolor/scalable/mimetypes")
            .join(format!("{}.svg", MIME_TYPE.replace('/', "-")))
    }

    fn choices_file(&self) -> PathBuf {
        self.config.join("mimeapps.list")
    }
}

/// Makes this program (`program`: its absolute path) the one that opens tickets.
///
/// # Errors
/// [`AssociateError`]; what was written before stays and is taken away by [`remove`].
pub fn add(places: &Places, program: &Path) -> Result<(), AssociateError> {
    let program = program.to_str().ok_or(AssociateError::OwnPath)?;
    write(&places.type_file(), TYPE_TEXT)?;
    write(&places.entry_file(), &entry_for(program)?)?;
    write(&places.icon_file(), &icon::svg(Subject::Expert))?;
    write(&places.type_icon_file(), &icon::svg(Subject::Ticket))?;
    let choices = read_or_empty(&places.choices_file())?;
    write(&places.choices_file(), &mimeapps::with_default(&choices, MIME_TYPE, ENTRY))?;
    update_databases(places)
}

/// Takes everything away that [`add`] wrote, and directories that are empty then.
///
/// # Errors
/// [`AssociateError`].
pub fn remove(places: &Places) -> Result<(), AssociateError> {
    delete(&places.type_file())?;
    delete(&places.entry_file())?;
    delete(&places.icon_file())?;
    delete(&places.type_icon_file())?;
    remove_choice(&places.choices_file())?;
    if places.data.join("mime").is_dir() || places.data.join("applications").is_dir() {
        update_databases(places)?;
    }
    remove_empty_databases(places)
}

/// The desktop entry with this program's path, quoted as the specification asks ("The Exec key").
fn entry_for(program: &str) -> Result<String, AssociateError> {
    if program.chars().any(char::is_control) {
        return Err(AssociateError::OwnPath);
    }
    let mut quoted = String::from("\"");
    for character in program.chars() {
        match character {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', character]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    let line = |line: &str| match line.split_once('=') {
        Some(("Exec", _)) => ["Exec=", &quoted, " %f\n"].concat(),
        Some(("TryExec", _)) => ["TryExec=", &program.replace('\\', "\\\\"), "\n"].concat(),
        _ => format!("{line}\n"),
    };
    Ok(ENTRY_TEXT.lines().map(line).collect())
}

fn update_databases(places: &Places) -> Result<(), AssociateError> {
    run("update-mime-database", "shared-mime-info", &places.data.join("mime"))?;
    // Only a cache: the choice in mimeapps.list works without it.
    if let Err(error) =
        run("update-desktop-database", "desktop-file-utils", &places.data.join("applications"))
    {
        tracing::info!("{error}");
    }
    Ok(())
}

fn run(program: &'static str, package: &'static str, directory: &Path) -> Result<(), AssociateError> {
    if !directory.is_dir() {
        return Ok(());
    }
    let failed = |what: String| AssociateError::Program { program, what, package };
    let result = Command::new(program)
        .arg(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(t!("expert-associate-not-started", error = error.to_string())))?;
    if result.status.success() {
        return Ok(());
    }
    Err(failed(t!("expert-associate-failed", output = String::from_utf8_lossy(&result.stderr).trim())))
}

fn remove_choice(path: &Path) -> Result<(), AssociateError> {
    let old = read_or_empty(path)?;
    let new = mimeapps::without(&old, MIME_TYPE, ENTRY);
    if new == old {
        return Ok(());
    }
    if mimeapps::is_empty(&new) { delete(path) } else { write(path, &new) }
}

/// `update-mime-database` leaves its files behind when the last type is gone; without any type they mean nothing.
fn remove_empty_databases(places: &Places) -> Result<(), AssociateError> {
    const GENERATED: [&str; 12] = [
        "aliases",
        "generic-icons",
        "globs",
        "globs2",
        "icons",
        "magic",
        "mime.cache",
        "subclasses",
        "treemagic",
        "types",
        "version",
        "XMLnamespaces",
    ];
    let mime = places.data.join("mime");
    if is_empty_directory(&mime.join("packages")) {
        for name in GENERATED {
            delete(&mime.join(name))?;
        }
    }
    let applications = places.data.join("applications");
    let cache = applications.join("mimeinfo.cache");
    if fs::read_to_string(&cache).is_ok_and(|text| text.trim() == "[MIME Cache]") {
        delete(&cache)?;
    }
    let icons = places.data.join("icons");
    for path in [
        mime.join("packages"),
        mime.join("application"),
        mime,
        applications,
        icons.join("hicolor/scalable/apps"),
        icons.join("hicolor/scalable/mimetypes"),
        icons.join("hicolor/scalable"),
        icons.join("hicolor"),
        icons,
    ] {
        // Succeeds for an empty directory only, which is the wish.
        let _ = fs::remove_dir(path);
    }
    Ok(())
}

fn is_empty_directory(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> AssociateError + '_ {
    move |source| AssociateError::File { path: path.to_owned(), source }
}

fn read_or_empty(path: &Path) -> Result<String, AssociateError> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        result => result.map_err(failed(path)),
    }
}

/// Writes a neighbour first and renames it, so that a list of other programs' choices is never half written.
fn write(path: &Path, text: &str) -> Result<(), AssociateError> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let mut name = path.file_name().map(OsStr::to_owned).unwrap_or_default();
    name.push(".deskside-new");
    let neighbour = path.with_file_name(name);
    fs::write(&neighbour, text).and_then(|()| fs::rename(&neighbour, path)).map_err(failed(path))
}

fn delete(path: &Path) -> Result<(), AssociateError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(failed(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(folder: &Path) -> Places {
        Places { data: folder.join("share"), config: folder.join("config") }
    }

    fn files_under(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files_under(&path));
            }
            found.push(path);
        }
        found
    }

    #[test]
    fn what_is_added_is_taken_away_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        fs::create_dir_all(&places.config).unwrap();
        add(&places, Path::new("/opt/deskside-expert")).unwrap();
        assert!(places.entry_file().is_file() && places.data.join("mime/globs2").is_file());
        let globs = fs::read_to_string(places.data.join("mime/globs2")).unwrap();
        assert!(globs.contains("*.deskside"));
        remove(&places).unwrap();
        let left: Vec<_> = files_under(folder.path())
            .into_iter()
            .filter(|path| path != &places.data && path != &places.config)
            .collect();
        assert_eq!(left, Vec::<PathBuf>::new());
    }

    #[test]
    fn what_other_programs_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        let other = "[Default Applications]\ntext/plain=editor.desktop\n";
        write(&places.choices_file(), other).unwrap();
        write(&places.data.join("mime/packages/other.xml"), TYPE_TEXT.replace("deskside", "other").as_str())
            .unwrap();
        add(&places, Path::new("/opt/deskside-expert")).unwrap();
        remove(&places).unwrap();
        assert_eq!(fs::read_to_string(places.choices_file()).unwrap(), other);
        assert!(places.data.join("mime/packages/other.xml").is_file());
        assert!(places.data.join("mime/globs2").is_file());
    }

    #[test]
    fn removing_twice_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        remove(&places(folder.path())).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_with_signs_is_quoted_for_the_exec_key() {
        let entry = entry_for("/opt/a b/$x%f\"").unwrap();
        assert!(entry.contains("Exec=\"/opt/a b/\\\\$x%%f\\\\\"\" %f\n"), "{entry}");
        assert!(entry_for("/opt/a\nExec=evil").is_err());
    }
}
