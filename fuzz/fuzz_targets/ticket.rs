//! Any bytes as a ticket file, as anybody may send one; what must hold is in `ticket_checks`.
#![no_main]

mod ticket_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ticket_checks::file(data));
