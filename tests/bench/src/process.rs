//! Whole processes: a cold start of the binary with one call, the agent with a scripted model, and what others take to start a
//! process in a sandbox.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::json;

use crate::{
    CALLS, measure,
    model_server::{ModelServer, calls, says},
    series::Series,
};

/// Calls of one measured run of the agent.
const STEPS: usize = 40;

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The rows of whole processes; `gated` is the median of a gated call in microseconds.
pub(crate) fn rows(binary: &Path, folder: &Path, work: &Path, baseline: &Series, gated: f64) {
    let count = CALLS / 10;
    let home = folder.join("home");
    let cofferdam = |arguments: &[&str]| {
        run(Command::new(binary).args(arguments).current_dir(work).env_clear().env("COFFERDAM_HOME", &home));
    };
    let cold = measure(count, |_| cofferdam(&["call", "files.read", r#"{"path": "a.txt"}"#]));
    cold.print("cold start: the binary, tools verified, one call", baseline);
    let mut steps = Series::default();
    for _ in 0..count / 8 {
        agent(&cofferdam, &mut steps);
    }
    steps.print("the agent: a model's answer to its next request", baseline);
    measure(count, |_| run(&mut Command::new("/bin/true"))).print("starting /bin/true", baseline);
    if Command::new("bwrap").arg("--version").output().is_err() {
        println!("(no bwrap on this machine: its row is left out)");
        return;
    }
    let bubble = measure(count, |_| run(Command::new("bwrap").args(["--ro-bind", "/", "/", "--unshare-all", "--", "/bin/true"])));
    bubble.print("bubblewrap around /bin/true", baseline);
    println!("bubblewrap around /bin/true takes {:.1} times the gated call", bubble.quantile(50) / gated);
}

/// A run of the binary against a server on loopback whose model reads one file again and again, each time another range. What
/// is measured is all that lies between an answer and the connection of the next request.
fn agent(cofferdam: &impl Fn(&[&str]), steps: &mut Series) {
    let server = ModelServer::start(Box::new(|turn, _| {
        if turn > STEPS { says("done") } else { calls(&[("files_read", json!({"path": "a.txt", "start": 1, "end": turn}))]) }
    }));
    cofferdam(&["init", "--url", &server.url(), "--model", "scripted"]);
    cofferdam(&["run", "read"]);
    for gap in server.gaps() {
        steps.push(gap);
    }
}
