//! Why a project could not be inspected at all.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, WorkspacePath, text};

use crate::{report::Ecosystem, tree::TreeError};

/// No report could be made. What a packager would refuse, or what is not modelled, is no error: the report says it.
#[derive(Debug)]
pub enum AuditError {
    /// The folder holds no manifest of any known ecosystem.
    NoProject {
        /// The folder.
        folder: WorkspacePath,
    },
    /// The folder holds manifests of several ecosystems and none was named.
    SeveralProjects {
        /// The folder.
        folder: WorkspacePath,
        /// What is there.
        found: Vec<Ecosystem>,
    },
    /// The ecosystem was named, and its manifest is not there.
    NoManifest {
        /// The path that was looked for.
        path: WorkspacePath,
    },
    /// A manifest that cannot be read as its format.
    BadManifest {
        /// The manifest.
        path: WorkspacePath,
        /// What the parser said.
        reason: String,
    },
    /// The tree could not be read.
    Tree(TreeError),
}

impl From<TreeError> for AuditError {
    fn from(error: TreeError) -> Self {
        Self::Tree(error)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &WorkspacePath| text::inline(path.as_str(), 200);
        match self {
            Self::NoProject { folder } => {
                write!(f, "`{}` holds no package.json, Cargo.toml, pyproject.toml or setup.py", shown(folder))
            }
            Self::SeveralProjects { folder, found } => {
                let names: Vec<&str> = found.iter().map(|ecosystem| ecosystem.as_str()).collect();
                write!(f, "`{}` is a project of several ecosystems: {}", shown(folder), names.join(", "))
            }
            Self::NoManifest { path } => write!(f, "there is no `{}`", shown(path)),
            Self::BadManifest { path, reason } => {
                write!(f, "`{}` is not a manifest: {}", shown(path), text::inline(reason, 200))
            }
            Self::Tree(_) => write!(f, "the project's files could not be read"),
        }
    }
}

impl Error for AuditError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tree(error) => Some(error),
            Self::NoProject { .. } | Self::SeveralProjects { .. } | Self::NoManifest { .. } | Self::BadManifest { .. } => None,
        }
    }
}

impl Diagnostic for AuditError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoProject { .. } => "package.no-project",
            Self::SeveralProjects { .. } => "package.several-projects",
            Self::NoManifest { .. } => "package.no-manifest",
            Self::BadManifest { .. } => "package.bad-manifest",
            Self::Tree(TreeError::TooLarge { .. } | TreeError::TooMany { .. }) => "package.too-large",
            Self::Tree(TreeError::Io { .. } | TreeError::NotUnicode { .. }) => "package.unreadable",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Tree(TreeError::TooLarge { .. } | TreeError::TooMany { .. }) => Class::Limit,
            Self::NoProject { .. }
            | Self::SeveralProjects { .. }
            | Self::NoManifest { .. }
            | Self::BadManifest { .. }
            | Self::Tree(TreeError::Io { .. } | TreeError::NotUnicode { .. }) => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoProject { .. } => Some("name the folder of the package with `path`".to_owned()),
            Self::SeveralProjects { .. } => Some("name one with `ecosystem`".to_owned()),
            Self::NoManifest { .. } | Self::BadManifest { .. } | Self::Tree(_) => None,
        }
    }
}
