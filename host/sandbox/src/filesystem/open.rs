//! Opening files and folders.

use std::sync::Arc;

use cofferdam_store::{Create, Follow, FsError, Kind, OpenOptions};
use wasmtime::component::Resource;

use super::{
    Descriptor, FileError, Filesystem,
    descriptor::{Folder, Object, OpenFile},
    resolve::resolve,
};
use crate::bindings::filesystem::wasi::filesystem::types::{DescriptorFlags, ErrorCode, OpenFlags};

impl Filesystem<'_> {
    pub(super) fn open(
        &mut self,
        folder: &Resource<Descriptor>,
        follow: Follow,
        path: &str,
        how: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Resource<Descriptor>, FileError> {
        let folder = self.folder(folder)?;
        let object = open_in(&folder, follow, path, how, flags)?;
        Ok(self.table.push(Descriptor(object))?)
    }
}

fn open_in(folder: &Folder, follow: Follow, path: &str, how: OpenFlags, flags: DescriptorFlags) -> Result<Object, FileError> {
    let options = options(how, flags)?;
    let changes = options.write || options.truncate || options.create != Create::Never;
    let mut stage = if changes { folder.mount.stage_to_write()? } else { folder.mount.stage()? };
    let path = resolve(folder, &mut stage, path, follow)?;
    if options.create != Create::New {
        match stage.stat(&path, follow) {
            Ok(stat) if stat.kind == Kind::Folder => {
                return if changes {
                    Err(ErrorCode::IsDirectory.into())
                } else {
                    Ok(Object::Folder(Folder { mount: folder.mount.clone(), path }))
                };
            }
            Ok(_) if how.contains(OpenFlags::DIRECTORY) => return Err(ErrorCode::NotDirectory.into()),
            Ok(_) => {}
            Err(FsError::NotFound) if options.create == Create::IfMissing => {}
            // Whoever may write a file need not be allowed to look at it.
            Err(FsError::Refused) if changes => {}
            Err(error) => return Err(error.into()),
        }
    }
    // What is about synchronisation is remembered and changes nothing: nothing is on disk before it is published.
    let synchronised =
        flags & (DescriptorFlags::FILE_INTEGRITY_SYNC | DescriptorFlags::DATA_INTEGRITY_SYNC | DescriptorFlags::REQUESTED_WRITE_SYNC);
    let id = stage.open(&path, options, follow)?;
    drop(stage);
    let granted = |flag, given: bool| if given { flag } else { DescriptorFlags::empty() };
    let opened = granted(DescriptorFlags::READ, options.read) | granted(DescriptorFlags::WRITE, options.write);
    Ok(Object::File(Arc::new(OpenFile { mount: folder.mount.clone(), id, flags: opened | synchronised })))
}

/// The flags as the stage wants them.
fn options(how: OpenFlags, flags: DescriptorFlags) -> Result<OpenOptions, FileError> {
    if how.contains(OpenFlags::DIRECTORY) && how.intersects(OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE) {
        return Err(ErrorCode::Invalid.into());
    }
    let write = flags.contains(DescriptorFlags::WRITE);
    if how.contains(OpenFlags::TRUNCATE) && !write {
        // Emptying a file is writing to it, whatever some systems make of it.
        return Err(ErrorCode::NotPermitted.into());
    }
    let create = match (how.contains(OpenFlags::CREATE), how.contains(OpenFlags::EXCLUSIVE)) {
        (true, true) => Create::New,
        (true, false) => Create::IfMissing,
        (false, _) => Create::Never,
    };
    // Neither reading nor writing is asked for by who wants a handle alone; POSIX knows no such thing, so it reads.
    let read = flags.contains(DescriptorFlags::READ) || !write;
    Ok(OpenOptions { read, write, create, truncate: how.contains(OpenFlags::TRUNCATE) })
}
