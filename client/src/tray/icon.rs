//! The icon's pixels in the form that a tray wants: ARGB in network byte order, in several sizes.

use deskside_look::icon::{Signal, Subject, rgba};

use crate::app::view::Activity;

/// What trays draw, at the usual density and at twice that.
const SIDES: [u32; 7] = [16, 22, 24, 32, 44, 48, 64];

pub(super) fn pictures(activity: Activity) -> Vec<ksni::Icon> {
    SIDES.into_iter().map(|side| picture(activity, side)).collect()
}

fn picture(activity: Activity, side: u32) -> ksni::Icon {
    let signal = match activity {
        Activity::Idle => Signal::None,
        Activity::Waiting => Signal::Open,
        Activity::Asked | Activity::Watched => Signal::Watched,
        Activity::Controlled => Signal::Controlled,
    };
    let mut data = rgba(Subject::Client, signal, side);
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let side = i32::try_from(side).unwrap_or(i32::MAX);
    ksni::Icon { width: side, height: side, data }
}

#[cfg(test)]
mod tests {
    use super::picture;
    use crate::app::view::Activity;

    #[test]
    fn alpha_comes_first() {
        let icon = picture(Activity::Idle, 32);
        assert_eq!(icon.data.len(), 32 * 32 * 4);
        assert_eq!(icon.data.first(), Some(&0), "the corner is clear");
        let middle = (3 * 32 + 16) * 4;
        assert_eq!(icon.data.get(middle..middle + 4), Some([255, 0x1d, 0x5f, 0xd1].as_slice()));
    }
}
