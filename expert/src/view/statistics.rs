//! The statistics over the picture: pictures per second, delays, bytes, loss.

use std::time::Duration;

use deskside_look::tokens::{Palette, size, space};
use deskside_words::t;
use egui::{Align2, Area, CornerRadius, Frame, Grid, Id, Margin, Order, RichText, Stroke, Ui, Vec2};

use crate::model::{Session, Statistics};
use crate::present::Presenter;
use crate::words;

/// What the statistics remember between frames.
#[derive(Default)]
pub struct Remembered {
    seen: Statistics,
    to_shown: Option<Duration>,
}

/// Shows them in the corner below `beneath`, where the toolbar ends. Units: points.
pub fn show(ui: &Ui, session: &Session, state: &mut Remembered, presenter: &mut dyn Presenter, beneath: f32) {
    if session.statistics != state.seen {
        state.seen = session.statistics;
        state.to_shown = median(presenter.take_delays());
    }
    let top = beneath - ui.ctx().content_rect().top() + space::M;
    let palette = Palette::of(ui);
    let rows = rows(&session.statistics, state.to_shown, session);
    Area::new(Id::unique("statistics"))
        .order(Order::Middle)
        .anchor(Align2::RIGHT_TOP, Vec2::new(-space::L, top))
        .interactable(false)
        .show(ui.ctx(), |ui| {
            Frame::new()
                .fill(palette.ground.card)
                .stroke(Stroke::new(1.0, palette.ground.line))
                .corner_radius(CornerRadius::same(size::CORNER))
                .inner_margin(Margin::same(space::M as i8))
                .show(ui, |ui| {
                    Grid::new("statistics-rows")
                        .num_columns(2)
                        .spacing([space::L, 3.0])
                        .min_row_height(0.0)
                        .show(ui, |ui| {
                            for (name, value) in &rows {
                                ui.label(RichText::new(*name).size(13.0).color(palette.ink.weak));
                                ui.label(
                                    RichText::new(value).size(13.0).monospace().color(palette.ink.strong),
                                );
                                ui.end_row();
                            }
                        });
                });
        });
}

fn rows(now: &Statistics, to_shown: Option<Duration>, session: &Session) -> Vec<(&'static str, String)> {
    let milliseconds =
        |time: Duration| t!("expert-milliseconds", value = words::decimal(time.as_secs_f64() * 1000.0));
    let desktop =
        session.screen.map_or_else(String::new, |size| format!("{} \u{d7} {}", size.width, size.height));
    vec![
        (t!("expert-statistics-desktop"), desktop),
        (t!("expert-statistics-frames"), t!("expert-per-second", value = format!("{:.0}", now.frames))),
        (t!("expert-statistics-round-trip"), milliseconds(now.round_trip)),
        (t!("expert-statistics-to-shown"), to_shown.map_or_else(|| "\u{2013}".to_owned(), milliseconds)),
        (t!("expert-statistics-received"), rate(now.received_bits)),
        (t!("expert-statistics-loss"), t!("expert-percent", value = words::decimal(now.loss * 100.0))),
    ]
}

fn rate(bits: f64) -> String {
    if bits >= 1_000_000.0 {
        t!("expert-megabits", value = words::decimal(bits / 1_000_000.0))
    } else {
        t!("expert-kilobits", value = format!("{:.0}", bits / 1_000.0))
    }
}

fn median(mut delays: Vec<Duration>) -> Option<Duration> {
    delays.sort_unstable();
    delays.get(delays.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_the_unit_that_fits() {
        assert_eq!(rate(0.0), "0 kbit/s");
        assert_eq!(rate(2_345_678.0), "2.3 Mbit/s");
    }

    #[test]
    fn the_median_of_nothing_is_nothing() {
        assert_eq!(median(vec![]), None);
        let times = [30, 10, 20].map(Duration::from_millis);
        assert_eq!(median(times.to_vec()), Some(Duration::from_millis(20)));
    }
}
