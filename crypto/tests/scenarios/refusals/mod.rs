//! Tickets that must be refused, one reason each.

mod armour;
mod credentials;
mod fields;
mod forgeries;

use super::Vector;
use super::forge::World;

pub fn all(world: &World) -> Vec<Vector> {
    [
        fields::version,
        fields::name_and_validity,
        fields::addresses,
        fields::locks_and_length,
        armour::pieces,
        armour::first_line,
        armour::lines_and_letters,
        forgeries::signature,
        credentials::keys,
        credentials::passwords_and_proofs,
        credentials::uses,
    ]
    .into_iter()
    .flat_map(|scenarios| scenarios(world))
    .collect()
}
