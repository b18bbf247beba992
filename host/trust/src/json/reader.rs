//! The walk over a JSON text: serde_json reads the tokens, this keeps what a plain `Value` would hide.

use std::collections::BTreeMap;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::JsonError;

/// Deepest nesting. Prevents a stack overflow here, in the schema check and in every guest.
pub const MAX_DEPTH: usize = 64;

/// Largest magnitude of a number: what every reader keeps exactly when it is an integer (RFC 8259, section 6).
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Reads one value and counts the values in it.
pub(super) fn read(bytes: &[u8]) -> Result<(Value, usize), JsonError> {
    let mut walk = Walk { nodes: 0, fault: None };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Node { walk: &mut walk, depth: 0 }.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match (read, walk.fault) {
        (_, Some(fault)) => Err(fault),
        (Err(error), None) => Err(JsonError::Syntax(error)),
        (Ok(value), None) => Ok((value, walk.nodes)),
    }
}

/// What is known of the whole text so far. The fault is kept here because serde's errors are text only.
struct Walk {
    nodes: usize,
    fault: Option<JsonError>,
}

/// The value that is read next; `depth` arrays and objects are open around it.
struct Node<'walk> {
    walk: &'walk mut Walk,
    depth: usize,
}

impl Node<'_> {
    fn refuse<E: Error>(self, fault: JsonError) -> E {
        self.walk.fault = Some(fault);
        E::custom("refused")
    }

    /// Opens an array or object: the depth of its members.
    fn open<E: Error>(&mut self) -> Result<usize, E> {
        if self.depth == MAX_DEPTH {
            self.walk.fault = Some(JsonError::TooDeep);
            return Err(E::custom("refused"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.walk.nodes += 1;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_NUMBER { Err(self.refuse(JsonError::Number)) } else { Ok(value.into()) }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > MAX_NUMBER { Err(self.refuse(JsonError::Number)) } else { Ok(value.into()) }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // Exact: MAX_NUMBER has 53 bits. From 2^53 on every double is an integer.
        if value.is_nan() || value.abs() > MAX_NUMBER as f64 {
            return Err(self.refuse(JsonError::Number));
        }
        if value.fract() == 0.0 {
            return Ok((value as i64).into());
        }
        match Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(self.refuse(JsonError::Number)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.open()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Node { walk: &mut *self.walk, depth })? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let depth = self.open()?;
        // Sorted here, whatever order serde_json's map keeps: another crate may switch on its `preserve_order`.
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(self.refuse(JsonError::Duplicate(name)));
            }
            let value = members.next_value_seed(Node { walk: &mut *self.walk, depth })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object.into_iter().collect::<Map<_, _>>()))
    }
}
