//! The accepted subset of JSON Schema.

use cofferdam_trust::schema::{MAX_SCHEMA_BYTES, Schema, SubsetError};
use serde_json::{Value, json};

fn compile(schema: Value) -> Result<Schema, SubsetError> {
    Schema::compile(schema)
}

/// `{"$defs": {d0: .., d1: ..}}` where each definition is made from the name of the next.
fn chain(length: usize, step: impl Fn(&str) -> Value) -> Value {
    let mut definitions = serde_json::Map::new();
    for index in 0..length {
        definitions.insert(format!("d{index}"), step(&format!("#/$defs/d{}", index + 1)));
    }
    definitions.insert(format!("d{length}"), json!({"type": "string"}));
    json!({"$ref": "#/$defs/d0", "$defs": definitions})
}

#[test]
fn accepts_what_schema_generators_write() {
    compile(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Arguments",
        "type": "object",
        "properties": {
            "limit": {"type": ["integer", "null"], "format": "uint32", "minimum": 0, "default": null},
            "kind": {"oneOf": [{"const": "file", "description": "a file"}, {"enum": ["folder", "link"]}]},
            "targets": {"type": "array", "items": {"$ref": "#/$defs/Target"}, "minItems": 1, "uniqueItems": true},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, true], "items": false}
        },
        "required": ["kind"],
        "additionalProperties": false,
        "$defs": {"Target": {"anyOf": [{"type": "string", "pattern": "^[a-z]+$", "maxLength": 9}, {"type": "null"}]}}
    }))
    .unwrap();
}

#[test]
fn refuses_keywords_that_it_does_not_enforce() {
    for schema in [
        json!({"$id": "https://example.com/a"}),
        json!({"$anchor": "a"}),
        json!({"$dynamicRef": "#a"}),
        json!({"if": true, "then": false}),
        json!({"not": {}}),
        json!({"patternProperties": {"a": {}}}),
        json!({"unevaluatedProperties": false}),
        json!({"format": "email"}),
        json!({"type": "string", "maxLenght": 5}),
        json!({"definitions": {}}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
        json!({"properties": {"a": {"$defs": {}}}}),
        json!({"properties": {"a": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}}),
    ] {
        assert!(matches!(compile(schema.clone()), Err(SubsetError::Keyword { .. })), "{schema}");
    }
}

#[test]
fn refuses_references_out_of_the_schema_and_in_circles() {
    for reference in [
        "https://example.com/s",
        "file:///etc/passwd",
        "#",
        "#/properties/a",
        "#/$defs/",
        "#/$defs/missing",
        "#/$defs/a/b",
        "#/$defs/%61",
        "a",
    ] {
        let schema = json!({"properties": {"a": {"$ref": reference}}, "$defs": {"a": {}}});
        assert!(matches!(compile(schema), Err(SubsetError::Reference { .. })), "{reference}");
    }
    for circle in [
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}),
        json!({"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"anyOf": [true, {"$ref": "#/$defs/a"}]}}}),
    ] {
        assert!(matches!(compile(circle), Err(SubsetError::Circle { .. })));
    }
}

#[test]
fn refuses_what_costs_more_than_it_says() {
    assert!(matches!(compile(chain(20, |next| json!({"allOf": [{"$ref": next}, {"$ref": next}]}))), Err(SubsetError::TooLarge)));
    assert!(matches!(compile(chain(60, |next| json!({"$ref": next}))), Err(SubsetError::TooDeep)));
    assert!(compile(chain(20, |next| json!({"$ref": next}))).is_ok());
    assert!(matches!(compile(json!({"enum": (0..600).collect::<Vec<_>>()})), Err(SubsetError::TooLarge)));
    assert!(matches!(compile(json!({"description": "x".repeat(MAX_SCHEMA_BYTES)})), Err(SubsetError::TooManyBytes)));
    assert!(matches!(compile(json!({"pattern": "a".repeat(513)})), Err(SubsetError::PatternTooLong { .. })));
}

#[test]
fn refuses_characters_that_deceive() {
    for schema in [json!({"description": "a\u{202e}b"}), json!({"properties": {"pa\u{200b}th": true}}), json!({"enum": [["\u{1b}[2J"]]})] {
        assert!(matches!(compile(schema.clone()), Err(SubsetError::Deceptive)), "{schema}");
    }
    assert!(compile(json!({"description": "two\nlines, café, 日本"})).is_ok());
}

#[test]
fn accepts_ordinary_patterns() {
    for pattern in ["^\\w+$", "^[\\w.-]{1,64}$", "^\\p{L}[\\p{L}\\p{N}_]*$", "^[0-9a-f]{64}$", "(?i)^https://[^\\s]+$"] {
        assert!(compile(json!({"type": "string", "pattern": pattern})).is_ok(), "{pattern}");
    }
}

#[test]
fn refuses_patterns_that_do_not_match_in_linear_time_or_space() {
    for pattern in ["(a)\\1", "(?=a)b", "(", "((a{100}){100}){100}"] {
        assert!(matches!(compile(json!({"type": "string", "pattern": pattern})), Err(SubsetError::Invalid { .. })), "{pattern}");
    }
}

#[test]
fn refuses_values_that_their_keywords_do_not_allow() {
    for schema in
        [json!({"type": "text"}), json!({"minLength": -1}), json!({"required": "a"}), json!({"multipleOf": 0}), json!({"enum": 5})]
    {
        assert!(matches!(compile(schema.clone()), Err(SubsetError::Invalid { .. })), "{schema}");
    }
    for schema in
        [json!({"properties": []}), json!({"anyOf": {}}), json!({"pattern": 1}), json!({"$defs": []}), json!({"items": 1}), json!(null)]
    {
        assert!(matches!(compile(schema.clone()), Err(SubsetError::Shape { .. })), "{schema}");
    }
}
