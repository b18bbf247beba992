//! `wasi:io` on the calling thread.
//!
//! The implementation is that of `wasmtime-wasi`; only its way of waiting is replaced. Its synchronous bindings enter a Tokio runtime
//! for every blocking call, and start one with a thread for each processor. Nothing here ever waits for the outside (files are in
//! memory, time is virtual), so each call is polled right here, and what is left to wait for is the virtual clock's next moment.

use wasmtime::{
    Error, Result,
    component::{Resource, ResourceTable},
};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult,
    bindings::sync::io::{poll, streams},
};
// The synchronous and the asynchronous bindings have traits of the same names, and the table implements both.
use wasmtime_wasi_io::bindings::wasi::io::{
    error,
    poll::{Host as AsyncPoll, HostPollable as AsyncPollable},
    streams::{Host as AsyncStreams, HostInputStream as AsyncInput, HostOutputStream as AsyncOutput},
};

use crate::clock::{VirtualClock, WaitsForNothing};

/// The streams and pollables of one call, and the time that they wait for.
pub(crate) struct Io<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) clock: &'a VirtualClock,
}

fn never<T>(result: Result<StreamResult<T>, WaitsForNothing>) -> StreamResult<T> {
    result.unwrap_or_else(|error| Err(StreamError::Trap(error.into())))
}

impl error::Host for Io<'_> {}

impl error::HostError for Io<'_> {
    fn to_debug_string(&mut self, error: Resource<Error>) -> Result<String> {
        // Its sentence alone: the debug form can hold a backtrace of the host.
        Ok(self.table.get(&error)?.to_string())
    }

    fn drop(&mut self, error: Resource<Error>) -> Result<()> {
        self.table.delete(error)?;
        Ok(())
    }
}

impl poll::Host for Io<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        self.clock.run(AsyncPoll::poll(self.table, pollables))?
    }
}

impl poll::HostPollable for Io<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        self.clock.run(AsyncPollable::ready(self.table, pollable))?
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        self.clock.run(AsyncPollable::block(self.table, pollable))?
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        AsyncPollable::drop(self.table, pollable)
    }
}

impl streams::Host for Io<'_> {
    fn convert_stream_error(&mut self, error: StreamError) -> Result<streams::StreamError> {
        Ok(AsyncStreams::convert_stream_error(self.table, error)?.into())
    }
}

impl streams::HostInputStream for Io<'_> {
    fn read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        AsyncInput::read(self.table, stream, len)
    }

    fn blocking_read(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<Vec<u8>> {
        never(self.clock.run(AsyncInput::blocking_read(self.table, stream, len)))
    }

    fn skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        AsyncInput::skip(self.table, stream, len)
    }

    fn blocking_skip(&mut self, stream: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        never(self.clock.run(AsyncInput::blocking_skip(self.table, stream, len)))
    }

    fn subscribe(&mut self, stream: Resource<DynInputStream>) -> Result<Resource<DynPollable>> {
        wasmtime_wasi::p2::subscribe(self.table, stream)
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> Result<()> {
        // Our streams have nothing to cancel: taking one out of the table closes it.
        self.table.delete(stream)?;
        Ok(())
    }
}

impl streams::HostOutputStream for Io<'_> {
    fn check_write(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<u64> {
        AsyncOutput::check_write(self.table, stream)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        AsyncOutput::write(self.table, stream, bytes)
    }

    fn blocking_write_and_flush(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        never(self.clock.run(AsyncOutput::blocking_write_and_flush(self.table, stream, bytes)))
    }

    fn blocking_write_zeroes_and_flush(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        never(self.clock.run(AsyncOutput::blocking_write_zeroes_and_flush(self.table, stream, len)))
    }

    fn subscribe(&mut self, stream: Resource<DynOutputStream>) -> Result<Resource<DynPollable>> {
        wasmtime_wasi::p2::subscribe(self.table, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, len: u64) -> StreamResult<()> {
        AsyncOutput::write_zeroes(self.table, stream, len)
    }

    fn flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        AsyncOutput::flush(self.table, stream)
    }

    fn blocking_flush(&mut self, stream: Resource<DynOutputStream>) -> StreamResult<()> {
        never(self.clock.run(AsyncOutput::blocking_flush(self.table, stream)))
    }

    fn splice(&mut self, to: Resource<DynOutputStream>, from: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        AsyncOutput::splice(self.table, to, from, len)
    }

    fn blocking_splice(&mut self, to: Resource<DynOutputStream>, from: Resource<DynInputStream>, len: u64) -> StreamResult<u64> {
        never(self.clock.run(AsyncOutput::blocking_splice(self.table, to, from, len)))
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;
    use error::HostError;

    #[test]
    fn an_error_tells_its_sentence_and_nothing_of_the_host() {
        let (mut table, clock) = (ResourceTable::new(), VirtualClock::new(Timestamp(0)));
        let failed = table.push(Error::msg("no such file").context("reading")).unwrap();
        let mut io = Io { table: &mut table, clock: &clock };
        assert_eq!(io.to_debug_string(Resource::new_borrow(failed.rep())).unwrap(), "reading");
        HostError::drop(&mut io, failed).unwrap();
        assert!(table.is_empty());
    }
}
