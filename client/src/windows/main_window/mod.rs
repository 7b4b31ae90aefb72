//! The main window: invite, see who is here, tickets, what happened, settings.
//!
//! Everything that the tray offers is here as well. It keeps drafts and pages, and nothing that matters.

mod closing;
mod home;
mod introduction;
mod invitation;
mod make_ticket;
mod receipt;
mod settings;
pub(in crate::windows) mod sharing;
mod tickets;

use deskside_look::tokens::{Meaning, Palette, size, space, text};
use deskside_look::widget::{self, Foot};
use deskside_look::{fonts, reader};
use deskside_words::t;
use egui::{Id, Response, Role, Sense, Ui, WidgetInfo};

use super::{Scene, words};
use crate::app::UserCommand;
use crate::app::view::NoticeKind;

/// The window's size at first and at least (points); it fits a screen of 1024x600.
pub const SIZE: [f32; 2] = [560.0, 540.0];
/// The least size.
pub const LEAST_SIZE: [f32; 2] = [480.0, 400.0];

/// What the main window remembers between two pictures.
#[derive(Debug, Default)]
pub struct MainWindow {
    page: Page,
    introduction: introduction::Draft,
    ticket: Option<make_ticket::Draft>,
    invitation: invitation::Draft,
    settings: Option<settings::Draft>,
    sharing: Option<sharing::Draft>,
    closing: bool,
}

/// The pages of the bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Invite, and who is here.
    #[default]
    Home,
    /// The tickets.
    Tickets,
    /// The receipt.
    Receipt,
    /// The settings.
    Settings,
}

const PAGES: [Page; 4] = [Page::Home, Page::Tickets, Page::Receipt, Page::Settings];

impl MainWindow {
    /// Begins on a page.
    #[must_use]
    pub fn on_page(page: Page) -> Self {
        Self { page, ..Self::default() }
    }

    /// Begins with the draft of a ticket.
    #[must_use]
    pub fn making_a_ticket(scene: Scene<'_>) -> Self {
        Self { ticket: Some(make_ticket::Draft::new(&scene.view.settings)), ..Self::default() }
    }

    /// Asks whether to close; the answer comes with a later picture.
    pub fn ask_to_close(&mut self) {
        self.closing = true;
    }

    /// Starts a ticket, as the tray's menu does.
    pub fn start_ticket(&mut self, scene: Scene<'_>) {
        self.page = Page::Home;
        if scene.view.invitation.is_none() {
            self.ticket = Some(make_ticket::Draft::new(&scene.view.settings));
        }
    }

    /// Shows what experts may see, as the banner's button does.
    pub fn show_sharing(&mut self) {
        self.page = Page::Home;
        (self.sharing, self.ticket) = (None, None);
    }

    /// Shows it.
    pub fn show(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        reader::name_window(ui.ctx(), reader::Kind::Window, words::APP);
        if self.closing {
            self.closing = closing::show(ui, scene) == closing::Outcome::Open;
        } else if scene.view.introduction_needed {
            introduction::show(ui, scene, &mut self.introduction);
        } else {
            self.bar(ui);
            self.page(ui, scene);
        }
    }

    fn bar(&mut self, ui: &mut Ui) {
        let palette = Palette::of(ui);
        let frame = egui::Frame::new().fill(palette.ground.card).inner_margin(egui::Margin::symmetric(16, 0));
        egui::Panel::top(Id::unique("pages")).frame(frame).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                for (page, name) in PAGES.into_iter().zip(words::pages()) {
                    if tab(ui, name, self.page == page).clicked() {
                        self.page = page;
                    }
                }
            });
        });
    }

    fn page(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        if self.page == Page::Home {
            self.home(ui, scene);
            return;
        }
        self.settings = if self.page == Page::Settings { self.settings.take() } else { None };
        scrolling(ui, |ui| {
            notice(ui, scene);
            match self.page {
                Page::Home => {}
                Page::Tickets => tickets::show(ui, scene),
                Page::Receipt => receipt::show(ui, scene),
                Page::Settings => {
                    let draft = self.settings.get_or_insert_with(|| settings::Draft::new(scene.view));
                    settings::show(ui, scene, draft);
                }
            }
        });
    }

    fn home(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        if let Some(made) = &scene.view.invitation {
            self.ticket = None;
            invitation::show(ui, scene, made, &mut self.invitation);
            return;
        }
        self.invitation = invitation::Draft::default();
        if let Some(draft) = &mut self.sharing {
            if sharing::show(ui, scene, draft) == sharing::Outcome::Back {
                self.sharing = None;
            }
            return;
        }
        if let Some(draft) = &mut self.ticket {
            if make_ticket::show(ui, scene, draft) == make_ticket::Outcome::Back {
                self.ticket = None;
            }
            return;
        }
        let (invited, sharing) = scrolling(ui, |ui| {
            notice(ui, scene);
            home::show(ui, scene)
        });
        self.sharing = sharing;
        if invited {
            self.ticket = Some(make_ticket::Draft::new(&scene.view.settings));
        }
    }
}

/// A page that scrolls when it is longer than the window; the bar is at the window's edge, outside the margin.
pub(in crate::windows) fn scrolling<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let fill = Palette::of(ui).ground.window;
    let margin = egui::Frame::new().inner_margin(egui::Margin::same(space::XL as i8));
    egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(fill))
        .show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                margin.show(ui, |ui| {
                    ui.set_max_width(size::READING_WIDTH.min(ui.available_width()));
                    ui.spacing_mut().item_spacing.y = space::M;
                    content(ui)
                })
            })
        })
        .inner
        .inner
        .inner
}

/// The buttons at the bottom of a page, always in view and read after what is on it.
fn actions(ui: &mut Ui, foot: Foot, content: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    let frame = egui::Frame::new()
        .fill(palette.ground.card)
        .inner_margin(egui::Margin::symmetric(space::XL as i8, space::M as i8));
    let bar = foot.show(ui, frame, |ui| ui.horizontal(content)).response.rect;
    ui.painter().hline(bar.x_range(), bar.top(), egui::Stroke::new(1.0, palette.ground.line));
}

/// What the person should know before anything else on the page.
fn notice(ui: &mut Ui, scene: Scene<'_>) {
    let Some(notice) = &scene.view.notice else {
        let (title, text) = (t!("client-by-software-title"), t!("client-by-software-text"));
        if reader::was_refused(ui.ctx())
            && widget::answered_panel(ui, Meaning::Watch, title, text, t!("client-ok"))
        {
            reader::forget_refusal(ui.ctx());
        }
        return;
    };
    let meaning = match notice.kind {
        NoticeKind::Information => Meaning::Accent,
        NoticeKind::Trouble => Meaning::Alert,
    };
    let pressed = widget::answered_panel(ui, meaning, &notice.title, &notice.text, t!("client-ok"));
    if pressed {
        scene.commands.send(UserCommand::DismissNotice);
    }
}

/// Sentences with their numbers, in a card.
fn numbered(ui: &mut Ui, sentences: &[&str]) {
    widget::card(ui, widget::Card::Plain, |ui| {
        for (number, sentence) in (1..).zip(sentences) {
            ui.horizontal_top(|ui| {
                ui.allocate_ui(egui::vec2(space::L, 0.0), |ui| {
                    ui.set_min_width(space::L);
                    widget::strong(ui, &number.to_string());
                });
                ui.vertical(|ui| widget::body(ui, sentence));
            });
        }
    });
}

fn tab(ui: &mut Ui, name: &str, chosen: bool) -> Response {
    let palette = Palette::of(ui);
    let colour = if chosen { palette.accent.ink } else { palette.ink.body };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), fonts::strong(text::BODY), colour);
    let wanted = egui::vec2(galley.size().x + 2.0 * space::M, size::BUTTON_HEIGHT + space::M);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, name));
    if response.hovered() && !chosen {
        ui.painter().rect_filled(rect, 0, palette.ground.button_hovered);
    }
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
    if chosen {
        let mark = egui::Rect::from_min_max(egui::pos2(rect.left(), rect.bottom() - 3.0), rect.max);
        ui.painter().rect_filled(mark, 0, palette.accent.ink);
    }
    if response.has_focus() {
        let ring = egui::Stroke::new(size::FOCUS_RING, palette.focus);
        ui.painter().rect_stroke(rect.shrink(2.0), size::CORNER_SMALL, ring, egui::StrokeKind::Inside);
    }
    response
}

/// A choice of how long a ticket is good for.
fn length_choice(ui: &mut Ui, id: &str, length: &mut std::time::Duration, label: Id) {
    let response = egui::ComboBox::from_id_salt(id)
        .selected_text(words::valid_for(*length))
        .width(180.0)
        .show_ui(ui, |ui| {
            for choice in make_ticket::lengths() {
                ui.selectable_value(length, choice, words::valid_for(choice));
            }
        })
        .response;
    let response = response.labelled_by(label);
    reader::tell_value(ui.ctx(), response.id, &words::valid_for(*length));
}

/// Paints again when a text with passed minutes says something else.
fn repaint_each_minute(ui: &Ui, passed: std::time::Duration) {
    ui.ctx().request_repaint_after(std::time::Duration::from_secs(60 - passed.as_secs() % 60));
}

/// Paints again when a text with minutes left says something else.
fn repaint_at_minute_left(ui: &Ui, left: Option<std::time::Duration>) {
    if let Some(left) = left {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(left.as_secs() % 60 + 1));
    }
}
