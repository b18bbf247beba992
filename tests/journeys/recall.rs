//! What was learnt, seen and said is found again, with what a check says now.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{Answer, ModelServer, calls, results, says},
};

fn found(person: &Person, words: &[&str]) -> Vec<Value> {
    let arguments = [&["--format", "json", "memory", "search"], words].concat();
    person.run(&arguments).ok().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn index(person: &Person) -> PathBuf {
    person.find(&person.home("data/projects"), "index/meta.json").parent().expect("a folder").to_owned()
}

/// The files of the index that have names of their own each time they are made.
fn segments(person: &Person) -> BTreeSet<PathBuf> {
    let files = std::fs::read_dir(index(person)).expect("a folder").map(|file| file.expect("a file").path());
    files.filter(|file| file.extension().is_some_and(|end| end != "json")).collect()
}

#[track_caller]
fn assert_not_in_index(person: &Person, word: &str) {
    for file in std::fs::read_dir(index(person)).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
}

/// Words of the model beside the calls that it asks for.
fn saying(text: &str, answer: Answer) -> Answer {
    let Answer::Message(mut message) = answer else { panic!("a message") };
    message["content"] = json!(text);
    Answer::Message(message)
}

#[test]
fn a_call_is_found_by_what_it_brought_and_is_stale_when_its_file_changed() {
    let person = Person::new();
    person.put("docs/ports.txt", "The staging gateway listens on port 7443.\n");
    person.put("docs/names.txt", "Nothing of interest stands here.\n");
    for path in ["docs/ports.txt", "docs/names.txt"] {
        person.run(&["call", "files.read", &json!({"path": path}).to_string()]).ok();
    }
    let hits = found(&person, &["which", "port", "has", "the", "staging", "gateway?"]);
    assert_eq!((&hits[0]["function"], &hits[0]["state"]), (&json!("files.read"), &json!("fresh")), "{hits:?}");
    assert!(hits[0]["outcome"].as_str().expect("an outcome").contains("7443"));
    assert_eq!(hits[0]["arguments"].as_str(), Some("{\"path\":\"docs/ports.txt\"}"));
    // By its identifier, too.
    let call = hits[0]["call"].as_str().expect("a call").to_owned();
    assert_eq!(found(&person, &[&call])[0]["call"], json!(call));
    person.put("docs/ports.txt", "The staging gateway listens on port 8443.\n");
    let hit = &found(&person, &["staging gateway"])[0];
    assert_eq!((&hit["state"], &hit["why"]), (&json!("stale"), &json!(["docs/ports.txt changed"])));
    // What came since is found without anybody asking for an index.
    person.run(&["call", "files.read", &json!({"path": "docs/ports.txt"}).to_string()]).ok();
    let states: Vec<Value> = found(&person, &["staging gateway"]).iter().map(|hit| hit["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == json!("fresh")).count(), 1, "{states:?}");
    let told = person.run(&["memory", "reindex"]).ok();
    assert!(told.contains("0 topics, 3 transcripts and 0 conversations indexed"), "{told}");
}

#[test]
fn a_damaged_index_is_made_anew_and_a_changed_transcript_is_never_shown_as_fresh() {
    let person = Person::new();
    person.put("a.txt", "The lighthouse keeper is called Ismay.\n");
    person.run(&["call", "files.read", &json!({"path": "a.txt"}).to_string()]).ok();
    assert_eq!(found(&person, &["lighthouse keeper"]).len(), 1);
    let index = index(&person);
    let files: Vec<PathBuf> = std::fs::read_dir(&index).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert!(files.len() > 3, "{files:?}");
    for file in &files {
        let Ok(whole) = std::fs::read(file) else { continue };
        for bytes in [Vec::new(), whole.iter().map(|byte| byte ^ 0x55).collect(), whole[..whole.len() / 2].to_vec()] {
            // Made anew, the index has files of other names.
            if file.exists() {
                std::fs::write(file, bytes).expect("written");
                assert_eq!(found(&person, &["lighthouse keeper"]).len(), 1, "{}", file.display());
            }
        }
    }
    let transcript = std::fs::read_dir(index.with_file_name("transcripts")).expect("a folder").next().expect("one").expect("a file").path();
    let text = std::fs::read_to_string(&transcript).expect("a file");
    std::fs::write(&transcript, text.replace("Ismay", "Irene")).expect("written");
    let hit = &found(&person, &["lighthouse keeper"])[0];
    assert_eq!((&hit["state"], &hit["why"][0]), (&json!("unverifiable"), &json!("it was changed after it was recorded")));
    // A line that is none any more: what is left of the call is found, and does not count as shown.
    let outcome = text.lines().position(|line| line.contains("Ismay")).expect("a line");
    let broken: Vec<&str> = text.lines().enumerate().map(|(number, line)| if number == outcome + 1 { "{" } else { line }).collect();
    std::fs::write(&transcript, broken.join("\n") + "\n").expect("written");
    assert_eq!(found(&person, &["lighthouse keeper"])[0]["state"], json!("unverifiable"));
}

#[test]
fn a_call_that_was_refused_or_that_lost_a_line_is_not_fresh() {
    let person = Person::new();
    person.put("a.txt", "The ferry leaves at seven.\n");
    person.run(&["call", "files.read", &json!({"path": "a.txt"}).to_string()]).ok();
    assert_eq!(found(&person, &["ferry"])[0]["state"], json!("fresh"));
    let run = found(&person, &["ferry"])[0]["run"].as_str().expect("a run").to_owned();
    let transcript = person.find(&person.home("data/projects"), &format!("transcripts/{run}.jsonl"));
    let text = std::fs::read_to_string(&transcript).expect("a file");
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("\"said\":\"reads\"")).collect();
    assert_eq!(lines.len() + 1, text.lines().count());
    std::fs::write(&transcript, lines.join("\n") + "\n").expect("written");
    let hit = &found(&person, &["ferry"])[0];
    assert_eq!((&hit["state"], &hit["why"]), (&json!("unverifiable"), &json!(["it was changed after it was recorded"])), "{hit}");
    // Its tool was content, and nobody was there to allow it.
    person
        .run(&["call", "edit.create", &json!({"path": ".github/workflows/wombat.yml", "content": "on: push"}).to_string()])
        .refused(3, "policy.unanswered");
    let hit = &found(&person, &["wombat"])[0];
    let why = hit["why"].as_array().expect("reasons");
    assert!(hit["state"] == "unverifiable" && why.contains(&json!("it was refused, so nothing of it became real")), "{hit}");
}

#[test]
fn the_words_of_a_redacted_call_are_in_no_index() {
    let person = Person::new();
    person.put("key.txt", "the passphrase is xylophonequark\n");
    person.run(&["call", "files.read", &json!({"path": "key.txt"}).to_string()]).ok();
    let hits = found(&person, &["xylophonequark"]);
    assert_eq!(hits.len(), 1);
    let (run, call) = (hits[0]["run"].as_str().expect("a run"), hits[0]["call"].as_str().expect("a call"));
    person.run(&["transcript", "redact", run, "--call", call, "--reason", "a secret", "--yes"]).ok();
    assert!(found(&person, &["xylophonequark"]).is_empty());
    assert_not_in_index(&person, "xylophone");
    let hits = found(&person, &[call]);
    assert_eq!((&hits[0]["call"], &hits[0]["outcome"]), (&json!(call), &Value::Null));
    assert_eq!(
        (&hits[0]["state"], &hits[0]["why"]),
        (&json!("unverifiable"), &json!(["its transcript says that a person removed some of it"]))
    );
}

#[test]
fn what_was_said_in_a_run_is_found_with_who_said_it_and_never_as_a_fact() {
    let server = ModelServer::start(Box::new(|_, request| {
        let asked = request["messages"].as_array().expect("messages")[1]["content"].as_str().expect("a task").to_owned();
        match (asked.starts_with("second"), results(request)) {
            (false, 0) => saying("I expect a wombat in there.", calls(&[("files_read", json!({"path": "a.txt"}))])),
            (false, _) => says("It was a platypus."),
            (true, 0) => calls(&[("memory_recall", json!({"words": "wombat, narwhal and platypus"}))]),
            (true, _) => says("done"),
        }
    }));
    let person = Person::new();
    person.put("a.txt", "Nothing of interest stands here.\n");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.run(&["run", "first: look for the narwhal"]).ok();
    let run = person.run(&["--format", "json", "runs"]).json()["run"].clone();
    for (word, by, role, step) in [("narwhal", "person", "task", 0), ("wombat", "model", "remark", 1), ("platypus", "model", "answer", 2)] {
        let hits: Vec<Value> = found(&person, &[word]).into_iter().filter(|hit| hit.to_string().contains(word)).collect();
        let [hit] = hits.as_slice() else { panic!("{word}: {hits:?}") };
        assert_eq!((&hit["run"], &hit["by"], &hit["as"], &hit["step"]), (&run, &json!(by), &json!(role), &json!(step)), "{hit}");
        assert_eq!((&hit["state"], &hit["why"]), (&json!("unverifiable"), &json!(["it was only said, and nothing verifies it"])));
        assert!(hit["words"].as_str().expect("words").contains(word), "{hit}");
        assert!(found(&person, &["--only", "memory", word]).is_empty());
    }
    let shown = person.run(&["memory", "search", "narwhal", "platypus"]).ok();
    let run = run.as_str().expect("a run");
    for (what, place) in
        [("a person asked\n  first: look for the narwhal\n", "its task"), ("the model answered\n  It was a platypus.\n", "step 2")]
    {
        let expected = format!("[unverifiable: it was only said, and nothing verifies it] {what}  said in run {run}, {place}\n");
        assert!(shown.contains(&expected), "{shown}");
    }

    person.run(&["run", "second: what was it about?"]).ok();
    let requests = server.requests();
    let last = requests.last().expect("a request")["messages"].as_array().expect("messages").last().expect("a result").clone();
    let recalled: Value = serde_json::from_str(last["content"].as_str().expect("text")).expect("JSON");
    let said: Vec<&Value> =
        recalled["entries"].as_array().expect("entries").iter().filter(|entry| entry["said_in_run"] == json!(run)).collect();
    assert_eq!(said.len(), 3, "{recalled}");
    for entry in said {
        assert!(entry["said_then"].is_string() && entry["state"] == "unverifiable", "{entry}");
        assert!(entry.get("text").or(entry.get("outcome")).is_none(), "{entry}");
    }
    // What the model was shown counts as text from outside.
    let runs = std::fs::read_dir(index(&person).with_file_name("runs")).expect("a folder").map(|file| file.expect("a file").path());
    let lines: String = runs.map(|file| std::fs::read_to_string(file).expect("a file")).collect();
    let observed = lines.lines().find(|line| line.contains("said_then")).expect("a step");
    assert_eq!(serde_json::from_str::<Value>(observed).expect("JSON")["outside"], json!(true), "{observed}");
}

#[test]
fn a_run_finds_what_others_said_and_not_its_own_words() {
    let server = ModelServer::start(Box::new(|_, request| {
        let asked = request["messages"].as_array().expect("messages")[1]["content"].as_str().expect("a task").to_owned();
        match (asked.starts_with("own"), results(request)) {
            (false, _) => says("An axolotl stays young."),
            (true, 0) => saying("The axolotl may stand in a file.", calls(&[("files_read", json!({"path": "a.txt"}))])),
            (true, 1) => calls(&[("memory_recall", json!({"words": "axolotl"}))]),
            (true, _) => says("An axolotl, then."),
        }
    }));
    let person = Person::new();
    person.put("a.txt", "Nothing of interest stands here.\n");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.run(&["run", "other: what stays young?"]).ok();
    let other = person.run(&["--format", "json", "runs"]).json()["run"].clone();
    assert_eq!(person.run(&["run", "own: look for an axolotl", "--cap", "steps=1"]).exit, 5);
    let spoken = |person: &Person| found(person, &["axolotl"]).iter().filter(|hit| hit["words"].to_string().contains("xolotl")).count();
    // They are in the index that it asks, since a person looked while it stood still.
    assert_eq!(spoken(&person), 3);
    let before = segments(&person);
    person.run(&["resume", "--cap", "steps=9"]).ok();
    let requests = server.requests();
    let last = requests.last().expect("a request")["messages"].as_array().expect("messages").last().expect("a result").clone();
    let recalled: Value = serde_json::from_str(last["content"].as_str().expect("text")).expect("JSON");
    let said: Vec<&Value> =
        recalled["entries"].as_array().expect("entries").iter().filter(|entry| entry["said_in_run"].is_string()).collect();
    assert!(said.iter().all(|entry| entry["said_in_run"] == other), "{recalled}");
    assert!(said.iter().any(|entry| entry["said_then"] == "An axolotl stays young."), "{recalled}");
    // What it said since is added, and what was indexed stays as it is.
    assert_eq!(spoken(&person), 4);
    assert!(before.is_subset(&segments(&person)));
}

#[test]
fn what_was_said_leaves_the_index_with_its_run() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_read", json!({"path": "key.txt"}))]),
        _ => says("The ocelot knows it."),
    }));
    let person = Person::new();
    person.put("key.txt", "the passphrase is xylophonequark\n");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    for task in ["read the key", "read it for the pangolin"] {
        person.run(&["run", task]).ok();
    }
    let read: Vec<Value> = found(&person, &["xylophonequark"]).into_iter().filter(|hit| hit["function"] == "files.read").collect();
    assert_eq!(read.len(), 2, "{read:?}");
    for hit in read {
        let (run, call) = (hit["run"].as_str().expect("a run"), hit["call"].as_str().expect("a call"));
        person.run(&["transcript", "redact", run, "--call", call, "--reason", "a secret", "--yes"]).ok();
        // The journal was written anew, and what was said stands in it as before.
        assert_eq!(found(&person, &["ocelot"]).iter().filter(|hit| hit["as"] == "answer").count(), 2);
    }
    assert!(!found(&person, &["xylophonequark"]).iter().any(|hit| hit.to_string().contains("xylophone")));
    assert_not_in_index(&person, "xylophone");

    // A journal that somebody removes behind the program's back.
    let runs = std::fs::read_dir(index(&person).with_file_name("runs")).expect("a folder").map(|file| file.expect("a file").path());
    let runs: Vec<PathBuf> = runs.collect();
    let of_pangolin = runs.iter().find(|file| std::fs::read_to_string(file).expect("a file").contains("pangolin")).expect("a journal");
    let before = segments(&person);
    std::fs::remove_file(of_pangolin).expect("removed");
    assert!(!found(&person, &["pangolin"]).iter().any(|hit| hit["words"].is_string()));
    assert!(before.is_disjoint(&segments(&person)));
    let name = format!("conversation/{}", of_pangolin.file_stem().expect("a run").to_string_lossy());
    assert_not_in_index(&person, &name);

    let before = segments(&person);
    person.run(&["transcript", "prune", "--before", "9999-12-31", "--yes"]).ok();
    assert!(!found(&person, &["ocelot"]).iter().any(|hit| hit["words"].is_string()));
    assert!(before.is_disjoint(&segments(&person)));
    assert_not_in_index(&person, "ocelot");
    assert_not_in_index(&person, "conversation/");
}

#[test]
fn the_model_recalls_what_another_run_saw_and_looks_at_its_own_calls_again() {
    let server = ModelServer::start(Box::new(|_, request| {
        let asked = request["messages"].as_array().expect("messages")[1]["content"].as_str().expect("a task").to_owned();
        match (asked.starts_with("second"), results(request)) {
            (false, 0) => calls(&[("files_read", json!({"path": "a.txt"}))]),
            (true, 0) => calls(&[("memory_recall", json!({"words": "the ferry's departure"}))]),
            (true, 1) => calls(&[("memory_recall", json!({"call": 1}))]),
            (true, 2) => calls(&[("memory_recall", json!({"call": 99}))]),
            _ => says("done"),
        }
    }));
    let person = Person::new();
    person.put("a.txt", "The ferry leaves at 06:40.\n");
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person.run(&["run", "first: read a.txt"]).ok();
    person.put("a.txt", "The ferry leaves at 07:10 and 9.\n");
    person.run(&["run", "second: when does the ferry leave?"]).ok();
    let requests = server.requests();
    let last = requests.last().expect("a request")["messages"].as_array().expect("messages").clone();
    let results: Vec<String> = last
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| message["content"].as_str().expect("text").to_owned())
        .collect();
    // What is no longer so has another name than what is.
    assert!(results[0].contains("outcome_then") && results[0].contains("06:40") && results[0].contains("a.txt changed"), "{}", results[0]);
    assert!(!results[0].contains("\"outcome\":{\"content\""), "{}", results[0]);
    // The listing is no longer so either: the file has another size.
    assert!(results[0].matches("\"stale\"").count() == 2, "{}", results[0]);
    assert!(results[1].contains("\"earlier\"") && results[1].contains("a.txt"), "{}", results[1]);
    assert!(results[2].contains("this run has made no call 99"), "{}", results[2]);
}

#[test]
fn processes_that_search_and_call_at_once_do_not_disturb_each_other() {
    let person = Person::new();
    person.put("a.txt", "The quarry closed in 1931.\n");
    person.run(&["call", "files.read", &json!({"path": "a.txt"}).to_string()]).ok();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let person = &person;
            scope.spawn(move || {
                for turn in 0..4 {
                    if (worker + turn) % 2 == 0 {
                        person.run(&["call", "files.read", &json!({"path": "a.txt"}).to_string()]).ok();
                    } else {
                        assert!(!found(person, &["when did the quarry close"]).is_empty());
                    }
                }
            });
        }
    });
    assert_eq!(found(&person, &["--limit", "100", "quarry"]).len(), 9);
    person.run(&["memory", "reindex"]).ok();
    assert_eq!(found(&person, &["--limit", "100", "quarry"]).len(), 9);
}
