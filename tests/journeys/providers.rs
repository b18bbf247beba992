//! The two protocols of models through the binary: streams that come whole, slowly, broken, and a person who stops one.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{
        Answer, End, ModelServer, Stream, calls, results, says,
        streams::{Says, anthropic, openai},
    },
};

const KEY: &str = "sk-ant-hidden-0123456789";

/// How one protocol writes what the model says.
type Events = fn(&Says<'_>) -> Vec<String>;

/// Creates a file, replaces a word in it, says so.
fn two_edits(events: Events, results: usize) -> Stream {
    let create = [("edit_create", json!({"path": "a.txt", "content": "one two\n"}))];
    let replace = [("edit_replace", json!({"path": "a.txt", "find": "two", "put": "three"}))];
    Stream::of(match results {
        0 => events(&Says { text: "I make it: \u{1b}[2J ü", calls: &create }),
        1 => events(&Says { text: "", calls: &replace }),
        _ => events(&Says { text: "all is done", calls: &[] }),
    })
}

fn with_openai(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    person
}

/// A person whose model speaks Anthropic's Messages, with a key.
fn with_anthropic(server: &ModelServer) -> Person {
    let person = Person::new();
    person.run(&["init", "--api", "anthropic", "--url", &server.root(), "--model", "scripted", "--key-file", "model.key"]).ok();
    let path = person.home("config/model.key");
    std::fs::write(&path, KEY).expect("written");
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its owner");
    person
}

fn published(person: &Person) -> usize {
    person.run(&["--format", "json", "history", "--count", "10"]).ok().lines().count()
}

/// Whether a text is in any file of the user's own, but its key file.
fn is_kept_anywhere(person: &Person, text: &str) -> bool {
    let mut folders = vec![person.home(""), person.work()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("model.key") && String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).contains(text) {
                return true;
            }
        }
    }
    false
}

#[test]
fn a_task_is_done_over_the_messages_of_anthropic_and_the_key_goes_nowhere_else() {
    let server = ModelServer::start(Box::new(|_, request| Answer::Stream(two_edits(anthropic, results(request)))));
    let person = with_anthropic(&server);
    let shown = person.run(&["doctor"]).ok();
    assert!(shown.contains("(anthropic), file model.key"), "{shown}");
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    let came = person.run(&["--format", "json", "run", "make a.txt", "--record", &session]);
    let shown = format!("{}{}", came.stdout, came.stderr);
    let came = came.json();
    assert_eq!(came["answer"], "all is done");
    let spent = &came["spent"];
    assert_eq!((&spent["input_tokens"], &spent["cached_tokens"], &spent["output_tokens"]), (&json!(300), &json!(225), &json!(30)));
    assert_eq!(spent["uncounted_answers"], 0);
    assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
    assert!(is_kept_anywhere(&person, "all is done") && !is_kept_anywhere(&person, KEY) && !shown.contains(KEY), "{shown}");
    for head in server.heads() {
        assert!(head.starts_with("post /v1/messages http/1.1\n"), "{head}");
        assert!(head.contains(&format!("x-api-key: {KEY}\n")) && head.contains("anthropic-version: 2023-06-01\n"), "{head}");
        assert!(!head.contains("authorization"), "{head}");
    }
    let last = server.requests().pop().expect("requests");
    assert_eq!(last["stream"], true);
    let roles: Vec<&Value> = last["messages"].as_array().expect("messages").iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant", "user"]);
    assert_eq!(last.to_string().matches("cache_control").count(), 4);
}

#[test]
fn money_is_counted_with_the_prices_of_the_cache() {
    let server = ModelServer::start(Box::new(|_, request| Answer::Stream(two_edits(anthropic, results(request)))));
    let person = with_anthropic(&server);
    let file = person.home("config/model.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    let prices = "input = 3000000\noutput = 15000000\ncached_input = 300000\ncache_write = 3750000";
    let text = text.replace("input = 0\noutput = 0", prices);
    std::fs::write(&file, text).expect("written");
    let came = person.run(&["run", "make a.txt"]);
    // Three times 5 at 3, 75 at 0.3, 20 at 3.75 and 10 at 15 millionths of a dollar, each rounded up.
    let cost = 3 * (15 + 23 + 75 + 150);
    assert!(came.stderr.contains(&format!(", 0.{cost:06} dollars;")), "{}", came.stderr);
    assert!(came.stderr.contains("300 tokens sent (225 of them from the provider's cache), 30 received"), "{}", came.stderr);
    came.ok();
}

#[test]
fn a_stream_is_asked_for_and_an_answer_that_comes_whole_is_read_as_well() {
    let server = ModelServer::start(Box::new(|_, request| Answer::Stream(two_edits(openai, results(request)))));
    let person = with_openai(&server);
    let came = person.run(&["--format", "json", "run", "make a.txt"]);
    // Without a terminal nothing is shown live, and the text beside a call once and escaped.
    assert_eq!(came.stderr.matches("I make it: \\u{1b}[2J ü").count(), 1, "{}", came.stderr);
    let came = came.json();
    assert_eq!((&came["answer"], &came["spent"]["cached_tokens"]), (&json!("all is done"), &json!(240)));
    let asked = server.requests().pop().expect("requests");
    assert_eq!((&asked["stream"], &asked["stream_options"]["include_usage"]), (&json!(true), &json!(true)));
    assert_eq!(published(&person), 2);

    let server = ModelServer::start(Box::new(|_, _| says("whole")));
    assert_eq!(with_openai(&server).run(&["run", "x"]).ok().trim(), "whole");
}

#[test]
fn a_stream_that_breaks_is_asked_for_again_and_no_part_of_it_is_done() {
    for (events, with) in [(openai as Events, with_openai as fn(&ModelServer) -> Person), (anthropic, with_anthropic)] {
        // Of six requests every other one breaks, once by the connection and otherwise by a body that just ends.
        let server = ModelServer::start(Box::new(move |count, request| {
            let stream = two_edits(events, results(request));
            let cut = stream.events.len() - 3;
            Answer::Stream(match count {
                1 => Stream { end: End::Broken, ..stream.cut_after(cut) },
                3 | 5 => stream.cut_after(cut),
                _ => stream,
            })
        }));
        let person = with(&server);
        let came = person.run(&["--format", "json", "run", "make a.txt"]).json();
        assert_eq!((&came["answer"], &came["spent"]["requests"], &came["spent"]["steps"]), (&json!("all is done"), &json!(6), &json!(3)));
        assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
        assert_eq!(published(&person), 2, "each edit once");
    }
}

#[test]
fn a_server_that_breaks_every_stream_ends_the_run_with_nothing_done() {
    let server = ModelServer::start(Box::new(|_, request| {
        let stream = two_edits(openai, results(request));
        let cut = stream.events.len() - 3;
        Answer::Stream(stream.cut_after(cut))
    }));
    let person = with_openai(&server);
    let told = person.run(&["run", "make a.txt"]).refused(1, "model.answer");
    assert!(told.contains("before it was whole"), "{told}");
    assert_eq!((server.requests().len(), person.get("a.txt")), (5, None));
    assert_eq!(published(&person), 0);
}

#[test]
fn an_error_in_a_stream_is_told_or_asked_again_as_its_kind_says() {
    let server = ModelServer::start(Box::new(|count, request| {
        let mut stream = two_edits(anthropic, results(request)).cut_after(5);
        let kind = match count {
            1 => "overloaded_error",
            2 => "invalid_request_error",
            _ => return Answer::Stream(two_edits(anthropic, results(request))),
        };
        let error = json!({"type": "error", "error": {"type": kind, "message": "too much"}});
        let last = stream.events.len() - 1;
        stream.events[last] = format!("event: error\ndata: {error}\n\n");
        Answer::Stream(stream)
    }));
    let person = with_anthropic(&server);
    let told = person.run(&["run", "make a.txt"]).refused(1, "model.reported");
    assert!(told.contains("invalid_request_error too much"), "{told}");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(person.run(&["resume"]).ok().trim(), "all is done");
    assert_eq!(published(&person), 2);
}

#[test]
fn a_server_that_takes_no_stream_options_is_asked_without_from_then_on_and_the_run_says_that_nothing_was_counted() {
    let server = ModelServer::start(Box::new(|_, request| {
        if request.get("stream_options").is_some() {
            return Answer::Status(422, json!({"detail": [{"loc": ["body", "stream_options"], "msg": "not permitted"}]}).to_string());
        }
        let mut stream = two_edits(openai, results(request));
        stream.events.retain(|event| !event.contains("prompt_tokens"));
        Answer::Stream(stream)
    }));
    let person = with_openai(&server);
    let came = person.run(&["run", "make a.txt"]);
    assert!(came.stderr.contains("the provider gave no token counts for 3 of its answers"), "{}", came.stderr);
    assert_eq!(came.ok().trim(), "all is done");
    assert_eq!(server.requests().len(), 4, "it was asked once with the options");
}

#[test]
fn a_reasoning_model_is_asked_by_the_members_that_it_takes() {
    let server = ModelServer::start(Box::new(|_, request| {
        let refused = |message: &str, param: &str| {
            Answer::Status(400, json!({"error": {"message": message, "type": "invalid_request_error", "param": param}}).to_string())
        };
        if request.get("max_tokens").is_some() {
            return refused("Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens");
        }
        if request.get("temperature").is_some() {
            return refused("Unsupported value: 'temperature' does not support 0 with this model.", "temperature");
        }
        Answer::Stream(two_edits(openai, results(request)))
    }));
    let person = with_openai(&server);
    let told = person.run(&["--format", "json", "run", "make a.txt"]).json();
    assert_eq!((&told["answer"], &told["spent"]["requests"]), (&json!("all is done"), &json!(5)));
    let requests = server.requests();
    assert_eq!((requests.len(), &requests[4]["max_completion_tokens"]), (5, &json!(4096)), "it was asked twice in vain, and never again");
}

#[test]
fn ctrl_c_ends_a_stream_at_once_and_the_run_goes_on_later() {
    let server = ModelServer::start(Box::new(|count, request| {
        let stream = two_edits(anthropic, results(request));
        let pause = if count == 1 { Duration::from_millis(500) } else { Duration::ZERO };
        Answer::Stream(Stream { pause, ..stream })
    }));
    let person = with_anthropic(&server);
    let mut command = person.command(&["run", "make a.txt"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(800));
    let pressed = Instant::now();
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    let came = crate::harness::came(child.wait_with_output().expect("it ends"));
    assert!(pressed.elapsed() < Duration::from_secs(2), "{:?}", pressed.elapsed());
    came.refused(130, "net.interrupted");
    assert_eq!((person.get("a.txt"), published(&person)), (None, 0));
    assert_eq!(person.run(&["resume"]).ok().trim(), "all is done");
    assert_eq!(published(&person), 2);
}

#[test]
fn structured_calls_are_for_the_other_protocol() {
    let person = Person::new();
    let told = person
        .run(&["init", "--api", "anthropic", "--url", "https://api.anthropic.com", "--model", "m", "--mode", "structured"])
        .refused(1, "cli.config");
    assert!(told.contains("`openai` only"), "{told}");
    assert!(person.run(&["doctor"]).ok().contains("none; set one"));
}

#[test]
fn calls_by_structured_output_come_as_a_stream_too() {
    let server = ModelServer::start(Box::new(|_, request| {
        let schema = &request["response_format"]["json_schema"]["schema"];
        assert!(schema.is_object());
        let told = request["messages"].as_array().expect("messages").iter().any(|message| message.to_string().contains("Result of"));
        let said = if told {
            json!({"tool": "answer", "text": "all is done"})
        } else {
            json!({"tool": "edit.create", "arguments": {"path": "a.txt", "content": "one\n"}})
        };
        Answer::Stream(Stream::of(openai(&Says { text: &said.to_string(), calls: &[] })))
    }));
    let person = Person::new();
    person.run(&["init", "--url", &server.url(), "--model", "scripted", "--mode", "structured"]).ok();
    assert_eq!(person.run(&["run", "make a.txt"]).ok().trim(), "all is done");
    assert_eq!(person.get("a.txt").as_deref(), Some("one\n"));
}

#[test]
fn a_whole_answer_and_a_stream_of_the_same_words_come_to_the_same_call() {
    let arguments = json!({"path": "a.txt", "content": "one\n"});
    for whole in [true, false] {
        let wanted = arguments.clone();
        let server = ModelServer::start(Box::new(move |_, request| match (results(request), whole) {
            (0, true) => calls(&[("edit_create", wanted.clone())]),
            (0, false) => Answer::Stream(Stream::of(openai(&Says { text: "", calls: &[("edit_create", wanted.clone())] }))),
            _ => says("done"),
        }));
        let person = with_openai(&server);
        person.run(&["run", "make a.txt"]).ok();
        let shown: Value = server.requests().pop().expect("requests")["messages"].clone();
        let call = &shown[2]["tool_calls"][0];
        assert_eq!((&call["id"], &call["function"]["arguments"]), (&json!("c0"), &json!(arguments.to_string())), "{shown}");
    }
}
