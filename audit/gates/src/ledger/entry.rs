//! Version 1 of the entries, as a table. What is not in the table is refused.

use std::fmt;

use serde_json::{Map, Value};

use super::canonical::{MAX_EXACT, spell};
use crate::text::inline;

/// Longest line without its line feed that the format allows.
pub(crate) const MAX_LINE_BYTES: usize = 64 * 1024;

/// What a member holds.
enum Holds {
    Text,
    TextOrNull,
    Texts,
    /// Name of a tool or function: `a-z`, `0-9`, single `-` inside, a letter first, at most 64.
    Name,
    /// A call or a run: 26 digits of Crockford's base 32.
    Id,
    Ids,
    /// `sha256:` and 64 hex digits: a digest or a commitment.
    Digest,
    Digests,
    DigestOrNull,
    Number,
    OneOf(&'static [&'static str]),
    Usage,
}

use Holds::{Digest, DigestOrNull, Digests, Id, Ids, Name, Number, OneOf, Text, TextOrNull, Texts, Usage};

const CHECK: Holds = OneOf(&["none", "passed", "failed"]);

/// Every event with its members besides `type`.
const EVENTS: &[(&str, &[(&str, Holds)])] = &[
    ("run-started", &[("product", Text), ("policy", Digest), ("lock", DigestOrNull)]),
    ("tool-loaded", &[("tool", Name), ("version", Text), ("component", Digest), ("statement", Digest), ("signers", Texts)]),
    (
        "request",
        &[
            ("call", Id),
            ("tool", Name),
            ("function", Name),
            ("arguments", Digest),
            ("origin", OneOf(&["model", "user", "automation", "mcp"])),
        ],
    ),
    (
        "decision",
        &[
            ("call", Id),
            ("subject", OneOf(&["call", "changes", "memory", "send"])),
            ("ruling", OneOf(&["allowed", "ask", "denied"])),
            ("rules", Texts),
        ],
    ),
    ("approval", &[("call", Id), ("question", Digest), ("answer", OneOf(&["once", "run", "always", "declined"]))]),
    ("invocation", &[("call", Id), ("outcome", Digest), ("reads", Digest), ("usage", Usage)]),
    ("verdict", &[("call", Id), ("postconditions", CHECK), ("hook", CHECK), ("evidence", Digest)]),
    ("intent", &[("call", Id), ("effect", OneOf(&["staged", "irrevocable"])), ("changes", Digest), ("count", Number)]),
    ("published", &[("call", Id)]),
    ("aborted", &[("call", Id), ("code", Text)]),
    ("recovered", &[("call", Id), ("recovery", OneOf(&["completed", "rolled-back", "unknown"]))]),
    ("truncated", &[("leaves", Number), ("checkpoints", Number)]),
    ("undone", &[("call", Id), ("undoes", Id)]),
    ("refused", &[("call", Id), ("code", Text)]),
    ("memory-committed", &[("topic", Digest), ("entry", Digest), ("calls", Ids)]),
    ("memory-edited", &[("topic", Digest), ("entries", Digests), ("removed", Ids)]),
    ("memory-consolidated", &[("topics", Digests), ("entries", Digests), ("removed", Ids), ("calls", Ids)]),
    ("memory-reverted", &[("topics", Digests), ("undoes", Number), ("restored", Ids), ("removed", Ids)]),
    ("transcript-redacted", &[("run", Id), ("call", Id), ("lines", Digests), ("reason", Digest), ("by", TextOrNull)]),
    ("transcript-pruned", &[("run", Id), ("bytes", Number), ("by", TextOrNull)]),
    ("key-event", &[("action", OneOf(&["added", "removed", "revoked"])), ("key", Digest)]),
    ("checkpoint", &[("size", Number), ("root", Digest)]),
];

/// Why a line is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryFault {
    /// Longer than the format allows.
    TooLong,
    /// Not a JSON object.
    NotJson,
    /// Not in the one spelling that is written.
    NotCanonical,
    /// Another version than 1.
    Version,
    /// An event that version 1 does not have.
    Event(String),
    /// A member that is missing, unknown, or holds something else.
    Member(String),
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("it is longer than a line can be"),
            Self::NotJson => f.write_str("it is not a JSON object"),
            Self::NotCanonical => f.write_str("it is not canonical JSON"),
            Self::Version => f.write_str("it is not of version 1"),
            Self::Event(name) => write!(f, "`{}` is not an event of version 1", inline(name, 60)),
            Self::Member(name) => write!(f, "its member `{}` is missing, unknown or holds something else", inline(name, 60)),
        }
    }
}

impl std::error::Error for EntryFault {}

/// The members of the event of an entry that was checked.
pub(crate) struct Event {
    pub(crate) kind: &'static str,
    members: Map<String, Value>,
}

impl Event {
    /// A member that holds a text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member that holds a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.members.get(name).and_then(Value::as_u64).unwrap_or_default()
    }
}

/// Reads and checks a line without its line feed.
pub(crate) fn parse_event(line: &[u8]) -> Result<Event, EntryFault> {
    if line.len() > MAX_LINE_BYTES {
        return Err(EntryFault::TooLong);
    }
    let value: Value = serde_json::from_slice(line).map_err(|_not_json| EntryFault::NotJson)?;
    if spell(&value).as_deref().map(str::as_bytes) != Some(line) {
        return Err(EntryFault::NotCanonical);
    }
    let Value::Object(mut entry) = value else { return Err(EntryFault::NotJson) };
    if entry.remove("v").and_then(|version| version.as_u64()) != Some(1) {
        return Err(EntryFault::Version);
    }
    take(&mut entry, "time", &Number)?;
    take(&mut entry, "run", &Id)?;
    let Some(Value::Object(mut members)) = entry.remove("event") else { return Err(EntryFault::Member("event".to_owned())) };
    none_left(&entry)?;
    let name = members.remove("type");
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    let (kind, table) = EVENTS.iter().find(|(kind, _)| *kind == name).ok_or_else(|| EntryFault::Event(name.to_owned()))?;
    let mut rest = members.clone();
    for (name, holds) in *table {
        take(&mut rest, name, holds)?;
    }
    none_left(&rest)?;
    Ok(Event { kind, members })
}

fn take(members: &mut Map<String, Value>, name: &str, holds: &Holds) -> Result<(), EntryFault> {
    members.remove(name).and_then(|value| fits(&value, holds)).ok_or_else(|| EntryFault::Member(name.to_owned()))
}

fn none_left(members: &Map<String, Value>) -> Result<(), EntryFault> {
    members.keys().next().map_or(Ok(()), |name| Err(EntryFault::Member(name.clone())))
}

fn fits(value: &Value, holds: &Holds) -> Option<()> {
    let every = |item: &Holds| value.as_array()?.iter().try_for_each(|value| fits(value, item));
    match holds {
        Text => value.as_str().map(|_text| ()),
        TextOrNull if value.is_null() => Some(()),
        TextOrNull => fits(value, &Text),
        Texts => every(&Text),
        Name => value.as_str().filter(|name| is_name(name)).map(|_name| ()),
        Id => value.as_str().filter(|id| id.len() == 26 && id.bytes().all(is_base32)).map(|_id| ()),
        Ids => every(&Id),
        Digest => value.as_str()?.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(is_hex)).map(|_hex| ()),
        Digests => every(&Digest),
        DigestOrNull if value.is_null() => Some(()),
        DigestOrNull => fits(value, &Digest),
        Number => value.as_u64().filter(|number| *number <= MAX_EXACT).map(|_number| ()),
        OneOf(words) => value.as_str().filter(|word| words.contains(word)).map(|_word| ()),
        Usage => {
            let mut members = value.as_object()?.clone();
            for name in ["fuel", "wall_ms", "memory_bytes"] {
                fits(&members.remove(name)?, &Number)?;
            }
            members.is_empty().then_some(())
        }
    }
}

fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 64 && !name.ends_with('-') && !name.contains("--")
}

fn is_base32(byte: u8) -> bool {
    b"0123456789abcdefghjkmnpqrstvwxyz".contains(&byte)
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
