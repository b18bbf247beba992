//! What can go wrong with the index. Nothing of it loses anything: the index can always be made anew.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic};
use cofferdam_store::StateError;
use tantivy::TantivyError;

/// Why the index cannot be used.
#[derive(Debug)]
pub enum IndexError {
    /// The library's. A damaged file, a full disk.
    Library(TantivyError),
    /// What was indexed cannot be written down.
    Write(serde_json::Error),
    /// The state folder's.
    State(StateError),
}

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> Self {
        Self::Library(error)
    }
}

impl From<std::io::Error> for IndexError {
    fn from(error: std::io::Error) -> Self {
        Self::Library(error.into())
    }
}

impl From<StateError> for IndexError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(_) => f.write_str("the search index cannot be used"),
            Self::Write(_) => f.write_str("the list of what was indexed cannot be written as JSON"),
            Self::State(error) => error.fmt(f),
        }
    }
}

impl Error for IndexError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Library(source) => Some(source),
            Self::Write(source) => Some(source),
            Self::State(error) => error.source(),
        }
    }
}

impl Diagnostic for IndexError {
    fn code(&self) -> &'static str {
        match self {
            Self::Library(_) => "index.unusable",
            Self::Write(_) => "index.write",
            Self::State(error) => error.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Library(_) | Self::Write(_) => Class::Failed,
            Self::State(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Library(_) | Self::Write(_) => Some("make it anew with `cofferdam memory reindex`".to_owned()),
            Self::State(error) => error.hint(),
        }
    }
}
