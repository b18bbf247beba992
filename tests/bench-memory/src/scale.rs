//! How long building and asking takes, and how large the files become.

use std::time::{Duration, Instant};

use cofferdam_index::{Document, Index, Ranking};
use cofferdam_store::Folder;

use crate::locomo::{Conversation, Turn};

/// Documents of an episode.
const EPISODE: usize = 32;
/// Searches before those that are measured.
const WARM_UP: usize = 50;

/// Texts made of real turns: the words of one and of another, and an identifier of their own as tool output has them.
struct Texts<'a> {
    turns: Vec<&'a Turn>,
    state: u64,
}

impl Texts<'_> {
    /// The next pseudo-random number (SplitMix64): the same texts in every run.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn document(&mut self, place: u64) -> Document {
        let count = self.turns.len() as u64;
        let (one, other, id) = (self.next() % count, self.next() % count, self.next() >> 24);
        let (one, other) = (self.turns[one as usize], self.turns[other as usize]);
        let half = |text: &str| text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        let text = format!("{} {} {} id{id:x}", one.date, half(&one.text), half(&other.text));
        Document { place, leaf: place, names: one.speaker.clone(), text }
    }
}

pub(crate) fn table(conversations: &[Conversation], sizes: &[usize]) {
    println!();
    println!("Index and search; queries are LoCoMo's questions");
    println!(
        "{:<12} {:>9} {:>11} {:>9} {:>9} {:>12} {:>12} {:>12} {:>12}",
        "entries", "build s", "entries/s", "files MB", "open ms", "p50 us", "p99 us", "plain p50", "plain p99"
    );
    for size in sizes {
        row(conversations, *size);
    }
}

fn row(conversations: &[Conversation], size: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("a private folder");
    let root = Folder::open_ambient(folder.path()).expect("a folder");
    let mut texts = Texts { turns: conversations.iter().flat_map(|conversation| &conversation.turns).collect(), state: 1 };
    let begun = Instant::now();
    let mut update = Index::create(&root).expect("an index").update().expect("an update");
    let mut place = 0;
    while place < size {
        let documents: Vec<Document> = (place..size.min(place + EPISODE)).map(|place| texts.document(place as u64)).collect();
        update.put(&format!("run-{}", place / 4096), place as u64, &documents).expect("an episode");
        place += documents.len();
    }
    drop(update.commit().expect("an index"));
    let built = begun.elapsed();
    let begun = Instant::now();
    let index = Index::open(&root).expect("an index");
    let opened = begun.elapsed();
    let bytes: u64 =
        std::fs::read_dir(folder.path()).expect("files").map(|file| file.expect("a file").metadata().expect("a file").len()).sum();
    let questions: Vec<&str> =
        conversations.iter().flat_map(|conversation| conversation.questions.iter().map(|question| question.text.as_str())).collect();
    let full = asked(&index, &questions, &Ranking::default());
    let plain = asked(&index, &questions, &Ranking::PLAIN);
    println!(
        "{size:<12} {:>9.1} {:>11.0} {:>9.1} {:>9.1} {:>12.0} {:>12.0} {:>12.0} {:>12.0}",
        built.as_secs_f64(),
        size as f64 / built.as_secs_f64(),
        bytes as f64 / 1e6,
        opened.as_secs_f64() * 1e3,
        full[0],
        full[1],
        plain[0],
        plain[1],
    );
}

/// The median and the 99th percentile of one search, in microseconds.
fn asked(index: &Index, questions: &[&str], ranking: &Ranking) -> [f64; 2] {
    for question in questions.iter().take(WARM_UP) {
        index.search(question, 10, ranking).expect("a search");
    }
    let mut times: Vec<Duration> = Vec::new();
    for question in questions {
        let begun = Instant::now();
        index.search(question, 10, ranking).expect("a search");
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    [at(0.5), at(0.99)]
}
