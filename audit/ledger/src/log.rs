//! The ledger as the host writes it: append, sync, checkpoint. It fails closed: what cannot be recorded is not executed.

use cofferdam_base::{RunId, Timestamp};

use crate::{
    checkpoint::SignedCheckpoint,
    entry::Entry,
    error::LedgerError,
    event::Event,
    files::Files,
    frontier::TreeHead,
    hash::leaf_hash,
    history::{Newest, read_newest},
    intent::OpenIntents,
    key::{Signer, VerifierKey},
    open::{Torn, inspect},
    storage::{File, Storage},
    stored::StoredTree,
    tree::{Extent, Tree},
};

/// A checkpoint is made when this many leaves came after the last one. Bounds what opening has to read: at most some 20 ms. It takes three
/// syncs, and a call has six leaves or more, so that fewer than one call in five hundred waits for one.
pub const CHECKPOINT_EVERY: u64 = 4096;

/// The number of a leaf, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(pub u64);

/// A leaf that survives a crash. What must not happen unrecorded asks for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct DurableLeaf(LeafIndex);

impl DurableLeaf {
    /// Its number.
    #[must_use]
    pub fn index(self) -> LeafIndex {
        self.0
    }
}

/// An open ledger. Its holder is the only writer: the caller holds the project's lock as long as this value lives.
///
/// After an error of the storage every further write is refused with [`LedgerError::Poisoned`], because what is on the disk
/// is not known; opening it again finds out.
pub struct Ledger {
    files: Files,
    signer: Signer,
    end: Extent,
    tree: Tree,
    checkpoints_bytes: u64,
    newest: SignedCheckpoint,
    intents: OpenIntents,
}

impl Ledger {
    /// Begins a ledger: signs the checkpoint of the empty tree.
    ///
    /// # Errors
    /// [`LedgerError::Exists`] if there is one; the storage's.
    pub fn create(storage: Box<dyn Storage>, signer: Signer) -> Result<Self, LedgerError> {
        let newest = read_newest(&*storage).map_err(|error| LedgerError::Io { doing: "read", file: File::Checkpoints, error })?;
        let leaves = storage.len(File::Leaves).map_err(|error| LedgerError::Io { doing: "looked at", file: File::Leaves, error })?;
        // A crash of an earlier `create` leaves a part of the first checkpoint.
        let (Newest::None, 0) = (newest, leaves) else {
            return Err(LedgerError::Exists);
        };
        let mut files = Files::new(storage);
        files.truncate(File::Checkpoints, 0)?;
        files.append(File::Leaves, 0, b"")?;
        let (end, tree) = (Extent::default(), Tree::default());
        let newest = SignedCheckpoint::sign(end.frontier.head(), end.bytes, &signer);
        let mut ledger = Self { files, signer, end, tree, checkpoints_bytes: 0, newest, intents: OpenIntents::default() };
        ledger.write_checkpoint()?;
        Ok(ledger)
    }

    /// Opens a ledger: verifies the newest checkpoint, reads what came after it, cuts off what a crash left of a last line
    /// that no checkpoint covers, and records that under `run` at `now`.
    ///
    /// `retired` are keys of this log that signed earlier checkpoints and sign no more.
    ///
    /// # Errors
    /// Everything but an untouched or a torn file: a checkpoint that is missing, malformed or not signed by a known key, a
    /// file shorter than signed, an entry that does not read back, another root.
    pub fn open(
        storage: Box<dyn Storage>,
        signer: Signer,
        retired: &[VerifierKey],
        run: &RunId,
        now: Timestamp,
    ) -> Result<Self, LedgerError> {
        let known: Vec<VerifierKey> = std::iter::once(signer.verifier_key()).chain(retired.iter().cloned()).collect();
        let found = inspect(&*storage, &known)?;
        let mut ledger = Self {
            files: Files::new(storage),
            signer,
            end: Extent { frontier: found.frontier, bytes: found.bytes },
            tree: Tree::default(),
            checkpoints_bytes: found.checkpoints_bytes,
            newest: found.newest,
            intents: found.intents,
        };
        if let Some(frontier) = found.rehashed {
            ledger.files.replace(File::Frontier, &frontier.to_json().map_err(LedgerError::Unwritable)?)?;
        }
        let Torn { leaves, checkpoints } = found.torn;
        if checkpoints > 0 {
            ledger.files.truncate(File::Checkpoints, ledger.checkpoints_bytes)?;
        }
        if leaves > 0 {
            ledger.files.truncate(File::Leaves, ledger.end.bytes)?;
        }
        if leaves > 0 || checkpoints > 0 {
            // Not held on to: the record of the cut is all that is wanted.
            let DurableLeaf(_) = ledger.append_durably(&Entry::new(now, run.clone(), Event::Truncated { leaves, checkpoints }))?;
        }
        Ok(ledger)
    }

    /// Appends an entry. It is not durable before [`Ledger::sync`].
    ///
    /// # Errors
    /// See [`Ledger::append_all`].
    pub fn append(&mut self, entry: &Entry) -> Result<LeafIndex, LedgerError> {
        let index = LeafIndex(self.end.frontier.size());
        self.append_all(std::slice::from_ref(entry))?;
        Ok(index)
    }

    /// Appends entries in one write. They are not durable before [`Ledger::sync`].
    ///
    /// # Errors
    /// An entry that is too large or has no canonical spelling, or an intent that is opened twice or closed unopened: nothing
    /// was written. The storage's, or another writer: the ledger is poisoned.
    pub fn append_all(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        let (mut lines, mut leaves) = (Vec::new(), Vec::with_capacity(entries.len()));
        let mut intents = self.intents.clone();
        for entry in entries {
            let line = entry.to_line()?;
            let transition = intents.transition(entry.event()).map_err(LedgerError::Intent)?;
            intents.apply(transition);
            leaves.push(leaf_hash(&line));
            lines.extend(line);
            lines.push(b'\n');
        }
        if self.end.frontier.size() - self.newest.head().size >= CHECKPOINT_EVERY && self.intents.first().is_none() {
            self.checkpoint()?;
        }
        self.end.bytes = self.files.append(File::Leaves, self.end.bytes, &lines)?;
        for leaf in leaves {
            self.end.frontier.push(leaf);
        }
        self.intents = intents;
        Ok(())
    }

    /// Makes every entry so far durable.
    ///
    /// # Errors
    /// The storage's; the ledger is poisoned.
    pub fn sync(&mut self) -> Result<(), LedgerError> {
        self.files.sync(File::Leaves)
    }

    /// Appends an entry and makes it durable: for intents and memory commits.
    ///
    /// # Errors
    /// Those of [`Ledger::append`] and [`Ledger::sync`].
    pub fn append_durably(&mut self, entry: &Entry) -> Result<DurableLeaf, LedgerError> {
        let index = self.append(entry)?;
        self.sync()?;
        Ok(DurableLeaf(index))
    }

    /// Signs the present state, durably; without new entries it is the newest checkpoint again.
    ///
    /// # Errors
    /// [`LedgerError::IntentOpen`]: an open intent must stay in the part that opening reads. The storage's.
    pub fn checkpoint(&mut self) -> Result<&SignedCheckpoint, LedgerError> {
        if let Some(call) = self.intents.first() {
            return Err(LedgerError::IntentOpen(call.clone()));
        }
        if self.newest.head() != self.end.frontier.head() {
            self.files.sync(File::Leaves)?;
            self.write_checkpoint()?;
        }
        Ok(&self.newest)
    }

    /// Signs and stores the present state, whose leaves are durable.
    fn write_checkpoint(&mut self) -> Result<(), LedgerError> {
        let signed = SignedCheckpoint::sign(self.end.frontier.head(), self.end.bytes, &self.signer);
        let record = format!("{}\n", signed.note());
        self.checkpoints_bytes = self.files.append(File::Checkpoints, self.checkpoints_bytes, record.as_bytes())?;
        self.files.sync(File::Checkpoints)?;
        // Last, so that a frontier beyond the newest checkpoint means that checkpoints were taken away.
        self.files.replace(File::Frontier, &self.end.frontier.to_json().map_err(LedgerError::Unwritable)?)?;
        self.newest = signed;
        Ok(())
    }

    /// Asks the stored tree; see [`Tree::consult`].
    pub(crate) fn consult<T>(&mut self, show: impl Fn(&StoredTree<'_>) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        self.tree.consult(&mut self.files, &self.end, show)
    }

    /// The newest checkpoint.
    #[must_use]
    pub fn newest_checkpoint(&self) -> &SignedCheckpoint {
        &self.newest
    }

    /// Number of leaves, with those after the newest checkpoint.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.end.frontier.size()
    }

    /// Size and root with the entries after the newest checkpoint.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.end.frontier.head()
    }

    /// How long the leaves and the checkpoints are as this value left them: longer ones have another writer.
    #[must_use]
    pub fn lengths(&self) -> [(File, u64); 2] {
        [(File::Leaves, self.end.bytes), (File::Checkpoints, self.checkpoints_bytes)]
    }

    /// Effects that were announced and whose end is not recorded: after opening, those that a crash interrupted.
    #[must_use]
    pub fn open_intents(&self) -> &OpenIntents {
        &self.intents
    }

    /// The public key of its checkpoints.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.signer.verifier_key()
    }
}
