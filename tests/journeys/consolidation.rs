//! A memory that is merged, split and taken back, through the binary: killed at any moment, undone byte for byte.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{ModelServer, calls, results, says},
};

/// A person's rule: what ended runs would merge by themselves, nobody merges unasked.
const ASK_FIRST: &str = "@id(\"ask-first\")\n@ask(\"merging\")\nforbid(principal, action == Action::\"memory:commit\", resource)\n\
    when { context.origin == Origin::\"automation\" };\n";

/// A person with [`ASK_FIRST`] whose run read a.txt and b.txt and remembered these: topic, words, and which of the two files
/// shows it.
fn remembering(memories: Vec<(String, String, usize)>) -> (ModelServer, Person) {
    let person = Person::new();
    person.put(".cofferdam/policies/first.cedar", ASK_FIRST);
    person.run(&["policy", "accept"]).ok();
    let (server, _) = remembered(&person, memories);
    (server, person)
}

/// A run that remembers these; gives what it told.
fn remembered(person: &Person, memories: Vec<(String, String, usize)>) -> (ModelServer, String) {
    let answers = "y\n".repeat(memories.len());
    let server = ModelServer::start(Box::new(move |_, request| match results(request) {
        0 => calls(&[("files_read", json!({"path": "a.txt"})), ("files_read", json!({"path": "b.txt"}))]),
        made if made - 2 < memories.len() => {
            let remember = |(topic, text, file): &(String, String, usize)| {
                ("memory_remember", json!({"topic": topic, "text": text, "calls": [2 + file]}))
            };
            calls(&memories.iter().skip(made - 2).take(12).map(remember).collect::<Vec<_>>())
        }
        _ => says("done"),
    }));
    person.put("a.txt", "a");
    person.put("b.txt", "b");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    let came = person.at_terminal(&["run", "remember", "--most-questions", "200"], &answers);
    assert!(came.exit == 0 && came.stdout.contains("done"), "{} {}", came.stdout, came.stderr);
    (server, came.stdout)
}

fn same_words() -> Vec<(String, String, usize)> {
    let memory = |topic: &str, text: &str, file| (topic.to_owned(), text.to_owned(), file);
    vec![
        memory("notes", "a.txt: owner = alice", 0),
        memory("people", "a.txt:  owner = alice", 1),
        memory("people", "a.txt: owner = alice", 0),
        memory("people", "b.txt: owner = bob", 1),
    ]
}

fn three_of_the_same() -> (ModelServer, Person) {
    remembering(same_words())
}

/// What stands in the memory, entry by entry.
fn entries(person: &Person) -> Vec<Value> {
    let shown = person.run(&["--format", "json", "memory", "verify"]).stdout;
    shown.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn calls_of(entries: &[Value]) -> BTreeSet<String> {
    entries.iter().flat_map(|entry| entry["calls"].as_array().expect("calls")).map(ToString::to_string).collect()
}

fn memory(person: &Person) -> PathBuf {
    person.find(&person.home("data/projects"), "memory/MEMORY.md").parent().expect("a folder").to_owned()
}

/// The topics' files with their contents.
fn topics(person: &Person) -> Vec<(String, String)> {
    let folder = memory(person).join("topics");
    let names =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    // A file that was not finished is none.
    names.retain(|name| !name.starts_with(".tmp-"));
    names.sort();
    names.into_iter().map(|name| (name.clone(), std::fs::read_to_string(folder.join(name)).expect("a file"))).collect()
}

#[test]
fn duplicates_are_shown_merged_after_a_yes_and_taken_back_byte_for_byte() {
    let (_server, person) = three_of_the_same();
    let (before, was) = (topics(&person), entries(&person));
    assert_eq!(was.len(), 4);
    let shown = person.run(&["memory", "consolidate", "--dry-run"]).ok();
    assert!(shown.contains("merge 3 entries into one of people") && shown.contains("+ a.txt: owner = alice cites "), "{shown}");
    let proposed = person.run(&["--format", "json", "memory", "consolidate", "--dry-run"]).json();
    assert_eq!(proposed["merges"][0]["entries"].as_array().expect("entries").len(), 3);
    person.run(&["memory", "consolidate"]).refused(3, "cli.not-confirmed");
    assert_eq!(person.at_terminal(&["memory", "consolidate"], "n\n").exit, 3);
    assert_eq!(topics(&person), before);

    let came = person.at_terminal(&["memory", "consolidate"], "y\n");
    assert!(came.exit == 0 && came.stdout.contains("3 entries merged into 1"), "{}", came.stdout);
    let is = entries(&person);
    assert_eq!((is.len(), calls_of(&is)), (2, calls_of(&was)));
    assert!(is.iter().all(|entry| entry["state"] == "fresh"), "{is:?}");
    let merged = is.iter().find(|entry| entry["text"] == "a.txt: owner = alice").expect("the merged one");
    assert_eq!((merged["from"].as_array().expect("origins").len(), merged["topic"].as_str()), (3, Some("people")));
    assert!(person.run(&["memory", "show", "people"]).ok().contains("stands for "));
    assert!(person.run(&["memory", "list"]).ok().lines().count() == 1, "notes has nothing left");
    assert!(person.run(&["memory", "consolidate", "--yes"]).stderr.contains("nothing is to be merged or split"));
    let after = topics(&person);

    // Taken back by the entry, and the taking back taken back by its change.
    let id = merged["entry"].as_str().expect("an id").to_owned();
    let told = person.run(&["memory", "revert", &id]).refused(3, "cli.not-confirmed");
    assert!(told.contains("cofferdam memory revert") && !told.contains("consolidate"), "{told}");
    let came = person.run(&["--format", "json", "memory", "revert", &id, "--yes"]);
    assert!(came.stderr.contains("-## ") && came.stderr.contains("+## "), "{}", came.stderr);
    let change = came.json()["change"].as_str().expect("a change").to_owned();
    assert_eq!((topics(&person), entries(&person)), (before, was));
    person.run(&["memory", "revert", &change, "--yes"]).ok();
    assert_eq!((topics(&person), entries(&person)), (after, is));
    let history = person.run(&["memory", "history"]).ok();
    let acts: Vec<&str> = history.lines().map(|line| line.split("  ").nth(2).expect("an act")).collect();
    assert_eq!(acts, ["reverted", "reverted", "consolidated"]);
    assert!(person.run(&["memory", "history", "elsewhere"]).ok().is_empty());

    // Evidence that changes makes the merged entry stale like any other.
    person.put("b.txt", "changed");
    assert!(person.run(&["memory", "show", "people"]).ok().contains("[stale: b.txt changed] people\n  a.txt: owner = alice"));
    person.run(&["ledger", "checkpoint"]).ok();
}

#[test]
fn a_run_that_ended_merges_duplicates_and_tells_how_to_take_it_back() {
    let person = Person::new();
    let (_server, told) = remembered(&person, same_words());
    assert!(told.contains("memory: 3 entries that say the same are merged into 1; `cofferdam memory revert "), "{told}");
    let is = entries(&person);
    assert!(is.len() == 2 && is.iter().all(|entry| entry["state"] == "fresh"), "{is:?}");
    // The words of an entry that went are found once, where they are now.
    let search = || person.run(&["--format", "json", "memory", "search", "alice", "--only", "memory"]).ok();
    let found = || search().lines().filter(|line| line.contains("owner = alice")).count();
    assert_eq!(found(), 1);
    let change = told.split("memory revert ").nth(1).and_then(|rest| rest.split('`').next()).expect("a change").to_owned();
    person.run(&["memory", "revert", &change, "--yes"]).ok();
    assert_eq!(entries(&person).len(), 4);
    assert_eq!(found(), 3);
    // What it cannot do by itself, it leaves, and the run counts all the same.
    let topic = memory(&person).join("topics/people.md");
    let text = std::fs::read_to_string(&topic).expect("a file");
    std::fs::write(&topic, text.replace("alice", "mallory")).expect("written");
    assert_eq!(person.run(&["run", "remember"]).ok().trim(), "done");
    assert_eq!(entries(&person).len(), 4);
}

#[test]
fn entries_that_contradict_each_other_are_marked_wherever_they_are_shown() {
    let memory = |topic: &str, text: &str, file| (topic.to_owned(), text.to_owned(), file);
    let (_server, person) = remembering(vec![
        memory("notes", "Package.json: version = 4.7.0", 0),
        memory("other", "seen today\npackage.json: version = 4.7.1", 1),
        memory("other", "package.json: name = x", 1),
    ]);
    let shown = person.run(&["memory", "show", "notes"]).ok();
    assert!(shown.contains(": 4.7.1 (package.json: version; that one counts)") && shown.contains("contradicts "), "{shown}");
    assert!(person.run(&["memory", "search", "seen"]).ok().contains(": 4.7.0 (package.json: version; that one does not count)"));
    let json = person.run(&["--format", "json", "memory", "show", "notes"]).json();
    assert_eq!((&json["contradicts"][0]["value"], &json["contradicts"][0]["counts"]), (&json!("4.7.1"), &json!(true)));
    let told = person.run(&["memory", "verify"]);
    assert!(told.stdout.contains("[fresh]") && told.stderr.contains("2 that hold contradict another that holds"), "{}", told.stderr);
    told.refused(4, "memory.contradiction");
    // Stale, it is overtaken; the fresh one counts.
    person.put("b.txt", "changed");
    let shown = person.run(&["memory", "search", "seen"]).ok();
    assert!(shown.contains("[stale: b.txt changed]") && shown.contains(": 4.7.0 (package.json: version; that one counts)"), "{shown}");
    let told = person.run(&["memory", "verify"]);
    assert!(!told.stderr.contains("contradict"), "{}", told.stderr);
    told.refused(4, "memory.not-fresh");
}

#[test]
fn a_consolidation_that_is_killed_at_any_moment_is_done_or_was_never_begun() {
    let (_server, person) = three_of_the_same();
    let (before, was) = (topics(&person), entries(&person));
    let (mut done, mut undone) = (0, 0);
    for moment in 0..16 {
        let mut child = person.command(&["memory", "consolidate", "--yes"]).stderr(std::process::Stdio::null()).spawn().expect("it runs");
        // Most of the time goes into opening the workspace; the later moments wait for the stage, the ledger and the topics.
        let staged = memory(&person).join("staged");
        for left in std::fs::read_dir(&staged).expect("a folder") {
            std::fs::remove_file(left.expect("an entry").path()).expect("removed");
        }
        let began = std::time::Instant::now();
        while std::fs::read_dir(&staged).expect("a folder").next().is_none() && child.try_wait().expect("a child").is_none() {
            if moment < 4 && began.elapsed().as_millis() > 20 * moment {
                break;
            }
        }
        std::thread::sleep(std::time::Duration::from_micros(u64::try_from(moment).expect("small").saturating_sub(3) * 1500));
        child.kill().expect("it is killed");
        let _ = child.wait().expect("it ends");
        let is = entries(&person);
        // A file that was not finished is none: nothing reads it.
        let names = std::fs::read_dir(&staged).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        assert_eq!(names.filter(|name| !name.to_string_lossy().starts_with(".tmp-")).count(), 0, "killed at {moment}");
        assert!(is.iter().all(|entry| entry["state"] == "fresh"), "{is:?}");
        assert_eq!(calls_of(&is), calls_of(&was));
        if topics(&person) == before {
            undone += 1;
        } else {
            assert_eq!(is.len(), 2);
            done += 1;
            let history = person.run(&["--format", "json", "memory", "history"]).ok();
            let newest: Value = serde_json::from_str(history.lines().next().expect("a change")).expect("JSON");
            assert_eq!((&newest["act"], &newest["recorded"]), (&json!("consolidated"), &json!(true)));
            person.run(&["memory", "revert", newest["change"].as_str().expect("an id"), "--yes"]).ok();
            assert_eq!(topics(&person), before);
        }
    }
    assert_eq!(done + undone, 16);
    person.run(&["ledger", "checkpoint"]).ok();
}

#[test]
fn a_staged_consolidation_is_completed_where_the_ledger_tells_of_it_and_dropped_where_it_does_not() {
    let (_server, person) = three_of_the_same();
    let before = topics(&person);
    person.run(&["memory", "consolidate", "--yes"]).ok();
    let after = topics(&person);
    let record = person.find(&person.home("data/projects"), ".rewrite.json");
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&record).expect("a file")).expect("JSON");
    let folder = memory(&person);
    let staged = folder.join("staged").join(record.file_name().expect("a file"));
    let mut untold = told.clone();
    untold["leaf"] = json!(0);
    let mut forged = told.clone();
    forged["topics"][1]["after"] = json!(told["topics"][1]["after"].as_str().expect("a text").replace("owner = alice", "owner = mallory"));
    // Written so far: nothing, the first topic, all topics.
    for (what, wanted, written) in
        [(&untold, &before, 0), (&forged, &before, 0), (&told, &after, 0), (&told, &after, 1), (&told, &after, 2)]
    {
        for (name, _) in topics(&person) {
            std::fs::remove_file(folder.join("topics").join(name)).expect("removed");
        }
        for (name, text) in if written == 2 { &after } else { &before } {
            if !(written == 1 && name == "notes.md") {
                std::fs::write(folder.join("topics").join(name), text).expect("written");
            }
        }
        std::fs::write(&staged, what.to_string()).expect("written");
        person.run(&["memory", "verify"]).ok();
        assert_eq!(topics(&person), *wanted, "{written}");
        assert!(!staged.exists());
    }
}

#[test]
fn an_overgrown_topic_is_split_and_its_entries_check_as_before() {
    let (_server, person) = remembering((0..104).map(|n| ("notes".to_owned(), format!("fact {n}"), n % 2)).collect());
    let was = entries(&person);
    let folder = memory(&person);
    let file = folder.join("topics/notes.md");
    let text = std::fs::read_to_string(&file).expect("a file") + "By hand: \u{1b}[2J\u{202e}\n";
    std::fs::write(&file, &text).expect("written");
    let proposal = person.run(&["memory", "consolidate", "--dry-run"]);
    assert!(proposal.stdout.contains(" entries from notes to notes-2"), "{} {}", proposal.stdout, proposal.stderr);
    // One yes for all, though a rule asks about words that were drafted while text from outside was in view.
    let came = person.run(&["memory", "consolidate", "--yes"]);
    assert!(!came.stderr.contains('\u{1b}'), "{}", came.stderr);
    assert!(came.ok().contains("moved to 2 new topics"));
    let is = entries(&person);
    let facts = |entries: &[Value]| -> BTreeSet<String> { entries.iter().map(|entry| entry["text"].to_string()).collect() };
    assert_eq!(is.iter().filter(|entry| entry["state"] == "fresh").count(), was.len());
    assert!(facts(&is).is_superset(&facts(&was)) && calls_of(&is[..2]).is_subset(&calls_of(&was)));
    assert!(std::fs::read_to_string(&file).expect("a file").contains("By hand: \u{1b}[2J\u{202e}\n"));
    assert!(person.run(&["memory", "consolidate", "--yes"]).stderr.contains("nothing is to be merged or split"));
    let history = person.run(&["--format", "json", "memory", "history", "notes-2"]).json();
    let came = person.run(&["memory", "revert", history["change"].as_str().expect("an id"), "--yes"]);
    assert!(!came.stderr.contains('\u{1b}') && !came.stderr.contains('\u{202e}'), "{}", came.stderr);
    came.ok();
    assert_eq!(topics(&person), [("notes.md".to_owned(), text)]);
}

#[test]
fn what_was_changed_since_or_is_not_in_the_ledger_is_not_taken_back() {
    let person = Person::new();
    let notes = person.home("notes.md");
    std::fs::create_dir_all(person.home("")).expect("a folder");
    let edit = |text: &str| {
        std::fs::write(&notes, text).expect("written");
        person.run(&["memory", "edit", "style", "--file", &notes.to_string_lossy()]).ok();
    };
    edit("We use tabs.\n");
    edit("We use spaces.\n");
    let changes = person.run(&["--format", "json", "memory", "history", "style"]).ok();
    let changes: Vec<Value> = changes.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let id = |number: usize| changes[number]["change"].as_str().expect("an id").to_owned();
    let before = topics(&person);
    person.run(&["memory", "revert", &id(1), "--yes"]).refused(1, "memory.overlaps");
    person.run(&["memory", "revert", "01jd2k7c9m4v8w3x5y6z7a8b9c", "--yes"]).refused(1, "memory.unknown-change");
    assert_eq!(topics(&person), before);
    // A record that somebody made up, with other entries than the ledger tells of.
    let record = memory(&person).join("history").join(format!("{}.rewrite.json", id(0)));
    let text = std::fs::read_to_string(&record).expect("a file");
    std::fs::write(&record, text.replace("spaces", "glitter")).expect("written");
    assert!(person.run(&["memory", "history"]).ok().contains("not in the ledger"));
    let file = memory(&person).join("topics/style.md");
    let topic = std::fs::read_to_string(&file).expect("a file");
    std::fs::write(&file, topic.replace("spaces", "glitter")).expect("written");
    person.run(&["memory", "revert", &id(0), "--yes"]).refused(4, "gate.unrecorded-change");
    std::fs::write(&file, topic).expect("written");
    std::fs::write(&record, &text).expect("written");
    person.run(&["memory", "revert", &id(0), "--yes"]).ok();
    assert!(person.run(&["memory", "verify"]).ok().contains("[stated: by a person] style\n  We use tabs."));
    std::fs::write(&record, "{").expect("written");
    person.run(&["memory", "history"]).refused(4, "memory.damaged");
    std::fs::write(&record, &text).expect("written");
    // Forgotten on purpose, nothing in the memory tells of it, and nothing of it comes back.
    let folder = memory(&person).join("history");
    let told = || std::fs::read_dir(&folder).expect("a folder").count();
    let refused = person.run(&["memory", "history", "style", "--forget"]).refused(3, "cli.not-confirmed");
    assert!(refused.contains("cofferdam memory history --forget") && !refused.contains("consolidate"), "{refused}");
    assert!(person.run(&["memory", "history", "other", "--forget", "--yes"]).ok().contains("of 0 changes") && told() == 3);
    assert!(person.run(&["memory", "history", "style", "--forget", "--yes"]).ok().contains("of 3 changes") && told() == 0);
    person.run(&["memory", "revert", &id(0), "--yes"]).refused(1, "memory.unknown-change");
    person.run(&["ledger", "checkpoint"]).ok();
}
