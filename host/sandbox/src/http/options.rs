//! `request-options`: how long a guest wants to wait. Its time is virtual, so none of it is supported, which the interface allows.

use wasmtime::{Result, component::Resource};

use super::Http;
use crate::bindings::http::wasi::http::types::{self, Duration};

/// Options without effect: the host's own deadline holds.
pub struct RequestOptions;

impl Http<'_> {
    fn unsupported<T>(&self, options: &Resource<RequestOptions>, answer: T) -> Result<T> {
        self.table.get(options)?;
        Ok(answer)
    }
}

impl types::HostRequestOptions for Http<'_> {
    fn new(&mut self) -> Result<Resource<RequestOptions>> {
        Ok(self.table.push(RequestOptions)?)
    }

    fn connect_timeout(&mut self, options: Resource<RequestOptions>) -> Result<Option<Duration>> {
        self.unsupported(&options, None)
    }

    fn set_connect_timeout(&mut self, options: Resource<RequestOptions>, _: Option<Duration>) -> Result<Result<(), ()>> {
        self.unsupported(&options, Err(()))
    }

    fn first_byte_timeout(&mut self, options: Resource<RequestOptions>) -> Result<Option<Duration>> {
        self.unsupported(&options, None)
    }

    fn set_first_byte_timeout(&mut self, options: Resource<RequestOptions>, _: Option<Duration>) -> Result<Result<(), ()>> {
        self.unsupported(&options, Err(()))
    }

    fn between_bytes_timeout(&mut self, options: Resource<RequestOptions>) -> Result<Option<Duration>> {
        self.unsupported(&options, None)
    }

    fn set_between_bytes_timeout(&mut self, options: Resource<RequestOptions>, _: Option<Duration>) -> Result<Result<(), ()>> {
        self.unsupported(&options, Err(()))
    }

    fn drop(&mut self, options: Resource<RequestOptions>) -> Result<()> {
        self.table.delete(options)?;
        Ok(())
    }
}
