//! The program of the person who helps.
