//! What a tool may ask for, in one spelling.

use std::{error::Error, fmt};

use cofferdam_base::{Class, Diagnostic, text};
use url::{Host, Position, Url};

use crate::{Audience, audience::host_and_port, escape, limits};

/// A URL that a tool may ask for: `http` or `https`, a host, no user name. What policy decides on, what is looked up and what is sent are
/// all taken from it.
///
/// It is read as browsers read it (WHATWG URL), so `http://0x7f.1/` is `127.0.0.1`, and then has one spelling: no fragment, no dot at
/// the end of the host, and a path in the normal form of RFC 3986, section 6.2.2, in which no server finds a way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

/// A text that is no [`Target`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    url: String,
    why: String,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be asked for: {}", text::inline(&self.url, 200), text::inline(&self.why, 200))
    }
}

impl Error for TargetError {}

impl Diagnostic for TargetError {
    fn code(&self) -> &'static str {
        "net.target"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("write it as `https://host/path?query`; `cofferdam policy explain` says which hosts the rules allow".to_owned())
    }
}

impl Target {
    /// Reads a URL. A fragment is dropped: it is the reader's and never leaves.
    ///
    /// # Errors
    /// [`TargetError`]: no URL, another scheme, a user name or password in it, too long, or a path that leads up once its escapes are
    /// undone. Its text does not repeat a password.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let refuse = |url: &str, why: &str| TargetError { url: url.chars().take(200).collect(), why: why.to_owned() };
        if text.len() > limits::URL_BYTES {
            return Err(refuse("the text", &format!("it is longer than {} bytes", limits::URL_BYTES)));
        }
        // What is no URL might hold a password all the same.
        let mut url = Url::parse(text).map_err(|error| refuse("the text", &error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(&format!("{}:", url.scheme()), "the scheme is neither https nor http"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(&host_and_port(&url), "a URL must not carry credentials; they would end up in logs"));
        }
        url.set_fragment(None);
        // The dot says that a name is whole; a look-up, a certificate and a rule mean the same without it.
        if let Some(Host::Domain(name)) = url.host()
            && let Some(bare) = name.strip_suffix('.').map(str::to_owned)
        {
            if bare.ends_with('.') {
                return Err(refuse(url.as_str(), "its host ends in more than one dot"));
            }
            url.set_host(Some(&bare)).map_err(|error| refuse(text, &error.to_string()))?;
        }
        if url.port() == Some(0) {
            return Err(refuse(url.as_str(), "nothing listens on port 0"));
        }
        let path = normal_path(url.path()).map_err(|why| refuse(url.as_str(), why))?;
        url.set_path(&path);
        // Escapes that are added make it longer.
        if url.as_str().len() > limits::URL_BYTES {
            return Err(refuse(url.as_str(), &format!("it is longer than {} bytes", limits::URL_BYTES)));
        }
        Ok(Self(url))
    }

    /// What a server means by an address that it gives in an answer to this one (RFC 9110, section 10.2.2).
    ///
    /// # Errors
    /// [`TargetError`]: it leads to nothing that can be asked for.
    pub fn join(&self, reference: &str) -> Result<Self, TargetError> {
        let refuse = |error: url::ParseError| TargetError { url: reference.chars().take(200).collect(), why: error.to_string() };
        Self::parse(self.0.join(reference).map_err(refuse)?.as_str())
    }

    /// Whether it is asked for over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// The host alone, for policies; an IPv6 address in brackets.
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

    /// The path, for policies: what is sent, without the query.
    ///
    /// Letters, digits and `-._~` stand for themselves and are never escaped. Empty segments and escaped slashes are kept, which some
    /// servers read as if they were not there: a rule that permits a prefix is safe, one that forbids a prefix may be walked around.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// Path and query, as they are sent.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.0[Position::BeforePath..]
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience::of(&self.0)
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl From<&Target> for Audience {
    fn from(target: &Target) -> Self {
        target.audience()
    }
}

/// A path in the normal form of RFC 3986, section 6.2.2: what needs no escape has none, and an escape has upper-case digits.
///
/// # Errors
/// One in which somebody who undoes its escapes finds a `.`, a `..` or a control character: where the server reads it otherwise
/// than the rule did, the rule was about something else.
fn normal_path(path: &str) -> Result<String, &'static str> {
    let mut normal = String::with_capacity(path.len());
    for (byte, form) in escapes(path.as_bytes()) {
        match form {
            Form::Plain if byte != b'%' => normal.push(char::from(byte)),
            Form::Escaped if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => normal.push(char::from(byte)),
            Form::Plain | Form::Escaped => normal.push_str(&format!("%{byte:02X}")),
        }
    }
    let mut read = normal.clone().into_bytes();
    loop {
        if read.iter().any(u8::is_ascii_control) {
            return Err("its path holds a control character");
        }
        // What follows a semicolon is a parameter of the segment to some servers (RFC 3986, section 3.3).
        let name = |segment: &[u8]| segment.split(|byte| *byte == b';').next().map(<[u8]>::to_vec).unwrap_or_default();
        if read.split(|byte| matches!(byte, b'/' | b'\\')).map(name).any(|name| name == b"." || name == b"..") {
            return Err("its path leads up once its escapes are undone");
        }
        // Some undo escapes twice. Each round is shorter than the one before.
        let undone: Vec<u8> = escapes(&read).map(|(byte, _)| byte).collect();
        if undone == read {
            return Ok(normal);
        }
        read = undone;
    }
}

/// How a byte stands in a path.
enum Form {
    Plain,
    Escaped,
}

/// Every byte that a path stands for, and how it stands there.
fn escapes(path: &[u8]) -> impl Iterator<Item = (u8, Form)> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if let [b'%', high, low, tail @ ..] = rest
            && let Some(byte) = escape::byte(*high, *low)
        {
            rest = tail;
            return Some((byte, Form::Escaped));
        }
        let (first, tail) = rest.split_first()?;
        rest = tail;
        Some((*first, Form::Plain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap()
    }

    #[test]
    fn has_one_spelling_whatever_is_asked_for() {
        for (text, url) in [
            ("HTTPS://Example.Test.:443/a#part", "https://example.test/a"),
            ("https://example.test", "https://example.test/"),
            ("http://example.test:80/?q=%2e%zz", "http://example.test/?q=%2e%zz"),
            ("https:\\\\example.test\\a\\..\\b", "https://example.test/b"),
            ("https://example.test/%61%2D/%2f%c3%a9/é/%", "https://example.test/a-/%2F%C3%A9/%C3%A9/%25"),
            ("https://example.test/a/%2e%2E/b/.%2e/c", "https://example.test/c"),
            ("https://exämple.test/", "https://xn--exmple-cua.test/"),
            ("https://example.test\t/a\nb", "https://example.test/ab"),
            ("https://@example.test/", "https://example.test/"),
            ("http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"),
        ] {
            let target = target(text);
            assert_eq!(target.as_str(), url, "{text:?}");
            assert_eq!(Target::parse(url).unwrap(), target, "{url}");
        }
    }

    #[test]
    fn ssrf_by_numbers_that_are_addresses_is_seen() {
        for text in
            ["2130706433", "0x7f000001", "017700000001", "0x7f.1", "127.1", "127.0.0.1.", "0177.0.0.01", "１２７.0.0.1", "127。0。0。1"]
        {
            assert_eq!(target(&format!("http://{text}/")).host_name(), "127.0.0.1", "{text}");
        }
    }

    #[test]
    fn tells_what_policy_decides_on() {
        let target = target("https://h.test:8443/a/b%20c?d=e&f");
        assert_eq!((target.scheme(), target.host_name(), target.port(), target.is_secure()), ("https", "h.test", 8443, true));
        assert_eq!((target.path(), target.path_and_query(), &*target.host()), ("/a/b%20c", "/a/b%20c?d=e&f", "h.test:8443"));
        assert_eq!(target.audience().as_str(), "https://h.test:8443");
        let plain = Target::parse("http://[::1]/").unwrap();
        assert_eq!((plain.host_name(), plain.port(), plain.path_and_query(), plain.is_secure()), ("[::1]", 80, "/", false));
    }

    #[test]
    fn refuses_what_is_no_web_address_or_hides_where_it_leads() {
        let long = format!("https://h.test/{}", "a".repeat(limits::URL_BYTES));
        let grows = format!("https://h.test/{}", "é".repeat(limits::URL_BYTES / 3));
        for (bad, why) in [
            ("ftp://h.test/", "neither https nor http"),
            ("file:///etc/passwd", "neither https nor http"),
            ("data:text/plain,x", "neither https nor http"),
            ("https://user@h.test/", "credentials"),
            ("https://:hidden@h.test/", "credentials"),
            ("https://good.test@evil.test/", "credentials"),
            ("/path", "relative URL"),
            ("https://", "empty host"),
            ("https://./", "empty host"),
            ("https://h.test../", "more than one dot"),
            ("https://127.0.0.1../", "more than one dot"),
            ("https://h.test:0/", "port 0"),
            ("https://h.test:65536/", "port"),
            ("https://300.1.1.1/", "IPv4"),
            ("https://a b.test/", "domain"),
            (&long, "longer"),
            (&grows, "longer"),
            ("https://h.test/a/..%2fadmin", "leads up"),
            ("https://h.test/a/%2e%2e%5Cadmin", "leads up"),
            ("https://h.test/a/..;x/admin", "leads up"),
            ("https://h.test/a/%252e%252E/admin", "leads up"),
            ("https://h.test/a/%25252e/admin", "leads up"),
            ("https://h.test/a%0d%0ab", "control character"),
            ("https://h.test/a%2500", "control character"),
        ] {
            let error = Target::parse(bad).unwrap_err();
            assert_eq!(error.code(), "net.target", "{bad}");
            assert!(error.to_string().contains(why), "{bad}: {error}");
            assert!(!error.to_string().contains("hidden"), "{error}");
        }
        for good in ["https://h.test/a..b", "https://h.test/.git", "https://h.test/...", "https://h.test/a%2Fb", "https://h.test/100%25"] {
            assert_eq!(target(good).as_str(), good);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_has_one_spelling_that_reads_back(
            text in "(?i)https?:[/\\\\]{1,3}[a-z0-9.%@:\\[\\]é-]{1,12}([/\\\\?#][a-z0-9%2e./;\\\\?#é -]{0,24})?"
        ) {
            if let Ok(target) = Target::parse(&text) {
                prop_assert_eq!(Target::parse(target.as_str()), Ok(target.clone()));
                prop_assert_eq!(format!("{}{}", target.audience(), target.path_and_query()), target.as_str());
                prop_assert!(target.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
                prop_assert!(target.path().split('/').all(|segment| segment != "." && segment != ".."));
            }
        }
    }
}
