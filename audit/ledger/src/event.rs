//! What happened, one variant per kind of leaf.
//!
//! Names of tools, rules and codes are written as they are. Everything that a user, a model, a tool or a file said is a
//! [`Commitment`]. Version 1 of the format is exactly these variants and fields: a new or changed one is a new version,
//! because readers refuse what they do not know.

use cofferdam_base::{CallId, Digest, EntryId, FunctionName, RunId, ToolName};
use serde::{Deserialize, Serialize};

use crate::commitment::Commitment;

/// Who asked for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The model.
    Model,
    /// A person.
    User,
    /// A script or CI job.
    Automation,
    /// A client of the MCP server.
    Mcp,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The call with its arguments, before it runs.
    Call,
    /// The paths that it really changed, before they are published.
    Changes,
    /// A memory, before it is committed. The call is the commit's own.
    Memory,
    /// The conversation, before it is sent to a model. The call is the request's own.
    Send,
}

/// What policy said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ruling {
    /// It may go on.
    Allowed,
    /// A person is asked.
    Ask,
    /// It may not.
    Denied,
}

/// Outcome of one of the two verifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// There was nothing to check.
    None,
    /// All held.
    Passed,
    /// Something did not hold.
    Failed,
}

/// Whether an effect can be taken back until it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// In the stage; a journal makes its publishing recoverable.
    Staged,
    /// It leaves the machine: what became of it may stay unknown.
    Irrevocable,
}

/// How recovery closed an open intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovery {
    /// The journal was complete: all of it is published.
    Completed,
    /// Nothing of it is published.
    RolledBack,
    /// An irrevocable effect whose completion nobody saw; reported, never retried unasked.
    Unknown,
}

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// This once.
    Once,
    /// For the rest of the run.
    Run,
    /// From now on.
    Always,
    /// No.
    Declined,
}

/// What happened to a key of the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyAction {
    /// A person added it.
    Added,
    /// A person removed it.
    Removed,
    /// Its publisher revoked it.
    Revoked,
}

/// What an invocation used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Units of fuel; below 2^53, as canonical JSON asks.
    pub fuel: u64,
    /// Milliseconds.
    pub wall_ms: u64,
    /// Bytes of linear memory at its largest.
    pub memory_bytes: u64,
}

/// Most lines that one redaction takes out: their commitments fit into one leaf.
pub const MAX_REDACTED_LINES: usize = 512;

/// Most entries that one consolidation makes, and most calls that they cite: what it tells fits into one leaf.
pub const MAX_CONSOLIDATED_ENTRIES: usize = 200;
/// See [`MAX_CONSOLIDATED_ENTRIES`].
pub const MAX_CONSOLIDATED_CALLS: usize = 800;
/// Most topics that one consolidation rewrites.
pub const MAX_CONSOLIDATED_TOPICS: usize = 32;

/// One event. Written with its name in the member `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// A run began under this policy and this lock.
    RunStarted {
        /// Version of the product.
        product: String,
        /// Digest of all accepted policy files together.
        policy: Digest,
        /// Digest of the tool lock file; none if the project has none.
        lock: Option<Digest>,
    },
    /// A tool was verified and loaded.
    ToolLoaded {
        /// Its name.
        tool: ToolName,
        /// Its version.
        version: String,
        /// Digest of the component.
        component: Digest,
        /// Digest of the signed statement.
        statement: Digest,
        /// Ids of the keys whose signatures were accepted.
        signers: Vec<String>,
    },
    /// A call was asked for.
    Request {
        /// The call.
        call: CallId,
        /// The tool.
        tool: ToolName,
        /// The function.
        function: FunctionName,
        /// Its arguments, as canonical JSON.
        arguments: Commitment,
        /// Who asked.
        origin: Origin,
    },
    /// Policy decided.
    Decision {
        /// The call.
        call: CallId,
        /// About what.
        subject: Subject,
        /// What.
        ruling: Ruling,
        /// Names of the rules that made the decision.
        rules: Vec<String>,
    },
    /// A person was asked and answered.
    Approval {
        /// The call.
        call: CallId,
        /// What they were shown.
        question: Commitment,
        /// What they said.
        answer: Answer,
    },
    /// The component ran to its end. Nothing is published yet.
    Invocation {
        /// The call.
        call: CallId,
        /// Its outcome, as JSON.
        outcome: Commitment,
        /// What it read: files by digest, listings, absences.
        reads: Commitment,
        /// What it used.
        usage: Usage,
    },
    /// The outcome was checked. A call that changes nothing ends here.
    Verdict {
        /// The call.
        call: CallId,
        /// The host's own postconditions.
        postconditions: Check,
        /// The tool's `verify` hook, run in an instance of its own.
        hook: Check,
        /// The evidence, or the reason of the failure.
        evidence: Commitment,
    },
    /// The effect is about to become real. Durable before it does.
    Intent {
        /// The call.
        call: CallId,
        /// Of what kind.
        effect: Effect,
        /// Every change: path, digest before, digest after.
        changes: Commitment,
        /// How many changes.
        count: u64,
    },
    /// All changes of the intent are real. Closes it.
    Published {
        /// The call.
        call: CallId,
    },
    /// None of the changes of the intent is real. Closes it.
    Aborted {
        /// The call.
        call: CallId,
        /// Code of the error.
        code: String,
    },
    /// An intent that a crash left open was closed by recovery.
    Recovered {
        /// The call.
        call: CallId,
        /// How.
        recovery: Recovery,
    },
    /// A crash had left a last line, or a last checkpoint, without its end; it was cut off.
    Truncated {
        /// Bytes cut from `ledger.jsonl`.
        leaves: u64,
        /// Bytes cut from `checkpoints`.
        checkpoints: u64,
    },
    /// A published call was taken back by another call. Closes the intent of the call that did so.
    Undone {
        /// The call that took it back.
        call: CallId,
        /// The call that was taken back.
        undoes: CallId,
    },
    /// The call was refused: nothing of it is real.
    Refused {
        /// The call.
        call: CallId,
        /// Code of the error.
        code: String,
    },
    /// A memory became part of the project's memory.
    MemoryCommitted {
        /// Its topic.
        topic: Commitment,
        /// What it says.
        entry: Commitment,
        /// The calls that it cites, all verified.
        calls: Vec<CallId>,
    },
    /// A person edited a topic of the memory.
    MemoryEdited {
        /// The topic.
        topic: Commitment,
        /// What they stated; nothing shows it.
        entries: Vec<Commitment>,
        /// The entries that they took out.
        removed: Vec<EntryId>,
    },
    /// Entries of the memory were merged or moved to another topic. Their words were recorded before; nothing is new but the place.
    MemoryConsolidated {
        /// The topics that were rewritten; at most [`MAX_CONSOLIDATED_TOPICS`].
        topics: Vec<Commitment>,
        /// The entries that stand there instead; at most [`MAX_CONSOLIDATED_ENTRIES`].
        entries: Vec<Commitment>,
        /// The entries that they stand for; at most twice as many.
        removed: Vec<EntryId>,
        /// The calls that the new entries cite, each once; at most [`MAX_CONSOLIDATED_CALLS`].
        calls: Vec<CallId>,
    },
    /// A person took an edit or a consolidation of the memory back: topics have their former entries again.
    MemoryReverted {
        /// The topics.
        topics: Vec<Commitment>,
        /// The leaf that told of what was taken back.
        undoes: u64,
        /// The entries that stand there again, each as it was recorded at first.
        restored: Vec<EntryId>,
        /// The entries that stand there no more.
        removed: Vec<EntryId>,
    },
    /// Somebody had texts of a call removed from a transcript, with their salts. Durable before they are.
    TranscriptRedacted {
        /// The run whose transcript it is.
        run: RunId,
        /// The call.
        call: CallId,
        /// What stood there; at most [`MAX_REDACTED_LINES`]. None where only the agent's journal told of the call.
        lines: Vec<Commitment>,
        /// Why, in the words of whoever asked for it.
        reason: Commitment,
        /// Who, in their own words; none where they did not say.
        by: Option<String>,
    },
    /// Somebody had the whole transcript of a run removed. Durable before it is.
    TranscriptPruned {
        /// The run whose transcript it was.
        run: RunId,
        /// How many bytes.
        bytes: u64,
        /// Who, in their own words; none where they did not say.
        by: Option<String>,
    },
    /// The keyring changed.
    KeyEvent {
        /// How.
        action: KeyAction,
        /// SHA-256 of the public key.
        key: Digest,
    },
    /// A checkpoint of the first `size` leaves was handed out.
    Checkpoint {
        /// Number of leaves.
        size: u64,
        /// Their root.
        root: Digest,
    },
}
