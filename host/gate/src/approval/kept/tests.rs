#![expect(clippy::disallowed_methods, reason = "tests look at real files")]

use std::os::unix::fs::PermissionsExt as _;

use cofferdam_base::{Diagnostic as _, Digest};
use cofferdam_store::Workspace;
use tempfile::TempDir;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DAY: u64 = 86_400_000;

fn state() -> (TempDir, StateDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("work")).unwrap();
    let workspace = Workspace::open_ambient(&folder.path().join("work")).unwrap();
    let state = StateDir::open_ambient(&folder.path().join("state"), &workspace).unwrap();
    (folder, state)
}

fn key(number: u32) -> QuestionKey {
    let digest = Digest::of(&number.to_be_bytes());
    serde_json::from_value(serde_json::json!(digest.to_string())).unwrap()
}

fn keep(state: &StateDir, number: u32, given: Timestamp, days: u16) -> Approval {
    let approval = Approval::new(key(number), "edit.replace", "`path:write` on `ci.yml`", "terminal", given, Days::new(days).unwrap());
    Approvals::keep(&take_turn(state, |_| {}).unwrap(), approval.clone(), given).unwrap();
    approval
}

#[test]
fn an_approval_holds_from_when_it_was_given_until_its_end_and_for_its_question_alone() {
    let (folder, state) = state();
    assert_eq!(Approvals::read(state.folder()).unwrap(), Approvals::default());
    let given = keep(&state, 1, NOW, 2);
    let kept = Approvals::read(state.folder()).unwrap();
    assert_eq!((kept.of(key(1), NOW), kept.of(key(2), NOW)), (Some(&given), None));
    assert!(kept.of(key(1), Timestamp(NOW.0 + 2 * DAY - 1)).is_some());
    for other in [Timestamp(NOW.0 + 2 * DAY), Timestamp(NOW.0 - 1)] {
        assert_eq!(kept.of(key(1), other), None, "{other}");
    }
    let mode = std::fs::metadata(folder.path().join("state").join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_ended_is_swept_when_the_file_is_written_and_what_ends_first_makes_room() {
    let (_folder, state) = state();
    let count = || Approvals::read(state.folder()).unwrap().iter().count();
    keep(&state, 1, NOW, 1);
    keep(&state, 1, NOW, 3);
    assert_eq!(count(), 1, "the same question has one approval");
    keep(&state, 2, Timestamp(NOW.0 + 3 * DAY), 1);
    assert_eq!(count(), 1, "the first one has ended");
    for number in 10..10 + KEPT as u32 {
        keep(&state, number, Timestamp(NOW.0 + 3 * DAY), 30);
    }
    let kept = Approvals::read(state.folder()).unwrap();
    assert_eq!(kept.iter().count(), KEPT);
    assert_eq!(kept.of(key(2), Timestamp(NOW.0 + 3 * DAY)), None);
}

#[test]
fn a_damaged_file_is_an_error_and_never_an_approval() {
    let (folder, state) = state();
    keep(&state, 1, NOW, 90);
    let file = folder.path().join("state").join(FILE);
    let good = std::fs::read_to_string(&file).unwrap();
    let until = NOW.0 + 90 * DAY;
    for bad in [
        good.trim_end().to_owned(),
        format!("{good}x"),
        format!("{good}\n"),
        format!("{good}{{}}\n"),
        good.replace("\"v\":1", "\"v\":2"),
        good.replace(&until.to_string(), &(until + 1).to_string()),
        good.replace(&until.to_string(), "1"),
        good.replace("sha256:", "sha512:"),
        good.replace("\"by\"", "\"bye\""),
        good.replace("\"by\"", "\"pattern\":\"*\",\"by\""),
    ] {
        assert_ne!(bad, good);
        std::fs::write(&file, &bad).unwrap();
        let error = Approvals::read(state.folder()).unwrap_err();
        assert_eq!((error.code(), error.class().exit_code()), ("approval.damaged", 4), "{bad}");
        assert!(error.hint().unwrap().contains("cofferdam approvals revoke --all"));
        let approval = Approval::new(key(2), "f", "s", "b", NOW, Days::default());
        Approvals::keep(&take_turn(&state, |_| {}).unwrap(), approval, NOW).unwrap_err();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), bad, "what is damaged is not written over");
    }
    Approvals::revoke_all(&state, |_| {}).unwrap();
    assert_eq!(Approvals::read(state.folder()).unwrap(), Approvals::default());
}

#[test]
fn one_is_taken_back_by_its_identifier() {
    let (_folder, state) = state();
    let (first, second) = (keep(&state, 1, NOW, 2), keep(&state, 2, NOW, 2));
    let revoke = |id: &str| Approvals::revoke(&state, |_| {}, id, NOW);
    assert_eq!(revoke("abc").unwrap_err().code(), "approval.unknown");
    assert_eq!(revoke("").unwrap_err().code(), "approval.unknown");
    assert_eq!(revoke(&first.key().id()).unwrap(), [first]);
    assert_eq!(Approvals::read(state.folder()).unwrap().iter().collect::<Vec<_>>(), [&second]);
}
