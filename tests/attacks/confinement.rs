//! The wall behind the others: what the kernel refuses the process itself, whatever a tool, a library or a link makes of it.

use cofferdam_confine::{Reach, Restriction, State};

use crate::{harness::Person, person_with_a_file};

/// What this machine's kernel can enforce, found out in a thread of its own: the test's other threads stay as they are.
fn kernel() -> State {
    let found = std::thread::spawn(|| Reach::nothing().confine().state().clone());
    found.join().expect("a thread")
}

#[test]
fn the_self_test_finds_no_way_out_and_says_what_the_kernel_has() {
    let person = Person::new();
    let came = person.run(&["--format", "json", "doctor", "--self-test"]).ok();
    let mut lines = came.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let confined = lines.next().expect("the state");
    let attempts: Vec<_> = lines.map(|line| (line["attempt"].clone(), line["end"].as_str().expect("a word").to_owned())).collect();
    assert!(attempts.len() >= 8, "{attempts:?}");
    match kernel() {
        State::Absent(why) => {
            assert_eq!(confined["confined"], "absent");
            assert!(confined["says"].as_str().expect("text").contains(&why.to_string()), "{confined}");
            assert!(attempts.iter().all(|(_, end)| end == "possible"), "{attempts:?}");
        }
        // A test process has several threads; the binary confines itself while it has one.
        State::Partly(missing) if missing == [Restriction::EarlierThreads] => {
            assert_eq!(confined["confined"], "enforced", "{confined}");
            assert!(attempts.iter().all(|(_, end)| end == "refused"), "{attempts:?}");
        }
        State::Partly(_) | State::Enforced => assert_eq!(confined["confined"], "partly", "{confined}"),
    }
    assert!(person.run(&["doctor"]).ok().contains(confined["says"].as_str().expect("text")));
}

#[test]
fn the_self_test_refuses_a_workspace_that_leaves_nothing_outside() {
    Person::new().run(&["--workspace", "/", "doctor", "--self-test"]).refused(2, "cli.argument");
}

#[test]
fn a_link_in_the_users_folders_leads_nowhere() {
    let person = person_with_a_file();
    person.run(&["policy", "check"]).ok();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("mine.cedar"), "@id(\"mine\")\nforbid(principal, action, resource);\n").expect("written");
    std::fs::create_dir(person.home("config/policies")).expect("a folder");
    std::os::unix::fs::symlink(outside.path().join("mine.cedar"), person.home("config/policies/mine.cedar")).expect("a link");
    let came = person.run(&["policy", "check"]);
    if kernel().claims(Restriction::Files) {
        let told = came.refused(1, "cli.file");
        assert!(told.contains("docs/confinement.md"), "{told}");
    } else {
        assert!(came.ok().contains("user/mine.cedar"));
    }
}

#[test]
fn a_lock_that_is_a_link_out_of_the_workspace_is_not_read() {
    let person = person_with_a_file();
    let outside = tempfile::NamedTempFile::new().expect("a file");
    std::os::unix::fs::symlink(outside.path(), person.work().join("tools.lock")).expect("a link");
    let came = person.run(&["tool", "list"]);
    if kernel().claims(Restriction::Files) {
        came.refused(1, "cli.file");
    } else {
        assert_ne!(came.exit, 0, "an empty file is no lock");
    }
}
