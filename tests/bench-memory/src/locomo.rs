//! LoCoMo (Maharana et al. 2024, CC BY-NC 4.0): long conversations, and questions with the turns that answer them.

use std::path::Path;

use serde_json::Value;

/// One turn of a conversation.
pub(crate) struct Turn {
    pub(crate) id: String,
    pub(crate) session: usize,
    pub(crate) date: String,
    pub(crate) speaker: String,
    pub(crate) text: String,
}

/// A question with the places of the turns that answer it.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) category: u64,
    pub(crate) evidence: Vec<usize>,
}

pub(crate) struct Conversation {
    pub(crate) turns: Vec<Turn>,
    pub(crate) questions: Vec<Question>,
}

/// Unanswerable questions: they have no evidence to find.
const UNANSWERABLE: u64 = 5;

/// None where there is no such file.
pub(crate) fn read(path: &Path) -> Option<Vec<Conversation>> {
    let bytes = std::fs::read(path).ok()?;
    let all: Vec<Value> = serde_json::from_slice(&bytes).expect("LoCoMo's JSON");
    Some(all.iter().map(conversation).collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn conversation(value: &Value) -> Conversation {
    let talk = &value["conversation"];
    let mut turns = Vec::new();
    for session in 1.. {
        let Some(said) = talk[format!("session_{session}")].as_array() else { break };
        let date = text(&talk[format!("session_{session}_date_time")]);
        turns.extend(said.iter().map(|turn| Turn {
            id: text(&turn["dia_id"]),
            session,
            date: date.clone(),
            speaker: text(&turn["speaker"]),
            text: format!("{} {}", text(&turn["text"]), text(&turn["blip_caption"])),
        }));
    }
    let asked = value["qa"].as_array().expect("questions");
    let questions = asked.iter().filter_map(|asked| question(asked, &turns)).collect();
    Conversation { turns, questions }
}

/// None where nothing that is there answers it.
fn question(asked: &Value, turns: &[Turn]) -> Option<Question> {
    let category = asked["category"].as_u64().expect("a category");
    let cited = asked["evidence"].as_array()?.iter().map(text).collect::<Vec<_>>().join(" ");
    let ids = cited.split([';', ',', ' ']).filter(|id| !id.is_empty());
    let evidence: Vec<usize> = ids.filter_map(|id| turns.iter().position(|turn| turn.id == id)).collect();
    (category != UNANSWERABLE && !evidence.is_empty()).then(|| Question { text: text(&asked["question"]), category, evidence })
}
