//! Brings the index up to date with the topics, the transcripts and the conversations.
//!
//! A topic is small, so one with more in it is indexed anew. A transcript and a conversation are large, so what came since is added.
//! Where one of them all is gone, or what stood in it does not stand there any more, the whole index is made anew, so that no word of
//! what was removed stays in it: a redaction, a consolidation, an edit by hand.

use std::collections::BTreeMap;

use cofferdam_base::Digest;
use cofferdam_gate::{Followed, Gate, transcript::Part};
use cofferdam_index::{Index, Indexed, Update};
use cofferdam_memory::{Memory, Readable, Topic};
use cofferdam_store::Folder;

use crate::{
    Conversation, Conversations, RecallError,
    put::{mark_of, put_conversation, put_part, put_topic},
    source::{self, LEDGER},
};

/// What is kept, as it is now.
struct Kept {
    memory: Memory,
    /// Each with its length in bytes and the digest of what stands in it.
    topics: BTreeMap<Topic, Indexed>,
    /// Whether each indexed topic still begins with what was indexed of it.
    topics_grew: bool,
    parts: Vec<Part>,
    conversations: Vec<Conversation>,
}

impl Kept {
    fn of(gate: &Gate, said: &dyn Conversations, index: &Index) -> Result<Self, RecallError> {
        let memory = gate.memory()?;
        let (topics, topics_grew) = topics(&memory, index.sources())?;
        Ok(Self { topics, topics_grew, memory, parts: gate.transcripts()?.parts()?, conversations: said.list()? })
    }

    /// The names of what only grows, each as an index is that has all of it.
    fn growing(&self) -> BTreeMap<String, Indexed> {
        let parts = self.parts.iter().map(|part| (source::of_part(part), Indexed { end: part.bytes, mark: mark_of(part.rewritten) }));
        let conversations = self.conversations.iter().map(|conversation| {
            let &Conversation { ref run, end, rewritten } = conversation;
            (source::of_conversation(run), Indexed { end, mark: mark_of(rewritten) })
        });
        parts.chain(conversations).collect()
    }
}

/// The index, with all that is kept in it but what the run that asks said itself: that is added by others, so that a run that
/// recalls often does not write the index each time.
pub(crate) fn caught_up(
    gate: &Gate,
    said: &dyn Conversations,
    folder: &Folder,
    known: Option<Index>,
    followed: &mut Followed<'_, '_>,
) -> Result<Index, RecallError> {
    let index = match known.filter(Index::is_current) {
        Some(index) => index,
        None => Index::open(folder)?,
    };
    let mut kept = Kept::of(gate, said, &index)?;
    let rewritten = !kept.topics_grew || is_rewritten(index.sources(), &kept.growing());
    kept.conversations.retain(|conversation| said.asking() != Some(&conversation.run));
    if rewritten {
        return fill(gate, said, Index::create(folder)?, &kept, followed);
    }
    if is_up_to_date(&index, &kept) { Ok(index) } else { fill(gate, said, index, &kept, followed) }
}

/// The topics as an index is that has all of them, and whether those of which something is indexed still begin with it.
fn topics(memory: &Memory, indexed: &BTreeMap<String, Indexed>) -> Result<(BTreeMap<Topic, Indexed>, bool), RecallError> {
    let (mut topics, mut grew) = (BTreeMap::new(), true);
    for topic in memory.topics()? {
        let text = match memory.readable(&topic)? {
            Some(Readable::Text(text)) => text,
            // It has no words; whoever reads the topic is told why.
            Some(Readable::Not(_)) => String::new(),
            None => continue,
        };
        let now = whole(&text);
        grew &= indexed.get(&source::of_topic(&topic)).is_none_or(|was| *was == now || begins_with(&text, was));
        topics.insert(topic, now);
    }
    let is_there = |name: &String| source::topic(name).is_none_or(|topic| topics.contains_key(&topic));
    grew &= indexed.keys().all(is_there);
    Ok((topics, grew))
}

/// A topic's text as an index is that has all of it.
fn whole(text: &str) -> Indexed {
    Indexed { end: text.len() as u64, mark: Digest::of(text.as_bytes()).to_string() }
}

fn begins_with(text: &str, was: &Indexed) -> bool {
    let begin = usize::try_from(was.end).ok().and_then(|end| text.as_bytes().get(..end));
    begin.is_some_and(|begin| Digest::of(begin).to_string() == was.mark)
}

/// Whether the words of something that is gone may be in the index. What is shorter than it was is not what it was either.
fn is_rewritten(indexed: &BTreeMap<String, Indexed>, growing: &BTreeMap<String, Indexed>) -> bool {
    let grew = |was: &Indexed, now: &Indexed| now.mark == was.mark && now.end >= was.end;
    let indexed = indexed.iter().filter(|(name, _)| source::only_grows(name));
    indexed.into_iter().any(|(name, was)| growing.get(name).is_none_or(|now| !grew(was, now)))
}

fn is_up_to_date(index: &Index, kept: &Kept) -> bool {
    let sources = index.sources();
    let topics = kept.topics.iter().all(|(topic, now)| sources.get(&source::of_topic(topic)) == Some(now));
    topics && kept.growing().iter().all(|(name, now)| sources.get(name).is_some_and(|was| was.end >= now.end))
}

fn fill(gate: &Gate, said: &dyn Conversations, index: Index, kept: &Kept, followed: &mut Followed<'_, '_>) -> Result<Index, RecallError> {
    let mut update = index.update()?;
    put_topics(&mut update, kept)?;
    let from = update.sources().get(LEDGER).map_or(0, |ledger| ledger.end);
    let mut requests = BTreeMap::new();
    let end = followed.requests_from(from, |requested| {
        requests.insert(requested.call.clone(), requested);
    })?;
    for part in &kept.parts {
        put_part(gate, &mut update, part, &requests)?;
    }
    for conversation in &kept.conversations {
        put_conversation(said, &mut update, conversation)?;
    }
    update.indexed(LEDGER, Indexed { end, mark: String::new() });
    Ok(update.commit()?)
}

fn put_topics(update: &mut Update, kept: &Kept) -> Result<(), RecallError> {
    for (topic, now) in &kept.topics {
        let name = source::of_topic(topic);
        if update.sources().get(&name) != Some(now) {
            put_topic(update, &name, now, &kept.memory.read(topic)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(name: &str, end: u64, mark: &str) -> BTreeMap<String, Indexed> {
        BTreeMap::from([(name.to_owned(), Indexed { end, mark: mark.to_owned() })])
    }

    #[test]
    fn a_topic_grew_where_it_begins_with_what_was_indexed() {
        let was = whole("one\ntwo\n");
        for (now, grew) in [("one\ntwo\n", true), ("one\ntwo\nthree\n", true), ("one\nTwo\nthree\n", false), ("one\n", false), ("", false)]
        {
            assert_eq!(begins_with(now, &was), grew, "{now}");
        }
    }

    #[test]
    fn what_grew_is_no_other_and_what_is_gone_shorter_or_written_anew_is() {
        for name in ["transcript/a.jsonl", "conversation/a"] {
            let indexed = kept(name, 10, "rewritten 0");
            for (now, is) in [
                (kept(name, 10, "rewritten 0"), false),
                (kept(name, 11, "rewritten 0"), false),
                (kept(name, 9, "rewritten 0"), true),
                (kept(name, 10, "rewritten 1"), true),
                (kept("conversation/b", 10, "rewritten 0"), true),
                (BTreeMap::new(), true),
            ] {
                assert_eq!(is_rewritten(&indexed, &now), is, "{name} {now:?}");
            }
        }
        // Topics and the ledger have rules of their own.
        for name in ["topic/a", "ledger"] {
            assert!(!is_rewritten(&kept(name, 10, "x"), &BTreeMap::new()));
        }
    }
}
