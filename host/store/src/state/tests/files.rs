//! Reading, writing, listing.

use std::{
    ffi::OsStr,
    fs,
    io::ErrorKind,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
    },
    path::PathBuf,
    sync::Arc,
};

use cofferdam_base::{Class, Diagnostic as _};
use tempfile::TempDir;

use crate::state::{
    FileLine, Folder, Removed, StateError,
    disk::{Durability, SystemDisk},
    tests::faulty::{Faulty, Operation, Verdict},
};

fn folder() -> (TempDir, PathBuf, Folder) {
    let root = TempDir::new().unwrap();
    let path = root.path().join("state");
    let folder = Folder::open_ambient(&path).unwrap();
    (root, path, folder)
}

#[test]
fn reads_what_was_written_up_to_the_limit() {
    let (_root, _, folder) = folder();
    assert_eq!(folder.read("f", 10).unwrap(), None);
    folder.replace("f", b"first").unwrap();
    folder.replace("f", b"second").unwrap();
    assert_eq!(folder.read("f", 6).unwrap().unwrap(), b"second");
    let error = folder.read("f", 5).unwrap_err();
    assert_eq!((error.code(), error.class()), ("store.state-too-large", Class::Limit));
}

#[test]
fn refuses_names_that_are_no_single_component() {
    let (_root, _, folder) = folder();
    for name in ["", ".", "..", "a/b", "/etc/passwd", "../f", "a\0", ".tmp-1-1", &"x".repeat(256)] {
        let errors = [
            folder.read(name, 1).unwrap_err(),
            folder.replace(name, b"").unwrap_err(),
            folder.append(name).unwrap_err(),
            folder.remove(name).unwrap_err(),
            folder.folder(name).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "store.state-name" && error.class() == Class::Bug), "{name:?}");
    }
}

#[test]
fn follows_no_link_and_waits_for_no_fifo() {
    let (root, path, folder) = folder();
    fs::write(root.path().join("outside"), "precious").unwrap();
    symlink(root.path().join("outside"), path.join("link")).unwrap();
    symlink(root.path(), path.join("link-to-folder")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, path.join("fifo"), rustix::fs::Mode::RWXU).unwrap();
    fs::create_dir(path.join("folder")).unwrap();
    for name in ["link", "fifo", "folder"] {
        assert_eq!(folder.read(name, 100).unwrap_err().code(), "store.state-not-file", "{name}");
        assert!(folder.append(name).is_err(), "{name}");
    }
    assert_eq!(folder.folder("link-to-folder").unwrap_err().code(), "store.state-io");
    // A link is replaced, not written through.
    folder.replace("link", b"ours").unwrap();
    assert_eq!(fs::read(root.path().join("outside")).unwrap(), b"precious");
    assert_eq!(folder.read("link", 100).unwrap().unwrap(), b"ours");
}

#[test]
fn lists_what_is_finished_in_order() {
    let (_root, path, folder) = folder();
    for name in ["b", "a", "c"] {
        folder.replace(name, b"").unwrap();
    }
    fs::write(path.join(".tmp-1-1"), "left by a crash").unwrap();
    assert_eq!(folder.list().unwrap(), ["a", "b", "c"]);
    let error = folder.list_at_most(2).unwrap_err();
    assert_eq!((error.code(), error.class()), ("store.state-too-many", Class::Limit));
    assert_eq!((folder.remove("b").unwrap(), folder.remove("b").unwrap()), (Removed::Gone, Removed::WasMissing));
    assert_eq!(folder.list().unwrap(), ["a", "c"]);
    fs::write(path.join(OsStr::from_bytes(b"\xff")), "").unwrap();
    assert_eq!(folder.list().unwrap_err().code(), "store.state-stranger");
}

#[test]
fn an_unfinished_file_of_another_process_is_not_taken() {
    let (_root, path, folder) = folder();
    // A disk that cannot rename or remove leaves an unfinished file, whose name tells which ones come next.
    let stuck = Faulty::new(Arc::new(SystemDisk(Durability::Unsynced)), |_, operation| match operation {
        Operation::Rename | Operation::RemoveFile => Verdict::Fails(ErrorKind::PermissionDenied),
        Operation::CreateFile
        | Operation::Write
        | Operation::Cut
        | Operation::SyncFile
        | Operation::MakeFolder
        | Operation::RemoveFolder
        | Operation::SyncFolder => Verdict::Happens,
    });
    assert!(Folder::open_ambient_on(&path, stuck).unwrap().replace("f", b"unfinished").is_err());
    let left = fs::read_dir(&path).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    let (start, number) = left.rsplit_once('-').unwrap();
    let taken: Vec<_> = (1..40).map(|next| path.join(format!("{start}-{}", number.parse::<u64>().unwrap() + next))).collect();
    for name in &taken {
        fs::write(name, "of another process").unwrap();
    }
    folder.replace("f", b"x").unwrap();
    assert!(taken.iter().all(|name| fs::read(name).unwrap() == b"of another process"));
    assert_eq!(folder.list().unwrap(), ["f"]);
}

#[test]
fn what_a_crash_left_unfinished_is_swept_away_and_what_is_being_written_stays() {
    let (_root, path, folder) = folder();
    let inner = folder.folder("a").unwrap().folder("b").unwrap();
    for left in [".tmp-1-0", "a/.tmp-1-0", "a/b/.tmp-2-7"] {
        fs::write(path.join(left), "left by a crash").unwrap();
    }
    // Neither a link nor a folder is an unfinished file, and a folder that others can read is not looked into.
    symlink(path.join("a"), path.join("a/.tmp-link")).unwrap();
    fs::create_dir(path.join("a/.tmp-folder")).unwrap();
    fs::create_dir(path.join("open")).unwrap();
    fs::set_permissions(path.join("open"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(path.join("open/.tmp-1-0"), "of somebody").unwrap();
    inner.replace("kept", b"whole").unwrap();
    let mut writing = inner.replacing("f").unwrap();
    writing.write(b"half").unwrap();
    assert_eq!(folder.sweep().unwrap(), 3);
    assert_eq!(folder.sweep().unwrap(), 0);
    writing.write(b" and half").unwrap();
    writing.publish().unwrap();
    assert_eq!(inner.read("f", 100).unwrap().unwrap(), b"half and half");
    assert_eq!(inner.list().unwrap(), ["f", "kept"]);
    assert!(!path.join(".tmp-1-0").exists() && path.join("open/.tmp-1-0").exists() && path.join("a/.tmp-folder").exists());
    // What has its place can be held.
    inner.append("f").unwrap().hold().unwrap();
}

#[test]
fn a_range_of_a_file_ends_where_it_says() {
    let (_root, _, folder) = folder();
    folder.replace("f", b"one\ntwo\nthree\n").unwrap();
    let lines = |range| folder.reading("f").unwrap().unwrap().lines_within(range, 100).map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(lines(4..8), [(4, FileLine::Whole(b"two".to_vec()))]);
    assert_eq!(lines(4..9), [(4, FileLine::Whole(b"two".to_vec())), (8, FileLine::Torn)]);
    assert_eq!(lines(8..8), []);
    assert_eq!(lines(4..u64::MAX).len(), 2);
}

#[test]
fn appends_at_the_end_and_cuts_what_a_crash_left() {
    let (_root, _, folder) = folder();
    let mut file = folder.append("log").unwrap();
    assert!(file.is_empty());
    file.append(b"one\n").unwrap();
    let mut again = folder.append("log").unwrap();
    again.append(b"two\nhalf").unwrap();
    assert_eq!((file.len(), again.len()), (4, 12));
    again.cut(8).unwrap();
    again.cut(100).unwrap();
    file.append(b"three\n").unwrap();
    file.sync().unwrap();
    assert_eq!(folder.read("log", 100).unwrap().unwrap(), b"one\ntwo\nthree\n");
}

#[test]
fn reads_piece_by_piece_from_any_offset() {
    let (_root, _, folder) = folder();
    assert!(folder.reading("f").unwrap().is_none());
    folder.replace("f", b"0123456789").unwrap();
    let file = folder.reading("f").unwrap().unwrap();
    let mut piece = [0; 4];
    assert_eq!((file.read_at(3, &mut piece).unwrap(), &piece), (4, b"3456"));
    assert_eq!((file.read_at(8, &mut piece).unwrap(), &piece[..2]), (2, &b"89"[..]));
    assert_eq!((file.read_at(10, &mut piece).unwrap(), file.len().unwrap()), (0, 10));
}

#[test]
fn errors_name_the_file_and_the_cause() {
    let (_root, path, folder) = folder();
    fs::create_dir(path.join("f")).unwrap();
    let error = folder.replace("f", b"x").unwrap_err();
    assert!(matches!(&error, StateError::Io { doing: "write", name, .. } if name.ends_with("/f")), "{error:?}");
    assert_eq!((error.code(), error.class()), ("store.state-io", Class::Failed));
    assert_eq!(folder.list().unwrap(), ["f"]);
}

#[test]
fn reads_lines_from_any_byte_and_none_without_end() {
    let (_root, _, folder) = folder();
    folder.replace("f", b"one\n\ntwo\nthr").unwrap();
    let lines = |from, limit| -> Vec<(u64, FileLine)> {
        folder.reading("f").unwrap().unwrap().lines(from, limit).collect::<Result<_, _>>().unwrap()
    };
    let whole = |text: &str| FileLine::Whole(text.as_bytes().to_vec());
    assert_eq!(lines(0, 3), [(0, whole("one")), (4, whole("")), (5, whole("two")), (9, FileLine::Torn)]);
    assert_eq!(lines(5, 3), [(5, whole("two")), (9, FileLine::Torn)]);
    assert_eq!(lines(0, 2), [(0, FileLine::TooLong)]);
    assert_eq!(lines(99, 2), []);
}

#[test]
fn the_end_of_the_lines_is_found_from_behind() {
    let (_root, _, folder) = folder();
    let long = "x".repeat(10_000);
    for (text, end) in [("", 0), ("thr", 0), ("\n", 1), ("one\n", 4), ("one\ntwo\nthr", 8), (&*long, 0), (&*format!("one\n{long}"), 4)] {
        folder.replace("f", text.as_bytes()).unwrap();
        assert_eq!(folder.reading("f").unwrap().unwrap().end_of_lines().unwrap(), end, "{text}");
    }
    folder.replace("f", format!("{long}\n{}", "y".repeat(4096)).as_bytes()).unwrap();
    assert_eq!(folder.reading("f").unwrap().unwrap().end_of_lines().unwrap(), 10_001);
}

#[test]
fn a_file_that_another_one_took_the_place_of_is_no_longer_the_named_one() {
    let (_root, path, folder) = folder();
    let open = folder.append("f").unwrap();
    assert!(folder.is_named(&open, "f").unwrap());
    let mut new = folder.replacing("f").unwrap();
    new.write(b"one").unwrap();
    new.write(b" two").unwrap();
    assert!(folder.is_named(&open, "f").unwrap());
    new.publish().unwrap();
    assert!(!folder.is_named(&open, "f").unwrap());
    assert_eq!(folder.read("f", 10).unwrap().unwrap(), b"one two");
    let mut dropped = folder.replacing("f").unwrap();
    dropped.write(b"x").unwrap();
    drop(dropped);
    assert_eq!(fs::read_dir(path).unwrap().count(), 1);
}

#[test]
fn a_held_file_is_held_by_one() {
    let (_root, _, folder) = folder();
    let (first, second) = (folder.append("f").unwrap(), folder.append("f").unwrap());
    first.hold().unwrap();
    first.hold().unwrap();
    let error = second.hold().unwrap_err();
    assert_eq!((error.code(), error.class()), ("store.state-held", Class::Failed));
    assert!(error.hint().is_some_and(|hint| hint.contains("`cofferdam` command")));
    drop(first);
    second.hold().unwrap();
}
