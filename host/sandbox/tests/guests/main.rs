//! Guests, most of them hostile, against the sandbox. Their text is in `tests/guests/*.wat` at the root of the project.

#![expect(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test makes its own files")]

mod caching;
mod determinism;
mod http;
mod limits;
mod neighbours;
mod paths;
mod preparing;
mod support;
mod verifying;
