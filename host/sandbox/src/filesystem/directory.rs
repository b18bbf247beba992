//! Listing, making, removing and renaming.

use std::vec;

use cofferdam_store::{Follow, Kind, ListEntry};
use wasmtime::component::Resource;

use super::{
    Descriptor, FileError, Filesystem,
    resolve::{resolve, resolve_new_folder},
};
use crate::bindings::filesystem::wasi::filesystem::types::{DescriptorType, DirectoryEntry, ErrorCode};

/// The entries of a folder that the guest has not read yet.
#[expect(unreachable_pub, reason = "the generated bindings export it from their own module")]
pub struct Listing(vec::IntoIter<ListEntry>);

impl Filesystem<'_> {
    pub(super) fn list(&mut self, folder: &Resource<Descriptor>) -> Result<Resource<Listing>, FileError> {
        let folder = self.folder(folder)?;
        let entries = folder.mount.stage()?.list(&folder.path)?;
        Ok(self.table.push(Listing(entries.into_iter()))?)
    }

    pub(super) fn next_entry(&mut self, listing: &Resource<Listing>) -> Result<Option<DirectoryEntry>, FileError> {
        let entry = self.table.get_mut(listing)?.0.next();
        Ok(entry.map(|entry| DirectoryEntry { type_: descriptor_type(entry.kind), name: entry.name }))
    }

    pub(super) fn make_folder(&mut self, folder: &Resource<Descriptor>, path: &str) -> Result<(), FileError> {
        let folder = self.folder(folder)?;
        let mut stage = folder.mount.stage_to_write()?;
        let path = resolve_new_folder(&folder, &mut stage, path)?;
        Ok(stage.make_folder(&path)?)
    }

    pub(super) fn remove_folder(&mut self, folder: &Resource<Descriptor>, path: &str) -> Result<(), FileError> {
        let folder = self.folder(folder)?;
        let mut stage = folder.mount.stage_to_write()?;
        let path = resolve(&folder, &mut stage, path, Follow::No)?;
        Ok(stage.remove_folder(&path)?)
    }

    pub(super) fn remove_file(&mut self, folder: &Resource<Descriptor>, path: &str) -> Result<(), FileError> {
        let folder = self.folder(folder)?;
        let mut stage = folder.mount.stage_to_write()?;
        let path = resolve(&folder, &mut stage, path, Follow::No)?;
        Ok(stage.remove_file(&path)?)
    }

    pub(super) fn rename(
        &mut self,
        (old_folder, old): (&Resource<Descriptor>, &str),
        (new_folder, new): (&Resource<Descriptor>, &str),
    ) -> Result<(), FileError> {
        let (old_folder, new_folder) = (self.folder(old_folder)?, self.folder(new_folder)?);
        if !old_folder.mount.is(&new_folder.mount) {
            return Err(ErrorCode::CrossDevice.into());
        }
        let mut stage = old_folder.mount.stage_to_write()?;
        let old = resolve(&old_folder, &mut stage, old, Follow::No)?;
        // Only a folder may get a name with a slash behind it.
        let new = match stage.stat(&old, Follow::No)?.kind {
            Kind::Folder => resolve_new_folder(&new_folder, &mut stage, new)?,
            Kind::File | Kind::Link => resolve(&new_folder, &mut stage, new, Follow::No)?,
        };
        Ok(stage.rename(&old, &new)?)
    }
}

/// What WASI calls it.
pub(super) fn descriptor_type(kind: Kind) -> DescriptorType {
    match kind {
        Kind::File => DescriptorType::RegularFile,
        Kind::Folder => DescriptorType::Directory,
        Kind::Link => DescriptorType::SymbolicLink,
    }
}
