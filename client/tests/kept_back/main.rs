//! What is not shared never leaves the machine: windows full of colours that nothing else has, moved, covered, opened and
//! closed at random on a real X server, while every captured pixel and every byte that would be sent is searched for them.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise"
)]

mod scene;
mod sent;
#[path = "../stage/mod.rs"]
mod stage;
mod witness;

use std::time::{Duration, Instant};

use deskside_client::sharing::{Hidden, ScreenName, Share, Sharing, WindowNumber, list};
use deskside_media::mask::NEUTRAL;
use deskside_media::{Area, PictureMode};
use deskside_proto::geometry::Rect;
use deskside_testkit::x11::Xvfb;
use scene::{Program, Scene, while_it_moves};
use stage::Painter;
use witness::{Witness, assert_shows_the_rest, is_secret};
use x11rb::protocol::xproto::{ConfigureWindowAux, ConnectionExt as _, StackMode, Window};
use x11rb::wrapper::ConnectionExt as _;

const SCREEN: (u16, u16) = (800, 600);

fn hide(window: Window) -> Sharing {
    Sharing { share: Share::Everything, hidden: vec![Hidden::Window(WindowNumber(window))] }
}

fn a_hidden_window_is_never_captured(seed: u64, with_manager: bool) {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let _manager = with_manager.then(|| xvfb.start_window_manager().unwrap());
    let painter = Painter::new(xvfb.display());
    let mut scene = Scene::new(xvfb.display(), seed, !with_manager);
    let mut witness = Witness::new(xvfb.display(), &hide(scene.windows[0][0]));
    while_it_moves(&mut scene, 1_500, || {
        witness.step(Duration::from_millis(5));
        witness.frames > 150
    });
    scene.red.map(scene.windows[0][0], true);
    scene.red.connection.sync().unwrap();
    scene.draw_everything();
    witness.settle();
    scene.draw_everything();
    witness.settle();
    println!("seed {seed}: {} frames, {} pixels", witness.frames, witness.pixels);
    assert!(witness.frames > 100, "{}", witness.frames);
    if !with_manager {
        assert_shows_the_rest(&witness.seen, &painter.truth());
    }
}

#[test]
fn no_pixel_of_a_hidden_window_is_captured_whatever_happens_on_the_screen() {
    for seed in 1..=6 {
        a_hidden_window_is_never_captured(seed, false);
    }
}

#[test]
fn no_pixel_of_a_hidden_window_is_captured_under_a_window_manager() {
    for seed in 11..=13 {
        a_hidden_window_is_never_captured(seed, true);
    }
}

#[test]
fn where_one_window_is_shared_no_pixel_of_anything_else_is_captured() {
    for seed in 21..=26 {
        let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
        let mut scene = Scene::new(xvfb.display(), seed, true);
        // All but one are of the red program, and the desktop is as red.
        let shared = scene.windows[1][0];
        scene.windows[1].truncate(1);
        for n in 0..4 {
            let (place, size) = (scene.dice.place(), scene.dice.size());
            let window = scene.red.window(place, size, n % 2 == 0, true);
            scene.red.map(window, true);
            scene.windows[0].push(window);
        }
        let red =
            x11rb::protocol::xproto::ChangeWindowAttributesAux::new().background_pixmap(scene.red.pattern);
        scene.red.connection.change_window_attributes(scene.red.root, &red).unwrap();
        scene.red.connection.clear_area(false, scene.red.root, 0, 0, 0, 0).unwrap();
        scene.red.connection.sync().unwrap();
        scene.harmless.map(shared, true);
        scene.harmless.connection.sync().unwrap();
        let sharing = Sharing { share: Share::Window(WindowNumber(shared)), hidden: Vec::new() };
        let mut witness = Witness::new(xvfb.display(), &sharing);
        while_it_moves(&mut scene, 1_500, || {
            witness.step(Duration::from_millis(5));
            witness.frames > 150
        });
        // At the end it is seen as it is, also where others cover it.
        let place =
            ConfigureWindowAux::new().x(100).y(100).width(300).height(200).stack_mode(StackMode::BELOW);
        scene.harmless.connection.configure_window(shared, &place).unwrap();
        scene.harmless.map(shared, true);
        scene.popups.retain(|(which, popup)| {
            let is_red = *which == 0;
            if !is_red {
                scene.harmless.connection.destroy_window(*popup).unwrap();
            }
            is_red
        });
        scene.harmless.connection.sync().unwrap();
        witness.settle();
        scene.draw_everything();
        witness.settle();
        println!("seed {seed}: {} frames, {} pixels", witness.frames, witness.pixels);
        let shown = witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == [0xC0, 0x80, 0x30]);
        assert_eq!(shown.count(), 300 * 200);
        let grey = witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == NEUTRAL[..3]).count();
        assert_eq!(grey, usize::from(SCREEN.0) * usize::from(SCREEN.1) - 300 * 200);
        // Once it is closed nothing is seen, also when its number is another window's.
        scene.harmless.connection.destroy_window(shared).unwrap();
        scene.harmless.connection.sync().unwrap();
        witness.settle();
        assert!(witness.seen.bytes().chunks_exact(4).all(|pixel| pixel[..3] == NEUTRAL[..3]));
    }
}

/// The server draws its background, and its program nothing at all: nobody would ever report it as drawn.
#[test]
fn a_window_whose_program_draws_nothing_is_seen_beside_a_hidden_one() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let (painter, red) = (Painter::new(xvfb.display()), Program::new(xvfb.display(), true));
    let secret = red.window((100, 100), (300, 200), true, true);
    red.map(secret, true);
    red.connection.sync().unwrap();
    let window = painter.window(300, 200, 400, 300, 0x0020_E040);
    let mut witness = Witness::new(xvfb.display(), &hide(secret));
    let shown = |witness: &Witness, colour: [u8; 3]| {
        witness.seen.bytes().chunks_exact(4).filter(|pixel| pixel[..3] == colour).count()
    };
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        witness.step(Duration::from_millis(100));
    }
    assert_eq!(shown(&witness, [0x40, 0xE0, 0x20]), 400 * 300);
    painter.fill_in(window, 10, 10, 50, 40, 0x0020_40E0);
    witness.settle();
    assert_eq!(shown(&witness, [0xE0, 0x40, 0x20]), 50 * 40);
}

#[test]
fn what_is_hidden_during_a_session_goes_at_once_and_comes_back() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let painter = Painter::new(xvfb.display());
    let red = Program::new(xvfb.display(), true);
    let window = red.window((200, 150), (300, 200), true, true);
    red.map(window, true);
    red.connection.sync().unwrap();
    let mut stage = stage::Stage::new(&xvfb, PictureMode::Auto);
    stage.until_exact();
    let shows_red = |stage: &stage::Stage| stage.viewer.surface().bytes().chunks_exact(4).any(is_secret);
    assert!(shows_red(&stage));
    for sharing in [hide(window), Sharing::default()] {
        stage.sharing.set(sharing.clone());
        stage.pipeline.handle().wake();
        stage.settle();
        assert_eq!(shows_red(&stage), sharing.is_everything());
    }
    assert!(stage.viewer.surface().same_colours(&painter.truth()));
}

#[test]
fn one_screen_is_shared_alone_also_when_the_screens_change_places() {
    let xvfb = Xvfb::start(SCREEN.0, SCREEN.1).unwrap();
    let monitors = |arguments: &[&str]| {
        let status = std::process::Command::new("xrandr")
            .args(["-display", xvfb.display()])
            .args(arguments)
            .status()
            .unwrap();
        assert!(status.success());
    };
    monitors(&["--setmonitor", "left", "400/100x600/100+0+0", "screen"]);
    monitors(&["--setmonitor", "right", "400/100x500/100+400+100", "none"]);
    let choices = list::choices(Some(xvfb.display())).unwrap();
    let names: Vec<String> = choices.screens.iter().map(|screen| screen.name.to_string()).collect();
    assert_eq!(names, ["left", "right"]);
    let painter = Painter::new(xvfb.display());
    painter.fill(0, 0, 800, 600, 0x0000_2040);
    let right = Sharing { share: Share::Screen(ScreenName("right".into())), hidden: Vec::new() };
    let mut witness = Witness::new(xvfb.display(), &right);
    let shown = |witness: &Witness, at: Rect| {
        let rows = witness.seen.rows(Area::within(at, witness.seen.size()).unwrap());
        rows.flat_map(|row| row.chunks_exact(4)).all(|pixel| pixel[..3] == [0x40, 0x20, 0])
    };
    assert!(shown(&witness, Rect::new(400, 100, 400, 500)));
    assert!(!shown(&witness, Rect::new(399, 100, 1, 1)) && !shown(&witness, Rect::new(400, 99, 1, 1)));
    // What is red on the other screen stays there when the screens change places.
    painter.fill(0, 0, 390, 600, 0x00F0_0000);
    witness.settle();
    monitors(&["--delmonitor", "right"]);
    witness.settle();
    assert!(witness.seen.bytes().chunks_exact(4).all(|pixel| pixel[..3] == NEUTRAL[..3]));
    monitors(&["--setmonitor", "right", "400/100x300/100+400+0", "none"]);
    witness.settle();
    assert!(shown(&witness, Rect::new(400, 0, 400, 300)) && !shown(&witness, Rect::new(400, 301, 1, 1)));
}
