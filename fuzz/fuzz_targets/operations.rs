//! Any program of well-formed operations; what must hold is in `operation_checks`.
#![no_main]

mod operation_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| operation_checks::operations(data));
