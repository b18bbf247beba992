//! One call as a transcript holds it: what it was asked, what it brought, and whether all that still stands.

use std::collections::BTreeSet;

use cofferdam_base::{CallId, Digest, RunId, WorkspacePath};
use cofferdam_ledger::{Entry, Event, LeafIndex, event::Effect};
use cofferdam_memory::{Change, Doubt};
use cofferdam_store::Fact;
use serde::Deserialize;

use super::{
    account::{Account, Checked},
    error::TranscriptError,
    line::{Body, Line},
    part::Part,
    said::Said,
};
use crate::{gate::Gate, refusal::Fault};

/// Most leaves of the ledger that are walked through for one call: many times what a call has that changes as many paths as it may,
/// with a decision and an answer about each. What is longer is in doubt.
const MAX_CALL_LEAVES: usize = if cfg!(test) { 2000 } else { 1 << 17 };

/// Most lines of other calls that are looked through for the rest of one that was announced before it was made.
const MAX_LINES_BETWEEN: usize = 1000;

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
    /// What it saw in the workspace, where it did not change it itself.
    pub reads: Vec<(WorkspacePath, Fact)>,
    /// The requests to the network that it made: what they brought cannot be compared with what is there now.
    pub requests: Vec<String>,
    /// What confidential things it may hold, by name: its arguments those that were in view when it was made, its outcome those and what it
    /// read.
    pub secrets: BTreeSet<String>,
    /// What it left where it changed something: the digest of a file's contents, or that no file is there.
    pub left: Vec<(WorkspacePath, Option<Digest>)>,
}

/// What the ledger says of a call.
struct Leaves {
    /// Its entries, with their numbers.
    entries: Vec<(u64, Entry)>,
    /// Whether that is all.
    is_whole: bool,
}

impl Gate {
    /// The call whose lines begin at a byte of a part, and whose request is a leaf of the ledger; none where no line is there.
    ///
    /// # Errors
    /// A transcript or a ledger that does not check out.
    pub fn seen_call(&self, part: &Part, at: u64, leaf: u64) -> Result<Option<SeenCall>, Fault> {
        let mut lines: Vec<Line> = Vec::new();
        let (mut damaged, mut between) = (false, 0);
        for line in self.transcripts()?.lines(part, at)? {
            let line = match line {
                Ok((_, line)) => line,
                // It may have been this call's; the others of the transcript are found all the same.
                Err(TranscriptError::Damaged { .. }) => {
                    damaged = true;
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            if lines.first().is_some_and(|first| first.call != line.call) {
                if between == MAX_LINES_BETWEEN || !is_under_way(&lines) {
                    break;
                }
                between += 1;
                continue;
            }
            lines.push(line);
        }
        let Some(call) = lines.first().map(|line| line.call.clone()) else { return Ok(None) };
        let Leaves { entries, is_whole } = self.leaves_of(&part.run, &call, leaf, &lines)?;
        let mut seen = SeenCall {
            run: part.run.clone(),
            function: entries.iter().find_map(|(_, entry)| function_of(entry.event(), &call)),
            arguments: None,
            outcome: None,
            doubts: Vec::new(),
            reads: Vec::new(),
            requests: Vec::new(),
            secrets: BTreeSet::new(),
            left: Vec::new(),
            call,
        };
        if damaged {
            seen.lose(None, Doubt::Edited);
        }
        if !is_whole {
            seen.doubt(Doubt::NotRecorded);
        }
        let mut account = Account::of_call(&part.run, &entries);
        for line in lines {
            let said = line.said;
            // A mark of before it named its leaf: that can be anywhere after the call's, so who wants to see it looks at the transcript.
            let is_old_mark = matches!(&line.body, Body::Redacted(redacted) if redacted.leaf.is_none());
            let checked = match account.check(line) {
                Checked::InLedger { text, .. } => Ok(text.as_str().to_owned()),
                Checked::Redacted { .. } => Err(Doubt::Removed),
                Checked::Differs { .. } if is_old_mark => Err(Doubt::Removed),
                Checked::Differs { .. } => Err(Doubt::Edited),
                Checked::NotInLedger { .. } => Err(Doubt::NotRecorded),
            };
            let text = match checked {
                Ok(text) => text,
                Err(doubt) => {
                    seen.lose(Some(said), doubt);
                    continue;
                }
            };
            match said {
                Said::Arguments => match serde_json::from_str::<Asked>(&text) {
                    Ok(Asked { confidential }) => {
                        seen.secrets.extend(confidential);
                        seen.arguments = Some(text);
                    }
                    Err(_) => seen.lose(Some(said), Doubt::Unlisted),
                },
                Said::Outcome => seen.outcome = Some(text),
                Said::Reads => match reads(&text) {
                    Some(read) => {
                        (seen.reads, seen.requests) = (read.paths, read.requests);
                        seen.secrets.extend(read.secrets);
                    }
                    None => seen.lose(Some(said), Doubt::Unlisted),
                },
                Said::Changes => match left(&text) {
                    Some(left) => seen.left = left,
                    None => seen.doubt(Doubt::Unlisted),
                },
                Said::Question | Said::Evidence => {}
            }
        }
        for missing in account.missing() {
            if missing.call == seen.call {
                seen.lose(Some(missing.said), Doubt::Edited);
            }
        }
        if !account.is_verified(&seen.call) {
            seen.doubt(Doubt::Call(seen.call.clone()));
        }
        if entries.iter().any(|(_, entry)| is_refusal(entry.event(), &seen.call)) {
            seen.doubt(Doubt::Refused);
        }
        // What it left is what counts, not what it found there.
        let SeenCall { reads, left, .. } = &mut seen;
        reads.retain(|(path, _)| !left.iter().any(|(changed, _)| changed == path || is_in(changed, path)));
        Ok(Some(seen))
    }

    /// What is no longer as a call saw it or left it.
    #[must_use]
    pub fn changes_since(&self, seen: &SeenCall) -> Vec<Change> {
        let gone = |path: &WorkspacePath| !matches!(self.workspace.digest(path), Ok(Some(_)));
        let of_reads = seen.reads.iter().filter(|(path, fact)| !fact.holds(&self.workspace, path)).map(|(path, fact)| match fact {
            Fact::File { .. } if gone(path) => Change::FileGone(path.clone()),
            Fact::Absent | Fact::Folder { .. } | Fact::File { .. } | Fact::Link { .. } | Fact::Special => Change::FileChanged(path.clone()),
        });
        let of_left = seen.left.iter().filter_map(|(path, left)| match (left, self.workspace.digest(path).ok().flatten()) {
            (Some(left), Some(now)) if *left == now => None,
            (None, None) => None,
            (Some(_), None) => Some(Change::FileGone(path.clone())),
            (Some(_) | None, Some(_)) => Some(Change::FileChanged(path.clone())),
        });
        let of_network = (!seen.requests.is_empty()).then_some(Change::FromNetwork);
        of_reads.chain(of_left).chain(of_network).collect()
    }

    /// The ledger's entries about a call: those from its request on, and those that marks in its lines say tell of a removal.
    fn leaves_of(&self, run: &RunId, call: &CallId, request: u64, lines: &[Line]) -> Result<Leaves, Fault> {
        let named = lines.iter().filter_map(|line| if let Body::Redacted(redacted) = &line.body { redacted.leaf } else { None });
        self.in_turn(|_, _, book| {
            let mut leaves = Leaves { entries: Vec::new(), is_whole: true };
            let mut is_open = false;
            for (count, entry) in book.ledger()?.entries_from(LeafIndex(request)).enumerate() {
                let (LeafIndex(leaf), entry) = entry?;
                // The leaves of a call are written in one turn, so the first one of something else ends them.
                match call_of(entry.event()) {
                    Some(other) if other == call && entry.run() == run => is_open = opens(entry.event(), is_open),
                    // Another run closed what a crash left of it: nothing more comes.
                    Some(other) if other == call => break,
                    // What cannot be taken back is made while others take their turns.
                    Some(_) | None if is_open && count < MAX_CALL_LEAVES => continue,
                    Some(_) | None => break,
                }
                if count >= MAX_CALL_LEAVES {
                    leaves.is_whole = false;
                    break;
                }
                // Nothing is compared with decisions, and there may be many.
                if !matches!(entry.event(), Event::Decision { .. }) {
                    leaves.entries.push((leaf, entry));
                }
            }
            // Somebody may have written any number into a mark: what is beyond the end is not there, and what tells of something else
            // is left out.
            let removals = book.ledger()?.read(&named.collect())?;
            leaves.entries.extend(removals.into_iter().filter(|(_, entry)| is_removal(entry.event(), call)));
            Ok(leaves)
        })
    }
}

impl SeenCall {
    /// What it was asked, as JSON, without the time and the seed that it got; none where that was redacted.
    #[must_use]
    pub fn given(&self) -> Option<String> {
        let taken_down: serde_json::Value = serde_json::from_str(self.arguments.as_deref()?).ok()?;
        Some(taken_down.get("arguments")?.to_string())
    }

    /// A text of it is not there as it was; nobody knows which, where its kind is not given. Where it would have told what is
    /// confidential, all that is left may be.
    fn lose(&mut self, said: Option<Said>, why: Doubt) {
        self.doubt(why);
        if said.is_none_or(|said| matches!(said, Said::Arguments | Said::Reads)) {
            self.secrets.insert(untold(&self.call));
        }
    }

    fn doubt(&mut self, why: Doubt) {
        if !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }
}

/// Whether nothing of a call became real, whatever its tool said.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event says so")]
fn is_refusal(event: &Event, wanted: &CallId) -> bool {
    match event {
        Event::Refused { call, .. } | Event::Aborted { call, .. } => call == wanted,
        _ => false,
    }
}

/// The call that makes its way with an event.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event is a step of a call")]
fn call_of(event: &Event) -> Option<&CallId> {
    match event {
        Event::Request { call, .. }
        | Event::Decision { call, .. }
        | Event::Approval { call, .. }
        | Event::Invocation { call, .. }
        | Event::Verdict { call, .. }
        | Event::Intent { call, .. }
        | Event::Published { call }
        | Event::Aborted { call, .. }
        | Event::Undone { call, .. }
        | Event::Recovered { call, .. }
        | Event::Refused { call, .. } => Some(call),
        _ => None,
    }
}

/// Whether a call that cannot be taken back is under way after one of its events.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event opens or closes an intent")]
fn opens(event: &Event, is_open: bool) -> bool {
    match event {
        Event::Intent { effect, .. } => *effect == Effect::Irrevocable,
        Event::Published { .. } | Event::Aborted { .. } | Event::Recovered { .. } => false,
        _ => is_open,
    }
}

/// Whether the rest of a call's lines comes behind those of others: it cannot be taken back, and was announced before it was made.
fn is_under_way(lines: &[Line]) -> bool {
    let has = |wanted: Said| lines.iter().any(|line| line.said == wanted);
    has(Said::Changes) && !has(Said::Outcome)
}

/// Whether texts of a call were removed.
fn is_removal(event: &Event, wanted: &CallId) -> bool {
    matches!(event, Event::TranscriptRedacted { call, .. } if call == wanted)
}

fn function_of(event: &Event, wanted: &CallId) -> Option<String> {
    if let Event::Request { call, tool, function, .. } = event
        && call == wanted
    {
        return Some(format!("{tool}.{function}"));
    }
    None
}

/// What a call saw: a path, or what a server answered.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Path {
        path: WorkspacePath,
        #[serde(flatten)]
        fact: Fact,
    },
    Request {
        request: String,
    },
    Confidential {
        confidential: BTreeSet<String>,
    },
}

/// What was asked for, as it was taken down.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    confidential: BTreeSet<String>,
}

/// What an intent announced: changes of the workspace, or requests.
#[derive(Deserialize)]
#[serde(untagged)]
enum Announced {
    Changes(Vec<Changed>),
    /// What was really asked is listed with what the call saw.
    Requests {
        #[serde(rename = "requests")]
        _requests: serde::de::IgnoredAny,
    },
}

#[derive(Deserialize)]
struct Changed {
    path: WorkspacePath,
    #[serde(default)]
    after: Option<Digest>,
}

/// What a call saw.
#[derive(Default)]
struct Seen {
    paths: Vec<(WorkspacePath, Fact)>,
    requests: Vec<String>,
    secrets: BTreeSet<String>,
}

/// The name of what may be confidential in a call whose record does not tell it any more.
fn untold(call: &CallId) -> String {
    format!("call {call}, as far as its record is gone")
}

/// What is confidential in the outcome of a call, by its list of what it saw, as far as that is there.
pub(super) fn secrets_of_outcome(call: &CallId, reads: Option<&str>) -> BTreeSet<String> {
    reads.and_then(self::reads).map_or_else(|| [untold(call)].into(), |seen| seen.secrets)
}

/// What was seen, path by path and request by request; none where it is written in a form that is not known.
fn reads(text: &str) -> Option<Seen> {
    let read: Vec<Read> = serde_json::from_str(text).ok()?;
    let mut seen = Seen::default();
    for read in read {
        match read {
            Read::Path { path, fact } => seen.paths.push((path, fact)),
            Read::Request { request } => seen.requests.push(request),
            Read::Confidential { confidential } => seen.secrets.extend(confidential),
        }
    }
    Some(seen)
}

/// What each changed path was left as; none where it is written in a form that is not known.
fn left(text: &str) -> Option<Vec<(WorkspacePath, Option<Digest>)>> {
    match serde_json::from_str(text).ok()? {
        Announced::Changes(changed) => Some(changed.into_iter().map(|changed| (changed.path, changed.after)).collect()),
        Announced::Requests { .. } => Some(Vec::new()),
    }
}

/// Whether a path lies directly in a folder, whose listing a change of it may have changed.
fn is_in(path: &WorkspacePath, folder: &WorkspacePath) -> bool {
    let parent = path.as_str().rsplit_once('/').map_or("", |(parent, _)| parent);
    parent == folder.as_str() || (parent.is_empty() && folder.as_str() == ".")
}
