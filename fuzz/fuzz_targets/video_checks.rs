//! What must hold for any bytes as the coded pictures of video streams. Shared by the fuzz target `video` and the
//! ordinary tests of `deskside-media`.

use deskside_media::UpdateDecoder;

/// Sides of the surface; a picture fits in several places.
const WIDTH: u16 = 96;
const HEIGHT: u16 = 80;

/// Where the picture of each stream lies, and of what size.
const PICTURES: [[u16; 4]; 4] = [[0, 0, 64, 48], [32, 32, 64, 48], [1, 3, 33, 17], [0, 0, 96, 80]];

/// Input is a sequence of pictures: a byte for the stream and how its chroma is spread, two for the length, and the bytes of Annex B.
pub fn pictures(mut data: &[u8]) {
    let Ok(mut decoder) = UpdateDecoder::new() else { return };
    let mut keyframe_owed = true;
    while let Some(([stream, high, low], rest)) = data.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (coded, after) = rest.split_at(length);
        data = after;
        let head = stream % 8;
        let stream = head % 4;
        let [x, y, width, height] = PICTURES[usize::from(stream)];
        // All but the last row and column are shown.
        let shown = [x, y, width - 1, height - 1];
        let mut body = vec![head];
        PICTURES[usize::from(stream)].iter().for_each(|value| body.extend_from_slice(&value.to_be_bytes()));
        body.extend_from_slice(&1_u16.to_be_bytes());
        shown.iter().for_each(|value| body.extend_from_slice(&value.to_be_bytes()));
        body.extend_from_slice(coded);
        let mut update = vec![u8::from(keyframe_owed)];
        [WIDTH, HEIGHT].iter().for_each(|value| update.extend_from_slice(&value.to_be_bytes()));
        update.push(5);
        update.extend_from_slice(&(body.len() as u32).to_be_bytes());
        update.extend_from_slice(&body);
        let before = decoder.surface().clone();
        let result = decoder.apply(&update);
        let surface = decoder.surface();
        assert_eq!(surface.bytes().len(), usize::from(WIDTH) * usize::from(HEIGHT) * 4);
        // Nothing is painted beside what is shown, and nothing at all of what is refused.
        let stride = usize::from(WIDTH) * 4;
        for (row, bytes) in surface.bytes().chunks_exact(stride).enumerate() {
            for (column, pixel) in bytes.chunks_exact(4).enumerate() {
                let inside = |at: usize, from: u16, length: u16| {
                    (usize::from(from)..usize::from(from + length)).contains(&at)
                };
                let is_shown = result.is_ok() && inside(column, x, width - 1) && inside(row, y, height - 1);
                let at = row * stride + column * 4;
                let is_as_before = before.bytes().get(at..at + 3).is_some_and(|old| *old == pixel[..3]);
                let is_black = keyframe_owed && pixel[..3] == [0; 3];
                assert!(is_shown || is_as_before || is_black, "painted at {column}, {row}");
            }
        }
        keyframe_owed = result.is_err();
    }
}
