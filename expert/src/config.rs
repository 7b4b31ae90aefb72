//! The settings that an expert can make, in `config.toml`. Reading and writing the file is `deskside-host`'s.

use std::path::Path;

use deskside_host::settings::{self, SettingsError};
use deskside_proto::name::PersonName;
use deskside_words::t;
use serde::{Deserialize, Serialize};

use crate::present::Choice;
use crate::scale::Scale;

/// The settings file. Every key may be missing; an unknown key is an error that names its line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name that the other person is shown; the account's name where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The language of the windows and messages.
    pub language: deskside_words::Choice,
    /// Light, dark or as the desktop says.
    pub theme: Theme,
    /// How large the picture is shown.
    pub scale: Scale,
    /// Sessions start in full screen.
    pub full_screen: bool,
    /// Where copied things are shared, also what is marked and pasted with the middle button.
    pub share_marked: bool,
    /// How the picture reaches the window.
    pub presenter: Choice,
    /// Where keys go, while controlling, that the own desktop would keep for itself.
    pub system_keys: SystemKeys,
}

impl Settings {
    /// Reads the settings; a missing file gives the defaults.
    ///
    /// # Errors
    /// What is wrong with the file, and where. The file is left as it is.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        settings::load(path)
    }

    /// Writes the settings.
    ///
    /// # Errors
    /// What the system says; the old file is then still there.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        settings::save(path, self)
    }
}

/// Where keys such as Alt+Tab go while controlling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemKeys {
    /// To the other side.
    #[default]
    Sent,
    /// They do here what they always do.
    Stay,
}

/// The appearance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl From<Theme> for deskside_look::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

/// A person's name as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(pub PersonName);

impl TryFrom<String> for Name {
    type Error = deskside_proto::name::NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        PersonName::parse(&text).map(Self)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_str().to_owned()
    }
}

/// The name to be shown to the other person: of the command line, else of the settings, else of the account.
#[must_use]
pub fn own_name(given: Option<PersonName>, settings: &Settings) -> PersonName {
    given.or_else(|| settings.name.clone().map(|name| name.0)).unwrap_or_else(account_name)
}

fn account_name() -> PersonName {
    let from_passwd = || {
        let account = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok()?;
        let table = std::fs::read_to_string("/etc/passwd").ok()?;
        full_name(&table, &account).or_else(|| PersonName::parse(&account).ok())
    };
    #[expect(clippy::expect_used, reason = "texts that the tests read in every language")]
    from_passwd().unwrap_or_else(|| PersonName::parse(t!("expert-nameless")).expect("a valid name"))
}

/// The full name of an account: the first part of the fifth field (GECOS) of its line in passwd(5).
fn full_name(table: &str, account: &str) -> Option<PersonName> {
    let line = table.lines().find(|line| line.split(':').next() == Some(account))?;
    let gecos = line.split(':').nth(4)?.split(',').next()?.trim();
    PersonName::parse(gecos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let settings = Settings {
            name: Some(Name(PersonName::parse("Zoë Kovács").unwrap())),
            language: deskside_words::Choice::German,
            theme: Theme::Dark,
            scale: Scale::Times(2),
            full_screen: true,
            share_marked: true,
            presenter: Choice::Software,
            system_keys: SystemKeys::Stay,
        };
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), settings);
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_line_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for wrong in [
            "language = \"German\"\n",
            "scale = \"7x\"\n",
            "theme = \"pink\"\n",
            "name = \"\"\n",
            "colour = 1\n",
        ] {
            std::fs::write(&path, wrong).unwrap();
            let message = Settings::load(&path).unwrap_err().to_string();
            assert!(message.contains("line 1"), "{message}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong);
        }
    }

    #[test]
    fn the_command_line_wins_over_the_settings() {
        let given = PersonName::parse("Given").unwrap();
        let settings =
            Settings { name: Some(Name(PersonName::parse("Set").unwrap())), ..Settings::default() };
        assert_eq!(own_name(Some(given.clone()), &settings), given);
        assert_eq!(own_name(None, &settings).as_str(), "Set");
    }

    #[test]
    fn the_accounts_full_name_is_found() {
        let table = "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000:Anna Berg,,,:/home/anna:/bin/sh\n";
        assert_eq!(full_name(table, "anna").unwrap().as_str(), "Anna Berg");
        assert_eq!(full_name(table, "ann"), None);
    }
}
