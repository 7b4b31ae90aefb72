//! The heart of the client: commands in, views out, and between them the controller that decides.

pub mod admission;
pub mod command;
pub mod controller;
pub mod publish;
pub mod run;
pub mod shell;
pub mod view;
pub mod words;

pub use command::{Answer, CommandReceiver, CommandSender, InvitationOptions, SettingsChange, UserCommand};
pub use publish::ViewPublisher;
pub use view::AppView;
