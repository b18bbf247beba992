//! What the memory refuses.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, EntryId, text};
use cofferdam_store::StateError;

use crate::{CONFIDENTIAL_TOPIC, MAX_CITED_CALLS, MAX_CITED_FILES, MAX_ORIGINS, MAX_TEXT_BYTES, MAX_TOPIC_BYTES, MAX_TOPICS};

/// Something that is no memory, or cannot become one.
#[derive(Debug)]
pub enum MemoryError {
    /// A text that is no name of a topic.
    Topic {
        /// The text.
        name: String,
    },
    /// A text that cannot be remembered.
    Text {
        /// Why.
        why: &'static str,
    },
    /// A memory that cites nothing.
    NoEvidence,
    /// A memory that cites more than can be checked at each recall.
    TooMuchEvidence {
        /// Cited calls.
        calls: usize,
        /// Their files.
        files: usize,
    },
    /// An entry that would stand for more others than can be told in it.
    TooManyOrigins {
        /// How many.
        origins: usize,
    },
    /// A new topic for what may carry something confidential.
    ConfidentialTopic {
        /// Its name.
        topic: String,
    },
    /// There are as many topics as the index can lead to.
    IndexFull,
    /// The topic has no room for another entry.
    TopicFull {
        /// The topic.
        topic: String,
    },
    /// There is no such topic.
    UnknownTopic {
        /// Its name.
        topic: String,
    },
    /// A file of the memory that is not UTF-8, or a staged one that does not read back.
    Damaged {
        /// The file.
        file: String,
    },
    /// The topic is not as it was when a person began to edit it, or when a change of it was proposed.
    ChangedMeanwhile {
        /// The topic.
        topic: String,
    },
    /// There is no change that can be taken back under this identifier.
    UnknownChange {
        /// The identifier.
        change: EntryId,
    },
    /// What is to be taken back was changed since.
    Overlaps {
        /// The topic.
        topic: String,
    },
    /// The state folder.
    State(StateError),
}

impl From<StateError> for MemoryError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl MemoryError {
    /// Whether a person made a file such that it cannot be read: no text, too large, no file.
    #[must_use]
    pub fn is_of_an_unreadable_topic(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::State(StateError::TooLarge { .. } | StateError::NotFile(_)))
    }
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic { name } => {
                write!(f, "`{}` is no name of a topic: lower-case letters, digits and single hyphens", text::inline(name, 80))
            }
            Self::Text { why } => write!(f, "the text cannot be remembered: {why} (at most {MAX_TEXT_BYTES} bytes)"),
            Self::NoEvidence => f.write_str("a memory has to cite at least one verified call"),
            Self::TooMuchEvidence { calls, files } => write!(
                f,
                "the memory cites {calls} calls with {files} files, and may cite {MAX_CITED_CALLS} calls with {MAX_CITED_FILES} files"
            ),
            Self::TooManyOrigins { origins } => write!(f, "the memory stands for {origins} others, and may stand for {MAX_ORIGINS}"),
            Self::ConfidentialTopic { topic } => write!(
                f,
                "there is no topic `{topic}`, and what is in view is confidential: it cannot name a new topic, only go into one that \
                 there is or into `{CONFIDENTIAL_TOPIC}`"
            ),
            Self::IndexFull => write!(f, "the index of the memory is full: at most {MAX_TOPICS} topics"),
            Self::TopicFull { topic } => write!(f, "topic `{topic}` is full: at most {MAX_TOPIC_BYTES} bytes"),
            Self::UnknownTopic { topic } => write!(f, "there is no topic `{topic}`"),
            Self::Damaged { file } => write!(f, "`{}` of the memory does not read back", text::inline(file, 120)),
            Self::ChangedMeanwhile { topic } => write!(f, "topic `{topic}` was changed meanwhile"),
            Self::UnknownChange { change } => write!(f, "the memory keeps no change {change} that could be taken back"),
            Self::Overlaps { topic } => write!(f, "topic `{topic}` was changed since, in what is to be taken back"),
            Self::State(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for MemoryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let Self::State(error) = self { error.source() } else { None }
    }
}

impl Diagnostic for MemoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Topic { .. } => "memory.topic",
            Self::Text { .. } => "memory.text",
            Self::NoEvidence => "memory.no-evidence",
            Self::TooMuchEvidence { .. } => "memory.too-much-evidence",
            Self::ConfidentialTopic { .. } => "memory.confidential-topic",
            Self::IndexFull => "memory.index-full",
            Self::TopicFull { .. } => "memory.topic-full",
            Self::UnknownTopic { .. } => "memory.unknown-topic",
            Self::Damaged { .. } => "memory.damaged",
            Self::ChangedMeanwhile { .. } => "memory.changed-meanwhile",
            Self::TooManyOrigins { .. } => "memory.too-many-origins",
            Self::UnknownChange { .. } => "memory.unknown-change",
            Self::Overlaps { .. } => "memory.overlaps",
            Self::State(error) => error.code(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Topic { .. } | Self::Text { .. } => Class::Usage,
            Self::ConfidentialTopic { .. } => Class::Denied,
            Self::NoEvidence | Self::Damaged { .. } => Class::NotVerified,
            Self::TooMuchEvidence { .. } | Self::TooManyOrigins { .. } | Self::IndexFull | Self::TopicFull { .. } => Class::Limit,
            Self::UnknownTopic { .. } | Self::ChangedMeanwhile { .. } | Self::UnknownChange { .. } | Self::Overlaps { .. } => Class::Failed,
            Self::State(error) => error.class(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownTopic { .. } | Self::Topic { .. } | Self::ConfidentialTopic { .. } => {
                Some("see the topics with `cofferdam memory list`".to_owned())
            }
            Self::IndexFull => Some("see what is there with `cofferdam memory list`".to_owned()),
            Self::TopicFull { .. } => Some("merge and split what is there with `cofferdam memory consolidate`".to_owned()),
            Self::ChangedMeanwhile { .. } => Some("look at it with `cofferdam memory show TOPIC` and begin again".to_owned()),
            Self::UnknownChange { .. } => Some("see what can be taken back with `cofferdam memory history`".to_owned()),
            Self::Overlaps { .. } => Some("take the newer change back first: `cofferdam memory history TOPIC`".to_owned()),
            Self::State(error) => error.hint(),
            Self::Text { .. } | Self::NoEvidence | Self::TooMuchEvidence { .. } | Self::TooManyOrigins { .. } | Self::Damaged { .. } => {
                None
            }
        }
    }
}
