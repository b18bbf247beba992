//! A memory against the world: what is stored is a hypothesis until this was asked.

use std::{collections::BTreeMap, fmt};

use cofferdam_base::{CallId, Digest, WorkspacePath};
use cofferdam_ledger::{Event, event::Check};

use crate::{Entry, Found, Ground};

/// What a memory is checked against.
pub trait World {
    /// The digest of a file's contents as they are now; none where it is gone or cannot be read.
    fn file(&self, path: &WorkspacePath) -> Option<Digest>;

    /// Whether a tool of this component is locked, verified and not revoked.
    fn tool_stands(&self, component: &Digest) -> bool;

    /// A leaf of the ledger, shown to be in it.
    fn leaf(&self, index: u64) -> Option<Event>;
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its evidence is unchanged.
    Fresh,
    /// A person stated it with `memory edit`, and the ledger tells of these words. Nothing shows that they are true.
    Stated,
    /// The world changed since: it may not hold any more.
    Stale(Vec<Change>),
    /// It cannot be shown that it ever held.
    Unverifiable(Vec<Doubt>),
}

impl State {
    /// One word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stated => "stated",
            Self::Stale(_) => "stale",
            Self::Unverifiable(_) => "unverifiable",
        }
    }

    /// Why it is not fresh, a sentence each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Fresh => Vec::new(),
            Self::Stated => vec!["by a person".to_owned()],
            Self::Stale(changes) => changes.iter().map(ToString::to_string).collect(),
            Self::Unverifiable(doubts) => doubts.iter().map(ToString::to_string).collect(),
        }
    }
}

/// One word, and why where it is not `fresh`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let why = self.reasons();
        if why.is_empty() { Ok(()) } else { write!(f, ": {}", why.join("; ")) }
    }
}

/// What changed since a memory was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A file has other contents.
    FileChanged(WorkspacePath),
    /// A file is gone, or cannot be read.
    FileGone(WorkspacePath),
    /// It came from the network, which may say something else by now: only another request can tell.
    FromNetwork,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileChanged(path) => write!(f, "{} changed", path.as_str()),
            Self::FileGone(path) => write!(f, "{} is gone", path.as_str()),
            Self::FromNetwork => f.write_str("it came from the network, which may say something else now"),
        }
    }
}

/// Why a memory cannot be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The ledger does not tell of it where it should.
    NotRecorded,
    /// The ledger tells of other words or other evidence.
    Edited,
    /// A call that it cites is not in the ledger as verified.
    Call(CallId),
    /// A tool that it relies on is locked no more, or revoked.
    Tool(Digest),
    /// Somebody wrote it into the topic.
    HandWritten,
    /// What a call read or changed is not listed in a form that is known.
    Unlisted,
    /// It was refused after its tool had run.
    Refused,
    /// Its transcript says that a person removed some of it.
    Removed,
    /// It was said in a run, by a person or by the model.
    OnlySaid,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRecorded => f.write_str("the ledger does not tell of it"),
            Self::Edited => f.write_str("it was changed after it was recorded"),
            Self::Call(call) => write!(f, "the ledger does not know call {call} as verified"),
            Self::Tool(component) => write!(f, "the tool {} that it relies on stands no more", component.short()),
            Self::HandWritten => f.write_str("it was written or changed by hand"),
            Self::Unlisted => f.write_str("what the call read is not listed in a form that is known"),
            Self::Refused => f.write_str("it was refused, so nothing of it became real"),
            Self::Removed => f.write_str("its transcript says that a person removed some of it"),
            Self::OnlySaid => f.write_str("it was only said, and nothing verifies it"),
        }
    }
}

/// Whether an event of the ledger shows that a call was verified.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "no other event shows it")]
pub fn shows(event: &Event, cited: &CallId) -> bool {
    match event {
        Event::Verdict { call, postconditions, hook, .. } => call == cited && *postconditions != Check::Failed && *hook != Check::Failed,
        Event::Published { call } => call == cited,
        _ => false,
    }
}

/// Checks an entry against the world.
#[must_use]
pub fn recheck(entry: &Entry, world: &dyn World) -> State {
    match entry.ground() {
        Ground::Calls(_) => recheck_shown(entry, world),
        Ground::Person => recheck_stated(entry, world),
    }
}

/// An entry that the ledger tells of in these words and with this evidence. Whether its evidence holds is not said by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded(Entry);

impl Recorded {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.0
    }

    /// Asks the ledger about an entry.
    ///
    /// # Errors
    /// The doubt: nothing is told of it, or something else.
    pub fn verify(entry: Entry, world: &dyn World) -> Result<Self, Doubt> {
        recorded(&entry, world)?;
        Ok(Self(entry))
    }
}

/// What the ledger says of an entry's words: only an act that makes entries of this ground speaks for it. A person's word is
/// neither merged nor moved, so no consolidation does.
fn recorded(entry: &Entry, world: &dyn World) -> Result<(), Doubt> {
    let (topic, words, cited) = (entry.topic_commitment(), entry.entry_commitment(), entry.sealed().calls());
    let same = match (entry.ground(), world.leaf(entry.leaf())) {
        (Ground::Calls(_), Some(Event::MemoryCommitted { topic: told, entry, calls })) => told == topic && entry == words && calls == cited,
        (Ground::Calls(_), Some(Event::MemoryConsolidated { topics, entries, calls, .. })) => {
            topics.contains(&topic) && entries.contains(&words) && cited.iter().all(|call| calls.contains(call))
        }
        (Ground::Person, Some(Event::MemoryEdited { topic: told, entries, .. })) => told == topic && entries.contains(&words),
        (Ground::Calls(_) | Ground::Person, Some(_) | None) => return Err(Doubt::NotRecorded),
    };
    if same { Ok(()) } else { Err(Doubt::Edited) }
}

/// Only the ledger can speak for a person's word: that it was given, in these words.
fn recheck_stated(entry: &Entry, world: &dyn World) -> State {
    recorded(entry, world).map_or_else(|doubt| State::Unverifiable(vec![doubt]), |()| State::Stated)
}

fn recheck_shown(entry: &Entry, world: &dyn World) -> State {
    let mut doubts: Vec<Doubt> = recorded(entry, world).err().into_iter().collect();
    for cited in entry.evidence() {
        if !world.leaf(cited.leaf).is_some_and(|event| shows(&event, &cited.call)) {
            doubts.push(Doubt::Call(cited.call.clone()));
        }
        if !world.tool_stands(&cited.component) {
            doubts.push(Doubt::Tool(cited.component));
        }
    }
    if !doubts.is_empty() {
        return State::Unverifiable(doubts);
    }
    let changes = changes(entry, world);
    if changes.is_empty() { State::Fresh } else { State::Stale(changes) }
}

fn changes(entry: &Entry, world: &dyn World) -> Vec<Change> {
    // What a later call left is what counts: an earlier one may have read the file before it was changed.
    let files: BTreeMap<&WorkspacePath, &Digest> =
        entry.evidence().iter().flat_map(|cited| cited.files.iter().map(|(path, digest)| (path, digest))).collect();
    let change = |(path, digest): (&WorkspacePath, &Digest)| match world.file(path) {
        Some(now) if now == *digest => None,
        Some(_) => Some(Change::FileChanged(path.clone())),
        None => Some(Change::FileGone(path.clone())),
    };
    let of_network = entry.evidence().iter().any(|cited| cited.network).then_some(Change::FromNetwork);
    files.into_iter().filter_map(change).chain(of_network).collect()
}

/// Checks what stands in a topic file.
#[must_use]
pub fn recheck_found(found: &Found, world: &dyn World) -> State {
    match found {
        Found::Entry(entry) => recheck(entry, world),
        Found::Loose { .. } => State::Unverifiable(vec![Doubt::HandWritten]),
    }
}
