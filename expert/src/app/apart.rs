//! Monitors in windows of their own: opened and closed as the model says, each with its presenter and its tap.
//! The toolbar stays in the main window; these show pixels and take input, and nothing else.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use deskside_look::reader;
use deskside_look::tokens::Palette;
use deskside_proto::geometry::Rect;
use deskside_proto::name::PersonName;
use egui::{CentralPanel, Context, Frame, Key, Vec2, ViewportBuilder, ViewportCommand, ViewportId};

use super::input::{Layout, Tap};
use super::taps::{Place, SharedTap, Taps};
use crate::link::{InputGate, Shared};
use crate::model::{Command, Model, Now, Session};
use crate::present::{Presenter, Watcher};
use crate::view::{Live, monitor};
use crate::words;

/// The part of the screen that a window takes at first, at most.
const ROOM: f32 = 0.92;

/// Told of changes in the picture for all windows.
#[derive(Clone)]
pub struct Watchers(Arc<Mutex<Vec<Arc<dyn Watcher>>>>);

impl Watchers {
    pub fn new(first: Arc<dyn Watcher>) -> Self {
        Self(Arc::new(Mutex::new(vec![first])))
    }

    fn all(&self) -> Vec<Arc<dyn Watcher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, watcher: Arc<dyn Watcher>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    fn remove(&self, watcher: &Arc<dyn Watcher>) {
        let is_other = |other: &Arc<dyn Watcher>| !Arc::ptr_eq(other, watcher);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(is_other);
    }
}

impl Watcher for Watchers {
    fn changed(&self) {
        self.all().iter().for_each(|watcher| watcher.changed());
    }

    fn frame_is_over(&self) {
        self.all().iter().for_each(|watcher| watcher.frame_is_over());
    }
}

/// All windows that show a monitor each.
pub struct Apart {
    windows: Vec<Window>,
    taps: Rc<RefCell<Taps>>,
    watchers: Watchers,
}

struct Window {
    monitor: PersonName,
    place: Place,
    /// Its presenter and whom that wants told of changes; there once the window's number is known.
    shown: Option<(Box<dyn Presenter>, Arc<dyn Watcher>)>,
    content: monitor::Remembered,
    is_full_screen: bool,
}

/// What came of one window's frame.
#[derive(Default)]
struct Answer {
    layout: Layout,
    /// Its person wants it closed.
    closes: bool,
    /// The keyboard is wanted in the toolbar.
    calls_toolbar: bool,
    full_screen: Option<bool>,
}

impl Apart {
    pub fn new(taps: Rc<RefCell<Taps>>, watchers: Watchers) -> Self {
        Self { windows: Vec::new(), taps, watchers }
    }

    /// Shows the windows that the model wants; gives what their people want. `main`: the first window's presenter and tap.
    pub fn show(
        &mut self,
        context: &Context,
        (model, now): (&Model, Now),
        session: Option<&Session>,
        shared: &Shared,
        main: (&dyn Presenter, &SharedTap),
        gate: &InputGate,
    ) -> Vec<Command> {
        // One without a place at the moment, because layout and size are told apart, is opened anew when it has one: egui
        // closes the window of a viewport that is not shown, and another has another number.
        let wanted: Vec<PersonName> = session.map_or_else(Vec::new, |session| {
            session.apart.iter().filter(|name| session.place_of(name).is_some()).cloned().collect()
        });
        self.close_others(&wanted);
        let Some(session) = session else { return Vec::new() };
        self.open_next(context, &wanted, gate);
        let (presenter, main_tap) = main;
        let mut commands = Vec::new();
        for window in &mut self.windows {
            let Some(part) = session.place_of(&window.monitor) else { continue };
            window.find_presenter(context, presenter, &self.watchers);
            let answer = window.show(context, (model, now), session, part, shared);
            window.place.tap.borrow_mut().set_layout(answer.layout);
            if answer.closes {
                commands.push(Command::Apart(window.monitor.clone(), false));
            }
            if let Some(full) = answer.full_screen {
                window.is_full_screen = full;
                context.send_viewport_cmd_to(window.id(), ViewportCommand::Fullscreen(full));
            }
            if answer.calls_toolbar {
                window.place.tap.borrow_mut().leave_toolbar();
                if std::mem::take(&mut window.is_full_screen) {
                    // F11 is the other machine's while controlling: this is the way back.
                    context.send_viewport_cmd_to(window.id(), ViewportCommand::Fullscreen(false));
                }
                main_tap.borrow_mut().call_toolbar();
                context.send_viewport_cmd_to(ViewportId::ROOT, ViewportCommand::Focus);
                context.request_repaint();
            }
        }
        commands
    }

    /// Lets go of all that is held.
    pub fn release_all(&self) {
        self.windows.iter().for_each(|window| window.place.tap.borrow_mut().release_all());
    }

    fn close_others(&mut self, wanted: &[PersonName]) {
        let (stay, go): (Vec<_>, Vec<_>) =
            self.windows.drain(..).partition(|window| wanted.contains(&window.monitor));
        self.windows = stay;
        for window in go {
            window.place.tap.borrow_mut().close();
            self.taps.borrow_mut().remove(&window.place);
            if let Some((_, watcher)) = &window.shown {
                self.watchers.remove(watcher);
            }
        }
    }

    /// One at a time: the next window with a number that nobody knows is this one.
    fn open_next(&mut self, context: &Context, wanted: &[PersonName], gate: &InputGate) {
        if self.windows.iter().any(|window| window.place.window.get().is_none()) {
            return;
        }
        let is_missing = |name: &&PersonName| self.windows.iter().all(|window| window.monitor != **name);
        let Some(monitor) = wanted.iter().find(is_missing) else { return };
        let gate = gate.clone();
        let tap = Tap::new(Box::new(move |event| gate.send(event)));
        let place = Place { tap: Rc::new(RefCell::new(tap)), window: Rc::default() };
        self.taps.borrow_mut().add(place.clone());
        let (monitor, content) = (monitor.clone(), monitor::Remembered::default());
        self.windows.push(Window { monitor, place, shown: None, content, is_full_screen: false });
        context.request_repaint();
    }
}

impl Window {
    fn id(&self) -> ViewportId {
        ViewportId::from_hash_of(("monitor", self.monitor.as_str()))
    }

    fn find_presenter(&mut self, context: &Context, main: &dyn Presenter, watchers: &Watchers) {
        let number = self.place.window.get().map(u64::from).and_then(|number| u32::try_from(number).ok());
        if let (None, Some(number)) = (&self.shown, number) {
            let presenter = main.another(number, context);
            let watcher = presenter.watcher();
            watchers.add(Arc::clone(&watcher));
            self.shown = Some((presenter, watcher));
            // What is painted below it takes part in the next frame.
            context.request_repaint();
        }
    }

    fn show(
        &mut self,
        context: &Context,
        (model, now): (&Model, Now),
        session: &Session,
        part: Rect,
        shared: &Shared,
    ) -> Answer {
        let (wants, composing) = {
            let mut tap = self.place.tap.borrow_mut();
            tap.painted();
            (tap.wants(), tap.composing())
        };
        let mut title = self.title(session);
        if let Some(note) = monitor::title_note(context, session, wants, now) {
            title = format!("{title} \u{2013} {note}");
        }
        let (id, builder) = (self.id(), self.builder(context, &title, part));
        let Self { shown, content, is_full_screen, .. } = self;
        let mut answer = Answer::default();
        context.show_viewport_immediate(id, builder, |ui, _| {
            reader::name_window(ui.ctx(), reader::Kind::Window, &title);
            let ground = Palette::for_dark(true).ground.field;
            if let Some((presenter, _)) = shown.as_mut() {
                let mut live = Live {
                    presenter: &mut **presenter,
                    picture: &shared.picture,
                    cursor: &shared.cursor,
                    wants,
                    composing: &composing,
                };
                answer.layout = CentralPanel::default()
                    .frame(Frame::new().fill(ground))
                    .show(ui, |ui| monitor::show(ui, model, session, part, now, content, &mut live))
                    .inner;
                presenter.finish(ui.ctx());
            } else {
                CentralPanel::default().frame(Frame::new().fill(ground)).show(ui, |_| {});
                ui.ctx().request_repaint();
            }
            let (full, escape, closes) = ui.input(|input| {
                (
                    input.key_pressed(Key::F11),
                    input.key_pressed(Key::Escape),
                    input.viewport().close_requested(),
                )
            });
            answer.closes = closes;
            answer.calls_toolbar = wants.keyboard_in_toolbar;
            if full {
                answer.full_screen = Some(!*is_full_screen);
            } else if escape && *is_full_screen {
                answer.full_screen = Some(false);
            }
        });
        answer
    }

    fn title(&self, session: &Session) -> String {
        let monitors = session.monitors.as_slice();
        let at = monitors.iter().position(|monitor| monitor.name == self.monitor).unwrap_or_default();
        format!("{} \u{2013} {}", words::monitor(monitors, at), session.client)
    }

    fn builder(&self, context: &Context, title: &str, part: Rect) -> ViewportBuilder {
        let builder = ViewportBuilder::default().with_title(title).with_app_id(crate::run::PROGRAM);
        if self.shown.is_some() {
            // From here on its size is its person's business.
            return builder;
        }
        let (screen, scale) =
            context.input(|input| (input.viewport().monitor_size, input.pixels_per_point()));
        let wanted = Vec2::new(part.width as f32, part.height as f32) / scale;
        let room = screen.map_or(wanted, |screen| screen * ROOM);
        let factor = (room.x / wanted.x).min(room.y / wanted.y).min(1.0);
        // Rounded up: a point less would be pixels that have to be scrolled to.
        builder.with_inner_size((wanted * factor).ceil())
    }
}
