//! What ends a call, each with its own code.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_store::Conflict;

use crate::limit::Limit;

/// An error of an engine that is not ours.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why a tool could not be prepared, or did not come to its end.
#[derive(Debug)]
pub enum SandboxError {
    /// The engine cannot be made or does not work: memory, threads, an unknown processor.
    Engine(Cause),
    /// The bytes are no component, or one that uses what is switched off.
    NotAComponent(Cause),
    /// The component imports something that is not served.
    UndeclaredImport {
        /// The import's name.
        name: String,
    },
    /// The component does not export what a tool exports, or an import or export has another form than it must have.
    WrongWorld(Cause),
    /// Compiled code is not what the host stored.
    CacheTampered {
        /// Its name in the cache.
        name: String,
    },
    /// A limit was reached.
    Limit(Limit),
    /// The guest gave up: `unreachable`, which is what a panic and an abort become.
    GuestPanic,
    /// The guest ended itself instead of answering.
    GuestExit {
        /// Its exit status.
        status: i32,
    },
    /// The guest did what WebAssembly does not allow (a division by zero, memory that is not there, a wrong use of its imports).
    Trap(Cause),
    /// The workspace changed under the call.
    WorkspaceChanged(Box<Conflict>),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(_) => f.write_str("the WebAssembly engine does not work on this machine"),
            Self::NotAComponent(_) => f.write_str("the tool is not a WebAssembly component that can be compiled"),
            Self::UndeclaredImport { name } => write!(f, "the tool imports `{}`, which no tool gets", text::inline(name, 120)),
            Self::WrongWorld(_) => f.write_str("the component is not a tool: its imports or exports are not those of `cofferdam:tool`"),
            Self::CacheTampered { name } => write!(f, "compiled code `{}` is not what was stored", text::inline(name, 120)),
            Self::Limit(limit) => limit.fmt(f),
            Self::GuestPanic => f.write_str("the tool crashed"),
            Self::GuestExit { status } => write!(f, "the tool ended itself with status {status} instead of answering"),
            Self::Trap(_) => f.write_str("the tool was stopped"),
            Self::WorkspaceChanged(conflict) => {
                write!(f, "`{}` was changed by somebody else while the tool ran", text::inline(conflict.path.as_str(), 200))
            }
        }
    }
}

impl Error for SandboxError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Engine(cause) | Self::NotAComponent(cause) | Self::WrongWorld(cause) | Self::Trap(cause) => Some(cause.as_ref()),
            Self::UndeclaredImport { .. }
            | Self::CacheTampered { .. }
            | Self::Limit(_)
            | Self::GuestPanic
            | Self::GuestExit { .. }
            | Self::WorkspaceChanged(_) => None,
        }
    }
}

impl Diagnostic for SandboxError {
    fn code(&self) -> &'static str {
        match self {
            Self::Engine(_) => "sandbox.engine",
            Self::NotAComponent(_) => "sandbox.not-a-component",
            Self::UndeclaredImport { .. } => "sandbox.undeclared-import",
            Self::WrongWorld(_) => "sandbox.wrong-world",
            Self::CacheTampered { .. } => "sandbox.cache-tampered",
            Self::Limit(limit) => limit.code(),
            Self::GuestPanic => "sandbox.guest-panic",
            Self::GuestExit { .. } => "sandbox.guest-exit",
            Self::Trap(_) => "sandbox.trap",
            Self::WorkspaceChanged(_) => "sandbox.workspace-changed",
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::CacheTampered { .. } => Class::NotVerified,
            Self::Limit(_) => Class::Limit,
            Self::Engine(_)
            | Self::NotAComponent(_)
            | Self::UndeclaredImport { .. }
            | Self::WrongWorld(_)
            | Self::GuestPanic
            | Self::GuestExit { .. }
            | Self::Trap(_)
            | Self::WorkspaceChanged(_) => Class::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(_) => Some("see what the machine lacks with `cofferdam doctor`".to_owned()),
            Self::CacheTampered { .. } => {
                Some("find out who wrote to the cache, then empty it with `cofferdam doctor --clear-cache`".to_owned())
            }
            Self::Limit(Limit::Calls) | Self::WorkspaceChanged(_) => Some("call the tool again".to_owned()),
            Self::NotAComponent(_) | Self::UndeclaredImport { .. } | Self::WrongWorld(_) => {
                Some("build the tool with `cofferdam tool build`".to_owned())
            }
            Self::Limit(_) | Self::GuestPanic | Self::GuestExit { .. } | Self::Trap(_) => None,
        }
    }
}
