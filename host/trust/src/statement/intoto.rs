//! The in-toto statement (in-toto attestation framework, `spec/v1/statement.md`) whose predicate is the manifest.

use std::collections::BTreeMap;

use cofferdam_base::{Digest, canonical};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StatementError;
use crate::{json::Json, manifest::Manifest};

/// `_type` of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// `predicateType` of a tool's statement. A change of the manifest's form gets a new number.
pub const PREDICATE_TYPE: &str = "https://cofferdam.dev/tool/v1";
/// The digest algorithm that a subject is named by.
const ALGORITHM: &str = "sha256";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<P> {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<WireSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSubject {
    name: String,
    digest: BTreeMap<String, String>,
}

/// What a statement says. Its signature was checked before.
pub(crate) struct Statement {
    /// The digest of the component that it speaks of.
    pub(crate) subject: Digest,
    /// The manifest.
    pub(crate) manifest: Manifest,
}

impl Statement {
    /// Reads an authenticated payload: exactly one subject, `<tool>.wasm`, named by its SHA-256 alone.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, StatementError> {
        let json = Json::parse(payload, super::MAX_STATEMENT_BYTES).map_err(StatementError::StatementJson)?;
        let wire: Wire<Value> = serde_json::from_value(json.into_value()).map_err(StatementError::StatementShape)?;
        if wire.statement_type != STATEMENT_TYPE {
            return Err(StatementError::StatementType { found: wire.statement_type });
        }
        if wire.predicate_type != PREDICATE_TYPE {
            return Err(StatementError::StatementType { found: wire.predicate_type });
        }
        let manifest = Manifest::parse(wire.predicate).map_err(StatementError::Manifest)?;
        let [subject] = wire.subject.as_slice() else {
            return Err(StatementError::Subject);
        };
        let digest = match subject.digest.first_key_value() {
            Some((algorithm, hex)) if algorithm == ALGORITHM && subject.digest.len() == 1 => Digest::from_hex(hex).ok(),
            Some(_) | None => None,
        };
        match digest {
            Some(digest) if subject.name == file_name(&manifest) => Ok(Self { subject: digest, manifest }),
            Some(_) | None => Err(StatementError::Subject),
        }
    }
}

/// The canonical payload.
pub(super) fn write(manifest: &Manifest, component: Digest) -> Result<Vec<u8>, StatementError> {
    let wire = Wire {
        statement_type: STATEMENT_TYPE.to_owned(),
        subject: vec![WireSubject { name: file_name(manifest), digest: BTreeMap::from([(ALGORITHM.to_owned(), component.hex())]) }],
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: manifest,
    };
    canonical::to_vec(&wire).map_err(StatementError::NotCanonical)
}

fn file_name(manifest: &Manifest) -> String {
    format!("{}.wasm", manifest.name())
}
