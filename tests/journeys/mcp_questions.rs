//! Questions of rules to whoever is behind a client: only a trusted one answers itself, and no model answers for a person.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    protocol::{Piped, Server, refusal},
};

const SECRET: &str = ".env";

fn with_secret() -> Person {
    let person = Person::new();
    person.put(SECRET, "KEY=1\n");
    person
}

fn trusted() -> Person {
    let person = with_secret();
    person.run(&["mcp", "client", "add", "editor", "--trusted"]).ok();
    person.run(&["mcp", "client", "add", "agent"]).ok();
    person
}

fn read(path: &str) -> Value {
    json!({"name": "files_read", "arguments": {"path": path}, "_meta": {"progressToken": 1}})
}

/// Answers the form that a client is shown; gives what it shows.
fn fill(client: &mut Piped, result: Value) -> Value {
    let form = client.told("elicitation/create");
    client.say(&json!({"jsonrpc": "2.0", "id": form["id"], "result": result}));
    form["params"].clone()
}

fn accept(answer: &str) -> Value {
    json!({"action": "accept", "content": {"answer": answer}})
}

fn ledger(person: &Person) -> String {
    std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger.jsonl")).expect("a ledger")
}

#[test]
fn a_question_of_an_untrusted_client_is_answered_at_another_terminal() {
    let person = with_secret();
    let mut client = Piped::start_with(&person, &["--questions", "wait=60"], json!({"elicitation": {"form": {}}}));
    let id = client.request("tools/call", read(SECRET));
    let question = client.waits_for_a_person();
    let shown = person.at_terminal(&["approve", &question], "y\n");
    assert!(shown.exit == 0 && shown.stdout.contains("asked by  a client of the protocol server: without a name"), "{}", shown.stdout);
    assert_eq!(client.answer(id)["result"]["structuredContent"]["content"]["text"], "KEY=1\n");
    assert!(!client.beside.iter().any(|told| told["method"] == "elicitation/create"));
    client.close().ok();
    assert!(ledger(&person).contains(r#""answer":"once""#));
}

#[test]
fn a_no_from_another_terminal_and_no_answer_in_time_refuse_the_call() {
    let person = with_secret();
    let mut client = Piped::start(&person, &["--questions", "wait=60"]);
    let id = client.request("tools/call", read(SECRET));
    let question = client.waits_for_a_person();
    person.run(&["approve", "--deny", &question]).ok();
    assert_eq!(refusal(&client.answer(id)["result"]), "policy.declined");
    // A no is remembered for the session.
    assert_eq!(refusal(&client.ask("tools/call", read(SECRET))["result"]), "policy.declined-before");
    client.close().ok();
    let mut client = Piped::start(&person, &["--questions", "wait=1"]);
    let late = client.ask("tools/call", read(SECRET))["result"].clone();
    assert_eq!(refusal(&late), "policy.unanswered");
    assert!(late["content"][0]["text"].as_str().is_some_and(|told| told.contains("`cofferdam approve`")), "{late}");
    client.close().ok();
}

#[test]
fn a_trusted_client_shows_its_person_the_question_and_the_change() {
    let person = trusted();
    person.put(".github/workflows/old.yml", "on: push\n");
    let mut client = Piped::start_with(&person, &["--client", "editor"], json!({"elicitation": {}}));
    let arguments = json!({"path": ".github/workflows/ci.yml", "content": "on: push\u{1b}[2J\n"});
    let id = client.request("tools/call", json!({"name": "edit_create", "arguments": arguments}));
    let form = fill(&mut client, accept("once"));
    let shown = form["message"].as_str().expect("a message");
    for part in [
        "edit.create wants `path:write` on `.github/workflows/ci.yml`",
        "confirm-executed-files",
        "signed by ed25519:",
        "asked by  a client of the protocol server: editor (trusted)",
        "+on: push",
        "argument  path (user)",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert_eq!(form["requestedSchema"]["properties"]["answer"]["enum"], json!(["no", "once", "run"]));
    assert_eq!(client.answer(id)["result"]["isError"], false);
    client.close().ok();
    assert!(person.get(".github/workflows/ci.yml").is_some());
    assert!(ledger(&person).contains(r#""answer":"once""#));
}

#[test]
fn a_form_answers_as_its_person_does() {
    let person = trusted();
    person.put(".env.local", "KEY=2\n");
    let mut client = Piped::start_with(&person, &["--client", "editor"], json!({"elicitation": {}}));
    let mut ask = |path: &str, filled: Value| {
        let id = client.request("tools/call", read(path));
        fill(&mut client, filled);
        client.answer(id)["result"].clone()
    };
    assert_eq!(refusal(&ask(".env.local", json!({"action": "cancel"}))), "policy.unanswered");
    assert_eq!(refusal(&ask(".env.local", accept("always"))), "policy.unanswered");
    assert_eq!(refusal(&ask(".env.local", json!({"action": "decline"}))), "policy.declined");
    assert_eq!(ask(SECRET, accept("run"))["isError"], false);
    // For this session, exactly the same is not asked again.
    assert_eq!(client.ask("tools/call", read(SECRET))["result"]["isError"], false);
    assert_eq!(refusal(&client.ask("tools/call", read(".env.local"))["result"]), "policy.declined-before");
    client.close().ok();
    let mut next = Piped::start_with(&person, &["--client", "editor"], json!({"elicitation": {}}));
    let id = next.request("tools/call", read(SECRET));
    fill(&mut next, accept("no"));
    assert_eq!(refusal(&next.answer(id)["result"]), "policy.declined");
    next.close().ok();
}

#[test]
fn only_a_trusted_client_that_can_show_forms_is_asked() {
    let person = trusted();
    for (name, capabilities) in
        [("agent", json!({"elicitation": {}})), ("editor", json!({})), ("editor", json!({"elicitation": {"url": {}}}))]
    {
        let mut client = Piped::start_with(&person, &["--client", name, "--questions", "refuse"], capabilities);
        assert_eq!(refusal(&client.ask("tools/call", read(SECRET))["result"]), "policy.unanswered", "{name}");
        assert!(!client.beside.iter().any(|told| told["method"] == "elicitation/create"), "{name}");
        client.close().ok();
    }
}

#[test]
fn a_call_that_is_cancelled_while_its_form_is_open_is_refused() {
    let person = trusted();
    let mut client = Piped::start_with(&person, &["--client", "editor"], json!({"elicitation": {}}));
    let id = client.request("tools/call", read(SECRET));
    let form = client.told("elicitation/create");
    client.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}));
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    // An answer that comes too late is nobody's.
    client.say(&json!({"jsonrpc": "2.0", "id": form["id"], "result": accept("once")}));
    client.close().ok();
    assert!(ledger(&person).contains(r#""code":"gate.cancelled""#));
}

#[test]
fn a_session_puts_only_so_many_questions() {
    let person = trusted();
    let mut client = Piped::start_with(&person, &["--client", "editor", "--most-questions", "2"], json!({"elicitation": {}}));
    for number in 0..2 {
        let id = client.request("tools/call", read(&format!(".env.{number}")));
        fill(&mut client, accept("no"));
        assert_eq!(refusal(&client.answer(id)["result"]), "policy.declined");
    }
    assert_eq!(refusal(&client.ask("tools/call", read(".env.2"))["result"]), "policy.too-many-questions");
    client.close().ok();
}

#[test]
fn arguments_are_the_users_only_where_the_user_is_behind_the_client() {
    let person = trusted();
    let ask = "@id(\"ask\")\n@ask(\"it is not the user's\")\nforbid(principal, action in Action::\"call\", resource)\nunless { context.labels.target == Derivation::\"user\" && context.integrity == Integrity::\"trusted\" };\n";
    person.put("a.txt", "x");
    person.put(".cofferdam/policies/ask.cedar", ask);
    person.run(&["policy", "accept"]).ok();
    for (name, allowed) in [("editor", true), ("agent", false)] {
        let mut client = Piped::start(&person, &["--client", name, "--questions", "refuse"]);
        let result = client.call("files_read", json!({"path": "a.txt"}));
        if allowed {
            assert_eq!(result["isError"], false, "{result}")
        } else {
            assert_eq!(refusal(&result), "policy.unanswered")
        }
        client.close().ok();
    }
}

#[test]
fn a_form_goes_over_http_to_the_request_that_it_is_about() {
    let person = with_secret();
    let token = person.run(&["mcp", "client", "add", "editor", "--trusted"]).ok();
    let server = Server::start(&person, &[]);
    let client = server.begin(token.trim(), json!({"elicitation": {"form": {}}}));
    let mut page = client.begin_call("files_read", json!({"path": SECRET}));
    let form = page.message();
    assert_eq!(form["method"], "elicitation/create", "{form}");
    assert_eq!(client.post(&json!({"jsonrpc": "2.0", "id": form["id"], "result": accept("once")})).status, 202);
    let result = page.message();
    assert_eq!(result["result"]["structuredContent"]["content"]["text"], "KEY=1\n", "{result}");
    server.stop();
}
