//! The protocol server over HTTP: who is let in, and what they get. Attacks on local servers of this kind are known; each has a test.

use serde_json::json;

use crate::{
    harness::Person,
    protocol::{Server, hello, refusal},
};

fn token(person: &Person, arguments: &[&str]) -> String {
    person.run(&[&["mcp", "client"], arguments].concat()).ok().trim().to_owned()
}

fn first() -> String {
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello(json!({}))}).to_string()
}

#[test]
fn a_client_with_a_token_works_as_over_pipes() {
    let person = Person::new();
    person.put("a.txt", "hello\n");
    let editor = token(&person, &["add", "editor"]);
    let mut server = Server::start(&person, &[]);
    let client = server.begin(&editor, json!({}));
    assert_eq!(client.call("files_read", json!({"path": "a.txt"}))["structuredContent"]["content"]["text"], "hello\n");
    assert_eq!(client.call("edit_create", json!({"path": "b.txt", "content": "x"}))["isError"], false);
    assert_eq!(refusal(&client.call("files_read", json!({"path": "../x"}))), "gate.path-outside");
    assert_eq!(client.send("DELETE", "").status, 204);
    assert_eq!(client.begin_call("files_read", json!({"path": "a.txt"})).status, 404);
    assert!(server.line("run ").contains("client editor, which calls itself `test 1`"));
    assert!(server.line("run ").contains("ended; checkpoint"));
    assert_eq!(person.get("b.txt").as_deref(), Some("x"));
    server.stop();
}

#[test]
fn nobody_is_let_in_without_a_token_that_is_somebodys_now() {
    let person = Person::new();
    let old = token(&person, &["add", "editor"]);
    let other = token(&person, &["add", "other"]);
    let server = Server::start(&person, &[]);
    let status = |headers: &[(&str, &str)]| server.send("POST", headers, &first()).status;
    let page = server.send("POST", &[], &first());
    assert_eq!((page.status, page.header("www-authenticate").as_deref()), (401, Some("Bearer")));
    for value in
        ["", "Bearer", "Bearer x", "Basic eDp5", &old, &format!("Bearer {old}x"), &format!("Bearer {}", old.split_at(old.len() - 1).0)]
    {
        assert_eq!(status(&[("authorization", value)]), 401, "{value}");
    }
    let client = server.begin(&old, json!({}));
    assert_eq!(client.call("files_list", json!({}))["isError"], false);
    // Taken back, it opens nothing, and no session that is open.
    let new = token(&person, &["rotate", "editor"]);
    assert_eq!(client.begin_call("files_list", json!({})).status, 401);
    assert_eq!(status(&[("authorization", &format!("Bearer {old}"))]), 401);
    assert_eq!(status(&[("authorization", &format!("Bearer {new}"))]), 200);
    person.run(&["mcp", "client", "remove", "other"]).ok();
    assert_eq!(status(&[("authorization", &format!("Bearer {other}"))]), 401);
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        assert_eq!(server.send(method, &[], "").status, 401, "{method}");
    }
    server.stop();
}

#[test]
fn a_session_belongs_to_the_client_that_began_it() {
    let person = Person::new();
    let (editor, other) = (token(&person, &["add", "editor", "--trusted"]), token(&person, &["add", "other"]));
    let server = Server::start(&person, &[]);
    let mut client = server.begin(&editor, json!({}));
    let owner = std::mem::replace(&mut client.authorization, format!("Bearer {other}"));
    assert_eq!(client.begin_call("files_list", json!({})).status, 404);
    assert_eq!(client.send("DELETE", "").status, 404);
    client.authorization = owner;
    assert_eq!(client.call("files_list", json!({}))["isError"], false);
    client.session = "6ed0f9bc-0000-4000-8000-000000000000".to_owned();
    assert_eq!(client.begin_call("files_list", json!({})).status, 404);
    server.stop();
}

#[test]
fn a_page_of_a_browser_reaches_nothing() {
    let person = Person::new();
    let editor = token(&person, &["add", "editor"]);
    let server = Server::start(&person, &[]);
    let (authorization, address) = (format!("Bearer {editor}"), server.address.clone());
    let port = address.rsplit(':').next().expect("a port").to_owned();
    let status =
        |more: &[(&str, &str)]| server.send("POST", &[&[("authorization", authorization.as_str())], more].concat(), &first()).status;
    // CVE-2025-49596 and CVE-2025-66416 class: a page of any origin, with or without DNS rebinding.
    for origin in [
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        &format!("https://{address}"),
        "http://localhost:1",
        &format!("http://evil.example:{port}"),
        "x",
    ] {
        assert_eq!(status(&[("origin", origin)]), 403, "{origin}");
    }
    for host in
        ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example", &format!("[::2]:{port}")]
    {
        assert_eq!(status(&[("host", host)]), 403, "{host}");
    }
    assert_eq!(status(&[("host", &format!("localhost:{port}"))]), 200);
    assert_eq!(status(&[("origin", &format!("http://{address}"))]), 200);
    // Two readers of one request must not see two of it.
    assert_eq!(status(&[("host", &address), ("host", "evil.example")]), 400);
    assert_eq!(status(&[("authorization", "Bearer x")]), 400);
    assert_eq!(status(&[("origin", "http://evil.example"), ("origin", "http://evil.example")]), 400);
    server.stop();
}

#[test]
fn a_body_and_a_head_are_bounded() {
    let person = Person::new();
    let editor = token(&person, &["add", "editor"]);
    let server = Server::start(&person, &[]);
    let authorization = format!("Bearer {editor}");
    let headers = [("authorization", authorization.as_str())];
    assert_eq!(server.send("POST", &headers, &"x".repeat((4 << 20) + 1)).status, 413);
    assert_eq!(server.send("POST", &headers, "no JSON").status, 415);
    let long = "x".repeat(64 * 1024);
    assert_eq!(server.send("POST", &[headers[0], ("x-long", &long)], &first()).status, 431);
    assert_eq!(server.send("POST", &[headers[0], ("content-type", "text/plain")], &first()).status, 415);
    assert_eq!(server.send("POST", &[headers[0], ("accept", "text/html")], &first()).status, 406);
    assert_eq!(server.begin(&editor, json!({})).call("files_list", json!({}))["isError"], false);
    server.stop();
}

#[test]
fn a_client_that_begins_too_many_sessions_gives_up_its_oldest_idle_one_and_nobody_elses() {
    let person = Person::new();
    let (editor, other) = (token(&person, &["add", "editor"]), token(&person, &["add", "other"]));
    let server = Server::start(&person, &[]);
    let others = server.begin(&other, json!({}));
    let sessions: Vec<_> = (0..8).map(|_| server.begin(&editor, json!({}))).collect();
    assert_eq!(sessions[0].call("files_list", json!({}))["isError"], false);
    let newest = server.begin(&editor, json!({}));
    // The second is the one that was not used for longest.
    let alive = |number: usize| sessions[number].begin_call("files_list", json!({})).status == 200;
    assert_eq!((alive(0), alive(1), alive(2)), (true, false, true));
    for client in [&others, &newest] {
        assert_eq!(client.call("files_list", json!({}))["isError"], false);
    }
    // Where there is no room for anybody, somebody without a session has none to give up.
    let crowd: Vec<String> = (0..3).map(|number| token(&person, &["add", &format!("crowd-{number}")])).collect();
    let _crowd: Vec<_> = crowd.iter().flat_map(|token| (0..8).map(|_| server.begin(token, json!({})))).take(32 - 9).collect();
    let third = token(&person, &["add", "third"]);
    let refused = server.send("POST", &[("authorization", &format!("Bearer {third}"))], &first()).message();
    assert!(refused["error"]["message"].as_str().is_some_and(|why| why.contains("as many sessions")), "{refused}");
    server.stop();
}

#[test]
fn a_silent_session_ends() {
    let person = Person::new();
    let editor = token(&person, &["add", "editor"]);
    let mut server = Server::start(&person, &["--idle", "1", "--questions", "refuse"]);
    {
        let client = server.begin(&editor, json!({}));
        assert_eq!(client.call("files_list", json!({}))["isError"], false);
    }
    assert!(server.line("run ").contains("which calls itself"));
    assert!(server.line("run ").contains("ended; checkpoint"));
    server.stop();
}

#[test]
fn a_session_that_is_ended_in_the_middle_of_a_call_leaves_nothing_of_it() {
    let person = Person::new();
    let editor = token(&person, &["add", "editor"]);
    let server = Server::start(&person, &["--questions", "wait=60"]);
    let client = server.begin(&editor, json!({}));
    let params =
        json!({"name": "edit_create", "arguments": {"path": ".github/workflows/ci.yml", "content": "x"}, "_meta": {"progressToken": 1}});
    let mut page = client.post(&json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}));
    while !page.message()["params"]["message"].as_str().is_some_and(|told| told.contains("cofferdam approve ")) {}
    assert_eq!(client.send("DELETE", "").status, 204);
    drop(page);
    server.stop();
    assert!(person.tree().is_empty());
    let ledger = std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger.jsonl")).expect("a ledger");
    assert!(ledger.contains(r#""code":"gate.cancelled""#), "{ledger}");
}

#[test]
fn the_clients_are_kept_for_their_owner_and_without_their_tokens() {
    use std::os::unix::fs::PermissionsExt as _;
    let person = Person::new();
    let editor = token(&person, &["add", "editor", "--trusted"]);
    person.run(&["mcp", "client", "add", "editor"]).refused(2, "cli.argument");
    person.run(&["mcp", "client", "add", "Editor"]).exit_is(2);
    person.run(&["mcp", "client", "add", "unnamed"]).exit_is(2);
    let file = person.home("config/mcp-clients.toml");
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).expect("text");
    assert!(kept.contains("[client.editor]") && !kept.contains(&editor), "{kept}");
    assert!(person.run(&["mcp", "client", "list"]).ok().starts_with("editor  trusted"));
    std::fs::write(&file, kept.replace("trusted", "perhaps")).expect("a file");
    person.run(&["mcp", "client", "list"]).refused(1, "cli.config");
    let server = Server::start(&person, &[]);
    assert_eq!(server.send("POST", &[("authorization", &format!("Bearer {editor}"))], &first()).status, 500);
    server.stop();
}
