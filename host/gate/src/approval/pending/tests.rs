#![expect(clippy::disallowed_methods, reason = "tests look at real files")]

use cofferdam_base::Diagnostic as _;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::approval::Lasts;

fn state() -> (TempDir, Folder) {
    let folder = tempfile::tempdir().unwrap();
    let state = Folder::open_ambient(&folder.path().join("state")).unwrap();
    (folder, state)
}

fn question(number: u8, shown: &str) -> PendingQuestion {
    let id = CallId::new(Timestamp(u64::from(number)), [number; 10]);
    let key = serde_json::from_value(json!(Digest::of(&[number]).to_string())).unwrap();
    let (asked, until) = (Timestamp(1), Timestamp(2));
    PendingQuestion { v: VERSION, id, key, offers: Offers::Lasting, shown: shown.to_owned(), asked, until }
}

fn begin(state: &Folder, question: &PendingQuestion) -> Waiting {
    Waiting::begin(state, question.clone(), |_| {}).unwrap()
}

fn yes() -> Word {
    Word::Yes { by: "ann".to_owned(), lasts: Lasts::Once }
}

#[test]
fn a_question_waits_is_found_and_is_answered_once() {
    let (_folder, state) = state();
    let (first, second) = (question(1, "one"), question(2, "two"));
    let (waiting, _other) = (begin(&state, &first), begin(&state, &second));
    assert_eq!(pending(&state).unwrap(), [first.clone(), second]);
    assert_eq!(waiting.look().unwrap(), None);
    answer(&state, &find(&state, first.id()).unwrap(), yes()).unwrap();
    assert_eq!((waiting.look().unwrap(), waiting.look().unwrap()), (Some(yes()), None));
    drop(waiting);
    assert_eq!(find(&state, first.id()).unwrap_err().code(), "approval.not-waiting");
    assert_eq!(answer(&state, &first, yes()).unwrap_err().code(), "approval.not-waiting");
    assert_eq!(pending(&state).unwrap().len(), 1);
}

#[test]
fn an_answer_to_another_question_is_not_accepted() {
    let (folder, state) = state();
    let shown = question(1, "read a.txt");
    let waits = PendingQuestion { shown: "read .env".to_owned(), ..shown.clone() };
    let waiting = begin(&state, &waits);
    assert_eq!(answer(&state, &shown, yes()).unwrap_err().code(), "approval.other-question");
    // Nor where somebody writes the file past that check.
    let file = folder.path().join("state/questions").join(file_of(shown.id(), ANSWER));
    for sent in
        [json!({"question": shown.digest(), "word": yes()}), json!({"word": yes()}), json!({"question": waits.digest(), "word": "maybe"})]
    {
        std::fs::write(&file, sent.to_string()).unwrap();
        assert_eq!(waiting.look().unwrap(), None, "{sent}");
        assert!(!file.exists());
    }
    // An answer from before the question was put is thrown away with it.
    drop(waiting);
    std::fs::write(&file, json!({"question": waits.digest(), "word": yes()}).to_string()).unwrap();
    assert_eq!(begin(&state, &waits).look().unwrap(), None);
}

#[test]
fn a_question_whose_process_is_gone_is_swept_away_and_nobody_can_answer_it() {
    let (folder, state) = state();
    let left = question(1, "left");
    let files = folder.path().join("state/questions");
    drop(begin(&state, &left));
    for ask in [|state: &Folder, id: &CallId| find(state, id).map(drop), |state: &Folder, _: &CallId| pending(state).map(drop)] {
        std::fs::write(files.join(left.file()), serde_json::to_vec(&left).unwrap()).unwrap();
        std::fs::write(files.join(file_of(left.id(), ANSWER)), "{}").unwrap();
        let _ = ask(&state, left.id());
        assert_eq!(std::fs::read_dir(&files).unwrap().count(), 0);
    }
    assert_eq!(answer(&state, &left, yes()).unwrap_err().code(), "approval.not-waiting");
}
