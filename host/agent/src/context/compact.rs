//! Old steps as lines of what was verified, each with a pointer to the whole.

use cofferdam_base::text::inline;
use cofferdam_model::{Message, ToolCall};
use serde_json::Value;

use crate::context::{Estimate, assemble::written};

/// Longest arguments in a line, in characters.
const MAX_ARGUMENTS: usize = 100;
/// Longest piece of an output in a line, in characters.
const MAX_OUTPUT: usize = 100;

/// What a call came to, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    number: u64,
    outcome: Outcome,
    line: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Verified,
    Published,
    /// Refused, or not made.
    Nothing,
}

/// The calls that are shown as lines, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts(Vec<Fact>);

impl Facts {
    /// Takes up the calls of one turn: an answer and what its calls brought. What the model said beside its calls is in the
    /// journal alone.
    pub(crate) fn take_up(&mut self, turn: &[Message]) {
        let asked: &[ToolCall] = match turn.first() {
            Some(Message::Assistant { calls, .. }) => calls,
            Some(Message::User { .. } | Message::ToolResult { .. }) | None => &[],
        };
        let results = turn.iter().filter_map(|message| match message {
            Message::ToolResult { content, .. } => Some(content),
            Message::User { .. } | Message::Assistant { .. } => None,
        });
        self.0.extend(asked.iter().zip(results).map(|(call, content)| fact(call, content)));
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The newest lines that a budget has room for; those before them are counted.
    pub(crate) fn shown(&self, tokens: u64, estimate: Estimate) -> String {
        let mut room = estimate.bytes(tokens);
        let fits = self.0.iter().rev().take_while(|fact| {
            let left = room.checked_sub(written(&fact.line) + written("\n"));
            room = left.unwrap_or_default();
            left.is_some()
        });
        let (older, newest) = self.0.split_at_checked(self.0.len() - fits.count()).unwrap_or((&self.0, &[]));
        let mut shown = String::new();
        if let (Some(first), Some(last)) = (older.first(), older.last()) {
            let count = |outcome| older.iter().filter(|fact| fact.outcome == outcome).count();
            let (verified, published, nothing) = (count(Outcome::Verified), count(Outcome::Published), count(Outcome::Nothing));
            shown.push_str(&format!(
                "- calls {} to {}: {verified} verified, {published} verified and published, {nothing} refused or not made\n",
                first.number, last.number
            ));
        }
        for fact in newest {
            shown.push_str(&fact.line);
            shown.push('\n');
        }
        shown
    }
}

fn fact(call: &ToolCall, content: &str) -> Fact {
    let observed: Value = serde_json::from_str(content).unwrap_or(Value::Null);
    let number = observed.get("call").and_then(Value::as_u64).unwrap_or_default();
    let asked = format!("{} {}", inline(&call.name, MAX_ARGUMENTS), inline(&call.arguments, MAX_ARGUMENTS));
    let text = |member: &str| observed.get(member).map(|value| inline(&value.to_string(), MAX_OUTPUT));
    let paths: Vec<&str> = observed
        .get("published")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|change| change.get("path")?.as_str())
        .collect();
    let (outcome, came) = if !paths.is_empty() {
        (Outcome::Published, format!("verified and published {}", inline(&paths.join(", "), MAX_OUTPUT)))
    } else if let Some(refused) = text("refused") {
        (Outcome::Nothing, format!("refused {refused}"))
    } else {
        let output = ["output", "entries", "remembered", "earlier", "note", "redacted"].into_iter().find_map(text).unwrap_or_default();
        (Outcome::Verified, format!("verified: {output}"))
    };
    Fact { number, outcome, line: format!("- call {number}, {asked}: {came}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(number: u64, content: &str) -> [Message; 2] {
        let call = ToolCall { id: "x".into(), name: "files.read".into(), arguments: format!("{{\"path\":\"{number}.txt\"}}") };
        [
            Message::Assistant { text: "I read it.".into(), calls: vec![call] },
            Message::ToolResult { id: "x".into(), name: "files.read".into(), content: content.into() },
        ]
    }

    #[test]
    fn each_call_is_a_line_and_what_has_no_room_is_counted() {
        let mut facts = Facts::default();
        facts.take_up(&turn(1, r#"{"call":1,"verified":true,"output":{"text":"one"}}"#));
        facts.take_up(&turn(2, r#"{"call":2,"refused":"policy.denied","why":"no"}"#));
        facts.take_up(&turn(3, r#"{"call":3,"verified":true,"output":{},"published":[{"path":"b.txt","kind":"write"}]}"#));
        let all = facts.shown(1000, Estimate::default());
        assert!(all.contains("- call 1, files.read {\"path\":\"1.txt\"}: verified: {\"text\":\"one\"}"), "{all}");
        assert!(all.contains("call 2") && all.contains("refused \"policy.denied\""), "{all}");
        assert!(all.contains("call 3") && all.contains("verified and published b.txt"), "{all}");
        let few = facts.shown(20, Estimate::default());
        assert_eq!(few.lines().count(), 2, "{few}");
        assert!(few.starts_with("- calls 1 to 2: 1 verified, 0 verified and published, 1 refused or not made\n"), "{few}");
        assert!(few.contains("- call 3"), "{few}");
    }
}
