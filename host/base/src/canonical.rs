//! Canonical JSON: one spelling for one value, so that it can be hashed and signed.
//!
//! The spelling is RFC 8785 (JCS) for the values that we write: objects with ASCII member names, strings, integers below
//! 2^53, booleans, null, arrays. A fraction is refused, not rounded: nothing that we sign needs one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// Largest integer that JSON readers everywhere keep exactly (RFC 8259, section 6).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// A value that has no canonical spelling here.
#[derive(Debug)]
pub enum CanonicalError {
    /// The value does not serialise to JSON.
    Serialise(serde_json::Error),
    /// A number that is no integer below 2^53.
    Number(String),
    /// A member name that is not ASCII (sorting it would need UTF-16 order).
    Member(String),
}

impl std::fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Serialise(_) => f.write_str("the value cannot be written as JSON"),
            Self::Number(text) => write!(f, "number `{text}` is not an integer below 2^53"),
            Self::Member(name) => write!(f, "member name `{}` is not ASCII", crate::text::inline(name, 60)),
        }
    }
}

impl std::error::Error for CanonicalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Serialise(error) => Some(error),
            Self::Number(_) | Self::Member(_) => None,
        }
    }
}

/// The canonical bytes of a value.
///
/// # Errors
/// See [`CanonicalError`].
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let value = serde_json::to_value(value).map_err(CanonicalError::Serialise)?;
    let mut out = Vec::new();
    write(&value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => write_plain(value, out),
        Value::Number(number) => {
            let exact = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs)).is_some_and(|size| size <= MAX_EXACT);
            if exact { write_plain(value, out) } else { Err(CanonicalError::Number(number.to_string())) }
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
            Ok(())
        }
        Value::Object(members) => {
            // Sorted here, whatever order the map keeps: another crate may switch on serde_json's `preserve_order`.
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            out.push(b'{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                if !name.is_ascii() {
                    return Err(CanonicalError::Member(name.clone()));
                }
                if index > 0 {
                    out.push(b',');
                }
                write_plain(name, out)?;
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
            Ok(())
        }
    }
}

fn write_plain<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    serde_json::to_writer(out, value).map_err(CanonicalError::Serialise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sorts_members_and_escapes_as_rfc_8785() {
        let value = json!({"b": [1, -2, true, null], "a": "€\u{f}\n\"\\/\u{7f}", "A": {}});
        let text = String::from_utf8(to_vec(&value).unwrap()).unwrap();
        assert_eq!(text, "{\"A\":{},\"a\":\"€\\u000f\\n\\\"\\\\/\u{7f}\",\"b\":[1,-2,true,null]}");
    }

    #[test]
    fn refuses_what_has_no_one_spelling() {
        assert!(to_vec(&json!(1.5)).is_err());
        assert!(to_vec(&json!(1u64 << 53)).is_err());
        assert!(to_vec(&json!({"é": 1})).is_err());
    }
}
