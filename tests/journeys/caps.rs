//! What a run may use: each request counts, whatever it brings, over stops and replays.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{Answer, ModelServer, Stream, calls, embeds, results, says, streams},
};

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person
}

/// The newest run, as `runs` tells of it.
fn standing(person: &Person) -> Value {
    let told = person.run(&["--format", "json", "runs"]).ok();
    serde_json::from_str(told.lines().next().expect("a run")).expect("JSON")
}

/// Bytes of all requests of a server.
fn sent(server: &ModelServer) -> usize {
    server.requests().iter().map(|request| request.to_string().len()).sum()
}

#[test]
fn a_request_that_fails_is_charged_and_none_is_sent_again_past_a_cap() {
    let server = ModelServer::start(Box::new(|count, _| match count {
        1 => Answer::Status(503, "{}".to_owned()),
        2 => Answer::Stream(Stream::of(streams::openai(&streams::Says { text: "I begin", calls: &[] })).cut_after(2)),
        3 => Answer::Status(401, json!({"error": {"message": "no such key"}}).to_string()),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "x", "--cap", "requests=2"]).refused(5, "model.cap");
    assert_eq!(server.requests().len(), 2, "no third attempt");
    let spent = standing(&person)["spent"].clone();
    assert_eq!((&spent["requests"], &spent["egress_bytes"], &spent["steps"]), (&json!(2), &json!(sent(&server)), &json!(0)));
    // What was used until the stop counts when it goes on.
    person.run(&["resume"]).refused(5, "model.cap");
    assert_eq!(server.requests().len(), 2);
    person.run(&["resume", "--cap", "requests=9"]).refused(1, "model.status");
    assert_eq!(standing(&person)["spent"]["requests"], 3);
    let told = person.run(&["--format", "json", "resume"]).json();
    assert_eq!((&told["spent"]["requests"], &told["spent"]["steps"]), (&json!(4), &json!(1)));
    assert_eq!(told["spent"]["egress_bytes"], sent(&server));
}

#[test]
fn a_cap_that_was_set_anew_stays_so() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        made @ 0..5 => calls(&[("files_list", json!({"depth": made + 1}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "x", "--cap", "steps=1"]).refused(5, "model.cap");
    person.run(&["resume", "--cap", "steps=3"]).refused(5, "model.cap");
    let told = person.run(&["resume", "--cap", "requests=99"]).refused(5, "model.cap");
    assert!(told.contains("its cap `steps` of 3"), "{told}");
    let caps = standing(&person)["caps"].clone();
    assert_eq!((&caps["steps"], &caps["requests"]), (&json!(3), &json!(99)));
    person.run(&["resume", "--cap", "steps=50"]).ok();
}

#[test]
fn requests_for_embeddings_count_against_the_caps_with_their_tokens() {
    let chat = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("memory_recall", json!({"words": "ferry"}))]),
        _ => says("done"),
    }));
    let vectors = ModelServer::start(Box::new(|count, request| match (count, embeds(request, |_| json!([1, 0]))) {
        (1, _) => Answer::Status(500, "{}".to_owned()),
        (_, Answer::Status(status, body)) => {
            let mut body: Value = serde_json::from_str(&body).expect("JSON");
            body["usage"] = json!({"prompt_tokens": 7});
            Answer::Status(status, body.to_string())
        }
        (_, other) => other,
    }));
    let person = with_model(&chat);
    for (path, text) in [("a.txt", "The ferry leaves."), ("b.txt", "The ferry is red.")] {
        person.put(path, text);
        person.run(&["call", "files.read", &json!({"path": path}).to_string()]).ok();
    }
    let file = person.home("config/model.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    std::fs::write(&file, text + &format!("\n[embeddings]\nurl = \"{}\"\nmodel = \"vectors\"\n", vectors.url())).expect("written");
    let spent = person.run(&["--format", "json", "run", "what of the ferry?"]).json()["spent"].clone();
    assert_eq!((vectors.requests().len(), &spent["requests"], &spent["steps"]), (2, &json!(4), &json!(2)));
    assert_eq!((&spent["egress_bytes"], &spent["input_tokens"]), (&json!(sent(&chat) + sent(&vectors)), &json!(207)));
    // With room for no more than one of its attempts, it ranks by words alone, and the run stops at its cap.
    person.run(&["run", "what of the ferry?", "--cap", "requests=2"]).refused(5, "model.cap");
    assert_eq!(vectors.requests().len(), 3);
}

#[test]
fn a_long_run_whose_provider_counts_tokens_is_replayed_as_it_was() {
    // Three bytes a token, by which what fits into the window is another than by four.
    let counted = |request: &Value, message: &Value| {
        let finish = if message["tool_calls"].is_array() { "tool_calls" } else { "stop" };
        let choice = json!({"index": 0, "message": message, "finish_reason": finish});
        let usage = json!({"prompt_tokens": request.to_string().len() / 3, "completion_tokens": 10});
        Answer::Status(200, json!({"choices": [choice], "usage": usage}).to_string())
    };
    let server = ModelServer::start(Box::new(move |count, request| match results(request) {
        _ if count == 5 => Answer::Status(503, "{}".to_owned()),
        _ if count < 30 => {
            let arguments = json!({"path": format!("{}.txt", count)}).to_string();
            let call = json!({"id": format!("c{count}"), "type": "function", "function": {"name": "files_read", "arguments": arguments}});
            counted(request, &json!({"role": "assistant", "content": null, "tool_calls": [call]}))
        }
        _ => counted(request, &json!({"role": "assistant", "content": "done"})),
    }));
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted", "--window-tokens", "8000"]).ok();
    for number in 1..30 {
        person.put(&format!("{number}.txt"), format!("Number {number}. {}", "padding ".repeat(80)));
    }
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    let recorded = person.run(&["--format", "json", "run", "read all", "--record", &session]).json();
    assert!(server.requests().last().expect("requests").to_string().contains("Earlier calls of this run"), "it was compacted");
    let replayed = person.run(&["--format", "json", "run", "read all", "--recorded", &session]).json();
    for what in ["steps", "requests", "input_tokens", "output_tokens", "egress_bytes"] {
        assert_eq!(replayed["spent"][what], recorded["spent"][what], "{what}");
    }
}
