//! What the kernel refuses a thread that confined itself. On a kernel that has no Landlock, that nothing is claimed.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests reach outside, to see that they can or cannot")]

use std::{fs, io::ErrorKind, net::TcpListener};

use cofferdam_confine::{
    Reach, Restriction, State,
    escape::{End, Outside, Places, Tried, rehearse},
};

/// Each test confines a thread of its own: what a thread gives up, the others keep.
fn in_a_thread<R: Send + 'static>(act: impl FnOnce() -> R + Send + 'static) -> R {
    std::thread::spawn(act).join().unwrap()
}

/// Everything that is tried from a reach, with the folder that is written to.
fn tried(reach: impl FnOnce(Reach, &Outside) -> Reach + Send + 'static) -> (Vec<Tried>, State) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let places = Places { file, folder: folder.path().to_owned(), program: std::env::current_exe().unwrap() };
    in_a_thread(|| {
        let outside = Outside::open(places).unwrap();
        let reach = reach(Reach::nothing(), &outside);
        let rehearsed = rehearse(outside);
        let confined = reach.confine();
        let tried = rehearsed.try_confined(&confined);
        (tried, confined.state().clone())
    })
}

fn escaped(tried: &[Tried]) -> Vec<&'static str> {
    tried.iter().filter(|tried| matches!(tried.end, End::Escaped)).map(|tried| tried.what).collect()
}

#[test]
fn every_attempt_from_nothing_is_refused_as_far_as_is_claimed() {
    let (tried, state) = tried(|reach, _| reach);
    for Tried { what, restriction, end } in &tried {
        // An attempt that proves nothing here would make the test of the product pass without proof.
        assert!(!matches!(end, End::Unproved(_)), "{what}: {end:?}");
        assert_eq!(matches!(end, End::Refused), state.claims(*restriction), "{what}: {end:?}, {state}");
    }
    assert!(tried.len() >= 8);
}

#[test]
fn what_is_in_reach_still_succeeds_and_nothing_else() {
    let (tried, state) = tried(|reach, outside| {
        let places = outside.places();
        reach.reading(&places.file).writing(&places.folder).connecting(outside.port())
    });
    if state.claims(Restriction::Signals) {
        assert_eq!(escaped(&tried), ["read a file", "list a folder", "write a file", "make a folder", "connect to a TCP port"]);
    }
}

#[test]
fn what_is_read_is_not_written_and_a_port_is_only_itself() {
    let (tried, state) = tried(|reach, outside| reach.reading(&outside.places().folder).connecting(1));
    if state.claims(Restriction::Signals) {
        assert_eq!(escaped(&tried), ["read a file", "list a folder"]);
    }
}

#[test]
fn a_thread_beside_others_does_not_claim_to_be_the_process() {
    let state = in_a_thread(|| Reach::nothing().confine().state().clone());
    assert!(!state.claims(Restriction::EarlierThreads), "{state}");
}

#[test]
fn a_place_that_is_not_there_is_left_out() {
    let state = in_a_thread(|| Reach::nothing().writing("/nowhere/at/all").reading("").confine().state().clone());
    assert!(!matches!(&state, State::Absent(why) if why.to_string().contains("refused")), "{state}");
}

#[test]
fn renames_between_folders_in_reach_go_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("a/file"), "x").unwrap();
    let path = folder.path().to_owned();
    let (moved, state) = in_a_thread(move || {
        let confined = Reach::nothing().writing(&path).confine();
        let moved = fs::rename(path.join("a/file"), path.join("b/file"));
        (moved.map_err(|error| error.kind()), confined.state().clone())
    });
    assert_eq!(moved, Ok(()), "{state}");
}

#[test]
fn threads_that_start_later_are_held_too() {
    let (refused, state) = in_a_thread(|| {
        let confined = Reach::nothing().confine();
        let bound = in_a_thread(|| TcpListener::bind(("127.0.0.1", 0)).map(drop));
        (bound.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied), confined.state().clone())
    });
    assert_eq!(refused, state.claims(Restriction::Tcp), "{state}");
}
