//! The event loop: every event of the window goes through the tap before egui sees it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use deskside_host::exit::Exit;
use deskside_host::locks;
use deskside_look::icon::{self, Subject};
use deskside_words::t;
use eframe::{EframeWinitApplication, UserEvent};
use egui::{Context, ViewportBuilder};
use winit::application::ApplicationHandler;
use winit::event::{DeviceEvent, DeviceId, StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents, EventLoop};
use winit::window::WindowId;

use super::alarm::Alarm;
use super::apart::Watchers;
use super::input::{Route, Tap};
use super::taps::Taps;
use super::{App, Start};
use crate::grab::{self, Keeper, Wish};
use crate::method;
use crate::present::{self, Watcher};
use crate::run::{Failure, PROGRAM};
use crate::words;

/// The window at the start. Units: points.
const SIZE: [f32; 2] = [760.0, 620.0];
const SMALLEST: [f32; 2] = [640.0, 400.0];

/// Shows the window until the person closes it or the session of a script is over.
///
/// # Errors
/// Where there is no display, or none that can be drawn on.
pub fn run(start: Start) -> Result<Exit, Failure> {
    let event_loop = EventLoop::<UserEvent>::with_user_event().build().map_err(|error| no_display(&error))?;
    event_loop.set_control_flow(ControlFlow::Wait);
    // Raw motion would wake the program for every movement anywhere on the screen.
    event_loop.listen_device_events(DeviceEvents::Never);
    let tap = Rc::new(RefCell::new(Tap::new(Box::new(|_| {}))));
    let taps = Rc::new(RefCell::new(Taps::new(Rc::clone(&tap), crate::wheel::open())));
    let exit = Rc::new(Cell::new(Exit::Success));
    let made = Rc::new(RefCell::new(None));
    let creator = {
        let (taps, exit, made) = (Rc::clone(&taps), Rc::clone(&exit), Rc::clone(&made));
        move |creation: &eframe::CreationContext<'_>| {
            let presenter = present::open(start.presenter, creation);
            let context = creation.egui_ctx.clone();
            let (wake, again) = (context.clone(), context.clone());
            taps.borrow_mut().set_locks(locks::watch(None, move |_| wake.request_repaint()));
            let keeper = Keeper::new(grab::open(creation));
            let watchers = Watchers::new(presenter.watcher());
            *made.borrow_mut() = Some(Made {
                context: context.clone(),
                watcher: watchers.clone(),
                keeper,
                method: method::Keeper::new(method::open(move || again.request_repaint())),
                used: Instant::now(),
                looked: None,
                alarm: Alarm::default(),
            });
            let app = App::new(start, &context, presenter, (tap, taps), watchers, exit)?;
            Ok(Box::new(app) as Box<dyn eframe::App>)
        }
    };
    let eframe = eframe::create_native(words::TITLE, options(), Box::new(creator), &event_loop);
    let mut window = Window { eframe, taps, made };
    event_loop.run_app(&mut window).map_err(|error| no_display(&error))?;
    if window.made.borrow().is_none() {
        return Err(Failure::new(Exit::Failure, t!("expert-no-opengl")));
    }
    Ok(exit.get())
}

fn no_display(error: &dyn std::error::Error) -> Failure {
    tracing::info!(%error, "no window");
    Failure::new(Exit::Failure, t!("expert-no-display"))
}

fn options() -> eframe::NativeOptions {
    let viewport = ViewportBuilder::default()
        .with_title(words::TITLE)
        .with_app_id(PROGRAM)
        .with_inner_size(SIZE)
        .with_min_inner_size(SMALLEST)
        .with_icon(icon::window_icon(Subject::Expert));
    eframe::NativeOptions {
        viewport,
        // Remote pixels are shown as they are.
        dithering: false,
        multisampling: 0,
        // Waiting for the screen's beat would hold back input, which is sent from the same thread.
        glow_options: eframe::egui_glow::GlowConfiguration { vsync: false, ..Default::default() },
        ..eframe::NativeOptions::default()
    }
}

/// The windows, with their taps in front.
struct Window<'a> {
    eframe: EframeWinitApplication<'a>,
    taps: Rc<RefCell<Taps>>,
    /// There once the first window is.
    made: Rc<RefCell<Option<Made>>>,
}

/// What came with the first window.
struct Made {
    context: Context,
    watcher: Watchers,
    keeper: Keeper,
    method: method::Keeper,
    /// When the expert did something last.
    used: Instant,
    /// When it was looked last whether a drag goes on, while it is in doubt.
    looked: Option<Instant>,
    alarm: Alarm,
}

/// After so long without key or pointer the keyboard is given back: while somebody has it, the screen of this machine
/// cannot be locked. Lockers wait for five minutes or more.
const UNUSED: Duration = Duration::from_secs(240);

/// How often it is looked whether something is still dragged while another program has the keyboard.
const DRAG_LOOK: Duration = Duration::from_millis(250);

impl Window<'_> {
    fn frame_is_over(&self) {
        if let Some(made) = &mut *self.made.borrow_mut() {
            made.watcher.frame_is_over();
            let taps = self.taps.borrow();
            let shown = taps.all().filter(|tap| tap.borrow().method_is_shown()).count();
            made.method.frame_is_over(shown, taps.focused().1);
        }
    }

    /// Takes or gives the keyboard and tells of its locks, after whatever may have changed who should have it.
    fn keep_keyboard(&self) {
        let mut made = self.made.borrow_mut();
        let Some(made) = made.as_mut() else { return };
        let taps = self.taps.borrow();
        let (focused, window) = taps.focused();
        let now = Instant::now();
        follow_method(made, &taps, now);
        focused.borrow_mut().send_locks();
        let unused = made.used + UNUSED;
        let is_used = now < unused;
        made.watch_drag(&taps, now);
        let hand = taps.hand();
        // A menu of another program cannot open while the keyboard is taken: the pointer must be in one of the windows.
        let is_wanted = hand.is_inside && focused.borrow().wants_system_keys() && is_used;
        if made.keeper.held().is_some_and(|window| taps.is_closed(window)) {
            // The window system ends it with the window.
            made.keeper.give();
        }
        let is_dragging = hand.is_dragging && is_used;
        let wish = Wish { window: window.filter(|_| is_wanted), is_dragging };
        let (held, again) = made.keeper.follow(wish, now);
        taps.all().for_each(|tap| tap.borrow_mut().set_system_keys(held));
        for at in held.then_some(unused).into_iter().chain(again) {
            made.wake_at(at, now);
        }
        if taps.all().any(|tap| tap.borrow().wants().repaint) {
            made.context.request_repaint();
        }
    }
}

impl Made {
    /// Looks at all this again at that moment at the latest.
    fn wake_at(&mut self, at: Instant, now: Instant) {
        self.alarm.wake_at(&self.context, at, now);
    }

    /// A window that is taken off the screen in the middle of a drag is not told of its end. It has not the keyboard then,
    /// and what it is told otherwise it is told sooner than this looks.
    fn watch_drag(&mut self, taps: &Taps, now: Instant) {
        if taps.dragging_unseen().next().is_none() {
            self.looked = None;
            return;
        }
        let mut next = *self.looked.get_or_insert(now) + DRAG_LOOK;
        if next <= now {
            if !self.keeper.is_button_down() {
                // Each by its own: a release must not be looked for while it is made.
                let over: Vec<_> = taps.dragging_unseen().cloned().collect();
                over.iter().for_each(|tap| tap.borrow_mut().release_buttons());
                return;
            }
            self.looked = Some(now);
            next = now + DRAG_LOOK;
        }
        self.wake_at(next, now);
    }
}

/// Lets an input method have the keys, or not, and lets go of keys whose release it has kept.
fn follow_method(made: &mut Made, taps: &Taps, now: Instant) {
    let wanted = taps.all().any(|tap| tap.borrow().wants_method());
    let focused = taps.all().find(|tap| tap.borrow().is_focused());
    let is_on = made.method.follow(wanted, focused.is_some());
    taps.all().for_each(|tap| {
        let mut tap = tap.borrow_mut();
        let is_on = is_on && tap.wants_method();
        tap.set_method(is_on);
    });
    let Some(mut tap) = focused.map(|tap| tap.borrow_mut()).filter(|tap| tap.holds_keys()) else { return };
    let (down, again) = made.method.look(now);
    if let Some(down) = down {
        tap.keep_only(&down);
    }
    if let Some(at) = again {
        made.wake_at(at, now);
    }
}

/// Whether somebody has done something.
fn is_use(event: &WindowEvent) -> bool {
    matches!(
        event,
        WindowEvent::KeyboardInput { .. }
            | WindowEvent::Ime(_)
            | WindowEvent::CursorMoved { .. }
            | WindowEvent::MouseInput { .. }
            | WindowEvent::MouseWheel { .. }
            | WindowEvent::Focused(true)
    )
}

impl ApplicationHandler<UserEvent> for Window<'_> {
    fn window_event(&mut self, event_loop: &ActiveEventLoop, window: WindowId, event: WindowEvent) {
        let (route, repaint) = self.taps.borrow_mut().handle(window, &event);
        if let Some(made) = &mut *self.made.borrow_mut() {
            if is_use(&event) {
                made.used = Instant::now();
            }
            if matches!(event, WindowEvent::Focused(_) | WindowEvent::MouseInput { .. }) {
                made.keeper.try_anew();
            }
            if matches!(event, WindowEvent::KeyboardInput { .. }) {
                made.method.note_key(Instant::now());
            }
            if repaint {
                made.context.request_repaint();
            }
        }
        // What one of the windows loses by an event, another may have by the next: in between nothing is to be given.
        if event != WindowEvent::Focused(false) {
            self.keep_keyboard();
        }
        if route == Route::Window {
            let is_frame = event == WindowEvent::RedrawRequested;
            self.eframe.window_event(event_loop, window, event);
            if is_frame {
                self.frame_is_over();
            }
        }
    }

    fn device_event(&mut self, _: &ActiveEventLoop, _: DeviceId, _: DeviceEvent) {
        // Motion of devices is not of the window, and egui would repaint for it.
    }

    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        self.eframe.resumed(event_loop);
    }

    fn suspended(&mut self, event_loop: &ActiveEventLoop) {
        self.eframe.suspended(event_loop);
    }

    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        self.eframe.new_events(event_loop, cause);
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        self.eframe.user_event(event_loop, event);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let now = Instant::now();
        let next = self.taps.borrow().all().filter_map(|tap| tap.borrow_mut().events_are_handled(now)).min();
        if let (Some(at), Some(made)) = (next, &mut *self.made.borrow_mut()) {
            made.wake_at(at, now);
        }
        self.keep_keyboard();
        self.eframe.about_to_wait(event_loop);
    }

    fn exiting(&mut self, event_loop: &ActiveEventLoop) {
        self.eframe.exiting(event_loop);
    }

    fn memory_warning(&mut self, event_loop: &ActiveEventLoop) {
        self.eframe.memory_warning(event_loop);
    }
}
