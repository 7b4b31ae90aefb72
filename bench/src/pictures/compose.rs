//! What is on the pictures. Sizes and places are constants of the scenes; nothing here is random.

use super::Material;
use super::canvas::{Canvas, Colour, Faces};

const INK: Colour = [20, 20, 20];
const WHITE: Colour = [255, 255, 255];

/// Text on cells of 8x18 pixels, as an editor or a terminal shows it.
fn cells(
    faces: &Faces,
    width: usize,
    height: usize,
    lines: &[String],
    ink: Colour,
    ground: Colour,
) -> Canvas {
    let mut canvas = Canvas::new(width, height, ground);
    for (row, line) in (0..height / 18).zip(lines.iter().cycle()) {
        canvas.write_cells(faces, 0, row * 18, line, ink);
    }
    canvas
}

/// A text of 400 lines, 150 columns.
pub fn text(faces: &Faces, material: &Material) -> Canvas {
    cells(faces, 1200, 7200, &material.prose, INK, WHITE)
}

/// A desktop: a photo behind an editor, a terminal and a panel.
pub fn desktop(faces: &Faces, material: &Material) -> Canvas {
    let mut canvas = photo(material, 1).clone();
    let mut window = |x: usize, y: usize, body: &Canvas, size: (usize, usize), title: &str| {
        canvas.fill(x - 1, y - 25, size.0 + 2, size.1 + 26, [60, 64, 72]);
        canvas.write(&faces.plain, 15.0, x + 8, y - 21, title, [235, 235, 235]);
        canvas.put(x, y, body, 0, size.1);
    };
    let prose = material.prose.get(50..).unwrap_or_default();
    window(80, 120, &cells(faces, 800, 700, prose, INK, WHITE), (800, 700), "notes.txt - Editor");
    let terminal = cells(faces, 720, 540, &material.other, [220, 220, 200], [24, 26, 30]);
    window(1000, 200, &terminal, (720, 540), "Terminal");
    canvas.fill(0, 1046, 1920, 34, [40, 44, 52]);
    for (number, name) in ["Menu", "Files", "Editor", "Terminal", "Browser", "Mail"].into_iter().enumerate() {
        canvas.write(&faces.plain, 15.0, 230 + 110 * number, 1055, name, [230, 230, 230]);
    }
    canvas
}

/// A long page as of a magazine: headings, two columns of prose, photos between them, boxes of colour.
pub fn page(faces: &Faces, material: &Material) -> Canvas {
    let mut canvas = Canvas::new(1300, 4200, [252, 252, 250]);
    canvas.fill(0, 0, 1300, 84, [28, 52, 84]);
    canvas.write(&faces.bold, 40.0, 60, 22, "The Weekly Reader", WHITE);
    let prose: Vec<&str> =
        material.prose.iter().map(|line| line.trim()).filter(|line| line.len() > 50).collect();
    let mut lines = prose.iter().cycle();
    for section in 0..8 {
        let top = 110 + section * 510;
        let heading: String = lines.next().into_iter().flat_map(|line| line.chars().take(44)).collect();
        canvas.write(&faces.bold, 30.0, 60, top, &heading, [24, 44, 80]);
        let (photo_at, text_at) = if section % 2 == 0 { (60, 680) } else { (660, 60) };
        let picture = photo(material, section + 2).shrunk(580, 326);
        canvas.put(photo_at, top + 50, &picture, 0, 326);
        canvas.write(
            &faces.plain,
            13.0,
            photo_at,
            top + 382,
            "Photo: from the clip of this bench",
            [110, 110, 110],
        );
        for row in 0..16 {
            let line: String = lines.next().into_iter().flat_map(|line| line.chars().take(68)).collect();
            canvas.write(&faces.plain, 17.0, text_at, top + 50 + row * 22, &line, INK);
        }
        let tint = [[232, 240, 250], [246, 236, 220], [228, 244, 232], [244, 230, 240]];
        let ground = tint.into_iter().nth(section % 4).unwrap_or(WHITE);
        canvas.fill(60, top + 410, 1180, 76, ground);
        for row in 0..2 {
            let line: String = lines.next().into_iter().flat_map(|line| line.chars().take(110)).collect();
            canvas.write(&faces.plain, 18.0, 84, top + 424 + row * 26, &line, [40, 60, 90]);
        }
    }
    canvas
}

/// Eight slides: photos and pages of points in turn, two of those with a photo on them.
pub fn slides(faces: &Faces, material: &Material) -> Vec<Canvas> {
    let prose: Vec<&str> =
        material.prose.iter().map(|line| line.trim()).filter(|line| line.len() > 50).collect();
    let cut = |number: usize, length: usize| -> String {
        prose.iter().cycle().nth(number).into_iter().flat_map(|line| line.chars().take(length)).collect()
    };
    let grounds = [[255, 255, 255], [18, 32, 60], [250, 246, 236], [30, 30, 30]];
    let mut slides = Vec::new();
    for (pair, ground) in grounds.into_iter().enumerate() {
        slides.push(photo(material, pair * 3).clone());
        let is_dark = pair % 2 == 1;
        let mut slide = Canvas::new(1920, 1080, ground);
        let title = format!("{}. {}", pair + 1, cut(pair * 14, 38));
        slide.write(&faces.bold, 64.0, 120, 90, &title, if is_dark { [255, 220, 120] } else { [20, 40, 90] });
        for row in 0..14 {
            let point = format!("\u{2022} {}", cut(pair * 40 + row, 64));
            let ink = if is_dark { [235, 235, 235] } else { [30, 30, 30] };
            slide.write(&faces.plain, 36.0, 140, 220 + 54 * row, &point, ink);
        }
        if pair >= 2 {
            slide.put(1120, 600, &photo(material, pair * 2).shrunk(720, 405), 0, 405);
        }
        slides.push(slide);
    }
    slides
}

#[expect(clippy::indexing_slicing, reason = "the remainder is within the photos, and there are some")]
fn photo(material: &Material, number: usize) -> &Canvas {
    &material.photos[number % material.photos.len()]
}
