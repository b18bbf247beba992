//! Follows the intents: each is closed once, by the call that opened it.

use std::{collections::BTreeMap, fmt};

use super::entry::Event;
use crate::text::inline;

/// An effect that was announced and whose end is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    /// Number of the leaf that announced it.
    pub leaf: usize,
    /// `staged` or `irrevocable`.
    pub effect: String,
}

/// Why an entry does not fit the intents before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentFault {
    /// The call has an open intent.
    Open(String),
    /// The call has none.
    NotOpen(String),
}

impl fmt::Display for IntentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(call) => write!(f, "call `{}` has an open intent already", inline(call, 40)),
            Self::NotOpen(call) => write!(f, "call `{}` has no open intent", inline(call, 40)),
        }
    }
}

impl std::error::Error for IntentFault {}

/// Open intents by call.
pub(crate) type Intents = BTreeMap<String, OpenIntent>;

/// The intents after one more leaf.
pub(crate) fn follow(mut intents: Intents, leaf: usize, event: &Event) -> Result<Intents, IntentFault> {
    let call = event.text("call");
    match event.kind {
        "intent" => match intents.insert(call.to_owned(), OpenIntent { leaf, effect: event.text("effect").to_owned() }) {
            None => Ok(intents),
            Some(_) => Err(IntentFault::Open(call.to_owned())),
        },
        "published" | "aborted" | "recovered" | "undone" => match intents.remove(call) {
            Some(_) => Ok(intents),
            None => Err(IntentFault::NotOpen(call.to_owned())),
        },
        _ => Ok(intents),
    }
}
