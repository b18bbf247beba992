//! Brings the index up to date with the topics and the transcripts.
//!
//! A topic is small and changes anywhere, so a changed one is indexed anew. A transcript only grows, so what came since is
//! added; one that a redaction wrote anew has the whole index made anew, so that no word of what was removed stays in it.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, Digest};
use cofferdam_gate::{
    Followed, Gate, Requested,
    transcript::{Part, Said},
};
use cofferdam_index::{Document, Index, Indexed, MAX_EPISODE_DOCUMENTS, Update};
use cofferdam_memory::{Found, Memory, Topic};
use cofferdam_store::Folder;

use crate::{
    RecallError,
    source::{self, LEDGER},
};

/// Bytes of a call's texts whose words are indexed. What is longer is found by how it begins.
const MAX_CALL_BYTES: usize = 64 * 1024;

/// The topics, each with the mark of what stands in it, and the parts of transcripts, as they are now.
struct Kept {
    memory: Memory,
    topics: BTreeMap<Topic, String>,
    parts: Vec<Part>,
}

/// The index, with all that is kept in it.
pub(crate) fn caught_up(gate: &Gate, folder: &Folder, known: Option<Index>, followed: &mut Followed<'_, '_>) -> Result<Index, RecallError> {
    let index = match known.filter(Index::is_current) {
        Some(index) => index,
        None => Index::open(folder)?,
    };
    let memory = gate.memory()?;
    let kept = Kept { topics: topics(&memory)?, memory, parts: gate.transcripts()?.parts()? };
    if is_rewritten(&index, &kept) {
        return fill(gate, Index::create(folder)?, &kept, followed);
    }
    if is_up_to_date(&index, &kept) { Ok(index) } else { fill(gate, index, &kept, followed) }
}

/// The topics with the digest of what stands in each.
fn topics(memory: &Memory) -> Result<BTreeMap<Topic, String>, RecallError> {
    let mut topics = BTreeMap::new();
    for topic in memory.topics()? {
        let text = memory.text(&topic)?.unwrap_or_default();
        topics.insert(topic, Digest::of(text.as_bytes()).to_string());
    }
    Ok(topics)
}

fn mark_of(part: &Part) -> String {
    format!("rewritten {}", part.rewritten)
}

/// Whether the words of something that is gone may be in the index.
fn is_rewritten(index: &Index, kept: &Kept) -> bool {
    let present: BTreeMap<String, String> = kept.parts.iter().map(|part| (source::of_part(part), mark_of(part))).collect();
    let of_transcripts = index.sources().iter().filter(|(name, _)| source::file_name(name).is_some());
    of_transcripts.into_iter().any(|(name, indexed)| present.get(name).is_none_or(|mark| *mark != indexed.mark))
}

fn is_up_to_date(index: &Index, kept: &Kept) -> bool {
    let sources = index.sources();
    let topics = kept.topics.iter().all(|(topic, mark)| sources.get(&source::of_topic(topic)).is_some_and(|indexed| indexed.mark == *mark));
    let parts = kept.parts.iter().all(|part| sources.get(&source::of_part(part)).is_some_and(|indexed| indexed.end >= part.bytes));
    topics && parts && sources.keys().filter(|name| source::topic(name).is_some()).count() == kept.topics.len()
}

fn fill(gate: &Gate, index: Index, kept: &Kept, followed: &mut Followed<'_, '_>) -> Result<Index, RecallError> {
    let mut update = index.update()?;
    let is_gone = |name: &String| source::topic(name).is_some_and(|topic| !kept.topics.contains_key(&topic));
    let gone: Vec<String> = update.sources().keys().filter(|name| is_gone(name)).cloned().collect();
    for name in &gone {
        update.forget(name);
    }
    for (topic, mark) in &kept.topics {
        let name = source::of_topic(topic);
        if update.sources().get(&name).is_none_or(|indexed| indexed.mark != *mark) {
            put_topic(&mut update, &name, mark, &kept.memory.read(topic)?)?;
        }
    }
    let from = update.sources().get(LEDGER).map_or(0, |ledger| ledger.end);
    let mut requests = BTreeMap::new();
    let end = followed.requests_from(from, |requested| {
        requests.insert(requested.call.clone(), requested);
    })?;
    for part in &kept.parts {
        put_part(gate, &mut update, part, &requests)?;
    }
    update.indexed(LEDGER, Indexed { end, mark: String::new() });
    Ok(update.commit()?)
}

fn put_topic(update: &mut Update, name: &str, mark: &str, found: &[Found]) -> Result<(), RecallError> {
    update.forget(name);
    let documents: Vec<Document> = found.iter().zip(0..).map(|(found, place)| document(found, place)).collect();
    for (number, episode) in documents.chunks(MAX_EPISODE_DOCUMENTS).enumerate() {
        update.put(name, number as u64, episode)?;
    }
    update.indexed(name, Indexed { end: documents.len() as u64, mark: mark.to_owned() });
    Ok(())
}

fn document(found: &Found, place: u64) -> Document {
    match found {
        Found::Entry(entry) => {
            let files = entry.evidence().iter().flat_map(|cited| &cited.files).map(|(path, _)| path.as_str());
            let text = std::iter::once(entry.text()).chain(files).collect::<Vec<_>>().join("\n");
            Document { place, leaf: entry.leaf(), names: entry.topic().to_string(), text }
        }
        Found::Loose { topic, text, .. } => Document { place, leaf: 0, names: topic.to_string(), text: text.clone() },
    }
}

/// Adds the calls of a part that are not indexed yet. A document is a call; it stands where its first line begins.
fn put_part(gate: &Gate, update: &mut Update, part: &Part, requests: &BTreeMap<CallId, Requested>) -> Result<(), RecallError> {
    let name = source::of_part(part);
    let from = update.sources().get(&name).map_or(0, |indexed| indexed.end);
    if from >= part.bytes {
        return Ok(());
    }
    let mut episode: Vec<Document> = Vec::new();
    let mut call: Option<(CallId, Document)> = None;
    for line in gate.transcripts()?.lines(part, from)? {
        // A damaged line has no words; whoever reads the transcript is told of it.
        let Ok((at, line)) = line else { continue };
        if call.as_ref().is_none_or(|(id, _)| *id != line.call) {
            let requested = requests.get(&line.call);
            let begun = Document {
                place: at,
                leaf: requested.map_or(0, |requested| requested.leaf),
                names: requested.map(|requested| requested.function.clone()).unwrap_or_default(),
                // By its identifier it is found as well.
                text: format!("{}\n", line.call),
            };
            episode.extend(call.replace((line.call.clone(), begun)).map(|(_, document)| document));
            if episode.len() >= MAX_EPISODE_DOCUMENTS {
                put_episode(update, &name, &mut episode)?;
            }
        }
        if let (Some((_, document)), Said::Arguments | Said::Outcome | Said::Question, Some(text)) =
            (&mut call, line.said, line.body.text())
        {
            let room = MAX_CALL_BYTES.saturating_sub(document.text.len());
            document.text.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or_default());
            document.text.push('\n');
        }
    }
    episode.extend(call.map(|(_, document)| document));
    put_episode(update, &name, &mut episode)?;
    update.indexed(&name, Indexed { end: part.bytes, mark: mark_of(part) });
    Ok(())
}

fn put_episode(update: &mut Update, name: &str, episode: &mut Vec<Document>) -> Result<(), RecallError> {
    if let Some(first) = episode.first() {
        update.put(name, first.place, episode)?;
        episode.clear();
    }
    Ok(())
}
