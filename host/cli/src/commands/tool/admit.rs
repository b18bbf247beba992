//! The way into a lock, which `tool add` and `tool update` share: read, verify, get an approval, pin.

use std::path::{Path, PathBuf};

use cofferdam_base::{Class, Clock as _, Diagnostic, ToolName};
use cofferdam_trust::{
    Lock, LockEntry,
    statement::MAX_STATEMENT_BYTES,
    verify::{Approval, Candidate, MAX_COMPONENT_BYTES, verify_unlocked},
};

use crate::{
    commands::CommandResult,
    confirm::confirmed,
    failure::{CliError, Failure},
    files::{self, Overwrite, Readers},
    keys, output,
    session::{LOCK_FILE, User, read_lock},
    system::SystemClock,
    tool_store::ToolStore,
};

/// Why a command on the lock did nothing.
#[derive(Debug)]
pub(super) enum AdmissionError {
    /// A person was to say yes, and nobody did.
    NotApproved {
        /// The command that asks.
        command: &'static str,
    },
    /// `tool add` of a tool that is locked with other bytes.
    AlreadyLocked(ToolName),
    /// `tool update` of a tool that is not locked.
    NotLocked(ToolName),
}

impl std::fmt::Display for AdmissionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotApproved { .. } => f.write_str("nobody approved the tool, so nothing was changed"),
            Self::AlreadyLocked(tool) => write!(f, "another version of the tool `{tool}` is locked here"),
            Self::NotLocked(tool) => write!(f, "no tool `{tool}` is locked here, so there is nothing to update"),
        }
    }
}

impl std::error::Error for AdmissionError {}

impl Diagnostic for AdmissionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotApproved { .. } => "cli.not-approved",
            Self::AlreadyLocked(_) => "cli.already-locked",
            Self::NotLocked(_) => "cli.not-locked",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NotApproved { .. } => Class::Denied,
            Self::AlreadyLocked(_) | Self::NotLocked(_) => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotApproved { command } => {
                format!("run `cofferdam tool {command}` on a terminal, or give --yes after looking at what it shows")
            }
            Self::AlreadyLocked(tool) => format!("see what would change with `cofferdam tool update {tool} COMPONENT --dry-run`"),
            Self::NotLocked(_) => "add it with `cofferdam tool add COMPONENT`; `cofferdam tool list` shows what is locked".to_owned(),
        })
    }
}

/// A component and its statement, as a person named them. Nothing is known of them yet.
pub(super) struct Offered {
    component: Vec<u8>,
    statement: Vec<u8>,
}

impl Offered {
    /// Reads the files; without a name, the statement stands beside the component as NAME.dsse.json.
    pub(super) fn read(component: &Path, statement: Option<&Path>) -> Result<Self, CliError> {
        let beside = || component.with_extension("dsse.json");
        let statement = statement.map_or_else(beside, Path::to_owned);
        Ok(Self {
            component: files::read(component, MAX_COMPONENT_BYTES as u64)?,
            statement: files::read(&statement, MAX_STATEMENT_BYTES)?,
        })
    }

    /// Verifies all but what only a person can say.
    pub(super) fn verify(&self, user: &User) -> Result<Candidate, Failure> {
        Ok(verify_unlocked(self.component.clone().into(), &self.statement, &user.keyring, SystemClock.now())?)
    }
}

/// A user's keyring and tools, and the lock of a workspace: what an approved tool is written into.
pub(super) struct Admission {
    pub(super) user: User,
    folder: PathBuf,
    lock: Lock,
}

impl Admission {
    /// Opens the lock of a workspace; the built-in one where it has none.
    pub(super) fn open(user: User, workspace: &Path) -> Result<Self, Failure> {
        let folder = files::real_path(workspace)?;
        let (lock, _) = read_lock(&folder)?;
        Ok(Self { user, folder, lock })
    }

    /// What is locked under a name.
    pub(super) fn locked(&self, tool: &ToolName) -> Option<&LockEntry> {
        self.lock.get(tool)
    }

    /// Keeps the bytes, takes the approval down in the user's keyring, and pins the tool.
    pub(super) fn admit(mut self, offered: &Offered, candidate: Candidate, approval: Approval) -> CommandResult {
        let approved = candidate.approve(approval)?;
        let entry = approved.entry().clone();
        ToolStore::open(&self.user.data)?.put(&offered.component, &offered.statement)?;
        keys::keep_keyring(&self.user.config, &self.user.keyring.with_approved(&approved, SystemClock.now())?)?;
        self.lock.insert(approved)?;
        files::write(&self.folder.join(LOCK_FILE), self.lock.render().as_bytes(), Overwrite::Yes, Readers::Everybody)?;
        output::line(&format!("{} {} {}", entry.name(), entry.version(), entry.component()))?;
        Ok(())
    }
}

/// A person's word, asked for after the tool was shown.
pub(super) fn approved_by_person(candidate: &Candidate, yes: bool, command: &'static str, question: &str) -> Result<Approval, Failure> {
    if yes || confirmed(question) { Ok(Approval::by_person(candidate)) } else { Err(AdmissionError::NotApproved { command }.into()) }
}
