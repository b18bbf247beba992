//! The fields of the index, and how text becomes words.

use tantivy::{
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{
        AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
        TokenizerManager,
    },
};

/// Version of the schema and of the analysis: an index of another one is made anew.
pub(crate) const VERSION: u32 = 1;

/// Words that are longer are digests and other noise.
const MAX_WORD_BYTES: usize = 64;

/// Words that say how something is asked and not what: they stand in half of all lines and find nothing.
const QUESTION_WORDS: &[&str] = &[
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "during", "for", "from",
    "had", "has", "have", "he", "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "may", "might", "my", "no",
    "not", "of", "on", "or", "our", "she", "should", "so", "some", "than", "that", "the", "their", "them", "then", "there", "they", "this",
    "to", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
];

/// Name of the analysis of running text.
pub(crate) const TEXT: &str = "text";
/// Name of the analysis of names.
pub(crate) const NAMES: &str = "names";

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The words of a document.
    pub(crate) words: Field,
    /// The words of a whole episode, in a record of its own.
    pub(crate) whole: Field,
    /// The names of a document.
    pub(crate) names: Field,
    /// The episode that a record belongs to: see [`crate::update::episode_id`].
    pub(crate) episode: Field,
    /// Where a document stands in its source; [`u64::MAX`] for the record of an episode.
    pub(crate) place: Field,
    /// The leaf of the ledger that tells of it.
    pub(crate) leaf: Field,
    /// The source.
    pub(crate) source: Field,
    /// [`EPISODE_KIND`] for the record of an episode.
    pub(crate) kind: Field,
}

/// What the record of an episode has as its kind.
pub(crate) const EPISODE_KIND: u64 = 1;

/// The names of the fields that are read by name.
pub(crate) const EPISODE: &str = "episode";
pub(crate) const PLACE: &str = "place";
pub(crate) const LEAF: &str = "leaf";

pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let text = |tokenizer: &str, norms: bool, record: IndexRecordOption| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(tokenizer).set_fieldnorms(norms).set_index_option(record))
    };
    let fields = Fields {
        words: builder.add_text_field("words", text(TEXT, true, IndexRecordOption::WithFreqs)),
        whole: builder.add_text_field("whole", text(TEXT, true, IndexRecordOption::WithFreqs)),
        names: builder.add_text_field("names", text(NAMES, false, IndexRecordOption::Basic)),
        episode: builder.add_u64_field(EPISODE, FAST | INDEXED),
        place: builder.add_u64_field(PLACE, FAST),
        leaf: builder.add_u64_field(LEAF, FAST),
        source: builder.add_text_field("source", text("raw", false, IndexRecordOption::Basic) | STORED),
        kind: builder.add_u64_field("kind", INDEXED),
    };
    (builder.build(), fields)
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TEXT, text_analyzer());
    manager.register(NAMES, names_analyzer());
    manager
}

/// Running text: letters and digits, small, without accents, question words and English endings.
pub(crate) fn text_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(StopWordFilter::remove(QUESTION_WORDS.iter().map(|word| (*word).to_owned())))
        .filter(Stemmer::new(Language::English))
        .build()
}

/// Names: as they are, small and without accents.
pub(crate) fn names_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}
