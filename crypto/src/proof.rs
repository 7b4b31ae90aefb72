//! The proof that an expert holds a ticket's access secret, good on one connection only.
//! What the exporter's value is made of is the connection's business; here it is 32 bytes.
//!
//! # Reference
//! docs/TICKET.md, section 7.

use deskside_proto::ids::TicketId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::identity::PublicIdentity;
use crate::label;
use crate::secret::AccessSecret;

/// The TLS exporter's label for [`ProofInput::exporter`]; its context is empty.
pub const EXPORTER_LABEL: &[u8] = label::PROOF_EXPORTER;

/// What a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct ProofInput<'a> {
    /// The ticket.
    pub ticket: &'a TicketId,
    /// The connection: its TLS exporter value.
    pub exporter: &'a [u8; 32],
    /// The expert at the other end of the connection.
    pub expert: &'a PublicIdentity,
    /// The sealed password that the expert hands back.
    pub sealed_password: &'a [u8],
}

/// Makes the proof.
pub fn prove(secret: &AccessSecret, input: &ProofInput<'_>) -> [u8; 32] {
    mac(secret, input).finalize().into_bytes().into()
}

/// Whether `proof` is the right one; takes the same time for every wrong one.
pub fn verify(secret: &AccessSecret, input: &ProofInput<'_>, proof: &[u8; 32]) -> bool {
    mac(secret, input).verify_slice(proof).is_ok()
}

/// All parts but the last have a fixed length, so no two inputs give the same bytes.
fn mac(secret: &AccessSecret, input: &ProofInput<'_>) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal()).expect("any length");
    mac.update(label::PROOF);
    mac.update(&input.ticket.0);
    mac.update(input.exporter);
    mac.update(&input.expert.to_bytes());
    mac.update(input.sealed_password);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;
    use crate::test_rng::TestRng;

    #[test]
    fn a_proof_is_good_for_its_own_input_only() {
        let mut rng = TestRng::new("proof");
        let (expert, other) =
            (Identity::generate(&mut rng).public().clone(), Identity::generate(&mut rng).public().clone());
        let secret = AccessSecret::generate(&mut rng);
        let input = ProofInput {
            ticket: &TicketId([1; 16]),
            exporter: &[2; 32],
            expert: &expert,
            sealed_password: &[3; 80],
        };
        let proof = prove(&secret, &input);
        assert!(verify(&secret, &input, &proof));

        assert!(!verify(&AccessSecret::generate(&mut rng), &input, &proof), "another secret");
        assert!(
            !verify(&secret, &ProofInput { ticket: &TicketId([9; 16]), ..input }, &proof),
            "another ticket"
        );
        assert!(!verify(&secret, &ProofInput { exporter: &[9; 32], ..input }, &proof), "another connection");
        assert!(!verify(&secret, &ProofInput { expert: &other, ..input }, &proof), "another expert");
        assert!(
            !verify(&secret, &ProofInput { sealed_password: &[9; 80], ..input }, &proof),
            "another password"
        );
        assert!(
            !verify(&secret, &ProofInput { sealed_password: &[3; 79], ..input }, &proof),
            "a shorter password"
        );
        for bit in 0..256 {
            let mut wrong = proof;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&secret, &input, &wrong));
        }
    }
}
