//! Secrets that the host puts into requests: by the audience that they are for, where policy lets the tool use them.

use cofferdam_base::Timestamp;
use cofferdam_net::{CredentialForm, Secret};

/// A secret with the name that rules know it by.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Its name: `Secret::"github"` in rules.
    pub name: String,
    /// How it stands in a request.
    pub form: CredentialForm,
    /// The secret, bound to its audience.
    pub secret: Secret,
    /// Until when it is used: then it has to be replaced.
    pub until: Timestamp,
}
