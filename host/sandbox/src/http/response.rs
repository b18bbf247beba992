//! `incoming-response` and its body: an answer that is whole.

use std::mem;

use wasmtime::{Result, component::Resource};
use wasmtime_wasi::p2::{DynInputStream, DynPollable, InputStream, Pollable, StreamError, StreamResult, subscribe};
use wasmtime_wasi_io::bytes::Bytes;

use super::{Fields, Http, HttpResponse};
use crate::bindings::http::wasi::http::types::{self, ErrorCode};

/// An answer.
pub struct IncomingResponse {
    status: u16,
    headers: Fields,
    body: Option<Bytes>,
}

impl IncomingResponse {
    pub(super) fn new(response: HttpResponse) -> Self {
        let HttpResponse { status, headers, body } = response;
        Self { status, headers: Fields::of_answer(headers), body: Some(body.into()) }
    }
}

/// The body of an answer, until the guest takes its stream.
pub struct IncomingBody(Option<Bytes>);

/// The trailers of an answer, of which there are none: a guest that asks is told once.
pub struct FutureTrailers(Told);

#[derive(PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

/// Reads a body.
struct Input {
    rest: Bytes,
    /// The most that one call to the host hands over, in bytes.
    most: usize,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {}
}

impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.rest.is_empty() && size > 0 {
            return Err(StreamError::Closed);
        }
        Ok(self.rest.split_to(size.min(self.most).min(self.rest.len())))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for FutureTrailers {
    async fn ready(&mut self) {}
}

impl types::HostIncomingResponse for Http<'_> {
    fn status(&mut self, response: Resource<IncomingResponse>) -> Result<u16> {
        Ok(self.table.get(&response)?.status)
    }

    fn headers(&mut self, response: Resource<IncomingResponse>) -> Result<Resource<Fields>> {
        let headers = self.table.get(&response)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn consume(&mut self, response: Resource<IncomingResponse>) -> Result<Result<Resource<IncomingBody>, ()>> {
        match self.table.get_mut(&response)?.body.take() {
            Some(body) => Ok(Ok(self.table.push(IncomingBody(Some(body)))?)),
            None => Ok(Err(())),
        }
    }

    fn drop(&mut self, response: Resource<IncomingResponse>) -> Result<()> {
        self.table.delete(response)?;
        Ok(())
    }
}

impl types::HostIncomingBody for Http<'_> {
    fn stream(&mut self, body: Resource<IncomingBody>) -> Result<Result<Resource<DynInputStream>, ()>> {
        match self.table.get_mut(&body)?.0.take() {
            Some(rest) => {
                let stream: DynInputStream = Box::new(Input { rest, most: self.host_call_bytes });
                // A child: the body can neither be finished nor dropped while the guest still reads.
                Ok(Ok(self.table.push_child(stream, &body)?))
            }
            None => Ok(Err(())),
        }
    }

    fn finish(&mut self, body: Resource<IncomingBody>) -> Result<Resource<FutureTrailers>> {
        self.table.delete(body)?;
        Ok(self.table.push(FutureTrailers(Told::No))?)
    }

    fn drop(&mut self, body: Resource<IncomingBody>) -> Result<()> {
        self.table.delete(body)?;
        Ok(())
    }
}

impl types::HostFutureTrailers for Http<'_> {
    fn subscribe(&mut self, trailers: Resource<FutureTrailers>) -> Result<Resource<DynPollable>> {
        subscribe(self.table, trailers)
    }

    fn get(&mut self, trailers: Resource<FutureTrailers>) -> Result<Option<Result<Result<Option<Resource<Fields>>, ErrorCode>, ()>>> {
        let told = mem::replace(&mut self.table.get_mut(&trailers)?.0, Told::Yes);
        Ok(Some(if told == Told::No { Ok(Ok(None)) } else { Err(()) }))
    }

    fn drop(&mut self, trailers: Resource<FutureTrailers>) -> Result<()> {
        self.table.delete(trailers)?;
        Ok(())
    }
}
