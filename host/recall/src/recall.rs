//! Recalling: by words, or a whole topic.

use cofferdam_gate::{Checked, Gate};
use cofferdam_index::{Index, Ranking};
use cofferdam_memory::{Doubt, Entry, Found, State, Topic};
use cofferdam_store::Folder;

use crate::{
    Again, Conversations, MAX_RANKED, Meaning, Ranked, RecallError, Recalled, Thing,
    catch_up::caught_up,
    meaning::rank_anew,
    places::{Kept, Places},
    recalled::state_of,
    source,
};

/// Name of the index's folder in the state folder.
const FOLDER: &str = "index";
/// How many hits are looked through where not all are wanted.
const DEPTH: usize = 1000;

/// Finds what earlier runs left in a workspace.
pub struct Recall<'g> {
    gate: &'g Gate,
    said: Box<dyn Conversations + 'g>,
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
    /// Conversations of runs.
    pub conversations: usize,
    /// Entries, calls and what was said, with a record for each group of them.
    pub records: u64,
}

impl<'g> Recall<'g> {
    /// Recalls from a gate's workspace, and what was said in its runs. Nothing is opened before the first question.
    ///
    /// # Errors
    /// The state folder's.
    pub fn open(gate: &'g Gate, said: impl Conversations + 'g) -> Result<Self, RecallError> {
        Ok(Self { gate, said: Box::new(said), folder: gate.state().folder().folder(FOLDER)?, index: None })
    }

    /// What is found for some words, the best first, each thing checked now. What was written until now is found, but not what
    /// the run that asks said itself. Without a meaning, or where it fails, the words alone decide what is best.
    ///
    /// # Errors
    /// [`RecallError`]: the index, or what it leads to, cannot be read.
    pub fn search(&mut self, words: &str, limit: usize, meaning: Option<&mut dyn Meaning>) -> Result<Ranked, RecallError> {
        let own = self.said.asking().map(source::of_conversation);
        self.search_where(words, limit, meaning, |source| own.as_deref() != Some(source))
    }

    /// Like [`Recall::search`], of the memory alone.
    ///
    /// # Errors
    /// See [`Recall::search`].
    pub fn search_memory(&mut self, words: &str, limit: usize, meaning: Option<&mut dyn Meaning>) -> Result<Ranked, RecallError> {
        self.search_where(words, limit, meaning, |source| source::topic(source).is_some())
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
        let (gate, said, folder) = (self.gate, self.said.as_ref(), &self.folder);
        let index = gate.follow(|followed| {
            let empty = Index::create(folder)?;
            caught_up(gate, said, folder, Some(empty), followed)
        })?;
        let of_kind = |is: fn(&str) -> bool| index.sources().keys().filter(|name| is(name)).count();
        let indexed = Indexed {
            topics: of_kind(|name| source::topic(name).is_some()),
            transcripts: of_kind(|name| source::file_name(name).is_some()),
            conversations: of_kind(|name| source::conversation(name).is_some()),
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
        limit: usize,
        meaning: Option<&mut dyn Meaning>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Ranked, RecallError> {
        // By its meaning, what words put behind the limit may come before it.
        let looked_at = if meaning.is_some() { limit.max(MAX_RANKED) } else { limit };
        let index = self.caught_up()?;
        let depth = if index.sources().keys().all(|source| wanted(source)) { looked_at } else { looked_at.max(DEPTH) };
        let mut hits = index.search(words, depth, &Ranking::default())?;
        hits.retain(|hit| wanted(&hit.source));
        hits.truncate(looked_at);
        let kept = Places::open(self.gate)?.read(&hits, self.said.as_ref())?;
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
        let index = self.gate.follow(|followed| caught_up(self.gate, self.said.as_ref(), &self.folder, known, followed))?;
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
                Kept::Said(words) => Some(Recalled {
                    state: State::Unverifiable(vec![Doubt::OnlySaid]),
                    thing: Thing::Said(words),
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
        // Whoever spoke of the call is found by its identifier as well.
        for hit in index.search(cited.call.as_str(), DEPTH, &Ranking::PLAIN)? {
            if let Some(seen) = places.seen(&hit)?
                && seen.call == cited.call
            {
                let made = |arguments| Again { call: seen.call.clone(), function: cited.function.clone(), arguments };
                again.extend(seen.given().map(made));
                break;
            }
        }
    }
    Ok(again)
}
