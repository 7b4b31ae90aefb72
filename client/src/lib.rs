//! The program of the person who is helped.

pub mod app;
pub mod config;
pub mod tickets;
