//! What a document's place among the hits is made of.

/// Weights of the signals. A signal with weight 0 is not computed.
///
/// The score of a document is its own BM25, and to that is added, each times its weight, the BM25 of the documents around it in
/// its episode and that of the whole episode: what one line is about often stands in the line before. Where exactly one word of
/// the query is a name that the index knows, documents of that name count more; with two names, nothing says which is meant.
/// Of what scores the same, the newest is first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranking {
    /// Weight of the document before and the one after.
    pub next: f32,
    /// Weight of the second ones before and after.
    pub second: f32,
    /// Weight of the whole episode.
    pub episode: f32,
    /// By how much more a document of the name counts.
    pub name: f32,
}

impl Default for Ranking {
    fn default() -> Self {
        Self { next: 0.3, second: 0.15, episode: 0.5, name: 0.5 }
    }
}

impl Ranking {
    /// BM25 over single documents and nothing else.
    pub const PLAIN: Self = Self { next: 0.0, second: 0.0, episode: 0.0, name: 0.0 };

    /// The weight of a neighbour at a distance.
    pub(crate) fn neighbour(&self, distance: u32) -> f32 {
        match distance {
            1 => self.next,
            2 => self.second,
            _ => 0.0,
        }
    }
}
