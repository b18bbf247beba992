//! The calls of a run that came to their end, by their numbers.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, Digest, WorkspacePath};
use cofferdam_memory::CallEvidence;

use crate::journal::Came;

/// A call that came to its end.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) came: Came,
    /// None where it was not made.
    pub(crate) call: Option<CallId>,
    /// None where it showed nothing that may be cited.
    pub(crate) evidence: Option<CallEvidence>,
    /// What it left at the paths that it changed.
    pub(crate) left: BTreeMap<WorkspacePath, Option<Digest>>,
}

/// All of them, in their order.
#[derive(Debug, Default)]
pub(crate) struct PastCalls(Vec<Past>);

impl PastCalls {
    /// Adds the newest.
    pub(crate) fn push(&mut self, past: Past) {
        self.0.push(past);
    }

    /// The number of the next call, from 1.
    pub(crate) fn next_number(&self) -> u64 {
        self.0.len() as u64 + 1
    }

    /// What the call of a number came to.
    pub(crate) fn get(&self, number: u64) -> Option<&Past> {
        self.0.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Whether the call of a number was verified, whatever was removed from the record since.
    pub(crate) fn is_verified(&self, number: u64) -> bool {
        self.get(number).is_some_and(|past| match past.came {
            Came::Verified => true,
            Came::Untold => past.evidence.is_some(),
            Came::Own | Came::Refused | Came::NotMade | Came::Unknown => false,
        })
    }

    /// The number of a call of this run.
    pub(crate) fn number_of(&self, call: &CallId) -> Option<u64> {
        (1..).zip(&self.0).find(|(_, past)| past.call.as_ref() == Some(call)).map(|(number, _)| number)
    }

    /// The files of a call as this run has to find them: as the call had them, or as a later call of the run left them.
    pub(crate) fn files_of(&self, number: u64) -> BTreeMap<&WorkspacePath, Option<Digest>> {
        let mut files = BTreeMap::new();
        let Some(past) = self.get(number) else { return files };
        files.extend(past.evidence.iter().flat_map(|evidence| &evidence.files).map(|(path, digest)| (path, Some(*digest))));
        files.extend(past.left.iter().map(|(path, digest)| (path, *digest)));
        let later = self.0.iter().skip(usize::try_from(number).unwrap_or(usize::MAX));
        for (path, digest) in later.flat_map(|past| &past.left) {
            if let Some(stood) = files.get_mut(path) {
                *stood = *digest;
            }
        }
        files
    }
}
