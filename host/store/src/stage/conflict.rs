//! What is no longer as the call saw it.

use std::{fmt, io};

use cofferdam_base::{Class, Diagnostic, WorkspacePath, text};

/// What changed at a path.
#[derive(Debug)]
pub enum Drift {
    /// It was there and is gone.
    Vanished,
    /// It was not there and is now.
    Appeared,
    /// A file, folder or link became something else.
    Kind,
    /// The file's bytes.
    Content,
    /// The file's executable or read-only bit.
    Mode,
    /// The names or kinds in the folder.
    Listing,
    /// The link's target.
    Link,
    /// It cannot be looked at any more.
    Unreadable(io::Error),
}

/// Something that the call relied on has changed.
#[derive(Debug)]
pub struct Conflict {
    /// Which path.
    pub path: WorkspacePath,
    /// What changed there.
    pub drift: Drift,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = text::inline(self.path.as_str(), 200);
        match self.drift {
            Drift::Vanished => write!(f, "`{path}` is gone since the call saw it"),
            Drift::Appeared => write!(f, "`{path}` appeared after the call had found nothing there"),
            Drift::Kind => write!(f, "`{path}` became something else since the call saw it"),
            Drift::Content => write!(f, "the content of `{path}` changed since the call saw it"),
            Drift::Mode => write!(f, "the mode of `{path}` changed since the call saw it"),
            Drift::Listing => write!(f, "the entries of folder `{path}` changed since the call listed it"),
            Drift::Link => write!(f, "link `{path}` changed since the call followed it"),
            Drift::Unreadable(_) => write!(f, "`{path}` cannot be looked at any more"),
        }
    }
}

impl std::error::Error for Conflict {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.drift {
            Drift::Unreadable(cause) => Some(cause),
            Drift::Vanished | Drift::Appeared | Drift::Kind | Drift::Content | Drift::Mode | Drift::Listing | Drift::Link => None,
        }
    }
}

impl Diagnostic for Conflict {
    fn code(&self) -> &'static str {
        "store.conflict"
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("nothing was changed: run the call again, now that the workspace has settled".to_owned())
    }
}
