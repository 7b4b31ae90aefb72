//! What the screen shows, as pixels and as a PNG file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};

use super::connection::connect;
use super::xvfb::Xvfb;

/// One picture of the whole screen, 8 bits each of red, green, blue.
#[derive(Clone, PartialEq, Eq)]
pub struct Screenshot {
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// Rows from the top, no padding.
    pub rgb: Vec<u8>,
}

impl Xvfb {
    /// Takes a picture of the whole screen, without the pointer.
    ///
    /// # Errors
    /// The X server went away or has an unusual depth.
    pub fn screenshot(&self) -> Result<Screenshot> {
        let (connection, screen) = connect(self.display())?;
        let screen = connection.setup().roots.get(screen).context("no screen")?;
        let geometry = connection.get_geometry(screen.root)?.reply()?;
        let (width, height) = (geometry.width, geometry.height);
        let image =
            connection.get_image(ImageFormat::Z_PIXMAP, screen.root, 0, 0, width, height, !0)?.reply()?;
        ensure!(image.data.len() == usize::from(width) * usize::from(height) * 4, "not 32 bits a pixel");
        let rgb = image.data.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Ok(Screenshot { width, height, rgb })
    }
}

impl Screenshot {
    /// The colour at a place.
    pub fn pixel(&self, x: u16, y: u16) -> [u8; 3] {
        let at = (usize::from(y) * usize::from(self.width) + usize::from(x)) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Writes a PNG file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        let mut encoder =
            png::Encoder::new(BufWriter::new(file), u32::from(self.width), u32::from(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.rgb)?;
        Ok(())
    }
}
