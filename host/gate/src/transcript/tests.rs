//! Written, rotated, read back, redacted, cut off at every step; and never a wrong text called verified.

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt as _, sync::Arc};

use cofferdam_base::{CallId, Diagnostic as _, Entropy, RunId, Timestamp, clock::FixedClock, entropy::NoEntropy};
use cofferdam_ledger::{Event, Signer};
use cofferdam_policy::{Environment, Policies, Profile, builtin};
use cofferdam_store::{StateDir, Workspace};
use cofferdam_trust::Keyring;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{
    Checked, Elsewhere, RedactionRequest, Said, Signature, TranscriptError, Writer,
    limits::{MAX_LINE_BYTES, PART_BYTES},
    line::{Parsed, parse_line},
    redaction::{remove, texts},
    staged::Staged,
};
use crate::{Gate, GateParts, Toolbox};

#[derive(Default)]
struct Counter(std::sync::atomic::AtomicU8);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        Ok(())
    }
}

struct Scene {
    root: TempDir,
    entropy: Arc<Counter>,
}

impl Scene {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        for folder in ["work", "state"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
            std::fs::set_permissions(root.path().join(folder), std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        Self { root, entropy: Arc::default() }
    }

    fn gate(&self) -> Gate {
        let workspace = Workspace::open_ambient(&self.root.path().join("work")).unwrap();
        Gate::open(GateParts {
            state: StateDir::open_ambient(&self.root.path().join("state"), &workspace).unwrap(),
            workspace,
            keyring: Keyring::builtin().unwrap(),
            tools: Toolbox::default(),
            policies: Arc::new(
                Policies::load(&builtin(Profile::Careful), &Environment { tools: Vec::new(), model_hosts: Vec::new() }).unwrap(),
            ),
            lock_digest: None,
            network: None,
            signer: Signer::from_seed("cofferdam/test".parse().unwrap(), &[7; 32]),
            retired: Vec::new(),
            clock: Arc::new(FixedClock(Timestamp(1))),
            entropy: self.entropy.clone(),
            pause: std::thread::sleep,
        })
        .unwrap()
    }

    fn file(&self, gate: &Gate) -> std::path::PathBuf {
        self.root.path().join("state/transcripts").join(format!("{}.jsonl", gate.run()))
    }

    fn holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.root.path().join("state/transcripts")).unwrap();
        files.into_iter().any(|file| String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).contains(text))
    }
}

/// A call that says these texts; the ledger commits to each.
fn say(gate: &Gate, said: &[&str]) -> CallId {
    let call = gate.new_call().unwrap();
    let mut record = gate.record(call.clone());
    for text in said {
        record
            .note_with(Said::Evidence, (*text).to_owned(), |call, evidence| Event::Verdict {
                call,
                postconditions: cofferdam_ledger::event::Check::Passed,
                hook: cofferdam_ledger::event::Check::None,
                evidence,
            })
            .unwrap();
    }
    gate.in_turn(|_, _, book| book.write(record.take())).unwrap();
    call
}

fn checked(gate: &Gate, run: &RunId) -> Result<Vec<Checked>, TranscriptError> {
    let transcripts = gate.transcripts().unwrap();
    let mut account = gate.account(&BTreeSet::from([run.clone()])).unwrap();
    let mut all = Vec::new();
    for part in transcripts.parts_of(run)? {
        for line in transcripts.lines(&part, 0)? {
            all.push(account.check(line?.1));
        }
    }
    Ok(all)
}

fn request(gate: &Gate, call: &CallId) -> RedactionRequest {
    let by = Signature::verify("Ann").unwrap();
    RedactionRequest::verify(gate.run().clone(), call.clone(), &[], "a secret", Some(by)).unwrap()
}

#[test]
fn a_transcript_is_rotated_between_lines_and_read_from_any_of_them() {
    let scene = Scene::new();
    let gate = scene.gate();
    let third = "x".repeat(usize::try_from(PART_BYTES / 3).unwrap());
    for _ in 0..4 {
        say(&gate, &[&third]);
    }
    let transcripts = gate.transcripts().unwrap();
    let parts = transcripts.parts().unwrap();
    assert_eq!(parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2]);
    assert!(parts.iter().all(|part| part.bytes <= PART_BYTES && part.rewritten == 0));
    let begins: Vec<u64> = transcripts.lines(&parts[0], 0).unwrap().map(|line| line.unwrap().0).collect();
    assert_eq!(begins.len(), 2);
    assert_eq!(transcripts.lines(&parts[0], begins[1]).unwrap().count(), 1);
    assert_eq!(transcripts.lines(&parts[0], parts[0].bytes).unwrap().count(), 0);
    assert!(checked(&gate, gate.run()).unwrap().iter().all(|line| matches!(line, Checked::InLedger { .. })));
    assert_eq!(transcripts.bytes().unwrap(), parts.iter().map(|part| part.bytes).sum::<u64>());
}

#[test]
fn a_line_that_could_not_be_read_back_is_not_written() {
    let scene = Scene::new();
    let gate = scene.gate();
    let mut record = gate.record(gate.new_call().unwrap());
    let error = record.commit_to(Said::Outcome, "x".repeat(usize::try_from(MAX_LINE_BYTES).unwrap())).unwrap_err();
    assert_eq!((error.code(), error.class()), ("transcript.line-too-long", cofferdam_base::Class::Limit));
    assert!(record.take().lines.is_empty());
}

#[test]
fn a_run_that_has_written_its_share_has_no_room() {
    let scene = Scene::new();
    let gate = scene.gate();
    let mut writer = Writer::new(gate.run().clone());
    let _room = writer.room(gate.state().folder()).unwrap();
    writer.pretend_written(super::limits::RUN_BYTES);
    let error = writer.room(gate.state().folder()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("transcript.run-full", cofferdam_base::Class::Limit));
    assert!(error.hint().is_some_and(|hint| hint.contains("cofferdam resume")));
}

#[test]
fn a_process_that_has_the_transcript_open_goes_on_in_the_new_file() {
    let scene = Scene::new();
    let (gate, other) = (scene.gate(), scene.gate());
    let call = say(&gate, &["the secret"]);
    let listed = gate.transcripts().unwrap().parts().unwrap();
    // Another process redacts, in the middle of the first one's run.
    let pending = other.redact(&request(&gate, &call), Elsewhere::Nothing).unwrap();
    say(&gate, &["afterwards"]);
    assert!(!scene.holds("the secret") && scene.holds("afterwards"));
    let shown = checked(&gate, gate.run()).unwrap();
    assert!(matches!(&shown[0], Checked::Redacted { by: Some(by), reason: Some(why), .. } if by == "Ann" && why.as_str() == "a secret"));
    assert!(matches!(&shown[1], Checked::InLedger { text, .. } if text.as_str() == "afterwards"));
    // Who had listed the part before notices.
    let stale = gate.transcripts().unwrap().lines(&listed[0], 0).map(drop).unwrap_err();
    assert_eq!(stale.code(), "transcript.rewritten");
    assert_eq!(gate.transcripts().unwrap().parts().unwrap()[0].rewritten, 1);
    pending.into_iter().for_each(|removal| other.finish_removal(removal).unwrap());
}

#[test]
fn a_redaction_that_dies_at_any_step_is_completed_or_never_was() {
    for step in 0..4 {
        let scene = Scene::new();
        let gate = scene.gate();
        let call = say(&gate, &["the secret", "another"]);
        say(&gate, &["kept"]);
        let request = request(&gate, &call);
        let mut record = gate.record(gate.new_call().unwrap());
        gate.in_turn(|_, lock, book| {
            let state = lock.state().folder();
            let lines = texts(state, &request, Elsewhere::Nothing)?;
            if step > 0 {
                book.write(record.take())?;
                let staged: Staged = gate.stage(&request, &lines, state, book.ledger()?.size())?;
                if step > 1 {
                    book.append(staged.event())?;
                    book.sync()?;
                }
                if step > 2 {
                    remove(&staged, state)?;
                }
            }
            Ok(())
        })
        .unwrap();
        let run = gate.run().clone();
        drop(gate);
        let gate = scene.gate();
        assert_eq!(scene.holds("the secret"), step < 2, "died after step {step}");
        assert!(scene.holds("kept"));
        assert_eq!(gate.pending_removals().unwrap().len(), usize::from(step > 1));
        let again = scene.gate();
        for removal in again.pending_removals().unwrap() {
            again.finish_removal(removal).unwrap();
        }
        let shown = checked(&again, &run).unwrap();
        assert!(shown.len() == 3 && shown.iter().all(Checked::is_vouched_for), "died after step {step}: {shown:?}");
    }
}

#[test]
fn what_is_damaged_is_named_and_nothing_of_it_is_removed() {
    let scene = Scene::new();
    let gate = scene.gate();
    let call = say(&gate, &["one", "two"]);
    let file = scene.file(&gate);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"said\"", "\"saiD\"", 2).replacen("\"saiD\"", "\"said\"", 1)).unwrap();
    let error = checked(&gate, gate.run()).unwrap_err();
    assert_eq!((error.code(), error.class()), ("transcript.damaged", cofferdam_base::Class::NotVerified));
    assert!(error.to_string().contains("line 2 of") && error.to_string().contains(gate.run().as_str()), "{error}");
    let refused = gate.redact(&request(&gate, &call), Elsewhere::Nothing).unwrap_err();
    assert_eq!(refused.code(), "transcript.damaged");
    std::fs::write(&file, &text).unwrap();
    std::fs::write(scene.root.path().join("state/removals/x.json"), "{").unwrap();
    assert_eq!(gate.pending_removals().unwrap_err().code(), "transcript.damaged-redaction");
}

#[test]
fn a_removal_that_the_ledger_does_not_tell_of_differs() {
    let scene = Scene::new();
    let gate = scene.gate();
    let call = say(&gate, &["one"]);
    let before = std::fs::read(scene.file(&gate)).unwrap();
    let staged = gate
        .in_turn(|_, lock, book| {
            let lines = texts(lock.state().folder(), &request(&gate, &call), Elsewhere::Nothing)?;
            gate.stage(&request(&gate, &call), &lines, lock.state().folder(), book.ledger()?.size())
        })
        .unwrap();
    remove(&staged, gate.state().folder()).unwrap();
    assert!(matches!(checked(&gate, gate.run()).unwrap()[..], [Checked::Differs { text: None, .. }]));
    gate.in_turn(|_, _, book| book.append(staged.event())).unwrap();
    assert!(matches!(checked(&gate, gate.run()).unwrap()[..], [Checked::Redacted { .. }]));
    // The text is put back by hand.
    std::fs::write(scene.file(&gate), before).unwrap();
    assert!(matches!(&checked(&gate, gate.run()).unwrap()[..], [Checked::Differs { text: Some(text), .. }] if text == "one"));
}

/// A call that is asked for, decided on so many times and verified; gives the leaf of its request too.
fn call(gate: &Gate, decisions: usize, refused: bool) -> (CallId, u64) {
    use cofferdam_ledger::event::{Check, Origin, Ruling, Subject};
    let id = gate.new_call().unwrap();
    let mut record = gate.record(id.clone());
    let (tool, function) = ("files".parse().unwrap(), "read".parse().unwrap());
    let request = |call, arguments| Event::Request { call, tool, function, arguments, origin: Origin::User };
    record.note_with(Said::Arguments, r#"{"arguments": "the secret", "confidential": ["db"]}"#.to_owned(), request).unwrap();
    let verdict = |call, evidence| Event::Verdict { call, postconditions: Check::Passed, hook: Check::None, evidence };
    record.note_with(Said::Evidence, "another".to_owned(), verdict).unwrap();
    for _ in 0..decisions {
        record.note(Event::Decision { call: id.clone(), subject: Subject::Changes, ruling: Ruling::Allowed, rules: Vec::new() });
    }
    if refused {
        record.note(Event::Refused { call: id.clone(), code: "a.test".to_owned() });
    }
    let batch = record.take();
    let leaves = batch.entries.len() as u64;
    let last = gate.in_turn(|_, _, book| book.write(batch)).unwrap();
    (id, last + 1 - leaves)
}

fn doubts(gate: &Gate, leaf: u64) -> Vec<cofferdam_memory::Doubt> {
    let part = gate.transcripts().unwrap().parts_of(gate.run()).unwrap().remove(0);
    gate.seen_call(&part, 0, leaf).unwrap().unwrap().doubts
}

#[test]
fn a_call_with_more_leaves_than_are_read_at_a_time_is_read_to_its_end() {
    use cofferdam_memory::Doubt;
    // The last one is longer than any call that is read to its end.
    let long = vec![Doubt::NotRecorded];
    for (decisions, refused, expected) in
        [(1, false, vec![]), (1300, false, vec![]), (1300, true, vec![Doubt::Refused]), (2100, true, long)]
    {
        let scene = Scene::new();
        let gate = scene.gate();
        let (_, leaf) = call(&gate, decisions, refused);
        call(&gate, 1, true);
        assert_eq!(doubts(&gate, leaf), expected, "{decisions} {refused}");
    }
}

#[test]
fn what_is_left_of_a_call_whose_arguments_are_gone_counts_as_confidential() {
    for (kind, expected) in [(Said::Evidence, 0), (Said::Arguments, 1)] {
        let scene = Scene::new();
        let gate = scene.gate();
        let (id, leaf) = call(&gate, 1, false);
        let seen =
            |gate: &Gate| gate.seen_call(&gate.transcripts().unwrap().parts_of(gate.run()).unwrap().remove(0), 0, leaf).unwrap().unwrap();
        assert_eq!(seen(&gate).secrets, ["db".to_owned()].into());
        let request = RedactionRequest::verify(gate.run().clone(), id, &[kind], "a reason", None).unwrap();
        gate.redact(&request, Elsewhere::Nothing).unwrap().into_iter().for_each(|removal| gate.finish_removal(removal).unwrap());
        let unknown = seen(&gate).secrets.iter().filter(|name| name.contains("as far as its record is gone")).count();
        assert_eq!(unknown, expected, "{kind}");
    }
    // A line that is not there at all.
    let scene = Scene::new();
    let gate = scene.gate();
    let (id, leaf) = call(&gate, 1, false);
    let text = std::fs::read_to_string(scene.file(&gate)).unwrap();
    std::fs::write(scene.file(&gate), text.split_once('\n').unwrap().1).unwrap();
    let part = gate.transcripts().unwrap().parts_of(gate.run()).unwrap().remove(0);
    let seen = gate.seen_call(&part, 0, leaf).unwrap().unwrap();
    assert_eq!(seen.secrets, [format!("call {id}, as far as its record is gone")].into());
}

#[test]
fn a_mark_leads_to_the_leaf_that_tells_of_it_and_one_that_does_not_was_made_by_hand() {
    use cofferdam_memory::Doubt;
    let scene = Scene::new();
    let gate = scene.gate();
    let (id, leaf) = call(&gate, 1, false);
    let (_, other) = call(&gate, 1, false);
    gate.redact(&request(&gate, &id), Elsewhere::Nothing).unwrap().into_iter().for_each(|removal| gate.finish_removal(removal).unwrap());
    assert_eq!(doubts(&gate, leaf), [Doubt::Removed]);
    let file = scene.file(&gate);
    let text = std::fs::read_to_string(&file).unwrap();
    let (_, tail) = text.split_once(",\"leaf\":").unwrap();
    let told: u64 = tail.split_once('}').unwrap().0.parse().unwrap();
    let mark = format!(",\"leaf\":{told}");
    // Beyond the end, of something else, and of before it was kept.
    for (named, expected) in
        [(format!(",\"leaf\":{}", u64::MAX), Doubt::Edited), (format!(",\"leaf\":{other}"), Doubt::Edited), (String::new(), Doubt::Removed)]
    {
        std::fs::write(&file, text.replace(&mark, &named)).unwrap();
        assert_eq!(doubts(&gate, leaf), std::slice::from_ref(&expected), "{named}");
        let is_told = checked(&gate, gate.run()).unwrap().iter().all(Checked::is_vouched_for);
        assert_eq!(is_told, expected == Doubt::Removed, "{named}");
    }
}

#[test]
fn what_a_crash_left_unfinished_goes_with_a_removal() {
    let scene = Scene::new();
    let gate = scene.gate();
    let call = say(&gate, &["the secret"]);
    for folder in ["transcripts", "removals", "runs", "memory/history"] {
        let folder = scene.root.path().join("state").join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        // As the product makes them.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        std::fs::write(folder.join(".tmp-1-0"), "the secret").unwrap();
    }
    std::fs::set_permissions(scene.root.path().join("state/memory"), std::fs::Permissions::from_mode(0o700)).unwrap();
    let left = |folder: &str| scene.root.path().join("state").join(folder).join(".tmp-1-0").exists();
    gate.redact(&request(&gate, &call), Elsewhere::Nothing).unwrap().into_iter().for_each(|removal| gate.finish_removal(removal).unwrap());
    assert!(["transcripts", "removals", "runs", "memory/history"].iter().all(|folder| !left(folder)));
    std::fs::write(scene.root.path().join("state/memory/history/.tmp-1-0"), "the secret").unwrap();
    gate.forget_memory_history(None).unwrap();
    assert!(!left("memory/history"));
}

#[test]
fn what_comes_while_a_transcript_is_looked_at_is_neither_missing_nor_unknown() {
    let scene = Scene::new();
    let gate = scene.gate();
    say(&gate, &["one"]);
    let mut account = gate.account(&BTreeSet::from([gate.run().clone()])).unwrap();
    say(&gate, &["two"]);
    let transcripts = gate.transcripts().unwrap();
    let parts = account.parts().to_vec();
    for line in parts.iter().flat_map(|part| transcripts.lines(part, 0).unwrap()) {
        assert!(account.check(line.unwrap().1).is_vouched_for());
    }
    assert_eq!(account.missing(), []);
}

#[test]
fn words_of_a_removal_are_plain_and_short() {
    for bad in ["", "  ", "a\u{1b}b", "a\u{202e}b", &"x".repeat(2001)] {
        let error =
            RedactionRequest::verify(RunId::new(Timestamp(1), [1; 10]), CallId::new(Timestamp(1), [1; 10]), &[], bad, None).unwrap_err();
        assert_eq!((error.code(), error.class()), ("transcript.words", cofferdam_base::Class::Usage));
        assert_eq!(Signature::verify(bad).unwrap_err().code(), "transcript.words");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_transcript_reads_back_and_no_changed_byte_passes_for_what_was_said(
        texts in prop::collection::vec(any::<String>(), 1..4),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 8),
    ) {
        let scene = Scene::new();
        let gate = scene.gate();
        for text in &texts {
            say(&gate, &[text]);
        }
        let said = |gate: &Gate| checked(gate, gate.run());
        let whole = said(&gate).unwrap();
        prop_assert_eq!(whole.len(), texts.len());
        for (line, text) in whole.iter().zip(&texts) {
            let read = if let Checked::InLedger { text, .. } = line { Some(text.as_str()) } else { None };
            prop_assert_eq!(read, Some(text.as_str()));
        }
        let file = scene.file(&gate);
        let good = std::fs::read(&file).unwrap();
        for (place, mask) in places {
            let mut bad = good.clone();
            let at = place.index(bad.len());
            bad[at] ^= mask;
            std::fs::write(&file, &bad).unwrap();
            match said(&gate) {
                Err(error) => prop_assert_eq!(error.code(), "transcript.damaged"),
                Ok(lines) => for line in lines {
                    if let Checked::InLedger { text, .. } = line {
                        prop_assert!(texts.iter().any(|said| said == text.as_str()));
                    }
                },
            }
        }
    }

    #[test]
    fn any_line_that_reads_back_is_written_as_itself(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(parsed) = parse_line(&bytes) {
            let again = parsed.clone().to_bytes().unwrap();
            prop_assert_eq!(parse_line(&again[..again.len() - 1]).unwrap(), parsed);
        }
        prop_assert_eq!(parse_line(br#"{"v":1,"rewritten":2}"#).ok(), Some(Parsed::Rewritten(2)));
    }
}
