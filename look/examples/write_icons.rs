//! Writes the icons under `installers/icons/`: SVG, and PNG in the sizes that desktops look for.

use std::fs;
use std::path::Path;

use deskside_look::icon::{Signal, Subject, rgba, svg};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../installers/icons"));
    fs::create_dir_all(folder)?;
    let subjects = [
        (Subject::Client, "deskside"),
        (Subject::Expert, "deskside-expert"),
        (Subject::Ticket, "deskside-ticket"),
    ];
    for (subject, name) in subjects {
        fs::write(folder.join(format!("{name}.svg")), svg(subject))?;
        for side in [16, 24, 32, 48, 64, 128, 256] {
            let file = fs::File::create(folder.join(format!("{name}-{side}.png")))?;
            let mut encoder = png::Encoder::new(file, side, side);
            encoder.set_color(png::ColorType::Rgba);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.write_header()?.write_image_data(&rgba(subject, Signal::None, side))?;
        }
    }
    Ok(())
}
