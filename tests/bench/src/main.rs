//! What the gates cost: one table, with ratios against baselines of the same run.
//!
//! `cargo run --release -p cofferdam-bench -- target/release/cofferdam`. Without the binary, the rows of whole processes are
//! left out, which is said. `mcp target/release/cofferdam [--other TOOL ARGUMENTS COMMAND...]` measures the protocol server, and beside it
//! another one whose tool reads the same file. Machines are noisy: compare ratios.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for who works on the project: it works in folders of its own, and stops at whatever goes wrong"
)]

mod gated;
mod mcp;
#[path = "../../harness/model_server.rs"]
mod model_server;
mod plain;
mod process;
mod series;

use std::path::PathBuf;

use series::Series;

/// Calls measured for each row.
const CALLS: usize = 400;
/// Bytes of the file that is read.
const FILE_BYTES: usize = 1024;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let work = folder.path().join("work");
    std::fs::create_dir(&work).expect("a folder");
    std::fs::write(work.join("a.txt"), "x".repeat(FILE_BYTES)).expect("a file");
    println!("{:<58} {:>9} {:>9} {:>7}", "", "p50 us", "p99 us", "ratio");
    let baseline = plain::read(&work, CALLS);
    baseline.print("plain wasmtime-wasi, same limits: instantiate, call, read", &baseline);
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, binary, more @ ..] = words.as_slice()
        && mode == "mcp"
    {
        let mut servers = vec![mcp::Server::ours(&PathBuf::from(binary).canonicalize().expect("the binary"))];
        if let [flag, other @ ..] = more
            && flag == "--other"
        {
            servers.push(mcp::Server::other(other, &work.join("a.txt")));
        }
        mcp::rows(&servers, folder.path(), &work, &baseline);
        return;
    }
    let gated = gated::rows(folder.path(), &work, &baseline);
    match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(binary) => process::rows(&binary.canonicalize().expect("the binary"), folder.path(), &work, &baseline, gated),
        None => println!("(no binary given: cold start and process rows left out)"),
    }
    println!("peak memory of this process: {} MiB", series::peak_memory_kib() / 1024);
}

/// Measures some calls, after a few that warm up.
fn measure(count: usize, mut call: impl FnMut(usize)) -> Series {
    for number in 0..count / 10 + 1 {
        call(number);
    }
    let mut series = Series::default();
    for number in 0..count {
        let begun = std::time::Instant::now();
        call(count + number);
        series.push(begun.elapsed());
    }
    series
}
