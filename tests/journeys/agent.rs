//! A model in the loop: a real server, real interruptions, real files.

use serde_json::json;

use crate::{
    harness::Person,
    model_server::{Answer, ModelServer, calls, results, says},
};

fn with_model(server: &ModelServer) -> Person {
    let person = Person::new();
    let shown = person.run(&["init", "--url", &server.url(), "--model", "scripted"]).ok();
    assert!(shown.contains("first party") && shown.contains("scripted"), "{shown}");
    person
}

/// Creates a file, replaces a word in it, says so.
fn two_edits() -> ModelServer {
    ModelServer::start(Box::new(|_, request| two_edits_answer(results(request))))
}

fn two_edits_answer(results: usize) -> Answer {
    match results {
        0 => calls(&[("edit_create", json!({"path": "a.txt", "content": "one two\n"}))]),
        1 => calls(&[("edit_replace", json!({"path": "a.txt", "find": "two", "put": "three"})), ("files_read", json!({"path": "a.txt"}))]),
        _ => says("done"),
    }
}

/// How many calls were published.
fn published(person: &Person) -> usize {
    person.run(&["--format", "json", "history", "--count", "10"]).ok().lines().count()
}

#[test]
fn a_task_is_done_through_the_gates_and_the_run_says_so() {
    let server = two_edits();
    let person = with_model(&server);
    let came = person.run(&["--format", "json", "run", "make a.txt"]);
    assert!(came.stderr.contains("verified and published: a.txt"), "{}", came.stderr);
    let came = came.json();
    assert_eq!((came["answer"].as_str(), came["spent"]["steps"].as_u64()), (Some("done"), Some(3)));
    assert_eq!(came["spent"]["input_tokens"], 300);
    assert!(came["checkpoint"].as_str().expect("a note").starts_with("cofferdam/"));
    assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
    let last = server.requests().pop().expect("requests");
    let told = last["messages"].as_array().expect("messages").last().expect("one")["content"].as_str().expect("text").to_owned();
    assert!(told.contains("\"verified\":true") && told.contains("one three"), "{told}");
    person.run(&["resume"]).refused(1, "agent.ended");
}

#[test]
fn a_run_that_is_killed_at_any_request_goes_on_and_makes_no_call_twice() {
    for kill_at in 1..=3 {
        let pid = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let victim = pid.clone();
        let server = ModelServer::start(Box::new(move |count, request| {
            if count == kill_at {
                while victim.load(std::sync::atomic::Ordering::SeqCst) == 0 {
                    std::thread::yield_now();
                }
                let id = victim.load(std::sync::atomic::Ordering::SeqCst).to_string();
                std::process::Command::new("kill").args(["-9", &id]).status().expect("kill");
            }
            two_edits_answer(results(request))
        }));
        let person = with_model(&server);
        let mut child = person.command(&["run", "make a.txt"]).stderr(std::process::Stdio::null()).spawn().expect("the binary runs");
        pid.store(child.id(), std::sync::atomic::Ordering::SeqCst);
        assert!(!child.wait().expect("it ends").success());
        assert_eq!(person.run(&["resume"]).ok().trim(), "done");
        assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
        assert_eq!(published(&person), 2, "each edit once, killed at {kill_at}");
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_and_makes_no_call_twice() {
    for moment in 0..12 {
        let server = two_edits();
        let person = with_model(&server);
        let mut child = person.command(&["run", "make a.txt"]).stderr(std::process::Stdio::null()).spawn().expect("the binary runs");
        std::thread::sleep(std::time::Duration::from_millis(30 + 15 * moment));
        // It may be done already: then it is the end that is checked.
        let _ = child.kill();
        let _ = child.wait().expect("it ends");
        let came = person.run(&["resume"]);
        assert!(came.exit == 0 || came.stderr.contains("agent.ended") || came.stderr.contains("agent.unknown-run"), "{}", came.stderr);
        if !came.stderr.contains("agent.unknown-run") {
            assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"), "killed at moment {moment}");
            assert_eq!(published(&person), 2, "killed at moment {moment}");
        }
    }
}

#[test]
fn a_cap_ends_the_run_and_a_higher_one_goes_on_with_it() {
    let server = two_edits();
    let person = with_model(&server);
    person.run(&["run", "make a.txt", "--cap", "steps=1"]).refused(5, "model.cap");
    assert_eq!(person.get("a.txt").as_deref(), Some("one two\n"));
    person.run(&["run", "x", "--cap", "stops=1"]).refused(2, "agent.unknown-cap");
    assert_eq!(person.run(&["resume", "--cap", "steps=9"]).ok().trim(), "done");
    assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
}

#[test]
fn a_recorded_run_is_replayed_without_a_model_and_only_as_it_was() {
    let server = two_edits();
    let person = with_model(&server);
    let session = person.home("session.jsonl").to_string_lossy().into_owned();
    person.run(&["run", "make a.txt", "--record", &session]).ok();
    person.run(&["undo"]).ok();
    person.run(&["undo"]).ok();
    let asked = server.requests().len();
    assert_eq!(person.run(&["run", "make a.txt", "--recorded", &session]).ok().trim(), "done");
    assert_eq!(person.get("a.txt").as_deref(), Some("one three\n"));
    assert_eq!(server.requests().len(), asked, "the replay asks nobody");
    let told = person.run(&["run", "make b.txt", "--recorded", &session]).refused(4, "model.request-differs");
    assert!(told.contains("/messages/0/text"), "{told}");
}

#[test]
fn a_server_that_refuses_or_breaks_ends_the_run_with_its_words_and_the_run_can_go_on() {
    let server = ModelServer::start(Box::new(|count, request| match count {
        1 => Answer::Status(503, "{}".to_owned()),
        2 => Answer::Break,
        4 => Answer::Status(401, json!({"error": {"message": "no such key"}}).to_string()),
        _ => two_edits_answer(results(request)),
    }));
    let person = with_model(&server);
    let told = person.run(&["run", "make a.txt"]).refused(1, "model.status");
    assert!(told.contains("no such key"), "{told}");
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
    assert_eq!(published(&person), 2);
}

#[test]
fn every_thread_of_a_run_has_given_up_its_privileges() {
    let (told, threads) = std::sync::mpsc::channel();
    let (child, pid) = std::sync::mpsc::channel::<u32>();
    let server = ModelServer::start(Box::new(move |_, request| {
        if results(request) == 1 {
            let tasks = std::path::PathBuf::from(format!("/proc/{}/task", pid.recv().expect("a process")));
            let statuses = std::fs::read_dir(tasks)
                .expect("its threads")
                .map(|task| std::fs::read_to_string(task.expect("a thread").path().join("status")).expect("its status"));
            told.send(statuses.collect::<Vec<String>>()).expect("somebody listens");
        }
        two_edits_answer(results(request))
    }));
    let person = with_model(&server);
    let mut command = person.command(&["run", "make a.txt"]);
    let running = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("the binary runs");
    child.send(running.id()).expect("somebody listens");
    assert!(running.wait_with_output().expect("it ends").status.success());
    let threads = threads.recv().expect("the run had a result");
    // The run itself, what watches for Ctrl-C, and the sandbox's heartbeat.
    assert!(threads.len() >= 3, "{threads:?}");
    assert!(threads.iter().all(|status| status.contains("NoNewPrivs:\t1")), "{threads:?}");
}

#[test]
fn a_policy_keeps_the_conversation_from_the_model() {
    let server = two_edits();
    let person = with_model(&server);
    person.put(".cofferdam/policies/quiet.cedar", "@id(\"quiet\")\nforbid(principal, action == Action::\"model:send\", resource);\n");
    person.run(&["policy", "accept"]).ok();
    person.run(&["run", "make a.txt"]).refused(3, "policy.forbidden");
    assert!(server.requests().is_empty());
}

#[test]
fn without_a_model_a_run_says_how_to_set_one() {
    let told = Person::new().run(&["run", "make a.txt"]).refused(1, "cli.no-model");
    assert!(told.contains("cofferdam init --url"), "{told}");
}

#[test]
fn a_key_comes_from_a_private_file_and_from_nowhere_else() {
    let server = two_edits();
    let person = with_model(&server);
    person.run(&["init", "--url", &server.url(), "--model", "scripted", "--key-file", "model.key"]).ok();
    std::fs::write(person.home("config/model.key"), "sk-hidden\n").expect("written");
    let told = person.run(&["run", "make a.txt"]).refused(4, "cli.exposed-secret");
    assert!(!told.contains("sk-hidden"));
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(person.home("config/model.key"), std::fs::Permissions::from_mode(0o600)).expect("its owner");
    let came = person.run(&["run", "make a.txt"]);
    assert!(!came.stderr.contains("sk-hidden"));
    came.ok();
}

#[test]
fn the_model_can_grant_itself_nothing() {
    let server = ModelServer::start(Box::new(|_, request| match results(request) {
        0 => calls(&[
            ("policy_accept", json!({})),
            ("tool_add", json!({"path": "x.wasm"})),
            ("edit_create", json!({"path": ".cofferdam/policies/x.cedar", "content": "permit(principal, action, resource);"})),
            ("edit_create", json!({"path": "tools.lock", "content": ""})),
            ("edit_create", json!({"path": ".GIT/hooks/post-commit", "content": "x"})),
            ("memory_remember", json!({"topic": "rights", "text": "I may do everything", "calls": [2]})),
        ]),
        _ => says("given up"),
    }));
    let person = with_model(&server);
    assert_eq!(person.run(&["run", "x"]).ok().trim(), "given up");
    assert!(person.tree().is_empty());
    let told = server.requests().pop().expect("requests");
    let told: Vec<&str> = told["messages"].as_array().expect("messages").iter().filter_map(|message| message["content"].as_str()).collect();
    assert_eq!(told.iter().filter(|text| text.contains("\"refused\":")).count(), 6, "{told:?}");
    assert!(person.run(&["memory", "list"]).ok().is_empty());
}

#[test]
fn an_empty_answer_is_no_end_and_a_second_one_is() {
    let server = ModelServer::start(Box::new(|count, request| match count {
        1 => calls(&[("files_list", json!({}))]),
        2 => says(" \n"),
        _ if request.to_string().contains("from nothing") => says(""),
        _ => says("done"),
    }));
    let person = with_model(&server);
    person.put("a.txt", "one");
    let came = person.run(&["run", "list the folder"]);
    assert!(came.stderr.contains("the model's answer is empty, so it is asked once more"), "{}", came.stderr);
    assert_eq!(came.ok().trim(), "done");
    let messages = server.requests()[2]["messages"].as_array().expect("messages").clone();
    assert!(messages.last().expect("a message")["content"].as_str().expect("text").starts_with("Your answer was empty."));
    // A model that says nothing at all ends the run all the same.
    assert_eq!(person.run(&["run", "make something from nothing"]).ok().trim(), "");
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn an_answer_that_broke_off_at_its_length_is_no_end() {
    let cut = || {
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": "and then"}, "finish_reason": "length"});
        Answer::Status(200, json!({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 9}}).to_string())
    };
    let server = ModelServer::start(Box::new(move |count, _| if count <= 2 { cut() } else { says("done") }));
    let person = with_model(&server);
    let told = person.run(&["run", "tell a story"]).refused(5, "agent.answer-cut");
    assert!(told.contains("broke off at the most tokens") && told.contains("cofferdam resume"), "{told}");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(person.run(&["resume"]).ok().trim(), "done");
    assert_eq!(server.requests().len(), 3);
}
