//! How far a wheel was turned, from what the window library reports. Sends nothing.

use std::rc::Rc;

use winit::event::MouseScrollDelta;

use crate::wheel::WheelKind;

/// Turns what the window reports into 1/120 of a notch; fractions are kept for the next turn.
#[derive(Default)]
pub(super) struct Wheel {
    kind: Option<Rc<dyn WheelKind>>,
    rest: (f64, f64),
    /// Buttons of the wheel that are down: up, down, left, right.
    down: [bool; 4],
}

impl Wheel {
    const UNITS_PER_NOTCH: f64 = 120.0;
    /// What a touchpad must travel for a notch. Units: physical pixels.
    const PIXELS_PER_NOTCH: f64 = 40.0;

    pub(super) fn set_kind(&mut self, kind: Option<Rc<dyn WheelKind>>) {
        self.kind = kind;
    }

    /// A wheel of buttons is reported at the press and at the release alike, which would be two notches for one.
    pub(super) fn is_release(&mut self, delta: MouseScrollDelta) -> bool {
        const ONE_NOTCH: [(f32, f32); 4] = [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)];
        let MouseScrollDelta::LineDelta(x, y) = delta else { return false };
        let button = ONE_NOTCH.iter().position(|notch| *notch == (x, y));
        let Some(down) = button.and_then(|button| self.down.get_mut(button)) else { return false };
        if self.kind.as_deref().is_some_and(WheelKind::is_of_buttons) {
            return std::mem::replace(down, !*down);
        }
        self.down = [false; 4];
        false
    }

    pub(super) fn units(&mut self, delta: MouseScrollDelta) -> (i16, i16) {
        // The window reports where the content moves, the wire where the wheel turns: the opposite way.
        let (x, y) = match delta {
            MouseScrollDelta::LineDelta(x, y) => (-f64::from(x), -f64::from(y)),
            MouseScrollDelta::PixelDelta(by) => {
                (-by.x / Self::PIXELS_PER_NOTCH, -by.y / Self::PIXELS_PER_NOTCH)
            }
        };
        let whole = |rest: &mut f64, notches: f64| {
            *rest += notches * Self::UNITS_PER_NOTCH;
            let units = rest.trunc().clamp(f64::from(i16::MIN), f64::from(i16::MAX));
            *rest = (*rest - units).clamp(-1.0, 1.0);
            units as i16
        };
        (whole(&mut self.rest.0, x), whole(&mut self.rest.1, y))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use winit::dpi::PhysicalPosition;

    use super::*;

    proptest! {
        /// However finely a touchpad or wheel reports, what is sent is what was turned, up to the unit that is not full yet;
        /// nothing adds up over time, and turning back costs nothing.
        #[test]
        fn what_the_wheel_turns_is_sent_without_loss_or_drift(
            steps in proptest::collection::vec((-40_i32..40, -40_i32..40, any::<bool>()), 1..400),
        ) {
            let mut wheel = Wheel::default();
            let (mut turned, mut sent) = ((0.0_f64, 0.0_f64), (0_i64, 0_i64));
            for (x, y, is_pixels) in steps {
                // Eighths are exact in both number formats, so that the sum is as well.
                let (x, y) = (f64::from(x) / 8.0, f64::from(y) / 8.0);
                let (delta, notch) = if is_pixels {
                    (MouseScrollDelta::PixelDelta(PhysicalPosition::new(x, y)), Wheel::PIXELS_PER_NOTCH)
                } else {
                    (MouseScrollDelta::LineDelta(x as f32, y as f32), 1.0)
                };
                let (dx, dy) = wheel.units(delta);
                turned = (turned.0 - x / notch * 120.0, turned.1 - y / notch * 120.0);
                sent = (sent.0 + i64::from(dx), sent.1 + i64::from(dy));
                for (turned, sent) in [(turned.0, sent.0), (turned.1, sent.1)] {
                    prop_assert!((turned - sent as f64).abs() < 1.0 + 1e-6, "{turned} was turned, {sent} sent");
                }
            }
        }
    }
}
