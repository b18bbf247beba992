//! Blobs are what their names say, or they are not given out.

use std::{fs, path::PathBuf};

use cofferdam_base::{Class, Diagnostic as _, Digest};
use tempfile::TempDir;

use crate::state::{Blobs, Folder, Removed};

fn blobs() -> (TempDir, PathBuf, Blobs) {
    let root = TempDir::new().unwrap();
    let path = root.path().join("blobs");
    let blobs = Blobs::new(Folder::open_ambient(&path).unwrap());
    (root, path, blobs)
}

#[test]
fn gives_what_was_put_and_lists_it() {
    let (_root, _, blobs) = blobs();
    let digests = [b"a".as_slice(), b"", b"c"].map(|bytes| blobs.put(bytes).unwrap());
    assert_eq!(digests[0], Digest::of(b"a"));
    assert_eq!(blobs.put(b"a").unwrap(), digests[0]);
    assert_eq!(blobs.get(&digests[1], 0).unwrap(), b"");
    assert_eq!(blobs.get(&digests[0], 0).unwrap_err().code(), "store.state-too-large");
    let mut sorted = digests.to_vec();
    sorted.sort();
    assert_eq!(blobs.list().unwrap(), sorted);
    assert_eq!((blobs.remove(&digests[0]).unwrap(), blobs.remove(&digests[0]).unwrap()), (Removed::Gone, Removed::WasMissing));
    let error = blobs.get(&digests[0], 10).unwrap_err();
    assert_eq!((error.code(), error.class()), ("store.blob-missing", Class::Failed));
}

#[test]
fn a_damaged_blob_is_not_given_out_and_is_repaired_by_putting_it_again() {
    for damage in ["x", "", "longer than it was"] {
        let (_root, path, blobs) = blobs();
        let digest = blobs.put(b"abc").unwrap();
        fs::write(path.join(digest.hex()), damage).unwrap();
        let error = blobs.get(&digest, 100).unwrap_err();
        assert_eq!((error.code(), error.class()), ("store.blob-damaged", Class::NotVerified));
        blobs.put(b"abc").unwrap();
        assert_eq!(blobs.get(&digest, 100).unwrap(), b"abc");
    }
}

#[test]
fn a_strange_name_among_the_blobs_is_an_error() {
    let (_root, path, blobs) = blobs();
    fs::write(path.join("not-a-digest"), "").unwrap();
    assert_eq!(blobs.list().unwrap_err().code(), "store.state-stranger");
}
