//! JSON from outside, read so that every reader after us sees the same value.
//!
//! Two programs that read one text differently are a way round every check between them (RFC 8259, sections 4 and 6;
//! RFC 7493). So this is the one reader for statements, descriptions, arguments and outcomes, and it refuses what readers
//! disagree on:
//!
//! - a member name twice in one object, compared after escapes were resolved;
//! - a number beyond ±(2^53 - 1): readers round it, each in its own way;
//! - nesting deeper than [`MAX_DEPTH`], more bytes than the caller allows, text after the value, lone surrogates, a byte order mark.
//!
//! A number with a zero fraction becomes an integer (`1.0`, `10e-1` and `1` are one value, JSON Schema 2020-12 section
//! 6.3; `-0` is `0`). Any other fraction is the nearest IEEE 754 double, as everywhere: `0.1` is not exact, and whoever
//! gets the value gets our spelling of that double ([`Json::text`]), never the original digits.

mod reader;

use serde_json::Value;

pub use reader::{MAX_DEPTH, MAX_NUMBER};

/// A JSON value that was read strictly.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    value: Value,
    nodes: usize,
}

impl Json {
    /// Reads one JSON value of at most `limit` bytes.
    ///
    /// # Errors
    /// See [`JsonError`].
    pub fn parse(bytes: &[u8], limit: u64) -> Result<Self, JsonError> {
        if bytes.len() as u64 > limit {
            return Err(JsonError::TooLarge { limit });
        }
        reader::read(bytes).map(|(value, nodes)| Self { value, nodes })
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value itself.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }

    /// How many values it is made of, itself included: a measure of what checking it costs.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// The value in our own spelling: members sorted, no spaces, one spelling for each number.
    #[must_use]
    pub fn text(&self) -> String {
        self.value.to_string()
    }
}

/// A text that is not one JSON value that all readers agree on.
#[derive(Debug)]
pub enum JsonError {
    /// More bytes than allowed.
    TooLarge {
        /// Allowed bytes.
        limit: u64,
    },
    /// Not JSON (RFC 8259).
    Syntax(serde_json::Error),
    /// An object has this member twice.
    Duplicate(String),
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A number beyond [`MAX_NUMBER`].
    Number,
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge { limit } => write!(f, "the JSON text is larger than {limit} bytes"),
            Self::Syntax(_) => f.write_str("the text is not JSON"),
            Self::Duplicate(name) => write!(f, "an object has the member `{}` twice", cofferdam_base::text::inline(name, 60)),
            Self::TooDeep => write!(f, "the JSON text is nested deeper than {MAX_DEPTH} levels"),
            Self::Number => write!(f, "a number is beyond ±{MAX_NUMBER}, where readers round differently"),
        }
    }
}

impl std::error::Error for JsonError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Syntax(error) => Some(error),
            Self::TooLarge { .. } | Self::Duplicate(_) | Self::TooDeep | Self::Number => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Json, JsonError> {
        Json::parse(text.as_bytes(), 1000)
    }

    #[test]
    fn refuses_a_member_twice_however_it_is_spelt() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"x":{"b":0,"c":1,"b":0}}]"#] {
            assert!(matches!(parse(text), Err(JsonError::Duplicate(_))), "{text}");
        }
        assert!(parse(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }

    #[test]
    fn refuses_numbers_that_readers_round() {
        for text in ["9007199254740992", "-9007199254740992", "18446744073709551616", "1e16", "123e65", "-1e300"] {
            assert!(matches!(parse(text), Err(JsonError::Number)), "{text}");
        }
        assert!(matches!(parse("1e999"), Err(JsonError::Syntax(_))));
    }

    #[test]
    fn spells_one_number_in_one_way() {
        for (text, spelt) in
            [("1.0", "1"), ("10e-1", "1"), ("-0", "0"), ("-0.0", "0"), ("0.10", "0.1"), ("9007199254740991", "9007199254740991")]
        {
            assert_eq!(parse(text).unwrap().text(), spelt, "{text}");
        }
        assert_eq!(parse("{\"b\":1, \"a\":[ ]}").unwrap().text(), r#"{"a":[],"b":1}"#);
    }

    #[test]
    fn bounds_bytes_and_depth() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(matches!(parse(&nested(MAX_DEPTH + 1)), Err(JsonError::TooDeep)));
        assert!(matches!(Json::parse(b"[1]", 2), Err(JsonError::TooLarge { limit: 2 })));
        assert_eq!(parse("[1,{\"a\":[]}]").unwrap().nodes(), 4);
    }

    #[test]
    fn refuses_what_is_not_one_value() {
        for text in ["", " ", "1 2", "{} ,", "\u{feff}1", r#""\ud800""#, "nul", "[1,]", "{\"a\":1,}", "'a'", "NaN", "01"] {
            assert!(matches!(parse(text), Err(JsonError::Syntax(_))), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_its_own_spelling_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in "[\\[\\]{}\",:0-9.eE\\-a\\\\u ]{0,48}") {
            for input in [bytes.as_slice(), text.as_bytes()] {
                if let Ok(json) = Json::parse(input, 1000) {
                    prop_assert_eq!(Json::parse(json.text().as_bytes(), 10_000).unwrap(), json);
                }
            }
        }
    }
}
