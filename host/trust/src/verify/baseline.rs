//! The closed list of what a component may import.
//!
//! The baseline is what the runtimes of Rust, C, Go, JavaScript and Python import whether or not they use it; the host
//! answers it from nothing (empty environment, captured output, virtual clock, recorded randomness). Names are listed one
//! by one: an interface that WASI adds later is refused until somebody thought about it.

use semver::{BuildMetadata, Prerelease, Version};

use crate::manifest::{Capabilities, Filesystem, Http};

/// Interfaces of WASI 0.2 that every tool may import.
const BASELINE: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// Interfaces of WASI 0.2 that come with access to the workspace.
const FILESYSTEM: &[&str] = &["wasi:filesystem/preopens", "wasi:filesystem/types"];

/// Interfaces of WASI 0.2 that come with outgoing HTTP. `wasi:http/incoming-handler` is none of them: a tool serves nobody.
const HTTP: &[&str] = &["wasi:http/outgoing-handler", "wasi:http/types"];

/// The interface that every tool exports.
const HANDLER: &str = "cofferdam:tool/handler";

/// Whether an import is allowed.
pub(super) enum Import {
    /// It is in the baseline, or the capabilities cover it.
    Covered,
    /// A capability that the tool does not declare would cover it.
    Undeclared(&'static str),
    /// Nothing covers it.
    Unknown,
}

/// Decides on one import by its full name, such as `wasi:io/poll@0.2.6`.
pub(super) fn decide_import(name: &str, capabilities: &Capabilities) -> Import {
    let Some((interface, version)) = split(name) else {
        return Import::Unknown;
    };
    if (version.major, version.minor) != (0, 2) {
        Import::Unknown
    } else if BASELINE.contains(&interface) {
        Import::Covered
    } else if FILESYSTEM.contains(&interface) {
        match capabilities.filesystem {
            Filesystem::None => Import::Undeclared("filesystem"),
            Filesystem::ReadOnly | Filesystem::ReadWrite => Import::Covered,
        }
    } else if HTTP.contains(&interface) {
        match capabilities.http {
            Http::None => Import::Undeclared("http"),
            Http::Outgoing => Import::Covered,
        }
    } else {
        Import::Unknown
    }
}

/// The version of the handler interface, if the export is one that this host calls (0.1.x).
pub(super) fn handler_version(name: &str) -> Option<Version> {
    let (interface, version) = split(name)?;
    (interface == HANDLER && (version.major, version.minor) == (0, 1)).then_some(version)
}

/// Interface and version; none for a name without a plain version.
fn split(name: &str) -> Option<(&str, Version)> {
    let (interface, version) = name.split_once('@')?;
    let version: Version = version.parse().ok()?;
    (version.pre == Prerelease::EMPTY && version.build == BuildMetadata::EMPTY).then_some((interface, version))
}
