//! The ledger over a storage in memory that can fail.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic, in its helpers too")]

mod crashing;
mod opening;
mod proving;
mod reading;
mod support;
mod tree;
mod writing;
