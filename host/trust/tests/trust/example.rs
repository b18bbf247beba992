//! An example tool, example keys, and what most tests do with them.

use std::{collections::BTreeSet, fmt::Debug, sync::Arc};

use cofferdam_base::{Class, Diagnostic, Digest, Timestamp};
use cofferdam_trust::{
    Keyring, LockEntry, Manifest, SigningKey, TrustRoot, VerifiedTool,
    keyring::{Signs, TrustedKey},
    manifest::Provenance,
    statement::sign,
    verify,
    verify::{Approval, ApprovedEntry, Candidate},
    verify_unlocked,
};
use serde_json::{Value, json};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const LATER: Timestamp = Timestamp(1_900_000_000_000);

/// The first party of the tests.
pub(crate) const ROOT: u8 = 1;
/// A third party that may sign `notes`.
pub(crate) const THIRD: u8 = 2;

pub(crate) const TOOL_FILE: &str = r#"
name = "notes"
version = "0.2.0"
description = "Reads and writes notes."

[capabilities]
filesystem = "read-write"

[limits]
wall_ms = 5000

[functions.read]
effect = "read"
paths = [{ argument = "path", access = "read" }]
postconditions = [{ check = "digest-is", path = "args.path", value = "output.sha256" }]

[functions.write]
effect = "staged"
paths = [{ argument = "path", access = "write" }]
postconditions = [
    { check = "content-is", path = "args.path", value = "args.content" },
    { check = "changes-only", paths = ["args.path"] },
]
"#;

/// What the example's `describe` answers.
pub(crate) fn described() -> Value {
    json!([
        {
            "name": "read",
            "description": "Reads one note.",
            "input": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {"path": {"type": "string"}, "from": {"type": "integer", "format": "uint64", "minimum": 0}},
                "required": ["path"],
                "additionalProperties": false
            },
            "output": {
                "type": "object",
                "properties": {"content": {"type": "string"}, "sha256": {"$ref": "#/$defs/digest"}},
                "required": ["content", "sha256"],
                "$defs": {"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}}
            }
        },
        {
            "name": "write",
            "description": "Writes one note.",
            "input": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
                "required": ["path", "content"],
                "additionalProperties": false
            },
            "output": {"type": "object"}
        }
    ])
}

pub(crate) fn provenance() -> Provenance {
    Provenance {
        toolchain: "rustc 1.95.0 wasm32-wasip2".to_owned(),
        source_digest: Digest::of(b"sources"),
        builder: "0.1.0".parse().unwrap(),
    }
}

pub(crate) fn manifest() -> Manifest {
    manifest_of(TOOL_FILE)
}

/// The example's manifest with another `tool.toml`.
pub(crate) fn manifest_of(tool_file: &str) -> Manifest {
    Manifest::assemble(tool_file, described().to_string().as_bytes(), provenance()).unwrap()
}

/// The example's `tool.toml` with one text in the place of another.
pub(crate) fn tool_file_with(old: &str, new: &str) -> String {
    assert!(TOOL_FILE.contains(old), "{old}");
    TOOL_FILE.replace(old, new)
}

pub(crate) const IMPORTS: &[&str] =
    &["wasi:io/streams@0.2.6", "wasi:cli/stdout@0.2.6", "wasi:filesystem/types@0.2.6", "wasi:filesystem/preopens@0.2.6"];

pub(crate) fn component() -> Arc<[u8]> {
    component_of(IMPORTS)
}

/// A component with these imports that exports the handler.
pub(crate) fn component_of(imports: &[&str]) -> Arc<[u8]> {
    let imports: String = imports.iter().map(|name| format!("(import \"{name}\" (instance))")).collect();
    component_text(&imports, "(export \"cofferdam:tool/handler@0.1.0\" (instance $handler))")
}

/// A component with these imports and exports; `$handler` is an instance with the handler's functions.
pub(crate) fn component_text(imports: &str, exports: &str) -> Arc<[u8]> {
    let text = format!(
        "(component {imports}
            (core module $m (func (export \"f\")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i \"f\")))
            (instance $handler (export \"describe\" (func $f)) (export \"invoke\" (func $f)) (export \"verify\" (func $f)))
            {exports})"
    );
    wat::parse_str(text).unwrap().into()
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_random(&mut [seed; 32]).unwrap()
}

pub(crate) fn root() -> TrustRoot {
    TrustRoot::from_key(key(ROOT).public().clone())
}

/// A key that is trusted for the tools.
pub(crate) fn trusted(seed: u8, tools: &[&str]) -> TrustedKey {
    TrustedKey {
        name: format!("key {seed}"),
        key: key(seed).public().clone(),
        signs: Signs::Tools(tools.iter().map(|tool| tool.parse().unwrap()).collect::<BTreeSet<_>>()),
        added: Some(NOW),
        expires: None,
        revoked: None,
    }
}

/// The root, and the third party for `notes`.
pub(crate) fn keyring() -> Keyring {
    Keyring::rooted(&root()).with_key(trusted(THIRD, &["notes"])).unwrap()
}

/// A tool with all that its verification takes.
pub(crate) struct Example {
    pub(crate) component: Arc<[u8]>,
    pub(crate) statement: Vec<u8>,
    pub(crate) keyring: Keyring,
    pub(crate) approved: ApprovedEntry,
}

impl Example {
    /// The example tool, signed by a third party and approved by a person.
    pub(crate) fn new() -> Self {
        Self::of(&manifest(), component())
    }

    pub(crate) fn of(manifest: &Manifest, component: Arc<[u8]>) -> Self {
        let statement = sign(manifest, Digest::of(&component), &key(THIRD)).unwrap();
        let candidate = verify_unlocked(component.clone(), &statement, &keyring(), NOW).unwrap();
        let approval = Approval::by_person(&candidate);
        let approved = candidate.approve(approval).unwrap();
        let keyring = keyring().with_approved(&approved, NOW).unwrap();
        Self { component, statement, keyring, approved }
    }

    pub(crate) fn entry(&self) -> &LockEntry {
        self.approved.entry()
    }

    pub(crate) fn verify(&self) -> Result<VerifiedTool, cofferdam_trust::TrustError> {
        self.verify_with(&self.keyring)
    }

    pub(crate) fn verify_with(&self, keyring: &Keyring) -> Result<VerifiedTool, cofferdam_trust::TrustError> {
        verify(self.component.clone(), &self.statement, self.entry(), keyring, NOW)
    }
}

/// A manifest signed by one of the keys, before anybody approved it.
pub(crate) fn candidate(manifest: &Manifest, component: Arc<[u8]>, seed: u8, keyring: &Keyring) -> Candidate {
    let statement = sign(manifest, Digest::of(&component), &key(seed)).unwrap();
    verify_unlocked(component, &statement, keyring, NOW).unwrap()
}

/// Asserts that something is refused under a code, with an error that keeps the form of every error.
#[track_caller]
pub(crate) fn refused<T: Debug, E: Diagnostic>(code: &str, class: Class, result: Result<T, E>) {
    let error = result.expect_err(code);
    let text = error.to_string();
    assert_eq!((error.code(), error.class()), (code, class), "{text}");
    assert!(!text.ends_with('.') && !text.contains('\n') && !text.starts_with(char::is_uppercase), "{text}");
    if let Some(hint) = error.hint() {
        assert!(hint.contains("cofferdam ") || hint.contains("entries"), "{hint}");
    }
}
