//! The DSSE envelope (secure-systems-lab DSSE v1.0.2, `envelope.md` and `protocol.md`).
//!
//! Stricter than the specification in one point, on purpose: members that it does not define are refused and not
//! ignored, because a lock pins the envelope's bytes and nothing unread should hide in them. The key id is a hint, as
//! specified: one of ours selects which key is tried; without one, or with one of another program, all are.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use cofferdam_base::canonical;
use serde::{Deserialize, Serialize};

use super::StatementError;
use crate::{
    json::Json,
    key::{KeyId, PublicKey, SIGNATURE_BYTES, SigningKey},
};

/// Largest envelope: the base64 of the largest manifest and its frame.
pub const MAX_STATEMENT_BYTES: u64 = 4 << 20;

/// Most signatures on one statement. With [`MAX_KEYS`](crate::keyring::MAX_KEYS) it bounds the checks to a fraction of a second.
pub const MAX_SIGNATURES: usize = 8;

/// What the payload is (in-toto attestation framework, `spec/v1/envelope.md`).
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The envelope's members. Declared in the order of their canonical spelling.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// An envelope that was read and not checked: nobody can get at its payload.
pub(crate) struct Envelope {
    payload: Vec<u8>,
    signatures: Vec<(Option<KeyId>, [u8; SIGNATURE_BYTES])>,
}

/// A payload and the keys whose signatures over it hold; at least one.
pub(crate) struct Authentic {
    pub(crate) payload: Vec<u8>,
    pub(crate) signers: BTreeSet<KeyId>,
}

impl Envelope {
    /// Reads an envelope with our payload type.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        let json = Json::parse(bytes, MAX_STATEMENT_BYTES).map_err(StatementError::EnvelopeJson)?;
        let wire: Wire = serde_json::from_value(json.into_value()).map_err(StatementError::EnvelopeShape)?;
        if wire.payload_type != PAYLOAD_TYPE {
            return Err(StatementError::PayloadType { found: wire.payload_type });
        }
        if wire.signatures.is_empty() || wire.signatures.len() > MAX_SIGNATURES {
            return Err(StatementError::SignatureCount { count: wire.signatures.len() });
        }
        let signatures = wire.signatures.iter().map(WireSignature::decode).collect::<Result<_, _>>()?;
        Ok(Self { payload: decode(&wire.payload)?, signatures })
    }

    /// Keeps the payload if a signature over it by one of the keys holds.
    pub(crate) fn authenticate<'k>(self, keys: impl Iterator<Item = &'k PublicKey> + Clone) -> Result<Authentic, StatementError> {
        let message = pae(PAYLOAD_TYPE, &self.payload);
        let mut signers = BTreeSet::new();
        for (hint, signature) in &self.signatures {
            let tried = keys.clone().filter(|key| hint.is_none_or(|hint| hint == key.id()));
            signers.extend(tried.filter_map(|key| key.verify(&message, signature)));
        }
        if signers.is_empty() {
            return Err(StatementError::NoKnownSignature);
        }
        Ok(Authentic { payload: self.payload, signers })
    }
}

impl WireSignature {
    fn decode(&self) -> Result<(Option<KeyId>, [u8; SIGNATURE_BYTES]), StatementError> {
        // "An unset field MUST be treated the same as set-but-empty" (envelope.md, parsing rules).
        let hint = self.keyid.parse().ok();
        let signature = decode(&self.sig)?.try_into().map_err(|_| StatementError::SignatureLength)?;
        Ok((hint, signature))
    }
}

/// Wraps and signs a payload.
pub(super) fn seal(payload: &[u8], key: &SigningKey) -> Result<Vec<u8>, StatementError> {
    let signature = key.sign(&pae(PAYLOAD_TYPE, payload));
    let wire = Wire {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![WireSignature { keyid: key.public().id().to_string(), sig: STANDARD.encode(signature) }],
    };
    canonical::to_vec(&wire).map_err(StatementError::NotCanonical)
}

/// "Either standard or URL-safe base64 encodings are allowed ... verifiers MUST accept either" (protocol.md). Padded in
/// both, without stray bits at the end, and one alphabet for one text.
fn decode(text: &str) -> Result<Vec<u8>, StatementError> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).map_err(StatementError::Base64)
}

/// Pre-authentication encoding: what is really signed (protocol.md, `PAE`).
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_random(&mut [seed; 32]).unwrap()
    }

    fn envelope(payload: &str, payload_type: &str, signatures: &str) -> Vec<u8> {
        format!(r#"{{"payload":"{payload}","payloadType":"{payload_type}","signatures":{signatures}}}"#).into_bytes()
    }

    #[test]
    fn encodes_the_specification_s_example() {
        assert_eq!(pae("http://example.com/HelloWorld", b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn gives_the_payload_to_a_known_key_s_signature_only() {
        let sealed = seal(b"payload", &key(1)).unwrap();
        let (known, other) = (key(1), key(2));
        let authentic = Envelope::parse(&sealed).unwrap().authenticate([other.public(), known.public()].into_iter()).unwrap();
        assert_eq!((authentic.payload, authentic.signers), (b"payload".to_vec(), BTreeSet::from([known.public().id()])));
        let refused = Envelope::parse(&sealed).unwrap().authenticate([other.public()].into_iter());
        assert!(matches!(refused, Err(StatementError::NoKnownSignature)));
    }

    #[test]
    fn takes_both_base64_alphabets_and_no_key_id() {
        let payload = [0xfb, 0xff, 0xfe];
        let signature = key(1).sign(&pae(PAYLOAD_TYPE, &payload));
        for (body, sig) in [(STANDARD.encode(payload), URL_SAFE.encode(signature)), (URL_SAFE.encode(payload), STANDARD.encode(signature))]
        {
            for id in ["", r#""keyid":"","#, r#""keyid":"somebody's own id","#] {
                let bytes = envelope(&body, PAYLOAD_TYPE, &format!(r#"[{{{id}"sig":"{sig}"}}]"#));
                assert_eq!(Envelope::parse(&bytes).unwrap().authenticate([key(1).public()].into_iter()).unwrap().payload, payload);
            }
        }
    }

    #[test]
    fn takes_an_envelope_of_another_implementation() {
        let signer = PublicKey::from_pem(include_str!("../../tests/fixtures/dsse/signer.pub.pem")).unwrap();
        let envelope = Envelope::parse(include_bytes!("../../tests/fixtures/dsse/securesystemslib.dsse.json")).unwrap();
        let authentic = envelope.authenticate([key(1).public(), &signer].into_iter()).unwrap();
        let payload = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"note\":\"ÿþ🦀 ~~~???\"}";
        assert_eq!((authentic.payload.as_slice(), authentic.signers), (payload.as_bytes(), BTreeSet::from([signer.id()])));
    }

    #[test]
    fn refuses_what_is_no_envelope_of_ours() {
        let sig = STANDARD.encode([0u8; 64]);
        let one = format!(r#"[{{"sig":"{sig}"}}]"#);
        let many = format!("[{}]", vec![format!(r#"{{"sig":"{sig}"}}"#); MAX_SIGNATURES + 1].join(","));
        for bytes in [
            b"not json".to_vec(),
            envelope("AA==", "text/plain", &one),
            envelope("AA", PAYLOAD_TYPE, &one),
            envelope("AB==", PAYLOAD_TYPE, &one),
            envelope("+-==", PAYLOAD_TYPE, &one),
            envelope("AA==", PAYLOAD_TYPE, "[]"),
            envelope("AA==", PAYLOAD_TYPE, &many),
            envelope("AA==", PAYLOAD_TYPE, r#"[{"sig":"AA=="}]"#),
            envelope("AA==", PAYLOAD_TYPE, &format!(r#"[{{"sig":"{sig}","note":1}}]"#)),
            envelope("AA==\",\"payload\":\"AA==", PAYLOAD_TYPE, &one),
        ] {
            assert!(Envelope::parse(&bytes).is_err(), "{}", String::from_utf8_lossy(&bytes));
        }
        assert!(Envelope::parse(&envelope("AA==", PAYLOAD_TYPE, &one)).is_ok());
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), payload in ".{0,20}", sig in ".{0,20}") {
            let _ = Envelope::parse(&bytes);
            let _ = Envelope::parse(&envelope(&payload, PAYLOAD_TYPE, &format!(r#"[{{"sig":"{sig}"}}]"#)));
        }
    }
}
