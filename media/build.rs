//! Refuses to build an H.264 codec without its assembly: openh264's own build goes on without `nasm` and says
//! nothing, and the result is three times slower.

use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=OPENH264_NO_ASM");
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    if !matches!(arch.as_str(), "x86" | "x86_64") {
        return ExitCode::SUCCESS;
    }
    if std::env::var_os("OPENH264_NO_ASM").is_some() {
        println!(
            "cargo::error=OPENH264_NO_ASM is set: the H.264 codec would be three times slower. Unset it."
        );
        return ExitCode::FAILURE;
    }
    let found = Command::new("nasm").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return ExitCode::SUCCESS;
    }
    println!(
        "cargo::error=The assembler `nasm` is missing: without it the H.264 codec is three times slower, and nothing would \
         say so. Install it (Debian, Ubuntu: `apt install nasm`), run `cargo clean -p openh264-sys2`, and build \
         again."
    );
    ExitCode::FAILURE
}
