//! Which windows are Deskside's own, on a real X server with a real window manager. The test program's own windows stand
//! for Deskside's; a terminal stands for everything else.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends at the first thing that goes wrong"
)]

use std::time::Duration;

use deskside_client::input::own_windows::{self, Host, OwnWindows};
use deskside_client::sharing::{Hidden, ScreenName, Share, Sharing, SharingCell, WindowNumber};
use deskside_proto::geometry::{DesktopPoint, Rect};
use deskside_testkit::x11::{Wanted, Window, Xvfb};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, PropMode,
    StackMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const SOON: Duration = Duration::from_secs(10);

struct Mine {
    connection: RustConnection,
    window: u32,
}

/// Opens a window of this very process.
fn open_mine(x: &Xvfb, title: &str, past_the_manager: bool) -> Mine {
    let (connection, screen) = RustConnection::connect(Some(x.display())).unwrap();
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id().unwrap();
    let attributes = CreateWindowAux::new()
        .override_redirect(u32::from(past_the_manager))
        .background_pixel(0x00ff_0000)
        .event_mask(EventMask::STRUCTURE_NOTIFY);
    connection
        .create_window(0, window, root, 100, 100, 200, 150, 0, WindowClass::INPUT_OUTPUT, 0, &attributes)
        .unwrap();
    connection
        .change_property8(PropMode::REPLACE, window, AtomEnum::WM_NAME, AtomEnum::STRING, title.as_bytes())
        .unwrap();
    connection.map_window(window).unwrap();
    connection.sync().unwrap();
    x.wait_for_window(&Wanted::title(title), SOON).unwrap();
    Mine { connection, window }
}

impl Mine {
    fn now(&self, x: &Xvfb, title: &str) -> Window {
        self.connection.sync().unwrap();
        x.wait_for_window(&Wanted::title(title), SOON).unwrap()
    }
}

fn middle(window: &Window) -> DesktopPoint {
    let (left, top) = window.middle();
    DesktopPoint::new(left.into(), top.into())
}

fn owns(windows: &mut Box<dyn OwnWindows>, at: DesktopPoint) -> bool {
    windows.own_place(at).unwrap()
}

#[test]
fn own_windows_are_known_with_their_frames_and_others_are_not() {
    let x = Xvfb::start(1000, 700).unwrap();
    let _manager = x.start_window_manager().unwrap();
    let mut windows = own_windows::open(Some(x.display())).unwrap();
    let _terminal = x.run("xterm", ["-T", "a terminal", "-geometry", "40x10+500+400"]).unwrap();
    let terminal = x.wait_for_window(&Wanted::title("a terminal"), SOON).unwrap();
    assert!(!owns(&mut windows, middle(&terminal)));
    assert!(!owns(&mut windows, DesktopPoint::new(5, 5)), "the bare desktop");
    let mine = open_mine(&x, "the banner", false);
    let window = mine.now(&x, "the banner");
    assert!(owns(&mut windows, middle(&window)));
    let title_bar = DesktopPoint::new(i32::from(window.x) + 50, i32::from(window.y) - 8);
    assert!(owns(&mut windows, title_bar), "closing it by its frame is as bad: {window:?}");
    assert!(!owns(&mut windows, middle(&terminal)));
    // A window of another program on top takes the event; when it goes below, ours does.
    let (left, top) = (i32::from(window.x) - 5, i32::from(window.y) - 25);
    let place = x
        .command("xdotool")
        .args(["windowmove", &terminal.id.to_string()])
        .args([left.to_string(), top.to_string()])
        .status();
    assert!(place.unwrap().success());
    let raise = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
    let (other, _) = RustConnection::connect(Some(x.display())).unwrap();
    other.configure_window(terminal.id, &raise).unwrap();
    other.sync().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let covered = x.wait_for_window(&Wanted::title("a terminal"), SOON).unwrap();
    assert!(!owns(&mut windows, middle(&covered)), "covered by the terminal");
    mine.connection.configure_window(mine.window, &raise).unwrap();
    mine.connection.sync().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(owns(&mut windows, middle(&window)), "raised again");
    mine.connection.destroy_window(mine.window).unwrap();
    mine.connection.sync().unwrap();
    x.wait_until_gone(&Wanted::title("the banner"), SOON).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!owns(&mut windows, middle(&window)), "gone");
}

#[test]
fn a_menu_that_no_manager_manages_is_known_the_moment_it_appears() {
    let x = Xvfb::start(1000, 700).unwrap();
    let mut windows = own_windows::open(Some(x.display())).unwrap();
    let place = DesktopPoint::new(150, 150);
    assert!(!owns(&mut windows, place));
    let menu = open_mine(&x, "a menu", true);
    assert!(owns(&mut windows, place));
    menu.connection.unmap_window(menu.window).unwrap();
    menu.connection.sync().unwrap();
    assert!(!owns(&mut windows, place));
}

#[test]
fn keys_that_would_land_in_an_own_window_are_known() {
    let x = Xvfb::start(1000, 700).unwrap();
    let mut windows = own_windows::open(Some(x.display())).unwrap();
    let mine = open_mine(&x, "the banner", true);
    assert!(!windows.own_focus().unwrap());
    mine.connection.set_input_focus(InputFocus::PARENT, mine.window, 0u32).unwrap();
    mine.connection.sync().unwrap();
    assert!(windows.own_focus().unwrap());
    let _terminal = x.run("xterm", ["-T", "a terminal", "-geometry", "40x10+500+400"]).unwrap();
    let terminal = x.wait_for_window(&Wanted::title("a terminal"), SOON).unwrap();
    mine.connection.set_input_focus(InputFocus::PARENT, terminal.id, 0u32).unwrap();
    mine.connection.sync().unwrap();
    assert!(!windows.own_focus().unwrap());
    // Without any window in focus the key goes where the pointer is.
    mine.connection.set_input_focus(InputFocus::NONE, u32::from(InputFocus::POINTER_ROOT), 0u32).unwrap();
    mine.connection.sync().unwrap();
    let person = x.person().unwrap();
    person.move_to(150, 150).unwrap();
    assert!(windows.own_focus().unwrap());
    person.move_to(900, 20).unwrap();
    assert!(!windows.own_focus().unwrap());
}

#[test]
fn a_program_that_grabs_the_server_does_not_hold_the_answer_back() {
    let x = Xvfb::start(1000, 700).unwrap();
    let mut windows = own_windows::open(Some(x.display())).unwrap();
    let (grabber, _) = RustConnection::connect(Some(x.display())).unwrap();
    grabber.grab_server().unwrap();
    grabber.sync().unwrap();
    assert!(!owns(&mut windows, DesktopPoint::new(5, 5)));
    grabber.ungrab_server().unwrap();
}

#[test]
fn without_a_desktop_there_is_no_control() {
    assert!(own_windows::open(Some(":99999")).is_err());
}

/// Waits until a window with that title is where it stays.
fn terminal(x: &Xvfb, title: &str) -> Window {
    x.wait_for_window(&Wanted::title(title), SOON).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    x.wait_for_window(&Wanted::title(title), SOON).unwrap()
}

#[test]
fn the_terminal_that_deskside_runs_in_is_its_own_and_other_terminals_are_not() {
    let x = Xvfb::start(1000, 700).unwrap();
    let manager = x.start_window_manager().unwrap();
    let hosting = x.run("xterm", ["-T", "hosting", "-geometry", "30x8+50+50"]).unwrap();
    let other = x.run("xterm", ["-T", "another", "-geometry", "30x8+500+400"]).unwrap();
    let (here, there) = (terminal(&x, "hosting"), terminal(&x, "another"));
    let open = |host: &Host| own_windows::open_hosted(Some(x.display()), host).unwrap();

    // The manager stands for whatever started the terminal: its frames are around everybody's windows.
    let ancestors = vec![hosting.id(), manager.id()];
    let mut windows = open(&Host { window: None, ancestors });
    assert!(owns(&mut windows, middle(&here)));
    let title_bar = DesktopPoint::new(i32::from(here.x) + 50, i32::from(here.y) - 8);
    assert!(owns(&mut windows, title_bar));
    assert!(!owns(&mut windows, middle(&there)));

    let mut windows = open(&Host { window: Some(here.id), ancestors: Vec::new() });
    assert!(owns(&mut windows, middle(&here)), "as the environment names it");
    assert!(!owns(&mut windows, middle(&there)));

    let mut windows = open(&Host { window: None, ancestors: vec![manager.id(), other.id()] });
    assert!(!owns(&mut windows, middle(&here)), "started by the manager, without a terminal");
    assert!(!owns(&mut windows, middle(&there)), "above the manager there is no terminal of ours");

    let (connection, _) = RustConnection::connect(Some(x.display())).unwrap();
    let focus = |window: &Window| {
        let (by, now) = (InputFocus::PARENT, x11rb::CURRENT_TIME);
        connection.set_input_focus(by, window.id, now).unwrap().check().unwrap();
    };
    let mut windows = open(&Host { window: None, ancestors: vec![hosting.id()] });
    focus(&here);
    assert!(windows.own_focus().unwrap());
    focus(&there);
    assert!(!windows.own_focus().unwrap());
}

#[test]
fn input_reaches_nothing_that_is_kept_back() {
    let x = Xvfb::start(1000, 700).unwrap();
    let _manager = x.start_window_manager().unwrap();
    let terminal = |title: &str, place: &str| {
        let program = x.run("xterm", ["-T", title, "-geometry", place]).unwrap();
        (program, x.wait_for_window(&Wanted::title(title), SOON).unwrap())
    };
    let (_first, secret) = terminal("a secret", "40x10+20+20");
    let (_second, other) = terminal("another", "40x10+500+400");
    let sharing = SharingCell::default();
    let mut windows = own_windows::open_sharing(Some(x.display()), sharing.clone()).unwrap();
    let desktop = DesktopPoint::new(990, 5);
    let mut refused = |sharing: &SharingCell, share: Share, hidden: Vec<Hidden>| {
        sharing.set(Sharing { share, hidden });
        [middle(&secret), middle(&other), desktop].map(|at| owns(&mut windows, at))
    };
    let window = |window: &Window| WindowNumber(window.id);
    assert_eq!(refused(&sharing, Share::Everything, vec![]), [false, false, false]);
    let hide = vec![Hidden::Window(window(&secret))];
    assert_eq!(refused(&sharing, Share::Everything, hide), [true, false, false]);
    let area = Rect::new(980, 0, 20, 20);
    assert_eq!(refused(&sharing, Share::Everything, vec![Hidden::Area(area)]), [false, false, true]);
    assert_eq!(refused(&sharing, Share::Window(window(&other)), vec![]), [true, false, true]);
    let gone = Share::Screen(ScreenName("gone".into()));
    assert_eq!(refused(&sharing, gone, vec![]), [true, true, true]);

    // A key goes where the focus is, and what lies in front of a window that is shared is not shared.
    sharing.set(Sharing { share: Share::Everything, hidden: vec![Hidden::Window(window(&secret))] });
    let mut windows = own_windows::open_sharing(Some(x.display()), sharing.clone()).unwrap();
    let (connection, _) = RustConnection::connect(Some(x.display())).unwrap();
    for (focused, is_refused) in [(&secret, true), (&other, false)] {
        connection.set_input_focus(InputFocus::PARENT, focused.id, x11rb::CURRENT_TIME).unwrap();
        connection.sync().unwrap();
        x.wait_for_focus(focused, SOON).unwrap();
        assert_eq!(windows.own_focus().unwrap(), is_refused, "{}", focused.title);
    }
    sharing.set(Sharing { share: Share::Window(window(&other)), hidden: vec![] });
    assert!(!owns(&mut windows, middle(&other)));
    let (_third, cover) = terminal("in front", "40x10+500+400");
    assert!(owns(&mut windows, middle(&cover)));
}
