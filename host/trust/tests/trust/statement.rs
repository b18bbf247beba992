//! The signed statement, as bytes and against verification without a lock.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cofferdam_base::{Class, Digest, canonical};
use cofferdam_trust::{
    TrustError,
    statement::{PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, StatementError, sign},
    verify_unlocked,
};
use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::example::{NOW, THIRD, component, key, keyring, manifest, refused};

/// An envelope around any payload, made without the crate's own code.
fn envelope_of(payload: &str) -> Vec<u8> {
    let mut pae = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    pae.extend_from_slice(payload.as_bytes());
    let signature = SigningKey::from_bytes(&[THIRD; 32]).sign(&pae).to_bytes();
    let envelope =
        json!({"payload": STANDARD.encode(payload), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": STANDARD.encode(signature)}]});
    envelope.to_string().into_bytes()
}

/// The example's statement as JSON.
fn payload() -> Value {
    json!({
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "notes.wasm", "digest": {"sha256": Digest::of(&component()).hex()}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": serde_json::to_value(manifest()).unwrap()
    })
}

fn payload_with(pointer: &str, value: Value) -> String {
    let mut payload = payload();
    *payload.pointer_mut(pointer).unwrap() = value;
    payload.to_string()
}

#[test]
fn is_the_same_bytes_each_time_and_what_others_would_write() {
    let sealed = sign(&manifest(), Digest::of(&component()), &key(THIRD)).unwrap();
    assert_eq!(sealed, sign(&manifest(), Digest::of(&component()), &key(THIRD)).unwrap());
    let envelope: Value = serde_json::from_slice(&sealed).unwrap();
    let payload_bytes = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    assert_eq!(payload_bytes, canonical::to_vec(&payload()).unwrap());
    assert_eq!(envelope["signatures"][0]["keyid"], key(THIRD).public().id().to_string());
}

#[test]
fn an_envelope_made_elsewhere_verifies() {
    let candidate = verify_unlocked(component(), &envelope_of(&payload().to_string()), &keyring(), NOW).unwrap();
    assert_eq!(candidate.manifest(), &manifest());
    assert_eq!(candidate.signers().len(), 1);
}

#[test]
fn refuses_signed_payloads_that_are_no_statement_of_ours() {
    let subject = payload().pointer("/subject/0").unwrap().clone();
    let text = payload().to_string();
    for payload in [
        "not json".to_owned(),
        "{}".to_owned(),
        text.replacen('{', r#"{"_type":"https://in-toto.io/Statement/v1","#, 1),
        text.replacen('{', r#"{"extra":1,"#, 1),
        text.replacen(r#""name":"notes","#, r#""name":"notes","name":"notes","#, 1),
        payload_with("/_type", json!("https://in-toto.io/Statement/v0.1")),
        payload_with("/predicateType", json!("https://slsa.dev/provenance/v1")),
        payload_with("/subject", json!([])),
        payload_with("/subject", json!([subject, subject])),
        payload_with("/subject/0/name", json!("other.wasm")),
        payload_with("/subject/0/digest", json!({"sha1": "00"})),
        payload_with("/subject/0/digest", json!({"sha256": "00"})),
        payload_with("/subject/0/digest", json!({"sha256": Digest::of(b"").hex(), "sha512": "00"})),
        payload_with("/predicate", json!({})),
        payload_with("/predicate/functions", json!({})),
        payload_with("/predicate/functions/read/effect", json!("irreversible")),
        payload_with("/predicate/functions/write/effect", json!("read")),
        payload_with("/predicate/limits", json!({"wall_ms": 60000})),
        payload_with("/predicate/capabilities", json!({"filesystem": "read-only"})),
        payload_with("/predicate/capabilities", json!({"filesystem": "read-write", "http": true})),
        payload_with("/predicate/functions/read/output", json!({"$ref": "https://example.com/s.json"})),
    ] {
        refused("trust.statement-malformed", Class::NotVerified, verify_unlocked(component(), &envelope_of(&payload), &keyring(), NOW));
    }
}

#[test]
fn says_why_a_signed_manifest_is_none() {
    let cause = |predicate: Value| match verify_unlocked(component(), &envelope_of(&payload_with("/predicate", predicate)), &keyring(), NOW)
    {
        Err(TrustError::Statement(StatementError::Manifest(error))) => error,
        other => panic!("{other:?}"),
    };
    refused("manifest.malformed", Class::Failed, Err::<(), _>(cause(json!({"name": "notes"}))));
    let mut predicate = serde_json::to_value(manifest()).unwrap();
    predicate["functions"]["read"]["effect"] = json!("staged");
    predicate["functions"]["read"]["extra"] = json!(1);
    refused("manifest.malformed", Class::Failed, Err::<(), _>(cause(predicate)));
}

#[test]
fn refuses_what_is_no_envelope() {
    for bytes in [&b""[..], b"{}", b"\x00asm", br#"{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}"#] {
        refused("trust.envelope-malformed", Class::NotVerified, verify_unlocked(component(), bytes, &keyring(), NOW));
    }
}

#[test]
fn refuses_a_signature_by_nobody_known() {
    let statement = sign(&manifest(), Digest::of(&component()), &key(99)).unwrap();
    refused("trust.no-known-signature", Class::NotVerified, verify_unlocked(component(), &statement, &keyring(), NOW));
}

proptest! {
    #[test]
    fn verifying_any_bytes_never_panics(component in proptest::collection::vec(any::<u8>(), 0..100), statement in proptest::collection::vec(any::<u8>(), 0..100), payload in ".{0,100}") {
        prop_assert!(verify_unlocked(component.clone().into(), &statement, &keyring(), NOW).is_err());
        prop_assert!(verify_unlocked(component.into(), &envelope_of(&payload), &keyring(), NOW).is_err());
    }
}
