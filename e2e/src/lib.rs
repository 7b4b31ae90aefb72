//! End-to-end tests with the real programs in real X servers.
