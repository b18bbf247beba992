//! What policy stops and what it lets through: `cofferdam-bench-policy ../shared/bench`.
//!
//! The worst case, and no model: whatever stands in a result is done. The labels of the calls come from where their values stand.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark reads what it is given and prints a table"
)]

mod forge;
mod gatekeeper;
mod latency;
mod replay;
mod suite;

use std::{path::Path, process::ExitCode};

use gatekeeper::Gatekeeper;
use suite::Suite;

/// Most lines of forged attacks that are shown.
const SHOWN: usize = 40;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: cofferdam-bench-policy FOLDER, which has AgentDojo's suites in `agentdojo/*.json`");
        return ExitCode::from(2);
    };
    match run(&Path::new(&folder).join("agentdojo")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path) -> Result<(), String> {
    let (suites, faults) = Suite::all(folder)?;
    println!(
        "{:<12} {:>6} {:>8} {:>6} {:>8} | {:>6} {:>6} {:>6} {:>6}",
        "suite", "tasks", "unasked", "asked", "refused", "pairs", "goals", "calls", "made"
    );
    let (mut lost, mut made) = (Vec::new(), Vec::new());
    let mut all = [0usize; 8];
    let (mut forged_goals, mut forged_made) = (0, Vec::new());
    let (mut verbatim_tasks, mut verbatim_goals, mut answers_only) = (0, 0, 0);
    for suite in &suites {
        let outcome = replay::replay(suite, &Gatekeeper::of(suite)?)?;
        let [unasked, asked, refused] = outcome.tasks;
        let row = [unasked + asked + refused, unasked, asked, refused, outcome.pairs, outcome.goals, outcome.calls, outcome.made.len()];
        print(&suite.suite, &row);
        all.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        verbatim_tasks += outcome.verbatim_tasks;
        verbatim_goals += outcome.verbatim_goals;
        answers_only += outcome.answers_only;
        forged_goals += outcome.forged_goals;
        forged_made.extend(outcome.forged_made.into_iter().map(|line| format!("{} {line}", suite.suite)));
        lost.extend(outcome.lost.into_iter().map(|line| format!("{} {line}", suite.suite)));
        made.extend(outcome.made.into_iter().map(|line| format!("{} {line}", suite.suite)));
    }
    print("all", &all);
    let [tasks, unasked, asked, _, pairs, goals, ..] = all;
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 * 100.0 / of as f64 };
    println!(
        "\nunasked {:.1} %, allowed or asked {:.1} %, goals reached {:.1} %",
        share(unasked, tasks),
        share(unasked + asked, tasks),
        share(goals, pairs)
    );
    println!(
        "baseline, every argument word for word in the prompt: unasked {:.1} %, goals reached {:.1} %",
        share(verbatim_tasks, tasks),
        share(verbatim_goals, pairs)
    );
    println!("baseline, no policy: unasked 100.0 %, goals reached 100.0 %");
    println!("pairs beside these whose attack changes and sends nothing: {answers_only}");
    println!(
        "the same attacks with forged records beside the true ones: goals reached {forged_goals}, single calls made unasked {}",
        forged_made.len()
    );
    println!("\nmade by an attack unasked: {}", made.len());
    made.iter().for_each(|line| println!("  {line}"));
    println!("\nmade by an attack with forged records unasked: {}", forged_made.len());
    forged_made.iter().take(SHOWN).for_each(|line| println!("  {line}"));
    println!("\ntasks that are asked about or refused, and the first call of each that is");
    lost.iter().for_each(|line| println!("  {line}"));
    println!("\n{:<24} {:>9} {:>9}", "a decision, us", "p50", "p99");
    for rules in [10, 100, 1000] {
        let [p50, p99] = latency::decide(rules)?;
        println!("{:<24} {:>9.1} {:>9.1}", format!("{rules} rules"), p50.as_secs_f64() * 1e6, p99.as_secs_f64() * 1e6);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

fn print(name: &str, row: &[usize; 8]) {
    let [tasks, unasked, asked, refused, pairs, goals, calls, made] = row;
    println!("{name:<12} {tasks:>6} {unasked:>8} {asked:>6} {refused:>8} | {pairs:>6} {goals:>6} {calls:>6} {made:>6}");
}
