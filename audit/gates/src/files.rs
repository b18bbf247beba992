//! The only place that opens files, each up to a limit.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use crate::{
    fault::{Exit, Fault},
    text::inline,
};

/// A file that cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be read", inline(&self.path.to_string_lossy(), 200))
    }
}

impl Error for Unreadable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

impl Fault for Unreadable {
    fn code(&self) -> &'static str {
        if self.error.kind() == io::ErrorKind::FileTooLarge { "audit.too-large" } else { "audit.unreadable" }
    }

    fn exit(&self) -> Exit {
        if self.error.kind() == io::ErrorKind::FileTooLarge { Exit::Limit } else { Exit::Failed }
    }
}

/// Says of which file a failure is.
pub(crate) fn unreadable(path: &Path) -> impl Fn(io::Error) -> Unreadable {
    |error| Unreadable { path: path.to_owned(), error }
}

/// Opens a regular file for reading from its beginning to its end.
pub(crate) fn open(path: &Path) -> Result<BufReader<File>, Unreadable> {
    let unreadable = unreadable(path);
    // Looked at before it is opened, because opening a pipe waits for its other end.
    #[expect(clippy::disallowed_methods, reason = "this binary has no host/store: it reads what its arguments name")]
    let metadata = std::fs::metadata(path).map_err(&unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    #[expect(clippy::disallowed_methods, reason = "this binary has no host/store: it reads what its arguments name")]
    let file = File::open(path).map_err(&unreadable)?;
    Ok(BufReader::new(file))
}

/// Reads everything, or fails after `limit` bytes.
pub(crate) fn read_bounded(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if read as u64 > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Reads a whole file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
    read_bounded(open(path)?, limit).map_err(unreadable(path))
}

/// Whether a path names a folder; links are followed.
pub(crate) fn is_folder(path: &Path) -> Result<bool, Unreadable> {
    #[expect(clippy::disallowed_methods, reason = "this binary has no host/store: it reads what its arguments name")]
    let metadata = std::fs::metadata(path).map_err(unreadable(path))?;
    Ok(metadata.is_dir())
}

/// The files below a folder whose names end with `.rs`, in the order of their paths; hidden folders, `target` and links are
/// left out.
pub(crate) fn rust_files(root: &Path, most: usize) -> Result<Vec<PathBuf>, Unreadable> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        #[expect(clippy::disallowed_methods, reason = "this binary has no host/store: it reads what its arguments name")]
        let entries = std::fs::read_dir(&folder).map_err(unreadable(&folder))?;
        for entry in entries {
            let entry = entry.map_err(unreadable(&folder))?;
            let kind = entry.file_type().map_err(unreadable(&folder))?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if kind.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(".rs") {
                found.push(path);
            }
            if found.len() + folders.len() > most {
                return Err(unreadable(root)(io::ErrorKind::FileTooLarge.into()));
            }
        }
    }
    found.sort();
    Ok(found)
}
