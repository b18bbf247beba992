//! The index through its public face.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests work in folders of their own")]

mod damage;
mod ranking;

use cofferdam_index::{Document, Index, Indexed};
use cofferdam_store::Folder;

/// A private folder that ends with the test.
struct Place(tempfile::TempDir, Folder);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let opened = Folder::open_ambient(folder.path()).unwrap();
        Self(folder, opened)
    }

    fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

fn document(place: u64, names: &str, text: &str) -> Document {
    Document { place, leaf: place, names: names.to_owned(), text: text.to_owned() }
}

/// An index with one source per list, each list one episode.
fn filled(folder: &Folder, sources: &[(&str, &[Document])]) -> Index {
    let mut update = Index::open(folder).unwrap().update().unwrap();
    for (name, documents) in sources {
        update.forget(name);
        update.put(name, 0, documents).unwrap();
        update.indexed(name, Indexed { end: documents.len() as u64, mark: "1".to_owned() });
    }
    update.commit().unwrap()
}
