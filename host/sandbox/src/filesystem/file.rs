//! Bytes of an open file at an offset, without a stream.

use wasmtime::component::Resource;

use super::{Descriptor, FileError, Filesystem};

impl Filesystem<'_> {
    /// At most what one call may hand over, whatever the guest asks for; and whether the end was reached.
    pub(super) fn read_bytes(&mut self, file: &Resource<Descriptor>, len: u64, offset: u64) -> Result<(Vec<u8>, bool), FileError> {
        let file = self.table.get(file)?.readable()?;
        let wanted = usize::try_from(len).unwrap_or(usize::MAX).min(self.host_call_bytes);
        let mut stage = file.mount.stage()?;
        let bytes = stage.read_at(file.id, offset, wanted)?.to_vec();
        let end = bytes.is_empty() && wanted > 0;
        Ok((bytes, end))
    }

    pub(super) fn write_bytes(&mut self, file: &Resource<Descriptor>, bytes: &[u8], offset: u64) -> Result<u64, FileError> {
        let file = self.table.get(file)?.writable()?;
        file.mount.stage_to_write()?.write_at(file.id, offset, bytes)?;
        Ok(bytes.len() as u64)
    }

    pub(super) fn set_len(&mut self, file: &Resource<Descriptor>, len: u64) -> Result<(), FileError> {
        let file = self.table.get(file)?.writable()?;
        file.mount.stage_to_write()?.set_len(file.id, len)?;
        Ok(())
    }
}
