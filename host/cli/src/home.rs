//! Where the product keeps what is not in a workspace: keys and policies, state by project, compiled code.
//!
//! Three roots, so that one can be backed up, one synced and one thrown away: configuration, data, cache (XDG base
//! directory specification 0.8). `COFFERDAM_HOME` puts all three below one folder.

use std::path::{Path, PathBuf};

use cofferdam_base::Digest;

use crate::failure::CliError;

/// The three roots.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// Keys, keyring, the user's policies, configuration.
    pub(crate) config: PathBuf,
    /// Ledger, transcripts, memory, journals: one folder per project.
    pub(crate) data: PathBuf,
    /// Compiled components; may be deleted at any time.
    pub(crate) cache: PathBuf,
}

impl Home {
    /// Reads the places from the environment.
    ///
    /// # Errors
    /// [`CliError::NoHome`].
    pub(crate) fn from_environment() -> Result<Self, CliError> {
        #[expect(clippy::disallowed_methods, reason = "the one place where the folders of the user enter")]
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(root) = variable("COFFERDAM_HOME") {
            return Ok(Self { config: root.join("config"), data: root.join("data"), cache: root.join("cache") });
        }
        let home = variable("HOME");
        let under = |name: &str, fallback: &str| {
            // The specification says to ignore a relative path.
            let root = variable(name).filter(|path| path.is_absolute()).or_else(|| home.as_ref().map(|home| home.join(fallback)));
            root.map(|root| root.join("cofferdam")).ok_or(CliError::NoHome)
        };
        Ok(Self {
            config: under("XDG_CONFIG_HOME", ".config")?,
            data: under("XDG_DATA_HOME", ".local/share")?,
            cache: under("XDG_CACHE_HOME", ".cache")?,
        })
    }

    /// The state folder of the project in `workspace` (an absolute path without symbolic links).
    ///
    /// Its name begins with the folder's own, for people, and ends with a digest of the whole path, for uniqueness.
    pub(crate) fn project(&self, workspace: &Path) -> PathBuf {
        let name = workspace.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').take(40).collect();
        let digest = Digest::of(workspace.as_os_str().as_encoded_bytes()).short();
        self.data.join("projects").join(format!("{safe}-{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_of_one_name_have_two_states() {
        let home = Home { config: "/c".into(), data: "/d".into(), cache: "/k".into() };
        let first = home.project(Path::new("/a/demo"));
        assert_ne!(first, home.project(Path::new("/b/demo")));
        assert!(first.starts_with("/d/projects") && first.to_string_lossy().contains("demo-"));
    }
}
