//! The index: opened, or made anew where what is there cannot be used.

use std::collections::BTreeMap;

use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};
use tantivy::{
    IndexSettings, ReloadPolicy, Searcher,
    index::{SegmentId, SegmentMeta},
};

use crate::{
    IndexError, Ranking, Update,
    directory::IndexFolder,
    schema::{self, Fields, VERSION},
    search::{self, Hit},
};

/// What of a source is indexed: the source's own words for how far, and a mark by which a changed source is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indexed {
    /// How far it is indexed, in the source's own terms. What comes after can be added as further episodes.
    pub end: u64,
    /// Another one than before: the source is indexed anew.
    pub mark: String,
}

/// What the index says of itself, committed with every change of it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    pub(crate) version: u32,
    pub(crate) sources: BTreeMap<String, Indexed>,
}

/// The number of the newest change, which begins anew with an index that is made anew, and the segments, which have random names.
#[derive(PartialEq, Eq)]
struct State(u64, Vec<SegmentId>);

impl State {
    fn of(library: &tantivy::Index) -> Result<Self, IndexError> {
        let metas = library.load_metas()?;
        Ok(Self(metas.opstamp, metas.segments.iter().map(SegmentMeta::id).collect()))
    }
}

/// An open index.
pub struct Index {
    folder: Folder,
    pub(crate) library: tantivy::Index,
    pub(crate) fields: Fields,
    pub(crate) contents: Contents,
    searcher: Searcher,
    /// What it was made of when it was opened.
    state: State,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("sources", &self.contents.sources.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in a folder of the state, which holds nothing else. One that is damaged, unfinished or of another version
    /// is removed: an empty one is there then, and everything counts as not indexed yet. Under the workspace's lock.
    ///
    /// # Errors
    /// The state folder's; no room.
    pub fn open(folder: &Folder) -> Result<Self, IndexError> {
        match Self::open_as_it_is(folder) {
            Ok(Some(index)) => Ok(index),
            Ok(None) | Err(IndexError::Library(_)) => Self::create(folder),
            Err(error) => Err(error),
        }
    }

    /// Removes the index: no word of what was indexed is left on the disk. Under the workspace's lock.
    ///
    /// # Errors
    /// The state folder's.
    pub fn remove(folder: &Folder) -> Result<(), IndexError> {
        for name in folder.list()? {
            folder.remove(&name)?;
        }
        folder.sync()?;
        // What a crash left unfinished has words too.
        folder.sweep()?;
        Ok(())
    }

    /// An empty index, in the place of whatever is there. Under the workspace's lock.
    ///
    /// # Errors
    /// The state folder's; no room.
    pub fn create(folder: &Folder) -> Result<Self, IndexError> {
        Self::remove(folder)?;
        let library = tantivy::Index::create(IndexFolder(folder.clone()), schema::schema().0, IndexSettings::default())?;
        Self::with(folder, library, Contents { version: VERSION, sources: BTreeMap::new() })
    }

    /// None where it is of another version. Every file is compared with its checksum: what a crash or a disk damaged is not used.
    fn open_as_it_is(folder: &Folder) -> Result<Option<Self>, IndexError> {
        let library = tantivy::Index::open(IndexFolder(folder.clone()))?;
        let contents = library.load_metas()?.payload.and_then(|payload| serde_json::from_str::<Contents>(&payload).ok());
        match contents {
            Some(contents) if contents.version == VERSION && library.validate_checksum()?.is_empty() => {
                Self::with(folder, library, contents).map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    pub(crate) fn with(folder: &Folder, mut library: tantivy::Index, contents: Contents) -> Result<Self, IndexError> {
        library.set_tokenizers(schema::tokenizers());
        let state = State::of(&library)?;
        let searcher = library.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        Ok(Self { folder: folder.clone(), library, fields: schema::schema().1, contents, searcher, state })
    }

    /// Whether nobody changed it since it was opened. Under the workspace's lock.
    #[must_use]
    pub fn is_current(&self) -> bool {
        // An index that cannot be read any more is no longer this one.
        State::of(&self.library).is_ok_and(|now| now == self.state)
    }

    /// What of each source is indexed.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<String, Indexed> {
        &self.contents.sources
    }

    /// Begins to change it. Under the workspace's lock, until the update is committed or dropped.
    ///
    /// # Errors
    /// The library's.
    pub fn update(self) -> Result<Update, IndexError> {
        Update::begin(self.library, self.fields, self.contents, self.folder)
    }

    /// The best documents for some words, the best first. No word that is in the index finds none.
    ///
    /// # Errors
    /// The library's.
    pub fn search(&self, words: &str, limit: usize, ranking: &Ranking) -> Result<Vec<Hit>, IndexError> {
        search::search(&self.searcher, &self.fields, words, limit, ranking)
    }

    /// Documents in the index, and episodes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Whether nothing is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
