use super::*;

fn record(properties: Value, required: &[&str]) -> ArgumentRecord {
    ArgumentRecord::of_schema(&json!({ "type": "object", "properties": properties, "required": required }))
}

fn kind_of(schema: Value) -> Option<(ArgumentType, Presence)> {
    record(json!({ "x": schema }), &["x"]).0.remove("x").map(|member| (member.kind, member.presence))
}

#[test]
fn reads_the_documented_subset() {
    use {ArgumentType::*, Presence::*};
    for (schema, expected) in [
        (json!({ "type": "string", "pattern": "a" }), (Text, Required)),
        (json!({ "enum": ["a", "b"] }), (Text, Required)),
        (json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] }), (Text, Required)),
        (json!({ "type": "integer", "minimum": 0 }), (Integer, Required)),
        (json!({ "type": "boolean" }), (Boolean, Required)),
        (json!({ "type": "array", "items": { "type": "integer" } }), (List(Box::new(Integer)), Required)),
        (json!({ "type": ["string", "null"] }), (Text, Optional)),
        (json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }), (Integer, Optional)),
    ] {
        assert_eq!(kind_of(schema.clone()), Some(expected), "{schema}");
    }
}

#[test]
fn leaves_out_what_is_outside_the_subset() {
    for schema in [
        json!(true),
        json!({}),
        json!({ "type": "number" }),
        json!({ "type": ["string", "integer"] }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
        json!({ "type": "array" }),
        json!({ "type": "array", "items": { "type": "number" } }),
        json!({ "type": "array", "items": { "type": ["string", "null"] } }),
        json!({ "type": "array", "prefixItems": [], "items": { "type": "string" } }),
        json!({ "enum": ["a", 1] }),
        json!({ "$ref": "https://example.com/schema" }),
        json!({ "$ref": "#/$defs/nowhere" }),
        json!({ "type": "null" }),
    ] {
        assert_eq!(kind_of(schema.clone()), None, "{schema}");
    }
    assert_eq!(record(json!({ "__entity": { "type": "string" }, "a b": { "type": "string" } }), &[]), ArgumentRecord::default());
}

#[test]
fn follows_local_references_and_ends_on_recursive_ones() {
    let schema = json!({
        "type": "object",
        "properties": { "mode": { "$ref": "#/$defs/Mode" }, "tree": { "$ref": "#/$defs/Tree" } },
        "$defs": {
            "Mode": { "enum": ["fast", "slow"] },
            "Tree": { "type": "array", "items": { "$ref": "#/$defs/Tree" } },
        },
    });
    let record = ArgumentRecord::of_schema(&schema);
    assert_eq!(record.0.keys().collect::<Vec<_>>(), ["mode"]);
}

#[test]
fn a_schema_that_doubles_at_each_reference_stays_small() {
    let mut definitions = Map::new();
    for level in 0..8 {
        let next = json!({ "$ref": format!("#/$defs/T{}", level + 1) });
        let properties: Map<String, Value> = (0..40).map(|index| (format!("m{index}"), next.clone())).collect();
        definitions.insert(format!("T{level}"), json!({ "type": "object", "properties": properties }));
    }
    let schema = json!({ "type": "object", "properties": { "x": { "$ref": "#/$defs/T0" } }, "$defs": definitions });
    assert!(ArgumentRecord::of_schema(&schema).to_cedar().to_string().len() < 64 * MAX_TYPES);
}

#[test]
fn names_what_a_call_carries_and_no_rule_can_see() {
    let record = record(json!({ "path": { "type": "string" }, "ratio": { "type": "number" } }), &["path"]);
    let represent = |value: Value| record.represent(&value).unwrap().outside;
    assert!(represent(json!({ "path": "a" })).is_empty());
    assert_eq!(represent(json!({ "path": "a", "ratio": 0.5 })), ["arguments.ratio"]);
    assert_eq!(represent(json!({ "path": "a", "more": null })), ["arguments.more"]);
}

#[test]
fn arguments_without_names_are_all_outside() {
    let record = ArgumentRecord::of_schema(&json!({ "type": "object", "additionalProperties": { "type": "string" } }));
    assert_eq!(record.represent(&json!({ "any": "thing" })).unwrap().outside, ["arguments.any"]);
}

#[test]
fn rejects_values_that_the_schema_check_should_have_refused() {
    let record = record(
        json!({ "n": { "type": "integer" }, "s": { "type": ["string", "null"] }, "b": { "type": "boolean" }, "l": { "type": "array", "items": { "type": "integer" } } }),
        &["n"],
    );
    assert!(record.represent(&json!({ "n": i64::MIN, "s": null })).is_ok());
    for bad in [
        json!([]),
        json!({}),
        json!({ "n": null }),
        json!({ "n": 1.0 }),
        json!({ "n": u64::MAX }),
        json!({ "n": "1" }),
        json!({ "n": 1, "s": 1 }),
        json!({ "n": 1, "b": "true" }),
        json!({ "n": 1, "l": 1 }),
        json!({ "n": 1, "l": ["1"] }),
    ] {
        assert!(record.represent(&bad).is_err(), "{bad}");
    }
}
