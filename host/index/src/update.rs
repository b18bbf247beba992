//! Changes of the index, all committed at once.

use std::collections::BTreeMap;

use cofferdam_base::Digest;
use cofferdam_store::Folder;
use tantivy::{IndexWriter, TantivyDocument, Term, indexer::UserOperation};

use crate::{
    Document, Index, IndexError, Indexed,
    index::Contents,
    schema::{EPISODE_KIND, Fields},
};

/// Memory for words that are not written yet, in bytes. The library asks for 15 MB at the least.
const WRITER_BYTES: usize = 64 << 20;
/// The place of the record of an episode.
pub(crate) const EPISODE_PLACE: u64 = u64::MAX;

/// Changes that are not committed yet.
pub struct Update {
    library: tantivy::Index,
    writer: IndexWriter,
    fields: Fields,
    contents: Contents,
    folder: Folder,
}

impl std::fmt::Debug for Update {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Update").finish_non_exhaustive()
    }
}

/// Tells an episode of a source from all others: half of a SHA-256's first 16 bytes. Two with the same would be found together.
pub(crate) fn episode_id(source: &str, episode: u64) -> u64 {
    let digest = Digest::of_parts(&[source.as_bytes(), &episode.to_be_bytes()]);
    digest.as_bytes().iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte))
}

impl Update {
    pub(crate) fn begin(library: tantivy::Index, fields: Fields, contents: Contents, folder: Folder) -> Result<Self, IndexError> {
        // One thread: documents stay in the order in which they come, and neighbours stay neighbours.
        let writer = library.writer_with_num_threads(1, WRITER_BYTES)?;
        Ok(Self { library, writer, fields, contents, folder })
    }

    /// What of each source will be indexed.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<String, Indexed> {
        &self.contents.sources
    }

    /// Takes everything of a source out.
    pub fn forget(&mut self, source: &str) {
        if self.contents.sources.remove(source).is_some() {
            self.writer.delete_term(Term::from_field_text(self.fields.source, source));
        }
    }

    /// Puts an episode of a source in, instead of what it was before.
    ///
    /// # Errors
    /// The library's.
    pub fn put(&mut self, source: &str, episode: u64, documents: &[Document]) -> Result<(), IndexError> {
        let id = episode_id(source, episode);
        let Fields { words, whole, names, episode, place, leaf, source: source_field, kind } = self.fields;
        let record = |at: u64, told: u64| {
            let mut record = TantivyDocument::default();
            record.add_u64(episode, id);
            record.add_u64(place, at);
            record.add_u64(leaf, told);
            record.add_text(source_field, source);
            record
        };
        let mut operations = vec![UserOperation::Delete(Term::from_field_u64(episode, id))];
        for document in documents {
            let mut one = record(document.place, document.leaf);
            one.add_text(words, &document.names);
            one.add_text(words, &document.text);
            one.add_text(names, &document.names);
            operations.push(UserOperation::Add(one));
        }
        let mut all = record(EPISODE_PLACE, documents.iter().map(|document| document.leaf).max().unwrap_or_default());
        all.add_u64(kind, EPISODE_KIND);
        for document in documents {
            all.add_text(whole, &document.names);
            all.add_text(whole, &document.text);
        }
        operations.push(UserOperation::Add(all));
        // One batch, which the library keeps together.
        self.writer.run(operations)?;
        Ok(())
    }

    /// Says how far a source is indexed.
    pub fn indexed(&mut self, source: &str, indexed: Indexed) {
        self.contents.sources.insert(source.to_owned(), indexed);
    }

    /// Commits all changes at once, or none of them.
    ///
    /// # Errors
    /// The library's; no room.
    pub fn commit(mut self) -> Result<Index, IndexError> {
        let payload = serde_json::to_string(&self.contents).map_err(IndexError::Write)?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        // Threads that merge are waited for: no file changes once the workspace's lock is given back.
        self.writer.wait_merging_threads()?;
        Index::with(&self.folder, self.library, self.contents)
    }
}
