//! Any bytes as one datagram; what must hold is in `datagram_checks`.
#![no_main]

mod datagram_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| datagram_checks::datagram(data));
