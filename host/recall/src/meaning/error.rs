//! Why meaning did not count in a search, which is answered by words alone then.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic};

/// Why meaning did not count.
#[derive(Debug)]
pub enum MeaningError {
    /// The texts may not leave, or there was no answer.
    NoVectors(Box<dyn Diagnostic + Send + Sync>),
    /// The vectors are not what was asked for.
    Vectors {
        /// What is wrong with them.
        why: String,
    },
}

impl fmt::Display for MeaningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVectors(error) => write!(f, "no embeddings: {error}"),
            Self::Vectors { why } => write!(f, "the embeddings cannot be compared: {why}"),
        }
    }
}

impl Error for MeaningError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoVectors(error) => error.source(),
            Self::Vectors { .. } => None,
        }
    }
}

impl Diagnostic for MeaningError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoVectors(error) => error.code(),
            Self::Vectors { .. } => "recall.vectors",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NoVectors(error) => error.class(),
            Self::Vectors { .. } => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoVectors(error) if self.class() != Class::Failed => error.hint(),
            Self::NoVectors(_) | Self::Vectors { .. } => {
                Some("`cofferdam doctor` shows the server and the model of `[embeddings]` in `model.toml`".to_owned())
            }
        }
    }
}
