//! How large the picture is shown: as it is, fitted into the window, or a whole multiple.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The size of a desktop pixel in the viewer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scale {
    /// As large as the window allows; never larger than the desktop itself.
    #[default]
    Fit,
    /// So many screen pixels for each desktop pixel, 1 to [`Scale::LARGEST`].
    Times(u8),
}

impl Scale {
    /// One screen pixel for each desktop pixel.
    pub const ACTUAL: Self = Self::Times(1);
    /// The largest multiple.
    pub const LARGEST: u8 = 4;
    /// What the toolbar offers, in its order.
    pub const OFFERED: [Self; 5] =
        [Self::Fit, Self::Times(1), Self::Times(2), Self::Times(3), Self::Times(4)];
}

/// The text names no scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no scale; use `fit`, `1:1`, `2x`, `3x` or `4x`")]
pub struct InvalidScale(String);

impl FromStr for Scale {
    type Err = InvalidScale;

    fn from_str(text: &str) -> Result<Self, InvalidScale> {
        let wrong = || InvalidScale(text.to_owned());
        match text.trim().to_ascii_lowercase().as_str() {
            "fit" => Ok(Self::Fit),
            "1:1" | "1" => Ok(Self::ACTUAL),
            other => {
                let times: u8 = other.strip_suffix('x').ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
                (1..=Self::LARGEST).contains(&times).then_some(Self::Times(times)).ok_or_else(wrong)
            }
        }
    }
}

impl TryFrom<String> for Scale {
    type Error = InvalidScale;

    fn try_from(text: String) -> Result<Self, InvalidScale> {
        text.parse()
    }
}

impl From<Scale> for String {
    fn from(scale: Scale) -> Self {
        scale.to_string()
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fit => f.write_str("fit"),
            Self::Times(1) => f.write_str("1:1"),
            Self::Times(times) => write!(f, "{times}x"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_is_read_back() {
        for scale in Scale::OFFERED {
            assert_eq!(scale.to_string().parse(), Ok(scale));
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_would_work() {
        for text in ["", "0x", "5x", "-1x", "1.5x", "half", "999x", "x"] {
            let message = text.parse::<Scale>().unwrap_err().to_string();
            assert!(message.contains("use `fit`"), "{text}");
        }
    }
}
