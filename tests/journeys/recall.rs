//! What was learnt and what was seen is found again, with what a check says now.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{ModelServer, calls, results, says},
};

fn found(person: &Person, words: &[&str]) -> Vec<Value> {
    let arguments = [&["--format", "json", "memory", "search"], words].concat();
    person.run(&arguments).ok().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
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
    assert!(told.contains("0 topics and 3 transcripts indexed"), "{told}");
}

#[test]
fn a_damaged_index_is_made_anew_and_a_changed_transcript_is_never_shown_as_fresh() {
    let person = Person::new();
    person.put("a.txt", "The lighthouse keeper is called Ismay.\n");
    person.run(&["call", "files.read", &json!({"path": "a.txt"}).to_string()]).ok();
    assert_eq!(found(&person, &["lighthouse keeper"]).len(), 1);
    let index = person.find(&person.home("data/projects"), "index/meta.json").parent().expect("a folder").to_owned();
    let files: Vec<std::path::PathBuf> = std::fs::read_dir(&index).expect("a folder").map(|file| file.expect("a file").path()).collect();
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
fn the_words_of_a_redacted_call_are_in_no_index() {
    let person = Person::new();
    person.put("key.txt", "the passphrase is xylophonequark\n");
    person.run(&["call", "files.read", &json!({"path": "key.txt"}).to_string()]).ok();
    let hits = found(&person, &["xylophonequark"]);
    assert_eq!(hits.len(), 1);
    let (run, call) = (hits[0]["run"].as_str().expect("a run"), hits[0]["call"].as_str().expect("a call"));
    person.run(&["transcript", "redact", run, "--call", call, "--reason", "a secret", "--yes"]).ok();
    assert!(found(&person, &["xylophonequark"]).is_empty());
    let index = person.find(&person.home("data/projects"), "index/meta.json").parent().expect("a folder").to_owned();
    for file in std::fs::read_dir(index).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(9).any(|window| window == b"xylophone"));
    }
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
