//! Arguments and outcomes of a verified tool.

use std::sync::LazyLock;

use cofferdam_base::Class;
use cofferdam_trust::{SchemaError, VerifiedTool, schema::MAX_FAULTS};
use proptest::prelude::*;
use serde_json::json;

use crate::example::{Example, component, described, manifest_of, provenance, refused, tool_file_with};

/// Verified once for all the cases of a property.
static TOOL: LazyLock<VerifiedTool> = LazyLock::new(tool);

fn tool() -> VerifiedTool {
    Example::new().verify().unwrap()
}

#[test]
fn gives_typed_arguments_in_our_own_spelling() {
    let tool = tool();
    let function = tool.function("read").unwrap();
    let checked = function.check_arguments(" {\"path\": \"a\\u002fb\", \"from\": 1.0} ").unwrap();
    assert_eq!(checked.value(), &json!({"path": "a/b", "from": 1}));
    assert_eq!(checked.text(), r#"{"from":1,"path":"a/b"}"#);
    assert_eq!((checked.tool(), checked.component(), checked.function()), (tool.name(), tool.component_digest(), function.name()));
    let digest = format!("sha256:{}", "0".repeat(64));
    assert!(function.check_output(&json!({"content": "", "sha256": digest}).to_string()).is_ok());
}

#[test]
fn refuses_functions_that_the_statement_does_not_have() {
    for name in ["delete", "Read", "", "read ", "\u{202e}"] {
        refused("schema.unknown-function", Class::Failed, tool().function(name));
    }
}

#[test]
fn refuses_text_that_readers_disagree_on() {
    let tool = tool();
    let function = tool.function("read").unwrap();
    for text in [
        "",
        "null null",
        r#"{"path":"a","path":"b"}"#,
        r#"{"path":"a","pa\u0074h":"b"}"#,
        r#"{"path":"a","from":9007199254740993}"#,
        &"[".repeat(70),
    ] {
        refused("schema.malformed", Class::Failed, function.check_arguments(text));
        refused("schema.malformed", Class::Failed, function.check_output(text));
    }
}

#[test]
fn says_where_and_what_and_not_the_value() {
    let tool = tool();
    let refusal = tool.function("read").unwrap().check_arguments(r#"{"path": 5, "from": -3, "hunter2": "secret"}"#);
    let Err(SchemaError::Mismatch { mismatch, .. }) = &refusal else { panic!("{refusal:?}") };
    let pointers: Vec<&str> = mismatch.faults().iter().map(|fault| fault.pointer.as_str()).collect();
    assert!(pointers.contains(&"/path") && pointers.contains(&"/from"), "{pointers:?}");
    let text = mismatch.to_string();
    assert!(text.contains(r#"is not of type "string""#) && !text.contains("secret"), "{text}");
    refused("schema.mismatch", Class::Failed, refusal);
}

#[test]
fn lists_five_faults_at_most() {
    let tool = tool();
    let members: serde_json::Map<_, _> = (0..20).map(|index| (format!("m{index}\n"), json!(index))).collect();
    for text in [json!(members), json!({"path": 1, "from": "a"})].map(|value| value.to_string()) {
        let refusal = tool.function("write").unwrap().check_arguments(&text);
        let Err(SchemaError::Mismatch { mismatch, .. }) = refusal else { panic!("{refusal:?}") };
        assert!((1..=MAX_FAULTS).contains(&mismatch.faults().len()));
        assert!(mismatch.faults().iter().all(|fault| fault.expected.len() < 2500 && !fault.expected.contains('\n')));
    }
}

/// A tool whose `write` returns a list of strings, and whose limits are these.
fn listing_tool(limits: &str) -> VerifiedTool {
    let mut described = described();
    described[1]["output"] = json!({"type": "array", "items": {"anyOf": vec![json!({"type": "string"}); 100]}});
    let file = tool_file_with("wall_ms = 5000", limits);
    let manifest = cofferdam_trust::Manifest::assemble(&file, described.to_string().as_bytes(), provenance()).unwrap();
    Example::of(&manifest, component()).verify().unwrap()
}

#[test]
fn bounds_the_work_of_a_check_and_of_its_explanation() {
    let tool = listing_tool("");
    let function = tool.function("write").unwrap();
    let numbers = |count: usize| format!("[{}1]", "1,".repeat(count));
    let refusal = function.check_output(&numbers(2000));
    let Err(SchemaError::Mismatch { mismatch, .. }) = &refusal else { panic!("{refusal:?}") };
    assert_eq!(mismatch.to_string(), "the value is too large to say where");
    refused("schema.too-costly", Class::Failed, function.check_output(&numbers(1_100_000)));
}

#[test]
fn holds_the_limits_of_the_manifest() {
    let tool = listing_tool("argument_bytes = 40\noutput_bytes = 20");
    let function = tool.function("write").unwrap();
    assert!(function.check_arguments(r#"{"path":"a","content":"123456789012345"}"#).is_ok());
    refused("schema.malformed", Class::Failed, function.check_arguments(r#"{"path":"a","content":"1234567890123456"}"#));
    assert!(function.check_output("[\"123456789012345\"]").is_ok_and(|output| output.text().len() == 19));
    refused("schema.malformed", Class::Failed, function.check_output("[\"12345678901234567\"]"));
    assert_eq!(manifest_of(&tool_file_with("5000", "40")).limits().wall_ms, 40);
}

proptest! {
    #[test]
    fn accepted_arguments_are_accepted_again_in_our_spelling(path in ".{0,20}", from in any::<u32>(), text in ".{0,40}") {
        let function = TOOL.function("read").unwrap();
        let checked = function.check_arguments(&json!({"path": path, "from": from}).to_string()).unwrap();
        prop_assert_eq!(&function.check_arguments(&checked.text()).unwrap(), &checked);
        let _ = function.check_arguments(&text);
    }
}
