//! What must hold for any bytes in a datagram; used by the fuzz target and by the test that replays its corpus.

use deskside_proto::wire::datagram::{InputCopy, UpdateRepair};

/// Refused, or accepted with exactly one spelling, and then within its bounds.
pub fn datagram(data: &[u8]) {
    let mut again = Vec::new();
    if let Ok(repair) = UpdateRepair::decode(data) {
        assert!(usize::from(repair.offset) + repair.bytes.len() <= usize::from(repair.period));
        assert!(repair.period <= repair.total);
        repair.encode(&mut again);
        assert_eq!(again, data);
    } else if let Ok(copy) = InputCopy::decode(data) {
        assert!(!copy.frames.is_empty() && data.len() <= InputCopy::MAX_BYTES);
        copy.encode(&mut again);
        assert_eq!(again, data);
    }
}
