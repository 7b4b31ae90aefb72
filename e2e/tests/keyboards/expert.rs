//! The expert's side: a window of the viewer's toolkit with the viewer's own tap, which writes frames to standard output.

use std::io::Write as _;
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context as _, Result};
use deskside_expert::app::input::{Layout, Tap};
use deskside_proto::ids::GrantId;
use deskside_proto::wire::Message as _;
use deskside_proto::wire::input::InputFrame;
use deskside_testkit::x11::Xvfb;
use winit::application::ApplicationHandler;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::window::{Window, WindowId};

/// Set in the program's surroundings when it shall be the window.
pub const ROLE: &str = "DESKSIDE_TEST_EXPERT";
/// The window's title.
pub const TITLE: &str = "expert's window";

/// Starts this program as the window on that screen.
pub fn start(screen: &Xvfb) -> Result<Child> {
    let mut command: Command = screen.command(std::env::current_exe()?);
    command.env(ROLE, "1").env("LC_ALL", "en_US.UTF-8").env_remove("XMODIFIERS");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start this program again")
}

/// Is the window.
pub fn window() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let event_loop = EventLoop::new()?;
    event_loop.set_control_flow(ControlFlow::Wait);
    let mut tap = Tap::new(Box::new(|event| {
        let mut bytes = Vec::new();
        InputFrame { grant: GrantId::FIRST, event }.encode(&mut bytes);
        let mut out = std::io::stdout().lock();
        // The test has ended when nobody reads any more.
        if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }));
    tap.set_layout(Layout { controlling: true, ..Layout::default() });
    event_loop.run_app(&mut Program { window: None, tap })?;
    Ok(())
}

struct Program {
    window: Option<Window>,
    tap: Tap,
}

impl ApplicationHandler for Program {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match event_loop.create_window(Window::default_attributes().with_title(TITLE)) {
            Ok(window) => {
                // A question to the server takes along what was written to it before: the window is shown.
                let _ = window.inner_position();
                self.window = Some(window);
            }
            Err(error) => {
                eprintln!("{error}");
                event_loop.exit();
            }
        }
    }

    fn window_event(&mut self, _: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        self.tap.handle(&event);
    }
}
