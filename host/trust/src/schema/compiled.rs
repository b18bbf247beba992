//! A schema of the subset, compiled, and the check of a value against it.

use std::{fmt, sync::Arc};

use cofferdam_base::text::inline;
use jsonschema::{Draft, PatternOptions, Validator};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{SchemaError, SubsetError, subset};
use crate::json::Json;

/// Largest schema as text. Keeps a statement readable, and what is compiled at each load small.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;

/// Most faults that one error lists.
pub const MAX_FAULTS: usize = 5;

/// Compiled size of one regular expression in bytes. Prevents `a{1000}{1000}` (RUSTSEC-2022-0013).
const PATTERN_BYTES: usize = 128 * 1024;

/// Largest product of the schema's parts and the value's parts that is checked at all: about a second.
const MAX_WORK: usize = 100_000_000;

/// Largest such product for which every fault is looked up. The validator collects all faults before it gives the first,
/// so a hostile value with a million of them would fill the memory.
const MAX_EXPLAINED_WORK: usize = 100_000;

/// Which schema of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What a caller gives.
    Input,
    /// What the function returns.
    Output,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "the arguments",
            Self::Output => "the results",
        })
    }
}

/// A schema of the accepted subset, compiled once.
#[derive(Clone)]
pub struct Schema {
    value: Value,
    size: usize,
    validator: Arc<Validator>,
}

impl Schema {
    /// Checks that a schema is in the subset and compiles it.
    ///
    /// # Errors
    /// See [`SubsetError`].
    pub fn compile(value: Value) -> Result<Self, SubsetError> {
        if value.to_string().len() > MAX_SCHEMA_BYTES {
            return Err(SubsetError::TooManyBytes);
        }
        let size = subset::measure(&value)?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            // The `regex` engine: linear in the text, no look-around, no back-references.
            .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES))
            .build(&value)
            .map_err(|error| SubsetError::Invalid { pointer: error.instance_path().to_string(), reason: error.masked().to_string() })?;
        Ok(Self { value, size, validator: Arc::new(validator) })
    }

    /// The schema as JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Consumes a value and gives it back if it fits.
    ///
    /// # Errors
    /// [`SchemaError::TooCostly`] or [`SchemaError::Mismatch`].
    pub(crate) fn accept(&self, side: Side, json: Json) -> Result<Json, SchemaError> {
        let work = self.size.saturating_mul(json.nodes());
        if work > MAX_WORK {
            return Err(SchemaError::TooCostly { side });
        }
        if self.validator.is_valid(json.value()) {
            return Ok(json);
        }
        let faults = if work > MAX_EXPLAINED_WORK { Vec::new() } else { self.faults(json.value()) };
        Err(SchemaError::Mismatch { side, mismatch: Mismatch { faults } })
    }

    fn faults(&self, value: &Value) -> Vec<Fault> {
        let fault = |error: jsonschema::ValidationError<'_>| Fault {
            pointer: inline(&error.instance_path().to_string(), 160),
            // Masked: the value may be a secret, and is the caller's text.
            expected: inline(&error.masked().to_string(), 200),
        };
        self.validator.iter_errors(value).take(MAX_FAULTS).map(fault).collect()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.value)
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// Where a value does not fit, at most [`MAX_FAULTS`] places; none when looking for them would cost too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    faults: Vec<Fault>,
}

/// One place where a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the value, safe to print; empty for the value itself.
    pub pointer: String,
    /// What is expected there, safe to print, without the value.
    pub expected: String,
}

impl Mismatch {
    /// The places.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.faults.is_empty() {
            return f.write_str("the value is too large to say where");
        }
        for (index, fault) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}at `{}` {}", if fault.pointer.is_empty() { "/" } else { &fault.pointer }, fault.expected)?;
        }
        Ok(())
    }
}
