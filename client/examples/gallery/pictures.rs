//! Takes a picture of every window, light and dark, each in an X server and a window manager of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use deskside_testkit::x11::{Screenshot, Wanted, Window, Xvfb};
use deskside_words::Language;

use super::WINDOWS;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SCREEN: (u16, u16) = (1280, 760);
/// The desktop's colour: plain, so that the window is what one sees.
const DESKTOP: &str = "#5b6b7c";
/// X11's numbers of the keys that close a window.
const ALT: u32 = 0xffe9;
const F4: u32 = 0xffc1;
/// How much desktop is left around a window (pixels), and how high a title bar may be.
const AROUND: i16 = 16;
const TITLE_BAR: i16 = 20;

/// Of all windows whose names begin so.
pub fn take(folder: &Path, only: &str) -> ExitCode {
    for theme in ["light", "dark"] {
        for window in WINDOWS.iter().copied().filter(|window| window.starts_with(only)) {
            match picture(theme, window, folder) {
                Ok(bytes) => println!("{window}-{theme}.png {bytes} bytes"),
                Err(error) => {
                    eprintln!("{window}-{theme}: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

fn picture(theme: &str, window: &str, folder: &Path) -> Outcome<u64> {
    let server = Xvfb::start(SCREEN.0, SCREEN.1)?;
    let _manager = server.start_window_manager()?;
    server.command("xsetroot").args(["-solid", DESKTOP]).status()?;
    let hands = server.injected()?;
    hands.move_to(1276, 756)?;
    let mut command = server.command(std::env::current_exe()?);
    let language = deskside_words::chosen();
    command.args(["--language", language.code(), "--theme", theme, "--window", window]);
    let _gallery = deskside_testkit::x11::Program::start(command)?;
    let wanted = Wanted::title(match window {
        _ if window.starts_with("banner") => "Deskside:",
        _ if window.starts_with("consent") => "?",
        _ => "Deskside",
    });
    let shown = server.wait_for_window(&wanted, Duration::from_secs(20))?;
    settled(&server)?;
    let (invite, hide, less) = match language {
        Language::English => ('i', 'a', 'l'),
        Language::German => ('j', 'v', 'w'),
    };
    match window {
        "introduction-warning" => hands.click_at(shown.x + 100, shown.y + 332)?,
        "make-ticket" => hands.chord(&[ALT, u32::from(invite)])?,
        "sharing-hide-area" => hands.chord(&[ALT, u32::from(hide)])?,
        "sharing-less" => hands.chord(&[ALT, u32::from(less)])?,
        "closing" => hands.chord(&[ALT, F4])?,
        _ => {}
    }
    hands.move_to(1276, 756)?;
    let whole = settled(&server)?;
    let shown = server.wait_for_window(&wanted, Duration::from_secs(1))?;
    let path = folder.join(format!("{window}-{theme}.png"));
    save(&crop(&whole, &shown), &path)?;
    Ok(std::fs::metadata(path)?.len())
}

/// The screen once nothing changes any more.
fn settled(server: &Xvfb) -> Outcome<Screenshot> {
    let mut last = server.screenshot()?;
    let mut same = 0;
    for _ in 0..60 {
        std::thread::sleep(Duration::from_millis(150));
        let next = server.screenshot()?;
        same = if next == last { same + 1 } else { 0 };
        if same == 8 {
            return Ok(next);
        }
        last = next;
    }
    Err("the picture does not settle".into())
}

/// The window with its frame and some desktop around it.
fn crop(whole: &Screenshot, window: &Window) -> Screenshot {
    let bounded = |value: i16, most: u16| u16::try_from(value.max(0)).unwrap_or(0).min(most);
    let left = bounded(window.x - AROUND, whole.width);
    let top = bounded(window.y - TITLE_BAR - AROUND, whole.height);
    let right = bounded(window.x + window.width.cast_signed() + AROUND, whole.width);
    let bottom = bounded(window.y + window.height.cast_signed() + AROUND + 4, whole.height);
    let mut rgb = Vec::new();
    for y in top..bottom {
        for x in left..right {
            rgb.extend(whole.pixel(x, y));
        }
    }
    Screenshot { width: right - left, height: bottom - top, rgb }
}

/// Writes a PNG with a palette: text and flat colours have few, and the file is a third of the size.
fn save(picture: &Screenshot, path: &Path) -> Outcome<()> {
    let pixels: Vec<[u8; 3]> = picture.rgb.as_chunks().0.to_vec();
    let palette = palette(&pixels);
    let mut nearest = BTreeMap::new();
    let indices: Vec<u8> = pixels
        .iter()
        .map(|pixel| *nearest.entry(*pixel).or_insert_with(|| closest(&palette, *pixel)))
        .collect();
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, picture.width.into(), picture.height.into());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(())
}

/// The most frequent colours, of which none is very close to another.
fn palette(pixels: &[[u8; 3]]) -> Vec<[u8; 3]> {
    let mut counts = BTreeMap::<[u8; 3], u32>::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut colours: Vec<_> = counts.into_iter().collect();
    colours.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut chosen: Vec<[u8; 3]> = Vec::new();
    for apart in [24, 6, 1] {
        for (colour, _) in &colours {
            if chosen.len() < 256 && chosen.iter().all(|other| distance(*other, *colour) >= apart) {
                chosen.push(*colour);
            }
        }
    }
    chosen
}

fn closest(palette: &[[u8; 3]], pixel: [u8; 3]) -> u8 {
    let best = (0_u8..=255).zip(palette).min_by_key(|(_, colour)| distance(**colour, pixel));
    best.map_or(0, |(index, _)| index)
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
}
