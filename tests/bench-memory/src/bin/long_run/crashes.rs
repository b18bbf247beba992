//! The same run, killed at random moments and taken up again, against the one that was not.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    long_run::{LongRun, points},
    measured::audited,
};

/// Longest that is waited between the request of the chosen step and the kill: some steps, or a part of a start.
const LONGEST_PAUSE: Duration = Duration::from_millis(120);

pub(crate) fn table(whole: &LongRun, killed: &LongRun, auditor: &Path, count: usize, seed: u64) {
    let begun = Instant::now();
    let crashes = killed.killed_at(&points(seed, count, killed.script.steps, LONGEST_PAUSE));
    println!();
    println!(
        "The same run killed {} times with kill -9 at random moments (seed {seed}), resumed {} times, {:.1} s",
        crashes.killed,
        crashes.resumed,
        begun.elapsed().as_secs_f64()
    );
    let says = |what: &str, met: bool, told: String| println!("{what:<28} {}{told}", if met { "" } else { "NOT MET: " });
    let same = |is: bool| if is { "the same".to_owned() } else { "they differ".to_owned() };
    says("workspace, byte for byte", killed.files() == whole.files(), same(killed.files() == whole.files()));
    let (memory, expected) = (killed.memory(), whole.memory());
    says("memory (topic, text, state)", memory == expected, same(memory == expected));
    for entry in memory.iter().filter(|entry| !expected.contains(entry)) {
        println!("  only after the crashes: {entry:?}");
    }
    for entry in expected.iter().filter(|entry| !memory.contains(entry)) {
        println!("  missing after the crashes: {entry:?}");
    }
    let unverified = memory.iter().filter(|[_, _, state]| state == "unverifiable").count();
    says("unverified memories", unverified == 0, unverified.to_string());
    says("staged memories left", killed.staged_memories() == 0, killed.staged_memories().to_string());
    let repeated = killed.repeated();
    says("repeated effects", repeated == 0, repeated.to_string());
    let (published, expected) = (killed.history(), whole.history());
    says("published calls", published == expected, format!("{published}, without crashes {expected}"));
    says("intents closed by recovery", true, killed.events("recovered").to_string());
    says("state", killed.state() == whole.state(), killed.state());
    let audit = audited(killed, auditor);
    says("cofferdam-audit", audit.starts_with("verifies"), audit);
}
