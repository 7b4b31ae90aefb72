//! Tickets as the client keeps them: making one, recording it, finding it again, closing it.
//! Who may come in with one is decided in `app::admission`.

pub mod addresses;
pub mod issue;
pub mod record;
pub mod store;
