//! `keyring.toml`: the keyring as a file that a person can read and compare.
//!
//! Format history:
//! - 1: keys, revoked components, minimum versions, approvals.
//!
//! A reader refuses a version that it does not know: a member that it ignored could be a revocation. The order is by key
//! id, digest and tool name, so that a change of one record is a change of its lines only.

use std::{collections::BTreeSet, fmt::Write as _};

use cofferdam_base::{Digest, Timestamp, ToolName};
use semver::Version;
use serde::Deserialize;

use super::{ApprovedTool, Keyring, KeyringError, MAX_RECORDS, Revocation, Signs, TrustRoot, TrustedKey, instant::Instant};
use crate::{
    format::{FormatError, parse_versioned, quote, quote_list},
    key::{KeyId, PublicKey},
    manifest::Capabilities,
};

/// The one version that is read and written.
pub const FORMAT_VERSION: u32 = 1;

/// Largest `keyring.toml`. Everything in it is also bounded by number.
pub const MAX_KEYRING_BYTES: usize = 8 << 20;

/// In [`Signs`]: every tool.
const EVERY_TOOL: &str = "*";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<KeyEntry>,
    #[serde(default)]
    revoked_component: Vec<RevokedComponent>,
    #[serde(default)]
    minimum_version: Vec<MinimumVersion>,
    #[serde(default)]
    approved_tool: Vec<Approved>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: KeyId,
    name: String,
    public_key: String,
    tools: Vec<String>,
    added: Option<Instant>,
    expires: Option<Instant>,
    revoked: Option<RevocationEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevocationEntry {
    since: Instant,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokedComponent {
    digest: Digest,
    since: Instant,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MinimumVersion {
    tool: ToolName,
    version: Version,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approved {
    tool: ToolName,
    capabilities: Capabilities,
    signers: Vec<KeyId>,
    approved: Instant,
}

impl Keyring {
    /// Reads `keyring.toml`. What it does not contain is not trusted: the root counts only if the file has it.
    ///
    /// # Errors
    /// See [`KeyringError`].
    pub fn parse(toml: &str, root: &TrustRoot) -> Result<Self, KeyringError> {
        let file: File = parse_versioned(toml, MAX_KEYRING_BYTES, FORMAT_VERSION).map_err(|error| match error {
            FormatError::TooLarge => KeyringError::TooLarge,
            FormatError::Malformed(reason) => KeyringError::Malformed { reason },
            FormatError::Version(found) => KeyringError::FormatVersion { found },
        })?;
        for (what, count) in [("minimum versions", file.minimum_version.len()), ("approved tools", file.approved_tool.len())] {
            if count > MAX_RECORDS {
                return Err(KeyringError::TooMany { what, limit: MAX_RECORDS });
            }
        }
        let mut keyring = Self::empty(root);
        for entry in file.key {
            keyring = keyring.with_entry(entry.verify()?)?;
        }
        for RevokedComponent { digest, since, reason } in file.revoked_component {
            keyring = keyring.with_component(digest, Revocation { since: since.0, reason })?;
        }
        for MinimumVersion { tool, version } in file.minimum_version {
            if keyring.minimum_versions.insert(tool.clone(), version).is_some() {
                return Err(KeyringError::Twice { what: tool.to_string() });
            }
        }
        for Approved { tool, capabilities, signers, approved } in file.approved_tool {
            let record = ApprovedTool { capabilities, signers, approved: approved.0 };
            if keyring.approved_tools.insert(tool.clone(), record).is_some() {
                return Err(KeyringError::Twice { what: tool.to_string() });
            }
        }
        Ok(keyring)
    }

    /// The keyring as `keyring.toml`: the same keyring gives the same bytes.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("# Whom this user trusts to sign tools. Written by `cofferdam key`.\nversion = {FORMAT_VERSION}\n");
        self.keys.values().for_each(|key| render_key(&mut out, key));
        for (digest, revocation) in &self.revoked_components {
            field(&mut out, "\n[[revoked_component]]\ndigest", &quote(&digest.to_string()));
            render_revocation(&mut out, revocation);
        }
        for (tool, version) in &self.minimum_versions {
            field(&mut out, "\n[[minimum_version]]\ntool", &quote(tool.as_str()));
            field(&mut out, "version", &quote(&version.to_string()));
        }
        for (tool, record) in &self.approved_tools {
            field(&mut out, "\n[[approved_tool]]\ntool", &quote(tool.as_str()));
            field(&mut out, "capabilities", &record.capabilities.to_toml());
            field(&mut out, "signers", &quote_list(&record.signers));
            field(&mut out, "approved", &time(record.approved));
        }
        out
    }
}

impl KeyEntry {
    fn verify(self) -> Result<TrustedKey, KeyringError> {
        let key = PublicKey::from_pem(&self.public_key).map_err(KeyringError::Key)?;
        if key.id() != self.id {
            return Err(KeyringError::IdMismatch { stated: self.id, computed: key.id() });
        }
        let signs = match self.tools.as_slice() {
            [one] if one == EVERY_TOOL => Signs::EveryTool,
            tools => {
                let tools = tools.iter().map(|tool| tool.parse::<ToolName>()).collect::<Result<BTreeSet<_>, _>>();
                Signs::Tools(tools.map_err(|error| KeyringError::Malformed { reason: error.to_string() })?)
            }
        };
        Ok(TrustedKey {
            name: self.name,
            key,
            signs,
            added: self.added.map(|instant| instant.0),
            expires: self.expires.map(|instant| instant.0),
            revoked: self.revoked.map(|entry| Revocation { since: entry.since.0, reason: entry.reason }),
        })
    }
}

fn render_key(out: &mut String, key: &TrustedKey) {
    field(out, "\n[[key]]\nid", &quote(&key.id().to_string()));
    field(out, "name", &quote(&key.name));
    field(out, "public_key", &quote(key.key.to_pem()));
    let tools = match &key.signs {
        Signs::EveryTool => quote_list([EVERY_TOOL]),
        Signs::Tools(tools) => quote_list(tools),
    };
    field(out, "tools", &tools);
    key.added.iter().for_each(|at| field(out, "added", &time(*at)));
    key.expires.iter().for_each(|at| field(out, "expires", &time(*at)));
    if let Some(revocation) = &key.revoked {
        out.push_str("[key.revoked]\n");
        render_revocation(out, revocation);
    }
}

fn render_revocation(out: &mut String, revocation: &Revocation) {
    field(out, "since", &time(revocation.since));
    field(out, "reason", &quote(&revocation.reason));
}

fn field(out: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{name} = {value}");
}

fn time(at: Timestamp) -> String {
    quote(&at.to_string())
}
