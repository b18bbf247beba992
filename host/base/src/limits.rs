//! What one tool call may use. Every number of the sandbox is here; the docs' table is made from this list.
//!
//! The values are both default and ceiling: a tool's manifest may only lower them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// One row of the generated table in `docs/limits.md`.
#[derive(Debug, Clone, Copy)]
pub struct LimitRow {
    /// Name in a manifest and in errors.
    pub name: &'static str,
    /// Default and ceiling.
    pub value: u64,
    /// Unit of the value.
    pub unit: &'static str,
    /// What it prevents.
    pub prevents: &'static str,
}

macro_rules! limits {
    ($($field:ident: $value:expr, $unit:literal, $prevents:literal;)*) => {
        /// What one call (and, with the same numbers, its verification) may use.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $prevents] pub $field: u64,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }

        /// Every limit with its ceiling, in the order of the docs.
        pub const ROWS: &[LimitRow] = &[
            $(LimitRow { name: stringify!($field), value: $value, unit: $unit, prevents: $prevents },)*
        ];

        impl Limits {
            /// These limits, lowered where a manifest asks for less.
            ///
            /// # Errors
            /// A name that is no limit, or a value of zero or above the ceiling.
            pub fn lowered(mut self, wanted: &LimitOverrides) -> Result<Self, LimitError> {
                for (name, value) in &wanted.0 {
                    let slot = match name.as_str() {
                        $(stringify!($field) => &mut self.$field,)*
                        _ => return Err(LimitError::Unknown(name.clone())),
                    };
                    if *value == 0 || *value > *slot {
                        return Err(LimitError::NotLower { name: name.clone(), wanted: *value, ceiling: *slot });
                    }
                    *slot = *value;
                }
                Ok(self)
            }
        }
    };
}

const MIB: u64 = 1 << 20;

limits! {
    fuel: 20_000_000_000, "instructions", "an endless loop, counted the same on every machine";
    wall_ms: 30_000, "milliseconds", "a call that waits or computes without end";
    memory_bytes: 256 * MIB, "bytes", "a guest that takes the machine's memory";
    table_elements: 100_000, "elements", "memory taken through tables";
    resources: 4_096, "handles", "open files and streams without end";
    argument_bytes: MIB, "bytes", "arguments that cost more to check than to use";
    output_bytes: 4 * MIB, "bytes", "a result that floods the host or the model";
    log_bytes: 64 * 1024, "bytes", "a flood on standard output and standard error";
    random_bytes: MIB, "bytes", "the host made to produce random bytes without end";
    host_call_bytes: 16 * MIB, "bytes", "one host call that makes the host allocate";
    file_bytes: 64 * MIB, "bytes", "one file that fills the memory when it is read";
    read_bytes: 1024 * MIB, "bytes", "a call that reads the whole disk";
    listed_entries: 1_000_000, "entries", "a call that lists without end";
    staged_files: 10_000, "files", "a call that fills the workspace with files";
    staged_bytes: 64 * MIB, "bytes", "a call that fills the disk";
    http_requests: 32, "requests", "a call that asks other machines without end";
    http_bytes: 16 * MIB, "bytes", "requests and answers of a call, all together, that fill the host's memory";
}

/// The limits that a manifest lowers, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LimitOverrides(pub BTreeMap<String, u64>);

/// A manifest's limit that cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitError {
    /// No limit has this name.
    Unknown(String),
    /// Zero, or more than the ceiling.
    NotLower {
        /// The limit's name.
        name: String,
        /// What the manifest asks for.
        wanted: u64,
        /// The most that it can have.
        ceiling: u64,
    },
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "`{}` is not the name of a limit", crate::text::inline(name, 60)),
            Self::NotLower { name, wanted, ceiling } => write!(f, "limit `{name}` is {wanted}, and must be 1 to {ceiling}"),
        }
    }
}

impl std::error::Error for LimitError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(name: &str, value: u64) -> LimitOverrides {
        LimitOverrides([(name.to_owned(), value)].into())
    }

    #[test]
    fn a_manifest_lowers_and_never_raises() {
        assert_eq!(Limits::default().lowered(&overrides("wall_ms", 5)).unwrap().wall_ms, 5);
        assert!(matches!(Limits::default().lowered(&overrides("wall_ms", 30_001)), Err(LimitError::NotLower { .. })));
        assert!(matches!(Limits::default().lowered(&overrides("wall_ms", 0)), Err(LimitError::NotLower { .. })));
        assert_eq!(Limits::default().lowered(&overrides("wal_ms", 5)), Err(LimitError::Unknown("wal_ms".to_owned())));
    }
}
