//! Links, `..`, trailing slashes, FIFOs: what has led out of other sandboxes leads nowhere here.

use super::*;

const SECRET: &str = "outside the workspace";

/// A workspace with a secret beside it, and links of all kinds, for each way of opening.
fn each(check: impl Fn(&Scene, &mut Stage)) {
    for opener in [None, Some(Opener::Walk)] {
        let scene = Scene::with_opener(
            &[
                ("dir/file", "inside"),
                ("dir/sub/deep", "deep"),
                ("to-file", "-> dir/file"),
                ("to-dir", "-> dir"),
                ("to-sub", "-> ./to-dir//sub/"),
                ("dir/sub/up", "-> ../../dir/./file"),
                ("out", "-> ../secret"),
                ("out-dir", "-> .."),
                ("out-and-in", "-> ../workspace/dir/file"),
                ("absolute", "-> /etc/passwd"),
                ("dangling", "-> dir/none"),
                ("loop", "-> loop"),
                ("ping", "-> pong"),
                ("pong", "-> ping"),
                ("file-slash", "-> dir/file/"),
                ("long", &format!("-> {}", "n".repeat(300))),
            ],
            opener,
        );
        fs::write(scene.outer().join("secret"), SECRET).unwrap();
        check(&scene, &mut scene.stage());
    }
}

const NOWHERE: [&str; 9] = ["out", "out-dir", "out-and-in", "absolute", "dangling", "loop", "ping", "file-slash", "long"];

#[test]
fn links_inside_are_followed_to_their_resolved_path() {
    each(|_, stage| {
        let mut resolve = |text: &str, follow| stage.resolve(&path("."), text, follow).unwrap().to_string();
        assert_eq!(resolve("to-file", Follow::Yes), "dir/file");
        assert_eq!(resolve("to-file", Follow::No), "to-file");
        assert_eq!(resolve("to-dir/file", Follow::No), "dir/file");
        assert_eq!(resolve("to-sub/deep", Follow::Yes), "dir/sub/deep");
        assert_eq!(resolve("to-sub/up", Follow::Yes), "dir/file");
        assert_eq!(resolve("to-dir/new", Follow::Yes), "dir/new");
        assert_eq!(stage.read("to-sub/up").unwrap(), b"inside");
        stage.write("to-file", b"changed").unwrap();
        assert_eq!(stage.read("dir/file").unwrap(), b"changed");
        assert_eq!(stage.list(&path("to-sub")).unwrap().len(), 2);
        assert_eq!(stage.stat(&path("to-file"), Follow::No).unwrap().kind, Kind::Link);
        assert!(matches!(stage.open(&path("to-file"), READ, Follow::No), Err(FsError::Link)));
    });
}

#[test]
fn a_link_that_leads_out_to_nothing_or_round_does_not_exist() {
    each(|scene, stage| {
        for link in NOWHERE {
            assert!(matches!(stage.read(link), Err(FsError::NotFound | FsError::NotFolder)), "{link}");
            assert!(matches!(stage.stat(&path(link), Follow::Yes), Err(FsError::NotFound | FsError::NotFolder)), "{link}");
            assert!(matches!(stage.stat(&path(link), Follow::No), Err(FsError::NotFound)), "{link}");
            assert!(matches!(stage.open(&path(link), READ, Follow::No), Err(FsError::NotFound)), "{link}");
            assert!(
                matches!(stage.resolve(&path("."), &format!("{link}/x"), Follow::Yes), Err(FsError::NotFound | FsError::NotFolder)),
                "{link}"
            );
        }
        assert_eq!(stage.names("."), ["dir", "to-dir", "to-file", "to-sub"]);
        // `pong` is the tenth.
        assert_eq!(stage.unlisted(), 10);
        assert!(matches!(stage.read("out-dir/secret"), Err(FsError::NotFound)));
        assert_eq!(fs::read_to_string(scene.outer().join("secret")).unwrap(), SECRET);
    });
}

#[test]
fn a_guest_cannot_write_through_replace_move_or_remove_a_link() {
    each(|scene, stage| {
        for link in NOWHERE.into_iter().chain(["to-file"]) {
            let at = path(link);
            assert!(matches!(stage.open(&at, NEW, Follow::Yes), Err(FsError::Exists)), "{link}");
            assert!(stage.open(&at, REPLACE, Follow::No).is_err(), "{link}");
            assert!(matches!(stage.make_folder(&at), Err(FsError::Exists)), "{link}");
            assert!(matches!(stage.remove_file(&at), Err(FsError::NotFound | FsError::Unsupported)), "{link}");
            assert!(matches!(stage.remove_folder(&at), Err(FsError::NotFound | FsError::NotFolder)), "{link}");
            assert!(matches!(stage.rename(&at, &path("x")), Err(FsError::NotFound | FsError::Unsupported)), "{link}");
            assert!(matches!(stage.rename(&path("dir/file"), &at), Err(FsError::Unsupported)), "{link}");
        }
        for link in NOWHERE {
            assert!(matches!(stage.open(&path(link), REPLACE, Follow::Yes), Err(FsError::NotFound | FsError::NotFolder)), "{link}");
        }
        assert_eq!(fs::read_to_string(scene.outer().join("secret")).unwrap(), SECRET);
        assert!(!scene.root().join("dir/none").exists());
    });
}

#[test]
fn dot_dot_goes_up_from_where_the_link_led_and_never_above_the_root() {
    each(|_, stage| {
        let root = path(".");
        let mut resolve = |folder: &str, text: &str| stage.resolve(&path(folder), text, Follow::Yes);
        assert_eq!(resolve(".", "to-sub/../file").unwrap(), path("dir/file"));
        assert_eq!(resolve("dir/sub", "../file").unwrap(), path("dir/file"));
        assert_eq!(resolve("dir/sub", "../..").unwrap(), root);
        assert_eq!(resolve(".", "dir/../dir/file").unwrap(), path("dir/file"));
        for text in ["..", "../secret", "dir/../../secret", "to-sub/../../../secret", "../workspace/dir/file", "/etc/passwd", "/"] {
            assert!(matches!(resolve(".", text), Err(FsError::Refused)), "{text}");
        }
        assert!(matches!(resolve("dir/sub", "../../.."), Err(FsError::Refused)));
        assert!(matches!(resolve(".", "none/../dir/file"), Err(FsError::NotFound)));
        assert!(matches!(resolve(".", "dir/file/../file"), Err(FsError::NotFolder)));
        assert!(matches!(resolve(".", ""), Err(FsError::NotFound)));
    });
}

/// wasmtime-wasi resolved a path with trailing slashes outside of the folder it was given.
#[test]
fn rustsec_2026_0269_trailing_slashes_do_not_lead_out_of_the_workspace() {
    each(|scene, stage| {
        for slashes in ["/", "//", "/.", "/./", "/.//", "/./."] {
            for follow in [Follow::Yes, Follow::No] {
                let mut resolve = |text: &str| stage.resolve(&path("."), &format!("{text}{slashes}"), follow);
                for link in NOWHERE {
                    assert!(matches!(resolve(link), Err(FsError::NotFound | FsError::NotFolder)), "{link}{slashes} {follow:?}");
                }
                assert!(matches!(resolve(".."), Err(FsError::Refused)), "{slashes}");
                assert!(matches!(resolve("dir/file"), Err(FsError::NotFolder)), "{slashes}");
                assert!(matches!(resolve("none"), Err(FsError::NotFound)), "{slashes}");
                assert!(matches!(resolve("to-file"), Err(FsError::NotFolder)), "{slashes}");
                assert_eq!(resolve("dir").unwrap(), path("dir"), "{slashes}");
                assert_eq!(resolve(".").unwrap(), path("."), "{slashes}");
            }
            // Followed where links are followed; elsewhere a link is no folder, so that no one removes or moves what it leads to.
            let text = format!("to-dir{slashes}");
            assert_eq!(stage.resolve(&path("."), &text, Follow::Yes).unwrap(), path("dir"));
            assert!(matches!(stage.resolve(&path("."), &text, Follow::No), Err(FsError::NotFolder)), "{slashes}");
            assert_eq!(stage.resolve_new_folder(&path("."), &format!("new{slashes}")).unwrap(), path("new"));
            for link in ["dangling", "out", "to-dir"] {
                let at = stage.resolve_new_folder(&path("."), &format!("{link}{slashes}")).unwrap();
                assert!(matches!(stage.make_folder(&at), Err(FsError::Exists)), "{link}{slashes}");
                assert!(matches!(stage.rename(&path("dir"), &at), Err(FsError::Unsupported)), "{link}{slashes}");
            }
        }
        assert_eq!(fs::read_to_string(scene.outer().join("secret")).unwrap(), SECRET);
    });
}

#[test]
fn more_links_than_linux_follows_are_not_followed() {
    let name = |index: usize| format!("l{index}");
    let mut files = vec![("file".to_owned(), "end".to_owned()), (name(0), "-> file".to_owned())];
    files.extend((1..=40).map(|index| (name(index), format!("-> {}", name(index - 1)))));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    let scene = Scene::with(&files);
    let mut stage = scene.stage();
    assert_eq!(stage.read("l39").unwrap(), b"end");
    assert!(matches!(stage.read("l40"), Err(FsError::NotFound)));
    assert!(fs::read(scene.root().join("l39")).is_ok() && fs::read(scene.root().join("l40")).is_err());
}

#[test]
fn fifos_sockets_and_odd_names_are_neither_shown_nor_opened_but_fill_their_folder() {
    use std::os::unix::ffi::OsStrExt as _;
    for opener in [None, Some(Opener::Walk)] {
        let scene = Scene::with_opener(&[("a/", ""), ("b/", ""), ("c/x", "-> /etc")], opener);
        rustix::fs::mknodat(rustix::fs::CWD, scene.root().join("a/fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        drop(std::os::unix::net::UnixListener::bind(scene.root().join("socket")).unwrap());
        fs::write(scene.root().join("b").join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
        let mut stage = scene.stage();
        for special in ["a/fifo", "socket"] {
            // Without O_NONBLOCK this would wait for ever.
            assert!(matches!(stage.open(&path(special), READ, Follow::Yes), Err(FsError::Unsupported)), "{special}");
            assert!(matches!(stage.open(&path(special), REPLACE, Follow::Yes), Err(FsError::Unsupported)), "{special}");
            assert!(matches!(stage.stat(&path(special), Follow::Yes), Err(FsError::Unsupported)), "{special}");
            assert!(matches!(stage.remove_file(&path(special)), Err(FsError::Unsupported)), "{special}");
            assert!(matches!(stage.open(&path(special), NEW, Follow::Yes), Err(FsError::Unsupported)), "{special}");
        }
        assert!(matches!(stage.resolve(&path("."), "a/fifo/x", Follow::Yes), Err(FsError::NotFolder)));
        for folder in ["a", "b", "c"] {
            assert!(stage.names(folder).is_empty());
            assert!(matches!(stage.remove_folder(&path(folder)), Err(FsError::NotEmpty)), "{folder}");
        }
        assert_eq!(stage.unlisted(), 3);
        assert_eq!(stage.names("."), ["a", "b", "c"]);
    }
}

#[test]
fn what_is_swapped_between_the_look_and_the_open_makes_an_error() {
    type Swap = fn(&Path);
    let swaps: [Swap; 4] = [
        |root| std::os::unix::fs::symlink("../secret", root.join("file")).unwrap(),
        |root| rustix::fs::mknodat(rustix::fs::CWD, root.join("file"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap(),
        |root| fs::create_dir(root.join("file")).unwrap(),
        |_| {},
    ];
    for opener in [None, Some(Opener::Walk)] {
        for swap in swaps {
            let scene = Scene::with_opener(&[("file", "inside")], opener);
            fs::write(scene.outer().join("secret"), SECRET).unwrap();
            let mut stage = scene.stage();
            stage.stat(&path("file"), Follow::Yes).unwrap();
            fs::remove_file(scene.root().join("file")).unwrap();
            swap(&scene.root());
            assert!(matches!(stage.read("file"), Err(FsError::Conflict(_))));
            assert!(matches!(stage.remove_file(&path("file")), Err(FsError::Conflict(_))));
        }
    }
}
