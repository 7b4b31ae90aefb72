//! Any bytes as the coded pictures of video streams; what must hold is in `video_checks`.
#![no_main]

mod video_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| video_checks::pictures(data));
