//! What the system is told and asked about the picture's own thread. It knows nothing of pictures.

#[cfg(target_os = "linux")]
#[path = "thread/linux.rs"]
mod system;
/// Elsewhere priorities belong to whole processes, and the CPU budget is not measured.
#[cfg(not(target_os = "linux"))]
mod system {
    pub fn step_back() {}

    pub fn cpu_time() -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

pub(super) use system::{cpu_time, step_back};
