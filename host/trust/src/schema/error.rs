//! What is wrong with a schema, and with a value that does not fit one.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, text::inline};

use super::{Mismatch, Side, subset};
use crate::json::JsonError;

/// A schema outside the accepted subset. It has no code of its own: a manifest's error names the function and carries it.
#[derive(Debug)]
pub enum SubsetError {
    /// Larger than [`MAX_SCHEMA_BYTES`](super::MAX_SCHEMA_BYTES).
    TooManyBytes,
    /// More schemas than [`MAX_SCHEMA_SIZE`](subset::MAX_SCHEMA_SIZE), references written out.
    TooLarge,
    /// Nested deeper than [`MAX_SCHEMA_DEPTH`](subset::MAX_SCHEMA_DEPTH), references followed.
    TooDeep,
    /// A name or text with characters that deceive its reader.
    Deceptive,
    /// A keyword outside the subset, or at a place where it has no effect.
    Keyword {
        /// JSON pointer to it.
        pointer: String,
    },
    /// A keyword's value has the wrong JSON type.
    Shape {
        /// JSON pointer to it.
        pointer: String,
    },
    /// A reference to anything but a definition of the schema itself.
    Reference {
        /// JSON pointer to it.
        pointer: String,
    },
    /// A reference that leads back to itself.
    Circle {
        /// JSON pointer to it.
        pointer: String,
    },
    /// A pattern longer than [`MAX_PATTERN_BYTES`](subset::MAX_PATTERN_BYTES).
    PatternTooLong {
        /// JSON pointer to it.
        pointer: String,
    },
    /// It does not compile: a value that its keyword does not allow, or a pattern that is no regular expression.
    Invalid {
        /// JSON pointer to it.
        pointer: String,
        /// What the compiler says.
        reason: String,
    },
}

impl fmt::Display for SubsetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |pointer: &str| inline(pointer, 160);
        match self {
            Self::TooManyBytes => write!(f, "the schema is larger than {} bytes", super::MAX_SCHEMA_BYTES),
            Self::TooLarge => write!(f, "the schema has more than {} parts when its references are written out", subset::MAX_SCHEMA_SIZE),
            Self::TooDeep => write!(f, "the schema is nested deeper than {} levels", subset::MAX_SCHEMA_DEPTH),
            Self::Deceptive => f.write_str("the schema holds characters that deceive its reader"),
            Self::Keyword { pointer } => write!(f, "`{}` is not in the accepted subset of JSON Schema", at(pointer)),
            Self::Shape { pointer } => write!(f, "the value at `{}` has the wrong type", at(pointer)),
            Self::Reference { pointer } => write!(f, "the reference at `{}` leads to no definition of this schema", at(pointer)),
            Self::Circle { pointer } => write!(f, "the reference at `{}` leads back to itself", at(pointer)),
            Self::PatternTooLong { pointer } => {
                write!(f, "the pattern at `{}` is longer than {} bytes", at(pointer), subset::MAX_PATTERN_BYTES)
            }
            Self::Invalid { pointer, reason } => write!(f, "the schema does not compile at `{}`: {}", at(pointer), inline(reason, 200)),
        }
    }
}

impl std::error::Error for SubsetError {}

/// Arguments or an outcome that the signed schema does not allow.
#[derive(Debug)]
pub enum SchemaError {
    /// The tool has no such function.
    UnknownFunction {
        /// The name asked for.
        name: String,
        /// The tool's functions.
        known: Vec<String>,
    },
    /// Not JSON that all readers agree on, or more than the tool's limit.
    Malformed {
        /// Arguments or outcome.
        side: Side,
        /// What is wrong.
        source: JsonError,
    },
    /// So many values for so large a schema that the check itself would cost too much.
    TooCostly {
        /// Arguments or outcome.
        side: Side,
    },
    /// The value does not fit the schema.
    Mismatch {
        /// Arguments or outcome.
        side: Side,
        /// Where, and what was expected.
        mismatch: Mismatch,
    },
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFunction { name, known } => {
                write!(f, "the tool has no function `{}`, only `{}`", inline(name, 80), known.join("`, `"))
            }
            Self::Malformed { side, .. } => write!(f, "{side} cannot be read"),
            Self::TooCostly { side } => write!(f, "{side} would take too much work to check against the schema"),
            Self::Mismatch { side, mismatch } => write!(f, "{side} do not fit the signed schema: {mismatch}"),
        }
    }
}

impl std::error::Error for SchemaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed { source, .. } => Some(source),
            Self::UnknownFunction { .. } | Self::TooCostly { .. } | Self::Mismatch { .. } => None,
        }
    }
}

impl Diagnostic for SchemaError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownFunction { .. } => "schema.unknown-function",
            Self::Malformed { .. } => "schema.malformed",
            Self::TooCostly { .. } => "schema.too-costly",
            Self::Mismatch { .. } => "schema.mismatch",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }
}
