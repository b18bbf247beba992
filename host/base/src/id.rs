//! Identifiers of runs and calls: sortable by time, unguessable, safe as file names.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::Timestamp;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of an identifier: 10 for the time in milliseconds, 16 for 80 random bits (the layout of a ULID).
const DIGITS: usize = 26;

fn encode(now: Timestamp, random: [u8; 10]) -> String {
    let mut wide = u128::from(now.0) << 80;
    for (index, byte) in random.iter().rev().enumerate() {
        wide |= u128::from(*byte) << (8 * index);
    }
    (0..DIGITS)
        .rev()
        .map(|place| {
            let index = usize::try_from((wide >> (5 * place)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// A text that is no identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError(String);

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an identifier of {DIGITS} digits", crate::text::inline(&self.0, 60))
    }
}

impl std::error::Error for IdError {}

macro_rules! id {
    ($type:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// Makes an identifier from the time and ten random bytes.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(encode(now, random))
            }

            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() == DIGITS && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError(text.chars().take(60).collect()))
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(CallId, "One tool call.");
id!(RunId, "One run of the agent, or one command on the command line.");
id!(EntryId, "One entry of the memory: the identifier of the call that committed it.");

impl From<&CallId> for EntryId {
    fn from(call: &CallId) -> Self {
        Self(call.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_time_and_reads_back() {
        let early = CallId::new(Timestamp(1), [255; 10]);
        let late = CallId::new(Timestamp(2), [0; 10]);
        assert!(early < late);
        assert_eq!(early.as_str().parse::<CallId>().unwrap(), early);
        assert!("../../../etc/passwd0000000".parse::<CallId>().is_err());
    }
}
