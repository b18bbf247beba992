//! `wasi:filesystem` 0.2 over the stage of a call: one file for each group of functions.
//!
//! All that is decided about paths is decided by the stage. What is left here is to say it in WASI's words. Links can be neither made nor
//! replaced, times are not shown and setting them changes nothing, synchronising does nothing (nothing is on disk before it is published).

mod descriptor;
mod directory;
mod error;
mod file;
mod host;
mod metadata;
mod open;
mod resolve;
mod stream;

#[expect(unreachable_pub, reason = "the generated bindings export it from a module of their own")]
pub use descriptor::Descriptor;
pub(crate) use descriptor::{Access, Mount, StageLost};
#[expect(unreachable_pub, reason = "the generated bindings export it from a module of their own")]
pub use directory::Listing;
#[expect(unreachable_pub, reason = "the generated bindings export it from a module of their own")]
pub use error::FileError;
pub(crate) use error::WorkspaceChanged;

use descriptor::Folder;
use wasmtime::component::{Resource, ResourceTable};

/// The file systems of one call, and where its descriptors and streams are.
pub(crate) struct Filesystem<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) mounts: &'a [Mount],
    /// The most that one call to the host hands over, in bytes.
    pub(crate) host_call_bytes: usize,
}

impl Filesystem<'_> {
    /// The folder behind a descriptor, as a value of its own: the table is needed for what comes out.
    fn folder(&self, descriptor: &Resource<Descriptor>) -> Result<Folder, FileError> {
        self.table.get(descriptor)?.folder().cloned()
    }
}
