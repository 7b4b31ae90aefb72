//! Every screen in both languages: nothing is left in the other one, nothing stands over another thing.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use deskside_expert::app::input::Wants;
use deskside_words::{Language, choose, t};
use egui::accesskit::Role;
use egui_kittest::Node;
use egui_kittest::kittest::NodeT as _;

use crate::samples;
use crate::screens::{Screen, show_in};

/// Whoever runs a test in a process of its own sets this, because the language is the whole process's.
const ALONE: &str = "DESKSIDE_TEST_ALONE";
/// Words that are the same in both languages, and data.
const SAME: [&str; 6] = ["Anna Berg", "Ines Weber", "Desktop", "System", "English", "Deutsch"];

/// The numbers of the tickets that are made once.
static TICKETS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tickets = samples::screens().into_iter().filter_map(|(_, model)| model.current);
    tickets.map(|(ticket, _)| ticket.id().short()).collect()
});

/// Runs `test`, of which this is the name, in a process of its own.
fn alone(name: &str, test: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", &format!("languages::{name}")]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Every screen, shown in the language of the process.
fn screens(size: [f32; 2]) -> Vec<(String, Screen)> {
    let mut shown = Vec::new();
    for (name, model) in samples::screens() {
        let full = name == "full-screen";
        let wants = Wants { toolbar: full, keyboard_in_toolbar: full, ..Wants::default() };
        shown.push((name.to_owned(), show_in(size, model, wants)));
    }
    shown
}

/// Screens with a menu that is open.
fn menus(size: [f32; 2]) -> Vec<(String, Screen)> {
    let menus = [
        ("viewing", t!("expert-toolbar-clipboard").replace('&', "")),
        ("viewing", t!("expert-toolbar-scale").to_owned()),
        ("monitor", t!("expert-toolbar-monitor").to_owned()),
        ("start", t!("expert-start-theme").to_owned()),
        ("start", t!("shared-language").to_owned()),
    ];
    let mut shown = Vec::new();
    for (at, (name, menu)) in menus.into_iter().enumerate() {
        let model = samples::screens().into_iter().find(|(screen, _)| *screen == name).unwrap().1;
        let mut screen = show_in(size, model, Wants::default());
        let before = texts(&screen).len();
        controls(&screen).into_iter().find(|(text, _)| *text == menu).unwrap().1.click();
        screen.run_steps(4);
        assert!(texts(&screen).len() > before, "{menu} did not open");
        shown.push((format!("menu {at}"), screen));
    }
    shown
}

fn text_of(node: &Node<'_>) -> Option<String> {
    node.accesskit_node().label().or_else(|| node.value())
}

/// All that stands on a screen or is read by a screen reader.
fn texts(screen: &Screen) -> BTreeSet<String> {
    screen.root().children_recursive().filter_map(|node| text_of(&node)).collect()
}

fn controls(screen: &Screen) -> Vec<(String, Node<'_>)> {
    let is_control = |node: &Node<'_>| matches!(node.accesskit_node().role(), Role::Button | Role::ComboBox);
    let nodes = screen.root().children_recursive().filter(is_control);
    nodes.map(|node| (text_of(&node).unwrap_or_default(), node)).collect()
}

/// Has a word of three letters at least, which is not data.
fn is_worded(text: &str) -> bool {
    let is_data = SAME.contains(&text) || text.contains("-1") || TICKETS.iter().any(|id| id == text);
    let longest = text.split(|sign: char| !sign.is_lowercase()).map(str::len).max();
    !is_data && longest.is_some_and(|longest| longest >= 3)
}

#[test]
fn no_screen_has_a_text_of_the_other_language() {
    alone("no_screen_has_a_text_of_the_other_language", || {
        let size = [1000.0, 680.0];
        let all = |language| {
            choose(language);
            let shown = screens(size).into_iter().chain(menus(size));
            shown.map(|(name, screen)| (name, texts(&screen))).collect::<Vec<_>>()
        };
        let (english, german) = (all(Language::English), all(Language::German));
        assert_eq!(english.len(), german.len());
        for ((name, english), (_, german)) in english.iter().zip(&german) {
            let worded = |texts: &BTreeSet<String>| texts.iter().filter(|text| is_worded(text)).count();
            assert!(worded(english) > 0 && worded(german) > 0, "{name}");
            let both: Vec<_> = german.intersection(english).filter(|text| is_worded(text)).collect();
            assert!(both.is_empty(), "{name}: not translated: {both:?}");
        }
    });
}

#[test]
fn every_screen_is_gone_through_in_the_order_of_reading() {
    alone("every_screen_is_gone_through_in_the_order_of_reading", || {
        for language in Language::ALL {
            choose(language);
            for size in [[1000.0, 680.0], [640.0, 400.0]] {
                for (name, model) in samples::screens() {
                    // While controlling, Tab is the other side's until the keyboard is brought here.
                    let wants = Wants { toolbar: true, keyboard_in_toolbar: true, ..Wants::default() };
                    let wrong = deskside_testkit::order::disorder(&mut show_in(size, model, wants));
                    assert!(wrong.is_empty(), "{name} at {size:?}, {language:?}: {wrong:#?}");
                }
            }
        }
    });
}

#[test]
fn in_german_nothing_stands_over_another_thing_or_outside() {
    alone("in_german_nothing_stands_over_another_thing_or_outside", || {
        choose(Language::German);
        for size in [[1000.0, 680.0], [760.0, 620.0], [640.0, 400.0]] {
            for (name, screen) in screens(size) {
                let mut shown = controls(&screen);
                // Where the statistics begin.
                let top = t!("expert-statistics-desktop");
                let named = |node: &Node<'_>| text_of(node).is_some_and(|text| text == top);
                shown.extend(
                    screen.root().children_recursive().filter(named).map(|node| (top.to_owned(), node)),
                );
                for (at, (text, node)) in shown.iter().enumerate() {
                    let rect = node.rect();
                    // Upwards and downwards the pages scroll.
                    let inside = rect.left() >= 0.0 && rect.right() <= size[0];
                    assert!(inside, "{name} at {size:?}: {text} is cut off: {rect:?}");
                    for (other, behind) in &shown[..at] {
                        let apart = !rect.shrink(0.5).intersects(behind.rect().shrink(0.5));
                        assert!(apart, "{name} at {size:?}: {text} stands over {other}");
                    }
                }
            }
        }
    });
}

#[test]
fn in_each_window_a_letter_with_alt_presses_one_button() {
    let sources = [
        include_str!("../../../words/locales/en/expert.ftl"),
        include_str!("../../../words/locales/de/expert.ftl"),
    ];
    let mut found = 0;
    for source in sources {
        let mut letters = BTreeSet::new();
        for (id, text) in source.lines().filter_map(|line| line.split_once(" = ")) {
            let Some((_, after)) = text.split_once('&') else { continue };
            // The menu of keys is a button of the toolbar; where there is room it says its state, by the same letter.
            let window = match id.split('-').nth(1).unwrap_or_default() {
                "keys" => "toolbar",
                window => window,
            };
            if id.starts_with("expert-keys-menu-") {
                assert!(
                    letters.contains(&(window, after.chars().next().unwrap_or(' '))),
                    "{id}: another letter"
                );
                continue;
            }
            let letter = after.chars().next().unwrap_or(' ').to_ascii_lowercase();
            assert!(letter.is_ascii_lowercase(), "{id}: {letter} is not on every keyboard");
            assert!(letters.insert((window, letter)), "{id}: another button has {letter}");
            found += 1;
        }
    }
    assert!(found >= 2 * 18, "{found} buttons");
}
