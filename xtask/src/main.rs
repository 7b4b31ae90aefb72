//! Commands of the house: set-up, demo, tests, checks, packages.

fn main() {}
