//! Bad input to every command that takes any: one error with a code, no panic, nothing changed, nothing acted on by a terminal.

use std::path::PathBuf;

use crate::{
    harness::{Came, Person},
    person_with_a_file,
};

/// Texts that a terminal would act on, that hide something, or that are no text of their place.
const HOSTILE: [&str; 7] = ["", "\u{1b}[2Jx", "a\u{202e}b", "a\u{200b}b", "../../etc", "{", "\u{fffd}"];

/// The identifier of a run and of a call that there is not.
const RUN: &str = "01jd2k7c9m4v8w3x5y6z7a8b9c";

/// Files of the wrong kind for whoever reads them, in a folder beside the workspace.
fn bad_files(person: &Person) -> Vec<PathBuf> {
    let folder = person.home("bad");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let huge = file("huge.json", b"");
    std::fs::File::options().write(true).open(&huge).expect("a file").set_len(100 << 20).expect("a sparse file");
    vec![
        folder.join("missing.json"),
        folder.clone(),
        PathBuf::from("/dev/null"),
        file("empty.json", b""),
        file("truncated.json", b"{\"path\": \"a.t"),
        file("type.json", b"[1, 2, 3]"),
        file("binary.json", &[0, 159, 146, 150, 255, 10, 0]),
        file("hostile.json", "{\"\u{202e}\": \"\u{1b}[2J\u{0}\"}".as_bytes()),
        huge,
    ]
}

/// Checks that a command was refused as every bad input is.
fn refused(person: &Person, before: &[(String, Vec<u8>)], what: &str, came: &Came) {
    assert!(came.exit != 0 && came.exit != 101 && came.exit != 70 && came.exit != -1, "{what}: exit {} {}", came.exit, came.stderr);
    assert!(came.stderr.contains("error"), "{what}: {}", came.stderr);
    assert!(!came.stderr.contains("panicked"), "{what}: {}", came.stderr);
    let acts = |c: char| c == '\u{1b}' || c == '\0' || ('\u{200b}'..='\u{200f}').contains(&c) || ('\u{202a}'..='\u{202e}').contains(&c);
    // The parser of the command line quotes a word as it is where it is no word of its own.
    assert!(came.exit == 2 || !came.stderr.chars().any(acts), "{what}: {:?}", came.stderr);
    assert!(person.tree() == before, "{what}: the workspace changed");
}

#[test]
fn bad_files_are_refused_by_every_command_that_reads_one() {
    let person = person_with_a_file();
    person.run(&["key", "generate", &person.home("key.pem").to_string_lossy()]).ok();
    let (key, before) = (person.home("key.pem").to_string_lossy().into_owned(), person.tree());
    for bad in bad_files(&person) {
        let bad = bad.to_string_lossy();
        for command in [
            &["call", "files.read", "-f", &bad][..],
            &["call", "edit.create", "-f", &bad],
            &["tool", "add", &bad],
            &["tool", "update", "edit", &bad],
            &["tool", "update", "edit", &bad, &bad, "--yes"],
            &["tool", "sign", &bad, "--key", &key],
            &["tool", "sign", &key, "--key", &bad],
            &["tool", "build", &bad],
            &["key", "add", &bad, "--name", "x", "--tool", "x", "--fingerprint", "ed25519:00"],
            &["run", "x", "--recorded", &bad],
            &["memory", "edit", "No Topic", "--file", &bad],
            &["transcript", "export", RUN, "--output", &bad],
            &["--workspace", &format!("{bad}/below"), "doctor"],
        ] {
            refused(&person, &before, &format!("{command:?}"), &person.run(command));
        }
    }
}

#[test]
fn bad_words_are_refused_by_every_command_that_takes_one() {
    let person = person_with_a_file();
    let before = person.tree();
    for bad in HOSTILE {
        for command in [
            &["call", bad][..],
            &["call", "files.read", bad],
            &["call", "files.read", &format!("{{\"path\": {}}}", serde_json::Value::from(bad))],
            &["undo", bad],
            &["history", "--count", bad],
            &["resume", bad],
            &["resume", "--cap", bad],
            &["memory", "show", bad],
            &["memory", "edit", bad, "--file", "/dev/null"],
            &["memory", "consolidate", bad],
            &["memory", "consolidate", "--dry-run", "--yes"],
            &["memory", "history", bad],
            &["memory", "revert", bad, "--yes"],
            &["memory", "revert", RUN, "--yes"],
            &["memory", "revert", RUN],
            &["transcript", "show", bad],
            &["transcript", "show", RUN, "--call", bad],
            &["transcript", "show", RUN],
            &["transcript", "export", bad],
            &["transcript", "export", RUN],
            &["transcript", "grep", "x", "--run", bad],
            &["transcript", "redact", bad, "--call", RUN, "--reason", "x", "--yes"],
            &["transcript", "redact", RUN, "--call", bad, "--reason", "x", "--yes"],
            &["transcript", "redact", RUN, "--call", RUN, "--reason", "x", "--kind", bad, "--yes"],
            &["transcript", "redact", RUN, "--call", RUN, "--reason", bad, "--by", bad, "--yes"],
            &["transcript", "prune", "--before", bad],
            &["transcript", "prune", "--keep", bad],
            &["tool", "inspect", bad],
            &["tool", "update", bad, "x.wasm"],
            &["policy", "explain", bad],
            &["policy", "explain", "files.read", "--access", "read", "--path", bad],
            &["key", "revoke", bad, "--reason", "x"],
            &["transcript", "prune"],
            &["init", "--url", bad, "--model", "x"],
        ] {
            // What is a path of the workspace and names nothing hostile is explained, not refused.
            let came = person.run(command);
            if command.contains(&"--path") && came.exit == 0 {
                continue;
            }
            refused(&person, &before, &format!("{command:?}"), &came);
        }
    }
}

#[test]
fn files_of_the_product_that_do_not_read_back_are_named() {
    for file in ["work/tools.lock", "home/config/keyring.toml", "home/config/model.toml", "home/config/cache.key", "home/config/ledger.key"]
    {
        let person = person_with_a_file();
        let _ = person.call("files.read", &serde_json::json!({"path": "a.txt"})).ok();
        let path = person.home("..").join(file);
        for bad in [&b"\0\xff\xfe"[..], b"[[[", b"version = \"x\"\n", "name = \"\u{202e}\"\n".as_bytes()] {
            std::fs::write(&path, bad).expect("written");
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its owner");
            let before = person.tree();
            let came = person.run(&["call", "files.read", r#"{"path": "a.txt"}"#]);
            refused(&person, &before, &format!("{file} {bad:?}"), &came);
        }
    }
}

#[test]
fn a_staged_rewrite_or_a_record_of_one_that_does_not_read_back_is_named() {
    let person = person_with_a_file();
    let notes = person.home("notes.md");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    std::fs::write(&notes, "We use tabs.\n").expect("written");
    person.run(&["memory", "edit", "style", "--file", &notes.to_string_lossy()]).ok();
    let record = person.find(&person.home("data/projects"), ".rewrite.json");
    let good = std::fs::read_to_string(&record).expect("a file");
    let name = record.file_name().expect("a file");
    let staged = record.parent().and_then(std::path::Path::parent).expect("the memory").join("staged").join(name);
    let before = person.tree();
    let bad = [
        String::new(),
        "{".to_owned(),
        "\u{1b}[2J\u{202e}".to_owned(),
        good.replace("\"style\"", "\"../../style\""),
        good.replace("\"act\": \"edited\"", "\"act\": \"granted\""),
        good.replace("\"id\": \"0", "\"id\": \"1"),
        good.replace("\"topics\": [", "\"topics\": [], \"other\": ["),
        good.replace("\"leaf\": ", "\"leaf\": -"),
    ];
    for text in bad {
        assert_ne!(text, good);
        for (place, command) in [(&record, &["memory", "history"][..]), (&staged, &["memory", "verify"])] {
            std::fs::write(place, &text).expect("written");
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o600)).expect("its owner");
            let came = person.run(command);
            refused(&person, &before, &format!("{command:?} {text:?}"), &came);
            came.refused(4, "memory.damaged");
        }
        std::fs::remove_file(&staged).expect("removed");
        std::fs::write(&record, &good).expect("written");
    }
    person.run(&["memory", "verify"]).ok();
}
