//! What the ledger writes, the verifier accepts; what it does not know, it refuses.

use cofferdam_audit::{
    fault::{Exit, Fault as _},
    ledger::{Evidence, Kept, Key, LedgerFault, verify},
};
use cofferdam_base::{Digest, EntryId, FunctionName, RunId, Timestamp, ToolName};
use cofferdam_ledger::{
    Commitment, Event, File, Opening, Salt,
    event::{Answer, Check, Effect, KeyAction, Origin, Recovery, Ruling, Subject, Usage},
    log::LeafIndex,
    note::sign_note,
};
use proptest::{prelude::*, sample::select};

use super::support::*;

fn commitment() -> impl Strategy<Value = Commitment> {
    any::<([u8; 32], String)>().prop_map(|(salt, text)| Opening::new(Salt::from_random(salt), text).commitment())
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any::<String>(), 0..4)
}

/// A name of at most 64 bytes, as tools and functions have it.
fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,30})?"
}

fn run_id(number: u8) -> RunId {
    RunId::new(Timestamp(u64::from(number)), [number; 10])
}

/// Every event that may stand anywhere.
fn event() -> impl Strategy<Value = Event> {
    let call = || (0..250_u8).prop_map(call);
    let tool = || name().prop_map(|name| name.parse::<ToolName>().unwrap());
    let function = name().prop_map(|name| name.parse::<FunctionName>().unwrap());
    let checks = || select(vec![Check::None, Check::Passed, Check::Failed]);
    let number = || 0..(1_u64 << 53);
    let commitments = || prop::collection::vec(commitment(), 0..4);
    let ids = || prop::collection::vec(call().prop_map(|call| EntryId::from(&call)), 0..4);
    prop_oneof![
        (any::<String>(), digest(), prop::option::of(digest())).prop_map(|(product, policy, lock)| Event::RunStarted {
            product,
            policy,
            lock
        }),
        (tool(), any::<String>(), digest(), digest(), texts())
            .prop_map(|(tool, version, component, statement, signers)| Event::ToolLoaded { tool, version, component, statement, signers }),
        (call(), tool(), function, commitment(), select(vec![Origin::Model, Origin::User, Origin::Automation, Origin::Mcp]))
            .prop_map(|(call, tool, function, arguments, origin)| Event::Request { call, tool, function, arguments, origin }),
        (call(), select(vec![Subject::Call, Subject::Changes]), select(vec![Ruling::Allowed, Ruling::Ask, Ruling::Denied]), texts())
            .prop_map(|(call, subject, ruling, rules)| Event::Decision { call, subject, ruling, rules }),
        (call(), commitment(), select(vec![Answer::Once, Answer::Run, Answer::Always, Answer::Declined]))
            .prop_map(|(call, question, answer)| Event::Approval { call, question, answer }),
        (call(), commitment(), commitment(), number(), number(), number()).prop_map(
            |(call, outcome, reads, fuel, wall_ms, memory_bytes)| {
                Event::Invocation { call, outcome, reads, usage: Usage { fuel, wall_ms, memory_bytes } }
            }
        ),
        (call(), checks(), checks(), commitment()).prop_map(|(call, postconditions, hook, evidence)| Event::Verdict {
            call,
            postconditions,
            hook,
            evidence
        }),
        (number(), number()).prop_map(|(leaves, checkpoints)| Event::Truncated { leaves, checkpoints }),
        (call(), any::<String>()).prop_map(|(call, code)| Event::Refused { call, code }),
        (commitment(), commitment(), prop::collection::vec(call(), 0..4)).prop_map(|(topic, entry, calls)| Event::MemoryCommitted {
            topic,
            entry,
            calls
        }),
        (commitment(), commitments(), ids()).prop_map(|(topic, entries, removed)| Event::MemoryEdited { topic, entries, removed }),
        (commitments(), commitments(), ids(), prop::collection::vec(call(), 0..4))
            .prop_map(|(topics, entries, removed, calls)| Event::MemoryConsolidated { topics, entries, removed, calls }),
        (commitments(), number(), ids(), ids()).prop_map(|(topics, undoes, restored, removed)| Event::MemoryReverted {
            topics,
            undoes,
            restored,
            removed
        }),
        (call(), 0..250_u8, prop::collection::vec(commitment(), 0..4), commitment(), prop::option::of(any::<String>()))
            .prop_map(|(call, number, lines, reason, by)| Event::TranscriptRedacted { run: run_id(number), call, lines, reason, by }),
        (0..250_u8, number(), prop::option::of(any::<String>())).prop_map(|(number, bytes, by)| Event::TranscriptPruned {
            run: run_id(number),
            bytes,
            by
        }),
        (select(vec![KeyAction::Added, KeyAction::Removed, KeyAction::Revoked]), digest())
            .prop_map(|(action, key)| Event::KeyEvent { action, key }),
    ]
}

/// One step of a ledger's life.
#[derive(Debug, Clone)]
enum Step {
    Append(Event),
    Effect(u8, Effect, u8),
    Checkpoint,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => event().prop_map(Step::Append),
        2 => (0..9_u8, select(vec![Effect::Staged, Effect::Irrevocable]), 0..5_u8).prop_map(|(call, effect, end)| Step::Effect(call, effect, end)),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #[test]
    fn what_the_ledger_writes_always_verifies(steps in prop::collection::vec(step(), 0..30)) {
        let disk = Disk::default();
        let mut ledger = disk.create();
        for step in steps {
            match step {
                Step::Append(event) => { ledger.append(&entry(event)).unwrap(); }
                Step::Effect(number, effect, end) => {
                    let changes = Opening::new(Salt::from_random([end; 32]), String::new()).commitment();
                    let call = call(number);
                    if ledger.append(&entry(Event::Intent { call: call.clone(), effect, changes, count: 0 })).is_ok() {
                        let closing = match end {
                            0 => Event::Published { call },
                            1 => Event::Aborted { call, code: "store.conflict".to_owned() },
                            2 => Event::Undone { call: call.clone(), undoes: call },
                            3 => Event::Recovered { call, recovery: Recovery::Completed },
                            _ => continue,
                        };
                        ledger.append(&entry(closing)).unwrap();
                    }
                }
                Step::Checkpoint => if let Ok(checkpoint) = ledger.checkpoint() {
                    let handed_out = checkpoint.event();
                    ledger.append(&entry(handed_out)).unwrap();
                },
                Step::Reopen => {
                    drop(ledger);
                    let run = run_id(9);
                    ledger = cofferdam_ledger::Ledger::open(Box::new(disk.clone()), signer(1), &[], &run, Timestamp(9)).unwrap();
                }
            }
        }
        let files = disk.files();
        let verified = files.verify(&[files.newest()], &[key(1)]).unwrap();
        prop_assert_eq!(verified.leaves.len() as u64, ledger.head().size);
        let head = ledger.head();
        prop_assert_eq!(&verified.root, head.root.as_bytes());
        prop_assert_eq!(verified.covered, ledger.newest_checkpoint().head().size);
        let open: Vec<String> = ledger.open_intents().iter().map(|(call, _)| call.to_string()).collect();
        prop_assert_eq!(verified.open_intents.into_keys().collect::<Vec<_>>(), open);
    }
}

/// The code with which a ledger of one line is refused; the line is signed as if it were good.
fn code_of_line(line: &str) -> String {
    let mut files = files();
    files.history.clear();
    files.leaves = format!("{line}\n").into_bytes();
    let empty = Disk::default();
    drop(empty.create());
    let kept = [empty.files().newest()];
    let fault = verify(Evidence { leaves: &files.leaves[..], history: None, kept: &kept, keys: &[key(1)] }).unwrap_err();
    let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
    format!("{}: {cause}", fault.code())
}

#[test]
fn refuses_what_version_1_does_not_know() {
    let good = files().lines().swap_remove(0);
    for (from, to, cause) in [
        (r#""v":1"#, r#""v":2"#, "it is not of version 1"),
        (r#","v":1"#, "", "it is not of version 1"),
        (r#""v":1"#, r#""v":1,"w":1"#, "its member `w` is missing, unknown or holds something else"),
        (r#""time":3,"#, "", "its member `time` is missing, unknown or holds something else"),
        (r#""time":3"#, r#""time":-3"#, "its member `time` is missing, unknown or holds something else"),
        (r#""time":3"#, r#""time":3.0"#, "it is not canonical JSON"),
        (r#""time":3"#, r#""time": 3"#, "it is not canonical JSON"),
        (r#""time":3"#, r#""time":2,"time":3"#, "it is not canonical JSON"),
        (r#""type":"refused""#, r#""type":"refusing""#, "`refusing` is not an event of version 1"),
        (r#""type":"refused""#, r#""type":7"#, "`` is not an event of version 1"),
        (r#""type":"refused""#, r#""type":"refused","x\u001b":1"#, "its member `x\\u{1b}` is missing, unknown or holds something else"),
        (r#""code":"policy.denied","#, "", "its member `code` is missing, unknown or holds something else"),
        (r#""code":"policy.denied""#, r#""code":1"#, "its member `code` is missing, unknown or holds something else"),
        (r#""call":""#, r#""call":"0"#, "its member `call` is missing, unknown or holds something else"),
        ("{", "[", "it is not a JSON object"),
    ] {
        assert_eq!(code_of_line(&good.replacen(from, to, 1)), format!("audit.bad-entry: {cause}"), "{to}");
    }
    assert_eq!(code_of_line("[]"), "audit.bad-entry: it is not a JSON object");
    assert_eq!(code_of_line(&" ".repeat(70_000)), "audit.bad-entry: it is longer than a line can be");
}

#[test]
fn refuses_an_intent_that_is_opened_twice_or_closed_unopened() {
    let line = |entry: cofferdam_ledger::Entry| String::from_utf8(entry.to_line().unwrap()).unwrap();
    assert_eq!(code_of_line(&line(recovered(1))), format!("audit.bad-intent: call `{}` has no open intent", call(1)));
    let twice = format!("{}\n{}", line(intent(1)), line(intent(1)));
    assert_eq!(code_of_line(&twice), format!("audit.bad-intent: call `{}` has an open intent already", call(1)));
}

#[test]
fn refuses_keys_that_are_none_or_under_which_anybody_signs() {
    let good = public(1);
    Key::parse(&good).unwrap();
    let weak = "a+cae63997+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for bad in ["", "a", "a+b+c", &good.replacen("cofferdam", "coffer", 1), &good[..good.len() - 1], weak] {
        let fault = Key::parse(bad).unwrap_err();
        assert_eq!((fault.code(), fault.exit()), ("audit.bad-key", Exit::Usage), "{bad}");
    }
}

#[test]
fn a_proof_of_one_implementation_is_good_for_the_other() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for number in 0..11 {
        ledger.append(&key_event(number)).unwrap();
    }
    ledger.checkpoint().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = disk.files();
    files.write(folder.path());
    // What the host derives from the ledger is not looked at.
    std::fs::write(folder.path().join(File::Tree.name()), "not a tree").unwrap();
    for (leaf, line) in (0..11).zip(files.lines()) {
        let theirs = run(&["ledger", "prove", &leaf.to_string(), folder.path().to_str().unwrap()], b"");
        assert_eq!(theirs.stdout, ledger.prove(LeafIndex(leaf)).unwrap().to_string());
        let read = cofferdam_ledger::parse_leaf_proof(&theirs.stdout).unwrap();
        read.verify(line.as_bytes(), &[ledger.verifier_key()]).unwrap();
    }
}

#[test]
fn a_storage_that_cannot_be_read_is_no_verdict() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::PermissionDenied.into())
        }
    }
    let history = files().history;
    let evidence = Evidence { leaves: std::io::BufReader::new(Broken), history: Some(&history), kept: &[], keys: &[] };
    let fault = verify(evidence).unwrap_err();
    assert!(matches!(fault, LedgerFault::Io(_)));
    assert_eq!((fault.code(), fault.exit()), ("audit.unreadable", Exit::Failed));
}

/// A checkpoint of the ledger of [`files`] that its own key signed over another text.
fn signed(text: &str) -> Kept {
    Kept { name: "kept\u{1b}".to_owned(), note: sign_note(text, &signer(1)).into_bytes() }
}

#[test]
fn a_kept_checkpoint_has_to_be_one_of_this_log_and_to_state_its_length() {
    let files = files();
    let text = String::from_utf8(files.newest().note).unwrap();
    let text = text.split_once("\n\n").unwrap().0.to_owned() + "\n";
    let code = |text: &str| files.verify(&[signed(text)], &[key(1)]).map(|_verified| ()).map_err(|fault| fault.code());
    assert_eq!(code(&text), Ok(()));
    let length = files.leaves.len();
    assert_eq!(code(&text.replace(&format!("bytes {length}"), &format!("bytes {}", length - 1))), Err("audit.other-length"));
    for bad in [text.replace("\n6\n", "\n06\n"), text.replace("bytes ", "byte "), format!("{text}more\n"), "a\n".to_owned()] {
        assert_eq!(code(&bad), Err("audit.bad-checkpoint"), "{bad}");
    }
    let other = text.replace("/test", "/other");
    assert_eq!(code(&other), Err("audit.untrusted-checkpoint"));
    let fault = files.verify(&[signed(&other)], &[]).unwrap_err();
    assert_eq!((fault.code(), fault.to_string().as_str()), ("audit.bad-checkpoint", "the kept checkpoint `kept\\u{1b}` does not verify"));
}
