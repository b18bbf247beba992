//! What a person let be read that a rule asked about stays confidential, wherever it goes, until a person or a rule lets it out.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{Answer, ModelServer, calls, says},
    network::{LOCAL, online},
    protocol::Piped,
    web_server::{Says, WebServer},
};

#[test]
fn what_a_person_let_be_read_stays_confidential_through_files_and_runs() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken"));
    let url = web.url("/report");
    let sent = |body: &str| calls(&[("fetch_post", json!({"url": url, "content_type": "text/plain", "body": body}))]);
    let model = saying(vec![
        calls(&[("files_read", json!({"path": ".env"}))]),
        calls(&[("edit_create", json!({"path": "notes.txt", "content": "the password is hunter2\n"}))]),
        // The user's own words carry nothing; anything else may.
        sent("all is well"),
        sent("all is well with hunter2"),
        says("done"),
        calls(&[("files_read", json!({"path": "notes.txt"}))]),
        sent("all is well, well"),
        says("done"),
    ]);
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2\n");
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();
    let task = format!("read .env, and post \"all is well\" as text/plain to {url}");
    // The person lets it be read, and says no to what it may go out with.
    let shown = person.at_terminal(&["run", &task], "y\nn\n").stdout;
    assert!(shown.contains("confirm-environment-files") && shown.contains("confirm-what-may-carry-secrets"), "{shown}");
    assert!(shown.contains("may carry what is confidential in .env"), "{shown}");
    assert_eq!(web.asked().iter().map(|asked| asked.body.as_str()).collect::<Vec<_>>(), ["all is well"]);

    let read = person.run(&["--format", "json", "call", "files.read", "{\"path\": \"notes.txt\"}"]).json();
    assert_eq!(read["secrets"], json!([".env"]), "the file carries it");
    std::fs::copy(person.work().join("notes.txt"), person.work().join("copy.txt")).expect("a copy");
    assert_eq!(person.run(&["--format", "json", "call", "files.read", "{\"path\": \"copy.txt\"}"]).json()["secrets"], json!([".env"]));
    person.put("copy.txt", "something else\n");
    assert_eq!(person.run(&["--format", "json", "call", "files.read", "{\"path\": \"copy.txt\"}"]).json()["secrets"], json!([]));

    // Another run that only reads the file: nobody is asked about reading, and nobody is there to be asked about sending.
    let said = person.run(&["run", &format!("read notes.txt, and post a summary as text/plain to {url}")]).stderr;
    assert!(said.contains("policy.unanswered") && web.asked().len() == 1, "{said}");
    let labels = person.run(&["labels", "show", &newest_run(&person)]).ok();
    assert!(labels.contains("may carry what is confidential in .env"), "{labels}");
}

/// A model that says these things, one after the other.
fn saying(answers: Vec<Answer>) -> ModelServer {
    let mut answers = answers.into_iter();
    ModelServer::start(Box::new(move |_, _| answers.next().expect("an answer")))
}

fn newest_run(person: &Person) -> String {
    let runs = person.run(&["--format", "json", "runs"]).ok();
    let run: Value = serde_json::from_str(runs.lines().next().expect("a run")).expect("JSON");
    run["run"].as_str().expect("an identifier").to_owned()
}

/// What the labels of the newest run's last call name as confidential.
fn carried(person: &Person) -> Value {
    let labels = person.run(&["--format", "json", "labels", "show", &newest_run(person)]).ok();
    let last: Value = serde_json::from_str(labels.lines().last().expect("a call")).expect("JSON");
    assert_eq!(last["call"], 3, "the look, what was recalled, and the request: {last}");
    last["secrets"].clone()
}

#[test]
fn what_is_remembered_recalled_or_said_again_stays_confidential() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken"));
    let post = || calls(&[("fetch_post", json!({"url": web.url("/report"), "content_type": "text/plain", "body": "it is all right"}))]);
    let remember = |topic: &str| calls(&[("memory_remember", json!({"topic": topic, "text": "the word is hunter2", "calls": [2]}))]);
    let recall = |arguments: Value| vec![calls(&[("memory_recall", arguments)]), post(), says("done")];
    let first = [
        calls(&[("files_read", json!({"path": ".env"}))]),
        // The name of a topic is in view of every run.
        remember("hunter2"),
        remember("confidential"),
        says("the giraffe knows it"),
    ];
    let later = [
        recall(json!({"words": "hunter2"})),
        recall(json!({"topic": "confidential"})),
        // Of the call alone, and of the answer alone.
        recall(json!({"words": "zebra"})),
        recall(json!({"words": "giraffe"})),
        // What was there before carries nothing, nor does the index with the topic's name.
        recall(json!({"topic": "birds"})),
    ];
    let model = saying(first.into_iter().chain(later.into_iter().flatten()).collect());
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2 of the zebra\n");
    person.put("penguin.md", "The penguin is no secret.\n");
    let file = person.work().join("penguin.md");
    person.run(&["memory", "edit", "birds", "--file", &file.to_string_lossy()]).ok();
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();

    let told = person.at_terminal(&["run", "look at .env"], "y\ny\n").stdout;
    assert!(told.contains("memory.confidential-topic"), "{told}");
    assert!(told.contains("confidential = [\".env\"]"), "the question says so: {told}");
    let shown = person.run(&["memory", "show", "confidential"]).ok();
    assert!(shown.contains("may carry what is confidential in .env"), "{shown}");
    let index = person.run(&["memory", "list"]).ok();
    assert!(index.contains("confidential") && !index.contains("hunter2"), "{index}");

    for what in ["a memory by its words", "a memory by its topic", "a call", "an answer"] {
        let told = person.at_terminal(&["run", "report what you know"], "n\n").stdout;
        assert!(told.contains("confirm-what-may-carry-secrets"), "{what}: {told}");
        assert_eq!((carried(&person), web.asked().len()), (json!([".env"]), 0), "{what}");
    }
    person.at_terminal(&["run", "report what you know"], "n\n").ok();
    assert_eq!(carried(&person), json!([]));
}

#[test]
fn what_a_client_reads_in_the_memory_stays_confidential() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken"));
    let model = saying(vec![
        calls(&[("files_read", json!({"path": ".env"}))]),
        calls(&[("memory_remember", json!({"topic": "confidential", "text": "the word is hunter2", "calls": [2]}))]),
        says("done"),
    ]);
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2\n");
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();
    person.at_terminal(&["run", "look at .env"], "y\ny\n").ok();
    person.run(&["mcp", "client", "add", "editor", "--trusted"]).ok();

    let mut client = Piped::start(&person, &["--client", "editor", "--questions", "refuse"]);
    let post = json!({"name": "fetch_post", "arguments": {"url": web.url("/"), "content_type": "text/plain", "body": "all is well"}});
    let index = client.ask("resources/read", json!({"uri": "memory://index"}));
    assert!(index["result"]["contents"][0]["text"].as_str().is_some_and(|text| text.contains("(confidential)")), "{index}");
    assert_eq!(client.ask("tools/call", post.clone())["result"]["isError"], json!(false), "it has seen nothing yet");
    let topic = client.ask("resources/read", json!({"uri": "memory://topics/confidential"}));
    assert!(topic["result"]["contents"][0]["text"].as_str().is_some_and(|text| text.contains("hunter2")), "{topic}");
    let refused = client.ask("tools/call", post)["result"].clone();
    assert_eq!((&refused["isError"], web.asked().len()), (&json!(true), 1), "{refused}");
    assert!(refused.to_string().contains("policy.unanswered"), "{refused}");
    client.close().ok();
}

#[test]
fn what_a_refused_call_says_of_a_file_that_carries_something_is_confidential_too() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken"));
    let url = web.url("/report");
    let model = saying(vec![
        calls(&[("files_read", json!({"path": ".env"}))]),
        calls(&[("edit_create", json!({"path": "copy.txt", "content": "the password is hunter2\n"}))]),
        says("done"),
        // It reads the file, and fails.
        calls(&[("edit_replace", json!({"path": "copy.txt", "find": "none such", "put": "x"}))]),
        calls(&[("fetch_post", json!({"url": url, "content_type": "text/plain", "body": "it is all right"}))]),
        says("done"),
    ]);
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2\n");
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();
    person.at_terminal(&["run", "read .env, and write the password into copy.txt"], "y\n").ok();
    let told = person.at_terminal(&["run", &format!("mend copy.txt, and report to {url}")], "n\n").stdout;
    assert!(told.contains("confirm-what-may-carry-secrets") && web.asked().is_empty(), "{told}");
    assert_eq!(carried(&person), json!([".env"]));
}

#[test]
fn what_is_answered_to_a_request_is_as_confidential_as_what_was_asked() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken, said the ostrich"));
    let post = |body: &str| calls(&[("fetch_post", json!({"url": web.url("/report"), "content_type": "text/plain", "body": body}))]);
    let model = saying(vec![
        calls(&[("files_read", json!({"path": ".env"}))]),
        post("it is hunter2"),
        says("done"),
        calls(&[("memory_recall", json!({"words": "ostrich"}))]),
        post("it is all right"),
        says("done"),
    ]);
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2\n");
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();
    person.at_terminal(&["run", "look at .env"], "y\ny\n").ok();
    assert_eq!(web.asked().len(), 1);
    // Also where the request's own line is not beside it any more.
    let ledger = person.find(&person.home("data/projects"), "ledger/ledger.jsonl");
    let transcripts = ledger.parent().and_then(|ledger| ledger.parent()).expect("a project").join("transcripts");
    let lines = std::fs::read_dir(transcripts).expect("a folder").flat_map(|file| {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        text.lines().map(ToOwned::to_owned).collect::<Vec<_>>()
    });
    let seen: Vec<String> = lines.filter(|line| line.contains("\"reads\"") && line.contains("/report")).collect();
    assert!(seen.len() == 1 && seen[0].contains(r#"{\"confidential\":[\".env\"]}"#), "{seen:?}");

    person.at_terminal(&["run", "report what you know"], "n\n").ok();
    assert_eq!((carried(&person), web.asked().len()), (json!([".env"]), 1));
}

#[test]
fn what_says_nothing_and_what_was_only_moved_carries_nothing() {
    let web = WebServer::start(|_| Says::page("text/plain", "taken"));
    let model = saying(vec![
        calls(&[("files_read", json!({"path": ".env"}))]),
        calls(&[("edit_create", json!({"path": "empty.txt", "content": ""}))]),
        calls(&[("edit_move", json!({"from": "known.txt", "to": "moved.txt"}))]),
        calls(&[("edit_create", json!({"path": "notes.txt", "content": "hunter2\n"}))]),
        says("done"),
    ]);
    let person = online(&web, LOCAL);
    person.put(".env", "PASSWORD=hunter2\n");
    person.put("known.txt", "known to all\n");
    person.run(&["init", "--url", &model.url(), "--model", "scripted"]).ok();
    person.at_terminal(&["run", "look at .env"], "y\n").ok();
    for (file, secrets) in [("empty.txt", json!([])), ("moved.txt", json!([])), ("notes.txt", json!([".env"]))] {
        let read = person.run(&["--format", "json", "call", "files.read", &json!({"path": file}).to_string()]).json();
        assert_eq!(read["secrets"], secrets, "{file}");
    }
}
