//! Whether the turns that answer a question are found: recall at 5 and at 10, and the reciprocal rank of the first of them.

use std::collections::BTreeMap;

use cofferdam_index::{Document, Index, Ranking};
use cofferdam_store::Folder;

use crate::{
    locomo::{Conversation, Question, Turn},
    plain::Plain,
};

/// How deep a ranking is looked at.
const DEPTH: usize = 1000;
/// LoCoMo's names of the categories.
const CATEGORIES: &[(u64, &str)] = &[(1, "multi-hop"), (2, "temporal"), (3, "open-domain"), (4, "single-hop")];

#[derive(Default)]
struct Score {
    questions: usize,
    at_5: f64,
    at_10: f64,
    reciprocal: f64,
}

impl Score {
    fn add(&mut self, question: &Question, ranked: &[usize]) {
        let within = |depth: usize| {
            let found = question.evidence.iter().filter(|turn| ranked.iter().take(depth).any(|place| place == *turn)).count();
            found as f64 / question.evidence.len() as f64
        };
        self.questions += 1;
        self.at_5 += within(5);
        self.at_10 += within(10);
        let first = ranked.iter().take(DEPTH).position(|place| question.evidence.contains(place));
        self.reciprocal += first.map_or(0.0, |place| 1.0 / (place + 1) as f64);
    }

    fn row(&self) -> [f64; 3] {
        [self.at_5, self.at_10, self.reciprocal].map(|sum| sum / self.questions as f64)
    }
}

/// The scores of one way to rank, over all questions (category 0) and by category.
type Scores = BTreeMap<u64, Score>;

fn scored(conversations: &[Conversation], mut ranked: impl FnMut(usize, &Question) -> Vec<usize>) -> Scores {
    let mut scores = Scores::new();
    for (number, conversation) in conversations.iter().enumerate() {
        for question in &conversation.questions {
            let places = ranked(number, question);
            for category in [0, question.category] {
                scores.entry(category).or_default().add(question, &places);
            }
        }
    }
    scores
}

/// An index over one conversation: a session is an episode, who speaks is a name.
fn indexed(folder: &Folder, turns: &[Turn]) -> Index {
    let mut update = Index::open(folder).expect("an index").update().expect("an update");
    for session in turns.chunk_by(|one, next| one.session == next.session) {
        let first = session.first().map_or(0, |turn| turn.session);
        let offset = turns.iter().position(|turn| turn.session == first).unwrap_or_default();
        let documents: Vec<Document> = session.iter().enumerate().map(|(place, turn)| document(turn, (offset + place) as u64)).collect();
        update.put("conversation", first as u64, &documents).expect("an episode");
    }
    update.commit().expect("an index")
}

pub(crate) fn document(turn: &Turn, place: u64) -> Document {
    Document { place, leaf: place, names: turn.speaker.clone(), text: format!("{} {}", turn.date, turn.text) }
}

pub(crate) fn table(conversations: &[Conversation]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("a private folder");
    let root = Folder::open_ambient(folder.path()).expect("a folder");
    let indexes: Vec<Index> = conversations
        .iter()
        .enumerate()
        .map(|(number, conversation)| indexed(&root.folder(&number.to_string()).expect("a folder"), &conversation.turns))
        .collect();
    let baselines: Vec<Plain> = conversations.iter().map(|conversation| Plain::over(&conversation.turns)).collect();
    let by = |ranking: Ranking| {
        scored(conversations, |number, question| {
            let hits = indexes[number].search(&question.text, DEPTH, &ranking).expect("a search");
            hits.iter().map(|hit| usize::try_from(hit.place).expect("a place")).collect()
        })
    };
    let baseline = scored(conversations, |number, question| baselines[number].search(&question.text));
    let full = Ranking::default();

    println!("LoCoMo, evidence of {} questions", baseline[&0].questions);
    println!("{:<52} {:>9} {:>10} {:>6} {:>8}", "", "recall@5", "recall@10", "MRR", "points");
    print("plain BM25 over single turns", &baseline[&0], &baseline[&0]);
    let all = by(full);
    print("all signals", &all[&0], &baseline[&0]);
    for (category, name) in CATEGORIES {
        print(&format!("  {name}: plain BM25"), &baseline[category], &baseline[category]);
        print(&format!("  {name}: all signals"), &all[category], &baseline[category]);
    }
    let without = [
        ("words alone (other analysis)", Ranking::PLAIN),
        ("without the neighbours", Ranking { next: 0.0, second: 0.0, ..full }),
        ("without the episode", Ranking { episode: 0.0, ..full }),
        ("without the name", Ranking { name: 0.0, ..full }),
        ("words and neighbours alone", Ranking { episode: 0.0, name: 0.0, ..full }),
        ("words and episode alone", Ranking { next: 0.0, second: 0.0, name: 0.0, ..full }),
        ("words and name alone", Ranking { name: full.name, ..Ranking::PLAIN }),
    ];
    for (name, ranking) in without {
        print(name, &by(ranking)[&0], &baseline[&0]);
    }
}

/// A row; the last column is by how many points recall at 10 is above the baseline's.
fn print(name: &str, score: &Score, baseline: &Score) {
    let [at_5, at_10, reciprocal] = score.row();
    let points = 100.0 * (at_10 - baseline.row()[1]);
    println!("{name:<52} {at_5:>9.3} {at_10:>10.3} {reciprocal:>6.3} {points:>+8.1}");
}
