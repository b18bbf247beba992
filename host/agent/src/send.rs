//! Whether a request may go to a model's host.

use cofferdam_gate::{Attendant, Gate, SendPermit};
use cofferdam_model::ModelError;
use cofferdam_policy::{Host, Integrity, Origin};

use crate::AgentError;

/// Asks policy, for one request.
///
/// # Errors
/// [`AgentError::Send`]; a host that is none.
pub(crate) fn permit(
    gate: &Gate,
    provider: &str,
    host: &str,
    origin: Origin,
    integrity: Integrity,
    attendant: &mut dyn Attendant,
) -> Result<SendPermit, AgentError> {
    let host = Host::parse(host).map_err(|error| ModelError::Answer { why: error.to_string() })?;
    gate.permit_send(provider, &host, origin, integrity, attendant).map_err(AgentError::Send)
}
