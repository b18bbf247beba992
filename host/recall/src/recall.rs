//! Recalling: by words, or a whole topic.

use std::collections::BTreeMap;

use cofferdam_gate::{
    Checked, Gate,
    transcript::{Part, SeenCall},
};
use cofferdam_index::{Hit, Index, Ranking};
use cofferdam_memory::{Entry, Found, Memory, State, Topic};
use cofferdam_store::Folder;

use crate::{
    Again, MAX_RANKED, Meaning, Ranked, RecallError, Recalled, Thing, catch_up::caught_up, meaning::rank_anew, recalled::state_of, source,
};

/// Name of the index's folder in the state folder.
const FOLDER: &str = "index";

/// Finds what earlier runs left in a workspace.
pub struct Recall<'g> {
    gate: &'g Gate,
    folder: Folder,
    index: Option<Index>,
}

/// What is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indexed {
    /// Topics.
    pub topics: usize,
    /// Files of transcripts.
    pub transcripts: usize,
    /// Entries and calls, with a record for each group of them.
    pub records: u64,
}

impl<'g> Recall<'g> {
    /// Recalls from a gate's workspace. Nothing is opened before the first question.
    ///
    /// # Errors
    /// The state folder's.
    pub fn open(gate: &'g Gate) -> Result<Self, RecallError> {
        Ok(Self { gate, folder: gate.state().folder().folder(FOLDER)?, index: None })
    }

    /// What is found for some words, the best first, each thing checked now. What was written until now is found. Without a
    /// meaning, or where it fails, the words alone decide what is best.
    ///
    /// # Errors
    /// [`RecallError`]: the index, or what it leads to, cannot be read.
    pub fn search(&mut self, words: &str, limit: usize, meaning: Option<&mut dyn Meaning>) -> Result<Ranked, RecallError> {
        self.search_where(words, limit, limit, meaning, |_| true)
    }

    /// Like [`Recall::search`], of the memory alone.
    ///
    /// # Errors
    /// See [`Recall::search`].
    pub fn search_memory(&mut self, words: &str, limit: usize, meaning: Option<&mut dyn Meaning>) -> Result<Ranked, RecallError> {
        /// How many hits are looked through for those of the memory.
        const DEPTH: usize = 1000;
        self.search_where(words, DEPTH, limit, meaning, |hit| source::topic(&hit.source).is_some())
    }

    /// What stands in a topic, newest first, each thing checked now.
    ///
    /// # Errors
    /// [`RecallError::Memory`] for a topic that there is not.
    pub fn topic(&mut self, topic: &Topic) -> Result<Vec<Recalled>, RecallError> {
        let mut found = self.gate.memory()?.read(topic)?;
        found.reverse();
        self.recalled(found)
    }

    /// What stands in the whole memory, each thing checked now.
    ///
    /// # Errors
    /// See [`Recall::search`].
    pub fn all(&mut self) -> Result<Vec<Recalled>, RecallError> {
        let found = self.gate.memory()?.all()?;
        self.recalled(found)
    }

    /// Makes the index anew from what is kept.
    ///
    /// # Errors
    /// See [`Recall::search`].
    pub fn reindex(&mut self) -> Result<Indexed, RecallError> {
        self.index = None;
        let (gate, folder) = (self.gate, &self.folder);
        let index = gate.follow(|followed| {
            let empty = Index::create(folder)?;
            caught_up(gate, folder, Some(empty), followed)
        })?;
        let of_kind = |is: fn(&str) -> bool| index.sources().keys().filter(|name| is(name)).count();
        let indexed = Indexed {
            topics: of_kind(|name| source::topic(name).is_some()),
            transcripts: of_kind(|name| source::file_name(name).is_some()),
            records: index.len(),
        };
        self.index = Some(index);
        Ok(indexed)
    }

    /// Removes the index, with every word of what it was made from; the next search makes it anew.
    ///
    /// # Errors
    /// The state folder's.
    pub fn clear(&mut self) -> Result<(), RecallError> {
        self.index = None;
        self.gate.follow(|_| Ok(Index::remove(&self.folder)?))
    }

    fn search_where(
        &mut self,
        words: &str,
        depth: usize,
        limit: usize,
        meaning: Option<&mut dyn Meaning>,
        wanted: impl Fn(&Hit) -> bool,
    ) -> Result<Ranked, RecallError> {
        // By its meaning, what words put behind the limit may come before it.
        let looked_at = if meaning.is_some() { limit.max(MAX_RANKED) } else { limit };
        let mut hits = self.caught_up()?.search(words, depth.max(looked_at), &Ranking::default())?;
        hits.retain(wanted);
        hits.truncate(looked_at);
        let kept = Places::open(self.gate)?.read(&hits)?;
        // Checked first: what is sent has the integrity that a check says.
        let mut found = self.checked(kept)?;
        let by_words_alone = meaning.and_then(|meaning| rank_anew(words, &mut found, meaning).err());
        found.truncate(limit);
        self.name_again(&mut found)?;
        Ok(Ranked { found, by_words_alone })
    }

    /// The index with everything that was written until now.
    fn caught_up(&mut self) -> Result<&Index, RecallError> {
        let known = self.index.take();
        let index = self.gate.follow(|followed| caught_up(self.gate, &self.folder, known, followed))?;
        Ok(self.index.insert(index))
    }

    /// What stands in topics, each thing checked.
    fn recalled(&mut self, found: Vec<Found>) -> Result<Vec<Recalled>, RecallError> {
        let mut recalled = self.checked(found.into_iter().map(Kept::Learnt).collect())?;
        self.name_again(&mut recalled)?;
        Ok(recalled)
    }

    /// Checks what was found, with one look at the ledger for all memories.
    fn checked(&self, kept: Vec<Kept>) -> Result<Vec<Recalled>, RecallError> {
        let learnt = |kept: &Kept| if let Kept::Learnt(found) = kept { Some(found.clone()) } else { None };
        let mut memories = self.gate.check_memories(kept.iter().filter_map(learnt).collect())?.into_iter();
        let mut recalled = Vec::new();
        for one in kept {
            recalled.extend(match one {
                Kept::Learnt(_) => memories.next().map(|Checked { found, state, contradicts }| Recalled {
                    thing: Thing::Learnt(found),
                    state,
                    contradicts,
                    again: Vec::new(),
                }),
                Kept::Seen(seen) => Some(Recalled {
                    state: state_of(&seen, self.gate),
                    thing: Thing::Seen(*seen),
                    contradicts: Vec::new(),
                    again: Vec::new(),
                }),
            });
        }
        Ok(recalled)
    }

    /// Gives each stale memory the calls that it cites, as they can be made again. One look at the index and at what there is of
    /// transcripts serves all of them.
    fn name_again(&mut self, recalled: &mut [Recalled]) -> Result<(), RecallError> {
        let stale = |one: &&mut Recalled| matches!((&one.thing, &one.state), (Thing::Learnt(Found::Entry(_)), State::Stale(_)));
        let mut stale = recalled.iter_mut().filter(stale).peekable();
        if stale.peek().is_none() {
            return Ok(());
        }
        let places = Places::open(self.gate)?;
        let index = self.caught_up()?;
        for one in stale {
            if let Thing::Learnt(Found::Entry(entry)) = &one.thing {
                one.again = again(index, &places, entry)?;
            }
        }
        Ok(())
    }
}

/// The calls that an entry cites, as they can be made again.
fn again(index: &Index, places: &Places<'_>, entry: &Entry) -> Result<Vec<Again>, RecallError> {
    let mut again = Vec::new();
    for cited in entry.evidence() {
        let hits = index.search(cited.call.as_str(), 1, &Ranking::PLAIN)?;
        for kept in places.read(&hits)? {
            if let Kept::Seen(seen) = kept
                && seen.call == cited.call
                && let Some(arguments) = seen.given()
            {
                again.push(Again { function: cited.function.clone(), arguments });
            }
        }
    }
    Ok(again)
}

/// What was found, before it is checked.
enum Kept {
    Learnt(Found),
    Seen(Box<SeenCall>),
}

/// Where hits are read: the topics, and the parts of transcripts that there are.
struct Places<'g> {
    gate: &'g Gate,
    memory: Memory,
    parts: BTreeMap<String, Part>,
}

impl<'g> Places<'g> {
    fn open(gate: &'g Gate) -> Result<Self, RecallError> {
        let parts = gate.transcripts()?.parts()?.into_iter().map(|part| (part.file_name(), part)).collect();
        Ok(Self { gate, memory: gate.memory()?, parts })
    }

    /// Reads hits where they are kept. What is gone since it was indexed is left out.
    fn read(&self, hits: &[Hit]) -> Result<Vec<Kept>, RecallError> {
        let mut kept = Vec::new();
        for hit in hits {
            if let Some(topic) = source::topic(&hit.source) {
                let place = usize::try_from(hit.place).unwrap_or(usize::MAX);
                kept.extend(self.memory.read(&topic)?.into_iter().nth(place).map(Kept::Learnt));
            } else if let Some(part) = source::file_name(&hit.source).and_then(|name| self.parts.get(name)) {
                kept.extend(self.gate.seen_call(part, hit.place, hit.leaf)?.map(|seen| Kept::Seen(Box::new(seen))));
            }
        }
        Ok(kept)
    }
}
