//! Linking this test fails when openh264 was built without its assembly, as happens when `nasm` was installed only
//! after the library had been compiled: then run `cargo clean -p openh264-sys2` and build again.
#![cfg(target_arch = "x86_64")]
#![allow(unsafe_code, reason = "a symbol of another language can only be named so")]

unsafe extern "C" {
    fn WelsSampleSad16x16_sse2();
    fn WelsIDctT4Rec_mmx();
}

#[test]
fn the_video_codec_has_its_assembly() {
    assert!(deskside_media::video::H264Decoder::new((16, 16)).is_ok());
    let functions = [WelsSampleSad16x16_sse2 as *const (), WelsIDctT4Rec_mmx as *const ()];
    assert!(functions.iter().all(|function| !function.is_null()));
}
