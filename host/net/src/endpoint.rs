//! Where a request may go.

use url::{Host, Url};

use crate::{
    Audience, NetError,
    audience::{host_and_port, is_loopback},
};

/// A URL that may be requested: `https`, or `http` to this machine's own loopback address; no user name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`NetError::Endpoint`] for anything but `https`, and `http` to an address that is not loopback.
    pub fn parse(text: &str) -> Result<Self, NetError> {
        let refuse = |why: &str| NetError::Endpoint { url: text.to_owned(), why: why.to_owned() };
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("a URL must not carry credentials; they would end up in logs"));
        }
        if url.host().is_none() || url.fragment().is_some() || url.query().is_some() {
            return Err(refuse("an endpoint has a host, and neither query nor fragment"));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err(refuse("plain http is for this machine's loopback address only")),
            _ => Err(refuse("the scheme is neither https nor http")),
        }
    }

    /// The endpoint one or more path segments below this one.
    ///
    /// # Errors
    /// See [`Endpoint::parse`].
    pub fn below(&self, path: &str) -> Result<Self, NetError> {
        Self::parse(&format!("{}/{}", self.0.as_str().trim_end_matches('/'), path.trim_start_matches('/')))
    }

    /// Scheme, host and port: what a credential is given for and what policy decides on.
    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience::of(&self.0)
    }

    /// The host alone, for policies.
    #[must_use]
    pub fn host_name(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Host and port, for people.
    #[must_use]
    pub fn host(&self) -> String {
        host_and_port(&self.0)
    }

    /// The TCP port that is connected to.
    #[must_use]
    pub fn port(&self) -> u16 {
        // Both schemes that are allowed have a default.
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Whether the name of the host has to be looked up: it is neither an address nor `localhost`.
    #[must_use]
    pub fn has_name(&self) -> bool {
        matches!(self.0.host(), Some(Host::Domain(name)) if name != "localhost")
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> Url {
        self.0.clone()
    }
}

impl From<&Endpoint> for Audience {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.audience()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_https_and_plain_http_to_loopback_only() {
        for good in ["https://api.example.test/v1", "http://127.0.0.1:8092/v1", "http://[::1]:1/", "http://localhost:8092/v1"] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example.test/v1",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user:pw@h/",
            "https://h/?key=1",
            "http://localhost.example.test/",
            "x",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert_eq!(cofferdam_base::Diagnostic::code(&Endpoint::parse(bad).unwrap_err()), "net.endpoint", "{bad}");
        }
    }

    #[test]
    fn tells_the_port_and_whether_a_name_is_looked_up() {
        for (url, port, has_name) in [
            ("https://api.example.test/v1", 443, true),
            ("https://h.test:444", 444, true),
            ("https://192.0.2.1/", 443, false),
            ("http://127.0.0.1:8092/v1", 8092, false),
            ("http://[::1]/", 80, false),
            ("http://localhost:8092/v1", 8092, false),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!((endpoint.port(), endpoint.has_name()), (port, has_name), "{url}");
        }
    }

    #[test]
    fn below_keeps_the_audience() {
        let endpoint = Endpoint::parse("https://h.test:444/v1/").unwrap();
        let below = endpoint.below("chat/completions").unwrap();
        assert_eq!(below.as_str(), "https://h.test:444/v1/chat/completions");
        assert_eq!(below.audience(), endpoint.audience());
    }
}
