//! What an operation answers when it does not do what was asked: an error code for the guest, or the end of the guest.

use wasmtime::component::ResourceTableError;

use super::HttpFailure;
use crate::{
    bindings::http::wasi::http::types::{DnsErrorPayload, ErrorCode, HeaderError},
    limit::LimitReached,
};

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Fault<C> {
    /// The guest is told, and goes on.
    Code(C),
    /// The guest ends.
    Trap(wasmtime::Error),
}

/// Why there is no request, or no answer.
pub type HttpError = Fault<ErrorCode>;
/// Why fields are not changed.
pub type FieldsError = Fault<HeaderError>;

impl<C> Fault<C> {
    /// The code for the guest.
    pub(super) fn into_code(self) -> wasmtime::Result<C> {
        match self {
            Self::Code(code) => Ok(code),
            Self::Trap(error) => Err(error),
        }
    }
}

impl<C> From<ResourceTableError> for Fault<C> {
    fn from(error: ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}

impl<C> From<LimitReached> for Fault<C> {
    fn from(error: LimitReached) -> Self {
        Self::Trap(wasmtime::Error::new(error))
    }
}

impl From<HeaderError> for FieldsError {
    fn from(code: HeaderError) -> Self {
        Self::Code(code)
    }
}

impl From<ErrorCode> for HttpError {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<HttpFailure> for HttpError {
    fn from(failure: HttpFailure) -> Self {
        Self::Code(match failure {
            HttpFailure::Denied => ErrorCode::HttpRequestDenied,
            HttpFailure::NotFound => ErrorCode::DnsError(DnsErrorPayload { rcode: None, info_code: None }),
            HttpFailure::Refused => ErrorCode::ConnectionRefused,
            HttpFailure::TimedOut => ErrorCode::HttpResponseTimeout,
            HttpFailure::TooLarge => ErrorCode::HttpResponseBodySize(None),
            HttpFailure::Protocol => ErrorCode::HttpProtocolError,
            HttpFailure::Prohibited => ErrorCode::DestinationIpProhibited,
            HttpFailure::Invalid => ErrorCode::HttpRequestUriInvalid,
        })
    }
}
