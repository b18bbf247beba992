//! What a package would publish, and what in it leaks.
//!
//! In March 2026 a published npm package carried a source map whose embedded sources gave away half a million lines.
//! Nobody had looked at the list of files. [`inspect`] looks: it computes the list that `npm pack`, `cargo package` or a
//! Python build would make, without running any of them, and scans every file on it.
//!
//! The logic reads through [`Tree`] alone, so that it runs natively, in a sandboxed component and over trees made by tests.
//! Where a packager's answer would depend on something that is not modelled, the report says so and lists nothing.

mod cargo;
mod error;
pub mod findings;
mod git;
mod inspection;
mod npm;
mod plan;
mod python;
mod report;
mod tree;

/// What gives an [`AuditError`] its stable code.
pub use cofferdam_base::Diagnostic;
pub use error::AuditError;
pub use findings::{Code, Finding, Severity};
pub use inspection::inspect;
pub use report::{Ecosystem, MAX_LISTED_FILES, MAX_LISTED_FINDINGS, MAX_LISTED_PATH_BYTES, PublishedFile, Report};
pub use tree::{DiskTree, Entry, Kind, MAX_DEPTH, MAX_ENTRIES, MemoryTree, Source, Stat, Tree, TreeError};
