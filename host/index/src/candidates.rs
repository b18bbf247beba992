//! The documents of one segment that are looked at closely, each with its own score.

use tantivy::{
    DocId, DocSet as _, SegmentReader, Term,
    columnar::Column,
    postings::{Postings as _, SegmentPostings},
    schema::IndexRecordOption,
};

use crate::{
    IndexError,
    query::Word,
    schema::{EPISODE, Fields, PLACE},
    update::EPISODE_PLACE,
};

/// How far away a neighbour is looked for.
pub(crate) const REACH: u32 = 2;

/// Documents of a segment, and what surrounds them.
pub(crate) struct Candidates<'s> {
    segment: &'s SegmentReader,
    fields: Fields,
    episode: Column<u64>,
    place: Column<u64>,
    /// Own score of each document, in the order of their numbers; numbers next to each other are documents written next to each
    /// other.
    scores: Vec<(DocId, f32)>,
}

impl<'s> Candidates<'s> {
    /// The candidates around some documents: they and their neighbours, scored by the words, and what those neighbours have
    /// around them.
    pub(crate) fn around(segment: &'s SegmentReader, fields: Fields, found: &[DocId], words: &[Word]) -> Result<Self, IndexError> {
        let (episode, place) = (segment.fast_fields().u64(EPISODE)?, segment.fast_fields().u64(PLACE)?);
        let around = |doc: &DocId| doc.saturating_sub(2 * REACH)..doc.saturating_add(2 * REACH + 1).min(segment.max_doc());
        let mut docs: Vec<DocId> = found.iter().flat_map(around).collect();
        docs.sort_unstable();
        docs.dedup();
        let scores = docs.into_iter().map(|doc| (doc, 0.0)).collect();
        let mut candidates = Self { segment, fields, episode, place, scores };
        candidates.score(words)?;
        Ok(candidates)
    }

    /// Adds the score of every word.
    fn score(&mut self, words: &[Word]) -> Result<(), IndexError> {
        let index = self.segment.inverted_index(self.fields.words)?;
        let lengths = self.segment.get_fieldnorms_reader(self.fields.words)?;
        for word in words {
            let Some(mut postings) = index.read_postings(&word.term, IndexRecordOption::WithFreqs)? else { continue };
            for (doc, score) in &mut self.scores {
                if has(&mut postings, *doc) {
                    *score += word.weight.score(lengths.fieldnorm_id(*doc), postings.term_freq());
                }
            }
        }
        Ok(())
    }

    /// Whether two records are documents of one episode.
    fn same_episode(&self, one: DocId, other: DocId) -> bool {
        self.place.first(other) != Some(EPISODE_PLACE) && self.episode.first(one) == self.episode.first(other)
    }

    /// The documents at most [`REACH`] away from one, each with its distance and its own score. Distance 0 is the document.
    pub(crate) fn near(&self, doc: DocId) -> impl Iterator<Item = (DocId, u32, f32)> {
        let first = self.scores.partition_point(|(near, _)| near.saturating_add(REACH) < doc);
        let near = self.scores.get(first..).unwrap_or_default().iter().take_while(move |(near, _)| near.saturating_sub(REACH) <= doc);
        let near = near.filter(move |(near, _)| self.same_episode(doc, *near));
        near.map(move |(near, score)| (*near, near.abs_diff(doc), *score))
    }

    /// The episode of a document.
    pub(crate) fn episode(&self, doc: DocId) -> Option<u64> {
        self.episode.first(doc)
    }

    /// Which of some documents, in ascending order, have a name.
    pub(crate) fn named(&self, docs: &[DocId], name: &Term) -> Result<Vec<DocId>, IndexError> {
        let index = self.segment.inverted_index(self.fields.names)?;
        let Some(mut postings) = index.read_postings(name, IndexRecordOption::Basic)? else { return Ok(Vec::new()) };
        Ok(docs.iter().copied().filter(|doc| has(&mut postings, *doc)).collect())
    }
}

/// Whether a document is among some postings; to be asked in ascending order.
fn has(postings: &mut SegmentPostings, doc: DocId) -> bool {
    postings.doc() == doc || (postings.doc() < doc && postings.seek(doc) == doc)
}
