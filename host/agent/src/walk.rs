//! The calls of a recorded run, each with what the loop knew when it made it.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, Digest, WorkspacePath};
use cofferdam_memory::CallEvidence;
use cofferdam_model::ToolCall;

use crate::{
    Recorded, Step,
    journal::Came,
    progress::{Next, Progress},
};

/// A call as a journal tells of it.
pub(crate) struct MadeCall<'s> {
    /// Its number in the run, from 1.
    pub(crate) number: u64,
    /// What the model asked for.
    pub(crate) wanted: &'s ToolCall,
    /// The identifier that the ledger knows it by; none where it was not made.
    pub(crate) call: Option<&'s CallId>,
    /// How it ended; none where an interruption came first.
    pub(crate) end: Option<End<'s>>,
}

/// How a call ended.
pub(crate) struct End<'s> {
    /// What the model was shown.
    pub(crate) content: &'s str,
    /// What it came to.
    pub(crate) came: Came,
    /// What a memory may cite of it.
    pub(crate) evidence: Option<&'s CallEvidence>,
    /// What it left at the paths that it changed.
    pub(crate) left: &'s BTreeMap<WorkspacePath, Option<Digest>>,
}

/// Visits the calls of a run, in their order: those that ended, and one that an interruption left without an end. A call that was
/// asked for and not begun is none.
pub(crate) fn each_call(recorded: Recorded, visit: &mut dyn FnMut(&Progress, MadeCall<'_>)) {
    let mut progress = Progress::of(&recorded.header);
    for step in recorded.steps {
        if let (Step::Observed { content, came, evidence, left, .. }, Next::Call { number, wanted, begun }) = (&step, progress.next()) {
            let end = Some(End { content, came: *came, evidence: evidence.as_ref(), left });
            visit(&progress, MadeCall { number, wanted: &wanted, call: begun.as_ref(), end });
        }
        progress.apply(step);
    }
    if let Next::Call { number, wanted, begun: Some(call) } = progress.next() {
        visit(&progress, MadeCall { number, wanted: &wanted, call: Some(&call), end: None });
    }
}
