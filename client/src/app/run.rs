//! The running program.
use crate::control_socket::Instance;
use crate::profile::Profile;
use thiserror::Error;
/// e
#[derive(Debug, Error)]
#[error("not yet")]
pub struct RunError;
/// t
pub fn on_terminal(_: Profile, _: Instance) -> Result<(), RunError> {
    Err(RunError)
}
/// w
pub fn in_windows(_: Profile, _: Instance, _: impl FnOnce()) -> Result<(), RunError> {
    Err(RunError)
}
