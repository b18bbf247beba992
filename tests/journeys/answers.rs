//! Answers that are none, or not whole, or that ask for what no provider would take back.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{Answer, ModelServer, calls, results, says},
};

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person
}

/// A message with the reason for its end.
fn ends(message: &Value, reason: &str) -> Answer {
    let choice = json!({"index": 0, "message": message, "finish_reason": reason});
    Answer::Status(200, json!({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 9}}).to_string())
}

/// A call as the protocol has it, with or without an identifier.
fn call(id: Option<&str>, name: &str, arguments: &str) -> Value {
    let mut call = json!({"type": "function", "function": {"name": name, "arguments": arguments}});
    if let Some(id) = id {
        call["id"] = id.into();
    }
    call
}

fn asks(calls: &[Value]) -> Value {
    json!({"role": "assistant", "content": null, "tool_calls": calls})
}

/// The newest run, as `runs` tells of it.
fn standing(person: &Person) -> Value {
    let told = person.run(&["--format", "json", "runs"]).ok();
    serde_json::from_str(told.lines().next().expect("a run")).expect("JSON")
}

#[test]
fn an_answer_that_the_provider_stopped_is_no_end() {
    let create = call(Some("c"), "edit_create", &json!({"path": "a.txt", "content": "a"}).to_string());
    let filtered = json!({"role": "assistant", "content": "I will", "tool_calls": [create]});
    let server = ModelServer::start(Box::new(move |count, _| match count {
        1 | 2 => ends(&filtered, "content_filter"),
        _ => says("done"),
    }));
    let person = with_model(&server);
    let came = person.run(&["run", "tell a story"]);
    assert!(came.stderr.contains("the provider stopped the model's answer, so it is asked once more"), "{}", came.stderr);
    came.refused(1, "agent.answer-filtered");
    assert_eq!(
        (standing(&person)["state"].clone(), standing(&person)["detail"].clone()),
        (json!("failed"), json!("agent.answer-filtered"))
    );
    assert!(person.tree().is_empty(), "what a filtered answer asked for is not done");
    let messages = server.requests()[1]["messages"].as_array().expect("messages").clone();
    assert!(messages.last().expect("a message")["content"].as_str().expect("text").starts_with("Your provider stopped your answer."));
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
}

#[test]
fn a_refusal_in_the_messages_of_anthropic_is_no_end_either() {
    let refusal = json!({"content": [{"type": "text", "text": "I can"}], "stop_reason": "refusal", "usage": {"output_tokens": 2}});
    let server = ModelServer::start(Box::new(move |_, _| Answer::Status(200, refusal.to_string())));
    let person = Person::new();
    person.run(&["init", "--api", "anthropic", "--url", &server.root(), "--model", "scripted"]).ok();
    person.run(&["run", "tell a story"]).refused(1, "agent.answer-filtered");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_call_in_which_the_answer_broke_off_is_not_made_and_the_model_is_told_why() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => {
            let whole = call(Some("c0"), "edit_create", &json!({"path": "a.txt", "content": "a"}).to_string());
            ends(&asks(&[whole, call(Some("c1"), "edit_create", "{\"path\": \"b.txt\", \"content\": \"b b b")]), "length")
        }
        _ => says("done"),
    }));
    let person = with_model(&server);
    assert_eq!(person.run(&["run", "write two files"]).ok().trim(), "done");
    assert_eq!((person.get("a.txt").as_deref(), person.get("b.txt")), (Some("a"), None));
    let last = server.requests().pop().expect("requests");
    let told = last["messages"].as_array().expect("messages").last().expect("a result")["content"].as_str().expect("text").to_owned();
    assert!(told.contains("broke off in this call, at the 4096 tokens"), "{told}");
}

#[test]
fn an_answer_with_more_calls_than_one_may_ask_for_stops_the_run() {
    let server = ModelServer::start(Box::new(|count, _| match count {
        1 => calls(&vec![("files_list", json!({})); 129]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    let told = person.run(&["run", "x"]).refused(5, "model.too-many-calls");
    assert!(told.contains("more than 128 calls"), "{told}");
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
}

#[test]
fn calls_without_an_identifier_get_one_that_is_unique_in_the_run_and_the_same_in_a_replay() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => {
            ends(&asks(&[call(None, "files_read", r#"{"path": "a.txt"}"#), call(None, "files_read", r#"{"path": "b.txt"}"#)]), "tool_calls")
        }
        // Calls that are written as text have none either.
        2 => says(r#"{"name": "files_read", "arguments": {"path": "c.txt"}}"#),
        3 => ends(&asks(&[call(Some("call-5"), "files_list", "{}"), call(None, "files_read", r#"{"path": "d.txt"}"#)]), "tool_calls"),
        _ => says("done"),
    }));
    let person = with_model(&server);
    for name in ["a", "b", "c", "d"] {
        person.put(&format!("{name}.txt"), name);
    }
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    // A run that goes on numbers them as one that was never stopped; the look at the folder is call 1.
    person.run(&["run", "read", "--cap", "steps=1"]).refused(5, "model.cap");
    person.run(&["resume", "--cap", "steps=9"]).ok();
    let of = |request: &Value| {
        let messages = request["messages"].as_array().expect("messages").clone();
        let ids: Vec<String> = messages.iter().filter_map(|message| message["tool_call_id"].as_str()).map(str::to_owned).collect();
        ids
    };
    let ids = of(&server.requests().pop().expect("requests"));
    assert_eq!(ids, ["call-2", "call-3", "call-4", "call-5", "call-6"]);
    person.run(&["run", "read", "--record", &session]).ok();
    assert_eq!(of(&server.requests().pop().expect("requests")), ids);
    assert_eq!(person.run(&["run", "read", "--recorded", &session]).ok().trim(), "done");
}

#[test]
fn a_name_that_the_model_made_up_goes_back_in_the_shape_that_every_provider_takes() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[(&"run any command! ".repeat(9), json!({}))]),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.run(&["run", "x"]).ok();
    let last = server.requests().pop().expect("requests");
    let name = last["messages"][2]["tool_calls"][0]["function"]["name"].as_str().expect("a name").to_owned();
    assert!(name.starts_with("run_any_command__") && name.len() == 64, "{name}");
}

#[test]
fn the_longest_answer_is_a_setting_that_a_resumed_run_keeps_and_the_window_bounds() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[("files_list", json!({"depth": 2}))]),
        _ => says("done"),
    }));
    let person = Person::new();
    let init = |more: &[&str]| person.run(&[&["init", "--url", &server.url(), "--model", "scripted"], more].concat());
    let asked = || server.requests().pop().expect("requests")["max_tokens"].clone();
    init(&[]).ok();
    person.run(&["run", "x"]).ok();
    assert_eq!(asked(), 4096);
    init(&["--output-tokens", "9000"]).ok();
    person.run(&["run", "x", "--cap", "steps=1"]).refused(5, "model.cap");
    assert_eq!(asked(), 9000);
    init(&["--output-tokens", "300"]).ok();
    person.run(&["resume", "--cap", "steps=9"]).ok();
    assert_eq!(asked(), 9000, "the run has what it began with");
    // Kept where it is not set anew.
    init(&[]).ok();
    person.run(&["run", "x"]).ok();
    assert_eq!(asked(), 300);
    assert_eq!(init(&["--output-tokens", "255"]).exit, 2);
    let told = init(&["--window-tokens", "10000", "--output-tokens", "5001"]).refused(1, "cli.config");
    assert!(told.contains("at most 5000 tokens, half of the window"), "{told}");
    // With a small window, a long answer leaves no room for the rest.
    init(&["--window-tokens", "6000", "--output-tokens", "3000"]).ok();
    let task = "read all files ".repeat(150);
    let told = person.run(&["run", &task]).refused(5, "agent.window-too-small");
    assert!(told.contains("answers of up to 3000") && told.contains("--output-tokens"), "{told}");
    init(&["--window-tokens", "6000", "--output-tokens", "500"]).ok();
    person.run(&["run", &task]).ok();
    assert_eq!(asked(), 500);
}
