//! A credential that cannot be printed by accident, and that goes to one audience only.

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::{Audience, NetError, audience::Wire};

/// Longest credential. Longer ones do not fit a header line of common servers.
const MAX_SECRET_BYTES: usize = 8 * 1024;

/// How a credential stands in a request. The list is closed: a header's name is never free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialForm {
    /// `Authorization: Bearer ...` (RFC 6750, section 2.1).
    Bearer,
    /// `x-api-key: ...`
    ApiKey,
}

/// A credential, bound to the audience (scheme, host, port) that it may be sent to. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret {
    audience: Audience,
    text: Zeroizing<String>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret(for {})", self.audience)
    }
}

impl Secret {
    /// Takes a credential for the audience of an endpoint or a target. White space around it (a file's last line feed) is dropped.
    ///
    /// # Errors
    /// [`NetError::Cleartext`]: others on the way could read it. [`NetError::Credential`]: empty, too long, or with characters that no
    /// header takes. The text is not repeated.
    pub fn for_audience(audience: impl Into<Audience>, text: &str) -> Result<Self, NetError> {
        let (audience, text) = (audience.into(), text.trim());
        match audience.wire() {
            Wire::Confidential => {}
            Wire::Readable => return Err(NetError::Cleartext { audience: audience.to_string() }),
        }
        if text.is_empty() || text.len() > MAX_SECRET_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NetError::Credential { audience: audience.to_string() });
        }
        Ok(Self { audience, text: Zeroizing::new(text.to_owned()) })
    }

    /// Whom it is for.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Its text, to look for where it must not be.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The header that carries the credential to its own audience and to no other. Nothing prints its value.
    ///
    /// # Errors
    /// [`NetError::Audience`]; [`NetError::Credential`].
    pub(crate) fn header(&self, form: CredentialForm, audience: &Audience) -> Result<(HeaderName, HeaderValue), NetError> {
        let text = self.expose_to(audience)?;
        let (name, value) = match form {
            CredentialForm::Bearer => (AUTHORIZATION, HeaderValue::from_str(&Zeroizing::new(format!("Bearer {text}")))),
            CredentialForm::ApiKey => (HeaderName::from_static("x-api-key"), HeaderValue::from_str(text)),
        };
        let mut value = value.map_err(|_| NetError::Credential { audience: audience.to_string() })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// The credential, for its own audience and no other.
    ///
    /// # Errors
    /// [`NetError::Audience`].
    fn expose_to(&self, audience: &Audience) -> Result<&str, NetError> {
        if self.audience == *audience {
            Ok(&self.text)
        } else {
            Err(NetError::Audience { wanted: audience.to_string(), given_for: self.audience.to_string() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Endpoint, Target};
    use cofferdam_base::Diagnostic as _;

    #[test]
    fn never_prints_and_never_goes_elsewhere() {
        let home = Endpoint::parse("https://a.test/v1").unwrap();
        let secret = Secret::for_audience(&home, "sk-hidden\n").unwrap();
        assert!(!format!("{secret:?}").contains("hidden"));
        assert_eq!(secret.expose_to(&home.audience()).unwrap(), "sk-hidden");
        assert_eq!(secret.expose_to(&Target::parse("https://a.test./other?x").unwrap().audience()).unwrap(), "sk-hidden");
        for elsewhere in
            ["https://b.test/v1", "https://a.test:444/v1", "http://a.test/v1", "http://a.test:443/v1", "https://a.test.b.test/v1"]
        {
            let elsewhere = Target::parse(elsewhere).unwrap().audience();
            assert_eq!(secret.header(CredentialForm::ApiKey, &elsewhere).unwrap_err().code(), "net.audience", "{elsewhere}");
        }
        assert_eq!(Secret::for_audience(&home, "a\r\nb").unwrap_err().code(), "net.credential");
    }

    #[test]
    fn is_for_nobody_whom_others_on_the_way_can_read() {
        let readable = Secret::for_audience(&Target::parse("http://a.test/").unwrap(), "sk-hidden").unwrap_err();
        assert_eq!(readable.code(), "net.cleartext");
        assert!(!format!("{readable} {readable:?}").contains("hidden"));
        for confidential in ["https://a.test/", "http://127.0.0.1:8092/", "http://[::1]/", "http://localhost/"] {
            assert!(Secret::for_audience(&Target::parse(confidential).unwrap(), "sk-hidden").is_ok(), "{confidential}");
        }
    }

    #[test]
    fn stands_in_one_of_two_headers_that_nothing_prints() {
        let home = Endpoint::parse("https://a.test/v1").unwrap();
        let secret = Secret::for_audience(&home, "sk-hidden").unwrap();
        for (form, name, text) in
            [(CredentialForm::Bearer, "authorization", "Bearer sk-hidden"), (CredentialForm::ApiKey, "x-api-key", "sk-hidden")]
        {
            let (header, value) = secret.header(form, &home.audience()).unwrap();
            assert_eq!((header.as_str(), value.to_str().unwrap()), (name, text));
            assert!(!format!("{value:?}").contains("hidden"));
        }
    }
}
