//! What tools send to the network: one request at a time, each decided on, resolved, pinned and taken down.
//!
//! ```text
//! HttpRequest ── policy: net:request ──▶ no secret in it ── policy: secret:use ──▶ name looked up
//!             ── policy: net:private, where the address is not public ──▶ pinned, sent, answer kept for `verify`
//! ```
//!
//! A tool never learns a secret, an address, or why policy said no. Redirects are handed to the tool; following one is a request of its own.

mod credential;
mod declared;
mod exchange;
mod fault;
mod made;

use std::sync::Arc;

use cofferdam_base::Timestamp;
use cofferdam_net::{Client, Target, Watched};

pub use credential::Credential;
pub(crate) use declared::DeclaredRequest;
pub(crate) use exchange::{Exchange, Settled};
pub use fault::RequestFault;
pub use made::KeptRequest;
pub(crate) use made::Replayed;

use crate::refusal::Fault;

/// What it takes to reach the network. Without it no tool sends anything.
#[derive(Debug)]
pub struct Network {
    pub(crate) client: Client,
    pub(crate) credentials: Vec<Credential>,
    /// What must not leave in a request, but where the host puts it.
    pub(crate) watched: Watched,
}

impl Network {
    /// A client, the credentials that are put into requests by their audience, and other secrets that no request may carry.
    #[must_use]
    pub fn new(client: Client, credentials: Vec<Credential>, others: Watched) -> Arc<Self> {
        let watched = credentials.iter().fold(others, |watched, credential| watched.and(&credential.name, &credential.secret));
        Arc::new(Self { client, credentials, watched })
    }

    /// The credential for a target; none where there is none for its scheme, host and port.
    ///
    /// # Errors
    /// [`Fault::SecretDue`]: it has to be replaced first.
    pub(crate) fn credential_for(&self, target: &Target, now: Timestamp) -> Result<Option<&Credential>, Fault> {
        let found = self.credentials.iter().find(|credential| *credential.secret.audience() == target.audience());
        match found {
            Some(due) if now > due.until => Err(Fault::SecretDue { secret: due.name.clone() }),
            found => Ok(found),
        }
    }
}
