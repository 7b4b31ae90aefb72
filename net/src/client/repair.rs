//! Whether an update is worth repairing before anybody knows that it was damaged, and the bytes that do it. Pure: it is
//! told what was lost lately, and knows no connection.

/// How long the fold of an update must be (docs/PROTOCOL.md, "Datagrams"): `None` where none helps.
///
/// `part_bytes` of it fit into a datagram, and about as many of the update into a packet. One part mends one packet, so
/// two are the least for more than one; longer updates lose more than one packet, which takes a longer period.
pub(super) fn period(total: usize, part_bytes: usize, losses: u64) -> Option<u16> {
    if losses == 0 || part_bytes == 0 || total > usize::from(u16::MAX) {
        return None;
    }
    let packets = total.div_ceil(part_bytes);
    let packets_per_part = match losses {
        0..=200 => 6,
        201..=500 => 3,
        501.. => 2,
    };
    let parts = packets.div_ceil(packets_per_part).max(2);
    u16::try_from((parts * part_bytes).min(total)).ok()
}

/// The fold of a payload upon a period.
pub(super) fn fold(payload: &[u8], period: u16) -> Vec<u8> {
    let mut fold = vec![0; usize::from(period)];
    for row in payload.chunks(usize::from(period).max(1)) {
        for (folded, byte) in fold.iter_mut().zip(row) {
            *folded ^= byte;
        }
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_updates_are_copied_and_longer_ones_repaired_for_less() {
        assert_eq!(period(100, 1_400, 0), None);
        assert_eq!(period(100, 1_400, 1), Some(100));
        assert_eq!(period(2_000, 1_400, 100), Some(2_000));
        assert_eq!(period(8_000, 1_400, 100), Some(2_800));
        assert_eq!(period(30_000, 1_400, 100), Some(4 * 1_400));
        assert_eq!(period(30_000, 1_400, 1_000), Some(11 * 1_400));
        assert_eq!(period(65_536, 1_400, 100), None);
        assert_eq!(period(8_000, 0, 100), None);
    }

    #[test]
    fn a_fold_is_the_sum_of_what_lies_a_period_apart() {
        assert_eq!(fold(&[1, 2, 3, 4, 5], 2), [1 ^ 3 ^ 5, 2 ^ 4]);
        assert_eq!(fold(&[1, 2, 3], 3), [1, 2, 3]);
    }
}
