//! `wasi:http` 0.2, outgoing only, over whole requests and whole answers: one file for each kind of resource.
//!
//! Nothing here has a socket. What a guest puts together is handed to the call's [`HttpClient`] as one value when the guest first waits
//! for the answer, and the answer is in memory before the guest sees its first byte: so streams are always ready, and a call can be
//! repeated from what was recorded of it. A call without a client sends nothing. The interfaces are linked whole, since language
//! runtimes import them whole: the half that is for serving has resources that never exist.

#![expect(unreachable_pub, reason = "the generated bindings export the resources from a module of their own")]

mod body;
mod client;
mod error;
mod fields;
mod future;
mod options;
mod request;
mod response;
mod server;
mod target;
mod uplink;

use std::sync::Arc;

use wasmtime::{
    Error, Result,
    component::{Resource, ResourceTable},
};

pub use body::OutgoingBody;
pub use client::{HttpClient, HttpFailure, HttpRequest, HttpResponse};
pub use error::{FieldsError, HttpError};
pub use fields::Fields;
pub use future::FutureResponse;
pub use options::RequestOptions;
pub use request::OutgoingRequest;
pub use response::{FutureTrailers, IncomingBody, IncomingResponse};
pub use server::{IncomingRequest, OutgoingResponse, ResponseOutparam};
pub use target::MAX_URL_BYTES;
pub(crate) use uplink::Uplink;

use crate::{
    bindings::http::wasi::http::types::{self, ErrorCode, HeaderError},
    clock::VirtualClock,
};

/// The HTTP of one call, and where its resources are.
pub(crate) struct Http<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) clock: &'a VirtualClock,
    pub(crate) uplink: &'a Arc<Uplink>,
    /// The most that one call to the host hands over, in bytes.
    pub(crate) host_call_bytes: usize,
}

impl types::Host for Http<'_> {
    fn convert_error_code(&mut self, error: HttpError) -> Result<ErrorCode> {
        error.into_code()
    }

    fn convert_header_error(&mut self, error: FieldsError) -> Result<HeaderError> {
        error.into_code()
    }

    fn http_error_code(&mut self, error: Resource<Error>) -> Result<Option<ErrorCode>> {
        // No stream here fails with one: an answer is whole, or it is none.
        self.table.get(&error)?;
        Ok(None)
    }
}
