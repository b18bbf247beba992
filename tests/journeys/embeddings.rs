//! What words find is ranked anew by meaning, where the person configured a model for it and policy lets the texts go there.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::{Value, json};

use crate::{
    harness::{Came, Person},
    model_server::{Answer, ModelServer, calls, embeds, results, says},
};

const KEY: &str = "sk-vectors-0123456789";
const WORDS: &str = "when does the ferry leave";

/// A person with three calls that the words find, and a model that recalls them.
fn with_calls(chat: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &chat.url(), "--model", "scripted"]).ok();
    for (path, text) in
        [("a.txt", "The ferry leaves. The ferry is red."), ("b.txt", "The ferry leaves at dawn."), ("c.txt", "A red ferry.")]
    {
        person.put(path, text);
        person.run(&["call", "files.read", &json!({"path": path}).to_string()]).ok();
    }
    person
}

/// Names a server for embeddings in the person's configuration, with a key of its own.
fn configure(person: &Person, url: &str) {
    let table = format!("\n[embeddings]\nurl = \"{url}\"\nmodel = \"vectors\"\nkey_file = \"vectors.key\"\n");
    write_private(&person.home("config/vectors.key"), KEY);
    let file = person.home("config/model.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    write_private(&file, &(text + &table));
}

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its owner");
}

fn search(person: &Person, arguments: &[&str]) -> Came {
    person.run(&[&["--format", "json", "memory", "search"], arguments, &[WORDS]].concat())
}

/// The paths of what was found, in its order.
fn paths(found: &str) -> Vec<String> {
    let path = |line: &str| {
        let found: Value = serde_json::from_str(line).expect("JSON");
        let arguments: Value = serde_json::from_str(found["arguments"].as_str().expect("arguments")).expect("JSON");
        arguments["path"].as_str().expect("a path").to_owned()
    };
    found.lines().map(path).collect()
}

/// A model that asks what the memory has of the words, and is done.
fn recalling() -> ModelServer {
    ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("memory_recall", json!({"words": WORDS}))]),
        _ => says("done"),
    }))
}

/// What the model was shown of its recall.
fn recalled(chat: &ModelServer) -> Value {
    let last = chat.requests().pop().expect("a request");
    let message =
        last["messages"].as_array().expect("messages").iter().find(|message| message["role"] == "tool").expect("a result").clone();
    serde_json::from_str(message["content"].as_str().expect("text")).expect("JSON")
}

/// A server for which one text is nearest to the question, the others are farther, and one is farthest.
fn nearest(near: String, far: String) -> ModelServer {
    ModelServer::start(Box::new(move |_, request| {
        embeds(request, |text| match text {
            _ if text == WORDS => json!([2, 0, 0]),
            _ if text.contains(&near) => json!([0.9, 0.1, 0]),
            _ if text.contains(&far) => json!([-1, 0, 0]),
            _ => json!([0.1, 0.9, 0]),
        })
    }))
}

#[test]
fn what_words_find_is_ranked_anew_by_meaning_for_people_and_for_the_model() {
    let chat = recalling();
    let person = with_calls(&chat);
    let by_words = paths(&search(&person, &[]).ok());
    let server = nearest(by_words[1].clone(), by_words[0].clone());
    configure(&person, &server.url());
    let came = search(&person, &[]);
    assert!(came.stderr.is_empty(), "{}", came.stderr);
    // Second by words and first by meaning is before first by words and last by meaning.
    let by_both = [by_words[1].clone(), by_words[0].clone(), by_words[2].clone()];
    assert_eq!(paths(&came.ok()), by_both);
    // What words put behind the limit is seen as well.
    assert_eq!(paths(&search(&person, &["--limit", "1"]).ok()), by_both[..1]);
    assert!(person.run(&["doctor"]).ok().contains("embeddings vectors at http"), "the configuration");

    let spent = person.run(&["--format", "json", "run", "what of the ferry?"]).json()["spent"].clone();
    let (asked, recalled) = (server.requests(), recalled(&chat));
    let sent: usize = chat.requests().iter().chain(asked.last()).map(|request| request.to_string().len()).sum();
    assert_eq!((&spent["steps"], &spent["requests"], &spent["egress_bytes"]), (&json!(2), &json!(3), &json!(sent)));
    // The run's own look at the folder is a fourth thing that is found.
    let shown: Vec<&Value> = recalled["entries"].as_array().expect("entries").iter().map(|entry| &entry["arguments"]["path"]).collect();
    assert!(shown.starts_with(&[&json!(by_both[0])]), "{recalled}");
    assert!(recalled.get("note").is_none(), "{recalled}");

    // One request a search, with the question first and nothing but the beginnings of what was found; the key went nowhere else.
    assert_eq!((asked.len(), &asked[0]["model"], &asked[0]["input"][0]), (3, &json!("vectors"), &json!(WORDS)));
    assert_eq!(asked[0]["input"].as_array().expect("texts").len(), 4);
    assert_eq!(asked[0].as_object().expect("an object").len(), 2);
    for head in server.heads() {
        assert!(head.starts_with("post /v1/embeddings http/1.1\n") && head.contains(&format!("authorization: bearer {KEY}\n")), "{head}");
    }
    assert!(!chat.heads().concat().contains(KEY));
    let ledger = std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger/ledger.jsonl")).expect("a ledger");
    assert_eq!(ledger.matches("send-to-configured-models").count(), 5, "{ledger}");
}

#[test]
fn what_policy_keeps_from_leaving_is_found_by_words_and_both_are_told() {
    let chat = recalling();
    let person = with_calls(&chat);
    let by_words = search(&person, &[]).ok();
    let server = ModelServer::start(Box::new(|_, request| embeds(request, |_| json!([1]))));
    configure(&person, &server.url());
    let rule =
        "@id(\"no-vectors\")\nforbid(principal, action == Action::\"model:send\", resource) when { context.provider == \"embeddings\" };\n";
    person.put(".cofferdam/policies/quiet.cedar", rule);
    person.run(&["policy", "accept"]).ok();
    let came = search(&person, &[]);
    assert!(came.stderr.contains("by words alone, not by meaning:\nerror[policy.forbidden]: "), "{}", came.stderr);
    assert_eq!(came.ok(), by_words);
    // The conversation itself may leave: the run goes on, and the model knows what it was not given.
    let came = person.run(&["run", "what of the ferry?"]);
    assert!(came.stderr.contains(" by words alone: policy.forbidden: "), "{}", came.stderr);
    assert_eq!(came.ok().trim(), "done");
    assert_eq!(recalled(&chat)["note"], "by words alone, not by meaning: policy.forbidden");
    assert!(server.requests().is_empty());
}

#[test]
fn a_rule_sees_whether_what_is_sent_came_from_outside() {
    let person = with_calls(&recalling());
    let server = ModelServer::start(Box::new(|_, request| embeds(request, |_| json!([1]))));
    configure(&person, &server.url());
    let rule = "@id(\"own-words\")\nforbid(principal, action == Action::\"model:send\", resource) when { context.integrity == Integrity::\"untrusted\" };\n";
    person.put(".cofferdam/policies/own.cedar", rule);
    person.run(&["policy", "accept"]).ok();
    for words in ["the ferry is ours", "no ferry on Sundays"] {
        write_private(&person.home("own.md"), words);
        let topic = words.split(' ').next().expect("a word");
        person.run(&["memory", "edit", topic, "--file", &person.home("own.md").to_string_lossy()]).ok();
    }
    assert!(search(&person, &[]).stderr.contains("error[policy.forbidden]"));
    assert!(server.requests().is_empty());
    let came = search(&person, &["--only", "memory"]);
    assert!(came.stderr.is_empty(), "{}", came.stderr);
    assert_eq!((came.ok().lines().count(), server.requests().len()), (2, 1));
}

#[test]
fn a_server_that_gives_no_vectors_to_compare_is_told_and_words_are_enough() {
    let person = with_calls(&recalling());
    let by_words = search(&person, &[]).ok();
    let server = ModelServer::start(Box::new(|count, request| match count {
        1 => Answer::Status(400, json!({"error": {"message": "no such\u{1b}[2J model"}}).to_string()),
        2 => Answer::Status(200, "<html>".to_owned()),
        3 => Answer::Status(200, json!({"data": [{"index": 0, "embedding": [1]}]}).to_string()),
        4 => embeds(request, |text| if text == WORDS { json!([1]) } else { json!([1, 2]) }),
        5 => embeds(request, |_| json!([])),
        6 => embeds(request, |_| json!([1e300])),
        _ => Answer::Stream(crate::model_server::Stream::of(vec!["data: [DONE]\n\n".to_owned()])),
    }));
    configure(&person, &server.url());
    for code in ["model.status", "model.answer", "recall.vectors", "recall.vectors", "recall.vectors", "recall.vectors", "model.answer"] {
        let came = search(&person, &[]);
        assert!(came.stderr.contains(&format!("by words alone, not by meaning:\nerror[{code}]: ")), "{code}: {}", came.stderr);
        assert!(came.stderr.contains("hint: `cofferdam doctor` shows") && !came.stderr.contains('\u{1b}'), "{}", came.stderr);
        assert_eq!(came.ok(), by_words);
    }
    // Without the key, nothing is asked at all.
    std::fs::remove_file(person.home("config/vectors.key")).expect("removed");
    let came = search(&person, &[]);
    assert!(came.stderr.contains("by words alone, not by meaning:\nerror[cli."), "{}", came.stderr);
    assert_eq!((came.ok(), server.requests().len()), (by_words, 7));
    assert_ne!(person.run(&["doctor"]).exit, 0);
}

#[test]
fn vectors_count_against_the_caps_of_a_run() {
    let chat = recalling();
    let person = with_calls(&chat);
    let server = ModelServer::start(Box::new(|_, request| embeds(request, |_| json!([1]))));
    configure(&person, &server.url());
    person.run(&["run", "what of the ferry?", "--cap", "requests=2"]).refused(5, "model.cap");
    assert_eq!((chat.requests().len(), server.requests().len()), (1, 1));
    let came = person.run(&["resume", "--cap", "requests=3"]);
    assert_eq!(came.ok().trim(), "done");
    // Nothing is left for them: the run goes on without, and says so.
    let came = person.run(&["run", "what of the ferry?", "--cap", "requests=1"]);
    assert!(came.stderr.contains(" by words alone: model.cap: "), "{}", came.stderr);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn nothing_is_sent_where_nothing_is_configured_or_a_session_is_recorded() {
    let chat = recalling();
    let person = with_calls(&chat);
    let server = ModelServer::start(Box::new(|_, request| embeds(request, |_| json!([1]))));
    let _ = search(&person, &[]).ok();
    person.run(&["run", "what of the ferry?"]).ok();
    assert!(chat.requests().iter().all(|request| request.get("input").is_none()));
    assert!(person.run(&["doctor"]).ok().contains("embeddings none"));
    configure(&person, &server.url());
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    person.run(&["run", "what of the ferry?", "--record", &session]).ok();
    assert!(server.requests().is_empty());
    // Setting the chat's model anew leaves the other as it is.
    person.run(&["init", "--url", &chat.url(), "--model", "another"]).ok();
    assert!(person.run(&["doctor"]).ok().contains("embeddings vectors at http"), "the configuration");
    let file = person.home("config/model.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    write_private(&file, &format!("{text}dimensions = 3\n"));
    person.run(&["memory", "search", WORDS]).refused(1, "cli.config");
}
