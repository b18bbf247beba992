//! The request out of its parts.

use cofferdam_model::{ChatRequest, Message, ToolCall, ToolSpec};

use crate::{journal::RunHeader, progress::Progress, prompt};

/// Bytes of a message beside its texts: who speaks, and which call is meant.
const MESSAGE_BYTES: usize = 60;
/// What is left at least of a result that has no room, in bytes.
pub(crate) const CUT_BYTES: usize = 300;

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

/// Bytes of what stands in every request of a run from its beginning: instructions, tools, index and task.
pub(crate) fn fixed(index: &str, task: &str, tools: &[ToolSpec]) -> usize {
    written(prompt::SYSTEM) + size_of_tools(tools) + written(&prompt::index(index)) + written(task)
}

fn size_of_tools(tools: &[ToolSpec]) -> usize {
    tools.iter().map(|tool| MESSAGE_BYTES + tool.name.len() + written(&tool.description) + tool.input.to_string().len()).sum()
}

/// The next request of a run.
pub(crate) fn assemble(header: &RunHeader, progress: &Progress, tools: Vec<ToolSpec>) -> Assembled {
    let (window, estimate, front) = (header.window, progress.estimate(), progress.front());
    let budget = progress.recent_budget();
    let mut parts = Vec::new();
    let mut part = |name, bytes: usize, budget| {
        parts.push(Part { name, bytes, tokens: estimate.tokens(bytes), budget });
    };
    let index = prompt::index(&header.index);
    part("instructions", written(prompt::SYSTEM), None);
    part("tools", size_of_tools(&tools), None);
    part("memory index", written(&index), None);
    part("task", written(&header.task), None);
    let look = progress.look.as_deref().map(|look| prompt::look(cut(look, front.bytes(window.look())))).unwrap_or_default();
    part("look", written(&look), Some(window.look()));
    let earlier = if progress.facts().is_empty() { String::new() } else { prompt::earlier(&progress.facts().shown(window.facts(), front)) };
    part("earlier steps", written(&earlier), Some(window.facts()));
    let mut recent = progress.recent().to_vec();
    cut_results(&mut recent, estimate.bytes(budget));
    part("recent steps", recent.iter().map(size).sum(), Some(budget));

    // At the end: what stands before it is the same in the next request, so a provider's cache still has it.
    let plan = progress.plan_shown();
    part("plan", plan.as_deref().map_or(0, written), None);
    recent.extend(plan.map(|text| Message::User { text }));

    let system = format!("{}{index}", prompt::SYSTEM);
    let mut messages = vec![Message::User { text: format!("{}{look}{earlier}", header.task) }];
    messages.extend(recent);
    Assembled { request: ChatRequest { system, messages, tools, max_output_tokens: header.output_tokens.into() }, parts }
}

/// Bytes that a message has in a request.
pub(crate) fn size(message: &Message) -> usize {
    let call = |call: &ToolCall| MESSAGE_BYTES + call.name.len() + written(&call.arguments);
    MESSAGE_BYTES
        + match message {
            Message::User { text } => written(text),
            Message::Assistant { text, calls } => written(text) + calls.iter().map(call).sum::<usize>(),
            Message::ToolResult { content, .. } => written(content),
        }
}

/// Bytes that a text has as a string of JSON: as such it is sent, and what is sent is what a provider's count is compared with.
pub(crate) fn written(text: &str) -> usize {
    text.bytes().map(written_byte).sum()
}

fn written_byte(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..=0x1f => 6,
        _ => 1,
    }
}

/// A text, or its beginning where that is all there is room for, in bytes as they are written.
pub(crate) fn cut(text: &str, room: usize) -> &str {
    let mut used = 0;
    let is_beyond = |byte| {
        used += written_byte(byte);
        used > room
    };
    let end = text.bytes().position(is_beyond).unwrap_or(text.len());
    text.get(..text.floor_char_boundary(end)).unwrap_or(text)
}

/// Cuts results of the newest turn where they alone are more than there is room for: what comes before it is compacted already.
/// The newest have the room first, and of each one its beginning stays.
fn cut_results(messages: &mut [Message], mut room: usize) {
    for message in messages.iter_mut().rev() {
        if let Message::ToolResult { content, .. } = message {
            let (all, shown) = (content.len(), cut(content, room.max(CUT_BYTES)).len());
            if shown < all {
                content.truncate(shown);
                content.push_str(&prompt::cut(shown, all));
            }
            room = room.saturating_sub(written(content));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Estimate, Window};

    #[test]
    fn results_that_have_no_room_are_cut_and_the_newest_stay_whole() {
        let result = |size: usize| Message::ToolResult { id: "1".into(), name: "f".into(), content: "ä".repeat(size / 2) };
        let mut messages = vec![result(60_000), result(50_000), result(40_000)];
        cut_results(&mut messages, Estimate::default().bytes(Window::default().recent(0)));
        let sizes: Vec<usize> = messages.iter().map(size).collect();
        assert!(sizes[0] < 6_300 && sizes[1] == 50_000 + MESSAGE_BYTES && sizes[2] == 40_000 + MESSAGE_BYTES, "{sizes:?}");
        let Message::ToolResult { content, .. } = &messages[0] else { panic!("a result") };
        assert!(content.ends_with(&prompt::cut(6_000, 60_000)), "{content}");
        cut_results(&mut messages, 0);
        assert!(messages.iter().all(|message| size(message) < 600));
    }

    #[test]
    fn a_text_is_measured_as_it_is_sent() {
        for text in ["", "ä\"\\\n\u{1}", "{\"a\":[1,2]}"] {
            assert_eq!(written(text) + 2, serde_json::to_string(text).unwrap().len(), "{text}");
        }
        assert_eq!(cut("ab\"\"cä", 4), "ab\"");
        assert_eq!(cut("aaaä", 4), "aaa");
    }
}
