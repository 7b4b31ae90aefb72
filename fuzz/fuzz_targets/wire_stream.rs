//! Any bytes as one wire stream; what must hold is in `wire_checks`.
#![no_main]

mod wire_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire_checks::stream(data));
