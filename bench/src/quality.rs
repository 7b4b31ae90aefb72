//! How alike two pictures are: exactly equal or not, PSNR over red, green and blue, SSIM over luma. Pure.

use crate::screen::Rect;

/// How a part of one picture differs from the same part of another.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    /// The largest difference of any colour part, 0 to 255.
    pub worst: u8,
    /// Decibels over red, green and blue; 99 stands for equal.
    pub psnr: f64,
    /// Structural similarity of luma, 1 for equal.
    pub ssim: f64,
}

/// What stands for infinitely many decibels.
pub const EQUAL_DB: f64 = 99.0;

/// Compares `part` of two pictures of blue, green, red and nothing, with `stride` bytes a row.
/// SSIM: windows of 8x8 pixels, 4 apart, BT.601 luma, K1 0.01, K2 0.03, mean.
///
/// # Panics
/// The part is not inside the pictures.
#[expect(clippy::indexing_slicing, reason = "a part outside the pictures is a fault of this program")]
pub fn compare(one: &[u8], other: &[u8], stride: usize, part: Rect) -> Quality {
    let (width, height) = (usize::from(part.width), usize::from(part.height));
    let (left, top) = (usize::from(part.x.unsigned_abs()), usize::from(part.y.unsigned_abs()));
    let (mut worst, mut squares) = (0, 0_u64);
    let (mut light, mut other_light) =
        (Vec::with_capacity(width * height), Vec::with_capacity(width * height));
    for y in top..top + height {
        let at = y * stride + left * 4;
        let rows = (&one[at..at + width * 4], &other[at..at + width * 4]);
        for (pixel, twin) in rows.0.chunks_exact(4).zip(rows.1.chunks_exact(4)) {
            for (a, b) in pixel.iter().zip(twin).take(3) {
                let difference = a.abs_diff(*b);
                worst = worst.max(difference);
                squares += u64::from(difference) * u64::from(difference);
            }
            light.push(luma(pixel));
            other_light.push(luma(twin));
        }
    }
    if worst == 0 {
        return Quality { worst, psnr: EQUAL_DB, ssim: 1.0 };
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 10^13, well within 2^52")]
    let mean = squares as f64 / (width * height * 3) as f64;
    let psnr = (10.0 * (255.0 * 255.0 / mean).log10()).min(EQUAL_DB);
    Quality { worst, psnr, ssim: similarity(&light, &other_light, width, height) }
}

#[expect(clippy::indexing_slicing, reason = "compare() gives four bytes a pixel")]
fn luma(pixel: &[u8]) -> f32 {
    0.114 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.299 * f32::from(pixel[2])
}

#[expect(clippy::indexing_slicing, reason = "windows lie within the pictures by the bounds of the loops")]
fn similarity(one: &[f32], other: &[f32], width: usize, height: usize) -> f64 {
    const WINDOW: usize = 8;
    const COUNT: f32 = 64.0;
    let (c1, c2) = ((0.01 * 255.0_f32).powi(2), (0.03 * 255.0_f32).powi(2));
    let (mut total, mut windows) = (0.0, 0_u32);
    for top in (0..height.saturating_sub(WINDOW - 1)).step_by(4) {
        for left in (0..width.saturating_sub(WINDOW - 1)).step_by(4) {
            let (mut a, mut b, mut aa, mut bb, mut ab) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
            for y in top..top + WINDOW {
                let at = y * width + left;
                for (p, q) in one[at..at + WINDOW].iter().zip(&other[at..at + WINDOW]) {
                    (a, b, aa, bb, ab) = (a + p, b + q, aa + p * p, bb + q * q, ab + p * q);
                }
            }
            let (mean_a, mean_b) = (a / COUNT, b / COUNT);
            let (var_a, var_b) = (aa / COUNT - mean_a * mean_a, bb / COUNT - mean_b * mean_b);
            let covariance = ab / COUNT - mean_a * mean_b;
            let above = (2.0 * mean_a * mean_b + c1) * (2.0 * covariance + c2);
            total += f64::from(above / ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2)));
            windows += 1;
        }
    }
    if windows == 0 { 1.0 } else { total / f64::from(windows) }
}

/// Whether two runs of pixels agree in every colour part; the fourth byte means nothing.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    one == other
        || one
            .chunks_exact(4)
            .zip(other.chunks_exact(4))
            .all(|(a, b)| a.iter().zip(b).take(3).all(|(x, y)| x == y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<u8> {
        (0..64 * 64 * 4_u32).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
    }

    #[test]
    fn equal_pictures_are_equal() {
        let quality = compare(&picture(), &picture(), 256, Rect::new(0, 0, 64, 64));
        assert!(quality.worst == 0 && quality.psnr == EQUAL_DB && quality.ssim == 1.0);
    }

    #[test]
    fn an_error_of_one_everywhere_is_48_decibels() {
        let brighter: Vec<u8> = picture().iter().map(|part| part + 1).collect();
        let quality = compare(&picture(), &brighter, 256, Rect::new(0, 0, 64, 64));
        assert!(
            quality.worst == 1 && (quality.psnr - 48.13).abs() < 0.01 && quality.ssim > 0.99,
            "{quality:?}"
        );
    }

    #[test]
    fn only_the_part_counts_and_the_fourth_byte_does_not() {
        let mut other = picture();
        other[3] = 9;
        other[63 * 4] ^= 1;
        assert_eq!(compare(&picture(), &other, 256, Rect::new(0, 0, 63, 64)).worst, 0);
        assert_eq!(compare(&picture(), &other, 256, Rect::new(0, 0, 64, 64)).worst, 1);
        assert!(equal(&picture()[..252], &other[..252]) && !equal(&picture(), &other));
    }
}
