//! A run of 500 steps with a scripted model behind a real server: what its requests, files and record come to; then the same run
//! killed at random moments, and what differs.
//!
//! `cargo run -p cofferdam-bench-memory --bin long_run -- BINARY AUDITOR [STEPS [CRASHES [SEED]]]`, with the paths of `cofferdam`
//! and `cofferdam-audit`. It needs `script` of util-linux: a person on a terminal says yes to each memory.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a program for who works on the project: it works in folders of its own, and stops at whatever goes wrong"
)]

mod crashes;
#[path = "../../../../harness/long_run.rs"]
mod long_run;
#[path = "../../../../harness/long_script.rs"]
mod long_script;
mod measured;
#[path = "../../../../harness/model_server.rs"]
mod model_server;

use std::path::PathBuf;

use long_run::LongRun;
use long_script::LongScript;

/// Steps of the run where none are named.
const STEPS: usize = 500;
/// Crashes where none are named.
const CRASHES: usize = 100;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(binary), Some(auditor)) = (arguments.next(), arguments.next()) else {
        println!("give the paths of cofferdam and cofferdam-audit");
        return;
    };
    let [binary, auditor] = [binary, auditor].map(|path| PathBuf::from(path).canonicalize().expect("a program"));
    let mut number = |default: usize| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (steps, count, seed) = (number(STEPS), number(CRASHES), number(1));
    assert!(steps > 0 && steps % 20 == 0 && steps / 20 <= 32, "whole chapters of 20 steps, at most 32 of them");
    let script = LongScript { steps };
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let [whole, killed] = folders.each_ref().map(|folder| {
        let (home, work) = (folder.path().join("home"), folder.path().join("work"));
        std::fs::create_dir_all(&work).expect("a folder");
        LongRun::new(&binary, &home, &work, script)
    });
    measured::table(&whole, &auditor);
    if count > 0 {
        crashes::table(&whole, &killed, &auditor, count, seed as u64);
    }
}
