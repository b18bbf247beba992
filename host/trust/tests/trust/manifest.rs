//! What makes a manifest, and what does not.

use cofferdam_base::{Class, Diagnostic};
use cofferdam_trust::{
    Manifest,
    manifest::{MAX_TOOL_FILE_BYTES, Method, UrlArgument},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::example::{TOOL_FILE, described, manifest, provenance, refused, tool_file_with};

fn with_file(tool_file: &str) -> Result<Manifest, cofferdam_trust::manifest::ManifestError> {
    Manifest::assemble(tool_file, described().to_string().as_bytes(), provenance())
}

fn with_described(described: &str) -> Result<Manifest, cofferdam_trust::manifest::ManifestError> {
    Manifest::assemble(TOOL_FILE, described.as_bytes(), provenance())
}

/// The example's description with one function's member replaced.
fn described_with(index: usize, member: &str, value: Value) -> String {
    let mut described = described();
    described[index][member] = value;
    described.to_string()
}

#[test]
fn joins_the_author_s_file_and_the_description() {
    let manifest = manifest();
    assert_eq!((manifest.name().as_str(), manifest.version().to_string().as_str()), ("notes", "0.2.0"));
    assert_eq!(manifest.limits().wall_ms, 5000);
    assert_eq!(manifest.functions().keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["read", "write"]);
}

#[test]
fn survives_its_own_file() {
    let text = serde_json::to_string_pretty(&manifest()).unwrap();
    assert_eq!(Manifest::from_json(text.as_bytes()).unwrap(), manifest());
    for bad in [
        text.replace("\"name\": \"notes\",", "\"name\": \"notes\", \"name\": \"other\","),
        text.replace("toolchain", "tools"),
        "[]".to_owned(),
        String::new(),
    ] {
        refused("manifest.malformed", Class::Failed, Manifest::from_json(bad.as_bytes()));
    }
}

#[test]
fn refuses_a_file_that_is_not_of_the_known_form() {
    for (old, new) in [
        ("name = \"notes\"", "name = \"Notes\""),
        ("name = \"notes\"", "name = \"notes\"\nhomepage = \"x\""),
        ("version = \"0.2.0\"", "version = \"0.2\""),
        ("filesystem = \"read-write\"", "filesystem = \"all\""),
        ("filesystem = \"read-write\"", "sockets = true"),
        ("effect = \"read\"", "effect = \"none\""),
        ("access = \"read\"", "access = \"read\", recursive = true"),
        ("check = \"digest-is\"", "check = \"looks-good\""),
        ("value = \"output.sha256\"", "value = \"env.sha256\""),
        ("value = \"output.sha256\"", "value = \"output.sha256\", strict = false"),
        ("[capabilities]", "[capabilities]\n[capabilities]"),
    ] {
        refused("manifest.tool-file", Class::Failed, with_file(&tool_file_with(old, new)));
    }
    refused("manifest.too-large", Class::Failed, with_file(&"#".repeat(MAX_TOOL_FILE_BYTES + 1)));
}

#[test]
fn refuses_functions_that_only_one_side_knows() {
    refused("manifest.function-missing", Class::Failed, with_file(&format!("{TOOL_FILE}\n[functions.list]\neffect = \"read\"")));
    let only_read = TOOL_FILE.split("[functions.write]").next().unwrap();
    refused("manifest.function-undeclared", Class::Failed, with_file(only_read));
    refused("manifest.function-twice", Class::Failed, with_described(&described_with(1, "name", json!("read"))));
    let none = format!("{}\n[functions]", TOOL_FILE.split("[functions.read]").next().unwrap());
    refused("manifest.no-functions", Class::Failed, Manifest::assemble(&none, b"[]", provenance()));
}

#[test]
fn refuses_a_description_that_is_no_list_of_functions() {
    for text in ["", "{}", "[1]", r#"[{"name":"read"}]"#, r#"[{"name":"read","name":"read"}]"#] {
        refused("manifest.description", Class::Failed, with_described(text));
    }
    refused("manifest.description", Class::Failed, with_described(&described_with(0, "hidden", json!(true))));
}

#[test]
fn refuses_texts_that_deceive_or_have_no_end() {
    for text in ["", " ", "\u{202e}evil", "a\u{1b}[2J", &"x".repeat(2001)] {
        refused("manifest.text", Class::Failed, with_described(&described_with(0, "description", json!(text))));
    }
    refused("manifest.text", Class::Failed, with_file(&tool_file_with("version = \"0.2.0\"", "version = \"0.2.0+evil\"")));
    let mut odd = provenance();
    odd.toolchain = "rustc\n1.95".to_owned();
    refused("manifest.text", Class::Failed, Manifest::assemble(TOOL_FILE, described().to_string().as_bytes(), odd));
}

#[test]
fn refuses_schemas_outside_the_subset_and_inputs_that_are_no_object() {
    refused("manifest.schema", Class::Failed, with_described(&described_with(0, "output", json!({"$ref": "https://example.com/s.json"}))));
    for schema in [json!({}), json!(true), json!({"type": "string"}), json!({"type": ["object", "null"]})] {
        refused("manifest.input-not-object", Class::Failed, with_described(&described_with(0, "input", schema)));
    }
}

#[test]
fn refuses_references_that_lead_nowhere_or_to_no_text() {
    for reference in ["output.digest", "output.sha256.x", "args.sha256", "args.from"] {
        let file = tool_file_with("value = \"output.sha256\"", &format!("value = \"{reference}\""));
        refused("manifest.reference", Class::Failed, with_file(&file));
    }
    refused("manifest.reference", Class::Failed, with_file(&tool_file_with("paths = [\"args.path\"]", "paths = [\"args.paths\"]")));
    for argument in ["nowhere", "from"] {
        let file = tool_file_with("argument = \"path\", access = \"read\"", &format!("argument = \"{argument}\", access = \"read\""));
        refused("manifest.path-argument", Class::Failed, with_file(&file));
    }
    for argument in ["nowhere", "path"] {
        let file = tool_file_with("effect = \"staged\"", &format!("effect = \"staged\"\ncontent = [\"{argument}\"]"));
        refused("manifest.content-argument", Class::Failed, with_file(&file));
    }
    assert!(with_file(&tool_file_with("effect = \"staged\"", "effect = \"staged\"\ncontent = [\"content\"]")).is_ok());
}

#[test]
fn refuses_a_reading_function_that_changes_something() {
    refused("manifest.read-changes", Class::Failed, with_file(&tool_file_with("access = \"read\"", "access = \"write\"")));
    refused("manifest.read-changes", Class::Failed, with_file(&tool_file_with("access = \"read\"", "access = \"delete\"")));
    for check in [
        r#"check = "replaced-once", path = "args.path", find = "args.path", put = "args.path""#,
        r#"check = "same-as-before", path = "args.path", before = "args.path""#,
        r#"check = "changes-only", paths = ["args.path"]"#,
    ] {
        let old = r#"check = "digest-is", path = "args.path", value = "output.sha256""#;
        refused("manifest.read-changes", Class::Failed, with_file(&tool_file_with(old, check)));
    }
}

#[test]
fn refuses_functions_that_need_more_than_is_declared() {
    for declared in ["none", "read-only"] {
        let file = tool_file_with("filesystem = \"read-write\"", &format!("filesystem = \"{declared}\""));
        refused("manifest.capability-missing", Class::Failed, with_file(&file));
    }
}

/// The example's `tool.toml` as one of a tool that publishes notes: `write` requests what `path` says.
fn publishing(urls: &str) -> String {
    tool_file_with("filesystem = \"read-write\"", "filesystem = \"read-write\"\nhttp = \"outgoing\"")
        .replace("paths = [{ argument = \"path\", access = \"write\" }]", &format!("urls = {urls}"))
        .replace("effect = \"staged\"", "effect = \"irrevocable\"")
}

#[test]
fn a_function_declares_the_urls_that_it_requests() {
    let manifest = with_file(&publishing(r#"[{ argument = "path", method = "POST" }]"#)).unwrap();
    let write = manifest.functions().iter().find(|(name, _)| name.as_str() == "write").unwrap().1;
    assert_eq!(write.urls, [UrlArgument { argument: "path".to_owned(), method: Method::Post }]);
    let text = serde_json::to_string(&manifest).unwrap();
    assert!(text.contains(r#""urls":[{"argument":"path","method":"POST"}]"#), "{text}");
    assert_eq!(Manifest::from_json(text.as_bytes()).unwrap(), manifest);
    assert!(!serde_json::to_string(&self::manifest()).unwrap().contains("urls"), "who has none is spelt as before");
    assert!(with_file(&publishing("[]")).is_ok());
}

#[test]
fn refuses_urls_that_are_no_argument_or_that_nobody_may_request() {
    let url = |argument: &str| format!(r#"[{{ argument = "{argument}", method = "POST" }}]"#);
    refused("manifest.url-argument", Class::Failed, with_file(&publishing(&url("nowhere"))));
    let also_a_path = publishing(&url("path")).replace("urls =", "paths = [{ argument = \"path\", access = \"read\" }]\nurls =");
    refused("manifest.url-argument", Class::Failed, with_file(&also_a_path));
    let reads_a_number =
        publishing("[]").replace("effect = \"read\"", "effect = \"irrevocable\"\nurls = [{ argument = \"from\", method = \"GET\" }]");
    refused("manifest.url-argument", Class::Failed, with_file(&reads_a_number));
    refused("manifest.content-argument", Class::Failed, with_file(&publishing(&format!("{}\ncontent = [\"path\"]", url("path")))));
    for method in ["post", "CONNECT", "TRACE", ""] {
        refused("manifest.tool-file", Class::Failed, with_file(&publishing(&url("path")).replace("POST", method)));
    }
    refused(
        "manifest.too-many",
        Class::Failed,
        with_file(&publishing(&format!("[{}]", vec![r#"{ argument = "path", method = "GET" }"#; 17].join(", ")))),
    );

    let without = with_file(&publishing(&url("path")).replace("http = \"outgoing\"", ""));
    assert!(without.as_ref().unwrap_err().hint().unwrap().contains("http = \"outgoing\""));
    refused("manifest.capability-missing", Class::Failed, without);
    for effect in ["read", "staged"] {
        let file = publishing(&url("path")).replace("effect = \"irrevocable\"", &format!("effect = \"{effect}\""));
        // What it says about changes is not the question here.
        let file = file.split("postconditions = [\n").next().unwrap();
        refused("manifest.url-effect", Class::Failed, with_file(file));
    }
}

#[test]
fn refuses_limits_that_are_none_or_not_lower() {
    for limit in ["wall_ms = 30001", "wall_ms = 0", "wal_ms = 5"] {
        refused("manifest.limit", Class::Failed, with_file(&tool_file_with("wall_ms = 5000", limit)));
    }
}

#[test]
fn refuses_more_than_fits() {
    let path = r#"{ argument = "path", access = "read" }"#;
    refused("manifest.too-many", Class::Failed, with_file(&tool_file_with(path, &vec![path; 17].join(", "))));
}

#[test]
fn refuses_what_cannot_be_signed() {
    for schema in [json!({"type": "number", "minimum": 0.5}), json!({"type": "object", "properties": {"é": {"type": "string"}}})] {
        refused("manifest.not-canonical", Class::Failed, with_described(&described_with(1, "output", schema)));
    }
}

proptest! {
    #[test]
    fn assembling_never_panics(file in "(\\[[a-z.]{0,9}\\]|[a-z]{1,8} = [\"0-9a-z{}\\[\\]]{0,8}|\\n){0,12}", described in ".{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        prop_assert!(with_file(&file).is_err());
        let _ = with_described(&described);
        prop_assert!(Manifest::assemble(&described, &bytes, provenance()).is_err());
    }
}
