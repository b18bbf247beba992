//! The commands as a person or CI runs them.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::support::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files.write(folder.path());
        std::fs::write(folder.path().join("kept"), files.newest().note).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

#[test]
fn verify_says_what_it_checked_and_what_it_could_not() {
    let folder = Folder::of(&files());
    let bare = run(&["ledger", "verify", &folder.path("")], b"");
    assert_eq!((bare.exit, bare.stderr.as_str()), (0, ""));
    assert!(bare.stdout.contains("leaves: 6, of which 6 are covered by a checkpoint\n"), "{}", bare.stdout);
    assert!(bare.stdout.contains("signatures: not checked: no key was given\n"));
    assert!(bare.stdout.contains("anchor: unanchored:"));
    let full = run(&["ledger", "verify", &folder.path(""), "--key", &public(1), "--checkpoint", &folder.path("kept")], b"");
    assert!(full.stdout.contains("signatures: verified\nanchor: consistent with 1 checkpoint(s) kept elsewhere\n"), "{}", full.stdout);
    assert!(full.stdout.contains("events: recovered 1\n"));
}

#[test]
fn verify_lists_open_intents_and_what_no_checkpoint_covers() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    ledger.append(&refused(0)).unwrap();
    ledger.append(&intent(5)).unwrap();
    let folder = Folder::of(&disk.files());
    let found = run(&["--format", "json", "ledger", "verify", &folder.path("")], b"");
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found["open_intents"], json!([{"call": call(5).as_str(), "effect": "irrevocable", "leaf": 1}]));
    assert_eq!((&found["covered"], &found["leaves"], &found["anchor"]), (&json!(0), &json!(2), &json!("unanchored")));
    assert!(run(&["ledger", "verify", &folder.path("")], b"").stdout.contains("irrevocable, announced by leaf 1\n"));
}

#[test]
fn a_file_alone_needs_a_checkpoint_kept_elsewhere() {
    let folder = Folder::of(&files());
    let alone = run(&["ledger", "verify", &folder.path("ledger.jsonl")], b"");
    assert_eq!(alone.exit, 4);
    assert!(alone.stderr.starts_with("error[audit.no-checkpoint]: "), "{}", alone.stderr);
    assert!(alone.stderr.contains("\nhint: "));
    let kept = run(&["ledger", "verify", &folder.path("ledger.jsonl"), "--checkpoint", &folder.path("kept")], b"");
    assert_eq!(kept.exit, 0, "{}", kept.stderr);
}

#[test]
fn a_changed_ledger_exits_with_4_in_both_formats() {
    let mut files = files();
    files.leaves[3] ^= 1;
    let folder = Folder::of(&files);
    let text = run(&["ledger", "verify", &folder.path("")], b"");
    assert_eq!((text.exit, text.stdout.as_str()), (4, ""));
    assert!(text.stderr.starts_with("error[audit.bad-entry]: leaf 0 is no entry of the ledger\ncaused by: "), "{}", text.stderr);
    let programs = run(&["ledger", "verify", "--format", "json", &folder.path("")], b"");
    assert_eq!((programs.exit, programs.stderr.as_str()), (4, ""));
    assert_eq!(serde_json::from_str::<Value>(&programs.stdout).unwrap()["code"], "audit.bad-entry");
}

#[test]
fn files_that_cannot_be_read_or_are_too_large_are_failures() {
    let folder = Folder::of(&files());
    for path in ["nothing", "nothing/ledger.jsonl"] {
        let missing = run(&["ledger", "verify", &folder.path(path)], b"");
        assert_eq!(missing.exit, 1);
        assert!(missing.stderr.starts_with("error[audit.unreadable]: "), "{}", missing.stderr);
    }
    folder.write("large", &[b'x'; 200_000]);
    let large = run(&["ledger", "verify", &folder.path(""), "--checkpoint", &folder.path("large")], b"");
    assert_eq!(large.exit, 5);
    assert!(large.stderr.starts_with("error[audit.too-large]: "), "{}", large.stderr);
    let folder_as_file = run(&["ledger", "verify", &folder.path(""), "--checkpoint", &folder.path("")], b"");
    assert_eq!(folder_as_file.exit, 1);
    assert!(folder_as_file.stderr.starts_with("error[audit.unreadable]: "), "{}", folder_as_file.stderr);
}

#[test]
fn a_proof_is_checked_without_the_ledger() {
    let files = files();
    let folder = Folder::of(&files);
    let proof = run(&["ledger", "prove", "3", &folder.path("")], b"");
    assert_eq!(proof.exit, 0, "{}", proof.stderr);
    folder.write("proof", proof.stdout.as_bytes());
    folder.write("line", files.lines()[3].as_bytes());
    folder.write("other", files.lines()[2].as_bytes());
    let check = |proof: &str, line: &str, key: &str| {
        run(&["ledger", "check-inclusion", "--proof", &folder.path(proof), "--line", &folder.path(line), "--key", key], b"")
    };
    assert_eq!(check("proof", "line", &public(1)).stdout, "log: cofferdam.dev/ledger/test\nleaf: 3 of 6\n");
    for (proof, line, key, code) in [
        ("proof", "other", public(1), "audit.not-included"),
        ("proof", "line", public(2), "audit.untrusted-checkpoint"),
        ("line", "line", public(1), "audit.bad-proof"),
    ] {
        let refused = check(proof, line, &key);
        assert_eq!(refused.exit, 4);
        assert!(refused.stderr.starts_with(&format!("error[{code}]: ")), "{}", refused.stderr);
    }
    let text = proof.stdout;
    for bad in [
        text.replace("@v1", "@v2"),
        text.replace("index 3", "index 03"),
        text.replace("index 3", "index 3\nAAAA"),
        text.replace("\n\n", "\n"),
    ] {
        folder.write("proof", bad.as_bytes());
        assert!(check("proof", "line", &public(1)).stderr.starts_with("error[audit.bad-proof]: "), "{bad}");
    }
}

#[test]
fn a_leaf_that_is_not_there_is_not_proved() {
    let folder = Folder::of(&files());
    let beyond = run(&["ledger", "prove", "6", &folder.path("")], b"");
    assert_eq!(beyond.exit, 2);
    assert!(beyond.stderr.starts_with("error[audit.no-such-leaf]: leaf 6 "), "{}", beyond.stderr);
}

#[test]
fn the_command_line_is_checked() {
    assert_eq!(run(&["ledger"], b"").exit, 2);
    assert_eq!(run(&["ledger", "verify", "x", "--key", "y"], b"").exit, 2);
    assert!(run(&["ledger", "verify", "x", "--key", "y"], b"").stderr.starts_with("error[audit.bad-key]: `y` "));
    let help = run(&["--help"], b"");
    assert_eq!((help.exit, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("ledger"));
}

#[test]
fn the_reading_code_names_no_crate_of_the_product() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ledger")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains(concat!("coffer", "dam_")));
    }
}
