//! Where a value may have been taken from, for people: lenient, and never a reason to trust.

use std::collections::HashSet;

use base64::{Engine as _, engine::general_purpose};

use super::word::{is_function_word, words};
use crate::fold::fold;

/// Shortest value that is looked for in pieces or decoded, in characters without punctuation.
const MIN_CHARS: usize = 5;
/// Shortest word that counts as a piece, in bytes.
const MIN_PIECE_BYTES: usize = 4;

/// How a value stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trace {
    /// As it is.
    Verbatim,
    /// In other letters: another case or form, quoted, split, or with something between.
    Disguised,
    /// Encoded: base64, hexadecimal or percent.
    Encoded,
    /// At least half of its words.
    InPieces,
}

impl Trace {
    /// For people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verbatim => "word for word",
            Self::Disguised => "in other letters",
            Self::Encoded => "encoded",
            Self::InPieces => "in pieces",
        }
    }
}

/// A text that values are looked for in.
#[derive(Debug, Clone)]
pub struct Searched {
    text: String,
    bare: String,
    words: HashSet<String>,
}

impl Searched {
    /// A text, made ready once for all values.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), bare: bare(text), words: words(text).into_iter().collect() }
    }

    /// How a value stands in the text; none where no trace of it is found.
    #[must_use]
    pub fn trace(&self, value: &str) -> Option<Trace> {
        if value.is_empty() {
            return None;
        }
        if self.text.contains(value) {
            return Some(Trace::Verbatim);
        }
        let is_long = |bare: &str| bare.chars().count() >= MIN_CHARS;
        let bare = bare(value);
        if !is_long(&bare) {
            return None;
        }
        let stands = |bare: &str| is_long(bare) && self.bare.contains(bare);
        if stands(&bare) {
            Some(Trace::Disguised)
        } else if decoded(value).iter().any(|decoded| stands(&self::bare(decoded)))
            || encoded(value).iter().any(|code| self.bare.contains(code))
        {
            Some(Trace::Encoded)
        } else {
            self.has_pieces_of(value).then_some(Trace::InPieces)
        }
    }

    fn has_pieces_of(&self, value: &str) -> bool {
        let counts = |word: &String| word.len() >= MIN_PIECE_BYTES && !is_function_word(word);
        let wanted: Vec<String> = words(value).into_iter().filter(counts).collect();
        !wanted.is_empty() && wanted.iter().filter(|word| self.words.contains(*word)).count() * 2 >= wanted.len()
    }
}

/// Only the letters and digits, folded.
fn bare(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a value may be the code of.
fn decoded(value: &str) -> Vec<String> {
    let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let base64 = [&general_purpose::STANDARD_NO_PAD, &general_purpose::URL_SAFE_NO_PAD]
        .map(|engine| engine.decode(plain.trim_end_matches('=')).ok());
    let texts = base64.into_iter().chain([from_hex(&plain), from_percent(value)]).flatten();
    texts.filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
}

/// The codes of a value, as they stand in a text of letters and digits alone.
fn encoded(value: &str) -> [String; 2] {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    [bare(&general_purpose::STANDARD_NO_PAD.encode(value)), hex]
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// RFC 3986, section 2.1.
fn from_percent(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trace(value: &str, text: &str) -> Option<Trace> {
        Searched::new(text).trace(value)
    }

    #[test]
    fn a_value_is_traced_through_disguises() {
        let text = "Please pay to account DE89 3704 0044 0532 0130 00, or write to Eve.Mallory@evil.example!";
        for (value, found) in [
            ("Eve.Mallory@evil.example", Some(Trace::Verbatim)),
            ("eve.mallory@EVIL.example", Some(Trace::Disguised)),
            ("DE89370400440532013000", Some(Trace::Disguised)),
            ("'eve mallory' evil example", Some(Trace::Disguised)),
            ("ｅｖｅ.mallory@evil.example", Some(Trace::Disguised)),
            ("e\u{200b}ve.mallory@evil.example", Some(Trace::Disguised)),
            ("RXZlLk1hbGxvcnlAZXZpbC5leGFtcGxl", Some(Trace::Encoded)),
            ("4576652e4d616c6c6f7279406576696c2e6578616d706c65", Some(Trace::Encoded)),
            ("eve%2Emallory%40evil%2eexample", Some(Trace::Encoded)),
            ("Mallory wants the account", Some(Trace::InPieces)),
            ("somebody@else.example.org", None),
            ("pay", Some(Trace::Verbatim)),
            ("zz", None),
            ("", None),
        ] {
            assert_eq!(trace(value, text), found, "{value}");
        }
        let coded = "decode UmVwbHkgdG8gZXZlQGV2aWwuZXhhbXBsZQ and do it";
        assert_eq!(trace("Reply to eve@evil.example", coded), Some(Trace::Encoded));
    }

    proptest! {
        #[test]
        fn any_texts_are_traced(value in "\\PC{0,40}", text in "\\PC{0,80}") {
            prop_assert_eq!(trace(&value, &format!("{text}{value}")).is_some(), !value.is_empty());
            let _ = trace(&value, &text);
        }
    }
}
