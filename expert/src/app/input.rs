//! Keys and pointer on their way to the other machine, taken from the window before egui sees them.
//! What belongs to the toolbar goes on to egui; what belongs to the other machine does not cause a repaint.

mod composing;
mod layout;
mod outlet;
mod wheel;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use deskside_host::locks::LockWatch;
use deskside_proto::geometry::{DesktopPoint, ViewPoint};
use deskside_proto::keycode::KeyUsage;
use deskside_proto::wire::input::{InputEvent, KeyEvent, Locks, PointerButton};
use winit::dpi::PhysicalPosition;
use winit::event::{ElementState, MouseButton, MouseScrollDelta, WindowEvent};

use crate::keyboard::{Chord, Keyboard, Stroke, usage_of};
use crate::wheel::WheelKind;

pub use composing::Composing;
use composing::Method;
pub use layout::{Layout, Pixels, Wants};
use outlet::Outlet;
pub use outlet::Sink;
use wheel::Wheel;

/// Who gets an event of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It was sent, or means nothing to the window.
    Taken,
    /// The window's own controls.
    Window,
}

/// The tap between the window and egui.
pub struct Tap {
    outlet: Outlet,
    layout: Layout,
    keyboard: Keyboard,
    buttons: BTreeSet<u8>,
    /// How many buttons are held whose press went to the window.
    window_buttons: u32,
    pointer: (f32, f32),
    place: Place,
    wheel: Wheel,
    wants: Wants,
    /// The expert has taken system keys back; common to all windows.
    freed: Rc<Cell<bool>>,
    method: Method,
    locks: LockWatch,
    /// What was sent of the locks since control or the keyboard came.
    locks_sent: Option<Locks>,
}

/// Where keyboard and pointer are.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The window has the keyboard.
    focused: bool,
    /// The pointer is in the window.
    inside: bool,
    /// Where the other machine was told that the pointer is.
    there: Option<DesktopPoint>,
}

impl Tap {
    /// A tap that sends into `sink`.
    #[must_use]
    pub fn new(sink: Sink) -> Self {
        Self {
            outlet: Outlet::new(sink),
            layout: Layout::default(),
            keyboard: Keyboard::default(),
            buttons: BTreeSet::new(),
            window_buttons: 0,
            pointer: (-1.0, -1.0),
            place: Place::default(),
            wheel: Wheel::default(),
            wants: Wants::default(),
            freed: Rc::default(),
            method: Method::default(),
            locks: LockWatch::blind(),
            locks_sent: None,
        }
    }

    /// Input goes there from now on.
    pub fn set_sink(&mut self, sink: Sink) {
        self.outlet = Outlet::new(sink);
    }

    /// Wheels are of this kind.
    pub fn set_wheel_kind(&mut self, kind: Option<Rc<dyn WheelKind>>) {
        self.wheel.set_kind(kind);
    }

    /// Whether system keys are taken back is known there, for all windows.
    pub fn set_freed(&mut self, freed: Rc<Cell<bool>>) {
        self.freed = freed;
    }

    /// Takes over how the window lies. When control has ended, what is held is forgotten: the client has released it.
    pub fn set_layout(&mut self, layout: Layout) {
        if self.layout.controlling != layout.controlling {
            self.locks_sent = None;
        }
        if self.layout.controlling && !layout.controlling {
            self.keyboard.release_all();
            self.buttons.clear();
            self.wants.over_picture = false;
            self.wants.keyboard_in_toolbar = false;
            self.freed.set(false);
        }
        if layout.calling_edge.is_none() {
            self.wants.toolbar = self.wants.keyboard_in_toolbar;
        }
        self.layout = layout;
    }

    /// What the view should know.
    #[must_use]
    pub fn wants(&self) -> Wants {
        let (focused, freed) = (self.place.focused, self.freed.get());
        Wants { locks: self.locks.now(), focused, freed, ..self.wants }
    }

    /// The locks are followed there from now on, and their keys are not sent where it knows them.
    pub fn set_locks(&mut self, locks: LockWatch) {
        self.locks = locks;
    }

    /// Sends how the locks are, if that is not known over there. Only while this window has the keyboard: the person's
    /// own change over there stays until something changes here.
    pub fn send_locks(&mut self) {
        if !(self.keyboard_is_away() && self.place.focused) {
            return;
        }
        if let Some(locks) = self.locks.now().filter(|now| self.locks_sent != Some(*now)) {
            self.locks_sent = Some(locks);
            self.outlet.send(InputEvent::Locks(locks));
        }
    }

    /// Sends how the locks are, because the expert asks for it.
    pub fn align_locks(&mut self) {
        if let Some(locks) = self.locks.now().filter(|_| self.layout.controlling) {
            self.locks_sent = Some(locks);
            self.outlet.send(InputEvent::Locks(locks));
        }
    }

    /// Whether this window has the keyboard.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.place.focused
    }

    /// Whether the pointer is in this window.
    #[must_use]
    pub fn is_entered(&self) -> bool {
        self.place.inside
    }

    /// The pointer is there, and that is another window's business.
    pub fn note_pointer(&mut self, position: PhysicalPosition<f64>) {
        self.pointer = (position.x as f32, position.y as f32);
    }

    /// Whether something is dragged that was taken hold of in this window's picture.
    #[must_use]
    pub fn is_dragging(&self) -> bool {
        !self.buttons.is_empty()
    }

    /// Whether keys that the desktop would keep for itself are wanted at the moment, as far as this window knows.
    #[must_use]
    pub fn wants_system_keys(&self) -> bool {
        let is_picture_shown = self.layout.picture.is_some();
        let goes_there = self.layout.system_keys && self.keyboard_is_away() && is_picture_shown;
        goes_there && self.place.focused && !self.freed.get()
    }

    /// Whether they come now.
    pub fn set_system_keys(&mut self, come: bool) {
        if self.wants.system_keys != come {
            self.wants.system_keys = come;
            self.wants.repaint = true;
        }
    }

    /// The expert wants them to go there again.
    pub fn resume_system_keys(&mut self) {
        self.freed.set(false);
    }

    /// The view has painted what was wanted.
    pub fn painted(&mut self) {
        self.wants.repaint = false;
    }

    /// The keyboard was called to the toolbar from elsewhere.
    pub fn call_toolbar(&mut self) {
        self.wants = Wants { toolbar: true, keyboard_in_toolbar: true, repaint: true, ..self.wants };
    }

    /// The keyboard goes back to the other machine.
    pub fn leave_toolbar(&mut self) {
        self.wants.keyboard_in_toolbar = false;
        self.wants.toolbar = false;
    }

    /// Everything that is held is let go, here and there.
    pub fn release_all(&mut self) {
        let keys = !self.keyboard.release_all().is_empty();
        let buttons = !std::mem::take(&mut self.buttons).is_empty();
        if self.layout.controlling && (keys || buttons) {
            self.outlet.send(InputEvent::ReleaseAll);
        }
    }

    /// Buttons are up without this window having heard of it. Where the picture is gone they go up where the pointer was.
    pub fn release_buttons(&mut self) {
        let (x, y) = self.pointer;
        let Some(at) = self.nearest(x, y).or(self.place.there) else { return };
        if !self.buttons.is_empty() {
            // Not behind a text that is waited for: a press in another window may follow.
            self.outlet.release();
        }
        for button in std::mem::take(&mut self.buttons).into_iter().filter_map(PointerButton::from_code) {
            self.outlet.send(InputEvent::PointerButton { button, pressed: false, at });
        }
    }

    /// The window closes: what is held in it is let go, and what another of the windows holds stays.
    pub fn close(&mut self) {
        self.outlet.release();
        self.lose_keyboard();
        self.release_buttons();
    }

    /// Keys are let go with the keyboard, and buttons are not: a drag goes on, and its end is told to this window
    /// whoever has the keyboard. Each by itself, because another of the windows may hold something, too.
    fn lose_keyboard(&mut self) {
        let keys = self.keyboard.release_all();
        for key in keys.into_iter().filter(|_| self.layout.controlling) {
            self.outlet.send(InputEvent::Key(key));
        }
    }

    /// Takes an event of the window first.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other events of the window are its own")]
    pub fn handle(&mut self, event: &WindowEvent) -> Route {
        match event {
            WindowEvent::KeyboardInput { event, is_synthetic, .. } => self.key(event.into(), *is_synthetic),
            WindowEvent::Ime(event) if self.keyboard_is_away() => {
                self.composed(event);
                Route::Taken
            }
            WindowEvent::ModifiersChanged(modifiers) => {
                self.method.modifiers = modifiers.state();
                if self.keyboard_is_away() { Route::Taken } else { Route::Window }
            }
            WindowEvent::CursorMoved { position, .. } => self.moved(*position),
            WindowEvent::CursorEntered { .. } => {
                self.place.inside = true;
                Route::Window
            }
            WindowEvent::CursorLeft { .. } => self.left(),
            WindowEvent::MouseInput { state, button, .. } => {
                self.button(*button, *state == ElementState::Pressed)
            }
            WindowEvent::MouseWheel { delta, .. } => self.wheel(*delta),
            WindowEvent::Focused(focused) => {
                // Whether it is by the window manager's own grab for a moment is not told: what was freed stays so.
                if std::mem::replace(&mut self.place.focused, *focused) != *focused {
                    self.locks_sent = None;
                }
                if !focused {
                    self.lose_keyboard();
                }
                Route::Window
            }
            _ => Route::Window,
        }
    }

    fn keyboard_is_away(&self) -> bool {
        self.layout.controlling && !self.wants.keyboard_in_toolbar
    }

    fn key(&mut self, stroke: Stroke<'_>, is_synthetic: bool) -> Route {
        if !self.keyboard_is_away() {
            return Route::Window;
        }
        // On focus the window system reports keys that are down already; they were not pressed here.
        if is_synthetic && stroke.pressed {
            self.keyboard.handle_held_before(stroke);
            return Route::Taken;
        }
        if stroke.pressed {
            self.settle_modifiers();
            self.wait_for_text();
            if !usage_of(stroke.place).is_none_or(KeyUsage::is_modifier) {
                self.hold_modifiers();
            }
        }
        // Where a method has kept a release, what the window library takes for a repeat is a press.
        let through_method = self.method.composing.is_on;
        let repeat = stroke.repeat && !through_method;
        let (mut events, chord) = self.keyboard.handle_key(Stroke { repeat, through_method, ..stroke });
        if stroke.pressed && !self.buttons.is_empty() {
            // A modifier in the middle of a drag is part of it.
            self.keyboard.handle_click();
            events.extend(self.keyboard.take_waiting());
        }
        // What goes up because the keyboard goes elsewhere was not let go.
        let chord = if is_synthetic { Chord::None } else { chord };
        let is_sent = |event: &KeyEvent| !(is_lock(event.usage) && self.locks.now().is_some());
        events.into_iter().filter(is_sent).for_each(|event| self.outlet.send(InputEvent::Key(event)));
        match chord {
            Chord::None => {}
            Chord::ToToolbar => self.call_toolbar(),
            Chord::Free if self.layout.system_keys => {
                self.freed.set(true);
                self.wants.repaint = true;
            }
            // There is nothing to take back: it is a key like any other.
            Chord::Free => self.tap_key(KeyUsage::CONTROL_RIGHT),
            Chord::Alone(key) => self.tap_key(key),
        }
        Route::Taken
    }

    /// Presses a key and lets it go.
    fn tap_key(&self, usage: KeyUsage) {
        for pressed in [true, false] {
            self.outlet.send(InputEvent::Key(KeyEvent::place(usage, pressed)));
        }
    }

    /// Modifiers that were down when the window got the keyboard count for what the pointer does, too.
    fn send_waiting(&mut self) {
        for event in self.keyboard.take_waiting() {
            self.outlet.send(InputEvent::Key(event));
        }
    }

    fn moved(&mut self, position: PhysicalPosition<f64>) -> Route {
        let (x, y) = (position.x as f32, position.y as f32);
        self.pointer = (x, y);
        let dragging = !self.buttons.is_empty();
        self.watch_edge(x, y, dragging);
        let over = self.picture_at(x, y).is_some();
        let was_over = std::mem::replace(&mut self.wants.over_picture, over);
        if !self.layout.controlling {
            // The window has nothing to show for motion over the picture, unless it scrolls it.
            return if over && was_over && self.window_buttons == 0 { Route::Taken } else { Route::Window };
        }
        if !(over || dragging) {
            return Route::Window;
        }
        self.watch_scroll(x, y);
        if let Some(at) = self.nearest(x, y) {
            self.place.there = Some(at);
            self.outlet.send(InputEvent::PointerMoved { at });
        }
        // The first motion over the picture also tells the toolbar that the pointer has gone.
        if was_over || dragging { Route::Taken } else { Route::Window }
    }

    fn left(&mut self) -> Route {
        self.place.inside = false;
        self.wants.over_picture = false;
        self.wants.scroll = (0.0, 0.0);
        Route::Window
    }

    fn button(&mut self, button: MouseButton, pressed: bool) -> Route {
        let (x, y) = self.pointer;
        let Some(button) = pointer_button(button) else { return Route::Window };
        let held = self.buttons.contains(&button.code());
        let begins = pressed && self.layout.controlling && self.picture_at(x, y).is_some();
        let place = self.nearest(x, y).or(self.place.there).filter(|_| begins || held);
        let Some(at) = place else {
            self.window_buttons =
                if pressed { self.window_buttons + 1 } else { self.window_buttons.saturating_sub(1) };
            return Route::Window;
        };
        if pressed {
            self.buttons.insert(button.code());
            self.method.composing.near = Some((x, y));
            self.settle_modifiers();
            self.keyboard.handle_click();
            self.send_waiting();
            self.freed.set(false);
            if self.wants.keyboard_in_toolbar {
                self.leave_toolbar();
                self.wants.repaint = true;
            }
        } else {
            self.buttons.remove(&button.code());
        }
        self.place.there = Some(at);
        self.outlet.send(InputEvent::PointerButton { button, pressed, at });
        Route::Taken
    }

    fn wheel(&mut self, delta: MouseScrollDelta) -> Route {
        let (x, y) = self.pointer;
        let Some(at) = self.picture_at(x, y).filter(|_| self.layout.controlling) else {
            return Route::Window;
        };
        if self.wheel.is_release(delta) {
            return Route::Taken;
        }
        let (dx, dy) = self.wheel.units(delta);
        if (dx, dy) != (0, 0) {
            self.settle_modifiers();
            self.send_waiting();
            self.outlet.send(InputEvent::Wheel { dx, dy, at });
        }
        Route::Taken
    }

    /// In full screen the pointer calls the toolbar by touching the edge, and sends it away by leaving it.
    fn watch_edge(&mut self, x: f32, y: f32, dragging: bool) {
        let Some(edge) = &self.layout.calling_edge else { return };
        let on_toolbar = self.layout.covers.iter().any(|cover| cover.contains(x, y));
        let wanted = !dragging && (edge.contains(x, y) || on_toolbar) || self.wants.keyboard_in_toolbar;
        if wanted != self.wants.toolbar {
            self.wants.toolbar = wanted;
            self.wants.repaint = true;
        }
    }

    fn watch_scroll(&mut self, x: f32, y: f32) {
        let margin = self.layout.scroll_margin_px;
        let Some((area, _)) = self.layout.picture.as_ref().filter(|_| margin > 0.0) else {
            self.wants.scroll = (0.0, 0.0);
            return;
        };
        let way = |place: f32, from: f32, to: f32| {
            if place < from + margin {
                -1.0
            } else if place >= to - margin {
                1.0
            } else {
                0.0
            }
        };
        let scroll = (way(x, area.left, area.right), way(y, area.top, area.bottom));
        if scroll != self.wants.scroll {
            self.wants.scroll = scroll;
            self.wants.repaint = true;
        }
    }

    /// The desktop's pixel under a place of the window, `None` where something else is there.
    fn picture_at(&self, x: f32, y: f32) -> Option<DesktopPoint> {
        let (area, transform) = self.layout.picture.as_ref()?;
        if !area.contains(x, y) || self.layout.covers.iter().any(|cover| cover.contains(x, y)) {
            return None;
        }
        transform.desktop_from_view(ViewPoint { x: x - area.left, y: y - area.top })
    }

    fn nearest(&self, x: f32, y: f32) -> Option<DesktopPoint> {
        let (area, transform) = self.layout.picture.as_ref()?;
        Some(transform.nearest_desktop_from_view(ViewPoint { x: x - area.left, y: y - area.top }))
    }
}

/// Keys whose state is sent instead of them.
fn is_lock(usage: KeyUsage) -> bool {
    [KeyUsage::CAPS_LOCK, KeyUsage::NUM_LOCK, KeyUsage::SCROLL_LOCK].contains(&usage)
}

fn pointer_button(button: MouseButton) -> Option<PointerButton> {
    match button {
        MouseButton::Left => Some(PointerButton::Left),
        MouseButton::Right => Some(PointerButton::Right),
        MouseButton::Middle => Some(PointerButton::Middle),
        MouseButton::Back => Some(PointerButton::Back),
        MouseButton::Forward => Some(PointerButton::Forward),
        MouseButton::Other(_) => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
