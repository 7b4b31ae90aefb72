//! The texts of one language, read from its files once and kept.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::Language;

/// A language's files: name and content.
pub(crate) const fn files(language: Language) -> [(&'static str, &'static str); 3] {
    match language {
        Language::English => [
            ("shared", include_str!("../locales/en/shared.ftl")),
            ("client", include_str!("../locales/en/client.ftl")),
            ("expert", include_str!("../locales/en/expert.ftl")),
        ],
        Language::German => [
            ("shared", include_str!("../locales/de/shared.ftl")),
            ("client", include_str!("../locales/de/client.ftl")),
            ("expert", include_str!("../locales/de/expert.ftl")),
        ],
    }
}

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(Language::English));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| read(Language::German));

fn read(language: Language) -> Bundle {
    let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Isolation marks (U+2068, U+2069) around arguments keep the directions of scripts apart. Both languages run from
    // left to right, names are shown without marks everywhere else, and fonts without them draw boxes.
    bundle.set_use_isolating(false);
    for (_, source) in files(language) {
        // What cannot be read is left out here and found by the tests of this room.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The text with this id; the English one where the language has none, and the id where that is missing too.
pub(crate) fn format(language: Language, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
    let in_language = match language {
        Language::English => formatted(&ENGLISH, id, arguments),
        Language::German => formatted(&GERMAN, id, arguments),
    };
    in_language.or_else(|| formatted(&ENGLISH, id, arguments)).unwrap_or_else(|| id.to_owned())
}

fn formatted(bundle: &Bundle, id: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
    let message = bundle.get_message(id)?;
    let mut errors = Vec::new();
    // A missing argument leaves its name in the text; the check of the sources finds it before a person does.
    Some(bundle.format_pattern(message.value()?, arguments, &mut errors).into_owned())
}
