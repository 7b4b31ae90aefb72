//! AT-SPI, the accessibility service of Linux desktops, which is spoken over D-Bus from a thread of AccessKit's own.
//!
//! That thread calls the handlers below, and they only leave notes and wake the window.

use std::sync::{Arc, Mutex, PoisonError};

use accesskit_unix::Adapter;
use egui::accesskit::{
    self, ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, TreeUpdate,
};
use egui::{Context, Rect, ViewportId};

use super::Connection;

/// More requests than anybody makes between two pictures; what comes beyond is dropped.
const WAITING: usize = 64;

type Requests = Arc<Mutex<Vec<ActionRequest>>>;

struct AtSpi {
    adapter: Adapter,
    requests: Requests,
    focused: bool,
    place: Option<(Rect, Rect)>,
}

pub(super) fn connect(ctx: &Context, viewport: ViewportId) -> Box<dyn Connection> {
    let requests = Requests::default();
    let wake = || Wake { ctx: ctx.clone(), viewport, requests: Arc::clone(&requests) };
    let adapter = Adapter::new(wake(), wake(), wake());
    Box::new(AtSpi { adapter, requests, focused: false, place: None })
}

impl Connection for AtSpi {
    fn show(&mut self, update: TreeUpdate) {
        self.adapter.update_if_active(|| update);
    }

    fn focus(&mut self, focused: bool) {
        if focused != self.focused {
            self.focused = focused;
            self.adapter.update_window_focus_state(focused);
        }
    }

    fn place(&mut self, outer: Rect, inner: Rect) {
        if self.place != Some((outer, inner)) {
            self.place = Some((outer, inner));
            self.adapter.set_root_window_bounds(bounds(outer), bounds(inner));
        }
    }

    fn requests(&mut self) -> Vec<ActionRequest> {
        std::mem::take(&mut *self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn bounds(rect: Rect) -> accesskit::Rect {
    accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    }
}

struct Wake {
    ctx: Context,
    viewport: ViewportId,
    requests: Requests,
}

impl ActivationHandler for Wake {
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        // The tree comes with the next picture.
        self.ctx.enable_accesskit();
        self.ctx.request_repaint_of(self.viewport);
        None
    }
}

impl ActionHandler for Wake {
    fn do_action(&mut self, request: ActionRequest) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() < WAITING {
            requests.push(request);
            self.ctx.request_repaint_of(self.viewport);
        }
    }
}

impl DeactivationHandler for Wake {
    /// The first window's connection tells egui that nobody listens any more.
    fn deactivate_accessibility(&mut self) {}
}
