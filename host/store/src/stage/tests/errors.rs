//! Every error of a file operation, made to happen: its code, its class, its sentence.

use std::{error::Error as _, io, time::Instant};

use cofferdam_base::{
    Class::{self, Denied, Failed, Limit},
    Diagnostic as _,
};

use super::*;

type Act = fn(&Scene, &mut Stage) -> Result<(), FsError>;

fn open(stage: &mut Stage, text: &str, options: OpenOptions) -> FileId {
    stage.open(&path(text), options, Follow::Yes).unwrap()
}

const CASES: [(&str, Class, Act); 17] = [
    ("store.not-found", Failed, |_, stage| stage.read("none").map(drop)),
    ("store.exists", Failed, |_, stage| stage.make_folder(&path("f"))),
    ("store.not-folder", Failed, |_, stage| stage.list(&path("a")).map(drop)),
    ("store.is-folder", Failed, |_, stage| stage.read("f").map(drop)),
    ("store.not-empty", Failed, |_, stage| stage.remove_folder(&path("f"))),
    ("store.refused", Denied, |_, stage| stage.read("../a").map(drop)),
    ("store.read-only", Failed, |_, stage| {
        let file = open(stage, "a", READ);
        stage.set_len(file, 0)
    }),
    ("store.write-only", Failed, |_, stage| {
        let file = open(stage, "a", REPLACE);
        stage.read_at(file, 0, 1).map(drop)
    }),
    ("store.link", Failed, |_, stage| stage.open(&path("link"), READ, Follow::No).map(drop)),
    ("store.unsupported", Failed, |_, stage| stage.remove_file(&path("link"))),
    ("store.invalid-path", Failed, |_, stage| stage.read("a\0").map(drop)),
    ("store.invalid-operation", Failed, |_, stage| stage.rename(&path("f"), &path("f/g"))),
    ("store.bad-handle", Failed, |_, stage| {
        let file = open(stage, "a", READ);
        stage.close(file)?;
        stage.close(file)
    }),
    ("store.quota", Limit, |_, stage| {
        let file = open(stage, "a", WRITE);
        stage.set_len(file, u64::MAX)
    }),
    ("store.deadline", Limit, |_, stage| {
        stage.set_deadline(Instant::now());
        stage.read("a").map(drop)
    }),
    ("store.conflict", Failed, |scene, stage| {
        fs::write(scene.root().join("b"), "longer").unwrap();
        stage.read("b").map(drop)
    }),
    // A superuser, as which tests may run, is refused nothing: the error is made by hand.
    ("store.io", Failed, |_, _| Err(io::Error::from(io::ErrorKind::PermissionDenied).into())),
];

#[test]
fn every_code_has_an_operation_that_ends_with_it() {
    for (code, class, act) in CASES {
        let scene = Scene::with(&[("a", "1"), ("b", "2"), ("f/x", ""), ("link", "-> a")]);
        let mut stage = scene.stage();
        stage.stat(&path("b"), Follow::Yes).unwrap();
        let error = act(&scene, &mut stage).unwrap_err();
        assert_eq!((error.code(), error.class()), (code, class));
        let sentence = error.to_string();
        assert!(sentence.starts_with(char::is_lowercase) && !sentence.ends_with('.'), "{sentence}");
        assert_eq!(error.source().is_some(), matches!(code, "store.conflict" | "store.io"), "{code}");
        assert_eq!(error.hint().is_some(), code == "store.conflict", "{code}");
    }
}
