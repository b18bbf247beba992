//! Files and folders behave as a guest's `std::fs` expects.

use super::*;

#[test]
fn reads_and_stats_files_of_the_base() {
    let scene = Scene::with(&[("src/a.txt", "hello"), ("run.sh", "#!/bin/sh")]);
    let mut stage = scene.stage();
    assert_eq!(stage.read("src/a.txt").unwrap(), b"hello");
    let stat = stage.stat(&path("src/a.txt"), Follow::Yes).unwrap();
    assert_eq!((stat.kind, stat.size, stat.executable), (Kind::File, 5, false));
    assert!(stage.stat(&path("run.sh"), Follow::Yes).unwrap().executable);
    assert_eq!(stage.stat(&path("src"), Follow::Yes).unwrap().kind, Kind::Folder);
    assert!(matches!(stage.stat(&path("src/b"), Follow::Yes), Err(FsError::NotFound)));
    assert!(matches!(stage.stat(&path("src/a.txt/b"), Follow::Yes), Err(FsError::NotFolder)));
    assert!(matches!(stage.stat(&path("none/a/b"), Follow::Yes), Err(FsError::NotFound)));
    assert!(matches!(stage.open(&path("src"), READ, Follow::Yes), Err(FsError::IsFolder)));
}

#[test]
fn reads_pieces_and_nothing_behind_the_end() {
    let scene = Scene::with(&[("a", "hello")]);
    let mut stage = scene.stage();
    let file = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    assert_eq!(stage.read_at(file, 1, 3).unwrap(), b"ell");
    assert_eq!(stage.read_at(file, 3, 100).unwrap(), b"lo");
    assert_eq!(stage.read_at(file, 5, 1).unwrap(), b"");
    assert_eq!(stage.read_at(file, u64::MAX, usize::MAX).unwrap(), b"");
}

#[test]
fn all_handles_of_a_file_see_one_content() {
    let scene = Scene::with(&[("a", "hello")]);
    let mut stage = scene.stage();
    let reader = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    let writer = stage.open(&path("a"), WRITE, Follow::Yes).unwrap();
    stage.write_at(writer, 0, b"J").unwrap();
    assert_eq!(stage.read_at(reader, 0, 9).unwrap(), b"Jello");
    stage.append(writer, b"!").unwrap();
    assert_eq!(stage.file_stat(reader).unwrap().size, 6);
    stage.set_len(writer, 1).unwrap();
    assert_eq!(stage.read_at(reader, 0, 9).unwrap(), b"J");
    assert_eq!(fs::read(scene.root().join("a")).unwrap(), b"hello");
}

#[test]
fn gaps_are_zeros_also_after_a_cut() {
    let scene = Scene::with(&[("a", "hello")]);
    let mut stage = scene.stage();
    let file = stage.open(&path("a"), WRITE, Follow::Yes).unwrap();
    stage.set_len(file, 2).unwrap();
    stage.write_at(file, 4, b"x").unwrap();
    assert_eq!(stage.read_at(file, 0, 9).unwrap(), b"he\0\0x");
    stage.set_len(file, 7).unwrap();
    assert_eq!(stage.read_at(file, 0, 9).unwrap(), b"he\0\0x\0\0");
    stage.write_at(file, 9, b"").unwrap();
    assert_eq!(stage.file_stat(file).unwrap().size, 7);
}

#[test]
fn handles_do_only_what_they_were_opened_for() {
    let scene = Scene::with(&[("a", "hello")]);
    let mut stage = scene.stage();
    let reader = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    assert!(matches!(stage.write_at(reader, 0, b"x"), Err(FsError::ReadOnly)));
    assert!(matches!(stage.append(reader, b"x"), Err(FsError::ReadOnly)));
    assert!(matches!(stage.set_len(reader, 0), Err(FsError::ReadOnly)));
    let writer = stage.open(&path("a"), OpenOptions { read: false, ..WRITE }, Follow::Yes).unwrap();
    assert!(matches!(stage.read_at(writer, 0, 1), Err(FsError::WriteOnly)));
    let neither = stage.open(&path("a"), OpenOptions::default(), Follow::Yes).unwrap();
    assert!(matches!(stage.read_at(neither, 0, 1), Err(FsError::WriteOnly)));
    assert!(matches!(stage.write_at(neither, 0, b"x"), Err(FsError::ReadOnly)));
    assert!(matches!(stage.open(&path("a"), OpenOptions { truncate: true, ..READ }, Follow::Yes), Err(FsError::Invalid)));
    stage.close(reader).unwrap();
    assert!(matches!(stage.read_at(reader, 0, 1), Err(FsError::BadHandle)));
    assert!(matches!(stage.close(reader), Err(FsError::BadHandle)));
    assert!(matches!(stage.file_stat(reader), Err(FsError::BadHandle)));
}

#[test]
fn a_file_that_nobody_may_write_is_not_opened_for_writing_or_truncating() {
    let scene = Scene::with(&[("a", "hello")]);
    fs::set_permissions(scene.root().join("a"), fs::Permissions::from_mode(0o444)).unwrap();
    let mut stage = scene.stage();
    assert!(matches!(stage.open(&path("a"), WRITE, Follow::Yes), Err(FsError::ReadOnly)));
    assert!(matches!(stage.open(&path("a"), REPLACE, Follow::Yes), Err(FsError::ReadOnly)));
    assert_eq!(stage.read("a").unwrap(), b"hello");
}

#[test]
fn creating_follows_what_was_asked() {
    let scene = Scene::with(&[("a", "hello"), ("folder/", "")]);
    let mut stage = scene.stage();
    assert!(matches!(stage.open(&path("b"), READ, Follow::Yes), Err(FsError::NotFound)));
    assert!(matches!(stage.open(&path("a"), NEW, Follow::Yes), Err(FsError::Exists)));
    assert!(matches!(stage.open(&path("folder"), NEW, Follow::Yes), Err(FsError::Exists)));
    assert!(matches!(stage.open(&path("folder"), REPLACE, Follow::Yes), Err(FsError::IsFolder)));
    assert!(matches!(stage.open(&path("none/b"), REPLACE, Follow::Yes), Err(FsError::NotFound)));
    assert!(matches!(stage.open(&path("a/b"), REPLACE, Follow::Yes), Err(FsError::NotFolder)));
    let file = stage.open(&path("b"), NEW, Follow::Yes).unwrap();
    stage.write_at(file, 0, b"new").unwrap();
    assert!(matches!(stage.open(&path("b"), NEW, Follow::Yes), Err(FsError::Exists)));
    assert_eq!(stage.read("b").unwrap(), b"new");
    // Read-only, but it makes the file, as O_CREAT does.
    stage.open(&path("c"), OpenOptions { create: Create::IfMissing, ..READ }, Follow::Yes).unwrap();
    assert_eq!(stage.names("."), ["a", "b", "c", "folder"]);
    assert_eq!(fs::read_dir(scene.root()).unwrap().count(), 2);
}

#[test]
fn a_removed_file_lives_on_in_its_handles() {
    let scene = Scene::with(&[("a", "hello")]);
    let mut stage = scene.stage();
    let old = stage.open(&path("a"), WRITE, Follow::Yes).unwrap();
    let before = stage.file_stat(old).unwrap().identity;
    stage.remove_file(&path("a")).unwrap();
    assert!(matches!(stage.stat(&path("a"), Follow::Yes), Err(FsError::NotFound)));
    stage.write("a", b"other").unwrap();
    stage.append(old, b"!").unwrap();
    assert_eq!(stage.read_at(old, 0, 9).unwrap(), b"hello!");
    assert_eq!(stage.read("a").unwrap(), b"other");
    assert_eq!(stage.file_stat(old).unwrap().identity, before);
    assert_ne!(stage.stat(&path("a"), Follow::Yes).unwrap().identity, before);
}

#[test]
fn folders_are_made_and_removed_only_when_empty() {
    let scene = Scene::with(&[("full/a", "1"), ("empty/", "")]);
    let mut stage = scene.stage();
    assert!(matches!(stage.make_folder(&path("full")), Err(FsError::Exists)));
    assert!(matches!(stage.make_folder(&path("full/a")), Err(FsError::Exists)));
    assert!(matches!(stage.make_folder(&path("none/new")), Err(FsError::NotFound)));
    assert!(matches!(stage.make_folder(&path("full/a/new")), Err(FsError::NotFolder)));
    assert!(matches!(stage.make_folder(&path(".")), Err(FsError::Exists)));
    stage.make_folder(&path("new")).unwrap();
    stage.make_folder(&path("new/deeper")).unwrap();
    assert!(matches!(stage.remove_folder(&path("new")), Err(FsError::NotEmpty)));
    assert!(matches!(stage.remove_folder(&path("full")), Err(FsError::NotEmpty)));
    assert!(matches!(stage.remove_folder(&path("full/a")), Err(FsError::NotFolder)));
    assert!(matches!(stage.remove_folder(&path("none")), Err(FsError::NotFound)));
    assert!(matches!(stage.remove_folder(&path(".")), Err(FsError::Invalid)));
    assert!(matches!(stage.remove_file(&path("full")), Err(FsError::IsFolder)));
    stage.remove_folder(&path("new/deeper")).unwrap();
    stage.remove_folder(&path("new")).unwrap();
    stage.remove_folder(&path("empty")).unwrap();
    stage.remove_file(&path("full/a")).unwrap();
    stage.remove_folder(&path("full")).unwrap();
    assert!(stage.names(".").is_empty());
    assert!(matches!(stage.list(&path("full")), Err(FsError::NotFound)));
    assert!(matches!(stage.open(&path("full/a"), REPLACE, Follow::Yes), Err(FsError::NotFound)));
}

#[test]
fn a_folder_made_again_does_not_bring_back_what_was_in_it() {
    let scene = Scene::with(&[("folder/a", "1"), ("folder/deep/b", "2")]);
    let mut stage = scene.stage();
    for file in ["folder/a", "folder/deep/b"] {
        stage.remove_file(&path(file)).unwrap();
    }
    stage.remove_folder(&path("folder/deep")).unwrap();
    stage.remove_folder(&path("folder")).unwrap();
    stage.make_folder(&path("folder")).unwrap();
    assert!(stage.names("folder").is_empty());
    stage.make_folder(&path("folder/deep")).unwrap();
    assert!(stage.names("folder/deep").is_empty());
    assert!(matches!(stage.read("folder/deep/b"), Err(FsError::NotFound)));
}

#[test]
fn a_file_can_become_a_folder_and_a_folder_a_file() {
    let scene = Scene::with(&[("a", "1"), ("b/c", "2")]);
    let mut stage = scene.stage();
    stage.remove_file(&path("a")).unwrap();
    stage.make_folder(&path("a")).unwrap();
    stage.write("a/x", b"3").unwrap();
    stage.remove_file(&path("b/c")).unwrap();
    stage.remove_folder(&path("b")).unwrap();
    stage.write("b", b"4").unwrap();
    assert!(matches!(stage.read("b/c"), Err(FsError::NotFolder)));
    let expected = [("a", None), ("a/x", Some(b"3".to_vec())), ("b", Some(b"4".to_vec()))];
    assert_eq!(tree(&mut stage), expected.map(|(name, bytes)| (name.to_owned(), bytes)).into());
}

#[test]
fn listings_merge_base_and_call_and_keep_odd_names() {
    let odd = "tab\t esc\u{1b} \u{202e}rtl ünï\u{308} 🦀";
    let scene = Scene::with(&[("f/b", ""), ("f/d/", ""), ("f/gone", ""), ("f-g", ""), (&format!("f/{odd}"), "odd")]);
    let mut stage = scene.stage();
    stage.write("f/a", b"").unwrap();
    stage.write("f/d/deep", b"").unwrap();
    stage.make_folder(&path("f/\u{1}")).unwrap();
    stage.remove_file(&path("f/gone")).unwrap();
    let entries = stage.list(&path("f")).unwrap();
    let expected = [("\u{1}", Kind::Folder), ("a", Kind::File), ("b", Kind::File), ("d", Kind::Folder), (odd, Kind::File)];
    assert_eq!(entries, expected.map(|(name, kind)| ListEntry { name: name.to_owned(), kind }));
    assert_eq!(stage.read(&format!("f/{odd}")).unwrap(), b"odd");
    assert_eq!(stage.names("."), ["f", "f-g"]);
    assert!(matches!(stage.list(&path("f/b")), Err(FsError::NotFolder)));
}

#[test]
fn lists_a_folder_of_a_hundred_thousand_entries() {
    let scene = Scene::with(&[("many/", "")]);
    let dir = fs::File::open(scene.root().join("many")).unwrap();
    for index in 0..100_000 {
        let name = format!("{index:06}");
        rustix::fs::mknodat(&dir, name, rustix::fs::FileType::RegularFile, 0o644.into(), 0).unwrap();
    }
    let mut stage = scene.stage();
    stage.remove_file(&path("many/000007")).unwrap();
    stage.write("many/new", b"").unwrap();
    let names = stage.names("many");
    assert_eq!(names.len(), 100_000);
    assert!(names.is_sorted());
    assert_eq!((names[7].as_str(), names[99_999].as_str()), ("000008", "new"));
}

#[test]
fn a_path_of_the_greatest_depth_works_and_one_beyond_is_no_path() {
    let scene = Scene::with(&[]);
    let mut stage = scene.stage();
    let mut at = path("d");
    stage.make_folder(&at).unwrap();
    while let Ok(deeper) = at.join("d") {
        stage.make_folder(&deeper).unwrap();
        at = deeper;
    }
    assert_eq!(at.as_str().len(), 4095);
    assert!(matches!(stage.resolve(&at, "d", Follow::Yes), Err(FsError::InvalidPath)));
    assert!(stage.names(at.as_str()).is_empty());
    assert!(matches!(stage.resolve(&path("."), &"n".repeat(256), Follow::Yes), Err(FsError::InvalidPath)));
    assert!(matches!(stage.resolve(&path("."), "a\0b", Follow::Yes), Err(FsError::InvalidPath)));
    assert!(matches!(stage.resolve(&path("."), &"a/".repeat(3000), Follow::Yes), Err(FsError::InvalidPath)));
    assert_eq!(stage.seal().unwrap().changes().len(), 2048);
}

#[test]
fn identity_tells_files_apart_and_follows_a_rename() {
    let scene = Scene::with(&[("a", "1"), ("b", "1")]);
    let mut stage = scene.stage();
    let identity = |stage: &mut Stage, text| stage.stat(&path(text), Follow::Yes).unwrap().identity;
    let (a, b) = (identity(&mut stage, "a"), identity(&mut stage, "b"));
    assert_ne!(a, b);
    let file = stage.open(&path("a"), READ, Follow::Yes).unwrap();
    stage.rename(&path("a"), &path("c")).unwrap();
    assert_eq!(stage.file_stat(file).unwrap().identity, a);
    assert_eq!(identity(&mut stage, "c"), a);
    let mut again = scene.stage();
    assert_eq!(identity(&mut again, "a"), a);
}
