//! What must hold for any bytes as a stream of picture updates. Shared by the fuzz target `update` and the ordinary
//! tests of `deskside-media`.

use deskside_media::UpdateDecoder;

/// Input is a sequence of updates, each after its length in two bytes; the last takes what is left.
pub fn updates(mut data: &[u8]) {
    let Ok(mut decoder) = UpdateDecoder::new() else { return };
    let mut sequence = 0;
    while let Some((length, rest)) = data.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (update, after) = rest.split_at(length);
        data = after;
        let before = decoder.surface().size();
        // A surface of 32 Mpx for each input would make the fuzzer slow, not thorough.
        if announces_a_large_surface(update) {
            continue;
        }
        match decoder.apply(update) {
            Ok(applied) => {
                let size = decoder.surface().size();
                assert_eq!(applied.sequence, sequence);
                assert_eq!(applied.resized, size != before);
                assert!(size.is_desktop());
                assert!(applied.dirty.iter().all(|rect| rect.clipped(size) == Some(*rect)));
                assert_eq!(decoder.surface().bytes().len() as u64, size.pixels() * 4);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        sequence += 1;
    }
}

fn announces_a_large_surface(update: &[u8]) -> bool {
    let side = |at: usize| update.get(at..at + 2).map_or(0, |b| u32::from(b[0]) << 8 | u32::from(b[1]));
    side(1) * side(3) > 512 * 512
}
