//! One search: candidates by BM25, then the other signals.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::{DocAddress, DocId, Searcher, TantivyDocument, collector::TopDocs, query::BooleanQuery, schema::Value as _};

use crate::{
    IndexError, Ranking,
    candidates::Candidates,
    query::{self, Statistics, Word},
    schema::{EPISODE, Fields, LEAF, PLACE},
};

/// Documents that are looked at closely. More of them changes little but the time.
const CANDIDATES: usize = 200;
/// Episodes whose score counts.
const EPISODES: usize = 50;

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its source.
    pub source: String,
    /// Where it stands there.
    pub place: u64,
    /// The leaf of the ledger that tells of it; 0 where none does.
    pub leaf: u64,
    /// By this it is ordered. Comparable within one search only.
    pub score: f32,
}

/// A document with its score, before it is looked up.
struct Scored {
    score: f32,
    leaf: u64,
    address: DocAddress,
}

pub(crate) fn search(searcher: &Searcher, fields: &Fields, text: &str, limit: usize, ranking: &Ranking) -> Result<Vec<Hit>, IndexError> {
    let documents = Statistics::of_documents(searcher, fields)?;
    let words = documents.words(fields.words, text)?;
    if words.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut found: BTreeMap<u32, Vec<DocId>> = BTreeMap::new();
    for (_, address) in best(searcher, &documents, &words, CANDIDATES.max(limit))? {
        found.entry(address.segment_ord).or_default().push(address.doc_id);
    }
    let episodes = if ranking.episode > 0.0 { best_episodes(searcher, fields, text)? } else { BTreeMap::new() };
    let name = if ranking.name > 0.0 { query::only_name(searcher, fields, text)? } else { None };

    let mut scored = Vec::new();
    for (segment_ord, found) in found {
        let segment = searcher.segment_reader(segment_ord);
        let candidates = Candidates::around(segment, *fields, &found, &words)?;
        let docs: BTreeSet<DocId> = found.iter().flat_map(|doc| candidates.near(*doc).map(|(near, ..)| near)).collect();
        let docs: Vec<DocId> = docs.into_iter().collect();
        let named: BTreeSet<DocId> = match &name {
            Some(name) => candidates.named(&docs, name)?.into_iter().collect(),
            None => BTreeSet::new(),
        };
        let leaves = segment.fast_fields().u64(LEAF)?;
        for doc in docs {
            let own = |(_, distance, score): (DocId, u32, f32)| if distance == 0 { score } else { ranking.neighbour(distance) * score };
            let mut score: f32 = candidates.near(doc).map(own).sum();
            if let Some(whole) = candidates.episode(doc).and_then(|episode| episodes.get(&episode)) {
                score += ranking.episode * whole;
            }
            if named.contains(&doc) {
                score *= 1.0 + ranking.name;
            }
            if score > 0.0 {
                scored.push(Scored { score, leaf: leaves.first(doc).unwrap_or_default(), address: DocAddress::new(segment_ord, doc) });
            }
        }
    }
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.leaf.cmp(&a.leaf)).then(a.address.cmp(&b.address)));
    scored.truncate(limit);
    scored.into_iter().map(|scored| looked_up(searcher, fields, &scored)).collect()
}

/// The best records of a field for some words, by BM25.
fn best(searcher: &Searcher, statistics: &Statistics<'_>, words: &[Word], limit: usize) -> Result<Vec<(f32, DocAddress)>, IndexError> {
    let query = BooleanQuery::new_multiterms_query(statistics.telling(words).iter().map(|word| word.term.clone()).collect());
    let collector = TopDocs::with_limit(limit).order_by_score();
    Ok(searcher.search_with_statistics_provider(&query, &collector, statistics)?)
}

/// The scores of the best episodes.
fn best_episodes(searcher: &Searcher, fields: &Fields, text: &str) -> Result<BTreeMap<u64, f32>, IndexError> {
    let statistics = Statistics::of_episodes(searcher, fields)?;
    let words = statistics.words(fields.whole, text)?;
    let mut scores = BTreeMap::new();
    if !words.is_empty() {
        for (score, address) in best(searcher, &statistics, &words, EPISODES)? {
            let episode = searcher.segment_reader(address.segment_ord).fast_fields().u64(EPISODE)?.first(address.doc_id);
            scores.extend(episode.map(|episode| (episode, score)));
        }
    }
    Ok(scores)
}

fn looked_up(searcher: &Searcher, fields: &Fields, scored: &Scored) -> Result<Hit, IndexError> {
    let Scored { score, leaf, address } = *scored;
    let record: TantivyDocument = searcher.doc(address)?;
    let source = record.get_first(fields.source).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let place = searcher.segment_reader(address.segment_ord).fast_fields().u64(PLACE)?.first(address.doc_id).unwrap_or_default();
    Ok(Hit { source, place, leaf, score })
}
