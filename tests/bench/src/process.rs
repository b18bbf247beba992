//! Whole processes: a cold start of the binary with one call, and what others take to start one in a sandbox.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{CALLS, measure, series::Series};

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The rows of whole processes.
pub(crate) fn rows(binary: &Path, folder: &Path, work: &Path, baseline: &Series) {
    let count = CALLS / 10;
    let cold = measure(count, |_| {
        run(Command::new(binary)
            .args(["call", "files.read", "{\"path\": \"a.txt\"}"])
            .current_dir(work)
            .env_clear()
            .env("COFFERDAM_HOME", folder.join("home")));
    });
    cold.print("cold start: the binary, tools verified, one call", baseline);
    measure(count, |_| run(&mut Command::new("/bin/true"))).print("starting /bin/true", baseline);
    let file = work.join("a.txt");
    if Command::new("bwrap").arg("--version").output().is_err() {
        println!("(no bwrap on this machine: its row is left out)");
        return;
    }
    let bubble = measure(count, |_| {
        run(Command::new("bwrap").args(["--ro-bind", "/", "/", "--unshare-all", "--", "/bin/cat"]).arg(&file));
    });
    bubble.print("bubblewrap around /bin/cat of the file", baseline);
}
