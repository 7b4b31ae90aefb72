//! What both programs need from the machine: directories, private files, settings, logging, exit codes, the
//! form of a manual page, memory shared with the display server, the keyboard's locks.
//! Knows nothing of tickets, sessions or windows.

pub mod dirs;
pub mod exit;
pub mod locks;
pub mod logging;
pub mod manual;
pub mod private_file;
pub mod settings;
#[cfg(target_os = "linux")]
pub mod shared_memory;
