//! What the model is shown stays within its window, and what no longer fits can be looked at again.

use serde_json::{Value, json};

use crate::{
    harness::Person,
    model_server::{ModelServer, calls, says},
};

/// Turns of the scripted model.
const TURNS: usize = 60;
/// Tokens of the window; the fewest that there may be.
const WINDOW: usize = 6_000;

fn content(message: &Value) -> &str {
    message["content"].as_str().unwrap_or_default()
}

#[test]
fn a_long_run_stays_in_its_window_and_still_quotes_its_beginning() {
    let server = ModelServer::start(Box::new(|count, _| match count {
        0..=TURNS => calls(&[("files_read", json!({"path": format!("{count}.txt")}))]),
        61 => calls(&[("memory_recall", json!({"call": 4}))]),
        _ => says("done"),
    }));
    let person = Person::new();
    for number in 1..=TURNS {
        person.put(&format!("{number}.txt"), format!("The secret number of {number} is {}. {}", number * 7919, "padding ".repeat(60)));
    }
    person.run(&["init", "--url", &server.url(), "--model", "scripted", "--window-tokens", &WINDOW.to_string()]).ok();
    let told = person.run(&["--format", "json", "run", "read all files", "--cap", "steps=100"]).json();
    let run = told["run"].as_str().expect("a run");

    let requests = server.requests();
    assert_eq!(requests.len(), TURNS + 2);
    let sizes: Vec<usize> = requests.iter().map(|request| request.to_string().len()).collect();
    // Four bytes a token, as the server counts none.
    assert!(sizes.iter().all(|size| *size <= 4 * WINDOW), "{sizes:?}");
    let peak = |range: std::ops::Range<usize>| *sizes[range].iter().max().expect("requests") as f64;
    assert!(peak(50..60) < 1.05 * peak(25..40), "{sizes:?}");
    for request in &requests {
        let messages = request["messages"].as_array().expect("messages");
        assert!(content(&messages[0]).starts_with("You work on the files of one folder"));
        assert!(content(&messages[1]).starts_with("read all files"));
        // Every result follows the call that it answers: no provider takes anything else.
        for pair in messages.windows(2).filter(|pair| pair[1]["role"] == "tool") {
            assert!(pair[0]["role"] == "tool" || !pair[0]["tool_calls"].is_null(), "{pair:?}");
        }
    }
    let late = &requests[TURNS];
    let first = content(&late["messages"][1]);
    assert!(first.contains("Earlier calls of this run, in short") && first.contains("- calls 2 to "), "{first}");
    assert!(!late.to_string().contains(&format!("of 3 is {}", 3 * 7919)));
    // Call 1 is the look, call 4 the read of 3.txt: shown whole on request.
    let quoted = content(requests[TURNS + 1]["messages"].as_array().expect("messages").last().expect("a result"));
    assert!(quoted.contains("\"earlier\"") && quoted.contains(&format!("The secret number of 3 is {}.", 3 * 7919)), "{quoted}");

    // What is shown to a person is what was sent.
    for step in [1, 20, TURNS + 1] {
        let shown = person.run(&["--format", "json", "context", "show", run, "--step", &step.to_string()]).json();
        assert_eq!(shown["as_sent"], true, "step {step}");
        let texts: Vec<&str> = shown["request"]["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(|message| message["text"].as_str().or(message["content"].as_str()).unwrap_or_default())
            .collect();
        let sent: Vec<&str> = requests[step - 1]["messages"].as_array().expect("messages").iter().skip(1).map(content).collect();
        assert_eq!(texts, sent, "step {step}");
    }
    let shown = person.run(&["context", "show", run, "--step", "60", "--parts"]).ok();
    assert!(shown.contains("earlier steps") && shown.contains("instructions") && !shown.contains("── user"), "{shown}");
    person.run(&["context", "show", run, "--step", "999"]).refused(2, "agent.unknown-step");
}

#[test]
fn a_task_that_leaves_no_room_in_the_window_is_refused_before_anything_is_sent() {
    let server = ModelServer::start(Box::new(|_, _| says("done")));
    let person = Person::new();
    let init = |window: &str| person.run(&["init", "--url", &server.url(), "--model", "scripted", "--window-tokens", window]);
    let told = init("5999");
    assert!(told.exit == 2 && told.stderr.contains("a window has at least 6000 tokens"), "{}", told.stderr);
    init("6000").ok();
    let task = "read all files ".repeat(1000);
    let told = person.run(&["run", &task]).refused(5, "agent.window-too-small");
    assert!(told.contains("--window-tokens"), "{told}");
    assert!(server.requests().is_empty());
    assert!(person.run(&["runs"]).ok().is_empty(), "nothing was begun");
    // Set anew without a window, the model keeps the one that it has.
    person.run(&["init", "--url", &server.url(), "--model", "other"]).ok();
    person.run(&["run", &task]).refused(5, "agent.window-too-small");
    init("20000").ok();
    assert_eq!(person.run(&["run", &task]).ok().trim(), "done");
}
