//! The window that asks: who, what it means, Allow and Deny.
//!
//! INVARIANT: what other software asks for on the accessibility bus presses no Allow, moves no focus and chooses nothing.
//! INVARIANT: an Allow leaves this file only with a [`LocalYes`](crate::consent::LocalYes) from the guard; nothing
//! is focused at first, so that Enter or a space typed into another window's place answers nothing.

use std::time::Duration;

use deskside_look::reader;
use deskside_look::tokens::{Meaning, size, space};
use deskside_look::widget::{self, Button, Card, Foot, Row};
use deskside_words::t;
use egui::accesskit::{Action, NodeId};
use egui::{Event, Id, Key, Ui};

use super::main_window::scrolling;
use super::main_window::sharing::shares;
use super::{Confirm, Press, Scene, words};
use crate::app::view::{QuestionKind, QuestionView, SeenBefore};
use crate::app::{Answer, UserCommand};
use crate::consent::{LocalYes, NotGenuine};
use crate::sharing::Share;

/// How long a question is deaf after it appeared: what was typed or clicked then was meant for something else (seconds).
///
/// A little longer than the guard's own half a second, so that what the buttons
/// accept the guard accepts as well.
pub const DEAF_FOR: f64 = 0.6;
/// The window's width (points), and the least and greatest height; between them its content decides.
pub const WIDTH: f32 = 580.0;
const HEIGHTS: std::ops::RangeInclusive<f32> = 320.0..=680.0;
/// Around the answers (points).
const BAR: egui::Margin = egui::Margin { left: 24, right: 24, top: 8, bottom: 20 };

/// One question's window, from its first picture to its answer.
#[derive(Default)]
pub struct ConsentWindow {
    /// When it was first painted, in egui's time (seconds).
    first_seen: Option<f64>,
    press: Option<Press>,
    /// What they may see if the answer is yes; without a choice what holds already.
    share: Option<Share>,
    stage: Stage,
    /// What had the keyboard in the last picture.
    focus: Option<Id>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// A press was not believed; the sentence says why.
    Mistrusted(&'static str),
    Answered,
}

impl ConsentWindow {
    /// Shows the question and sends the answer.
    pub fn show(&mut self, ui: &mut Ui, scene: Scene<'_>, question: &QuestionView, confirm: &Confirm) {
        let title = words::question(&question.kind, &question.expert_name);
        // All that one should know is written in it, from where a screen reader takes it: told here, too, it is said twice.
        reader::name_window(ui.ctx(), reader::Kind::Question, &title);
        let pressed_by_software = self.software(ui);
        let awake = self.awake(ui, question, confirm);
        // While the list of what they see is open, Escape closes that.
        let choosing = egui::Popup::is_any_open(ui.ctx());
        let bar = egui::Frame::new().fill(deskside_look::Palette::of(ui).ground.window).inner_margin(BAR);
        let page = |ui: &mut Ui| who_and_what(ui, scene, question, &mut self.share);
        let (foot, ()) = Foot::below(ui, |ui| scrolling(ui, page));
        let mut wish = foot.show(ui, bar, |ui| self.answers(ui, awake, &pressed_by_software)).inner;
        if ui.input(|input| input.key_pressed(Key::Escape)) && awake && !choosing {
            wish = Some(Wish::Deny);
        }
        if ui.input(|input| input.viewport().close_requested()) && awake {
            wish = Some(Wish::Close);
        }
        if let Some(wish) = wish
            && self.stage != Stage::Answered
        {
            self.answer(scene, question, wish, confirm);
            ui.ctx().request_repaint();
        }
        self.focus = ui.memory(|memory| memory.focused());
        let left = question.deadline.saturating_duration_since(scene.moment.instant);
        if !left.is_zero() {
            ui.ctx().request_repaint_after(left.saturating_sub(words::next_step(left)));
        }
    }

    /// Takes out what came over the accessibility bus, where nobody can tell who sent it, and gives what it would press.
    fn software(&self, ui: &Ui) -> Vec<NodeId> {
        let mut pressed = Vec::new();
        let mut moved = false;
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let Event::AccessKitActionRequest(request) = event else { return true };
                moved |= request.action == Action::Focus;
                if request.action == Action::Click {
                    pressed.push(request.target_node);
                }
                false
            });
        });
        if moved {
            // An Enter that is meant for something else must not find the keyboard on Allow.
            ui.memory_mut(|memory| match (self.focus, memory.focused()) {
                (Some(before), _) => memory.request_focus(before),
                (None, Some(now)) => memory.surrender_focus(now),
                (None, None) => {}
            });
        }
        pressed
    }

    fn awake(&mut self, ui: &Ui, question: &QuestionView, confirm: &Confirm) -> bool {
        let now = ui.input(|input| input.time);
        if self.first_seen.is_none() {
            self.press = confirm.question_shown(question.id).ok();
        }
        let first = *self.first_seen.get_or_insert(now);
        let left = first + DEAF_FOR - now;
        if left > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        }
        left <= 0.0
    }

    fn answers(&self, ui: &mut Ui, awake: bool, by_software: &[NodeId]) -> Option<Wish> {
        let open = awake && self.stage != Stage::Answered;
        let line = match self.stage {
            Stage::Open => t!("client-answer-keys"),
            Stage::Mistrusted(why) => {
                widget::hint_panel(ui, Meaning::Watch, why, "");
                t!("client-answer-keys")
            }
            Stage::Answered => t!("client-answered"),
        };
        let mut wish = None;
        ui.horizontal(|ui| {
            let deny = Button::choice(t!("client-deny"), Meaning::Alert).answer().enabled(open).show(ui);
            let allow = Button::choice(t!("client-allow"), Meaning::Good).answer().enabled(open).show(ui);
            if allow.pressed() {
                wish = Some(Wish::Allow);
            }
            if deny.pressed() {
                wish = Some(Wish::Deny);
            }
            if open && by_software.contains(&allow.response.id.accesskit_id()) {
                wish = Some(Wish::AllowBySoftware);
            }
            if open && by_software.contains(&deny.response.id.accesskit_id()) {
                wish = Some(Wish::Close);
            }
            let arrow =
                ui.input(|input| input.key_pressed(Key::ArrowLeft) || input.key_pressed(Key::ArrowRight));
            if open && arrow && ui.memory(|memory| memory.focused().is_none()) {
                // Else egui would go one further in the arrow's direction.
                ui.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
                deny.response.request_focus();
            }
            ui.add_space(space::S);
            widget::small(ui, line);
        });
        wish
    }

    fn answer(&mut self, scene: Scene<'_>, question: &QuestionView, wish: Wish, confirm: &Confirm) {
        let answer = match wish {
            Wish::Close => Answer::Deny,
            Wish::AllowBySoftware => {
                self.stage = Stage::Mistrusted(t!("client-allow-by-software"));
                return;
            }
            // Only what is known to be injected: where devices cannot be told apart, a no still counts.
            Wish::Deny => match self.press(question, confirm) {
                Err(reason @ NotGenuine::Injected) => {
                    self.stage = Stage::Mistrusted(words::mistrusted(&reason));
                    return;
                }
                Ok(_) | Err(_) => Answer::Deny,
            },
            Wish::Allow => match self.press(question, confirm) {
                Ok(yes) => Answer::Allow(yes),
                Err(reason) => {
                    self.stage = Stage::Mistrusted(words::mistrusted(&reason));
                    return;
                }
            },
        };
        self.stage = Stage::Answered;
        if let (Some(share), Answer::Allow(_)) = (self.share.take(), &answer) {
            // In front of the yes, so that no picture is taken before it holds.
            scene.commands.send(UserCommand::Share(share));
        }
        scene.commands.send(match question.kind {
            QuestionKind::View | QuestionKind::JoinView { .. } => {
                UserCommand::AnswerView { question: question.id, answer }
            }
            QuestionKind::Control { .. } | QuestionKind::Clipboard { .. } => {
                UserCommand::AnswerControl { question: question.id, answer }
            }
        });
    }
}

impl ConsentWindow {
    fn press(&mut self, question: &QuestionView, confirm: &Confirm) -> Result<LocalYes, NotGenuine> {
        if let Some(press) = &self.press {
            return press();
        }
        // The devices could not be watched when the question appeared; perhaps they can from now on.
        self.press = Some(confirm.question_shown(question.id)?);
        Err(NotGenuine::TooEarly)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Allow,
    /// Asked for by a screen reader or any other program on the accessibility bus: no answer.
    AllowBySoftware,
    Deny,
    /// The window was closed, or assistive software pressed Deny: a no that is there also for a person whose on-screen
    /// keyboard injects or for whom software presses.
    Close,
}

/// The size (points) at which nothing of a question needs to be scrolled, whatever language it is in.
///
/// It is laid out once more than it is shown, in a window that nobody sees: one that changed its size before the eyes
/// of whoever is to answer would move the answers under their pointer.
pub fn wanted_size(scene: Scene<'_>, question: &QuestionView) -> [f32; 2] {
    let ctx = egui::Context::default();
    deskside_look::apply(&ctx, deskside_look::Theme::Light);
    let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(WIDTH, *HEIGHTS.end()));
    let mut height = 0.0;
    // What is in a grid has its place from the second time on.
    for _ in 0..2 {
        let input = egui::RawInput { screen_rect: Some(whole), ..Default::default() };
        let output = ctx.run_ui(input, |ui| {
            height = scrolling(ui, |ui| {
                who_and_what(ui, scene, question, &mut None);
                ui.min_rect().height()
            });
        });
        output.drop_without_applying_deltas();
    }
    let around = 2.0 * space::XL + size::BUTTON_HEIGHT + f32::from(BAR.top + BAR.bottom);
    [WIDTH, (height + around).ceil().clamp(*HEIGHTS.start(), *HEIGHTS.end())]
}

fn who_and_what(ui: &mut Ui, scene: Scene<'_>, question: &QuestionView, share: &mut Option<Share>) {
    ui.spacing_mut().item_spacing.y = space::M;
    widget::heading(ui, &words::question(&question.kind, &question.expert_name));
    widget::body(ui, &words::meaning(&question.kind, &scene.view.settings.hotkey));
    if question.kind == QuestionKind::View {
        what_they_see(ui, scene, share);
    }
    let (title, text) = words::acquaintance(&question.seen, scene.moment.system, scene.moment.offset);
    widget::hint_panel(ui, trust(&question.seen), &title, &text);
    widget::card(ui, Card::Plain, |ui| {
        let rows = [
            Row::text(t!("client-they-say"), question.expert_name.as_str()),
            Row::code(t!("client-fingerprint"), &question.fingerprint),
        ];
        widget::key_values(ui, "who-asks", &rows);
    });
    let left = question.deadline.saturating_duration_since(scene.moment.instant);
    widget::small(ui, words::remaining(left));
}

/// Everything, one screen or one window. The choice holds with the yes only.
fn what_they_see(ui: &mut Ui, scene: Scene<'_>, share: &mut Option<Share>) {
    let sharing = &scene.view.sharing;
    let mut chosen = share.clone().unwrap_or_else(|| sharing.share.clone());
    ui.horizontal(|ui| {
        let label = ui.label(t!("client-will-see"));
        let offered = shares(scene);
        let known = offered.iter().find(|(_, share)| *share == chosen).map(|(label, _)| label.clone());
        let width = ui.available_width();
        let seen = known.unwrap_or_else(|| words::share(sharing));
        let response = egui::ComboBox::from_id_salt("what-they-see")
            .selected_text(&seen)
            .width(width)
            .truncate()
            .show_ui(ui, |ui| {
                for (label, share) in offered {
                    ui.selectable_value(&mut chosen, share, label);
                }
            })
            .response;
        let response = response.labelled_by(label.id);
        reader::tell_value(ui.ctx(), response.id, &seen);
    });
    if chosen != sharing.share {
        *share = Some(chosen);
    } else if share.is_some() {
        *share = None;
    }
}

const fn trust(seen: &SeenBefore) -> Meaning {
    match seen {
        SeenBefore::New | SeenBefore::Before { other_name: Some(_), .. } => Meaning::Watch,
        SeenBefore::Before { other_name: None, .. } => Meaning::Good,
    }
}
