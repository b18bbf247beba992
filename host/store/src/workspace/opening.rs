//! How a path is opened below the workspace's folder: no component may be a link, and no step may leave.

use std::{io, os::fd::OwnedFd};

use cap_std::fs::Dir;
use cofferdam_base::WorkspacePath;
use rustix::{
    fs::{AtFlags, Mode, OFlags},
    io::Errno,
};

use super::Workspace;

/// Which way the kernel offers. Both refuse the same things; one takes a system call for each component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opener {
    /// `openat2(2)` with `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS` (Linux 5.6).
    #[cfg(target_os = "linux")]
    Kernel,
    /// Component by component with `O_NOFOLLOW`, where there is no such call or a filter forbids it.
    Walk,
}

/// Flags of a handle that is only walked through or looked at.
#[cfg(target_os = "linux")]
const HANDLE_ONLY: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const HANDLE_ONLY: OFlags = OFlags::RDONLY;

/// Flags of every open: the handle is not inherited, a link in the last component is not followed.
const ALWAYS: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);

impl Opener {
    /// The best way that works on this machine.
    #[cfg(target_os = "linux")]
    pub(super) fn of(dir: &Dir) -> Self {
        match open_kernel(dir, &WorkspacePath::root(), HANDLE_ONLY) {
            Ok(_) => Self::Kernel,
            // ENOSYS before Linux 5.6, EPERM under some filters. Walking is as strict, so every failure may lead there.
            Err(_) => Self::Walk,
        }
    }

    /// The best way that works on this machine.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_: &Dir) -> Self {
        Self::Walk
    }
}

#[cfg(target_os = "linux")]
fn open_kernel(dir: &Dir, path: &WorkspacePath, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    use rustix::fs::{ResolveFlags, openat2};
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    rustix::io::retry_on_intr(|| openat2(dir, path.as_str(), flags | ALWAYS, Mode::empty(), resolve))
}

/// The folder that a path is in, each component opened without following.
fn open_parent(dir: &Dir, path: &WorkspacePath) -> rustix::io::Result<OwnedFd> {
    let folder = |at: &OwnedFd, name: &str| {
        let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode);
        // O_NOFOLLOW and O_DIRECTORY together give ENOTDIR for a link; openat2 gives ELOOP.
        if kind.is_symlink() { Err(Errno::LOOP) } else { open_one(at, name, HANDLE_ONLY | OFlags::DIRECTORY) }
    };
    let root = rustix::fs::openat(dir, ".", HANDLE_ONLY | OFlags::DIRECTORY | ALWAYS, Mode::empty())?;
    let last = path.components().count().saturating_sub(1);
    path.components().take(last).try_fold(root, |at, name| folder(&at, name))
}

fn open_one(at: &OwnedFd, name: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    rustix::io::retry_on_intr(|| rustix::fs::openat(at, name, flags | ALWAYS, Mode::empty()))
}

impl Workspace {
    /// Opens what is at a path for reading. Never follows a link, never leaves, never waits for a FIFO's other end.
    ///
    /// # Errors
    /// `ELOOP` for a link in any component, else what the kernel says.
    pub(super) fn open_read(&self, path: &WorkspacePath, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        self.open(path, flags | OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)
    }

    fn open(&self, path: &WorkspacePath, flags: OFlags) -> rustix::io::Result<OwnedFd> {
        match self.opener {
            #[cfg(target_os = "linux")]
            Opener::Kernel => open_kernel(&self.dir, path, flags),
            Opener::Walk => open_one(&open_parent(&self.dir, path)?, path.name().unwrap_or("."), flags),
        }
    }

    /// Looks at a path without opening what is there: a device or FIFO does not notice.
    ///
    /// # Errors
    /// `ELOOP` for a link before the last component, else what the kernel says.
    pub(super) fn stat_path(&self, path: &WorkspacePath) -> rustix::io::Result<rustix::fs::Stat> {
        match self.opener {
            #[cfg(target_os = "linux")]
            Opener::Kernel => rustix::fs::fstat(open_kernel(&self.dir, path, HANDLE_ONLY)?),
            Opener::Walk => {
                let parent = open_parent(&self.dir, path)?;
                rustix::fs::statat(&parent, path.name().unwrap_or("."), AtFlags::SYMLINK_NOFOLLOW)
            }
        }
    }

    /// The target of a link, as it is stored; none when it is not UTF-8.
    ///
    /// # Errors
    /// What the kernel says; `EINVAL` when no link is there.
    pub(crate) fn read_link(&self, path: &WorkspacePath) -> io::Result<Option<String>> {
        let Some((parent, name)) = path.parent().zip(path.name()) else {
            return Err(Errno::INVAL.into());
        };
        let parent = self.open(&parent, HANDLE_ONLY | OFlags::DIRECTORY)?;
        let target = rustix::fs::readlinkat(&parent, name, Vec::new())?;
        Ok(target.into_string().ok())
    }

    /// Opens a folder. Never follows a link in any component.
    ///
    /// # Errors
    /// What the kernel says.
    pub(crate) fn open_folder(&self, path: &WorkspacePath) -> io::Result<Dir> {
        Ok(Dir::from_std_file(self.open_read(path, OFlags::DIRECTORY)?.into()))
    }
}
