//! Streams over open files: always ready, and done on the calling thread.

use std::sync::Arc;

use wasmtime::component::Resource;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

use super::{Descriptor, FileError, Filesystem, descriptor::OpenFile};

/// Bytes that a guest may write at once. Only sizes its pieces; the whole is bounded by the stage.
const PERMIT: usize = 1 << 20;

impl Filesystem<'_> {
    pub(super) fn input(&mut self, file: &Resource<Descriptor>, offset: u64) -> Result<Resource<DynInputStream>, FileError> {
        let file = Arc::clone(self.table.get(file)?.readable()?);
        let stream: DynInputStream = Box::new(Input { file, position: offset, most: self.host_call_bytes });
        Ok(self.table.push(stream)?)
    }

    pub(super) fn output(&mut self, file: &Resource<Descriptor>, place: Place) -> Result<Resource<DynOutputStream>, FileError> {
        let file = Arc::clone(self.table.get(file)?.writable()?);
        let stream: DynOutputStream = Box::new(Output { file, place });
        Ok(self.table.push(stream)?)
    }
}

/// Reads a file from a position on.
struct Input {
    file: Arc<OpenFile>,
    position: u64,
    /// The most that one call to the host hands over, in bytes.
    most: usize,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {}
}

impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut stage = self.file.mount.stage()?;
        let bytes = stage.read_at(self.file.id, self.position, size.min(self.most)).map_err(FileError::from)?;
        if bytes.is_empty() && size > 0 {
            return Err(StreamError::Closed);
        }
        let bytes = Bytes::copy_from_slice(bytes);
        self.position = self.position.saturating_add(bytes.len() as u64);
        Ok(bytes)
    }
}

/// Where a stream writes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// From an offset on.
    At(u64),
    /// Always at the end of the file.
    End,
}

/// Writes a file.
struct Output {
    file: Arc<OpenFile>,
    place: Place,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut stage = self.file.mount.stage_to_write()?;
        match &mut self.place {
            Place::At(offset) => {
                stage.write_at(self.file.id, *offset, &bytes).map_err(FileError::from)?;
                *offset = offset.saturating_add(bytes.len() as u64);
            }
            Place::End => stage.append(self.file.id, &bytes).map_err(FileError::from)?,
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}
