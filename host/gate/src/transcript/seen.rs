//! One call as a transcript holds it: what it was asked, what it brought, and whether all that still stands.

use cofferdam_base::{CallId, Digest, RunId, WorkspacePath};
use cofferdam_ledger::{Entry, Event, LeafIndex};
use cofferdam_memory::Doubt;
use serde::Deserialize;

use super::{
    account::{Account, Checked},
    line::Line,
    part::Part,
    said::Said,
};
use crate::{gate::Gate, refusal::Fault};

/// Leaves after its request among which those of a call are looked for: others come in between only from other processes.
const LEAVES_OF_A_CALL: usize = 512;

/// A call that a transcript tells of, compared with the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCall {
    /// The run, as the ledger knows it.
    pub run: RunId,
    /// The call.
    pub call: CallId,
    /// `tool.function`, by the ledger; none where the ledger does not know the call.
    pub function: Option<String>,
    /// Its arguments as JSON, with the time and the seed that it got.
    pub arguments: Option<String>,
    /// Its outcome; none where it has none or it was redacted.
    pub outcome: Option<String>,
    /// What stands against it; nothing where the ledger vouches for all of it and knows the call as verified.
    pub doubts: Vec<Doubt>,
    /// Files that it read or left, with the digests of their contents.
    pub files: Vec<(WorkspacePath, Digest)>,
}

impl Gate {
    /// The call whose lines begin at a byte of a part, and whose request is a leaf of the ledger; none where no line is there.
    ///
    /// # Errors
    /// A transcript or a ledger that does not check out.
    pub fn seen_call(&self, part: &Part, at: u64, leaf: u64) -> Result<Option<SeenCall>, Fault> {
        let mut lines: Vec<Line> = Vec::new();
        for line in self.transcripts()?.lines(part, at)? {
            let (_, line) = line?;
            if lines.first().is_some_and(|first| first.call != line.call) {
                break;
            }
            lines.push(line);
        }
        let Some(call) = lines.first().map(|line| line.call.clone()) else { return Ok(None) };
        let entries = self.leaves_of(&part.run, leaf)?;
        let mut seen = SeenCall {
            run: part.run.clone(),
            function: entries.iter().find_map(|(_, entry)| function_of(entry.event(), &call)),
            arguments: None,
            outcome: None,
            doubts: Vec::new(),
            files: Vec::new(),
            call,
        };
        let mut account = Account::of_call(&part.run, &entries);
        let mut left = Vec::new();
        for line in lines {
            let said = line.said;
            let text = match account.check(line) {
                Checked::InLedger { text, .. } => text.as_str().to_owned(),
                Checked::Redacted { .. } => continue,
                Checked::Differs { .. } => {
                    seen.doubt(Doubt::Edited);
                    continue;
                }
                Checked::NotInLedger { .. } => {
                    seen.doubt(Doubt::NotRecorded);
                    continue;
                }
            };
            match said {
                Said::Arguments => seen.arguments = Some(text),
                Said::Outcome => seen.outcome = Some(text),
                Said::Reads => match files_read(&text) {
                    Some(read) => seen.files = read,
                    None => seen.doubt(Doubt::Unlisted),
                },
                Said::Changes => match files_left(&text) {
                    Some(changed) => left = changed,
                    None => seen.doubt(Doubt::Unlisted),
                },
                Said::Question | Said::Evidence => {}
            }
        }
        if !account.is_verified(&seen.call) {
            seen.doubt(Doubt::Call(seen.call.clone()));
        }
        // What it left is what counts, not what it found there.
        seen.files.retain(|(path, _)| left.iter().all(|(changed, _)| changed != path));
        seen.files.extend(left.into_iter().filter_map(|(path, after)| Some((path, after?))));
        Ok(Some(seen))
    }

    /// The ledger's entries about a call, from its request on.
    fn leaves_of(&self, run: &RunId, request: u64) -> Result<Vec<(u64, Entry)>, Fault> {
        self.in_turn(|_, _, book| {
            let mut found = Vec::new();
            for entry in book.ledger()?.entries_from(LeafIndex(request)).take(LEAVES_OF_A_CALL) {
                let (LeafIndex(leaf), entry) = entry?;
                // Calls of one process follow one another.
                if leaf > request && matches!(entry.event(), Event::Request { .. }) && entry.run() == run {
                    break;
                }
                found.push((leaf, entry));
            }
            Ok(found)
        })
    }
}

impl SeenCall {
    fn doubt(&mut self, why: Doubt) {
        if !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }
}

fn function_of(event: &Event, wanted: &CallId) -> Option<String> {
    match event {
        Event::Request { call, tool, function, .. } if call == wanted => Some(format!("{tool}.{function}")),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Read {
    path: WorkspacePath,
    #[serde(default)]
    content: Option<Digest>,
}

#[derive(Deserialize)]
struct Changed {
    path: WorkspacePath,
    #[serde(default)]
    after: Option<Digest>,
}

/// Files whose contents were read.
fn files_read(text: &str) -> Option<Vec<(WorkspacePath, Digest)>> {
    let read: Vec<Read> = serde_json::from_str(text).ok()?;
    Some(read.into_iter().filter_map(|read| Some((read.path, read.content?))).collect())
}

/// What each changed path was left as.
fn files_left(text: &str) -> Option<Vec<(WorkspacePath, Option<Digest>)>> {
    let changed: Vec<Changed> = serde_json::from_str(text).ok()?;
    Some(changed.into_iter().map(|changed| (changed.path, changed.after)).collect())
}
