//! What is told about files and folders. No times, no owners, no device numbers.

use cofferdam_store::{Follow, Stat};
use wasmtime::component::Resource;

use super::{
    Descriptor, FileError, Filesystem,
    descriptor::{Access, Mount},
    directory::descriptor_type,
    resolve::resolve,
};
use crate::bindings::filesystem::wasi::filesystem::types::{DescriptorStat, ErrorCode, MetadataHashValue};

impl Filesystem<'_> {
    pub(super) fn stat_at_path(&mut self, folder: &Resource<Descriptor>, follow: Follow, path: &str) -> Result<Stat, FileError> {
        let folder = self.folder(folder)?;
        let mut stage = folder.mount.stage()?;
        let path = resolve(&folder, &mut stage, path, follow)?;
        Ok(stage.stat(&path, follow)?)
    }

    /// Setting times changes nothing, since none are shown; but what is not there, or may not be changed, is not silently accepted.
    pub(super) fn touch(&mut self, descriptor: &Resource<Descriptor>) -> Result<(), FileError> {
        let descriptor = self.table.get(descriptor)?;
        changeable(descriptor.mount())?;
        descriptor.stat()?;
        Ok(())
    }

    /// The same for a path.
    pub(super) fn touch_at(&mut self, folder: &Resource<Descriptor>, follow: Follow, path: &str) -> Result<(), FileError> {
        changeable(self.table.get(folder)?.mount())?;
        self.stat_at_path(folder, follow, path)?;
        Ok(())
    }

    /// The same for the same file or folder of the same mount, and another for another.
    pub(super) fn hash(&self, mount: &Mount, stat: &Stat) -> MetadataHashValue {
        let place = self.mounts.iter().position(|other| other.is(mount)).map_or(u64::MAX, |place| place as u64);
        // Runtimes take the lower half alone as the file's number.
        MetadataHashValue { lower: stat.identity.wrapping_add(place), upper: place }
    }
}

fn changeable(mount: &Mount) -> Result<(), FileError> {
    match mount.access {
        Access::ReadOnly => Err(ErrorCode::ReadOnly.into()),
        Access::ReadWrite => Ok(()),
    }
}

/// What WASI tells of it.
pub(super) fn descriptor_stat(stat: Stat) -> DescriptorStat {
    DescriptorStat {
        type_: descriptor_type(stat.kind),
        link_count: 1,
        size: stat.size,
        data_access_timestamp: None,
        data_modification_timestamp: None,
        status_change_timestamp: None,
    }
}
