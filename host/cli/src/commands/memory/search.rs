//! `cofferdam memory search`: the same search that the model has.

use cofferdam_recall::{Recall, RecallError, Recalled};

/// What to look for
#[derive(clap::Args)]
pub(super) struct Search {
    /// The words; what fits more of them comes first
    #[arg(required = true)]
    words: Vec<String>,
    /// Most things to show
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Show only what was learnt (memory), not what was seen (calls in the transcripts) or said (tasks and the model's words)
    #[arg(long, value_name = "WHERE")]
    only: Option<Only>,
}

/// Where to look.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Only {
    /// The topics of the memory
    Memory,
}

impl Search {
    pub(super) fn find(&self, recall: &mut Recall<'_>) -> Result<Vec<Recalled>, RecallError> {
        let (words, limit) = (self.words.join(" "), usize::from(self.limit));
        match self.only {
            Some(Only::Memory) => recall.search_memory(&words, limit),
            None => recall.search(&words, limit),
        }
    }
}
