//! Names of hosts, in the one spelling that rules see.

use std::{fmt, net::Ipv6Addr};

use serde::{Deserialize, Deserializer};

/// Longest host name in bytes (RFC 1035, section 2.3.4, without the end byte and the root label).
const MAX_HOST_BYTES: usize = 253;
/// Longest label of a host name in bytes (RFC 1035, section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// A host: a DNS name in lower-case ASCII (letters, digits, hyphens, underscores) without a trailing dot, or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

/// A text that is no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError(String);

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not the name or address of a host", cofferdam_base::text::inline(&self.0, 80))
    }
}

impl std::error::Error for HostError {}

impl Host {
    /// Reads a host; upper case and one trailing dot are dropped, IPv6 brackets too.
    ///
    /// # Errors
    /// Anything that is neither a DNS name in ASCII (an international name in its `xn--` form) nor an address.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let fail = || HostError(text.chars().take(80).collect());
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if bare.contains(':') {
            return bare.parse::<Ipv6Addr>().map(|address| Self(address.to_string())).map_err(|_| fail());
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let letters = |label: &str| label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let label = |label: &str| !label.is_empty() && label.len() <= MAX_LABEL_BYTES && letters(label) && !label.starts_with('-');
        if name.len() <= MAX_HOST_BYTES && name.split('.').all(label) { Ok(Self(name.to_ascii_lowercase())) } else { Err(fail()) }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domains that it is in, nearest first; none for an address.
    pub fn domains(&self) -> impl Iterator<Item = &str> {
        // What ends in a number is an IPv4 address to a URL parser (WHATWG URL, section 3.5), however it is spelt.
        let last = self.0.rsplit('.').next().unwrap_or_default();
        let address = self.0.contains(':') || last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
        let first = if address { None } else { self.0.split_once('.') };
        std::iter::successors(first, |(_, rest)| rest.split_once('.')).map(|(_, rest)| rest)
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_spelling() {
        for (text, host) in
            [("API.Example.com.", "api.example.com"), ("[::1]", "::1"), ("0:0:0:0:0:0:0:1", "::1"), ("127.0.0.1", "127.0.0.1")]
        {
            assert_eq!(Host::parse(text).unwrap().as_str(), host);
        }
    }

    #[test]
    fn refuses_what_a_url_parser_could_read_otherwise() {
        for bad in [
            "",
            ".",
            "a..b",
            "a b",
            "a/b",
            "a@b",
            "exämple.com",
            "a\0b",
            "-a.com",
            "a%2eb",
            "::1::",
            "[::1",
            &"a".repeat(64),
            &"a.".repeat(200),
        ] {
            assert!(Host::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_in_its_domains_and_an_address_in_nothing() {
        let domains = |text: &str| Host::parse(text).unwrap().domains().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(domains("a.b.example"), ["b.example", "example"]);
        for address in ["127.0.0.1", "127.1", "::1", "10.0x1"] {
            assert!(domains(address).is_empty(), "{address}");
        }
    }
}
