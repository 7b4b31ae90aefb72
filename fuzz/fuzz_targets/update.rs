//! Any bytes as a stream of picture updates; what must hold is in `update_checks`.
#![no_main]

mod update_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| update_checks::updates(data));
