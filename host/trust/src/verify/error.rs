//! Why a tool is refused.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, Digest, ToolName, text::inline};
use semver::Version;

use crate::{key::KeyId, keyring::StandingError, manifest::Capabilities, statement::StatementError, update::Widening};

/// A tool that is not what was signed, pinned or approved.
#[derive(Debug)]
pub enum TrustError {
    /// The component is not the one that the lock pins.
    ComponentMismatch {
        /// The tool.
        tool: ToolName,
        /// In the lock.
        locked: Digest,
        /// Of the bytes.
        actual: Digest,
    },
    /// The statement is not the one that the lock pins.
    StatementMismatch {
        /// The tool.
        tool: ToolName,
        /// In the lock.
        locked: Digest,
        /// Of the bytes.
        actual: Digest,
    },
    /// The statement is none, or nobody known signed it.
    Statement(StatementError),
    /// A signer that the lock pins did not sign.
    SignerMissing {
        /// The tool.
        tool: ToolName,
        /// The signer.
        signer: KeyId,
    },
    /// The keyring does not stand behind it.
    Standing(StandingError),
    /// The statement speaks of another component.
    SubjectMismatch {
        /// The tool.
        tool: ToolName,
        /// In the statement.
        signed: Digest,
        /// Of the bytes.
        actual: Digest,
    },
    /// The statement speaks of another tool.
    NameMismatch {
        /// In the lock.
        locked: ToolName,
        /// In the statement.
        signed: ToolName,
    },
    /// The statement speaks of another version.
    VersionMismatch {
        /// The tool.
        tool: ToolName,
        /// In the lock.
        locked: Version,
        /// In the statement.
        signed: Version,
    },
    /// The lock and the statement differ in what the tool may reach.
    CapabilitiesMismatch {
        /// The tool.
        tool: ToolName,
        /// In the lock.
        locked: Capabilities,
        /// In the statement.
        signed: Capabilities,
    },
    /// The component is larger than [`MAX_COMPONENT_BYTES`](super::MAX_COMPONENT_BYTES).
    ComponentTooLarge,
    /// The component's binary is damaged.
    ComponentMalformed {
        /// What the reader says.
        reason: String,
        /// Where.
        offset: usize,
    },
    /// A core module, or nothing that is WebAssembly at its end.
    NoComponent,
    /// The component imports what it may not.
    ForbiddenImport {
        /// The import.
        name: String,
        /// The capability that would cover it, if there is one.
        undeclared: Option<&'static str>,
    },
    /// The component does not export the handler, or exports more.
    NoHandler {
        /// What it exports.
        found: String,
    },
    /// The approval was given for something else.
    ApprovalMismatch {
        /// The tool.
        tool: ToolName,
    },
    /// The tool does not carry the trust root's signature.
    NotFirstParty {
        /// The tool.
        tool: ToolName,
    },
    /// The update asks for more than the locked tool has.
    Widened {
        /// The tool.
        tool: ToolName,
        /// What it widens.
        widenings: Vec<Widening>,
    },
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ComponentMismatch { tool, locked, actual } => {
                write!(f, "the component of `{tool}` is {actual}, and the lock pins {locked}")
            }
            Self::StatementMismatch { tool, locked, actual } => {
                write!(f, "the statement of `{tool}` is {actual}, and the lock pins {locked}")
            }
            Self::Statement(_) => f.write_str("the tool's statement does not verify"),
            Self::SignerMissing { tool, signer } => {
                write!(f, "the lock pins `{signer}` as a signer of `{tool}`, and its signature is missing")
            }
            Self::Standing(_) => f.write_str("the keyring does not stand behind the tool"),
            Self::SubjectMismatch { tool, signed, actual } => {
                write!(f, "the statement of `{tool}` speaks of the component {signed}, and this one is {actual}")
            }
            Self::NameMismatch { locked, signed } => write!(f, "the lock names the tool `{locked}`, and the statement `{signed}`"),
            Self::VersionMismatch { tool, locked, signed } => {
                write!(f, "the lock has version {locked} of `{tool}`, and the statement {signed}")
            }
            Self::CapabilitiesMismatch { tool, locked, signed } => {
                write!(f, "the lock gives `{tool}` {locked}, and the statement asks for {signed}")
            }
            Self::ComponentTooLarge => write!(f, "the component is larger than {} bytes", super::MAX_COMPONENT_BYTES),
            Self::ComponentMalformed { reason, offset } => write!(f, "the component is damaged at byte {offset}: {reason}"),
            Self::NoComponent => f.write_str("the file is not a WebAssembly component"),
            Self::ForbiddenImport { name, undeclared: Some(capability) } => {
                write!(f, "the component imports `{}`, and the tool does not declare the capability `{capability}`", inline(name, 120))
            }
            Self::ForbiddenImport { name, undeclared: None } => {
                write!(f, "the component imports `{}`, which no tool may", inline(name, 120))
            }
            Self::NoHandler { found } => {
                write!(f, "the component exports `{}`, and must export `cofferdam:tool/handler@0.1` alone", inline(found, 120))
            }
            Self::ApprovalMismatch { tool } => write!(f, "the approval of `{tool}` was given for another component or statement"),
            Self::NotFirstParty { tool } => write!(f, "the tool `{tool}` came with the program and is not signed by its publisher"),
            Self::Widened { tool, widenings } => {
                write!(f, "the update of `{tool}` widens what it may do: ")?;
                widenings.iter().enumerate().try_for_each(|(index, widening)| write!(f, "{}{widening}", if index == 0 { "" } else { "; " }))
            }
        }
    }
}

impl std::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Statement(error) => Some(error),
            Self::Standing(error) => Some(error),
            Self::ComponentMismatch { .. }
            | Self::StatementMismatch { .. }
            | Self::SignerMissing { .. }
            | Self::SubjectMismatch { .. }
            | Self::NameMismatch { .. }
            | Self::VersionMismatch { .. }
            | Self::CapabilitiesMismatch { .. }
            | Self::ComponentTooLarge
            | Self::ComponentMalformed { .. }
            | Self::NoComponent
            | Self::ForbiddenImport { .. }
            | Self::NoHandler { .. }
            | Self::ApprovalMismatch { .. }
            | Self::NotFirstParty { .. }
            | Self::Widened { .. } => None,
        }
    }
}

impl Diagnostic for TrustError {
    fn code(&self) -> &'static str {
        match self {
            Self::ComponentMismatch { .. } => "trust.component-mismatch",
            Self::StatementMismatch { .. } => "trust.statement-mismatch",
            Self::Statement(error) => error.code(),
            Self::SignerMissing { .. } => "trust.signer-missing",
            Self::Standing(error) => error.code(),
            Self::SubjectMismatch { .. } => "trust.subject-mismatch",
            Self::NameMismatch { .. } => "trust.name-mismatch",
            Self::VersionMismatch { .. } => "trust.version-mismatch",
            Self::CapabilitiesMismatch { .. } => "trust.capabilities-mismatch",
            Self::ComponentTooLarge => "trust.component-too-large",
            Self::ComponentMalformed { .. } | Self::NoComponent => "trust.component-malformed",
            Self::ForbiddenImport { .. } => "trust.forbidden-import",
            Self::NoHandler { .. } => "trust.no-handler",
            Self::ApprovalMismatch { .. } => "trust.approval-mismatch",
            Self::NotFirstParty { .. } => "trust.not-first-party",
            Self::Widened { .. } => "trust.widened",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Statement(error) => error.hint(),
            Self::Standing(error) => error.hint(),
            Self::ComponentMismatch { tool, .. } | Self::StatementMismatch { tool, .. } => {
                Some(format!("restore the tool's files; if they changed on purpose, run `cofferdam tool update {tool}`"))
            }
            Self::NameMismatch { locked: tool, .. }
            | Self::SignerMissing { tool, .. }
            | Self::VersionMismatch { tool, .. }
            | Self::CapabilitiesMismatch { tool, .. } => Some(format!("restore `tools.lock`, or run `cofferdam tool update {tool}`")),
            Self::Widened { tool, .. } => Some(format!("if you want that, approve it with `cofferdam tool update {tool}`")),
            Self::ForbiddenImport { undeclared: Some(capability), .. } => {
                Some(format!("its author has to declare `{capability}` under `[capabilities]` and run `cofferdam tool build`"))
            }
            Self::SubjectMismatch { .. }
            | Self::ComponentTooLarge
            | Self::ComponentMalformed { .. }
            | Self::NoComponent
            | Self::ForbiddenImport { undeclared: None, .. }
            | Self::NoHandler { .. }
            | Self::ApprovalMismatch { .. }
            | Self::NotFirstParty { .. } => None,
        }
    }
}
