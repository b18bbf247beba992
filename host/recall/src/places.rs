//! Where hits are read: in the topics, the transcripts and the conversations, never in the index.

use std::collections::BTreeMap;

use cofferdam_gate::{
    Gate,
    transcript::{Part, SeenCall},
};
use cofferdam_index::Hit;
use cofferdam_memory::{Found, Memory};

use crate::{Conversations, RecallError, Words, source};

/// What was found, before it is checked.
pub(crate) enum Kept {
    /// In a topic.
    Learnt(Found),
    /// In a transcript.
    Seen(Box<SeenCall>),
    /// In a conversation.
    Said(Words),
}

/// The topics, and the parts of transcripts that there are.
pub(crate) struct Places<'g> {
    gate: &'g Gate,
    memory: Memory,
    parts: BTreeMap<String, Part>,
}

impl<'g> Places<'g> {
    pub(crate) fn open(gate: &'g Gate) -> Result<Self, RecallError> {
        let parts = gate.transcripts()?.parts()?.into_iter().map(|part| (part.file_name(), part)).collect();
        Ok(Self { gate, memory: gate.memory()?, parts })
    }

    /// Reads hits where they are kept. What is gone since it was indexed is left out.
    pub(crate) fn read(&self, hits: &[Hit], said: &dyn Conversations) -> Result<Vec<Kept>, RecallError> {
        let mut kept = Vec::new();
        for hit in hits {
            if let Some(topic) = source::topic(&hit.source) {
                let place = usize::try_from(hit.place).unwrap_or(usize::MAX);
                kept.extend(self.memory.find(&topic)?.into_iter().flatten().nth(place).map(Kept::Learnt));
            } else if let Some(run) = source::conversation(&hit.source) {
                kept.extend(said.read(&run, hit.place)?.map(Kept::Said));
            } else {
                kept.extend(self.seen(hit)?.map(|seen| Kept::Seen(Box::new(seen))));
            }
        }
        Ok(kept)
    }

    /// Reads the call of a hit; none where it is gone, or the hit is none of a transcript.
    pub(crate) fn seen(&self, hit: &Hit) -> Result<Option<SeenCall>, RecallError> {
        match source::file_name(&hit.source).and_then(|name| self.parts.get(name)) {
            Some(part) => Ok(self.gate.seen_call(part, hit.place, hit.leaf)?),
            None => Ok(None),
        }
    }
}
