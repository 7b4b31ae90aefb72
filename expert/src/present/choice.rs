//! Which presenter a window gets: what the person says, else what suits the machine's OpenGL.

use serde::{Deserialize, Serialize};

/// What the person says about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// As suits the machine.
    #[default]
    Auto,
    /// By the graphics card.
    Gpu,
    /// By the processor, changed pixels only.
    Software,
}

/// Names of OpenGL implementations that compute on the processor, in lower case.
///
/// Reference: Mesa's llvmpipe, softpipe and swrast (also below zink as lavapipe), Google's SwiftShader, Apple's and
/// Microsoft's fallbacks.
const ON_THE_PROCESSOR: [&str; 8] =
    ["llvmpipe", "softpipe", "swrast", "lavapipe", "software", "swiftshader", "gdi generic", "basic render"];

impl Choice {
    /// Whether the processor should put the pixels itself, where OpenGL calls itself `renderer`.
    #[must_use]
    pub fn wants_software(self, renderer: Option<&str>) -> bool {
        match self {
            Self::Gpu => false,
            Self::Software => true,
            Self::Auto => renderer.is_some_and(|name| {
                let name = name.to_ascii_lowercase();
                ON_THE_PROCESSOR.iter().any(|word| name.contains(word))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_itself_it_follows_the_name_of_the_renderer() {
        for name in [
            "llvmpipe (LLVM 15.0.6, 256 bits)",
            "softpipe",
            "Software Rasterizer",
            "zink Vulkan 1.3(llvmpipe (LLVM 17.0.6, 256 bits) (MESA_LLVMPIPE))",
            "Google SwiftShader",
            "GDI Generic",
        ] {
            assert!(Choice::Auto.wants_software(Some(name)), "{name}");
        }
        for name in
            ["Mesa Intel(R) UHD Graphics 620 (KBL GT2)", "AMD Radeon RX 6600", "virgl", "SVGA3D; build"]
        {
            assert!(!Choice::Auto.wants_software(Some(name)), "{name}");
        }
        assert!(!Choice::Auto.wants_software(None));
    }

    #[test]
    fn the_persons_word_counts_whatever_the_renderer_is() {
        assert!(Choice::Software.wants_software(Some("AMD Radeon RX 6600")));
        assert!(!Choice::Gpu.wants_software(Some("llvmpipe")));
    }
}
