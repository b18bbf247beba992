//! The memory as resources: read only, each entry with its state, after policy was asked.

use serde_json::{Value, json};

use crate::{harness::Person, protocol::Piped};

/// A person with a memory of their own words.
fn remembering() -> Person {
    let person = Person::new();
    person.put("packaging.md", "The release is cut on Fridays.\n");
    let file = person.work().join("packaging.md");
    person.run(&["memory", "edit", "packaging", "--file", &file.to_string_lossy()]).ok();
    person.run(&["mcp", "client", "add", "editor"]).ok();
    person
}

fn read(client: &mut Piped, uri: &str) -> Value {
    client.ask("resources/read", json!({"uri": uri}))
}

#[test]
fn a_named_client_lists_and_reads_the_memory_with_its_states() {
    let person = remembering();
    let mut client = Piped::start(&person, &["--client", "editor"]);
    let listed = client.ask("resources/list", json!({}))["result"]["resources"].clone();
    let uris: Vec<&str> = listed.as_array().expect("resources").iter().filter_map(|resource| resource["uri"].as_str()).collect();
    assert_eq!(uris, ["memory://index", "memory://topics/packaging"]);
    assert!(read(&mut client, uris[0])["result"]["contents"][0]["text"].as_str().is_some_and(|text| text.contains("packaging")));
    let topic = read(&mut client, uris[1])["result"]["contents"][0].clone();
    assert_eq!(topic["text"].as_str(), Some(person.run(&["memory", "show", "packaging"]).ok().as_str()));
    assert!(
        topic["text"].as_str().is_some_and(|text| text.starts_with("[stated: by a person] packaging") && text.contains("Fridays")),
        "{topic}"
    );
    assert_eq!(read(&mut client, "memory://topics/none")["error"]["code"], -32002);
    assert_eq!(read(&mut client, "memory://topics/../../x")["error"]["code"], -32002);
    let templates = client.ask("resources/templates/list", json!({}))["result"]["resourceTemplates"].clone();
    assert_eq!(templates[0]["uriTemplate"], "memory://topics/{topic}");
    client.close().ok();
    let ledger = std::fs::read_to_string(person.find(&person.home("data/projects"), "ledger.jsonl")).expect("a ledger");
    assert!(ledger.contains("show-memory-to-clients"));
}

#[test]
fn an_unnamed_client_reads_the_memory_when_a_person_says_so() {
    let person = remembering();
    let mut client = Piped::start(&person, &["--questions", "refuse"]);
    let listed = client.ask("resources/list", json!({}))["result"]["resources"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let refused = read(&mut client, "memory://topics/packaging");
    assert_eq!(refused["error"]["data"]["code"], "policy.unanswered", "{refused}");
    client.close().ok();
    let mut client = Piped::start(&person, &["--questions", "wait=60"]);
    let id = client.request("resources/read", json!({"uri": "memory://topics/packaging", "_meta": {"progressToken": 1}}));
    let question = client.waits_for_a_person();
    let shown = person.at_terminal(&["approve", &question], "y\n").stdout;
    assert!(shown.contains("model.send wants `model:send` on `unnamed`"), "{shown}");
    assert!(client.answer(id)["result"]["contents"][0]["text"].as_str().is_some_and(|text| text.contains("Fridays")));
    client.close().ok();
}

#[test]
fn a_rule_keeps_the_memory_from_a_client() {
    let person = remembering();
    let rule = "@id(\"not-to-editor\")\n@reason(\"it is not to know\")\nforbid(principal, action == Action::\"model:send\", resource == Host::\"editor\");\n";
    person.put(".cofferdam/policies/memory.cedar", rule);
    person.run(&["policy", "accept"]).ok();
    let mut client = Piped::start(&person, &["--client", "editor"]);
    assert_eq!(read(&mut client, "memory://index")["error"]["data"]["code"], "policy.forbidden");
    assert_eq!(client.ask("resources/list", json!({}))["result"]["resources"].as_array().map(Vec::len), Some(1));
    client.close().ok();
}
