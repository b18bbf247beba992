//! A person's own edit of a topic: what was written becomes statements, and the ledger tells of it.
//!
//! An entry that the person left alone stays as it is; everything else that stands in their text becomes an entry whose
//! ground is a person's word. The order is that of every memory: worked out, staged, recorded, committed.

use cofferdam_base::EntryId;
use cofferdam_ledger::{Commitment, Event, Opening, Salt};

use crate::{
    Draft, Entry, Found, Ground, Memory, MemoryError, Topic,
    entry::HEADING,
    folder::{MAX_TOPIC_BYTES, SUFFIX, text_of},
    topic_file,
};

/// How the file of a staged edit ends: no entry's does.
const EDIT_SUFFIX: &str = ".edit";

/// A new text of a topic, worked out against the present one.
#[derive(Debug)]
#[must_use]
pub struct Revision {
    topic: Topic,
    parts: Vec<Part>,
    removed: Vec<EntryId>,
}

/// What stands in the new text, in its order.
#[derive(Debug)]
enum Part {
    Kept(Box<Entry>),
    Stated(Draft),
}

/// An edit on its way: in a file of its own, the topic as before.
#[derive(Debug)]
#[must_use]
pub struct StagedEdit {
    id: EntryId,
    topic: Topic,
    leaf: u64,
    topic_salt: Salt,
    removed: Vec<EntryId>,
    /// The topic's whole new text.
    text: String,
}

impl Revision {
    /// How many statements a person makes with it.
    #[must_use]
    pub fn stated(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Stated(_))).count()
    }

    /// How many entries it takes out.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.removed.len()
    }
}

impl StagedEdit {
    /// The number that the ledger's leaf has to have.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.leaf
    }

    /// What that leaf has to tell.
    #[must_use]
    pub fn event(&self) -> Event {
        let statement = |found: Found| match found {
            Found::Entry(entry) if entry.leaf() == self.leaf && *entry.ground() == Ground::Person => Some(entry.entry_commitment()),
            Found::Entry(_) | Found::Loose { .. } => None,
        };
        let entries: Vec<Commitment> = topic_file::parse(&self.topic, &self.text).into_iter().filter_map(statement).collect();
        let topic = Opening::new(self.topic_salt, self.topic.as_str().to_owned()).commitment();
        Event::MemoryEdited { topic, entries, removed: self.removed.clone() }
    }

    fn file(&self) -> String {
        format!("{}{EDIT_SUFFIX}", self.id)
    }

    fn render(&self) -> String {
        let Self { id: _, topic, leaf, topic_salt, removed, text } = self;
        let removed: Vec<String> = removed.iter().map(ToString::to_string).collect();
        format!("topic: {topic}\nleaf: {leaf}\ntopic salt: {}\nremoved: {}\n{text}", String::from(*topic_salt), removed.join(" "))
    }

    fn parse(name: &str, text: &str) -> Option<Self> {
        let id = name.strip_suffix(EDIT_SUFFIX)?.parse().ok()?;
        let (topic, rest) = text.strip_prefix("topic: ")?.split_once('\n')?;
        let (leaf, rest) = rest.strip_prefix("leaf: ")?.split_once('\n')?;
        let (salt, rest) = rest.strip_prefix("topic salt: ")?.split_once('\n')?;
        let (removed, text) = rest.strip_prefix("removed: ")?.split_once('\n')?;
        let removed = removed.split_whitespace().map(|id| id.parse().ok()).collect::<Option<_>>()?;
        let topic_salt = Salt::try_from(salt.to_owned()).ok()?;
        Some(Self { id, topic: topic.parse().ok()?, leaf: leaf.parse().ok()?, topic_salt, removed, text: text.to_owned() })
    }
}

impl Memory {
    /// Works out what a person's new text of a topic says beside what stands there now. `before` is the text that they began
    /// with; a topic that does not exist begins with none, and one of which nothing is left is no topic any more.
    ///
    /// # Errors
    /// [`MemoryError::ChangedMeanwhile`], [`MemoryError::Text`], [`MemoryError::UnknownTopic`] for no text of no topic, the state
    /// folder's.
    pub fn revise(&self, topic: &Topic, before: Option<&str>, text: &str) -> Result<Revision, MemoryError> {
        if self.text(topic)?.as_deref() != before {
            return Err(MemoryError::ChangedMeanwhile { topic: topic.to_string() });
        }
        let old = before.map(|before| topic_file::parse(topic, before)).unwrap_or_default();
        let mut parts = Vec::new();
        for found in topic_file::parse(topic, text) {
            let stood = old.contains(&found);
            parts.push(match found {
                Found::Entry(entry) if stood => Part::Kept(Box::new(entry)),
                // Changed, or brought from elsewhere: what it cites does not show these words here.
                Found::Entry(entry) => Part::Stated(Draft::stated(topic.clone(), entry.text())?),
                Found::Loose { text, .. } => Part::Stated(Draft::stated(topic.clone(), &words(&text))?),
            });
        }
        if parts.is_empty() && before.is_none() {
            return Err(MemoryError::UnknownTopic { topic: topic.to_string() });
        }
        let kept = |id: &EntryId| parts.iter().any(|part| matches!(part, Part::Kept(entry) if entry.id() == id));
        let entries = old.iter().filter_map(|found| if let Found::Entry(entry) = found { Some(entry.id()) } else { None });
        let removed = entries.filter(|id| !kept(id)).cloned().collect();
        Ok(Revision { topic: topic.clone(), parts, removed })
    }

    /// Stages a revision for the leaf that the ledger will give it, durably. `fresh` gives an identifier and a salt: to the
    /// edit, and to each statement.
    ///
    /// # Errors
    /// [`MemoryError::TopicFull`], [`MemoryError::IndexFull`], the state folder's, those of `fresh`; then nothing is staged.
    pub fn stage_edit<E: From<MemoryError>>(
        &self,
        revision: Revision,
        leaf: u64,
        mut fresh: impl FnMut() -> Result<(EntryId, Salt), E>,
    ) -> Result<StagedEdit, E> {
        let Revision { topic, parts, removed } = revision;
        let (id, topic_salt) = fresh()?;
        let mut text = topic_file::heading(&topic);
        for part in parts {
            let entry = match part {
                Part::Kept(entry) => *entry,
                Part::Stated(draft) => {
                    let (id, salt) = fresh()?;
                    Entry::new(draft.seal(id, salt, topic_salt), leaf)
                }
            };
            text.push_str(&entry.render());
        }
        if text.len() > MAX_TOPIC_BYTES {
            return Err(MemoryError::TopicFull { topic: topic.to_string() }.into());
        }
        self.index_with(Some((&topic, &text)))?;
        let staged = StagedEdit { id, topic, leaf, topic_salt, removed, text };
        self.staged.replace(&staged.file(), staged.render().as_bytes()).map_err(MemoryError::from)?;
        Ok(staged)
    }

    /// Makes a staged edit the topic's text. The ledger has to know it durably. Done again, it changes nothing more.
    ///
    /// # Errors
    /// The state folder's; then it can be done again.
    pub fn commit_edit(&self, edit: StagedEdit) -> Result<(), MemoryError> {
        let file = format!("{}{SUFFIX}", edit.topic);
        if edit.text == topic_file::heading(&edit.topic) {
            self.topics.remove(&file)?;
            self.topics.sync()?;
        } else {
            self.topics.replace(&file, edit.text.as_bytes())?;
        }
        self.write_index()?;
        self.staged.remove(&edit.file())?;
        Ok(())
    }

    /// Drops a staged edit.
    ///
    /// # Errors
    /// The state folder's.
    pub fn discard_edit(&self, edit: StagedEdit) -> Result<(), MemoryError> {
        self.staged.remove(&edit.file())?;
        Ok(())
    }

    /// Edits that a crash left staged.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn staged_edits(&self) -> Result<Vec<StagedEdit>, MemoryError> {
        let mut edits = Vec::new();
        for name in self.staged.list()?.into_iter().filter(|name| name.ends_with(EDIT_SUFFIX)) {
            let damaged = || MemoryError::Damaged { file: format!("staged/{name}") };
            let text = text_of(&self.staged, &name)?.ok_or_else(damaged)?;
            edits.push(StagedEdit::parse(&name, &text).ok_or_else(damaged)?);
        }
        Ok(edits)
    }
}

/// What a person wrote: of an entry that they changed, only its words, since its evidence does not show the new ones.
fn words(text: &str) -> String {
    let is_entry = text.lines().next().and_then(|line| line.strip_prefix(HEADING)).is_some_and(|id| id.parse::<EntryId>().is_ok());
    if !is_entry {
        return text.to_owned();
    }
    let quoted = text.lines().filter_map(|line| line.strip_prefix('>')).map(|line| line.strip_prefix(' ').unwrap_or(line));
    quoted.collect::<Vec<_>>().join("\n")
}
