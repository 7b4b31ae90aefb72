//! The windows on a real X server under a real window manager: what is on top, what has the keyboard, what a close
//! button does.
//!
//! Without libtest, because windows must be opened by a program's first thread: called with a window's name this
//! program opens it; called without it starts itself for each check.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends at the first thing that goes wrong, and says on which check"
)]

#[path = "../examples/gallery/samples.rs"]
mod samples;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use deskside_client::app::{CommandSender, UserCommand, ViewPublisher};
use deskside_client::config::Theme;
use deskside_client::tray::TrayPresence;
use deskside_client::windows::{Confirm, Start, Surroundings, run};
use deskside_look::tokens::{LIGHT, Tone};
use deskside_proto::name::PersonName;
use deskside_testkit::x11::{Person, Program, Wanted, Window, Xvfb};
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
use x11rb::wrapper::ConnectionExt as _;

const SOON: Duration = Duration::from_secs(20);
/// Names the window that this program shall open, and after how many milliseconds.
const WINDOW: &str = "DESKSIDE_TEST_WINDOW";
const LATER: &str = "DESKSIDE_TEST_LATER";
const BANNERS: [&str; 4] = ["banner-watching", "banner-copying", "banner-sharing", "banner-controlling"];
/// A banner whose sentences and buttons change all the time.
const RESTLESS: &str = "banner-restless";
const ESCAPE: u32 = 0xff1b;
const ALT: u32 = 0xffe9;
const F4: u32 = 0xffc1;
const RETURN: u32 = 0xff0d;

const CHECKS: [(&str, fn()); 12] = [
    ("the_banner_leaves_the_keyboard_where_it_is", the_banner_leaves_the_keyboard_where_it_is),
    ("a_banner_that_was_covered_is_on_top_again", a_banner_that_was_covered_is_on_top_again),
    ("a_banner_that_was_unmapped_is_back", a_banner_that_was_unmapped_is_back),
    ("the_buttons_of_a_banner_stay_while_it_changes", the_buttons_of_a_banner_stay_while_it_changes),
    ("a_banner_can_be_dragged_but_not_off_the_screen", a_banner_can_be_dragged_but_not_off_the_screen),
    ("a_banner_on_a_narrow_monitor_is_on_no_other", a_banner_on_a_narrow_monitor_is_on_no_other),
    (
        "a_banner_that_is_dragged_to_a_narrow_monitor_folds_under_the_hand",
        a_banner_that_is_dragged_to_a_narrow_monitor_folds_under_the_hand,
    ),
    ("a_banner_follows_a_monitor_that_becomes_smaller", a_banner_follows_a_monitor_that_becomes_smaller),
    (
        "a_banner_follows_a_narrower_mode_on_the_same_desktop",
        a_banner_follows_a_narrower_mode_on_the_same_desktop,
    ),
    (
        "a_question_comes_up_although_the_main_window_is_covered",
        a_question_comes_up_although_the_main_window_is_covered,
    ),
    ("closing_a_question_denies", closing_a_question_denies),
    ("an_open_ticket_keeps_the_window_from_closing", an_open_ticket_keeps_the_window_from_closing),
];

fn main() -> ExitCode {
    if let Ok(window) = std::env::var(WINDOW) {
        return open(&window);
    }
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    if std::env::args().any(|word| word == "--list") {
        for (name, _) in CHECKS {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    for (name, check) in CHECKS.iter().filter(|(name, _)| name.contains(&filter)) {
        println!("test {name} ...");
        check();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

// ---- the program with the window ----

fn open(window: &str) -> ExitCode {
    let name = PersonName::parse("Martin Berg").unwrap();
    let later = std::env::var(LATER).ok().and_then(|text| text.parse().ok()).map(Duration::from_millis);
    let first = if later.is_some() {
        "home"
    } else if window == RESTLESS {
        BANNERS[0]
    } else {
        window
    };
    let publisher = ViewPublisher::new(samples::view(first, Theme::Light, &name));
    let (commands, mut wishes) = CommandSender::channel();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.spawn(async move {
        while let Some(command) = wishes.next().await {
            println!("{}", word(&command));
        }
    });
    if let Some(later) = later {
        let (publisher, wanted) = (publisher.clone(), samples::view(window, Theme::Light, &name));
        runtime.spawn(async move {
            tokio::time::sleep(later).await;
            publisher.publish(wanted);
        });
    }
    // Shows another banner when it is told to.
    let other = if window == BANNERS[0] { BANNERS[1] } else { BANNERS[0] };
    let (shown, by) = (publisher.clone(), name.clone());
    runtime.spawn(async move {
        let mut told = signal(SignalKind::user_defined1()).unwrap();
        while told.recv().await.is_some() {
            shown.publish(samples::view(other, Theme::Light, &by));
        }
    });
    if window == RESTLESS {
        let (publisher, name) = (publisher.clone(), name.clone());
        runtime.spawn(async move {
            for window in BANNERS.iter().cycle() {
                publisher.publish(samples::view(window, Theme::Light, &name));
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
        });
    }
    let surroundings = Surroundings {
        publisher,
        commands,
        confirm: Confirm::blind(),
        tray: TrayPresence::none(),
        local_offset: time::UtcOffset::UTC,
        start: Start::Shown,
    };
    match run(surroundings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn word(command: &UserCommand) -> String {
    format!("{command:?}").chars().take_while(|letter| letter.is_alphanumeric()).collect()
}

// ---- the checks ----

struct Desk {
    program: Program,
    _manager: Program,
    server: Xvfb,
}

fn desk(window: &str, later: Option<u64>, before: impl FnOnce(&Xvfb)) -> Desk {
    desk_at(1, window, later, before)
}

/// On a screen of so many pixels a point.
fn desk_at(scale: u16, window: &str, later: Option<u64>, before: impl FnOnce(&Xvfb)) -> Desk {
    let server = Xvfb::start(1280 * scale, 800 * scale).unwrap();
    set_density(&server, 96 * scale);
    let manager = server.start_window_manager().unwrap();
    before(&server);
    let mut command = server.command(std::env::current_exe().unwrap());
    command.env(WINDOW, window);
    if let Some(later) = later {
        command.env(LATER, later.to_string());
    }
    let program = Program::start(command).unwrap();
    Desk { program, _manager: manager, server }
}

/// As a desktop's settings do, for programs that start from now on (dots an inch).
fn set_density(server: &Xvfb, density: u16) {
    let (connection, screen) = x11rb::connect(Some(server.display())).unwrap();
    let root = connection.setup().roots.get(screen).unwrap().root;
    let (resources, text) = (AtomEnum::RESOURCE_MANAGER, AtomEnum::STRING);
    let density = format!("Xft.dpi:\t{density}\n");
    let set = connection.change_property8(PropMode::REPLACE, root, resources, text, density.as_bytes());
    set.unwrap().check().unwrap();
}

/// Divides the screen into monitors: their names and places, as xrandr wants them; a star is before the main one.
fn set_monitors(server: &Xvfb, monitors: &[(&str, &str)]) {
    for (number, (name, place)) in monitors.iter().enumerate() {
        let output = if number == 0 { "screen" } else { "none" };
        xrandr(server, &["--setmonitor", name, place, output]);
    }
}

fn xrandr(server: &Xvfb, words: &[&str]) {
    assert!(server.command("xrandr").args(words).status().unwrap().success(), "{words:?}");
}

impl Desk {
    fn find(&self, title: &str) -> Window {
        self.server.wait_for_window(&Wanted::title(title), SOON).unwrap()
    }

    fn banner(&self) -> Window {
        self.find("who is here")
    }

    /// Looks again after each change of the desktop until `right` holds.
    fn until(&self, what: &str, mut right: impl FnMut() -> bool) {
        let deadline = Instant::now() + SOON;
        while !right() {
            assert!(Instant::now() < deadline, "{what} did not come about: {}", self.program.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The windows of the root, the lowest first.
fn stack(server: &Xvfb) -> Vec<u32> {
    let (connection, screen) = x11rb::connect(Some(server.display())).unwrap();
    let root = connection.setup().roots.get(screen).unwrap().root;
    connection.query_tree(root).unwrap().reply().unwrap().children
}

fn is_top(server: &Xvfb, window: u32) -> bool {
    stack(server).last() == Some(&window)
}

fn terminal(server: &Xvfb, place: &str) -> Program {
    let terminal = server.run("xterm", ["-T", "typing", "-geometry", place, "-e", "cat"]).unwrap();
    let window = server.wait_for_window(&Wanted::title("typing"), SOON).unwrap();
    server.wait_for_focus(&window, SOON).unwrap();
    terminal
}

fn the_banner_leaves_the_keyboard_where_it_is() {
    let mut other = None;
    // The main window takes the keyboard when it appears, as it should; the banner comes later.
    let desk = desk("banner-controlling", Some(3000), |_| {});
    let main = desk.find("Deskside");
    desk.server.wait_for_focus(&main, SOON).unwrap();
    other.replace(terminal(&desk.server, "60x10+50+600"));
    let typing = desk.find("typing");
    let banner = desk.banner();
    assert_eq!((banner.y, banner.x), (0, 280), "at the middle of the top");
    desk.server.wait_for_focus(&typing, Duration::from_millis(500)).unwrap();
}

fn a_banner_that_was_covered_is_on_top_again() {
    let desk = desk("banner-watching", None, |_| {});
    let banner = desk.banner();
    let _cover = terminal(&desk.server, "120x20+250+0");
    desk.until("the banner on top", || is_top(&desk.server, banner.id));
    let (connection, _) = x11rb::connect(Some(desk.server.display())).unwrap();
    let lower = x11rb::protocol::xproto::ConfigureWindowAux::new()
        .stack_mode(x11rb::protocol::xproto::StackMode::BELOW);
    connection.configure_window(banner.id, &lower).unwrap().check().unwrap();
    desk.until("the banner on top", || is_top(&desk.server, banner.id));
}

fn a_banner_that_was_unmapped_is_back() {
    let desk = desk("banner-watching", None, |_| {});
    let banner = desk.banner();
    let (connection, _) = x11rb::connect(Some(desk.server.display())).unwrap();
    connection.unmap_window(banner.id).unwrap().check().unwrap();
    assert_eq!(desk.banner().id, banner.id);
}

fn the_buttons_of_a_banner_stay_while_it_changes() {
    for scale in [1, 2] {
        let desk = desk_at(scale, RESTLESS, None, |_| {});
        let mut before = desk.banner();
        // Its buttons hang on its right end.
        let (mut widths, mut ends, looked) = (BTreeSet::new(), BTreeSet::new(), Instant::now());
        while looked.elapsed() < Duration::from_secs(4) {
            std::thread::sleep(Duration::from_millis(50));
            let now = desk.banner();
            // Size and place come one after the other: what counts is where it comes to rest.
            if (now.x, now.width) == (before.x, before.width) {
                widths.insert(now.width);
                ends.insert(now.x + now.width.cast_signed());
            }
            before = now;
        }
        assert!(widths.len() > 1 && ends.len() == 1, "{scale}: {widths:?} wide, to {ends:?}");
    }
}

/// Left, top, right and bottom of a screen (pixels).
type Edges = (i16, i16, i16, i16);

/// Where a banner is held, from its right end (points).
const FROM_END: i16 = 640;

/// A banner that is held, by what is no button.
struct Held {
    person: Person,
    /// Where, from its corner (pixels).
    grip: (i16, i16),
}

impl Held {
    fn take(desk: &Desk, scale: i16, painted: Tone) -> Self {
        let at = |x: i16, y: i16| {
            let banner = desk.banner();
            let (x, y) = (banner.x + x * scale, banner.y + y * scale);
            desk.server.screenshot().unwrap().pixel(x.cast_unsigned(), y.cast_unsigned())
        };
        let fill = [painted.fill.r(), painted.fill.g(), painted.fill.b()];
        desk.until("the first picture", || at(20, 5) == fill);
        let person = desk.server.person().unwrap();
        // By its first sentence, as people would; where that still is when the banner has become wider or narrower.
        let banner = desk.banner();
        let right = banner.x + banner.width.cast_signed();
        person.move_to(right - FROM_END * scale, banner.y + 20 * scale).unwrap();
        person.button(1, true).unwrap();
        // One that changes all the time may have done so before it was held, and does not move from then on.
        let (mut taken, mut since) = (desk.banner(), Instant::now());
        desk.until("the banner to be still", || {
            let now = desk.banner();
            if (now.x, now.y) != (taken.x, taken.y) {
                (taken, since) = (now, Instant::now());
            }
            since.elapsed() > Duration::from_millis(1000)
        });
        let pointer = person.pointer().unwrap();
        Self { person, grip: (pointer.0 - taken.x, pointer.1 - taken.y) }
    }

    /// Moves the pointer at the speed of a hand, and looks that the banner is under it wherever it is.
    fn carry(&self, desk: &Desk, (dx, dy): (i16, i16), screens: &[Edges]) {
        for step in 0..12 {
            self.person.move_by(dx, dy).unwrap();
            std::thread::sleep(Duration::from_millis(60));
            if step % 4 == 3 {
                let what = format!("the banner, taken at {:?}, under the hand after {step} steps", self.grip);
                desk.until(&what, || self.is_under_the_hand(&desk.banner(), screens));
            }
        }
    }

    /// Whether the banner is held where it was taken, or would leave the screen on which the pointer is.
    fn is_under_the_hand(&self, now: &Window, screens: &[Edges]) -> bool {
        let (x, y) = self.person.pointer().unwrap();
        let of_pointer = screens.iter().find(|screen| (screen.0..screen.2).contains(&x));
        let (left, top, right, bottom) = *of_pointer.unwrap();
        let inside = |wanted: i16, from: i16, to: i16, own: u16| wanted.min(to - own.cast_signed()).max(from);
        let x = inside(x - self.grip.0, left, right, now.width);
        let y = inside(y - self.grip.1, top, bottom, now.height);
        (now.x - x).abs() <= 1 && (now.y - y).abs() <= 1
    }
}

fn a_banner_can_be_dragged_but_not_off_the_screen() {
    for (scale, window, tone) in [
        (1, BANNERS[0], LIGHT.watch),
        (1, BANNERS[1], LIGHT.alert),
        (1, RESTLESS, LIGHT.watch),
        (2, BANNERS[0], LIGHT.watch),
        (2, BANNERS[1], LIGHT.alert),
        (2, RESTLESS, LIGHT.watch),
    ] {
        let desk = desk_at(scale, window, None, |_| {});
        let scale = scale.cast_signed();
        let screens = [(0, 0, 1280 * scale, 800 * scale)];
        let held = Held::take(&desk, scale, tone);
        let before = desk.banner();
        let grip = (before.width.cast_signed() - FROM_END * scale, 20 * scale);
        assert!(window == RESTLESS || held.grip == grip, "{window}: {:?}", held.grip);
        held.carry(&desk, (4 * scale, 40 * scale), &screens);
        let middle = desk.banner();
        assert!(middle.x > before.x && middle.y > before.y, "{before:?} {middle:?}");
        held.carry(&desk, (15 * scale, 60 * scale), &screens);
        held.person.button(1, false).unwrap();
        let end = desk.banner();
        assert!(end.y > 640 * scale, "not at the bottom: {end:?}");
        held.person.move_to(5, 5).unwrap();
        desk.program.signal(Signal::USR1).unwrap();
        desk.until("a new picture", || desk.banner().width != end.width);
        std::thread::sleep(Duration::from_millis(300));
        assert!(desk.banner().y >= end.y - 60 * scale, "it follows a pointer that has let it go");
    }
}

fn a_banner_that_is_dragged_to_a_narrow_monitor_folds_under_the_hand() {
    let desk = desk(BANNERS[1], None, |server| {
        set_monitors(server, &[("*left", "900/238x800/211+0+0"), ("right", "380/100x800/211+900+0")]);
    });
    let wide = desk.banner();
    assert!(wide.width > 720 && is_between(&wide, 0, 900), "{wide:?}");
    let held = Held::take(&desk, 1, LIGHT.alert);
    let screens = [(0, 0, 900, 800), (900, 0, 1280, 800)];
    held.carry(&desk, (5, 20), &screens);
    assert_eq!(desk.banner().width, wide.width);
    let (x, _) = held.person.pointer().unwrap();
    held.carry(&desk, ((1000 - x) / 12, 10), &screens);
    held.person.button(1, false).unwrap();
    desk.until("the banner on the narrow monitor", || {
        let now = desk.banner();
        now.width == 380 && is_between(&now, 900, 1280)
    });
}

/// Whether it lies wholly between two edges of the desktop and at its top or below.
fn is_between(window: &Window, left: u16, right: u16) -> bool {
    let (left, right) = (i32::from(left), i32::from(right));
    i32::from(window.x) >= left && i32::from(window.x) + i32::from(window.width) <= right && window.y >= 0
}

fn a_banner_on_a_narrow_monitor_is_on_no_other() {
    for (scale, window) in [(1, BANNERS[0]), (1, BANNERS[1]), (2, BANNERS[1]), (1, RESTLESS), (2, RESTLESS)] {
        let desk = desk_at(scale, window, None, |server| {
            let (left, right) = if scale == 1 {
                ("640/169x800/211+0+0", "640/169x800/211+640+0")
            } else {
                ("1280/338x1600/423+0+0", "1280/338x1600/423+1280+0")
            };
            set_monitors(server, &[("left", left), ("*right", right)]);
        });
        let first = desk.banner();
        assert_eq!(first.width, 640 * scale, "{scale} {window}: {first:?}");
        let looked = Instant::now();
        while looked.elapsed() < Duration::from_secs(2) {
            let banner = desk.banner();
            assert!(is_between(&banner, 640 * scale, 1280 * scale), "{scale} {window}: {banner:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        if window == BANNERS[1] {
            assert!(desk.banner().height > 80 * scale, "the buttons are below the sentences");
        }
    }
}

fn a_banner_follows_a_monitor_that_becomes_smaller() {
    let desk = desk(BANNERS[1], None, |server| {
        set_monitors(server, &[("*left", "720/190x800/211+0+0"), ("right", "560/148x800/211+720+0")]);
    });
    let before = desk.banner();
    // It is as wide as its monitor, so that it cannot be put right by moving it.
    assert_eq!((before.x, before.width), (0, 720));
    // The first pictures come one after the other; what is asked is who makes one later.
    std::thread::sleep(Duration::from_millis(1500));
    set_monitors(&desk.server, &[("*one", "640/169x800/211+0+0"), ("two", "640/169x800/211+640+0")]);
    desk.until("the banner on one monitor", || {
        let now = desk.banner();
        now.width == 640 && is_between(&now, 0, 640)
    });
}

fn a_banner_follows_a_narrower_mode_on_the_same_desktop() {
    let desk = desk(BANNERS[1], None, |_| {});
    let before = desk.banner();
    assert!(before.width > 640, "{before:?}");
    std::thread::sleep(Duration::from_millis(1500));
    let mode = "--newmode narrow 41.5 640 672 736 832 800 803 809 832";
    // As large as it was, so that nothing but RandR tells of it.
    for words in [mode, "--addmode screen narrow", "--fb 1280x800 --output screen --mode narrow"] {
        xrandr(&desk.server, &words.split(' ').collect::<Vec<_>>());
    }
    desk.until("the banner where the monitor shows it", || {
        let now = desk.banner();
        now.width == 640 && is_between(&now, 0, 640)
    });
}

fn a_question_comes_up_although_the_main_window_is_covered() {
    let desk = desk("consent-view", Some(3000), |_| {});
    let main = desk.find("Deskside");
    desk.server.wait_for_focus(&main, SOON).unwrap();
    let _cover = terminal(&desk.server, "220x70+0+0");
    let question = desk.find("May Martin Berg");
    desk.server.wait_for_focus(&question, SOON).unwrap();
    let person = desk.server.person().unwrap();
    std::thread::sleep(Duration::from_millis(900));
    person.tap(RETURN).unwrap();
    person.tap(ESCAPE).unwrap();
    desk.until("the no", || desk.program.output().contains("AnswerView"));
}

fn closing_a_question_denies() {
    let desk = desk("consent-control", None, |_| {});
    let question = desk.find("May Martin Berg");
    desk.server.wait_for_focus(&question, SOON).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    desk.server.person().unwrap().chord(&[ALT, F4]).unwrap();
    desk.until("the no", || desk.program.output().contains("AnswerControl"));
}

fn an_open_ticket_keeps_the_window_from_closing() {
    let desk = desk("waiting", None, |_| {});
    let main = desk.find("Deskside");
    desk.server.wait_for_focus(&main, SOON).unwrap();
    let before = desk.server.screenshot().unwrap();
    desk.server.person().unwrap().chord(&[ALT, F4]).unwrap();
    desk.until("the question", || desk.server.screenshot().unwrap() != before);
    assert_eq!(desk.find("Deskside").id, main.id);
    assert!(!desk.program.output().contains("Quit"));
}
