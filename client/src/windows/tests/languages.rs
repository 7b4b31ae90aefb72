//! Every window in both languages: nothing is left in the other one, and nothing is cut off.

use std::collections::BTreeSet;
use std::process::Command;

use deskside_clip::Format;
use deskside_proto::geometry::{Rect, Size};
use deskside_proto::session::{Scopes, Way};
use deskside_words::{Language, choose, t};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::{Harness, Node};

use super::*;
use crate::sharing::list::{Choices, Screen};
use crate::sharing::{Hidden, ScreenName};
use crate::windows::Confirm;
use crate::windows::consent::{ConsentWindow, wanted_size};
use crate::windows::main_window::{LEAST_SIZE, MainWindow, Page, SIZE};

/// Whoever runs a test in a process of its own sets this, because the language is the whole process's.
const ALONE: &str = "DESKSIDE_TEST_ALONE";
/// Runs `test`, of which this is the name, in a process of its own.
fn alone(name: &str, test: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let name = format!("windows::tests::languages::{name}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", &name]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// What a window shows: each text, and where it is.
struct Shown {
    name: String,
    size: egui::Vec2,
    texts: Vec<(String, egui::Rect)>,
    window: Box<dyn Walked>,
}

/// A window, whatever is in it.
trait Walked {
    /// What is wrong with the order in which it is gone through.
    fn disorder(&mut self) -> Vec<String>;
}

impl<W> Walked for Harness<'static, Bench<W>> {
    fn disorder(&mut self) -> Vec<String> {
        deskside_testkit::order::disorder(self)
    }
}

fn shown<W: 'static>(name: &str, harness: Harness<'static, Bench<W>>) -> Shown {
    let text_of = |node: &Node<'_>| node.accesskit_node().label().or_else(|| node.value());
    let nodes = harness.root().children_recursive();
    let texts = nodes.filter_map(|node| text_of(&node).map(|text| (text, node.rect()))).collect();
    let size = harness.ctx.content_rect().size();
    Shown { name: name.to_owned(), size, texts, window: Box::new(harness) }
}

fn page(name: &str, page: Page, view: AppView) -> Shown {
    page_in(SIZE, name, page, view)
}

fn page_in(size: [f32; 2], name: &str, page: Page, view: AppView) -> Shown {
    let harness = open(Bench::new(MainWindow::on_page(page), view), size, MainWindow::show);
    shown(name, harness)
}

/// A page that a button of the first page opens.
fn behind(name: &str, button: &str, view: AppView) -> Shown {
    let mut harness = open(Bench::new(MainWindow::on_page(Page::Home), view), SIZE, MainWindow::show);
    press(&mut harness, &button.replace('&', ""));
    shown(name, harness)
}

fn asked(name: &str, kind: QuestionKind, seen: SeenBefore) -> Shown {
    let asked = question(kind, seen);
    let view = AppView { question: Some(asked.clone()), ..view() };
    let bench = Bench::new(ConsentWindow::default(), view);
    let scene = Scene { view: &bench.view, moment: &moment(), commands: &bench.commands };
    let size = wanted_size(scene, &asked);
    let harness = open(bench, size, move |window, ui, scene| {
        window.show(ui, scene, &asked, &Confirm::blind());
    });
    shown(name, harness)
}

fn seen(state: SessionState, clipboard: [bool; 2]) -> AppView {
    let session = SessionView { clipboard, ..session(1, "Martin Berg", state, 12) };
    let screen = |name: &str, x| Screen {
        name: ScreenName(name.into()),
        place: Rect::new(x, 0, 1920, 1080),
        primary: x == 0,
    };
    let sharing = SharingView {
        choices: Choices {
            screens: vec![screen("eDP-1", 0), screen("HDMI-1", 1920)],
            size: Size::new(3840, 1080),
            ..Choices::default()
        },
        hidden: vec![HiddenView { what: Hidden::Area(Rect::new(700, 200, 1100, 760)), title: None }],
        ..SharingView::default()
    };
    AppView { sessions: vec![session], sharing, ..view() }
}

fn copying(mut view: AppView) -> AppView {
    let moving = Moving { format: Format::Files, done: 3_000_000, total: 12_000_000 };
    view.sessions.iter_mut().for_each(|session| session.moving = [Some(moving), None]);
    view
}

/// Two who see, something hidden twice, and news.
fn several() -> AppView {
    let mut view = seen(SessionState::Watching, [false; 2]);
    view.sessions.push(session(2, "Ines Weber", SessionState::Controlling { paused: false }, 3));
    let place = Rect::new(100, 100, 300, 200);
    view.sharing.hidden.push(HiddenView { what: Hidden::Area(place), title: None });
    let (title, text) = (t!("client-something-wrong").to_owned(), t!("client-answered").to_owned());
    view.notice = Some(Notice { kind: NoticeKind::Trouble, title, text });
    view
}

/// The question before the window goes.
fn closing(name: &str) -> Shown {
    let mut window = MainWindow::default();
    window.ask_to_close();
    shown(name, open(Bench::new(window, view()), SIZE, MainWindow::show))
}

fn bar(name: &str, screen: f32, view: AppView) -> Shown {
    let bar = shown(name, banner::on_screen(screen, view));
    assert!(bar.size.x <= screen, "{name}: {:?}", bar.size);
    bar
}

/// The bar in every state on screens of three widths (points): a large one, a small one, and one with large pixels.
fn bars() -> Vec<Shown> {
    let controlling = SessionState::Controlling { paused: false };
    let long = SessionView { clipboard: [true; 2], ..session(1, LONGEST, controlling, 700) };
    let views = [
        ("watched", seen(SessionState::Watching, [true, false])),
        ("controlled", seen(controlling, [false; 2])),
        ("paused", seen(SessionState::Controlling { paused: true }, [true; 2])),
        ("copying", copying(seen(controlling, [true; 2]))),
        ("several", several()),
        ("long name", copying(AppView { sessions: vec![long], ..view() })),
    ];
    let on = |screen: f32| {
        views.iter().map(move |(name, view)| bar(&format!("bar: {name} on {screen}"), screen, view.clone()))
    };
    [1920.0, 640.0, 400.0].into_iter().flat_map(on).collect()
}

/// Every window, shown in the language of the process.
fn all() -> Vec<Shown> {
    let controlling = SessionState::Controlling { paused: false };
    let before = |other_name| SeenBefore::Before { count: 3, last: moment().system, other_name };
    let tickets = [
        TicketState::Open,
        TicketState::Used,
        TicketState::Expired,
        TicketState::Cancelled,
        TicketState::Closed,
    ];
    let sealed = InvitationView { passphrase: None, sealed_to: Some(FINGERPRINT.into()), ..invitation() };
    let with = |invitation| AppView { invitation: Some(invitation), ..view() };
    let mut all = vec![
        page("home", Page::Home, view()),
        page("introduction", Page::Home, AppView { introduction_needed: true, ..view() }),
        page("waiting", Page::Home, AppView { tickets: vec![ticket(TicketState::Open)], ..view() }),
        page("sessions", Page::Home, seen(controlling, [true; 2])),
        page("copying there", Page::Home, copying(seen(controlling, [true; 2]))),
        page_in(LEAST_SIZE, "small sessions", Page::Home, copying(seen(controlling, [true; 2]))),
        page_in(LEAST_SIZE, "small invitation", Page::Home, with(invitation())),
        page_in(LEAST_SIZE, "small settings", Page::Settings, view()),
        page("several sessions", Page::Home, several()),
        closing("closing"),
        page("no tickets", Page::Tickets, view()),
        page("tickets", Page::Tickets, AppView { tickets: tickets.map(ticket).to_vec(), ..view() }),
        page("receipt", Page::Receipt, view()),
        page("settings", Page::Settings, view()),
        page("invitation", Page::Home, with(invitation())),
        page("sealed", Page::Home, with(sealed)),
        behind("make", t!("client-invite"), view()),
        behind("less", t!("client-change-share"), seen(SessionState::Watching, [false; 2])),
        behind("area", t!("client-hide-area"), seen(SessionState::Watching, [false; 2])),
        behind("window", t!("client-hide-window"), seen(SessionState::Watching, [false; 2])),
        asked("view", QuestionKind::View, SeenBefore::New),
        asked("join", QuestionKind::JoinView { others: vec![name("Bert")] }, before(Some(name("Kurt")))),
        asked("control", QuestionKind::Control { scopes: Scopes::CONTROL }, before(None)),
        asked("read", QuestionKind::Clipboard { way: Way::ToExpert }, SeenBefore::New),
        asked("give", QuestionKind::Clipboard { way: Way::ToPerson }, SeenBefore::New),
    ];
    all.extend(bars());
    all
}

/// Has a word of three small letters at least, which is not data.
fn is_worded(text: &str) -> bool {
    let data = ["Anna", "Martin Berg", "Ines Weber", "velvet-harbor-pencil-dolphin", "deskside-expert-1-…"];
    let is_data = data.contains(&text) || text == TicketId([3; 16]).short();
    let longest = text.split(|sign: char| !sign.is_lowercase()).map(str::len).max();
    !is_data && longest.is_some_and(|longest| longest >= 3)
}

#[test]
fn no_window_has_a_text_of_the_other_language() {
    alone("no_window_has_a_text_of_the_other_language", || {
        let worded = |language| {
            choose(language);
            let texts = |shown: Shown| {
                // The bar's second line is put together from several texts.
                let texts = shown.texts.iter().flat_map(|(text, _)| text.split(" · "));
                let worded = texts.filter(|text| is_worded(text)).map(str::to_owned);
                (shown.name, worded.collect::<BTreeSet<_>>())
            };
            all().into_iter().map(texts).collect::<Vec<_>>()
        };
        let (english, german) = (worded(Language::English), worded(Language::German));
        for ((name, english), (_, german)) in english.iter().zip(&german) {
            assert!(!english.is_empty() && !german.is_empty(), "{name}");
            let both: Vec<_> = german.intersection(english).collect();
            assert!(both.is_empty(), "{name}: not translated: {both:?}");
        }
    });
}

#[test]
fn every_window_is_gone_through_in_the_order_of_reading() {
    alone("every_window_is_gone_through_in_the_order_of_reading", || {
        for language in Language::ALL {
            choose(language);
            for mut window in all() {
                let wrong = window.window.disorder();
                assert!(wrong.is_empty(), "{}, {language:?}: {wrong:#?}", window.name);
            }
        }
    });
}

#[test]
fn another_language_is_spoken_at_once_also_where_keys_are_written() {
    alone("another_language_is_spoken_at_once_also_where_keys_are_written", || {
        let mut harness =
            open(Bench::new(MainWindow::on_page(Page::Settings), view()), SIZE, MainWindow::show);
        assert!(says(&harness, "Language") && says(&harness, "Appearance"));
        choose(Language::German);
        let settings = &mut harness.state_mut().view.settings;
        settings.language = deskside_words::Choice::German;
        settings.hotkey = crate::config::Hotkey::default().said();
        harness.run_steps(3);
        assert!(says(&harness, "Sprache") && says(&harness, "Aussehen"));
        let fields = harness.root().children_recursive().filter_map(|node| node.value());
        assert!(fields.into_iter().any(|text| text == "Strg+Alt+Umschalt+Esc"));
    });
}

#[test]
fn in_german_nothing_leaves_the_window() {
    alone("in_german_nothing_leaves_the_window", || {
        choose(Language::German);
        for window in all() {
            for (text, rect) in window.texts {
                // Upwards and downwards the pages scroll.
                let inside = rect.left() >= 0.0 && rect.right() <= window.size.x;
                assert!(inside, "{}: {text:?} is cut off: {rect:?}", window.name);
            }
        }
    });
}

#[test]
fn nothing_of_the_bar_is_cut_off_and_nothing_covers_another() {
    alone("nothing_of_the_bar_is_cut_off_and_nothing_covers_another", || {
        for language in Language::ALL {
            choose(language);
            for bar in bars() {
                let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, bar.size);
                let parts: Vec<_> = bar.texts.iter().filter(|(_, rect)| *rect != whole).collect();
                assert!(parts.len() >= 4, "{}: two sentences and two buttons: {parts:?}", bar.name);
                for (number, (text, rect)) in parts.iter().enumerate() {
                    let what = format!("{}, {language:?}: {text:?} at {rect:?}", bar.name);
                    assert!(whole.shrink(4.0).contains_rect(*rect), "{what} in {whole:?}");
                    let covered =
                        parts.iter().skip(number + 1).find(|(_, other)| other.shrink(0.5).intersects(*rect));
                    assert!(covered.is_none(), "{what} and {covered:?}");
                }
            }
        }
    });
}

#[test]
fn in_each_window_a_letter_with_alt_presses_one_button() {
    alone("in_each_window_a_letter_with_alt_presses_one_button", || {
        // Those that can be seen at the same time; the bar has no others than the first page.
        for language in Language::ALL {
            choose(language);
            let (stop, end) = (t!("client-stop-control"), t!("client-end-session"));
            let page = [t!("client-invite"), t!("client-ok"), t!("client-hide-area")];
            let windows: [&[&str]; 9] = [
                &[stop, end, page[0], page[1], page[2], t!("client-change-share")],
                &[stop, end, page[0], page[1], page[2], t!("client-change-again")],
                &[t!("client-stop-clipboard"), t!("client-end-all"), page[0], page[1], page[2]],
                &[t!("client-allow"), t!("client-deny")],
                &[t!("client-stop-here"), t!("client-go-on-anyway")],
                &[t!("client-make"), t!("client-back"), t!("client-ok")],
                &[
                    t!("client-done"),
                    t!("client-save"),
                    t!("client-email"),
                    t!("client-copy"),
                    t!("client-show-anyway"),
                    t!("client-ok"),
                ],
                &[t!("client-hide-this-area"), t!("client-back"), t!("client-look-again")],
                &[t!("client-keep-open"), t!("client-close-all")],
            ];
            for buttons in windows {
                let letters = buttons.iter().map(|button| button.split_once('&').unwrap().1.chars().next());
                let letters: Vec<_> = letters.map(|letter| letter.unwrap().to_ascii_lowercase()).collect();
                assert!(letters.iter().all(char::is_ascii_lowercase), "{buttons:?}");
                let different: BTreeSet<_> = letters.iter().collect();
                assert_eq!(different.len(), letters.len(), "{buttons:?}");
            }
        }
    });
}
