//! Signed tool statements, keyring and lockfile: unverified bytes in, verified tools out. No I/O.
//!
//! | step | from | to |
//! | --- | --- | --- |
//! | [`manifest::Manifest::assemble`] | `tool.toml`, the component's description | [`manifest::Manifest`] |
//! | [`statement::sign`] | manifest, component digest, secret key | the bytes of `<tool>.dsse.json` |
//! | [`verify_unlocked`] | component, statement, keyring | [`verify::Candidate`] |
//! | [`verify::Candidate::approve`] | candidate, [`verify::Approval`] | [`verify::ApprovedEntry`], for [`lock::Lock::insert`] |
//! | [`verify()`] | component, statement, lock entry, keyring | [`VerifiedTool`] |
//! | [`VerifiedTool::still_valid`] | verified tool, keyring, now | [`verify::StillValid`], for each call |
//! | [`VerifiedFunction::check_arguments`] | JSON text | [`CheckedArguments`] |

pub mod json;
pub mod key;
pub mod keyring;
pub mod lock;
pub mod manifest;
pub mod schema;
pub mod statement;
pub mod update;
pub mod verify;

mod arguments;
mod format;

pub use arguments::{CheckedArguments, CheckedOutput, VerifiedFunction};
pub use key::{KeyId, PublicKey, SigningKey};
pub use keyring::{Keyring, TrustRoot};
pub use lock::{Lock, LockEntry};
pub use manifest::Manifest;
pub use schema::SchemaError;
pub use verify::{TrustError, VerifiedTool, verify, verify_unlocked};
