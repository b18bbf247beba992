//! The words of a query that the index knows, each with what it is worth there.

use std::collections::BTreeSet;

use tantivy::{
    Searcher, Term,
    query::{Bm25StatisticsProvider, Bm25Weight},
    schema::Field,
    tokenizer::TextAnalyzer,
};

use crate::{
    IndexError,
    schema::{self, Fields},
};

/// Most words of a query that are looked for. A longer one is a text, and its first words say what it is about.
const MAX_WORDS: usize = 64;

/// Records up to which a word is never too frequent to look for.
const NEVER_FREQUENT: u64 = 10_000;
/// A word that more than one of so many records have says little of what is meant.
const FREQUENT_SHARE: u64 = 50;
/// Words that are looked for however frequent they are: the rarest.
const ALWAYS: usize = 2;

/// A word that some record has.
pub(crate) struct Word {
    pub(crate) term: Term,
    pub(crate) weight: Bm25Weight,
    /// Records that have it.
    having: u64,
}

/// The statistics of a field over the records that have it: documents are compared with documents, episodes with episodes.
pub(crate) struct Statistics<'s> {
    searcher: &'s Searcher,
    records: u64,
}

impl<'s> Statistics<'s> {
    pub(crate) fn of_documents(searcher: &'s Searcher, fields: &Fields) -> Result<Self, IndexError> {
        let all: u64 = searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        Ok(Self { searcher, records: all.saturating_sub(episodes(searcher, fields)?) })
    }

    pub(crate) fn of_episodes(searcher: &'s Searcher, fields: &Fields) -> Result<Self, IndexError> {
        Ok(Self { searcher, records: episodes(searcher, fields)? })
    }

    /// What the words of a text are worth in a field, the rarest first; words that no record has are left out.
    pub(crate) fn words(&self, field: Field, text: &str) -> Result<Vec<Word>, IndexError> {
        let mut words = Vec::new();
        for word in distinct(schema::text_analyzer(), text) {
            let term = Term::from_field_text(field, &word);
            let having = self.searcher.doc_freq(&term)?;
            if having > 0 {
                let weight = Bm25Weight::for_terms(self, std::slice::from_ref(&term))?;
                words.push(Word { term, weight, having });
            }
        }
        words.sort_by(|one, other| one.having.cmp(&other.having).then_with(|| one.term.cmp(&other.term)));
        Ok(words)
    }

    /// The words by which candidates are looked for: without those, in a large index, that stand everywhere. What is found is
    /// scored by all words.
    pub(crate) fn telling<'w>(&self, words: &'w [Word]) -> &'w [Word] {
        let frequent = NEVER_FREQUENT.max(self.records / FREQUENT_SHARE);
        let rare = words.partition_point(|word| word.having <= frequent);
        words.get(..rare.max(ALWAYS).min(words.len())).unwrap_or(words)
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let mut tokens = 0;
        for segment in self.searcher.segment_readers() {
            tokens += segment.inverted_index(field)?.total_num_tokens();
        }
        Ok(tokens)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.records)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.searcher.doc_freq(term)
    }
}

fn episodes(searcher: &Searcher, fields: &Fields) -> Result<u64, IndexError> {
    Ok(searcher.doc_freq(&Term::from_field_u64(fields.kind, schema::EPISODE_KIND))?)
}

/// The one word of a text that is a name in the index; none where there is no such word, or more than one.
pub(crate) fn only_name(searcher: &Searcher, fields: &Fields, text: &str) -> Result<Option<Term>, IndexError> {
    let mut only = None;
    for word in distinct(schema::names_analyzer(), text) {
        let term = Term::from_field_text(fields.names, &word);
        if searcher.doc_freq(&term)? > 0 && only.replace(term).is_some() {
            return Ok(None);
        }
    }
    Ok(only)
}

fn distinct(mut analyzer: TextAnalyzer, text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut stream = analyzer.token_stream(text);
    while words.len() < MAX_WORDS && stream.advance() {
        words.insert(std::mem::take(&mut stream.token_mut().text));
    }
    words
}
