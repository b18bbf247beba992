//! The half of `wasi:http/types` that is for serving. Language runtimes import it with the other half; a tool serves nobody, so these
//! resources have no values, and the one that a guest could make for itself is not made.

use std::fmt;

use wasmtime::{Result, component::Resource};

use super::{Fields, Http, HttpError, OutgoingBody};
use crate::bindings::http::wasi::http::types::{self, ErrorCode, Method, Scheme};

/// A request to a tool: there are none.
pub enum IncomingRequest {}
/// A tool's answer: there are none.
pub enum OutgoingResponse {}
/// Where a tool's answer would go: nowhere.
pub enum ResponseOutparam {}

/// A guest that wants to answer requests.
#[derive(Debug)]
struct ServesNobody;

impl fmt::Display for ServesNobody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool answers no requests")
    }
}

impl std::error::Error for ServesNobody {}

impl types::HostIncomingRequest for Http<'_> {
    fn method(&mut self, request: Resource<IncomingRequest>) -> Result<Method> {
        match *self.table.get(&request)? {}
    }

    fn path_with_query(&mut self, request: Resource<IncomingRequest>) -> Result<Option<String>> {
        match *self.table.get(&request)? {}
    }

    fn scheme(&mut self, request: Resource<IncomingRequest>) -> Result<Option<Scheme>> {
        match *self.table.get(&request)? {}
    }

    fn authority(&mut self, request: Resource<IncomingRequest>) -> Result<Option<String>> {
        match *self.table.get(&request)? {}
    }

    fn headers(&mut self, request: Resource<IncomingRequest>) -> Result<Resource<Fields>> {
        match *self.table.get(&request)? {}
    }

    fn consume(&mut self, request: Resource<IncomingRequest>) -> Result<Result<Resource<types::IncomingBody>, ()>> {
        match *self.table.get(&request)? {}
    }

    fn drop(&mut self, request: Resource<IncomingRequest>) -> Result<()> {
        match self.table.delete(request)? {}
    }
}

impl types::HostOutgoingResponse for Http<'_> {
    fn new(&mut self, _headers: Resource<Fields>) -> Result<Resource<OutgoingResponse>> {
        Err(wasmtime::Error::new(ServesNobody))
    }

    fn status_code(&mut self, response: Resource<OutgoingResponse>) -> Result<u16> {
        match *self.table.get(&response)? {}
    }

    fn set_status_code(&mut self, response: Resource<OutgoingResponse>, _status: u16) -> Result<Result<(), ()>> {
        match *self.table.get(&response)? {}
    }

    fn headers(&mut self, response: Resource<OutgoingResponse>) -> Result<Resource<Fields>> {
        match *self.table.get(&response)? {}
    }

    fn body(&mut self, response: Resource<OutgoingResponse>) -> Result<Result<Resource<OutgoingBody>, ()>> {
        match *self.table.get(&response)? {}
    }

    fn drop(&mut self, response: Resource<OutgoingResponse>) -> Result<()> {
        match self.table.delete(response)? {}
    }
}

impl types::HostResponseOutparam for Http<'_> {
    fn send_informational(&mut self, to: Resource<ResponseOutparam>, _status: u16, _headers: Resource<Fields>) -> Result<(), HttpError> {
        match *self.table.get(&to)? {}
    }

    fn set(&mut self, to: Resource<ResponseOutparam>, _response: Result<Resource<OutgoingResponse>, ErrorCode>) -> Result<()> {
        match *self.table.get(&to)? {}
    }

    fn drop(&mut self, to: Resource<ResponseOutparam>) -> Result<()> {
        match self.table.delete(to)? {}
    }
}
