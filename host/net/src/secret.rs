//! A credential that cannot be printed by accident, and that goes to one audience only.

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::{Endpoint, NetError};

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
    audience: String,
    text: Zeroizing<String>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret(for {})", self.audience)
    }
}

impl Secret {
    /// Takes a credential for the endpoint's audience. White space around it (a file's last line feed) is dropped.
    ///
    /// # Errors
    /// [`NetError::Credential`]: empty, too long, or with characters that no header takes. The text is not repeated.
    pub fn for_audience(endpoint: &Endpoint, text: &str) -> Result<Self, NetError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_SECRET_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NetError::Credential { audience: endpoint.audience() });
        }
        Ok(Self { audience: endpoint.audience(), text: Zeroizing::new(text.to_owned()) })
    }

    /// The header that carries the credential to its own audience and to no other. Nothing prints its value.
    ///
    /// # Errors
    /// [`NetError::Audience`]; [`NetError::Credential`].
    pub(crate) fn header(&self, form: CredentialForm, endpoint: &Endpoint) -> Result<(HeaderName, HeaderValue), NetError> {
        let text = self.expose_to(endpoint)?;
        let (name, value) = match form {
            CredentialForm::Bearer => (AUTHORIZATION, HeaderValue::from_str(&Zeroizing::new(format!("Bearer {text}")))),
            CredentialForm::ApiKey => (HeaderName::from_static("x-api-key"), HeaderValue::from_str(text)),
        };
        let mut value = value.map_err(|_| NetError::Credential { audience: endpoint.audience() })?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// The credential, for its own audience and no other.
    ///
    /// # Errors
    /// [`NetError::Audience`].
    fn expose_to(&self, endpoint: &Endpoint) -> Result<&str, NetError> {
        if self.audience == endpoint.audience() {
            Ok(&self.text)
        } else {
            Err(NetError::Audience { wanted: endpoint.audience(), given_for: self.audience.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Diagnostic as _;

    #[test]
    fn never_prints_and_never_goes_elsewhere() {
        let home = Endpoint::parse("https://a.test/v1").unwrap();
        let secret = Secret::for_audience(&home, "sk-hidden\n").unwrap();
        assert!(!format!("{secret:?}").contains("hidden"));
        assert_eq!(secret.expose_to(&home).unwrap(), "sk-hidden");
        assert_eq!(secret.expose_to(&Endpoint::parse("https://b.test/v1").unwrap()).unwrap_err().code(), "net.audience");
        let elsewhere = Endpoint::parse("https://a.test:444/v1").unwrap();
        assert_eq!(secret.header(CredentialForm::ApiKey, &elsewhere).unwrap_err().code(), "net.audience");
        assert_eq!(Secret::for_audience(&home, "a\r\nb").unwrap_err().code(), "net.credential");
    }
    #[test]
    fn stands_in_one_of_two_headers_that_nothing_prints() {
        let home = Endpoint::parse("https://a.test/v1").unwrap();
        let secret = Secret::for_audience(&home, "sk-hidden").unwrap();
        for (form, name, text) in
            [(CredentialForm::Bearer, "authorization", "Bearer sk-hidden"), (CredentialForm::ApiKey, "x-api-key", "sk-hidden")]
        {
            let (header, value) = secret.header(form, &home).unwrap();
            assert_eq!((header.as_str(), value.to_str().unwrap()), (name, text));
            assert!(!format!("{value:?}").contains("hidden"));
        }
    }
}
