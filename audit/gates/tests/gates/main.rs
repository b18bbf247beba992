//! The commands and the verifier, over files written by the ledger's own code.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test may panic, in its helpers too")]
#![expect(clippy::disallowed_methods, reason = "the tests write the files that the commands read")]

mod commands;
mod package;
mod packages;
mod shape;
mod support;
mod tampering;
mod verifying;
