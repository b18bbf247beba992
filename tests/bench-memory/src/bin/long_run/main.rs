//! A run of 500 steps with a scripted model behind a real server: what its requests, files and record come to; then the same run
//! killed at random moments, and what differs.
//!
//! `cargo run -p cofferdam-bench-memory --bin long_run -- BINARY AUDITOR [STEPS [CRASHES [SEED [WINDOW]]]]`, with the paths of
//! `cofferdam` and `cofferdam-audit`. The window is one that is full before step 50, so that what comes after shows whether it
//! grows; what the run takes in the default window is printed at last. It needs `script` of util-linux: a person on a terminal says yes to each memory.
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
#[path = "../../../../harness/terminal.rs"]
mod terminal;

use std::path::PathBuf;

use long_run::LongRun;
use long_script::LongScript;

/// Steps of the run where none are named.
const STEPS: usize = 500;
/// Crashes where none are named.
const CRASHES: usize = 100;
/// Tokens of the window where none are named.
const WINDOW: usize = 8_000;
/// Tokens of the window that a person gets who sets none.
const DEFAULT_WINDOW: usize = 48_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(binary), Some(auditor)) = (arguments.next(), arguments.next()) else {
        println!("give the paths of cofferdam and cofferdam-audit");
        return;
    };
    let [binary, auditor] = [binary, auditor].map(|path| PathBuf::from(path).canonicalize().expect("a program"));
    let mut number = |default: usize| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (steps, count, seed, window) = (number(STEPS), number(CRASHES), number(1), number(WINDOW));
    assert!(steps > 20 && steps % 20 == 0 && steps / 20 <= 32, "whole chapters of 20 steps, at most 32 of them");
    let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let laid_out = |folder: &tempfile::TempDir, window| {
        let (home, work) = (folder.path().join("home"), folder.path().join("work"));
        std::fs::create_dir_all(&work).expect("a folder");
        LongRun::new(&binary, &home, &work, LongScript { steps }, window)
    };
    let [whole, killed, default] = [(0, window), (1, window), (2, DEFAULT_WINDOW)].map(|(run, window)| laid_out(&folders[run], window));
    measured::table(&whole, &auditor);
    if count > 0 {
        crashes::table(&whole, &killed, &auditor, count, seed as u64);
    }
    println!("\nThe same run in a window of {DEFAULT_WINDOW} tokens");
    default.whole();
    measured::window(&default);
}
