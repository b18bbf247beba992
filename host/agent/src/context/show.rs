//! What the model was shown at one step of a run, made again from its journal.

use cofferdam_base::{Digest, RunId};
use cofferdam_gate::Gate;
use cofferdam_model::ChatRequest;

use crate::{
    AgentError, Journal, Recorded, Step,
    context::{Assembled, Part, assemble},
    progress::Progress,
    prompt,
};

/// What the model was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The request.
    pub request: ChatRequest,
    /// What each part of it costs.
    pub parts: Vec<Part>,
    /// Tokens by the provider's own count, where it gave one.
    pub counted: Option<u64>,
    /// Whether this is, byte for byte, what was sent then: by the digest in the journal. Other tools, or another version of
    /// the program, make another request of the same steps.
    pub is_what_was_sent: bool,
}

/// Makes the request of a step of a run again; steps count from 1.
///
/// # Errors
/// [`AgentError::UnknownRun`], [`AgentError::UnknownStep`], a journal that does not read back.
pub fn show(gate: &Gate, run: &RunId, step: usize) -> Result<Shown, AgentError> {
    let Recorded { header, steps } = Journal::read(gate.state().folder(), run)?;
    let mut progress = Progress::of(&header);
    for one in steps {
        if let Step::Answered { request: sent, response, .. } = &one
            && progress.answers + 1 == step
        {
            let Assembled { request, parts } = assemble(&header, &progress, prompt::tools(gate.tools(), header.plans));
            let is_what_was_sent = *sent == Some(digest(&request)?);
            let counted = Some(response.usage.input).filter(|tokens| *tokens > 0);
            return Ok(Shown { request, parts, counted, is_what_was_sent });
        }
        progress.apply(one);
    }
    Err(AgentError::UnknownStep { run: run.clone(), steps: progress.answers })
}

/// By this a request is known again.
pub(crate) fn digest(request: &ChatRequest) -> Result<Digest, AgentError> {
    Ok(Digest::of(&serde_json::to_vec(request).map_err(AgentError::Write)?))
}
