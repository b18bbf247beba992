//! The request out of its parts.

use cofferdam_model::{ChatRequest, Message, ToolSpec};

use crate::{
    context::{Estimate, Window},
    journal::RunHeader,
    progress::Progress,
    prompt,
};

/// Most tokens of one answer: room for a file of some hundred lines.
const MAX_OUTPUT_TOKENS: u32 = 4096;
/// What is left of a result that has no room, in bytes.
const CUT_BYTES: usize = 300;

/// One part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// Bytes of its text.
    pub bytes: usize,
    /// About how many tokens these are.
    pub tokens: u64,
    /// How many it may have; none where it is never cut.
    pub budget: Option<u64>,
}

/// A request with what each part of it costs.
#[derive(Debug, Clone)]
pub(crate) struct Assembled {
    pub(crate) request: ChatRequest,
    pub(crate) parts: Vec<Part>,
}

/// The next request of a run.
pub(crate) fn assemble(header: &RunHeader, progress: &Progress, tools: Vec<ToolSpec>) -> Assembled {
    let (window, estimate) = (header.window, progress.estimate());
    let mut parts = Vec::new();
    let mut part = |name, bytes: usize, budget| {
        parts.push(Part { name, bytes, tokens: estimate.tokens(bytes), budget });
    };
    let index = prompt::index(&header.index);
    part("instructions", prompt::SYSTEM.len(), None);
    part("tools", tools.iter().map(|tool| tool.name.len() + tool.description.len() + tool.input.to_string().len()).sum(), None);
    part("memory index", index.len(), None);
    part("task", header.task.len(), None);
    let look = progress.look.as_deref().map(|look| prompt::look(cut(look, window.look(), estimate))).unwrap_or_default();
    part("look", look.len(), Some(window.look()));
    let earlier =
        if progress.facts().is_empty() { String::new() } else { prompt::earlier(&progress.facts().shown(window.facts(), estimate)) };
    part("earlier steps", earlier.len(), Some(window.facts()));
    let mut recent = progress.recent().to_vec();
    cut_results(&mut recent, window, estimate);
    part("recent steps", recent.iter().map(size).sum(), Some(window.recent()));

    // At the end: what stands before it is the same in the next request, so a provider's cache still has it.
    let plan = progress.plan_shown();
    part("plan", plan.as_ref().map_or(0, String::len), None);
    recent.extend(plan.map(|text| Message::User { text }));

    let system = format!("{}{index}", prompt::SYSTEM);
    let mut messages = vec![Message::User { text: format!("{}{look}{earlier}", header.task) }];
    messages.extend(recent);
    Assembled { request: ChatRequest { system, messages, tools, max_output_tokens: MAX_OUTPUT_TOKENS }, parts }
}

/// Bytes of what a message says.
pub(crate) fn size(message: &Message) -> usize {
    match message {
        Message::User { text } => text.len(),
        Message::Assistant { text, calls } => text.len() + calls.iter().map(|call| call.name.len() + call.arguments.len()).sum::<usize>(),
        Message::ToolResult { name, content, .. } => name.len() + content.len(),
    }
}

/// A text, or its beginning where it is too long.
fn cut(text: &str, tokens: u64, estimate: Estimate) -> &str {
    text.get(..text.floor_char_boundary(estimate.bytes(tokens))).unwrap_or(text)
}

/// Cuts the older results of the newest turn where they alone are more than there is room for: what comes before it is compacted
/// already.
fn cut_results(messages: &mut [Message], window: Window, estimate: Estimate) {
    let room = estimate.bytes(window.recent());
    let mut whole = 0usize;
    for message in messages.iter_mut().rev() {
        if let Message::ToolResult { content, .. } = message {
            whole = whole.saturating_add(content.len());
            if whole > room && content.len() > CUT_BYTES {
                content.truncate(content.floor_char_boundary(CUT_BYTES));
                content.push_str(prompt::CUT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_have_no_room_are_cut_and_the_newest_stay_whole() {
        let result = |size: usize| Message::ToolResult { id: "1".into(), name: "f".into(), content: "ä".repeat(size / 2) };
        let mut messages = vec![result(60_000), result(50_000), result(40_000)];
        cut_results(&mut messages, Window::default(), Estimate::default());
        let sizes: Vec<usize> = messages.iter().map(size).collect();
        assert!(sizes[0] < 400 && sizes[1] == 50_001 && sizes[2] == 40_001, "{sizes:?}");
    }
}
