//! `outgoing-body`: what a guest writes, kept until it is sent.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use wasmtime::{Result, component::Resource};
use wasmtime_wasi::p2::{DynOutputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

use super::{Fields, Http, HttpError, Uplink};
use crate::bindings::http::wasi::http::types::{self, ErrorCode};

/// Bytes that a guest may write at once. Only sizes its pieces; the whole is bounded by `http_bytes`.
const PERMIT: usize = 1 << 20;

/// A body for writing. The request that it belongs to has the other end.
pub struct OutgoingBody {
    content: Content,
    /// What the request's fields say of its length.
    announced: Option<u64>,
    stream: Stream,
}

/// Whether the guest already has the one stream of a body.
#[derive(PartialEq, Eq)]
enum Stream {
    Here,
    Taken,
}

/// What was written. Copies share it.
#[derive(Clone, Default)]
pub(super) struct Content(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    state: State,
}

/// How far a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    /// The guest still has it.
    #[default]
    Open,
    /// It is whole.
    Finished,
    /// It will never be.
    Abandoned,
}

impl Content {
    fn lock(&self) -> MutexGuard<'_, Written> {
        // A Vec and a plain value: whole whenever the lock is free.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> State {
        self.lock().state
    }

    /// The bytes, taken out.
    pub(super) fn take(&self) -> Vec<u8> {
        mem::take(&mut self.lock().bytes)
    }

    fn end(&self, state: State) {
        self.lock().state = state;
    }
}

impl OutgoingBody {
    pub(super) fn new(content: Content, announced: Option<u64>) -> Self {
        Self { content, announced, stream: Stream::Here }
    }

    fn finish(self) -> Result<(), ErrorCode> {
        let written = self.content.lock().bytes.len() as u64;
        let (state, result) = match self.announced {
            Some(announced) if announced != written => (State::Abandoned, Err(ErrorCode::HttpRequestBodySize(Some(written)))),
            _ => (State::Finished, Ok(())),
        };
        self.content.end(state);
        result
    }
}

/// Writes a body.
struct Output {
    content: Content,
    uplink: Arc<Uplink>,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.uplink.take(bytes.len()).map_err(|limit| StreamError::Trap(limit.into()))?;
        self.content.lock().bytes.extend_from_slice(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

impl types::HostOutgoingBody for Http<'_> {
    fn write(&mut self, body: Resource<OutgoingBody>) -> Result<Result<Resource<DynOutputStream>, ()>> {
        let writable = self.table.get_mut(&body)?;
        if mem::replace(&mut writable.stream, Stream::Taken) == Stream::Taken {
            return Ok(Err(()));
        }
        let stream: DynOutputStream = Box::new(Output { content: writable.content.clone(), uplink: Arc::clone(self.uplink) });
        // A child: the body can neither be finished nor dropped while the guest can still write.
        Ok(Ok(self.table.push_child(stream, &body)?))
    }

    fn finish(&mut self, body: Resource<OutgoingBody>, trailers: Option<Resource<Fields>>) -> Result<(), HttpError> {
        let body = self.table.delete(body)?;
        if let Some(trailers) = trailers {
            self.table.delete(trailers)?;
            body.content.end(State::Abandoned);
            return Err(ErrorCode::HttpRequestTrailerSectionSize(Some(0)).into());
        }
        Ok(body.finish()?)
    }

    fn drop(&mut self, body: Resource<OutgoingBody>) -> Result<()> {
        self.table.delete(body)?.content.end(State::Abandoned);
        Ok(())
    }
}
