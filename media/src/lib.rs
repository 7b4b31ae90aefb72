//! The picture engine: damage to update to pixels. It knows no operating system, no network and no clock; time is
//! an argument. The format of an update is written down in `docs/PROTOCOL.md`, section "Picture updates".

pub mod cache;
pub mod cells;
pub mod frame;
pub mod lossy;
pub mod mask;
pub mod motion;
pub mod policy;
pub mod surface;
pub mod texture;
pub mod tile;
pub mod update;
pub mod video;
pub mod yuv;

pub use frame::{DesktopFrame, Patch};
pub use surface::{Area, Surface};
pub use update::{Applied, Encoded, Need, PictureMode, UpdateDecoder, UpdateEncoder, UpdateError};
