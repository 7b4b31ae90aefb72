//! Test-only: X servers, a person at a keyboard, fakes and hostile peers.
