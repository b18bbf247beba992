//! Requests that a call names in its arguments, so that they are decided on before anything runs.

use cofferdam_net::{Method, Target};
use cofferdam_policy::{Host, NetRequest, Via};

use super::RequestFault;

/// A request with its target in the forms that policy and the client want.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredRequest {
    pub(crate) method: Method,
    pub(crate) target: Target,
    host: Host,
}

impl DeclaredRequest {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub(crate) fn parse(method: &str, url: &str) -> Result<Self, RequestFault> {
        let (method, target) = (Method::parse(method)?, Target::parse(url)?);
        let host = Host::parse(target.host_name())?;
        Ok(Self { method, target, host })
    }

    /// The request as rules see it.
    pub(crate) fn as_rules_see(&self, via: Via) -> NetRequest<'_> {
        let Self { method, target, host } = self;
        let (port, is_secure, path) = (target.port(), target.is_secure(), target.path());
        NetRequest { method: method.as_str(), host, port, is_secure, path, via }
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// Whether another request is this very one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.method == other.method && self.target.as_str() == other.target.as_str()
    }

    /// Method, scheme, host and port: where it goes, without what it says there.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.method.as_str(), self.target.audience())
    }

    /// Method and address, for people and records.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", self.method.as_str(), self.target.as_str())
    }
}
