//! Files that a person names on the command line: read with a limit, written only where nothing is.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use cofferdam_base::bounded;
use cofferdam_store::Folder;
use serde::{Serialize, de::DeserializeOwned};

use crate::failure::{CliError, Failure};

fn fault(path: &Path, what: &'static str, source: io::Error) -> CliError {
    CliError::File { path: path.to_string_lossy().into_owned(), what, source }
}

/// Reads a whole file of at most `limit` bytes. `-` is standard input.
///
/// # Errors
/// [`CliError::File`]; a FIFO or device is read only as standard input.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, CliError> {
    let read = |source| fault(path, "read", source);
    if path == Path::new("-") {
        return bounded::read_to_end(io::stdin().lock(), limit).map_err(read);
    }
    #[expect(clippy::disallowed_methods, reason = "a file that a person named on the command line")]
    let regular = std::fs::metadata(path).map_err(read)?.is_file();
    if !regular {
        return Err(read(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    #[expect(clippy::disallowed_methods, reason = "a file that a person named on the command line")]
    let file = File::open(path).map_err(read)?;
    bounded::read_to_end(file, limit).map_err(read)
}

/// Reads a whole text file.
///
/// # Errors
/// [`CliError::File`]; also for what is not UTF-8.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, CliError> {
    String::from_utf8(read(path, limit)?).map_err(|error| fault(path, "read", io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// Reads a whole text file; none where there is no file.
///
/// # Errors
/// [`CliError::File`] for everything but an absent file.
pub(crate) fn read_text_if_there(path: &Path, limit: u64) -> Result<Option<String>, CliError> {
    match read_text(path, limit) {
        Err(CliError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// Reads a TOML file of one of the product's own folders; none where there is no file.
///
/// # Errors
/// [`CliError::Config`] for what does not read back; the folder's.
pub(crate) fn read_toml<T: DeserializeOwned>(folder: &Folder, name: &str, limit: u64) -> Result<Option<T>, Failure> {
    let Some(bytes) = folder.read(name, limit)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| unreadable(name, &error))?;
    Ok(Some(toml::from_str(&text).map_err(|error| unreadable(name, &error))?))
}

/// Keeps a value as such a file.
///
/// # Errors
/// [`CliError::Config`] for what cannot be written as TOML; the folder's.
pub(crate) fn keep_toml<T: Serialize>(folder: &Folder, name: &str, value: &T) -> Result<(), Failure> {
    let text = toml::to_string(value).map_err(|error| unreadable(name, &error))?;
    Ok(folder.replace(name, text.as_bytes())?)
}

fn unreadable(name: &str, why: &dyn std::fmt::Display) -> CliError {
    CliError::Config { path: name.to_owned(), why: why.to_string() }
}

/// Whether anything has this name.
pub(crate) fn is_there(path: &Path) -> bool {
    #[expect(clippy::disallowed_methods, reason = "a name in the user's configuration folder")]
    std::fs::symlink_metadata(path).is_ok()
}

/// Reads a file that holds a secret.
///
/// # Errors
/// [`CliError::Exposed`] where others than its owner may read it; [`CliError::File`].
pub(crate) fn read_secret(path: &Path, limit: u64) -> Result<String, CliError> {
    use std::os::unix::fs::PermissionsExt as _;
    #[expect(clippy::disallowed_methods, reason = "a file of the user's configuration folder")]
    let mode = std::fs::metadata(path).map_err(|source| fault(path, "read", source))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(CliError::Exposed { path: path.to_string_lossy().into_owned() });
    }
    read_text(path, limit)
}

/// Makes a file that only its owner reads, to append lines to. One that is there may be empty: a command that failed left it.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn begin(path: &Path) -> Result<File, CliError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let written = |source| fault(path, "written", source);
    let mut options = OpenOptions::new();
    options.append(true).mode(0o600);
    #[expect(clippy::disallowed_methods, reason = "a file that a person named on the command line")]
    let file = options.clone().create_new(true).open(path).or_else(|error| match std::fs::metadata(path) {
        Ok(there) if there.is_file() && there.len() == 0 => options.open(path),
        Ok(_) | Err(_) => Err(error),
    });
    file.map_err(written)
}

/// Makes a file that only its owner reads, where nothing is.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn create(path: &Path) -> Result<File, CliError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    #[expect(clippy::disallowed_methods, reason = "a file that a person named on the command line")]
    let file = options.open(path);
    file.map_err(|source| fault(path, "written", source))
}

/// Appends a line to a file that a command has begun.
///
/// # Errors
/// The operating system's.
pub(crate) fn append_line(file: &mut File, line: &str) -> io::Result<()> {
    file.write_all(format!("{line}\n").as_bytes())
}

/// Whether an existing file may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overwrite {
    /// Never.
    No,
    /// It is a product of the command itself.
    Yes,
}

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Everybody whom the umask lets.
    Everybody,
    /// Its owner (mode 0600).
    Owner,
}

/// Writes a file.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn write(path: &Path, bytes: &[u8], overwrite: Overwrite, readers: Readers) -> Result<(), CliError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true);
    match overwrite {
        Overwrite::No => options.create_new(true),
        Overwrite::Yes => options.create(true).truncate(true),
    };
    if readers == Readers::Owner {
        options.mode(0o600);
    }
    #[expect(clippy::disallowed_methods, reason = "a file that a person named on the command line")]
    let file = options.open(path);
    file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all())).map_err(|source| fault(path, "written", source))
}

/// Removes a file that a command has made.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn remove(path: &Path) -> Result<(), CliError> {
    #[expect(clippy::disallowed_methods, reason = "a product of the command itself")]
    let removed = std::fs::remove_file(path);
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|source| fault(path, "removed", source)),
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn make_folder(path: &Path) -> Result<(), CliError> {
    #[expect(clippy::disallowed_methods, reason = "a folder that a person named on the command line")]
    let made = std::fs::create_dir_all(path);
    made.map_err(|source| fault(path, "made", source))
}

/// The folder that a file is in, or would be.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The absolute path of a folder, without symbolic links.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn real_path(path: &Path) -> Result<PathBuf, CliError> {
    #[expect(clippy::disallowed_methods, reason = "the workspace that a person named on the command line")]
    let real = path.canonicalize();
    real.map_err(|source| fault(path, "found", source))
}

/// The names in a folder that end with `suffix`, sorted; none where there is no folder.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn names(folder: &Path, suffix: &str) -> Result<Vec<String>, CliError> {
    #[expect(clippy::disallowed_methods, reason = "a folder of the user's configuration or of the project's rules")]
    let listing = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(|source| fault(folder, "listed", source))?,
    };
    let mut names = Vec::new();
    for entry in listing {
        let entry = entry.map_err(|source| fault(folder, "listed", source))?;
        if let Ok(name) = entry.file_name().into_string()
            && name.ends_with(suffix)
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
