//! A tree that is a folder of the file system, natively or inside a sandbox.

use std::{
    fs,
    fs::{FileType, Metadata},
    io,
    path::{Path, PathBuf},
};

use cofferdam_base::WorkspacePath;

use super::{Entry, Kind, Source, Stat, Tree, TreeError};

/// A folder of the file system. Links are shown, never followed: what a link may lead to is decided by the caller.
#[derive(Debug, Clone)]
pub struct DiskTree {
    root: PathBuf,
}

impl DiskTree {
    /// The tree below `root`. Takes the authority to read it; nothing is opened yet.
    #[must_use]
    pub fn open_ambient(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn place(&self, path: &WorkspacePath) -> PathBuf {
        if path.is_root() { self.root.clone() } else { self.root.join(path.as_str()) }
    }
}

impl Tree for DiskTree {
    #[expect(clippy::disallowed_methods, reason = "the one place where the audit reads the file system")]
    fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, TreeError> {
        let fail = |source| TreeError::Io { path: folder.clone(), source };
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.place(folder)).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().into_string().map_err(|_| TreeError::NotUnicode { path: folder.clone() })?;
            let stat = match entry.metadata() {
                Ok(metadata) => stat(&metadata),
                // A sandbox may keep a file from the audit; its name and kind are the folder's, and opening it says the rest.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    Stat { kind: kind(entry.file_type().map_err(fail)?), size: WITHHELD }
                }
                Err(error) => return Err(fail(error)),
            };
            entries.push(Entry { name, stat });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the audit reads the file system")]
    fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError> {
        match fs::symlink_metadata(self.place(path)) {
            Ok(metadata) => Ok(Some(stat(&metadata))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            // It is there, or the sandbox would not keep it back: folders and links are never kept back alone.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Some(Stat { kind: Kind::File, size: WITHHELD })),
            Err(source) => Err(TreeError::Io { path: path.clone(), source }),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the audit reads the file system")]
    fn open(&self, path: &WorkspacePath) -> Result<Box<dyn Source + '_>, TreeError> {
        match fs::File::open(self.place(path)) {
            Ok(file) => Ok(Box::new(file)),
            Err(source) => Err(TreeError::Io { path: path.clone(), source }),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the audit reads the file system")]
    fn link(&self, path: &WorkspacePath) -> Result<String, TreeError> {
        let target = fs::read_link(self.place(path)).map_err(|source| TreeError::Io { path: path.clone(), source })?;
        target.into_os_string().into_string().map_err(|_| TreeError::NotUnicode { path: path.clone() })
    }
}

/// The size of a file whose size may not be seen.
const WITHHELD: u64 = 0;

fn stat(metadata: &Metadata) -> Stat {
    Stat { kind: kind(metadata.file_type()), size: metadata.len() }
}

fn kind(kind: FileType) -> Kind {
    if kind.is_symlink() {
        Kind::Link
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_file() {
        Kind::File
    } else {
        Kind::Other
    }
}
