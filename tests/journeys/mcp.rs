//! The protocol server over standard input and output: what a client asks for goes through the gate, and nothing beside it.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    protocol::{Piped, hello, refusal},
};

/// What the ledger tells of the calls, an entry a line.
fn ledger(person: &Person) -> String {
    std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger.jsonl")).expect("a ledger")
}

fn tool<'a>(tools: &'a [Value], name: &str) -> &'a Value {
    tools.iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("{name} is not offered"))
}

#[test]
fn tools_are_offered_as_they_are_signed() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    let listed = client.ask("tools/list", json!({}))["result"].clone();
    let tools = listed["tools"].as_array().expect("tools").clone();
    let plain =
        |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    assert!(tools.iter().all(|tool| plain(tool["name"].as_str().expect("a name"))), "{listed}");
    let (read, replace) = (tool(&tools, "files_read"), tool(&tools, "edit_replace"));
    assert_eq!(
        read["annotations"],
        json!({"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false})
    );
    assert_eq!(replace["annotations"]["readOnlyHint"], false);
    assert_eq!((&read["title"], &read["inputSchema"]["required"]), (&json!("files.read"), &json!(["path"])));
    assert_eq!(read["outputSchema"]["type"], "object");
    let inspected = person.run(&["--format", "json", "tool", "inspect", "files"]).ok();
    let description = read["description"].as_str().expect("a description");
    assert!(inspected.contains(description), "{description}");
    client.close().ok();
}

#[test]
fn a_call_that_reads_gives_the_outcome_twice_and_is_in_the_ledger() {
    let person = Person::new();
    person.put("a.txt", "hello\n");
    let before = person.tree();
    let mut client = Piped::start(&person, &[]);
    let result = client.call("files_read", json!({"path": "a.txt"}));
    assert_eq!((&result["isError"], &result["structuredContent"]["content"]["text"]), (&json!(false), &json!("hello\n")));
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON");
    assert_eq!(text, result["structuredContent"]);
    let call = result["_meta"]["cofferdam/call"].as_str().expect("a call").to_owned();
    let came = client.close();
    assert!(came.stderr.contains(" ended; checkpoint "), "{}", came.stderr);
    assert_eq!(came.exit, 0);
    assert_eq!(person.tree(), before);
    let told = ledger(&person);
    assert!(told.contains(&call) && told.contains(r#""origin":"mcp""#) && told.contains(r#""type":"run-started""#), "{told}");
    let run = came.stderr.split_whitespace().nth(1).expect("a run").trim_end_matches(':').to_owned();
    assert!(person.run(&["transcript", "list"]).ok().contains(&run));
}

#[test]
fn a_call_that_changes_is_published_and_can_be_taken_back() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    let result = client.call("edit_create", json!({"path": "docs/a.txt", "content": "x\n"}));
    assert_eq!((&result["isError"], &result["_meta"]["cofferdam/publication"]), (&json!(false), &json!("published")));
    assert_eq!(person.get("docs/a.txt").as_deref(), Some("x\n"));
    client.close().ok();
    person.run(&["undo"]).ok();
    assert!(person.tree().is_empty());
}

#[test]
fn a_refusal_is_a_result_that_says_why_and_changes_nothing() {
    let person = Person::new();
    person.put("a.txt", "x x");
    let before = person.tree();
    let mut client = Piped::start(&person, &["--questions", "refuse"]);
    for (name, arguments, code) in [
        ("files_read", json!({"path": "../../etc/passwd"}), "gate.path-outside"),
        ("files_read", json!({"path": "a.txt", "roots": ["/"]}), "schema.mismatch"),
        ("files_read", json!({"path": 1}), "schema.mismatch"),
        ("edit_replace", json!({"path": "a.txt", "find": "x", "put": "y"}), "gate.tool-refused"),
        ("edit_create", json!({"path": ".git/config", "content": "x"}), "policy.control-path"),
        ("edit_create", json!({"path": ".github/workflows/ci.yml", "content": "on: push"}), "policy.unanswered"),
    ] {
        let result = client.call(name, arguments);
        assert_eq!(refusal(&result), code, "{result}");
    }
    client.close().ok();
    assert_eq!(person.tree(), before);
    assert!(ledger(&person).contains(r#""code":"gate.path-outside""#));
}

#[test]
fn what_is_no_call_is_an_error_of_the_protocol() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    let code = |answer: &Value| answer["error"]["code"].as_i64();
    assert_eq!(code(&client.ask("tools/call", json!({"name": "files.read", "arguments": {}}))), Some(-32602));
    assert_eq!(code(&client.ask("tools/call", json!({"name": "sh\u{1b}[2J", "arguments": {}}))), Some(-32602));
    assert_eq!(code(&client.ask("no/such/method", json!({}))), Some(-32601));
    assert_eq!(code(&client.ask("prompts/list", json!({}))), Some(-32601));
    assert_eq!(code(&client.ask("resources/read", json!({"uri": "file:///etc/passwd"}))), Some(-32002));
    assert_eq!(code(&client.ask("tools/list", json!({"cursor": "x"}))), Some(-32602));
    // Arguments that are no object make no call at all.
    let id = client.request("tools/call", json!({"name": "files_read", "arguments": ["a.txt"]}));
    assert!(client.next()["error"]["code"].is_i64(), "{id}");
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    client.close().ok();
}

#[test]
fn a_line_that_is_no_message_is_passed_over() {
    let person = Person::new();
    person.put("a.txt", "x");
    let mut client = Piped::start(&person, &[]);
    for line in ["", "no JSON", "{\"jsonrpc\": \"2.0\", ", "\u{0}\u{1b}[2J", "[[[[[[[["] {
        client.line(line);
    }
    assert_eq!(client.call("files_read", json!({"path": "a.txt"}))["isError"], false);
    client.close().ok();
}

#[test]
fn a_line_without_end_takes_no_memory_and_the_next_one_is_heard() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    client.line(&"x".repeat(64 << 20));
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    let peak = client.peak_memory_mib();
    assert!(peak < 400, "{peak} MiB");
    client.close().ok();
}

#[test]
fn a_message_of_the_largest_arguments_comes_through() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    let content = "\u{1}".repeat(150_000);
    let result = client.call("edit_create", json!({"path": "a.txt", "content": content}));
    assert_eq!(result["isError"], false, "{result}");
    let result = client.call("edit_create", json!({"path": "b.txt", "content": "x".repeat(2 << 20)}));
    assert_eq!(refusal(&result), "schema.malformed");
    client.close().ok();
    assert_eq!(person.get("a.txt").as_deref(), Some(content.as_str()));
}

#[test]
fn each_step_of_a_call_is_told_to_a_client_that_wants_to_know() {
    let person = Person::new();
    person.put("a.txt", "x");
    let mut client = Piped::start(&person, &[]);
    let params = json!({"name": "files_read", "arguments": {"path": "a.txt"}, "_meta": {"progressToken": "p-1"}});
    assert_eq!(client.ask("tools/call", params)["result"]["isError"], false);
    let told: Vec<(String, f64)> = client
        .beside
        .iter()
        .map(|told| (told["params"]["message"].as_str().expect("a step").to_owned(), told["params"]["progress"].as_f64().expect("how far")))
        .collect();
    assert!(client.beside.iter().all(|told| told["method"] == "notifications/progress" && told["params"]["progressToken"] == "p-1"));
    let steps: Vec<&str> = told.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!(steps, ["request", "policy", "invoke", "postconditions", "verify", "changes", "publish"]);
    assert!(told.windows(2).all(|pair| pair[0].1 < pair[1].1));
    client.beside.clear();
    client.call("files_read", json!({"path": "a.txt"}));
    assert!(client.beside.is_empty(), "{:?}", client.beside);
    client.close().ok();
}

#[test]
fn what_a_client_says_of_itself_and_of_its_powers_decides_nothing() {
    let person = Person::new();
    person.put(".env", "KEY=1\n");
    person.run(&["mcp", "client", "add", "editor", "--trusted"]).ok();
    let mut client = Piped::mute(&person, &["--questions", "refuse"]);
    let mut said = hello(json!({"elicitation": {}, "roots": {"listChanged": true}, "experimental": {"trusted": {}}}));
    said["clientInfo"] = json!({"name": "editor\u{1b}]0;x\u{7}\u{202e}", "version": "x".repeat(5000), "trusted": true});
    said["_meta"] = json!({"trusted": true, "cofferdam/client": "editor"});
    assert!(client.ask("initialize", said)["result"].is_object());
    let meta = json!({"io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}, "cofferdam/approved": true, "progressToken": 1});
    let params = json!({"name": "files_read", "arguments": {"path": ".env"}, "_meta": meta});
    let answer = client.ask("tools/call", params);
    assert_eq!(refusal(&answer["result"]), "policy.unanswered", "{answer}");
    assert!(!client.beside.iter().any(|told| told.get("id").is_some()), "it was asked: {:?}", client.beside);
    let came = client.close();
    assert!(came.stderr.contains("client without a name, which calls itself `editor\\u{1b}]0;x"), "{}", came.stderr);
    assert!(!came.stderr.contains('\u{202e}') && came.stderr.len() < 3000, "{}", came.stderr);
}

#[test]
fn two_sessions_at_once_are_two_runs_of_one_ledger() {
    let person = Person::new();
    person.put("a/keep", "");
    person.put("b/keep", "");
    let (mut one, mut two) = (Piped::start(&person, &[]), Piped::start(&person, &[]));
    let ids: Vec<u64> = (0..4).map(|number| one.request("tools/call", create(&format!("a/{number}.txt")))).collect();
    for number in 0..4 {
        assert_eq!(two.ask("tools/call", create(&format!("b/{number}.txt")))["result"]["isError"], false);
    }
    for id in ids {
        assert_eq!(one.answer(id)["result"]["isError"], false);
    }
    assert_eq!((one.close().exit, two.close().exit, person.tree().len()), (0, 0, 8 + 2));
    let told = ledger(&person);
    assert_eq!((told.matches(r#""type":"run-started""#).count(), told.matches(r#""type":"published""#).count()), (2, 8));
}

fn create(path: &str) -> Value {
    json!({"name": "edit_create", "arguments": {"path": path, "content": "x"}})
}

#[test]
fn a_flood_of_requests_is_refused_and_the_session_goes_on() {
    let person = Person::new();
    person.put("a.txt", "x");
    let mut client = Piped::start(&person, &[]);
    let ids: Vec<u64> =
        (0..200).map(|_| client.request("tools/call", json!({"name": "files_read", "arguments": {"path": "a.txt"}}))).collect();
    let answers: Vec<Value> = ids.iter().map(|_| client.next()).collect();
    let done = answers.iter().filter(|answer| answer["result"]["isError"] == false).count();
    let refused = answers.iter().filter(|answer| answer["error"]["message"].as_str().is_some_and(|why| why.contains("at once"))).count();
    assert!(done >= 32 && done + refused == 200, "{done} and {refused}");
    assert_eq!(client.call("files_read", json!({"path": "a.txt"}))["isError"], false);
    client.close().ok();
}

#[test]
fn a_cancelled_call_changes_nothing_and_the_session_goes_on() {
    let person = Person::new();
    person.put(".github/workflows/old.yml", "on: push\n");
    let before = person.tree();
    let mut client = Piped::start(&person, &["--questions", "wait=60"]);
    let mut params = create(".github/workflows/ci.yml");
    params["_meta"] = json!({"progressToken": 1});
    let id = client.request("tools/call", params);
    client.waits_for_a_person();
    client.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "changed my mind"}}));
    // It has no answer any more, and the next one has.
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    client.close().ok();
    assert_eq!(person.tree(), before);
    assert!(ledger(&person).contains(r#""code":"gate.cancelled""#));
    assert!(person.run(&["approvals", "list"]).ok().is_empty());
}

#[test]
fn a_client_that_hangs_up_in_the_middle_of_a_call_leaves_nothing_of_it() {
    let person = Person::new();
    person.put(".github/workflows/old.yml", "on: push\n");
    let before = person.tree();
    let mut client = Piped::start(&person, &["--questions", "wait=60"]);
    let mut params = create(".github/workflows/ci.yml");
    params["_meta"] = json!({"progressToken": 1});
    client.request("tools/call", params);
    client.waits_for_a_person();
    assert_eq!(client.close().exit, 0);
    assert_eq!(person.tree(), before);
    assert!(ledger(&person).contains(r#""code":"gate.cancelled""#));
}

#[test]
fn a_session_without_calls_leaves_no_trace() {
    let person = Person::new();
    let mut client = Piped::start(&person, &[]);
    client.ask("tools/list", json!({}));
    let came = client.close();
    assert!(came.exit == 0 && !came.stderr.contains("checkpoint"), "{}", came.stderr);
    assert_eq!(Piped::mute(&person, &[]).close().exit, 0);
    assert!(person.run(&["transcript", "list"]).ok().is_empty());
}

#[test]
fn a_workspace_that_cannot_be_opened_is_told_before_any_message() {
    let person = Person::new();
    person.put(".cofferdam/policies/x.cedar", "@id(\"x\")\nforbid(principal, action, resource);\n");
    Piped::mute(&person, &[]).close().refused(4, "policy.not-accepted");
    person.run(&["mcp", "serve", "--http", "127.0.0.1:0"]).refused(4, "policy.not-accepted");
    person.run(&["mcp", "serve", "--client", "nobody"]).refused(2, "cli.argument");
    person.run(&["mcp", "serve", "--http", "0.0.0.0:0"]).refused(2, "net.not-loopback");
}

#[test]
fn what_begins_no_session_is_told_on_standard_error() {
    let person = Person::new();
    let mut client = Piped::mute(&person, &[]);
    client.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    client.close().refused(1, "mcp.handshake");
}

#[test]
fn a_revision_without_sessions_is_answered_with_those_that_are_spoken() {
    let person = Person::new();
    let mut client = Piped::mute(&person, &[]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let answer = client.ask("server/discover", json!({"_meta": meta}));
    let spoken = &answer["error"]["data"]["supported"];
    assert!(
        spoken.as_array().is_some_and(|spoken| spoken.contains(&json!("2025-11-25")) && !spoken.contains(&json!("2026-07-28"))),
        "{answer}"
    );
    let mut said = hello(json!({}));
    said["protocolVersion"] = json!("2026-07-28");
    assert_eq!(client.ask("initialize", said)["result"]["protocolVersion"], "2025-11-25");
    client.close().ok();
}
