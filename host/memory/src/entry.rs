//! An entry of a topic file: readable lines that hold everything its check needs.

use std::collections::BTreeSet;

use cofferdam_base::{EntryId, text::inline};
use cofferdam_ledger::{Commitment, Salt};

use crate::{CallEvidence, Draft, Ground, Integrity, Sealed, Topic};

/// What an entry's heading begins with. No line of an entry's own text does: each is quoted.
pub(crate) const HEADING: &str = "## ";

/// What stands in the place of calls where a person's word is all there is.
const STATED: &str = "- stated: by a person";

/// What the line begins with that names the confidential things that an entry may carry, as a list in JSON.
const CONFIDENTIAL: &str = "- confidential: ";

/// Longest such list that is named as it stands, in characters.
const MAX_NAMED: usize = 80;

/// What the line begins with that says which entries one stands for.
const ORIGINS: &str = "- from: ";

/// What lines name as confidential that are no entry's any more: whatever mark of a list they have by now, and however they are indented.
/// A list that does not read back counts as one name.
pub(crate) fn named_by_hand(text: &str) -> BTreeSet<String> {
    let word = CONFIDENTIAL.trim_matches([' ', '-']);
    let lists = text.lines().filter_map(|line| line.trim_start_matches([' ', '\t', '-', '*', '+']).strip_prefix(word));
    let names = |list: &str| serde_json::from_str(list.trim()).unwrap_or_else(|_| vec![format!("{word}{}", inline(list, MAX_NAMED))]);
    lists.flat_map(names).collect()
}

/// A memory that stands in a topic file, with the number of the ledger's leaf that tells of it. Not checked: see
/// [`crate::recheck`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    sealed: Sealed,
    leaf: u64,
}

/// The words that the ledger commits to: identifier, topic, text, evidence.
pub(crate) fn claim(id: &EntryId, draft: &Draft) -> String {
    format!("topic: {}\n{}", draft.topic(), body(id, draft))
}

fn body(id: &EntryId, draft: &Draft) -> String {
    let mut text = format!("{HEADING}{id}\n\n");
    for line in draft.text().split('\n') {
        text.push_str(&if line.is_empty() { ">\n".to_owned() } else { format!("> {line}\n") });
    }
    text.push_str(&format!("\n- drafted: {}\n", draft.integrity().as_str()));
    if !draft.secrets().is_empty() {
        let names: Vec<&str> = draft.secrets().iter().map(String::as_str).collect();
        text.push_str(&format!("{CONFIDENTIAL}{}\n", serde_json::Value::from(names)));
    }
    if !draft.origins().is_empty() {
        let origins: Vec<&str> = draft.origins().iter().map(EntryId::as_str).collect();
        text.push_str(&format!("{ORIGINS}{}\n", origins.join(" ")));
    }
    match draft.ground() {
        Ground::Calls(cited) => text.extend(cited.iter().map(CallEvidence::render)),
        Ground::Person => text.extend([STATED, "\n"]),
    }
    text
}

impl Entry {
    pub(crate) fn new(sealed: Sealed, leaf: u64) -> Self {
        Self { sealed, leaf }
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &EntryId {
        &self.sealed.id
    }

    /// Its topic.
    #[must_use]
    pub fn topic(&self) -> &Topic {
        self.sealed.draft.topic()
    }

    /// The entries that it stands for, as they were first remembered, oldest first; none where it is one of them itself.
    #[must_use]
    pub fn origins(&self) -> &[EntryId] {
        self.sealed.draft.origins()
    }

    /// When its words were last remembered, as an identifier that sorts by time: a merge or a move makes no entry younger.
    #[must_use]
    pub fn age(&self) -> &EntryId {
        self.origins().iter().max().unwrap_or(self.id())
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        self.sealed.draft.text()
    }

    /// What it rests on.
    #[must_use]
    pub fn ground(&self) -> &Ground {
        self.sealed.draft.ground()
    }

    /// The calls that it cites; none where it is a person's word.
    #[must_use]
    pub fn evidence(&self) -> &[CallEvidence] {
        self.sealed.draft.evidence()
    }

    /// Whether text from outside was in view when it was drafted.
    #[must_use]
    pub fn integrity(&self) -> Integrity {
        self.sealed.draft.integrity()
    }

    /// What confidential things were in view when it was drafted, by name.
    #[must_use]
    pub fn secrets(&self) -> &BTreeSet<String> {
        self.sealed.draft.secrets()
    }

    /// The number of the ledger's leaf that tells of it.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// What that leaf has to hold of its words and its evidence.
    #[must_use]
    pub fn entry_commitment(&self) -> Commitment {
        self.sealed.entry_commitment()
    }

    /// What that leaf has to hold of its topic.
    #[must_use]
    pub fn topic_commitment(&self) -> Commitment {
        self.sealed.topic_commitment()
    }

    pub(crate) fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// Its lines.
    pub(crate) fn render(&self) -> String {
        let Sealed { id, draft, salt, topic_salt } = &self.sealed;
        let (salt, topic_salt) = (String::from(*salt), String::from(*topic_salt));
        format!("{}- recorded: leaf {}\n  - salt: {salt}\n  - topic salt: {topic_salt}\n\n", body(id, draft), self.leaf)
    }

    /// The entry that some text begins with; none where its lines are not exactly those of an entry.
    pub(crate) fn parse(topic: &Topic, text: &str) -> Option<Self> {
        let mut lines = text.lines().peekable();
        let id = lines.next()?.strip_prefix(HEADING)?.parse().ok()?;
        lines.next().filter(|line| line.is_empty())?;
        let mut words = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('>')) {
            words.push(line.strip_prefix("> ").unwrap_or_default());
        }
        lines.next().filter(|line| line.is_empty())?;
        let integrity = match lines.next()?.strip_prefix("- drafted: ")? {
            "trusted" => Integrity::Trusted,
            "untrusted" => Integrity::Untrusted,
            _ => return None,
        };
        let secrets: BTreeSet<String> = match lines.peek().and_then(|line| line.strip_prefix(CONFIDENTIAL)) {
            Some(names) => {
                lines.next();
                serde_json::from_str(names).ok()?
            }
            None => BTreeSet::new(),
        };
        let origins = match lines.peek().and_then(|line| line.strip_prefix(ORIGINS)) {
            Some(origins) => {
                lines.next();
                origins.split(' ').map(|id| id.parse().ok()).collect::<Option<Vec<_>>>()?
            }
            None => Vec::new(),
        };
        let stated = lines.next_if_eq(&STATED).is_some();
        let mut evidence = Vec::new();
        while lines.peek().is_some_and(|line| line.starts_with("- call: ")) {
            evidence.push(CallEvidence::parse(&mut lines)?);
        }
        let leaf = lines.next()?.strip_prefix("- recorded: leaf ")?.parse().ok()?;
        let salt = |line: Option<&str>, name: &str| line?.strip_prefix(name).and_then(|hex| Salt::try_from(hex.to_owned()).ok());
        let (salt, topic_salt) = (salt(lines.next(), "  - salt: ")?, salt(lines.next(), "  - topic salt: ")?);
        let words = words.join("\n");
        let draft = if stated { Draft::stated(topic.clone(), &words) } else { Draft::new(topic.clone(), &words, evidence, integrity) }
            .and_then(|draft| draft.standing_for(origins))
            .ok()?;
        let entry = Self::new(draft.carrying(&secrets).seal(id, salt, topic_salt), leaf);
        // Any other spelling of the same words is not what was written.
        text.starts_with(&entry.render()).then_some(entry)
    }
}
