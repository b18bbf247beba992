//! What a scripted model does in a long run: one call an answer, and at each step the same one, whatever was killed in between.
//!
//! A chapter is twenty steps: it creates, reads and edits files, remembers what it read, recalls, runs into refusals, and
//! revises the plan. Which step comes next stands in the newest result alone, so that older ones may be cut or compacted.
#![allow(dead_code, unreachable_pub, reason = "each program uses a part of it")]

use serde_json::{Value, json};

use crate::model_server::{Answer, says};

/// Steps of a chapter.
const CHAPTER: usize = 20;
/// What the file with the facts holds before them: so much that a cut result does not have them.
const FILLER_LINES: usize = 40;

/// A run of some whole chapters.
#[derive(Clone, Copy)]
pub struct LongScript {
    pub steps: usize,
}

/// A fact of the file that step 3 reads. One is remembered, the other only seen.
pub const REMEMBERED_FACT: &str = "harbour fact: the pilot boards at 53.5409N 9.9842E on channel 74";
pub const SEEN_FACT: &str = "lantern fact: the keeper's number is 7f3a-91c0-be52-4d17";

impl LongScript {
    /// The files that the run finds.
    pub fn files() -> Vec<(String, String)> {
        let filler = |seed: usize, lines: usize| {
            (1..=lines).map(|line| format!("line {line} of text {seed}: {:016x}\n", (seed * 7919 + line) * 0x9e37_79b9)).collect::<String>()
        };
        let mut files: Vec<(String, String)> = (0..7).map(|seed| (format!("sources/{seed}.txt"), filler(seed, 60))).collect();
        let facts = format!("{}{REMEMBERED_FACT}\n{SEEN_FACT}\n", filler(99, FILLER_LINES));
        files.extend([("facts.txt".to_owned(), facts), ("log.txt".to_owned(), "step 0\n".to_owned())]);
        files
    }

    /// The first of three steps in which the facts of step 3 are recalled and written down.
    pub fn quoting(&self) -> usize {
        self.steps - CHAPTER
    }

    /// The step that a request asks for, from 1.
    pub fn step(request: &Value) -> usize {
        let messages = request["messages"].as_array().expect("messages");
        let newest = messages.iter().rev().find_map(|message| message["tool_call_id"].as_str());
        newest.map_or(1, |id| id.trim_start_matches('s').parse::<usize>().expect("a step") + 1)
    }

    pub fn answer(&self, request: &Value) -> Answer {
        let step = Self::step(request);
        match self.call(step, request) {
            Some((name, arguments)) => {
                let function = json!({"name": name, "arguments": arguments.to_string()});
                let call = json!({"id": format!("s{step}"), "type": "function", "function": function});
                Answer::Message(json!({"role": "assistant", "content": null, "tool_calls": [call]}))
            }
            None => says("every chapter is written"),
        }
    }

    fn call(&self, step: usize, request: &Value) -> Option<(&'static str, Value)> {
        let chapter = step / CHAPTER + 1;
        let path = format!("chapters/{chapter}.txt");
        let read = |path: &str| ("files_read", json!({"path": path}));
        let source = |from: usize| {
            let path = format!("sources/{}.txt", step % 7);
            ("files_read", json!({"path": path, "start": from, "end": from + 12}))
        };
        let replace = |find: &str, put: &str| ("edit_replace", json!({"path": path, "find": find, "put": put}));
        let remember = |topic: &str, text: &str, cited: usize| {
            // The look at the folder is call 1.
            ("memory_remember", json!({"topic": topic, "text": text, "calls": [cited + 1]}))
        };
        let revise = |done: usize| ("plan_update", self.plan(done));
        Some(match step {
            _ if step > self.steps => return None,
            1 => revise(0),
            3 => read("facts.txt"),
            4 => remember("facts", REMEMBERED_FACT, 3),
            _ if step == self.quoting() => ("memory_recall", json!({"words": "harbour fact"})),
            _ if step == self.quoting() + 1 => ("memory_recall", json!({"words": "number of the keeper of the lantern"})),
            _ if step == self.quoting() + 2 => ("edit_create", json!({"path": "quote.txt", "content": quoted(request)})),
            _ if step == self.quoting() + 3 => revise(chapter - 1),
            _ => match step % CHAPTER {
                0 => revise(chapter - 1),
                1 => read(&format!("chapters/{}.txt", chapter - 1)),
                2 | 3 | 11 | 18 => source(chapter),
                4 => ("memory_recall", json!({"topic": "chapters"})),
                5 => ("edit_create", json!({"path": path, "content": format!("chapter {chapter}\nversion 5\n")})),
                7 => replace("version 5", "version 7"),
                8 => read("../outside.txt"),
                9 => replace("version 7", "version 9"),
                10 => replace("version 99", "version 100"),
                12 => ("edit_insert", json!({"path": "log.txt", "line": 1, "text": format!("step {step}")})),
                13 => read("log.txt"),
                14 => replace("version 9", "version 14"),
                15 => remember("log", &format!("log.txt begins with `step {}`", step - 3), step - 2),
                17 => remember("chapters", &format!("{path} has `version 14`"), step - 1),
                19 => ("edit_create", json!({"path": format!("notes/{chapter}.txt"), "content": format!("chapter {chapter} is done\n")})),
                6 | 16 => read(&path),
                rest => panic!("step {rest} of a chapter"),
            },
        })
    }

    /// The plan with the first chapters done, each shown by the call that created its file.
    fn plan(&self, done: usize) -> Value {
        let chapters = self.steps / CHAPTER;
        let steps = (1..=chapters).map(|chapter| {
            let step = format!("write chapter {chapter} and note that it is done");
            match chapter {
                _ if chapter <= done => json!({"step": step, "status": "done", "calls": [(chapter - 1) * CHAPTER + 5 + 1]}),
                _ if chapter == done + 1 => json!({"step": step, "status": "doing"}),
                _ => json!({"step": step, "status": "pending"}),
            }
        });
        json!({"steps": steps.collect::<Vec<_>>()})
    }

    /// The claims that the run remembered, as a look at the files: topic, text, and whether the files say so.
    pub fn claim_holds(text: &str, file: impl Fn(&str) -> Option<String>) -> bool {
        match text.split_once(' ') {
            Some((path, _)) if path.ends_with(".txt") => {
                let says = text.split('`').nth(1).expect("a claim quotes");
                let content = file(path).unwrap_or_default();
                if text.contains("begins with") { content.lines().next() == Some(says) } else { content.contains(says) }
            }
            _ => file("facts.txt").is_some_and(|content| content.contains(text)),
        }
    }
}

/// What stands of the two facts in what the two recalls brought, whose results are the newest.
fn quoted(request: &Value) -> String {
    let messages = request["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let results: Vec<&Value> = messages.iter().filter(|message| message["role"] == "tool").collect();
    let newest: String = results.iter().rev().take(2).map(|result| result["content"].to_string()).collect();
    let fact = |fact: &str| if newest.contains(fact) { fact.to_owned() } else { "not recalled".to_owned() };
    format!("{}\n{}\n", fact(REMEMBERED_FACT), fact(SEEN_FACT))
}
