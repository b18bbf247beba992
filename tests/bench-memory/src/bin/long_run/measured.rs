//! The run without a crash, measured.

use std::{
    ops::RangeInclusive,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    long_run::LongRun,
    long_script::{LongScript, REMEMBERED_FACT, SEEN_FACT},
};

/// Bytes of a token, roughly: no provider counts here.
const TOKEN: usize = 4;
/// Steps whose requests are shown.
const SHOWN: &[usize] = &[10, 50, 100, 200, 300, 400, 500];
/// The step from which on the window is to be flat, and the steps before a step whose largest request stands for it: a request
/// grows until old steps are compacted, and then begins anew.
const FULL: usize = 50;
const CYCLE: usize = 20;
/// A window that grows by more than this from step 50 to the end is not flat, in per cent.
const FLAT: f64 = 5.0;

pub(crate) fn table(run: &LongRun, auditor: &Path) {
    let steps = run.script.steps;
    let begun = Instant::now();
    run.whole();
    println!("A run of {steps} steps, {:.1} s", begun.elapsed().as_secs_f64());
    window(run);
    times(run);
    record(run, auditor);
    quotes(run);
    contradictions(run);
}

/// What the requests of a run came to.
pub(crate) fn window(run: &LongRun) {
    let seen = run.seen.lock().expect("a lock");
    let last = run.script.steps;
    let largest = |range: RangeInclusive<usize>| *seen.bytes.range(range).map(|(_, bytes)| bytes).max().expect("requests");
    println!("{:<28} {:>10} {:>10} {:>22}", "request at step", "bytes", "tokens", "largest of 20, tokens");
    for step in SHOWN.iter().filter(|step| **step <= last) {
        let cycle = largest(step.saturating_sub(CYCLE - 1)..=*step);
        println!("{step:<28} {:>10} {:>10} {:>22}", seen.bytes[step], seen.bytes[step] / TOKEN, cycle / TOKEN);
    }
    if last > FULL {
        let (early, late) = (largest(FULL + 1 - CYCLE..=FULL), largest(last + 1 - CYCLE..=last));
        let growth = 100.0 * (late as f64 / early as f64 - 1.0);
        let met = if growth.abs() <= FLAT { "the window is flat" } else { "NOT MET: the window is not flat" };
        println!("{:<28} {growth:>+9.1}%  {met}", "growth, step 50 to the last");
    }
    let largest = largest(0..=last + 1);
    println!("{:<28} {largest:>10} {:>10}", "largest request", largest / TOKEN);
}

fn times(run: &LongRun) {
    let mut gaps = run.server.gaps();
    gaps.sort_unstable();
    let at = |share: f64| gaps[((gaps.len() - 1) as f64 * share) as usize];
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{:<28} p50 {:.1} ms, p99 {:.1} ms", "a step, without the model", millis(at(0.5)), millis(at(0.99)));
}

/// The bytes of all files below a folder.
fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.map(|path| if path.is_dir() { bytes(&path) } else { path.metadata().expect("a file").len() }).sum()
}

fn record(run: &LongRun, auditor: &Path) {
    let project = run.project();
    for (what, folder) in [("journal", "runs"), ("transcripts", "transcripts"), ("ledger", "ledger"), ("memory", "memory")] {
        println!("{what:<28} {:>10} bytes", bytes(&project.join(folder)));
    }
    let versions = run.seen.lock().expect("a lock").versions.len() - LongScript::files().len();
    println!("{:<28} {:>10}", "requests by tools' calls", run.events("request"));
    println!("{:<28} {:>10}", "refusals in the ledger", run.events("refused"));
    println!(
        "{:<28} {:>10} file versions seen from outside; {} published by the ledger, {} in the history; repeated: {}",
        "effects",
        versions,
        run.events("published"),
        run.history(),
        run.repeated(),
    );
    println!("{:<28} {}", "state", run.state());
    println!("{:<28} {}", "cofferdam-audit", audited(run, auditor));
}

/// What the independent verifier says of the ledger, and whether it is content.
pub(crate) fn audited(run: &LongRun, auditor: &Path) -> String {
    let output = Command::new(auditor).args(["ledger", "verify"]).arg(run.project().join("ledger")).output().expect("the auditor runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let first = told.lines().next().unwrap_or_default().to_owned();
    if output.status.success() { format!("verifies: {first}") } else { format!("REFUSED: {told}") }
}

fn quotes(run: &LongRun) {
    let quote = run.files().remove("quote.txt").unwrap_or_default();
    let step = run.script.quoting();
    for (what, fact) in [("remembered", REMEMBERED_FACT), ("only seen", SEEN_FACT)] {
        let met = if quote.lines().any(|line| line == fact) { "exactly" } else { "NOT MET: it was not recalled" };
        println!("step {step} quotes step 3 ({what}): {met}");
    }
}

fn contradictions(run: &LongRun) {
    let memory = run.memory();
    let files = run.files();
    let holds = |text: &str| LongScript::claim_holds(text, |path| files.get(path).cloned());
    let count = |state: &str| memory.iter().filter(|[_, _, found]| found == state).count();
    let contradictions = memory.iter().filter(|[_, text, state]| state == "fresh" && !holds(text)).count();
    println!(
        "{:<28} {} entries: {} fresh, {} stale, {} unverifiable; shown as fresh and contradicted by the files: {contradictions}",
        "memory",
        memory.len(),
        count("fresh"),
        count("stale"),
        count("unverifiable"),
    );
}
