//! A generator for tests: the same name gives the same bytes, on every machine and for ever.
//! It is compiled into no program.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

/// SHA-256 over a name and a counter, byte by byte.
pub struct TestRng {
    name: String,
    block: u64,
    left: Vec<u8>,
}

impl TestRng {
    /// Begins the stream of that name.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), block: 0, left: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        if self.left.is_empty() {
            let hash =
                Sha256::new().chain_update(&self.name).chain_update(self.block.to_be_bytes()).finalize();
            self.left = hash.iter().rev().copied().collect();
            self.block += 1;
        }
        self.left.pop().unwrap_or_default()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.bytes()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill_with(|| self.byte());
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}
