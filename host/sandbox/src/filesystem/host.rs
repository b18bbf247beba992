//! The table of `wasi:filesystem`: every function, and which group does it.

use cofferdam_store::Follow;
use wasmtime::{Error, Result, component::Resource};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

use super::{
    Descriptor, FileError, Filesystem, Listing,
    descriptor::{Folder, Object},
    metadata::descriptor_stat,
    stream::Place,
};
use crate::bindings::filesystem::wasi::filesystem::{
    preopens,
    types::{
        self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, MetadataHashValue, NewTimestamp,
        OpenFlags, PathFlags,
    },
};

impl preopens::Host for Filesystem<'_> {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        let mut preopens = Vec::with_capacity(self.mounts.len());
        for mount in self.mounts {
            let root = Folder { mount: mount.clone(), path: cofferdam_base::WorkspacePath::root() };
            preopens.push((self.table.push(Descriptor(Object::Folder(root)))?, mount.name.to_owned()));
        }
        Ok(preopens)
    }
}

impl types::Host for Filesystem<'_> {
    fn convert_error_code(&mut self, error: FileError) -> Result<ErrorCode> {
        match error {
            FileError::Code(code) => Ok(code),
            FileError::Trap(error) => Err(error),
        }
    }

    fn filesystem_error_code(&mut self, error: Resource<Error>) -> Result<Option<ErrorCode>> {
        Ok(self.table.get(&error)?.downcast_ref().copied())
    }
}

fn follow(flags: PathFlags) -> Follow {
    if flags.contains(PathFlags::SYMLINK_FOLLOW) { Follow::Yes } else { Follow::No }
}

impl types::HostDescriptor for Filesystem<'_> {
    fn read_via_stream(&mut self, file: Resource<Descriptor>, offset: u64) -> Result<Resource<DynInputStream>, FileError> {
        self.input(&file, offset)
    }

    fn write_via_stream(&mut self, file: Resource<Descriptor>, offset: u64) -> Result<Resource<DynOutputStream>, FileError> {
        self.output(&file, Place::At(offset))
    }

    fn append_via_stream(&mut self, file: Resource<Descriptor>) -> Result<Resource<DynOutputStream>, FileError> {
        self.output(&file, Place::End)
    }

    fn advise(&mut self, file: Resource<Descriptor>, _offset: u64, _len: u64, _advice: Advice) -> Result<(), FileError> {
        // Advice may be ignored, and is.
        self.table.get(&file)?.file()?;
        Ok(())
    }

    fn sync_data(&mut self, descriptor: Resource<Descriptor>) -> Result<(), FileError> {
        self.sync(descriptor)
    }

    fn get_flags(&mut self, descriptor: Resource<Descriptor>) -> Result<DescriptorFlags, FileError> {
        Ok(self.table.get(&descriptor)?.flags())
    }

    fn get_type(&mut self, descriptor: Resource<Descriptor>) -> Result<DescriptorType, FileError> {
        Ok(match &self.table.get(&descriptor)?.0 {
            Object::Folder(_) => DescriptorType::Directory,
            Object::File(_) => DescriptorType::RegularFile,
        })
    }

    fn set_size(&mut self, file: Resource<Descriptor>, size: u64) -> Result<(), FileError> {
        self.set_len(&file, size)
    }

    fn set_times(&mut self, descriptor: Resource<Descriptor>, _access: NewTimestamp, _change: NewTimestamp) -> Result<(), FileError> {
        self.touch(&descriptor)
    }

    fn read(&mut self, file: Resource<Descriptor>, len: u64, offset: u64) -> Result<(Vec<u8>, bool), FileError> {
        self.read_bytes(&file, len, offset)
    }

    fn write(&mut self, file: Resource<Descriptor>, bytes: Vec<u8>, offset: u64) -> Result<u64, FileError> {
        self.write_bytes(&file, &bytes, offset)
    }

    fn read_directory(&mut self, folder: Resource<Descriptor>) -> Result<Resource<Listing>, FileError> {
        self.list(&folder)
    }

    fn sync(&mut self, descriptor: Resource<Descriptor>) -> Result<(), FileError> {
        self.table.get(&descriptor)?;
        Ok(())
    }

    fn create_directory_at(&mut self, folder: Resource<Descriptor>, path: String) -> Result<(), FileError> {
        self.make_folder(&folder, &path)
    }

    fn stat(&mut self, descriptor: Resource<Descriptor>) -> Result<DescriptorStat, FileError> {
        Ok(descriptor_stat(self.table.get(&descriptor)?.stat()?))
    }

    fn stat_at(&mut self, folder: Resource<Descriptor>, flags: PathFlags, path: String) -> Result<DescriptorStat, FileError> {
        Ok(descriptor_stat(self.stat_at_path(&folder, follow(flags), &path)?))
    }

    fn set_times_at(
        &mut self,
        folder: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
        _access: NewTimestamp,
        _change: NewTimestamp,
    ) -> Result<(), FileError> {
        self.touch_at(&folder, follow(flags), &path)
    }

    fn link_at(
        &mut self,
        _folder: Resource<Descriptor>,
        _flags: PathFlags,
        _path: String,
        _new_folder: Resource<Descriptor>,
        _new_path: String,
    ) -> Result<(), FileError> {
        Err(ErrorCode::NotPermitted.into())
    }

    fn open_at(
        &mut self,
        folder: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        how: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Resource<Descriptor>, FileError> {
        self.open(&folder, follow(path_flags), &path, how, flags)
    }

    fn readlink_at(&mut self, _folder: Resource<Descriptor>, _path: String) -> Result<String, FileError> {
        // A link's text can name what is outside; whoever follows it needs no text.
        Err(ErrorCode::NotPermitted.into())
    }

    fn remove_directory_at(&mut self, folder: Resource<Descriptor>, path: String) -> Result<(), FileError> {
        self.remove_folder(&folder, &path)
    }

    fn rename_at(
        &mut self,
        folder: Resource<Descriptor>,
        path: String,
        new_folder: Resource<Descriptor>,
        new_path: String,
    ) -> Result<(), FileError> {
        self.rename((&folder, &path), (&new_folder, &new_path))
    }

    fn symlink_at(&mut self, _folder: Resource<Descriptor>, _target: String, _path: String) -> Result<(), FileError> {
        Err(ErrorCode::NotPermitted.into())
    }

    fn unlink_file_at(&mut self, folder: Resource<Descriptor>, path: String) -> Result<(), FileError> {
        self.remove_file(&folder, &path)
    }

    fn is_same_object(&mut self, one: Resource<Descriptor>, other: Resource<Descriptor>) -> Result<bool> {
        let (one, other) = (self.table.get(&one)?, self.table.get(&other)?);
        match (one.stat(), other.stat()) {
            (Ok(first), Ok(second)) => Ok(one.mount().is(other.mount()) && first.identity == second.identity),
            (Err(FileError::Trap(error)), _) | (_, Err(FileError::Trap(error))) => Err(error),
            // What is no longer there is the same as nothing.
            (Err(FileError::Code(_)), _) | (_, Err(FileError::Code(_))) => Ok(false),
        }
    }

    fn metadata_hash(&mut self, descriptor: Resource<Descriptor>) -> Result<MetadataHashValue, FileError> {
        let descriptor = self.table.get(&descriptor)?;
        Ok(self.hash(descriptor.mount(), &descriptor.stat()?))
    }

    fn metadata_hash_at(&mut self, folder: Resource<Descriptor>, flags: PathFlags, path: String) -> Result<MetadataHashValue, FileError> {
        let stat = self.stat_at_path(&folder, follow(flags), &path)?;
        Ok(self.hash(self.table.get(&folder)?.mount(), &stat))
    }

    fn drop(&mut self, descriptor: Resource<Descriptor>) -> Result<()> {
        self.table.delete(descriptor)?;
        Ok(())
    }
}

impl types::HostDirectoryEntryStream for Filesystem<'_> {
    fn read_directory_entry(&mut self, listing: Resource<Listing>) -> Result<Option<DirectoryEntry>, FileError> {
        self.next_entry(&listing)
    }

    fn drop(&mut self, listing: Resource<Listing>) -> Result<()> {
        self.table.delete(listing)?;
        Ok(())
    }
}
