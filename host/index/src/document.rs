//! What is indexed.

/// Most documents of one episode: what surrounds a document is about the same thing only so far.
pub const MAX_EPISODE_DOCUMENTS: usize = 32;

/// The smallest thing that is found: an entry of a topic, a call of a transcript, an answer of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Where it stands in its source, in the source's own terms: a line, a byte offset. Below [`u64::MAX`].
    pub place: u64,
    /// The leaf of the ledger that tells of it: the higher, the newer. 0 where none does.
    pub leaf: u64,
    /// Names that it goes by: of the topic, of the function, of who speaks. Also part of its words.
    pub names: String,
    /// Its words.
    pub text: String,
}
