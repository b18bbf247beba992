//! Which header fields a tool may send.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::limits::{REQUEST_FIELDS, REQUEST_HEAD_BYTES};

/// Fields that a tool does not send, each with whose they are. A name that ends in `-` stands for all that begin with it.
const REFUSED: &[(&str, &str)] = &[
    // RFC 9110, section 7.6.1: of one connection, which is not the tool's.
    ("connection", FRAMING),
    ("keep-alive", FRAMING),
    ("te", FRAMING),
    ("trailer", FRAMING),
    ("transfer-encoding", FRAMING),
    ("upgrade", FRAMING),
    ("http2-settings", FRAMING),
    ("proxy-", FRAMING),
    // Where one request ends and the next begins, and whom it is for.
    ("content-length", FRAMING),
    ("expect", FRAMING),
    ("host", FRAMING),
    // What comes back is bounded as it comes; nothing here unpacks it.
    ("accept-encoding", "the answer comes as it is"),
    // RFC 6265, RFC 9110 section 11.6.2: the host's, bound to an audience.
    ("cookie", CREDENTIAL),
    ("cookie2", CREDENTIAL),
    ("authorization", CREDENTIAL),
    ("x-api-key", CREDENTIAL),
    // Who asks: servers that stand behind a proxy believe these.
    ("forwarded", SENDER),
    ("via", SENDER),
    ("x-forwarded-", SENDER),
    ("x-real-ip", SENDER),
    ("x-client-ip", SENDER),
    ("true-client-ip", SENDER),
    ("cf-connecting-ip", SENDER),
    ("sec-", SENDER),
    // Another method, path or host than the one that policy decided on.
    ("x-http-method", DECIDED),
    ("x-http-method-override", DECIDED),
    ("x-method-override", DECIDED),
    ("x-original-url", DECIDED),
    ("x-original-uri", DECIDED),
    ("x-rewrite-url", DECIDED),
    ("x-host", DECIDED),
    ("x-original-host", DECIDED),
];

const FRAMING: &str = "it is set by whoever makes the connection";
const CREDENTIAL: &str = "credentials are put in by the host, for their own audience only";
const SENDER: &str = "it says who asks, and a tool is not believed in that";
const DECIDED: &str = "it would ask for something else than what was decided on";

/// Header fields of a tool's request: each well formed and none that is not the tool's to send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestHeaders(HeaderMap);

/// A header field that is not sent. Its value is not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderError {
    name: String,
    why: String,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "header `{}` is not sent: {}", text::inline(&self.name, 80), self.why)
    }
}

impl Error for HeaderError {}

impl Diagnostic for HeaderError {
    fn code(&self) -> &'static str {
        "net.header"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("leave the header out; `cofferdam tool inspect` shows which credentials a tool can have".to_owned())
    }
}

impl RequestHeaders {
    /// Reads header fields, in the order in which they are sent. A name may stand in it more than once.
    ///
    /// # Errors
    /// [`HeaderError`]: a name or value that is not HTTP (with a line break, for one), a field that is not the tool's, or too many.
    pub fn parse<N: AsRef<str>, V: AsRef<[u8]>>(fields: impl IntoIterator<Item = (N, V)>) -> Result<Self, HeaderError> {
        let (mut headers, mut bytes) = (HeaderMap::new(), 0usize);
        for (name, value) in fields {
            let (name, value) = (name.as_ref(), value.as_ref());
            let refuse = |why: &str| HeaderError { name: name.chars().take(80).collect(), why: why.to_owned() };
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
            if headers.len() == REQUEST_FIELDS || bytes > REQUEST_HEAD_BYTES {
                return Err(refuse(&format!("a request has at most {REQUEST_FIELDS} fields of {REQUEST_HEAD_BYTES} bytes in all")));
            }
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse("this is no name of a header"))?;
            if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| is_spelling(header.as_str(), refused)) {
                return Err(refuse(why));
            }
            let value = HeaderValue::from_bytes(value).map_err(|_| refuse("its value has characters that no header takes"))?;
            headers.append(header, value);
        }
        Ok(Self(headers))
    }

    pub(crate) fn into_map(self) -> HeaderMap {
        self.0
    }
}

/// Whether a name in lower case is a refused one. CGI and what came after it (RFC 3875, section 4.1.18) read `_` as `-`.
fn is_spelling(name: &str, refused: &str) -> bool {
    let name = name.replace('_', "-");
    if refused.ends_with('-') { name.starts_with(refused) } else { name == refused }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &[u8]) -> HeaderError {
        RequestHeaders::parse([(name, value)]).unwrap_err()
    }

    #[test]
    fn what_is_the_tools_to_send_is_sent_in_its_order() {
        let fields = [("Accept", "text/html"), ("X-Custom", "a"), ("accept", "*/*"), ("User-Agent", "mine"), ("If-None-Match", "\"x\"")];
        let headers = RequestHeaders::parse(fields).unwrap().into_map();
        assert_eq!(headers.get_all("accept").iter().collect::<Vec<_>>(), ["text/html", "*/*"]);
        assert_eq!(headers.len(), 5);
        let obsolete = RequestHeaders::parse([("x-name", "caf\u{e9}".as_bytes())]).unwrap();
        assert_eq!(obsolete.into_map().get("x-name").unwrap().as_bytes(), "caf\u{e9}".as_bytes());
    }

    #[test]
    fn request_smuggling_and_borrowed_authority_are_refused_in_every_spelling() {
        for name in [
            "Connection",
            "keep-alive",
            "TE",
            "trailer",
            "Transfer-Encoding",
            "transfer_encoding",
            "upgrade",
            "Proxy-Connection",
            "proxy-authorization",
            "Content-Length",
            "CONTENT_LENGTH",
            "expect",
            "Host",
            "accept-encoding",
            "Cookie",
            "cookie2",
            "Authorization",
            "X-Api-Key",
            "x_api_key",
            "Forwarded",
            "X-Forwarded-For",
            "x_forwarded_host",
            "x-real-ip",
            "Sec-Fetch-Site",
            "sec-websocket-key",
            "X-HTTP-Method-Override",
            "x-original-url",
            "X-Rewrite-URL",
        ] {
            let error = refused(name, b"sk-hidden");
            assert_eq!(error.code(), "net.header", "{name}");
            assert!(error.to_string().contains(name) && !format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }

    #[test]
    fn header_injection_by_line_breaks_is_refused_and_the_value_not_repeated() {
        for value in ["a\r\nX-Injected: hidden", "a\nhidden", "a\rhidden", "a\0hidden", "a\u{7f}hidden"] {
            let error = refused("x-name", value.as_bytes());
            assert!(error.to_string().starts_with("header `x-name` is not sent") && !format!("{error:?}").contains("hidden"), "{error}");
        }
        for name in ["", "a b", "a:b", "a\r\nb", "caf\u{e9}", "a\0"] {
            assert_eq!(refused(name, b"x").code(), "net.header", "{name:?}");
        }
    }

    #[test]
    fn there_are_at_most_so_many_fields_and_bytes() {
        let many = |count: usize| RequestHeaders::parse((0..count).map(|number| (format!("x-{number}"), "")));
        assert!(many(REQUEST_FIELDS).is_ok() && many(REQUEST_FIELDS + 1).is_err());
        let long = |length: usize| RequestHeaders::parse([("x", vec![b'a'; length])]);
        assert!(long(REQUEST_HEAD_BYTES - 1).is_ok() && long(REQUEST_HEAD_BYTES).is_err());
    }
}
