//! The memory's files: `MEMORY.md`, `topics/<topic>.md`, `staged/` for what is on its way, `history/` for what was rewritten.

use cofferdam_ledger::Event;
use cofferdam_store::Folder;

use crate::{
    Draft, Entry, Found, MemoryError, Sealed, Topic,
    index::{self, MAX_INDEX_BYTES, Summary},
    topic_file,
};

/// Largest topic file in bytes: one that a model can read.
pub const MAX_TOPIC_BYTES: usize = 64 * 1024;
/// Most topics. The index leads to all of them, folded where they are many; a look at all of them stays a matter of seconds.
pub const MAX_TOPICS: usize = 2000;

/// The topic of what may carry something confidential and has no other to go into.
pub const CONFIDENTIAL_TOPIC: &str = "confidential";

const FOLDER: &str = "memory";
const TOPICS: &str = "topics";
const STAGED: &str = "staged";
const HISTORY: &str = "history";
const INDEX: &str = "MEMORY.md";
pub(crate) const SUFFIX: &str = ".md";

/// A project's memory.
#[derive(Debug, Clone)]
pub struct Memory {
    folder: Folder,
    pub(crate) topics: Folder,
    pub(crate) staged: Folder,
    pub(crate) history: Folder,
}

/// A topic's file that is there.
#[derive(Debug)]
pub enum Readable {
    /// With this text.
    Text(String),
    /// It cannot be read: it is no text, or too large, or no file.
    Not(MemoryError),
}

/// An entry on its way: in a file of its own, in no topic.
#[derive(Debug)]
#[must_use]
pub struct Staged(Entry);

impl Staged {
    /// The number that the ledger's leaf has to have.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.0.leaf()
    }

    /// What that leaf has to tell.
    #[must_use]
    pub fn event(&self) -> Event {
        let Self(entry) = self;
        Event::MemoryCommitted { topic: entry.topic_commitment(), entry: entry.entry_commitment(), calls: entry.sealed().calls() }
    }
}

impl Memory {
    /// Opens the memory in a project's state folder; makes its folders on first use.
    ///
    /// # Errors
    /// The state folder's.
    pub fn open(state: &Folder) -> Result<Self, MemoryError> {
        let folder = state.folder(FOLDER)?;
        Ok(Self { topics: folder.folder(TOPICS)?, staged: folder.folder(STAGED)?, history: folder.folder(HISTORY)?, folder })
    }

    /// Whether a draft may go where it wants to. Names of topics stand in the index, which every run has in view. So what may carry
    /// something confidential gives no new topic its name: it goes into one that there is, or into [`CONFIDENTIAL_TOPIC`].
    ///
    /// # Errors
    /// [`MemoryError::ConfidentialTopic`], the state folder's.
    pub fn verify_topic(&self, draft: &Draft) -> Result<(), MemoryError> {
        let topic = draft.topic();
        if draft.secrets().is_empty() || topic.as_str() == CONFIDENTIAL_TOPIC || self.find(topic)?.is_some() {
            return Ok(());
        }
        Err(MemoryError::ConfidentialTopic { topic: topic.to_string() })
    }

    /// Stages a sealed draft for the leaf that the ledger will give it, durably. In no topic yet.
    ///
    /// # Errors
    /// Those of [`Memory::verify_topic`], [`MemoryError::TopicFull`], [`MemoryError::IndexFull`], the state folder's; then nothing is
    /// staged.
    pub fn stage(&self, sealed: Sealed, leaf: u64) -> Result<Staged, MemoryError> {
        self.verify_topic(&sealed.draft)?;
        let entry = Entry::new(sealed, leaf);
        let topic = entry.topic().clone();
        // What was told to the ledger is committed whatever a person made of the topic meanwhile, so this is where room is made sure.
        if self.with_entry(&entry)?.len() > MAX_TOPIC_BYTES {
            return Err(MemoryError::TopicFull { topic: topic.to_string() });
        }
        self.room_for(&topic)?;
        self.staged.replace(&format!("{}{SUFFIX}", entry.id()), format!("topic: {topic}\n{}", entry.render()).as_bytes())?;
        Ok(Staged(entry))
    }

    /// Makes a staged entry part of its topic. The ledger has to know it durably. Done again, it changes nothing more.
    ///
    /// # Errors
    /// The state folder's; a topic that cannot be read. Then it can be done again.
    pub fn commit(&self, Staged(entry): Staged) -> Result<Entry, MemoryError> {
        let text = self.with_entry(&entry)?;
        self.topics.replace(&format!("{}{SUFFIX}", entry.topic()), text.as_bytes())?;
        self.write_index()?;
        self.unstage(&format!("{}{SUFFIX}", entry.id()))?;
        Ok(entry)
    }

    /// Drops a staged entry.
    ///
    /// # Errors
    /// The state folder's.
    pub fn discard(&self, Staged(entry): Staged) -> Result<(), MemoryError> {
        self.unstage(&format!("{}{SUFFIX}", entry.id()))
    }

    /// Removes what was staged, durably: one that came back with a power loss would be committed once more, after somebody took
    /// it out of its topic perhaps.
    pub(crate) fn unstage(&self, file: &str) -> Result<(), MemoryError> {
        self.staged.remove(file)?;
        Ok(self.staged.sync()?)
    }

    /// What a crash left staged.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn staged(&self) -> Result<Vec<Staged>, MemoryError> {
        let mut staged = Vec::new();
        for name in self.staged.list()?.into_iter().filter(|name| name.ends_with(SUFFIX)) {
            let damaged = || MemoryError::Damaged { file: format!("{STAGED}/{name}") };
            let text = text_of(&self.staged, &name)?.ok_or_else(damaged)?;
            let (topic, entry) = text.strip_prefix("topic: ").and_then(|rest| rest.split_once('\n')).ok_or_else(damaged)?;
            let topic: Topic = topic.parse().map_err(|_| damaged())?;
            staged.push(Staged(Entry::parse(&topic, entry).ok_or_else(damaged)?));
        }
        Ok(staged)
    }

    /// The topics, by name. A file whose name is none is passed over.
    ///
    /// # Errors
    /// The state folder's.
    pub fn topics(&self) -> Result<Vec<Topic>, MemoryError> {
        let names = self.topics.list()?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(SUFFIX)?.parse().ok()).collect())
    }

    /// What stands in a topic, oldest first. A file that a person made such that it cannot be read is text by hand whose words are
    /// not shown.
    ///
    /// # Errors
    /// [`MemoryError::UnknownTopic`], the state folder's.
    pub fn read(&self, topic: &Topic) -> Result<Vec<Found>, MemoryError> {
        self.find(topic)?.ok_or_else(|| MemoryError::UnknownTopic { topic: topic.to_string() })
    }

    /// What stands in all topics.
    ///
    /// # Errors
    /// The state folder's.
    pub fn all(&self) -> Result<Vec<Found>, MemoryError> {
        let mut found = Vec::new();
        for topic in self.topics()? {
            // Another process may have taken the last entry away since the topics were listed.
            found.extend(self.find(&topic)?.into_iter().flatten());
        }
        Ok(found)
    }

    /// Like [`Memory::read`]; none where there is no such topic.
    ///
    /// # Errors
    /// The state folder's.
    pub fn find(&self, topic: &Topic) -> Result<Option<Vec<Found>>, MemoryError> {
        Ok(match self.readable(topic)? {
            Some(Readable::Text(text)) => Some(topic_file::parse(topic, &text)),
            Some(Readable::Not(why)) => {
                Some(vec![Found::Loose { topic: topic.clone(), line: 1, text: String::new(), why: why.to_string() }])
            }
            None => None,
        })
    }

    /// The file of a topic, where it can be read: what a person made of one file is no reason to be without all others.
    ///
    /// # Errors
    /// The state folder's.
    pub fn readable(&self, topic: &Topic) -> Result<Option<Readable>, MemoryError> {
        match self.text(topic) {
            Ok(text) => Ok(text.map(Readable::Text)),
            Err(why) if why.is_of_an_unreadable_topic() => Ok(Some(Readable::Not(why))),
            Err(error) => Err(error),
        }
    }

    /// The index as it stands; empty before the first entry.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn index(&self) -> Result<String, MemoryError> {
        // A person may have made it longer than it is ever written; more than that is not read.
        let bytes = self.folder.read(INDEX, MAX_INDEX_BYTES as u64)?;
        bytes.map_or(Ok(String::new()), |bytes| String::from_utf8(bytes).map_err(|_| MemoryError::Damaged { file: INDEX.to_owned() }))
    }

    /// The file of a topic as it stands; none where there is no such topic.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`], the state folder's.
    pub fn text(&self, topic: &Topic) -> Result<Option<String>, MemoryError> {
        text_of(&self.topics, &format!("{topic}{SUFFIX}"))
    }

    /// The topic's file with the entry at its end; as it is where the entry is there already.
    fn with_entry(&self, entry: &Entry) -> Result<String, MemoryError> {
        let topic = entry.topic();
        let mut text = self.text(topic)?.unwrap_or_else(|| topic_file::heading(topic));
        let there = |found: &Found| matches!(found, Found::Entry(other) if other.id() == entry.id());
        if topic_file::parse(topic, &text).iter().any(there) {
            return Ok(text);
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&entry.render());
        Ok(text)
    }

    /// There is room for a topic in the index; there is where it is one already.
    pub(crate) fn room_for(&self, topic: &Topic) -> Result<(), MemoryError> {
        let there = self.topics.len_of(&format!("{topic}{SUFFIX}"))?.is_some();
        if there || self.topics()?.len() < MAX_TOPICS { Ok(()) } else { Err(MemoryError::IndexFull) }
    }

    /// Writes the index over the topics as they stand.
    pub(crate) fn write_index(&self) -> Result<(), MemoryError> {
        let mut lines = Vec::new();
        for topic in self.topics()? {
            match self.readable(&topic)? {
                Some(Readable::Text(text)) => lines.push(Summary::of(topic, &text)),
                Some(Readable::Not(_)) => lines.push(Summary::of(topic, "")),
                None => {}
            }
        }
        Ok(self.folder.replace(INDEX, index::render(&lines).as_bytes())?)
    }
}

pub(crate) fn text_of(folder: &Folder, name: &str) -> Result<Option<String>, MemoryError> {
    let damaged = |_| MemoryError::Damaged { file: name.to_owned() };
    folder.read(name, 2 * MAX_TOPIC_BYTES as u64)?.map(|bytes| String::from_utf8(bytes).map_err(damaged)).transpose()
}
