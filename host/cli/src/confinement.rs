//! A command confines itself before it opens anything of the user's and before it starts a thread.
//!
//! Files that a person named on the command line, the model's key and the certificates are read before; everything else
//! happens in reach of the user's own folders and the workspace. The user's folders and a session, without which no tool runs
//! and no model is asked, are opened only with a [`Confinement`], so that no command can forget it.

use std::{path::Path, sync::Arc};

use cofferdam_confine::{Confined, State};
use cofferdam_gate::Network;
use cofferdam_store::Folder;

use crate::{failure::Failure, files, home::Home, network::Opened};

/// The process reaches the user's folders, the workspace and what the command said, as far as the kernel holds it to that.
pub(crate) struct Confinement {
    home: Home,
    confined: Confined,
    network: Option<Arc<Network>>,
}

impl Confinement {
    /// Confines the process. The user's folders are made where they are missing: what is not there is out of reach.
    ///
    /// # Errors
    /// A folder of the user's that others can read, or that cannot be made.
    pub(crate) fn begin(home: Home, workspace: &Path, opened: Opened) -> Result<Self, Failure> {
        let Opened { network, reach } = opened;
        // The size of the stack and the share of the processors are read from here.
        let mut reach = reach.reading("/proc/self").reading("/sys/fs/cgroup");
        for folder in [&home.config, &home.data, &home.cache] {
            Folder::open_ambient(folder)?;
            reach = reach.writing(folder);
        }
        // A workspace that is not there is told by the command itself.
        if let Ok(folder) = files::real_path(workspace) {
            reach = reach.writing(folder);
        }
        Ok(Self { home, confined: reach.confine(), network })
    }

    /// Where the user's folders are.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// The network as tools have it; none where they have none.
    pub(crate) fn network(&self) -> Option<&Arc<Network>> {
        self.network.as_ref()
    }

    /// How far the kernel holds the process to it.
    pub(crate) fn state(&self) -> &State {
        self.confined.state()
    }

    /// The proof itself.
    pub(crate) fn confined(&self) -> &Confined {
        &self.confined
    }
}
