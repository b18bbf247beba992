//! Why nothing can be recalled.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic};
use cofferdam_gate::{Fault, transcript::TranscriptError};
use cofferdam_index::IndexError;
use cofferdam_memory::MemoryError;
use cofferdam_store::StateError;

/// Why nothing can be recalled: where it is kept, or the index over it, cannot be read.
#[derive(Debug)]
pub enum RecallError {
    /// The index.
    Index(IndexError),
    /// The memory.
    Memory(MemoryError),
    /// The ledger, or a busy workspace.
    Gate(Fault),
}

impl From<IndexError> for RecallError {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

impl From<MemoryError> for RecallError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl From<Fault> for RecallError {
    fn from(fault: Fault) -> Self {
        Self::Gate(fault)
    }
}

impl From<TranscriptError> for RecallError {
    fn from(error: TranscriptError) -> Self {
        Self::Gate(error.into())
    }
}

impl From<StateError> for RecallError {
    fn from(error: StateError) -> Self {
        Self::Gate(error.into())
    }
}

impl RecallError {
    fn inner(&self) -> &dyn Diagnostic {
        match self {
            Self::Index(error) => error,
            Self::Memory(error) => error,
            Self::Gate(fault) => fault,
        }
    }
}

impl fmt::Display for RecallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.inner(), f)
    }
}

impl Error for RecallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner().source()
    }
}

impl Diagnostic for RecallError {
    fn code(&self) -> &'static str {
        self.inner().code()
    }

    fn class(&self) -> Class {
        self.inner().class()
    }

    fn hint(&self) -> Option<String> {
        self.inner().hint()
    }
}
