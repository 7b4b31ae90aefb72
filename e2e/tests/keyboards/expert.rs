//! The expert's side: a window of the viewer's toolkit with the viewer's own tap, which writes frames to standard output.

use std::io::Write as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result};
use deskside_expert::app::input::{Layout, Tap};
use deskside_expert::method::{self, Keeper};
use deskside_proto::ids::GrantId;
use deskside_proto::wire::Message as _;
use deskside_proto::wire::input::InputFrame;
use deskside_testkit::x11::{MethodKind, Xvfb};
use winit::application::ApplicationHandler;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::window::{Window, WindowId};

/// Set in the program's surroundings when it shall be the window.
pub const ROLE: &str = "DESKSIDE_TEST_EXPERT";
/// The window's title.
pub const TITLE: &str = "expert's window";

/// Starts this program as the window on that screen, with an input method in front of its keys or without.
pub fn start(screen: &Xvfb, method: Option<MethodKind>) -> Result<Child> {
    let mut command: Command = screen.command(std::env::current_exe()?);
    command.env(ROLE, "1").env("LC_ALL", "en_US.UTF-8");
    if let Some(method) = method {
        // Xlib, which speaks with it, needs a locale that every system has.
        command.env("LC_ALL", "C.UTF-8").env("XMODIFIERS", format!("@im={}", method.name()));
    }
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
    event_loop.run_app(&mut Program { window: None, tap, methods: Keeper::default() })?;
    Ok(())
}

struct Program {
    window: Option<Window>,
    tap: Tap,
    methods: Keeper,
}

impl Program {
    /// As the viewer does it with every event and frame.
    fn follow_method(&mut self, event_loop: &ActiveEventLoop, next: Option<Instant>) {
        let now = Instant::now();
        let is_on = self.methods.follow(self.tap.wants_method(), self.tap.is_focused());
        self.tap.set_method(is_on);
        if let Some(window) = self.window.as_ref().filter(|_| self.tap.method_is_shown() != is_on) {
            window.set_ime_allowed(is_on);
            let _frame = self.tap.composing();
            self.methods.frame_is_over(usize::from(is_on), Some(window.id()));
        }
        let (down, again) = if self.tap.holds_keys() { self.methods.look(now) } else { (None, None) };
        if let Some(down) = down {
            self.tap.keep_only(&down);
        }
        let next = again.into_iter().chain(next).min();
        event_loop.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }
}

impl ApplicationHandler for Program {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match event_loop.create_window(Window::default_attributes().with_title(TITLE)) {
            Ok(window) => {
                // A question to the server takes along what was written to it before: the window is shown.
                let _ = window.inner_position();
                self.window = Some(window);
                self.methods = Keeper::new(method::open(|| {}));
            }
            Err(error) => {
                eprintln!("{error}");
                event_loop.exit();
            }
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        if matches!(event, WindowEvent::KeyboardInput { .. }) {
            self.methods.note_key(Instant::now());
        }
        self.tap.handle(&event);
        self.follow_method(event_loop, None);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let next = self.tap.events_are_handled(Instant::now());
        self.follow_method(event_loop, next);
    }
}
