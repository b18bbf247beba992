//! Every mutation of the file system that `state` and `publish` make, one method for each system call.
//!
//! Names are single components and folders are open handles, so that no operation resolves a path. Tests put other
//! disks behind the same trait: one that stops after any operation, and one that forgets whatever was not synced.

use std::{fmt, fs::File, io, io::Write as _};

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, Mode, OFlags};

/// Whether what is written survives a power loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Files and folders are synced: what every command uses.
    Synced,
    /// Nothing is synced: only for benchmarks, to tell the cost of syncing from the cost of everything else. No command
    /// and no setting reaches it.
    Unsynced,
}

/// Who may do what with a new file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permissions {
    /// Only its owner: the product's own state.
    Private,
    /// What the process's umask leaves: new files of a workspace.
    Usual {
        /// Whether who may read the file may also execute it.
        executable: bool,
    },
    /// These nine permission bits exactly (a folder: at most these); never set-user-id, set-group-id or sticky.
    Exact(u32),
}

/// The permission bits that are ever carried over: no set-user-id, set-group-id or sticky bit.
pub(crate) const PERMISSION_BITS: u32 = 0o777;

/// The mutations. An error means that the operation may or may not have happened.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Makes a file that must not exist (`O_EXCL`), open for reading and writing.
    fn create_file(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<File>;
    /// Writes all bytes at the file's position.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()>;
    /// Cuts a file.
    fn cut(&self, file: &File, len: u64) -> io::Result<()>;
    /// Makes a file's bytes, length and permissions survive a power loss; not its name.
    fn sync_file(&self, file: &File) -> io::Result<()>;
    /// Makes a folder that must not exist.
    fn make_folder(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<()>;
    /// Renames a file, replacing a file of the new name.
    fn rename(&self, from: &Dir, name: &str, to: &Dir, new_name: &str) -> io::Result<()>;
    /// Removes a name that is no folder.
    fn remove_file(&self, folder: &Dir, name: &str) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, folder: &Dir, name: &str) -> io::Result<()>;
    /// Makes the names in a folder survive a power loss.
    fn sync_folder(&self, folder: &Dir) -> io::Result<()>;
}

/// The operating system's disk.
#[derive(Debug)]
pub(crate) struct SystemDisk(pub(crate) Durability);

impl Disk for SystemDisk {
    fn create_file(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(folder, name, flags, creation_mode(permissions, 0o666))?);
        if let Permissions::Exact(bits) = permissions {
            // Not left to the umask: who replaces a file keeps who may write it.
            rustix::fs::fchmod(&file, Mode::from_raw_mode(bits & PERMISSION_BITS))?;
        }
        Ok(file)
    }

    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn cut(&self, file: &File, len: u64) -> io::Result<()> {
        file.set_len(len)
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        match self.0 {
            Durability::Synced => file.sync_all(),
            Durability::Unsynced => Ok(()),
        }
    }

    fn make_folder(&self, folder: &Dir, name: &str, permissions: Permissions) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(folder, name, creation_mode(permissions, 0o777))?)
    }

    fn rename(&self, from: &Dir, name: &str, to: &Dir, new_name: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(from, name, to, new_name)?)
    }

    fn remove_file(&self, folder: &Dir, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(folder, name, AtFlags::empty())?)
    }

    fn remove_folder(&self, folder: &Dir, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR)?)
    }

    fn sync_folder(&self, folder: &Dir) -> io::Result<()> {
        match self.0 {
            // Opened anew: a handle that was opened only to resolve paths below it (`O_PATH`) cannot be synced.
            Durability::Synced => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                Ok(rustix::fs::fsync(rustix::fs::openat(folder, ".", flags, Mode::empty())?)?)
            }
            Durability::Unsynced => Ok(()),
        }
    }
}

/// The mode given to the system call, from which it takes the umask away. Never wider than what is wanted at the end.
fn creation_mode(permissions: Permissions, usual: u32) -> Mode {
    let bits = match permissions {
        Permissions::Private => usual & 0o700,
        Permissions::Usual { executable: true } => 0o777,
        Permissions::Usual { executable: false } => usual,
        Permissions::Exact(bits) => bits & PERMISSION_BITS,
    };
    Mode::from_raw_mode(bits)
}
