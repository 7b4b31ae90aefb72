//! The settings of the client: what the file may say, what is meant where it says nothing, and what is refused.
//! Read strictly and never overwritten while wrong; nothing in here can say yes for the person.

mod duration;
mod hotkey;
mod smtp;

use std::num::{NonZeroU16, NonZeroU32};
use std::path::Path;
use std::time::Duration;

use deskside_host::settings::{self, SettingsError};
use deskside_proto::name::PersonName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::pipeline::CpuLimit;

pub use duration::{InvalidDuration, in_words, parse as parse_duration, to_text as duration_text};
pub use hotkey::{Hotkey, InvalidHotkey, Modifier};
pub use smtp::{MailSecret, PasswordError, PasswordSource, Smtp, SmtpTls};

/// The UDP port on which the client listens unless said otherwise.
pub const DEFAULT_PORT: u16 = 47470;
/// How long a ticket can be used unless said otherwise.
pub const DEFAULT_VALID_FOR: Duration = Duration::from_secs(60 * 60);
/// The longest time that a ticket can be used.
pub const LONGEST_VALID_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The shortest time that a ticket can be used.
pub const SHORTEST_VALID_FOR: Duration = Duration::from_secs(60);
/// The most uses of one ticket.
pub const MOST_USES: u32 = 100;

/// The settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name that experts see; without, the account's real name.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_name",
        deserialize_with = "read_name"
    )]
    pub name: Option<PersonName>,
    /// The keys that take control back.
    pub hotkey: Hotkey,
    /// The UDP port; another free one is taken where it is in use.
    pub port: NonZeroU16,
    /// Further addresses to put into tickets, such as `home.example.org:47470` for a forwarded port.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "read_addresses")]
    pub addresses: Vec<String>,
    /// How long a new ticket can be used, such as `1h`.
    #[serde(with = "duration::text")]
    pub valid_for: Duration,
    /// How many times a new ticket can be used.
    #[serde(deserialize_with = "read_uses")]
    pub uses: NonZeroU32,
    /// How the picture is sent.
    pub picture: PictureChoice,
    /// How the screen is read.
    pub capture: CaptureChoice,
    /// What the picture may use of the machine; counts from the next start.
    pub cpu_limit: CpuLimit,
    /// Where copied things are shared, also what is marked and pasted with the middle button.
    pub share_marked: bool,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// The language of what people read.
    pub language: deskside_words::Choice,
    /// The mail server that sends tickets; without, the person's own mail program opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp: Option<Smtp>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: None,
            hotkey: Hotkey::default(),
            port: NonZeroU16::new(DEFAULT_PORT).unwrap_or(NonZeroU16::MAX),
            addresses: Vec::new(),
            valid_for: DEFAULT_VALID_FOR,
            uses: NonZeroU32::MIN,
            picture: PictureChoice::Auto,
            capture: CaptureChoice::Auto,
            cpu_limit: CpuLimit::default(),
            share_marked: false,
            theme: Theme::System,
            language: deskside_words::Choice::System,
            smtp: None,
        }
    }
}

impl Settings {
    /// Reads the settings file; a missing one gives the defaults.
    ///
    /// # Errors
    /// [`SettingsError`], which names the file, the line and what is wrong; the file stays as it is.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        settings::load(path)
    }

    /// Writes what changed since it was last read or written here, all at once. Comments, and what the person changed
    /// in the file meanwhile, stay.
    ///
    /// # Errors
    /// [`SettingsError`]; the old file is then still there.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        settings::save(path, self)
    }
}

/// How the picture is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureChoice {
    /// Small changes exactly, large and lasting ones as video that becomes exact when still.
    #[default]
    Auto,
    /// Always video.
    Video,
}

/// How the screen is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptureChoice {
    /// The best that this desktop offers.
    #[default]
    Auto,
    /// X11 with damage and shared memory.
    X11,
    /// The portable way of the `scrap` library, which reads the whole screen each time.
    Scrap,
}

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

#[expect(clippy::ref_option, reason = "serde decides this signature")]
fn write_name<S: Serializer>(name: &Option<PersonName>, serializer: S) -> Result<S::Ok, S::Error> {
    name.as_ref().map(PersonName::as_str).serialize(serializer)
}

fn read_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PersonName>, D::Error> {
    let text = String::deserialize(deserializer)?;
    PersonName::parse(&text).map(Some).map_err(de::Error::custom)
}

fn read_uses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let uses = u32::deserialize(deserializer)?;
    NonZeroU32::new(uses)
        .filter(|uses| uses.get() <= MOST_USES)
        .ok_or_else(|| de::Error::custom(format!("a ticket can have 1 to {MOST_USES} uses, not {uses}")))
}

fn read_addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    for text in &texts {
        crate::tickets::addresses::parse(text, DEFAULT_PORT).map_err(de::Error::custom)?;
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let loaded = Settings::load(&path).map_err(|error| error.to_string());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "loading changed the file");
        loaded
    }

    #[test]
    fn an_empty_file_gives_the_documented_defaults() {
        let settings = load("").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.port.get(), 47470);
        assert_eq!(settings.valid_for, Duration::from_secs(3600));
        assert_eq!(settings.uses.get(), 1);
        assert_eq!(settings.cpu_limit.percent(), 67);
        assert_eq!(settings.hotkey.to_string(), "Ctrl+Alt+Shift+Esc");
    }

    #[test]
    fn every_setting_can_be_written_and_is_read_back() {
        let text = r#"
            name = "Anna Lindqvist"
            hotkey = "Ctrl+Alt+F12"
            port = 5000
            addresses = ["home.example.org:5000", "[2001:db8::1]:5000", "192.0.2.7"]
            valid_for = "90m"
            uses = 3
            picture = "video"
            capture = "scrap"
            cpu_limit = 25
            theme = "dark"
            language = "de"

            [smtp]
            host = "mail.example.org"
            port = 465
            tls = "implicit"
            user = "anna"
            password_file = "/home/anna/.mail-password"
            from = "Anna <anna@example.org>"
        "#;
        let settings = load(text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), settings);
    }

    #[test]
    fn wrong_values_are_refused_with_their_line_and_what_would_be_right() {
        for (line, expected) in [
            ("port = 0", "nonzero"),
            ("port = 70000", "70000"),
            ("uses = 0", "1 to 100"),
            ("uses = 101", "1 to 100"),
            ("valid_for = \"soon\"", "30m"),
            ("valid_for = \"8d\"", "7 days"),
            ("hotkey = \"Q\"", "Ctrl"),
            ("theme = \"pink\"", "light"),
            ("language = \"German\"", "de"),
            ("picture = \"mpeg\"", "video"),
            ("cpu_limit = 0", "1 to 100"),
            ("cpu_limit = \"half\"", "cpu_limit"),
            ("name = \"\"", "empty"),
            ("addresses = [\"no spaces here\"]", "no spaces here"),
            ("allow_everything = true", "allow_everything"),
            ("[smtp]\nhost = \"mail\"\ntls = \"maybe\"", "starttls"),
        ] {
            let message = load(&format!("\n{line}\n")).unwrap_err();
            assert!(message.contains("line "), "{message}");
            assert!(message.contains(expected), "{line}: {message}");
        }
    }
}
