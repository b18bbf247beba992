//! Files of a call, whatever their paths are by now.

use std::sync::Arc;

use cofferdam_base::WorkspacePath;

/// Names a file of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ObjectId(pub(super) u64);

/// Where a file's bytes are.
#[derive(Debug)]
pub(super) enum Bytes {
    /// In the base, at this path and of this size.
    Base(WorkspacePath, u64),
    /// In the change set of a sealed call.
    Sealed(Arc<[u8]>),
    /// Here, written by the call.
    Own(Vec<u8>),
}

impl Bytes {
    /// How many.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Base(_, size) => *size,
            Self::Sealed(bytes) => bytes.len() as u64,
            Self::Own(bytes) => bytes.len() as u64,
        }
    }
}

/// Who made a file, and so whether it can be executed: a guest has no say in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The base (or a sealed call); the bit stays, wherever the file is moved and whatever is written to it.
    Base {
        /// The bit.
        executable: bool,
    },
    /// This call; the bit is that of the base's file at the path where it ends, and unset where the base has none.
    Call,
}

/// A file that was opened, moved, written or made.
#[derive(Debug)]
pub(super) struct Object {
    /// Where it is; none when it was removed and is only open.
    pub(super) path: Option<WorkspacePath>,
    pub(super) bytes: Bytes,
    pub(super) origin: Origin,
    pub(super) identity: u64,
    pub(super) handles: usize,
    /// What it counts for in the staged bytes: its length, once the call has changed or moved it.
    pub(super) charged: u64,
}
