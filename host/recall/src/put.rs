//! What becomes a document of the index, source by source.

use std::collections::BTreeMap;

use cofferdam_base::CallId;
use cofferdam_gate::{
    Gate, Requested,
    transcript::{Part, Said},
};
use cofferdam_index::{Document, Indexed, MAX_EPISODE_DOCUMENTS, Update};
use cofferdam_memory::Found;

use crate::{Conversation, Conversations, RecallError, source};

/// Bytes of a call's texts, and of words that were said, that are indexed. What is longer is found by how it begins.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The mark of something that only grows, by how often it was written anew.
pub(crate) fn mark_of(rewritten: u64) -> String {
    format!("rewritten {rewritten}")
}

/// Puts what stands in a topic in the place of what stood there.
pub(crate) fn put_topic(update: &mut Update, name: &str, now: &Indexed, found: &[Found]) -> Result<(), RecallError> {
    update.forget(name);
    let documents: Vec<Document> = found.iter().zip(0..).map(|(found, place)| document(found, place)).collect();
    for (number, episode) in documents.chunks(MAX_EPISODE_DOCUMENTS).enumerate() {
        update.put(name, number as u64, episode)?;
    }
    update.indexed(name, now.clone());
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
pub(crate) fn put_part(gate: &Gate, update: &mut Update, part: &Part, requests: &BTreeMap<CallId, Requested>) -> Result<(), RecallError> {
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
            document.text.push_str(beginning(text, MAX_TEXT_BYTES.saturating_sub(document.text.len())));
            document.text.push('\n');
        }
    }
    episode.extend(call.map(|(_, document)| document));
    put_episode(update, &name, &mut episode)?;
    update.indexed(&name, Indexed { end: part.bytes, mark: mark_of(part.rewritten) });
    Ok(())
}

/// Adds what was said in a conversation and is not indexed yet. A document is a task, a remark or an answer.
pub(crate) fn put_conversation(from: &dyn Conversations, update: &mut Update, conversation: &Conversation) -> Result<(), RecallError> {
    let name = source::of_conversation(&conversation.run);
    let indexed = update.sources().get(&name).map_or(0, |indexed| indexed.end);
    if indexed >= conversation.end {
        return Ok(());
    }
    let mut episode: Vec<Document> = Vec::new();
    let end = from.said_from(&conversation.run, indexed, &mut |place, words| {
        // Who speaks is no name here: `model` and `person` are words of ordinary questions.
        let text = beginning(&words.text, MAX_TEXT_BYTES).to_owned();
        episode.push(Document { place, leaf: 0, names: String::new(), text });
        if episode.len() >= MAX_EPISODE_DOCUMENTS { put_episode(update, &name, &mut episode) } else { Ok(()) }
    })?;
    put_episode(update, &name, &mut episode)?;
    update.indexed(&name, Indexed { end, mark: mark_of(conversation.rewritten) });
    Ok(())
}

/// An episode is known by where its first document stands.
fn put_episode(update: &mut Update, name: &str, episode: &mut Vec<Document>) -> Result<(), RecallError> {
    if let Some(first) = episode.first() {
        update.put(name, first.place, episode)?;
        episode.clear();
    }
    Ok(())
}

fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_indexed_by_how_it_begins() {
        for (text, bytes, begins) in
            [("wörter", 9, "wörter"), ("wörter", 7, "wörter"), ("wörter", 3, "wö"), ("wörter", 2, "w"), ("wörter", 0, "")]
        {
            assert_eq!(beginning(text, bytes), begins, "{bytes}");
        }
    }
}
