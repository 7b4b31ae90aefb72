//! The program of the person who is helped.
