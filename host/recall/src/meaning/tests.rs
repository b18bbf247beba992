use cofferdam_gate::transcript::SeenCall;
use cofferdam_memory::{Doubt, State};

use super::*;

/// Says of each text how near it is to the question, by the number that the text ends with.
#[derive(Default)]
struct Numbers {
    asked: Vec<(Vec<String>, Integrity)>,
    wrong: bool,
}

impl Meaning for Numbers {
    fn vectors(&mut self, texts: &[&str], integrity: Integrity) -> Result<Vec<Vec<f32>>, Box<dyn Diagnostic + Send + Sync>> {
        self.asked.push((texts.iter().map(|text| (*text).to_owned()).collect(), integrity));
        let angle = |text: &&str| text.rsplit(' ').next().and_then(|word| word.parse::<f32>().ok()).unwrap_or_default() / 100.0;
        let vectors = texts.iter().map(angle).map(|angle| vec![angle.cos(), angle.sin()]);
        Ok(if self.wrong { vectors.skip(1).collect() } else { vectors.collect() })
    }
}

fn loose(text: &str) -> Recalled {
    Recalled {
        thing: Thing::Learnt(Found::Loose { topic: "a".parse().unwrap(), line: 1, text: text.to_owned(), why: String::new() }),
        state: State::Unverifiable(vec![Doubt::HandWritten]),
        contradicts: vec![],
        again: vec![],
    }
}

fn texts(found: &[Recalled]) -> Vec<String> {
    found.iter().map(text).collect()
}

#[test]
fn the_best_by_words_are_ranked_anew_and_what_is_behind_them_stays() {
    let mut found: Vec<Recalled> = (0..MAX_RANKED + 2).map(|number| loose(&format!("thing {}", MAX_RANKED + 2 - number))).collect();
    let before = texts(&found);
    let mut meaning = Numbers::default();
    rank_anew("which 0", &mut found, &mut meaning).unwrap();
    let (asked, integrity) = meaning.asked.pop().unwrap();
    assert_eq!((asked.len(), asked[0].as_str(), integrity), (MAX_RANKED + 1, "which 0", Integrity::Untrusted));
    let after = texts(&found);
    assert_eq!(after[MAX_RANKED..], before[MAX_RANKED..]);
    // The first by words is the last by meaning and the other way round: they come before what is in the middle of both.
    assert_eq!(after[..2], [before[0].clone(), before[MAX_RANKED - 1].clone()]);
    assert_eq!(after.iter().collect::<std::collections::BTreeSet<_>>().len(), before.len());
}

#[test]
fn vectors_that_cannot_be_compared_leave_the_order_of_the_words() {
    let mut found: Vec<Recalled> = ["far 90", "near 1", "nearer 0"].map(loose).into();
    let before = found.clone();
    let error = rank_anew("which 0", &mut found, &mut Numbers { wrong: true, ..Numbers::default() }).unwrap_err();
    assert_eq!((error.code(), found), ("recall.vectors", before));
}

#[test]
fn nothing_is_sent_where_there_is_nothing_to_order() {
    let mut meaning = Numbers::default();
    for mut found in [vec![], vec![loose("one 1")]] {
        rank_anew("which", &mut found, &mut meaning).unwrap();
    }
    assert!(meaning.asked.is_empty());
}

#[test]
fn what_is_sent_is_a_beginning_and_never_empty() {
    let (long, cut) = ("ü".repeat(MAX_SENT_BYTES), "ü".repeat(MAX_SENT_BYTES / 2));
    let seen = SeenCall {
        run: "01jd2k7c9m4v8w3x5y6z7a8b9c".parse().unwrap(),
        call: "01jd2k7c9m4v8w3x5y6z7a8b9c".parse().unwrap(),
        function: Some("files.read".to_owned()),
        arguments: Some(r#"{"arguments": {"path": "a.txt"}, "seed": "x"}"#.to_owned()),
        outcome: Some("one two".to_owned()),
        doubts: vec![],
        reads: vec![],
        requests: vec![],
        secrets: Default::default(),
        left: vec![],
    };
    let removed = SeenCall { function: None, arguments: None, outcome: None, ..seen.clone() };
    let of = |seen| Recalled { thing: Thing::Seen(seen), state: State::Fresh, contradicts: vec![], again: vec![] };
    let mut found = vec![loose(&long), of(seen), of(removed)];
    let mut meaning = Numbers::default();
    rank_anew(&long, &mut found, &mut meaning).unwrap();
    let (asked, _) = meaning.asked.pop().unwrap();
    assert_eq!(asked, [&cut, &cut, "files.read\n{\"path\":\"a.txt\"}\none two", "(redacted)\n(redacted)\n(redacted)"]);
}
