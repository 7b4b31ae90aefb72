//! Which languages there are, and which one a person's system asks for.

use serde::{Deserialize, Serialize};

/// A language in which every text exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Language {
    /// English, as in Great Britain: the language of what is in no other.
    English = 0,
    /// German, with the formal address.
    German = 1,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What those who speak it call it, whatever language the rest is in.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a locale's name, such as `de_AT.UTF-8@euro` (POSIX) or `de-AT` (BCP 47).
    #[must_use]
    pub fn from_locale(locale: &str) -> Option<Self> {
        let code = locale.split(['_', '-', '.', '@']).next()?;
        Self::ALL.into_iter().find(|language| code.eq_ignore_ascii_case(language.code()))
    }

    /// The language that the system's variables ask for, in gettext's order; `variable` gives the value of one of them.
    ///
    /// The locale of messages is that of the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty. If
    /// it names a language at all (so it is not `C` or `POSIX`), `LANGUAGE` is a list of preferences that comes before
    /// it, separated by colons. Languages that do not exist here are passed over; English remains.
    ///
    /// Reference: GNU gettext's manual, "Locale Environment Variables" and "Specifying a Priority List of Languages".
    #[must_use]
    pub fn of_system(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        let Some(locale) = locale.filter(|locale| locale != "C" && locale != "POSIX") else {
            return Self::English;
        };
        let preferences = set("LANGUAGE").unwrap_or_default();
        preferences.split(':').chain([locale.as_str()]).find_map(Self::from_locale).unwrap_or(Self::English)
    }
}

/// What a settings file says about the language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// As the system says.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English, whatever the system says.
    #[serde(rename = "en")]
    English,
    /// German, whatever the system says.
    #[serde(rename = "de")]
    German,
}

impl Choice {
    /// Every choice, in the order of a list.
    pub const ALL: [Self; 3] = [Self::System, Self::English, Self::German];

    /// What it is called in a list: each language by its own name, so that whoever reads no other finds it; `system` is
    /// what it is called to follow the system.
    #[must_use]
    pub const fn name(self, system: &'static str) -> &'static str {
        match self {
            Self::System => system,
            Self::English => Language::English.own_name(),
            Self::German => Language::German.own_name(),
        }
    }

    /// The language to show; `variable` gives the value of one of the system's variables.
    #[must_use]
    pub fn language(self, variable: impl Fn(&str) -> Option<String>) -> Language {
        match self {
            Self::System => Language::of_system(variable),
            Self::English => Language::English,
            Self::German => Language::German,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Language {
        Language::of_system(|name| {
            variables.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_locale_is_known_by_its_language_alone() {
        for german in ["de", "de_DE.UTF-8", "de_AT@euro", "de-CH", "DE", "de.utf8"] {
            assert_eq!(Language::from_locale(german), Some(Language::German), "{german}");
        }
        assert_eq!(Language::from_locale("en_GB.UTF-8"), Some(Language::English));
        for other in ["", "C", "C.UTF-8", "POSIX", "fr_FR", "den_CA", "d", "nds_DE"] {
            assert_eq!(Language::from_locale(other), None, "{other}");
        }
    }

    #[test]
    fn the_variables_count_in_gettexts_order() {
        let (en, de) = ("en_GB.UTF-8", "de_DE.UTF-8");
        assert_eq!(with(&[("LANG", de)]), Language::German);
        assert_eq!(with(&[("LC_MESSAGES", de), ("LANG", en)]), Language::German);
        assert_eq!(with(&[("LC_ALL", en), ("LC_MESSAGES", de), ("LANG", de)]), Language::English);
        assert_eq!(with(&[("LANGUAGE", "de"), ("LC_ALL", en)]), Language::German);
        assert_eq!(with(&[("LANGUAGE", "en:de"), ("LANG", de)]), Language::English);
    }

    #[test]
    fn languages_that_are_missing_here_are_passed_over() {
        assert_eq!(with(&[("LANGUAGE", "nl:fr:de_AT:en"), ("LANG", "nl_NL.UTF-8")]), Language::German);
        assert_eq!(with(&[("LANGUAGE", "nl:fr"), ("LANG", "de_DE.UTF-8")]), Language::German);
        assert_eq!(with(&[("LANG", "nl_NL.UTF-8")]), Language::English);
    }

    #[test]
    fn an_empty_variable_is_as_if_it_were_not_set() {
        assert_eq!(with(&[("LC_ALL", ""), ("LANGUAGE", ""), ("LANG", "de_DE.UTF-8")]), Language::German);
        assert_eq!(with(&[]), Language::English);
    }

    #[test]
    fn a_locale_without_a_language_has_no_preferences_either() {
        assert_eq!(with(&[("LANGUAGE", "de"), ("LANG", "C")]), Language::English);
        assert_eq!(with(&[("LANGUAGE", "de"), ("LC_ALL", "POSIX"), ("LANG", "de_DE")]), Language::English);
        assert_eq!(with(&[("LANGUAGE", "de")]), Language::English);
    }

    #[test]
    fn the_settings_file_wins_over_the_system() {
        let german = |name: &str| (name == "LANG").then(|| "de_DE.UTF-8".to_owned());
        assert_eq!(Choice::default().language(german), Language::German);
        assert_eq!(Choice::English.language(german), Language::English);
        assert_eq!(Choice::German.language(|_| None), Language::German);
    }

    #[test]
    fn a_list_names_each_language_in_itself_and_every_choice_once() {
        let names = Choice::ALL.map(|choice| choice.name("As the system"));
        assert_eq!(names, ["As the system", "English", "Deutsch"]);
        for language in Language::ALL {
            assert_eq!(Choice::ALL.iter().filter(|choice| choice.name("") == language.own_name()).count(), 1);
        }
    }

    #[test]
    fn the_settings_file_writes_codes() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Sample {
            language: Choice,
        }
        for (choice, text) in [(Choice::System, "system"), (Choice::English, "en"), (Choice::German, "de")] {
            let line = format!("language = \"{text}\"\n");
            assert_eq!(toml::to_string(&Sample { language: choice }).unwrap(), line);
            assert_eq!(toml::from_str::<Sample>(&line).unwrap().language, choice);
        }
        assert!(toml::from_str::<Sample>("language = \"German\"\n").is_err());
    }
}
