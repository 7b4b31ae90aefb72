//! The viewer of the person who helps: opens a ticket, shows the desktop, sends keys and pointer once allowed.
//! The picture is decoded in `deskside-media`, the connection is `deskside-net`'s, the rules of a session `deskside-proto`'s.

pub mod app;
pub mod associate;
pub mod cli;
pub mod config;
pub mod grab;
pub mod identity;
pub mod keyboard;
pub mod link;
pub mod method;
pub mod model;
pub mod opening;
pub mod present;
pub mod run;
pub mod scale;
pub mod terminal;
pub mod view;
pub mod wheel;
pub mod words;
