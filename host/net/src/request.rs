//! What a tool sends in one request.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use reqwest::{
    Request,
    header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HeaderValue},
};

use crate::{CredentialForm, NetError, Pinned, RequestHeaders, Secret};

/// How something is asked for. The list is closed: `CONNECT` and `TRACE` are about connections, not about what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Gives what is there.
    Get,
    /// Gives what `GET` would say before it gives it.
    Head,
    /// Tells what can be asked for.
    Options,
    /// Hands something over.
    Post,
    /// Puts something in its place.
    Put,
    /// Changes a part.
    Patch,
    /// Takes something away.
    Delete,
}

/// What a method does to what it asks for (RFC 9110, section 9.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodEffect {
    /// It asks for no change. A server can make one all the same.
    Safe,
    /// It asks for a change.
    Changes,
}

/// A method that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodError(String);

impl fmt::Display for MethodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "method `{}` is not sent", text::inline(&self.0, 40))
    }
}

impl Error for MethodError {}

impl Diagnostic for MethodError {
    fn code(&self) -> &'static str {
        "net.method"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("use one of GET, HEAD, OPTIONS, POST, PUT, PATCH and DELETE; `cofferdam policy explain` says which the rules allow".to_owned())
    }
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 7] = [Self::Get, Self::Head, Self::Options, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// Reads a method; upper case, as it is sent (RFC 9110, section 9.1).
    ///
    /// # Errors
    /// [`MethodError`].
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or_else(|| MethodError(text.chars().take(40).collect()))
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// What it does to what it asks for.
    #[must_use]
    pub fn effect(self) -> MethodEffect {
        match self {
            Self::Get | Self::Head | Self::Options => MethodEffect::Safe,
            Self::Post | Self::Put | Self::Patch | Self::Delete => MethodEffect::Changes,
        }
    }

    pub(crate) fn wire(self) -> reqwest::Method {
        match self {
            Self::Get => reqwest::Method::GET,
            Self::Head => reqwest::Method::HEAD,
            Self::Options => reqwest::Method::OPTIONS,
            Self::Post => reqwest::Method::POST,
            Self::Put => reqwest::Method::PUT,
            Self::Patch => reqwest::Method::PATCH,
            Self::Delete => reqwest::Method::DELETE,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A credential that the host puts into a tool's request.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'a> {
    /// The credential, which has to be for the target's audience.
    pub secret: &'a Secret,
    /// How it stands in the request.
    pub form: CredentialForm,
}

/// One request of a tool.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// How it asks.
    pub method: Method,
    /// What it asks for, and at which addresses.
    pub pinned: Pinned,
    /// The tool's header fields.
    pub headers: RequestHeaders,
    /// The body; none where it is empty.
    pub body: Vec<u8>,
    /// The credential.
    pub credential: Option<Credential<'a>>,
}

impl Outgoing<'_> {
    /// The request as the transport takes it, and where it may go.
    ///
    /// # Errors
    /// [`NetError::Audience`], [`NetError::Credential`].
    pub(crate) fn into_request(self) -> Result<(Request, Pinned), NetError> {
        let mut headers = self.headers.into_map();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        // The connection is for this request alone.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if let Some(Credential { secret, form }) = self.credential {
            let (name, value) = secret.header(form, &self.pinned.target().audience())?;
            headers.insert(name, value);
        }
        // The transport adds the length of a body, and says nothing where there is none (RFC 9110, section 8.6).
        if self.body.is_empty() && matches!(self.method, Method::Post | Method::Put | Method::Patch) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut request = Request::new(self.method.wire(), self.pinned.target().url().clone());
        *request.headers_mut() = headers;
        *request.body_mut() = (!self.body.is_empty()).then(|| self.body.into());
        Ok((request, self.pinned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_a_closed_list_in_one_spelling() {
        for method in Method::ALL {
            assert_eq!(Method::parse(method.as_str()), Ok(method));
            assert_eq!(method.wire().as_str(), method.as_str());
            let safe = method.effect() == MethodEffect::Safe;
            assert_eq!(method.wire().is_safe(), safe, "{method}");
        }
        for bad in ["CONNECT", "TRACE", "get", "", "GET ", "GET / HTTP/1.1\r\nX: y", "PROPFIND"] {
            assert_eq!(Method::parse(bad).unwrap_err().code(), "net.method", "{bad:?}");
        }
    }
}
