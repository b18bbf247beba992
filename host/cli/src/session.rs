//! Everything a command needs to work in a workspace, opened from the ambient environment once.

use std::{path::Path, sync::Arc};

use cofferdam_agent::Journals;
use cofferdam_base::{Digest, WorkspacePath};
use cofferdam_gate::{Gate, GateParts, LoadedTool, Network, Toolbox, Workshop, policy_signature};
use cofferdam_policy::{Environment, PathAccess, Policies};
use cofferdam_recall::{Recall, RecallError};
use cofferdam_sandbox::{CodeCache, MAX_CODE_BYTES, Sandbox};
use cofferdam_store::{
    Folder, StateDir, Workspace,
    publish::{Conflicts, Recovered},
};
use cofferdam_trust::{
    Keyring, Lock, LockEntry,
    lock::{MAX_LOCK_BYTES, Source},
    verify::VerifiedTool,
};

use crate::{
    confinement::Confinement,
    embedded,
    failure::{CliError, Failure},
    files,
    home::Home,
    keys, model, policies,
    system::{self, SystemClock, SystemEntropy},
    tool_store::ToolStore,
};

/// Name of the lock file in a workspace.
pub(crate) const LOCK_FILE: &str = "tools.lock";

/// A user's folders and keys, without a workspace.
pub(crate) struct User {
    pub(crate) home: Home,
    pub(crate) config: Folder,
    pub(crate) data: Folder,
    pub(crate) keyring: Keyring,
    /// The network as tools have it; none where the command gives them none.
    network: Option<Arc<Network>>,
}

impl User {
    /// Opens the user's folders, which a confined process still reaches.
    ///
    /// # Errors
    /// A folder that others can read, a keyring that does not read back.
    pub(crate) fn open(confinement: &Confinement) -> Result<Self, Failure> {
        let home = confinement.home().clone();
        let (config, data) = (Folder::open_ambient(&home.config)?, Folder::open_ambient(&home.data)?);
        let keyring = keys::keyring(&config)?;
        Ok(Self { home, config, data, keyring, network: confinement.network().cloned() })
    }

    /// What the product remembers of the project in `folder` (an absolute path without symbolic links).
    ///
    /// # Errors
    /// A workspace that cannot be opened, a state folder that others can read.
    pub(crate) fn state(&self, folder: &Path) -> Result<StateDir, Failure> {
        Ok(StateDir::open_ambient(&self.home.project(folder), &*Workspace::open_ambient(folder)?)?)
    }

    /// The bytes that a lock entry pins: from the binary, or from the user's store.
    ///
    /// # Errors
    /// They are not to be had.
    pub(crate) fn bytes_of(&self, entry: &LockEntry) -> Result<(Arc<[u8]>, Vec<u8>), Failure> {
        match entry.source() {
            Source::Builtin => {
                let (component, statement) = embedded::tool(entry.name().as_str()).ok_or_else(|| CliError::Config {
                    path: LOCK_FILE.to_owned(),
                    why: format!("`{}` does not come with this program", entry.name()),
                })?;
                Ok((component.into(), statement.to_vec()))
            }
            Source::File => {
                let (component, statement) = ToolStore::open(&self.data)?.get(entry)?;
                Ok((component.into(), statement))
            }
        }
    }

    /// Verifies the tool of a lock entry, from its bytes.
    ///
    /// # Errors
    /// Anything that does not check out.
    pub(crate) fn verify(&self, entry: &LockEntry) -> Result<VerifiedTool, Failure> {
        use cofferdam_base::Clock as _;
        let (component, statement) = self.bytes_of(entry)?;
        Ok(cofferdam_trust::verify(component, &statement, entry, &self.keyring, SystemClock.now())?)
    }
}

/// The lock of a workspace, and the digest of its file; the built-in lock where it has none.
///
/// # Errors
/// A file that does not read back.
pub(crate) fn read_lock(workspace: &Path) -> Result<(Lock, Option<Digest>), Failure> {
    match files::read_text_if_there(&workspace.join(LOCK_FILE), MAX_LOCK_BYTES as u64)? {
        Some(text) => Ok((Lock::parse(&text)?, Some(Digest::of(text.as_bytes())))),
        None => Ok((Lock::parse(embedded::LOCK)?, None)),
    }
}

/// The verified tools of a workspace, and the hosts of the user's models, as policies see them.
///
/// # Errors
/// A configuration of the model that does not read back.
pub(crate) fn environment(user: &User, tools: &[VerifiedTool]) -> Result<Environment, Failure> {
    let model_hosts = model::configured(&user.config)?.map(|model| model.policy_hosts()).transpose()?.unwrap_or_default();
    Ok(Environment { tools: tools.iter().map(policy_signature).collect(), model_hosts })
}

/// A user in a workspace.
pub(crate) struct Session {
    pub(crate) user: User,
    pub(crate) gate: Gate,
}

impl Session {
    /// Opens a workspace: verifies its tools, loads its policies, recovers what a crash left.
    ///
    /// # Errors
    /// Whatever does not check out.
    pub(crate) fn open(confinement: &Confinement, folder: &Path) -> Result<Self, Failure> {
        Self::open_for(User::open(confinement)?, folder)
    }

    /// Opens a workspace for a user.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub(crate) fn open_for(user: User, folder: &Path) -> Result<Self, Failure> {
        Self::open_recovering(user, folder, Conflicts::Refuse).map(|(session, _)| session)
    }

    /// Opens a workspace with a person's word on what somebody else changed since a crash; gives what became of the calls.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub(crate) fn open_recovering(user: User, folder: &Path, conflicts: Conflicts) -> Result<(Self, Vec<Recovered>), Failure> {
        let workshop = workshop(&user)?;
        Self::open_with(user, folder, conflicts, &workshop)
    }

    /// The same, with a workshop that other sessions of the process work in too.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub(crate) fn open_with(
        user: User,
        folder: &Path,
        conflicts: Conflicts,
        workshop: &Arc<Workshop>,
    ) -> Result<(Self, Vec<Recovered>), Failure> {
        let folder = files::real_path(folder)?;
        let workspace = Workspace::open_ambient(&folder)?;
        let project = user.home.project(&folder);
        let state = StateDir::open_ambient(&project, &workspace)?;
        let (lock, lock_digest) = read_lock(&folder)?;
        let verified = lock.entries().map(|entry| user.verify(entry)).collect::<Result<Vec<_>, _>>()?;
        let sources = policies::verify_accepted(policies::chosen(&user.home, &user.config, &folder)?, &state)?;
        let policies = Policies::load(&sources, &environment(&user, &verified)?)?;
        let name = project.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let signer = keys::ledger_signer(&user.config, &name, &SystemEntropy)?;
        let mut tools = Toolbox::default();
        verified.into_iter().for_each(|tool| tools.insert(LoadedTool::new(tool, workshop)));
        let parts = GateParts {
            workspace,
            state,
            keyring: user.keyring.clone(),
            tools,
            policies: Arc::new(policies),
            lock_digest,
            network: user.network.clone(),
            signer,
            retired: Vec::new(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            pause: system::pause,
        };
        let (gate, recovered) = Gate::open_recovering(parts, conflicts)?;
        cofferdam_agent::removal::complete(&gate)?;
        Ok((Self { user, gate }, recovered))
    }

    /// Recall of what all runs in the workspace learnt, saw and said.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn recall(&self) -> Result<Recall<'_>, RecallError> {
        Recall::open(&self.gate, Journals::of(self.gate.state().folder()))
    }
}

/// Where the code of a user's tools is made ready, with their cache of it.
///
/// # Errors
/// The engine does not work; the key of the cache cannot be read or made.
pub(crate) fn workshop(user: &User) -> Result<Arc<Workshop>, Failure> {
    let sandbox = Sandbox::new()?;
    let key = keys::cache_key(&user.config, &SystemEntropy)?;
    let cache = CodeFolder(Folder::open_ambient(&user.home.cache)?.folder("code")?);
    Ok(Workshop::with_cache(sandbox, key, Box::new(cache)))
}

/// The cache folder as the sandbox wants it.
struct CodeFolder(Folder);

impl CodeCache for CodeFolder {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        // What cannot be read is as good as not there: it is compiled again.
        self.0.read(name, MAX_CODE_BYTES).ok().flatten()
    }

    fn store(&self, name: &str, bytes: &[u8]) {
        // A cache that cannot be written costs time, nothing else.
        let _ = self.0.replace(name, bytes);
    }
}

/// A path of the command line, as policies see it.
///
/// # Errors
/// It is no path of a workspace.
pub(crate) fn workspace_path(name: &'static str, text: &str) -> Result<WorkspacePath, CliError> {
    WorkspacePath::parse(text).map_err(|error| CliError::Argument { name, value: text.to_owned(), why: error.to_string() })
}

/// An access by its name on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum AccessName {
    /// Look at, list or read
    Read,
    /// Make or change
    Write,
    /// Remove
    Delete,
}

impl From<AccessName> for PathAccess {
    fn from(name: AccessName) -> Self {
        match name {
            AccessName::Read => Self::Read,
            AccessName::Write => Self::Write,
            AccessName::Delete => Self::Delete,
        }
    }
}
