//! A drag across two monitors, from the expert's pointer to a drawing program on a real X server: every pixel that the
//! pointer passes is drawn, and none is left out at the edge between them.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may stop at the first surprise, and the drawing program speaks on the terminal"
)]

use std::process::Command;
use std::time::{Duration, Instant};

use deskside_client::input::{InputPath, SystemDesktop};
use deskside_client::sharing::list;
use deskside_proto::geometry::{DesktopPoint, Size, ViewPoint, ViewTransform};
use deskside_proto::ids::SessionId;
use deskside_proto::session::Scopes;
use deskside_proto::wire::input::{InputEvent, InputFrame, PointerButton};
use deskside_testkit::consent::granted;
use deskside_testkit::x11::{Program, RecordedKind, Wanted, Xvfb};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const SCREEN: Size = Size::new(1200, 700);
const SOON: Duration = Duration::from_secs(10);
const DRAWING: &str = "a drawing";

/// The drawing program: a window over both monitors that says where it is drawn in, until a button goes up.
#[test]
#[ignore = "run by the test below, as a program of its own"]
fn drawing_program() {
    let (connection, screen) = RustConnection::connect(None).unwrap();
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id().unwrap();
    let events = EventMask::BUTTON_PRESS | EventMask::BUTTON_RELEASE | EventMask::BUTTON_MOTION;
    let aux = CreateWindowAux::new().override_redirect(1).background_pixel(0x00FF_FFFF).event_mask(events);
    let (width, height) = (SCREEN.width as u16, SCREEN.height as u16);
    connection
        .create_window(0, window, root, 0, 0, width, height, 0, WindowClass::INPUT_OUTPUT, 0, &aux)
        .unwrap();
    let (name, text) = (AtomEnum::WM_NAME, AtomEnum::STRING);
    connection.change_property8(PropMode::REPLACE, window, name, text, DRAWING.as_bytes()).unwrap();
    connection.map_window(window).unwrap();
    connection.flush().unwrap();
    loop {
        match connection.wait_for_event().unwrap() {
            Event::ButtonPress(event) => println!("down {} {} {}", event.detail, event.root_x, event.root_y),
            Event::MotionNotify(event) => println!("at {} {}", event.root_x, event.root_y),
            Event::ButtonRelease(event) if event.detail == 1 => {
                println!("up {} {}", event.root_x, event.root_y);
                return;
            }
            _ => {}
        }
    }
}

#[test]
fn a_drag_across_monitors_reaches_a_drawing_program_pixel_by_pixel() {
    let x = Xvfb::start(SCREEN.width as u16, SCREEN.height as u16).unwrap();
    for monitor in [
        ["--setmonitor", "left", "500/100x600/100+0+0", "screen"],
        ["--setmonitor", "right", "700/100x500/100+500+120", "none"],
    ] {
        assert!(
            Command::new("xrandr").args(["-display", x.display()]).args(monitor).status().unwrap().success()
        );
    }
    let monitors = list::choices(Some(x.display())).unwrap().screens;
    let mut command = x.command(std::env::current_exe().unwrap());
    command.args(["--exact", "drawing_program", "--ignored", "--nocapture"]);
    let drawing = Program::start(command).unwrap();
    x.wait_for_window(&Wanted::title(DRAWING), SOON).unwrap();
    let desktop = SystemDesktop { display: Some(x.display().to_owned()), ..SystemDesktop::default() };
    let path = InputPath::new(desktop, |_| {}).unwrap();
    path.set_screen(SCREEN);
    let permit = granted(SessionId(1), SCREEN, Scopes::CONTROL);
    let number = permit.number();
    path.enable(permit, Instant::now()).unwrap();
    let recorder = x.record_events().unwrap();

    // The expert looks at the left monitor, each pixel twice as large, and drags out of it to the right.
    let view = ViewTransform::part(
        SCREEN,
        monitors[0].place,
        Size::new(900, 800),
        2.0,
        ViewPoint { x: 100.0, y: 0.0 },
    );
    let on_desktop = |at: ViewPoint| view.transform.nearest_desktop_from_view(at);
    let start = view.transform.view_from_desktop(DesktopPoint::new(400, 300));
    let send = |event| path.submit(SessionId(1), InputFrame { grant: number, event }).unwrap();
    let button = |pressed, at| InputEvent::PointerButton { button: PointerButton::Left, pressed, at };
    send(button(true, on_desktop(start)));
    let mut wanted = Vec::new();
    for step in 1..=600 {
        let at = on_desktop(ViewPoint { x: start.x + step as f32, y: start.y + (step / 4) as f32 });
        if wanted.last() == Some(&at) {
            continue;
        }
        wanted.push(at);
        send(InputEvent::PointerMoved { at });
        // Moves that wait together become one; this is about where, not how fast.
        recorder.wait_for(SOON, |recorded| recorded.kind == RecordedKind::Moved).unwrap();
    }
    let end = *wanted.last().unwrap();
    assert!(monitors[0].place.contains(on_desktop(start)) && monitors[1].place.contains(end));
    send(button(false, end));
    recorder.wait_for(SOON, |recorded| recorded.kind == RecordedKind::ButtonReleased(1)).unwrap();

    let deadline = Instant::now() + SOON;
    while !drawing.output().contains("up ") {
        assert!(Instant::now() < deadline, "{}", drawing.output());
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = drawing.output();
    let drawn: Vec<DesktopPoint> = output
        .lines()
        .filter_map(|line| line.split_once("at ")?.1.split_once(' '))
        .map(|(x, y)| DesktopPoint::new(x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    assert!(output.contains("down 1 400 300"), "{output}");
    assert!(output.contains(&format!("up {} {}", end.x, end.y)), "{output}");
    assert!(drawn.iter().all(|at| wanted.contains(at)), "places that the expert never pointed at");
    let crossed = drawn.windows(2).filter(|pair| pair[0].x < 500 && pair[1].x >= 500).count();
    assert_eq!(crossed, 1);
    for pair in drawn.windows(2) {
        let jump = (pair[1].x - pair[0].x).abs().max((pair[1].y - pair[0].y).abs());
        assert!(jump <= 4, "from {:?} to {:?}", pair[0], pair[1]);
    }
    assert!(drawn.len() * 10 >= wanted.len() * 9, "{} of {} places were drawn", drawn.len(), wanted.len());
    assert!(recorder_is_quiet(&recorder));
}

/// Nothing is held any more.
fn recorder_is_quiet(recorder: &deskside_testkit::x11::EventRecorder) -> bool {
    recorder.held().unwrap().is_empty()
}
