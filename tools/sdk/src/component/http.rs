//! Sending by `wasi:http` 0.2.

use wasip2::{
    http::{
        outgoing_handler,
        types::{ErrorCode, Fields, IncomingBody, IncomingResponse, Method as WasiMethod, OutgoingBody, OutgoingRequest, Scheme},
    },
    io::streams::StreamError,
};

use crate::http::{HttpError, Method, Request, Response};

/// Bytes that are written or read at once; the host takes no more in one blocking write.
const PIECE: usize = 4096;
/// Bytes that are asked for at once when an answer is read.
const READ: u64 = 64 * 1024;

/// Sends a request and waits for the whole answer.
pub(crate) fn send(request: &Request) -> Result<Response, HttpError> {
    let outgoing = head(request)?;
    let body = match request.body.as_slice() {
        [] => None,
        bytes => Some((outgoing.body().map_err(|()| HttpError::Invalid)?, bytes)),
    };
    let future = outgoing_handler::handle(outgoing, None).map_err(|code| error(&code))?;
    if let Some((body, bytes)) = body {
        write(body, bytes)?;
    }
    future.subscribe().block();
    match future.get() {
        Some(Ok(Ok(response))) => read(&response),
        Some(Ok(Err(code))) => Err(error(&code)),
        // The host says that it is there, once.
        Some(Err(())) | None => Err(HttpError::Protocol),
    }
}

/// The request but for its body.
fn head(request: &Request) -> Result<OutgoingRequest, HttpError> {
    let invalid = |()| HttpError::Invalid;
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    let outgoing = OutgoingRequest::new(Fields::from_list(&headers).map_err(|_| HttpError::Invalid)?);
    let (scheme, rest) = request.url.split_once("://").ok_or(HttpError::Invalid)?;
    let scheme = if scheme.eq_ignore_ascii_case("https") {
        Scheme::Https
    } else if scheme.eq_ignore_ascii_case("http") {
        Scheme::Http
    } else {
        return Err(HttpError::Invalid);
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    outgoing.set_method(&method(request.method)).map_err(invalid)?;
    outgoing.set_scheme(Some(&scheme)).map_err(invalid)?;
    outgoing.set_authority(Some(authority)).map_err(invalid)?;
    outgoing.set_path_with_query(Some(path)).map_err(invalid)?;
    Ok(outgoing)
}

fn write(body: OutgoingBody, bytes: &[u8]) -> Result<(), HttpError> {
    let stream = body.write().map_err(|()| HttpError::Protocol)?;
    for piece in bytes.chunks(PIECE) {
        stream.blocking_write_and_flush(piece).map_err(|_| HttpError::Protocol)?;
    }
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| error(&code))
}

fn read(response: &IncomingResponse) -> Result<Response, HttpError> {
    let body = response.consume().map_err(|()| HttpError::Protocol)?;
    let bytes = read_body(&body)?;
    Ok(Response { status: response.status(), headers: response.headers().entries(), body: bytes })
}

fn read_body(body: &IncomingBody) -> Result<Vec<u8>, HttpError> {
    let stream = body.stream().map_err(|()| HttpError::Protocol)?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ) {
            Ok(piece) => bytes.extend(piece),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(_)) => return Err(HttpError::Protocol),
        }
    }
}

fn method(method: Method) -> WasiMethod {
    match method {
        Method::Get => WasiMethod::Get,
        Method::Head => WasiMethod::Head,
        Method::Options => WasiMethod::Options,
        Method::Post => WasiMethod::Post,
        Method::Put => WasiMethod::Put,
        Method::Patch => WasiMethod::Patch,
        Method::Delete => WasiMethod::Delete,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "there are forty codes, and this host uses these")]
fn error(code: &ErrorCode) -> HttpError {
    match code {
        ErrorCode::HttpRequestDenied => HttpError::Denied,
        ErrorCode::DnsError(_) | ErrorCode::DnsTimeout | ErrorCode::DestinationNotFound => HttpError::NotFound,
        ErrorCode::ConnectionRefused => HttpError::Refused,
        ErrorCode::HttpResponseTimeout | ErrorCode::ConnectionTimeout | ErrorCode::ConnectionReadTimeout => HttpError::TimedOut,
        ErrorCode::HttpResponseBodySize(_) | ErrorCode::HttpResponseHeaderSectionSize(_) => HttpError::TooLarge,
        ErrorCode::DestinationIpProhibited => HttpError::Prohibited,
        ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestBodySize(_) => HttpError::Invalid,
        _ => HttpError::Protocol,
    }
}
