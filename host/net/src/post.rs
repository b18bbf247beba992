//! What is sent in one request.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::{CredentialForm, Endpoint, NetError, Secret};

/// A header that an API asks for and that is no secret. The list is closed: nothing from outside becomes a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiHeader {
    /// `anthropic-version: 2023-06-01`, the version of Anthropic's API that is spoken.
    AnthropicVersion,
}

impl ApiHeader {
    fn header(self) -> (HeaderName, HeaderValue) {
        match self {
            Self::AnthropicVersion => (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01")),
        }
    }
}

/// One request: JSON to one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// Where it goes.
    pub endpoint: &'a Endpoint,
    /// The credential, which has to be for that endpoint.
    pub secret: Option<&'a Secret>,
    /// How the credential stands in it.
    pub form: CredentialForm,
    /// What else the API asks for.
    pub headers: &'a [ApiHeader],
    /// JSON.
    pub body: &'a [u8],
}

impl Post<'_> {
    /// Every header of the request.
    ///
    /// # Errors
    /// [`NetError::Audience`], [`NetError::Credential`].
    pub(crate) fn headers(&self) -> Result<HeaderMap, NetError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.extend(self.headers.iter().map(|header| header.header()));
        if let Some(secret) = self.secret {
            let (name, value) = secret.header(self.form, &self.endpoint.audience())?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}
