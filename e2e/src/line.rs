//! A network between the two programs that a test holds in its hand.

use std::ops::Deref;

use anyhow::Result;
use deskside_testkit::net::Relay;
use tokio::runtime::Runtime;

use crate::person::PersonSide;

/// A relay that stands between the person's program and whoever opens their tickets, on a thread of its own.
pub struct Line {
    relay: Relay,
    _network: Runtime,
}

impl Line {
    /// Lets every ticket of this person that is made from now on lead through it.
    ///
    /// # Errors
    /// The system gives no port, or the settings cannot be written.
    pub fn to(person: &PersonSide) -> Result<Self> {
        let network = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let relay = network.block_on(Relay::to(([127, 0, 0, 1], person.port).into()))?;
        person.settings(&format!("addresses = [\"{}\"]\n", relay.address()))?;
        Ok(Self { relay, _network: network })
    }
}

impl Deref for Line {
    type Target = Relay;

    fn deref(&self) -> &Relay {
        &self.relay
    }
}
