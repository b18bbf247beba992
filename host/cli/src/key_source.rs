//! Where a key of the user's is kept: in an environment variable, or in a private file of the configuration folder.

use std::path::Path;

use crate::{
    failure::{CliError, Failure},
    files,
};

/// Largest key that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// The place of a key, as a configuration file names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeySource<'a> {
    /// Name of the environment variable.
    pub(crate) env: Option<&'a str>,
    /// Name of the file.
    pub(crate) file: Option<&'a str>,
}

impl KeySource<'_> {
    /// Where it is looked for, for people.
    pub(crate) fn place(&self) -> String {
        match (self.env, self.file) {
            (Some(name), _) => format!("environment variable {name}"),
            (None, Some(name)) => format!("file {name} of the configuration folder"),
            (None, None) => "no key".to_owned(),
        }
    }

    /// Whether anything is kept there at all.
    pub(crate) fn is_there(&self, config: &Path) -> bool {
        match (self.env, self.file) {
            #[expect(clippy::disallowed_methods, reason = "whether there is a key, and not which")]
            (Some(name), _) => std::env::var_os(name).is_some(),
            (None, Some(name)) => files::is_there(&config.join(name)),
            (None, None) => false,
        }
    }

    /// The key; none where no place is named. `of` is the file that names the place.
    ///
    /// # Errors
    /// A variable that is not set, a file that is not there or that others may read.
    pub(crate) fn read(&self, config: &Path, of: &str) -> Result<Option<String>, Failure> {
        match (self.env, self.file) {
            (Some(name), _) => {
                #[expect(clippy::disallowed_methods, reason = "the one place where a key enters by the environment")]
                let value = std::env::var(name);
                let why = || format!("the environment variable `{name}` holds no key");
                Ok(Some(value.map_err(|_| CliError::Config { path: of.to_owned(), why: why() })?))
            }
            (None, Some(name)) => Ok(Some(files::read_secret(&config.join(name), MAX_BYTES)?)),
            (None, None) => Ok(None),
        }
    }
}
