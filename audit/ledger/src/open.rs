//! Looks at a ledger's files and says what they hold, without changing them.

use crate::{
    checkpoint::{SignedCheckpoint, parse_checkpoint},
    entry::{EntryFault, parse_entry},
    error::LedgerError,
    frontier::{Frontier, TreeHead},
    hash::leaf_hash,
    history::{Newest, read_newest},
    intent::OpenIntents,
    key::VerifierKey,
    lines::{Line, Lines},
    storage::{File, Storage, read_full},
};

/// Largest `frontier.json`: 64 hashes and a number. More is not one.
const MAX_FRONTIER_BYTES: usize = 8 * 1024;

/// What the files of a ledger hold.
#[derive(Debug)]
pub struct Inspection {
    pub(crate) newest: SignedCheckpoint,
    pub(crate) frontier: Frontier,
    /// Where the last whole line ends.
    pub(crate) bytes: u64,
    /// Where the last whole checkpoint ends.
    pub(crate) checkpoints_bytes: u64,
    pub(crate) intents: OpenIntents,
    pub(crate) torn: Torn,
    /// The frontier at the newest checkpoint, if the leaves had to be hashed again to know it.
    pub(crate) rehashed: Option<Frontier>,
}

/// Bytes at the end of the files that a crash left without their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Of `ledger.jsonl`.
    pub leaves: u64,
    /// Of `checkpoints`.
    pub checkpoints: u64,
}

impl Inspection {
    /// The newest checkpoint.
    #[must_use]
    pub fn newest_checkpoint(&self) -> &SignedCheckpoint {
        &self.newest
    }

    /// Size and root with the leaves after the newest checkpoint.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    /// Effects that were announced and whose end is not recorded.
    #[must_use]
    pub fn open_intents(&self) -> &OpenIntents {
        &self.intents
    }

    /// What opening the ledger for writing would cut off.
    #[must_use]
    pub fn torn(&self) -> Torn {
        self.torn
    }
}

/// Reads the newest checkpoint and what came after it; nothing is written, so it works on a full disk.
///
/// # Errors
/// Everything that [`crate::Ledger::open`] refuses.
pub fn inspect(storage: &dyn Storage, known: &[VerifierKey]) -> Result<Inspection, LedgerError> {
    let len = |file| storage.len(file).map_err(|error| LedgerError::Io { doing: "looked at", file, error });
    let end = len(File::Leaves)?;
    let newest = read_newest(storage).map_err(|error| LedgerError::Io { doing: "read", file: File::Checkpoints, error })?;
    let (note, torn_checkpoints) = match newest {
        Newest::None if end == 0 => return Err(LedgerError::Missing),
        Newest::None => return Err(LedgerError::NoCheckpoint),
        Newest::Malformed => return Err(LedgerError::MalformedHistory),
        Newest::Note { note, torn } => (note, torn),
    };
    let newest = parse_checkpoint(&note).and_then(|note| note.verify(known)).map_err(LedgerError::Checkpoint)?;
    if end < newest.bytes() {
        return Err(LedgerError::RolledBack);
    }
    let (mut frontier, rehashed) = match stored_frontier(storage)? {
        Some(stored) if stored.size() > newest.head().size => return Err(LedgerError::RolledBack),
        Some(stored) if stored.head() == newest.head() => (stored, None),
        Some(_) | None => rehash(storage, &newest).map(|frontier| (frontier.clone(), Some(frontier)))?,
    };
    let mut intents = OpenIntents::default();
    let mut bytes = newest.bytes();
    let mut torn = Torn { leaves: 0, checkpoints: torn_checkpoints };
    let mut lines = Lines::new(storage, bytes, end);
    while let Some(line) = lines.next_line().map_err(read_error)? {
        let corrupt = |fault| LedgerError::CorruptEntry { leaf: frontier.size(), fault };
        match line {
            Line::Whole(line) => {
                let entry = parse_entry(line).map_err(corrupt)?;
                let transition = intents.transition(entry.event()).map_err(|error| corrupt(EntryFault::Intent(error)))?;
                intents.apply(transition);
                frontier.push(leaf_hash(line));
                bytes += line.len() as u64 + 1;
            }
            Line::Torn { bytes } => torn.leaves = bytes,
            Line::TooLong => return Err(corrupt(EntryFault::TooLong)),
        }
    }
    let checkpoints_bytes = len(File::Checkpoints)?.saturating_sub(torn.checkpoints);
    Ok(Inspection { newest, frontier, bytes, checkpoints_bytes, intents, torn, rehashed })
}

fn read_error(error: std::io::Error) -> LedgerError {
    LedgerError::Io { doing: "read", file: File::Leaves, error }
}

/// What `frontier.json` says; none if it is absent or no frontier.
fn stored_frontier(storage: &dyn Storage) -> Result<Option<Frontier>, LedgerError> {
    let mut bytes = vec![0; MAX_FRONTIER_BYTES];
    let filled = read_full(storage, File::Frontier, 0, &mut bytes).map_err(|error| LedgerError::Io {
        doing: "read",
        file: File::Frontier,
        error,
    })?;
    Ok(bytes.get(..filled).and_then(Frontier::parse))
}

/// Hashes all leaves that a checkpoint covers; they must give its root.
fn rehash(storage: &dyn Storage, checkpoint: &SignedCheckpoint) -> Result<Frontier, LedgerError> {
    let mut frontier = Frontier::default();
    let mut lines = Lines::new(storage, 0, checkpoint.bytes());
    while let Some(line) = lines.next_line().map_err(read_error)? {
        let Line::Whole(line) = line else {
            return Err(LedgerError::OtherRoot { size: checkpoint.head().size });
        };
        frontier.push(leaf_hash(line));
    }
    if frontier.head() == checkpoint.head() { Ok(frontier) } else { Err(LedgerError::OtherRoot { size: checkpoint.head().size }) }
}
