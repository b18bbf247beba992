//! The one spelling of a value: members in order, no space, integers only (RFC 8785 for what a ledger holds).

use serde_json::Value;

/// Largest integer that every JSON reader keeps exactly.
pub(crate) const MAX_EXACT: u64 = (1 << 53) - 1;

/// The canonical text; none if the value has none: a fraction, a large number, a member name that is not ASCII.
pub(crate) fn spell(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_string(value).ok(),
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs))?;
            (size <= MAX_EXACT).then(|| number.to_string())
        }
        Value::Array(items) => Some(format!("[{}]", items.iter().map(spell).collect::<Option<Vec<_>>>()?.join(","))),
        Value::Object(members) => {
            let mut spelt = Vec::new();
            for (name, value) in members {
                if !name.is_ascii() {
                    return None;
                }
                spelt.push((name, format!("{}:{}", serde_json::to_string(name).ok()?, spell(value)?)));
            }
            spelt.sort();
            Some(format!("{{{}}}", spelt.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_members_and_knows_integers_only() {
        let value = serde_json::from_str(r#" {"b": [1, -2, "\u00e9\u0001"], "a": {"z": null, "A": true}} "#).unwrap();
        assert_eq!(spell(&value).unwrap(), r#"{"a":{"A":true,"z":null},"b":[1,-2,"é\u0001"]}"#);
        for bad in ["1.5", "1e3", "9007199254740992", r#"{"é":1}"#, "[[1.0]]"] {
            assert_eq!(spell(&serde_json::from_str(bad).unwrap()), None, "{bad}");
        }
    }
}
