//! What became of a call, as the protocol tells it.

use cofferdam_base::{Diagnostic as _, error::causes, text};
use cofferdam_gate::{Completed, Publication, Refused};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject};
use serde_json::{Value, json};

/// Most paths that are named to a client.
const MAX_PATHS: usize = 20;
/// The code of a question that nobody answered.
const UNANSWERED: &str = "policy.unanswered";
/// Longest path, in characters.
const MAX_PATH: usize = 200;

/// The outcome of a call, as structured content and as the same text (2025-11-25, server/tools, "structured content"); then what
/// became of its changes, and what policy kept from the tool. The call's identifier is beside it, for whoever looks it up.
pub(crate) fn completed(completed: &Completed) -> CallToolResult {
    let mut content = vec![ContentBlock::text(completed.output.clone())];
    content.extend(said_beside(completed).map(ContentBlock::text));
    let mut result = CallToolResult::success(content);
    result.structured_content = serde_json::from_str::<Value>(&completed.output).ok().filter(Value::is_object);
    let about = json!({"cofferdam/call": completed.call, "cofferdam/publication": word(completed.publication)});
    if let Value::Object(about) = about {
        result.meta = Some(meta(about));
    }
    result
}

fn meta(members: JsonObject) -> MetaObject {
    let mut meta = MetaObject::new();
    meta.0 = members;
    meta
}

fn word(publication: Publication) -> &'static str {
    match publication {
        Publication::NothingToPublish => "nothing-to-publish",
        Publication::DryRun => "dry-run",
        Publication::Published => "published",
        Publication::Sent => "sent",
    }
}

/// What the client is to know beside the outcome; none where there is nothing.
fn said_beside(completed: &Completed) -> Option<String> {
    let mut lines = Vec::new();
    if completed.publication == Publication::Published {
        let paths = paths(completed.changes.iter().map(|change| change.path.as_str()));
        lines.push(format!("verified and published: {paths}; the person can take it back with `cofferdam undo {}`", completed.call));
    }
    if completed.publication == Publication::Sent {
        let requests: Vec<String> = completed
            .requests
            .iter()
            .map(|(request, status)| status.map_or_else(|| format!("{request} (no answer)"), |status| format!("{request} ({status})")))
            .collect();
        lines.push(format!("verified and sent, which cannot be taken back: {}", paths(requests.iter().map(String::as_str))));
    }
    if !completed.kept_requests.is_empty() {
        let kept = paths(completed.kept_requests.iter().map(|kept| kept.request.as_str()));
        lines.push(format!("requests that policy kept from leaving: {kept}"));
    }
    if !completed.refusals.is_empty() {
        lines.push(format!("kept from the tool by policy: {}", paths(completed.refusals.iter().map(|refusal| refusal.path.as_str()))));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn paths<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = all.len().saturating_sub(MAX_PATHS);
    let named: Vec<String> = all.take(MAX_PATHS).map(|path| text::inline(path, MAX_PATH)).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

/// A refusal as a result whose text is JSON. Not as structured content: clients check that against the tool's own schema of outcomes,
/// errors or not.
pub(crate) fn refused(refused: &Refused) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(told(refused).to_string())])
}

/// A refusal in the words of the command line.
pub(crate) fn told(refused: &Refused) -> Value {
    json!({
        "code": refused.code(),
        "message": refused.to_string(),
        "cause": causes(refused),
        "hint": hint(refused),
        "call": refused.call,
    })
}

/// What to do about a refusal. Of a question that nobody answered, a client is told how a person does.
fn hint(refused: &Refused) -> Option<String> {
    if refused.code() == UNANSWERED {
        return Some(
            "call again; while the question waits, `cofferdam approvals list` shows it and `cofferdam approve` answers it".to_owned(),
        );
    }
    refused.hint()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::CallId;
    use cofferdam_gate::Fault;

    #[test]
    fn a_refusal_says_code_message_cause_hint_and_call_as_text() {
        let refused = super::refused(&Refused {
            call: CallId::new(cofferdam_base::Timestamp(1), [0; 10]),
            fault: Fault::UnknownTool { name: "no.such".to_owned() },
            secrets: Default::default(),
        });
        assert_eq!((refused.is_error, refused.structured_content.is_none()), (Some(true), true));
        let text = refused.content.first().and_then(|content| content.as_text()).map(|text| text.text.clone()).unwrap();
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((told["code"].as_str(), told["cause"].as_array().map(Vec::len)), (Some("gate.unknown-tool"), Some(0)));
        assert!(told["message"].is_string() && told["hint"].is_string() && told["call"].is_string(), "{told}");
    }

    #[test]
    fn many_paths_are_counted_and_none_acts_on_a_terminal() {
        let all: Vec<String> = (0..25).map(|number| format!("a{number}")).collect();
        assert!(paths(all.iter().map(String::as_str)).ends_with("a19 and 5 more"));
        assert_eq!(paths(["a\u{1b}[2J"].into_iter()), "a\\u{1b}[2J");
    }
}
