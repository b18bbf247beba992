//! Meaning by the user's embeddings model: where policy lets the texts go there, and within what the run may send.

use cofferdam_base::Diagnostic;
use cofferdam_gate::{Attendant, Gate};
use cofferdam_memory as memory;
use cofferdam_model::{Embeddings, Meter};
use cofferdam_policy::{Integrity, Origin};
use cofferdam_recall::Meaning;

use crate::{AgentError, send};

/// What policies know the embeddings model by, where they know a chat's by its protocol: a rule can tell them apart.
const PROVIDER: &str = "embeddings";

/// The model, with everything that a request to it goes through.
pub struct ByModel<'a> {
    /// The model.
    pub embeddings: &'a Embeddings,
    /// Asks policy, and records the answer.
    pub gate: &'a Gate,
    /// Who answers where a rule asks.
    pub attendant: &'a mut dyn Attendant,
    /// Who searches.
    pub origin: Origin,
    /// That of the words that are looked for.
    pub integrity: Integrity,
    /// What every request passes: the run's budget, where there is a run.
    pub meter: &'a mut dyn Meter,
}

impl ByModel<'_> {
    fn ask(&mut self, texts: &[&str], integrity: Integrity) -> Result<Vec<Vec<f32>>, AgentError> {
        let request = self.embeddings.request(texts)?;
        let _permit = send::permit(self.gate, PROVIDER, self.embeddings.host(), self.origin, integrity, self.attendant)?;
        Ok(self.embeddings.ask(&request, self.meter)?)
    }
}

impl Meaning for ByModel<'_> {
    fn vectors(&mut self, texts: &[&str], integrity: memory::Integrity) -> Result<Vec<Vec<f32>>, Box<dyn Diagnostic + Send + Sync>> {
        let integrity = match integrity {
            memory::Integrity::Trusted => self.integrity,
            memory::Integrity::Untrusted => Integrity::Untrusted,
        };
        self.ask(texts, integrity).map_err(|error| Box::new(error) as Box<dyn Diagnostic + Send + Sync>)
    }
}
