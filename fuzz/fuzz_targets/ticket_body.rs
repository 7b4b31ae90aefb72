//! Any bytes as the body of a ticket; what must hold is in `ticket_checks`.
#![no_main]

mod ticket_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| ticket_checks::body(data));
