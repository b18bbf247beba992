//! `outgoing-request`, and handing it over.

use wasmtime::{Result, component::Resource};

use super::{
    Fields, FutureResponse, Http, HttpError, HttpRequest, MAX_URL_BYTES, OutgoingBody, RequestOptions,
    body::Content,
    future::Prepared,
    target::{method_name, parse_authority, parse_method, parse_path_with_query, parse_scheme},
};
use crate::bindings::http::wasi::http::{
    outgoing_handler,
    types::{self, ErrorCode, Method, Scheme},
};

/// Largest header section of a request, in bytes of names and values: more than any server takes.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Most fields in one; the client may set a lower limit.
const MAX_FIELDS: usize = 256;

/// A request that is being put together.
pub struct OutgoingRequest {
    method: Method,
    scheme: Option<Scheme>,
    authority: Option<String>,
    path_with_query: Option<String>,
    headers: Fields,
    body: Option<Content>,
}

impl OutgoingRequest {
    /// The request but for its body, if it is one that can be sent. Without a scheme it is one of HTTPS.
    fn into_prepared(self) -> Result<Prepared, ErrorCode> {
        let scheme = if let Some(Scheme::Http) = self.scheme { "http" } else { "https" };
        let authority = self.authority.ok_or(ErrorCode::HttpRequestUriInvalid)?;
        let url = format!("{scheme}://{authority}{}", self.path_with_query.as_deref().unwrap_or("/"));
        if url.len() > MAX_URL_BYTES {
            return Err(ErrorCode::HttpRequestUriTooLong);
        }
        let bytes = self.headers.entries().iter().fold(0usize, |sum, (name, value)| sum.saturating_add(name.len() + value.len()));
        if bytes > MAX_HEADER_BYTES || self.headers.entries().len() > MAX_FIELDS {
            return Err(ErrorCode::HttpRequestHeaderSectionSize(u32::try_from(bytes).ok()));
        }
        // Held against the body by now, or next; who sends the body counts it again.
        let headers = self.headers.entries().iter().filter(|(name, _)| name != CONTENT_LENGTH).cloned().collect();
        let head = HttpRequest { method: method_name(&self.method).to_owned(), url, headers, body: Vec::new() };
        match (self.body, content_length(&self.headers)?) {
            (None, Some(announced)) if announced > 0 => Err(ErrorCode::HttpRequestBodySize(Some(0))),
            (body, _) => Ok(Prepared { head, body }),
        }
    }
}

const CONTENT_LENGTH: &str = "content-length";

/// The length of the body that the fields announce, if they do.
fn content_length(headers: &Fields) -> Result<Option<u64>, ErrorCode> {
    let mut values = headers.values(CONTENT_LENGTH);
    let Some(value) = values.next() else { return Ok(None) };
    let number = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match (number.and_then(|text| text.parse().ok()), values.next()) {
        (Some(length), None) => Ok(Some(length)),
        _ => Err(ErrorCode::HttpProtocolError),
    }
}

/// Sets a part of a request to what was checked, or leaves it.
fn set<T>(part: &mut T, checked: Result<T, ()>) -> Result<(), ()> {
    *part = checked?;
    Ok(())
}

impl types::HostOutgoingRequest for Http<'_> {
    fn new(&mut self, headers: Resource<Fields>) -> Result<Resource<OutgoingRequest>> {
        let headers = self.table.delete(headers)?.read_only();
        let request = OutgoingRequest { method: Method::Get, scheme: None, authority: None, path_with_query: None, headers, body: None };
        Ok(self.table.push(request)?)
    }

    fn body(&mut self, request: Resource<OutgoingRequest>) -> Result<Result<Resource<OutgoingBody>, ()>> {
        let request = self.table.get_mut(&request)?;
        let (None, Ok(announced)) = (&request.body, content_length(&request.headers)) else { return Ok(Err(())) };
        let content = Content::default();
        request.body = Some(content.clone());
        Ok(Ok(self.table.push(OutgoingBody::new(content, announced))?))
    }

    fn method(&mut self, request: Resource<OutgoingRequest>) -> Result<Method> {
        Ok(self.table.get(&request)?.method.clone())
    }

    fn set_method(&mut self, request: Resource<OutgoingRequest>, method: Method) -> Result<Result<(), ()>> {
        Ok(set(&mut self.table.get_mut(&request)?.method, parse_method(method)))
    }

    fn path_with_query(&mut self, request: Resource<OutgoingRequest>) -> Result<Option<String>> {
        Ok(self.table.get(&request)?.path_with_query.clone())
    }

    fn set_path_with_query(&mut self, request: Resource<OutgoingRequest>, target: Option<String>) -> Result<Result<(), ()>> {
        Ok(set(&mut self.table.get_mut(&request)?.path_with_query, target.map(parse_path_with_query).transpose()))
    }

    fn scheme(&mut self, request: Resource<OutgoingRequest>) -> Result<Option<Scheme>> {
        Ok(self.table.get(&request)?.scheme.clone())
    }

    fn set_scheme(&mut self, request: Resource<OutgoingRequest>, scheme: Option<Scheme>) -> Result<Result<(), ()>> {
        Ok(set(&mut self.table.get_mut(&request)?.scheme, scheme.map(parse_scheme).transpose()))
    }

    fn authority(&mut self, request: Resource<OutgoingRequest>) -> Result<Option<String>> {
        Ok(self.table.get(&request)?.authority.clone())
    }

    fn set_authority(&mut self, request: Resource<OutgoingRequest>, authority: Option<String>) -> Result<Result<(), ()>> {
        Ok(set(&mut self.table.get_mut(&request)?.authority, authority.map(parse_authority).transpose()))
    }

    fn headers(&mut self, request: Resource<OutgoingRequest>) -> Result<Resource<Fields>> {
        let headers = self.table.get(&request)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn drop(&mut self, request: Resource<OutgoingRequest>) -> Result<()> {
        self.table.delete(request)?;
        Ok(())
    }
}

impl outgoing_handler::Host for Http<'_> {
    fn handle(
        &mut self,
        request: Resource<OutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> Result<Resource<FutureResponse>, HttpError> {
        let request = self.table.delete(request)?;
        if let Some(options) = options {
            self.table.delete(options)?;
        }
        // Nothing is sent before the guest waits; but a request that it may not send is refused here.
        let turn = self.uplink.turn()?;
        let future = FutureResponse::new(request.into_prepared()?, turn, self.uplink.clone(), self.clock.clone());
        Ok(self.table.push(future)?)
    }
}
