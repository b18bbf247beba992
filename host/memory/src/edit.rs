//! A person's own edit of a topic: what was written becomes statements, and the ledger tells of it.
//!
//! An entry that the person left alone stays as it is; everything else that stands in their text becomes an entry whose
//! ground is a person's word. Who mends an entry does not say that what it carries is no longer confidential, so what they wrote
//! carries what the entries do that it takes the place of.

use std::collections::BTreeSet;

use cofferdam_base::EntryId;

use crate::{
    Draft, Found, Memory, MemoryError, Topic,
    entry::HEADING,
    rewrite::{Act, Piece, Rewrite, Rewritten},
    topic_file,
};

impl Memory {
    /// Works out what a person's new text of a topic says beside what stands there now. `before` is the text that they began
    /// with; a topic that does not exist begins with none, and one of which nothing is left is no topic any more.
    ///
    /// # Errors
    /// [`MemoryError::ChangedMeanwhile`], [`MemoryError::Text`], [`MemoryError::UnknownTopic`] for no text of no topic, the state
    /// folder's.
    pub fn revise(&self, topic: &Topic, before: Option<&str>, text: &str) -> Result<Rewrite, MemoryError> {
        if self.text(topic)?.as_deref() != before {
            return Err(MemoryError::ChangedMeanwhile { topic: topic.to_string() });
        }
        let old = before.map(|before| topic_file::parse(topic, before)).unwrap_or_default();
        let new = topic_file::parse(topic, text);
        let secrets: BTreeSet<String> = old.iter().filter(|found| !new.contains(found)).flat_map(Found::secrets).collect();
        let mut pieces = vec![Piece::Text(topic_file::heading(topic))];
        for found in new {
            let words = match &found {
                Found::Entry(entry) if old.contains(&found) => {
                    pieces.push(Piece::Text(entry.render()));
                    continue;
                }
                // Changed, or brought from elsewhere: what it cites does not show these words here.
                Found::Entry(entry) => entry.text().to_owned(),
                Found::Loose { text, .. } => words(text),
            };
            let stated = Draft::stated(topic.clone(), &words)?;
            pieces.push(Piece::New(Box::new(stated.carrying(&secrets).carrying(&found.secrets()))));
        }
        if pieces.len() == 1 && before.is_none() {
            return Err(MemoryError::UnknownTopic { topic: topic.to_string() });
        }
        let topics = vec![Rewritten { topic: topic.clone(), before: before.map(ToOwned::to_owned), pieces }];
        Ok(Rewrite { act: Act::Edited, topics })
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
