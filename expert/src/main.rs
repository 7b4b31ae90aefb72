//! The program of the person who helps.

fn main() {}
