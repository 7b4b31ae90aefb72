//! The whole main job, with the real programs in real windows.

use anyhow::{Context as _, Result};
use deskside_e2e::story::{STEPS, Story};

#[test]
fn from_the_ticket_to_the_revoked_control() -> Result<()> {
    let mut story = Story::new()?;
    for (name, act) in STEPS {
        act(&mut story).context(name)?;
    }
    Ok(())
}
