//! The index is never full as long as a layer can take it, and never above its limits.

use std::time::Instant;

use cofferdam_memory::{MAX_INDEX_BYTES, MAX_INDEX_LINES};

use super::*;

/// A memory with topics of these names, each with so many entries, and its index.
fn index_of(topics: &[String], entries: u8) -> String {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    for topic in topics {
        let entries: String = (0..entries).map(|number| written(number, &format!("{} {number}", "ü".repeat(100)))).collect();
        std::fs::write(folder.path().join(format!("state/memory/topics/{topic}.md")), format!("# {topic}\n\n{entries}")).unwrap();
    }
    commit(&memory, draft("zz", "last"), 200);
    let index = memory.index().unwrap();
    assert!(index.len() <= MAX_INDEX_BYTES && index.lines().count() <= MAX_INDEX_LINES, "{} {}", index.len(), index.lines().count());
    index
}

/// How many topics an index leads to.
fn led_to(index: &str) -> usize {
    let line = |line: &str| match line.split_once("*: ").or_else(|| line.split_once("-*: ")) {
        Some((_, rest)) => rest.split(' ').next().unwrap().parse().unwrap(),
        None => usize::from(line.starts_with("- [")),
    };
    index.lines().map(line).sum()
}

#[test]
fn detail_moves_down_a_layer_and_every_topic_stays_reachable() {
    let names = |count: usize, name: &dyn Fn(usize) -> String| -> Vec<String> { (0..count).map(name).collect() };
    let few = index_of(&names(20, &|n| format!("t{n}")), 2);
    assert!(few.contains(&format!("2 entries; newest: {}…", "ü".repeat(80))), "{few}");
    let more = index_of(&names(150, &|n| format!("t{n}")), 2);
    assert!(more.contains(&format!("newest: {}…", "ü".repeat(40))) && !more.contains(&"ü".repeat(41)), "{more}");
    let long = index_of(&names(185, &|n| format!("{}-{n}", "word".repeat(13))), 1);
    assert!(long.contains("-*: 185 topics, 185 entries"), "{}", long.len());
    let folded = index_of(&names(300, &|n| if n < 200 { format!("build-{n}") } else { format!("t{n}") }), 1);
    assert!(
        folded.contains("- build-*: 200 topics, 200 entries, in topics/build*.md\n")
            && folded.contains("- [t250](topics/t250.md): 1 entries\n")
    );
    let letters = index_of(&names(300, &|n| format!("{}{n}", ["a", "b", "c"][n % 3])), 1);
    assert!(letters.contains("- b*: 100 topics, 100 entries"), "{letters}");
    for (index, topics) in [(few, 21), (more, 151), (long, 186), (folded, 301), (letters, 301)] {
        assert_eq!(led_to(&index), topics, "{index}");
    }
}

/// Not a check but a figure: `cargo test -p cofferdam-memory -- --nocapture a_commit`.
#[test]
fn a_commit_among_hundreds_of_topics_stays_fast() {
    let folder = tempfile::tempdir().unwrap();
    let memory = open(folder.path());
    let filler: String = (0..20).map(|n| format!("By hand, {n}.\n")).collect();
    commit(&memory, draft("first", "one"), 1);
    let text = memory.text(&"first".parse().unwrap()).unwrap().unwrap();
    let body = text.strip_prefix("# first\n\n").unwrap();
    for number in 0..400 {
        let text = format!("# t{number}\n\n{}{filler}", body.repeat(10));
        std::fs::write(folder.path().join(format!("state/memory/topics/t{number}.md")), text).unwrap();
    }
    let begun = Instant::now();
    commit(&memory, draft("first", "two"), 2);
    println!("a commit beside 400 topics of 10 entries: {:?}", begun.elapsed());
    assert!(begun.elapsed().as_secs() < 10);
}
