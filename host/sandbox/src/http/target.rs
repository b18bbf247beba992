//! The parts of a request line, as a guest may set them.
//!
//! Only their form is checked here: characters that do not make two readers see different parts in them. Where the request may go is
//! decided by the [`HttpClient`](super::HttpClient).

use super::fields::is_token;
use crate::bindings::http::wasi::http::types::{Method, Scheme};

/// Longest URL in bytes: what servers are asked to understand at least (RFC 9110, section 4.1). Also keeps a guest from storing texts in
/// requests that it never sends.
pub const MAX_URL_BYTES: usize = 8000;
/// Longest method in bytes; the registered ones have at most 17.
const MAX_METHOD_BYTES: usize = 32;

/// A method that can be in a request line. Those with no name of their own are in upper case, as all registered ones are.
pub(super) fn parse_method(method: Method) -> Result<Method, ()> {
    let name = method_name(&method);
    let allowed = |byte: u8| is_token(byte) && !byte.is_ascii_lowercase();
    if name.is_empty() || name.len() > MAX_METHOD_BYTES || !name.bytes().all(allowed) { Err(()) } else { Ok(method) }
}

/// As in a request line.
pub(super) fn method_name(method: &Method) -> &str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => name,
    }
}

/// A scheme that requests are sent by.
pub(super) fn parse_scheme(scheme: Scheme) -> Result<Scheme, ()> {
    match scheme {
        Scheme::Http | Scheme::Https => Ok(scheme),
        Scheme::Other(_) => Err(()),
    }
}

/// Host and port. User information is refused: it makes a URL look like one of another host.
pub(super) fn parse_authority(authority: String) -> Result<String, ()> {
    // RFC 3986, section 3.2, without `@`.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%[]".contains(&byte);
    if authority.is_empty() || authority.len() > MAX_URL_BYTES || !authority.bytes().all(allowed) { Err(()) } else { Ok(authority) }
}

/// A path that starts at the root, with a query or without, as it goes into a URL.
pub(super) fn parse_path_with_query(target: String) -> Result<String, ()> {
    // More than RFC 3986 has, since browsers send more; but nothing that ends a URL in a text, and no `\`, which they read as `/`.
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\".contains(&byte);
    if target.len() > MAX_URL_BYTES || !target.bytes().all(allowed) {
        return Err(());
    }
    match target.bytes().next() {
        Some(b'/') => Ok(target),
        None | Some(b'?') => Ok(format!("/{target}")),
        Some(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_characters_of_a_url_and_no_others() {
        for good in ["example.org", "127.0.0.1:80", "[::1]:8080", "a%20b"] {
            assert_eq!(parse_authority(good.to_owned()).as_deref(), Ok(good));
        }
        for bad in ["", "user@example.org", "a/b", "a?b", "a#b", "a b", "a\\b", "a\r\nb", "é.org", &"a".repeat(MAX_URL_BYTES + 1)] {
            assert_eq!(parse_authority(bad.to_owned()), Err(()), "{bad:?}");
        }
        for (given, taken) in [("", "/"), ("/", "/"), ("?q=1", "/?q=1"), ("/a/b;c?d[]=e|f&g=%20@", "/a/b;c?d[]=e|f&g=%20@")] {
            assert_eq!(parse_path_with_query(given.to_owned()).as_deref(), Ok(taken));
        }
        for bad in ["a", "*", "//\\", "/a b", "/a#b", "/\u{0}", "/é", "http://example.org/", &format!("/{}", "a".repeat(MAX_URL_BYTES))] {
            assert_eq!(parse_path_with_query(bad.to_owned()), Err(()), "{bad:?}");
        }
    }

    #[test]
    fn a_method_is_a_token_in_upper_case() {
        for good in ["QUERY", "VERSION-CONTROL"] {
            assert!(parse_method(Method::Other(good.to_owned())).is_ok());
        }
        for bad in ["", "get", "Get", "GET /", "GET\r\n", "É", &"A".repeat(33)] {
            assert!(parse_method(Method::Other(bad.to_owned())).is_err(), "{bad:?}");
        }
        assert!(parse_scheme(Scheme::Other("ftp".to_owned())).is_err());
    }
}
