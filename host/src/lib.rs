//! What both programs need from the machine: directories, private files, settings, logging, exit codes, the
//! form of a manual page.
//! Knows nothing of tickets, sessions or windows.

pub mod dirs;
pub mod exit;
pub mod logging;
pub mod manual;
pub mod private_file;
pub mod settings;
