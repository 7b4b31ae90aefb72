//! The icons, drawn from a few shapes: window, tray and file icon come from one drawing.
//!
//! Gives pixels at any size and the same picture as SVG text. Knows no file and no tray.

use std::fmt::Write as _;

use egui::Color32;

use crate::tokens;

/// Whose icon it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The program of the person who is helped: a screen at which a second pointer is a guest.
    Client,
    /// The program of the person who helps.
    Expert,
    /// A ticket file.
    Ticket,
}

/// What the dot at the corner says; the tray names it in words as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// No dot.
    None,
    /// A ticket is open.
    Open,
    /// Somebody watches.
    Watched,
    /// Somebody controls.
    Controlled,
}

/// The drawing's own unit: it is this many units wide and high.
const UNITS: f32 = 64.0;
/// Samples per pixel and axis when it is turned into pixels.
const SAMPLES: u32 = 4;

#[derive(Clone, Debug)]
enum Outline {
    /// left, top, right, bottom, corner radius
    RoundRect([f32; 4], f32),
    /// centre x, centre y, radius
    Disc([f32; 2], f32),
    /// A convex or concave polygon.
    Polygon(Vec<[f32; 2]>),
}

#[derive(Clone, Debug)]
struct Shape {
    outline: Outline,
    colour: Color32,
}

impl Outline {
    fn contains(&self, x: f32, y: f32) -> bool {
        match self {
            Self::RoundRect([left, top, right, bottom], radius) => {
                let nearest_x = x.clamp(left + radius, right - radius);
                let nearest_y = y.clamp(top + radius, bottom - radius);
                (x - nearest_x).hypot(y - nearest_y) <= *radius
            }
            Self::Disc([centre_x, centre_y], radius) => (x - centre_x).hypot(y - centre_y) <= *radius,
            Self::Polygon(corners) => {
                let next = corners.iter().cycle().skip(1);
                let crossings = corners.iter().zip(next).filter(|([ax, ay], [bx, by])| {
                    (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
                });
                crossings.count() % 2 == 1
            }
        }
    }

    fn svg(&self, colour: Color32) -> String {
        let fill = format!("#{:02x}{:02x}{:02x}", colour.r(), colour.g(), colour.b());
        match self {
            Self::RoundRect([left, top, right, bottom], radius) => format!(
                r#"<rect x="{left}" y="{top}" width="{}" height="{}" rx="{radius}" fill="{fill}"/>"#,
                right - left,
                bottom - top
            ),
            Self::Disc([x, y], radius) => {
                format!(r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>"#)
            }
            Self::Polygon(corners) => {
                let mut points = String::new();
                for [x, y] in corners {
                    let _ = write!(points, "{x},{y} ");
                }
                format!(r#"<polygon points="{}" fill="{fill}"/>"#, points.trim_end())
            }
        }
    }
}

/// The icon as RGBA pixels (unmultiplied), `side` pixels wide and high.
#[must_use]
pub fn rgba(subject: Subject, signal: Signal, side: u32) -> Vec<u8> {
    let shapes = drawing(subject, signal);
    let mut pixels = Vec::with_capacity(side as usize * side as usize * 4);
    let step = UNITS / (side * SAMPLES) as f32;
    for row in 0..side {
        for column in 0..side {
            let mut sum = [0u32; 4];
            for sample in 0..SAMPLES * SAMPLES {
                let x = ((column * SAMPLES + sample % SAMPLES) as f32 + 0.5) * step;
                let y = ((row * SAMPLES + sample / SAMPLES) as f32 + 0.5) * step;
                if let Some(shape) = shapes.iter().rev().find(|shape| shape.outline.contains(x, y)) {
                    let [red, green, blue, alpha] = shape.colour.to_array();
                    for (total, channel) in sum.iter_mut().zip([red, green, blue, alpha]) {
                        *total += u32::from(channel) * u32::from(alpha > 0);
                    }
                }
            }
            pixels.extend(average(sum));
        }
    }
    pixels
}

/// Colour averaged over the covered samples, alpha over all.
fn average([red, green, blue, alpha]: [u32; 4]) -> [u8; 4] {
    let covered = alpha / 255;
    let mean = |sum: u32| u8::try_from(sum.checked_div(covered).unwrap_or(0)).unwrap_or(u8::MAX);
    let opacity = u8::try_from(alpha / (SAMPLES * SAMPLES)).unwrap_or(u8::MAX);
    [mean(red), mean(green), mean(blue), opacity]
}

/// The icon for a window.
#[must_use]
pub fn window_icon(subject: Subject) -> egui::IconData {
    // What a dock draws at twice the usual density.
    let side = 128;
    egui::IconData { rgba: rgba(subject, Signal::None, side), width: side, height: side }
}

/// The icon as an SVG file's text.
#[must_use]
pub fn svg(subject: Subject) -> String {
    let mut text = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {UNITS} {UNITS}">"#);
    text.push('\n');
    for shape in drawing(subject, Signal::None) {
        let _ = writeln!(text, "  {}", shape.outline.svg(shape.colour));
    }
    text.push_str("</svg>\n");
    text
}

fn drawing(subject: Subject, signal: Signal) -> Vec<Shape> {
    let mut shapes = match subject {
        Subject::Client => screen(tokens::icon::CLIENT, tokens::icon::GUEST),
        Subject::Expert => screen(tokens::icon::EXPERT, tokens::icon::HELPER),
        Subject::Ticket => ticket(),
    };
    let dot = match signal {
        Signal::None => None,
        Signal::Open => Some(tokens::icon::OPEN),
        Signal::Watched => Some(tokens::icon::WATCHED),
        Signal::Controlled => Some(tokens::icon::CONTROLLED),
    };
    if let Some(colour) = dot {
        shapes.push(Shape { outline: Outline::Disc([49.0, 49.0], 15.0), colour: tokens::icon::PAPER });
        shapes.push(Shape { outline: Outline::Disc([49.0, 49.0], 12.0), colour });
    }
    shapes
}

/// A screen on its foot, with a pointer that leans in from the side.
fn screen(ground: Color32, pointer: Color32) -> Vec<Shape> {
    let paper = tokens::icon::PAPER;
    let arrow = |grow: f32| {
        let tip = [28.5, 20.5];
        let corners =
            [[0.0, 0.0], [0.0, 23.0], [5.4, 18.0], [8.9, 26.0], [13.4, 24.0], [9.9, 16.2], [17.0, 16.0]];
        let centre = [6.0, 13.0];
        corners.map(|[x, y]: [f32; 2]| {
            [tip[0] + centre[0] + (x - centre[0]) * grow, tip[1] + centre[1] + (y - centre[1]) * grow]
        })
    };
    vec![
        Shape { outline: Outline::RoundRect([2.0, 2.0, 62.0, 62.0], 14.0), colour: ground },
        Shape { outline: Outline::RoundRect([11.0, 13.0, 53.0, 43.0], 4.5), colour: paper },
        Shape { outline: Outline::RoundRect([28.0, 40.0, 36.0, 50.0], 0.5), colour: paper },
        Shape { outline: Outline::RoundRect([20.0, 48.0, 44.0, 52.5], 2.2), colour: paper },
        Shape { outline: Outline::RoundRect([14.5, 16.5, 49.5, 39.5], 2.0), colour: ground },
        Shape { outline: Outline::Polygon(arrow(1.16).to_vec()), colour: ground },
        Shape { outline: Outline::Polygon(arrow(0.86).to_vec()), colour: pointer },
    ]
}

/// A paper ticket with notches and a tear-off line.
fn ticket() -> Vec<Shape> {
    let (paper, ink) = (tokens::icon::TICKET, tokens::icon::CLIENT);
    let mut shapes = vec![
        Shape { outline: Outline::RoundRect([3.0, 14.0, 61.0, 50.0], 6.0), colour: ink },
        Shape { outline: Outline::RoundRect([6.0, 17.0, 58.0, 47.0], 3.5), colour: paper },
    ];
    for line in 0u8..5 {
        let top = 19.0 + 5.6 * f32::from(line);
        shapes.push(Shape { outline: Outline::RoundRect([41.0, top, 43.5, top + 3.0], 1.2), colour: ink });
    }
    for (top, right) in [(23.0, 34.0), (30.0, 30.0), (37.0, 34.0)] {
        shapes.push(Shape { outline: Outline::RoundRect([12.0, top, right, top + 3.6], 1.8), colour: ink });
    }
    shapes.push(Shape { outline: Outline::Disc([51.0, 32.0], 4.0), colour: tokens::icon::GUEST });
    shapes
}

#[cfg(test)]
mod tests {
    use super::{Signal, Subject, rgba, svg};

    #[test]
    fn corners_are_clear_and_the_middle_is_opaque() {
        let side = 32;
        let pixels = rgba(Subject::Client, Signal::None, side);
        assert_eq!(pixels.len(), 32 * 32 * 4);
        assert_eq!(pixels[3], 0, "the corner");
        let middle = (16 * 32 + 16) * 4;
        assert_eq!(pixels[middle + 3], 255, "the middle");
    }

    #[test]
    fn every_signal_looks_different() {
        let signals = [Signal::None, Signal::Open, Signal::Watched, Signal::Controlled];
        let pictures: Vec<_> = signals.iter().map(|signal| rgba(Subject::Client, *signal, 24)).collect();
        for (at, picture) in pictures.iter().enumerate() {
            assert!(!pictures[..at].contains(picture), "{:?}", signals[at]);
        }
    }

    #[test]
    fn the_committed_svg_files_are_these_drawings() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../installers/icons");
        for (subject, name) in [
            (Subject::Client, "deskside"),
            (Subject::Expert, "deskside-expert"),
            (Subject::Ticket, "deskside-ticket"),
        ] {
            let committed = std::fs::read_to_string(format!("{folder}/{name}.svg")).unwrap_or_default();
            assert_eq!(committed, svg(subject), "{name}.svg: run the `write_icons` example of deskside-look");
        }
    }
}
