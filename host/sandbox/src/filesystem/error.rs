//! What a file operation answers when it does not do what was asked: an error code for the guest, or the end of the guest.

use std::{fmt, io};

use cofferdam_store::{Conflict, FsError};
use wasmtime::component::ResourceTableError;
use wasmtime_wasi::p2::StreamError;

use crate::{
    bindings::filesystem::wasi::filesystem::types::ErrorCode,
    limit::{Limit, LimitReached},
};

/// Why a file operation did not happen.
#[derive(Debug)]
pub enum FileError {
    /// The guest is told, and goes on.
    Code(ErrorCode),
    /// The guest ends.
    Trap(wasmtime::Error),
}

/// The workspace is no longer what the call saw of it.
#[derive(Debug)]
pub(crate) struct WorkspaceChanged(pub(crate) Box<Conflict>);

impl fmt::Display for WorkspaceChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` changed while the tool ran", cofferdam_base::text::inline(self.0.path.as_str(), 200))
    }
}

impl std::error::Error for WorkspaceChanged {}

impl From<ErrorCode> for FileError {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<ResourceTableError> for FileError {
    fn from(error: ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}

impl From<FsError> for FileError {
    fn from(error: FsError) -> Self {
        let code = match error {
            FsError::NotFound => ErrorCode::NoEntry,
            FsError::Exists => ErrorCode::Exist,
            FsError::NotFolder => ErrorCode::NotDirectory,
            FsError::IsFolder => ErrorCode::IsDirectory,
            FsError::NotEmpty => ErrorCode::NotEmpty,
            FsError::Refused => ErrorCode::NotPermitted,
            FsError::ReadOnly => ErrorCode::ReadOnly,
            FsError::WriteOnly | FsError::BadHandle => ErrorCode::BadDescriptor,
            FsError::Link => ErrorCode::Loop,
            FsError::Unsupported => ErrorCode::Unsupported,
            FsError::InvalidPath | FsError::Invalid => ErrorCode::Invalid,
            FsError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => ErrorCode::Access,
            FsError::Io(_) => ErrorCode::Io,
            FsError::Quota { limit } => match Limit::of_stage(limit) {
                Some(limit) => return Self::Trap(LimitReached::trap(limit)),
                // One file is too large: a tool that looks through many can leave it out and go on.
                None if limit == "file_bytes" => ErrorCode::FileTooLarge,
                None => ErrorCode::Quota,
            },
            FsError::Deadline => return Self::Trap(LimitReached::trap(Limit::WallClock)),
            FsError::Conflict(conflict) => return Self::Trap(wasmtime::Error::new(WorkspaceChanged(conflict))),
        };
        Self::Code(code)
    }
}

impl From<FileError> for StreamError {
    fn from(error: FileError) -> Self {
        match error {
            // `filesystem-error-code` finds the code in it again.
            FileError::Code(code) => Self::LastOperationFailed(wasmtime::Error::new(code)),
            FileError::Trap(error) => Self::Trap(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trap(limit: &'static str) -> Option<Limit> {
        match FileError::from(FsError::Quota { limit }) {
            FileError::Trap(error) => error.downcast_ref().map(|LimitReached(limit)| *limit),
            FileError::Code(_) => None,
        }
    }

    #[test]
    fn limits_of_the_whole_call_end_it_and_those_of_one_file_do_not() {
        for (name, code) in [
            ("read_bytes", "sandbox.read-bytes"),
            ("listed_entries", "sandbox.listed-entries"),
            ("read_set", "sandbox.read-set"),
            ("resources", "sandbox.too-many-handles"),
            ("staged_files", "sandbox.staged-files"),
            ("staged_bytes", "sandbox.staged-bytes"),
        ] {
            assert_eq!(trap(name).map(Limit::code), Some(code));
        }
        assert_eq!(trap("file_bytes"), None);
        assert!(matches!(FileError::from(FsError::Quota { limit: "file_bytes" }), FileError::Code(ErrorCode::FileTooLarge)));
    }

    #[test]
    fn the_end_of_the_time_is_the_end_of_the_call() {
        let FileError::Trap(error) = FileError::from(FsError::Deadline) else { panic!("the guest would go on") };
        assert_eq!(error.downcast_ref(), Some(&LimitReached(Limit::WallClock)));
    }

    #[test]
    fn a_file_that_may_not_be_read_is_not_a_broken_disk() {
        let code = |kind: io::ErrorKind| match FileError::from(FsError::Io(kind.into())) {
            FileError::Code(code) => code,
            FileError::Trap(error) => panic!("{error}"),
        };
        assert!(matches!(code(io::ErrorKind::PermissionDenied), ErrorCode::Access));
        assert!(matches!(code(io::ErrorKind::InvalidData), ErrorCode::Io));
    }
}
