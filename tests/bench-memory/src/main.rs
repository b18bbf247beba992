//! What memory and retrieval bring and cost: one table, with ratios against baselines of the same run.
//!
//! `cargo run --release -p cofferdam-bench-memory -- FOLDER [ENTRIES…]`: the folder with the data to measure on, which is not part
//! of the project, and the sizes of the index to time (1000, 100000 and 1000000 where none is named).
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program for who works on the project: it works in folders of its own, and stops at whatever goes wrong"
)]

mod ledger_files;
mod locomo;
mod plain;
mod recheck;
mod retrieval;
mod scale;

use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        println!("give the folder with the data to measure on");
        return;
    };
    let Some(conversations) = locomo::read(&folder.join("locomo/dev.json")) else {
        println!("there is no locomo/dev.json in that folder: nothing was measured");
        return;
    };
    retrieval::table(&conversations);
    let mut sizes: Vec<usize> = arguments.map(|size| size.to_string_lossy().parse().expect("a number of entries")).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 100_000, 1_000_000];
    }
    scale::table(&conversations, &sizes);
    recheck::table(&sizes);
}
