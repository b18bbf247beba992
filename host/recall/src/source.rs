//! Where things are kept, by the names that the index knows these places by.

use cofferdam_base::RunId;
use cofferdam_gate::transcript::Part;
use cofferdam_memory::Topic;

const TOPIC: &str = "topic/";
const TRANSCRIPT: &str = "transcript/";
const CONVERSATION: &str = "conversation/";
/// How far the ledger was followed: no place of things, but what is derived from it is as old as that.
pub(crate) const LEDGER: &str = "ledger";

/// A topic's name in the index.
pub(crate) fn of_topic(topic: &Topic) -> String {
    format!("{TOPIC}{topic}")
}

/// The name of a part of a transcript in the index.
pub(crate) fn of_part(part: &Part) -> String {
    format!("{TRANSCRIPT}{}", part.file_name())
}

/// The name of the conversation of a run in the index.
pub(crate) fn of_conversation(run: &RunId) -> String {
    format!("{CONVERSATION}{run}")
}

/// The topic of a name; none where it is not a topic's.
pub(crate) fn topic(name: &str) -> Option<Topic> {
    name.strip_prefix(TOPIC)?.parse().ok()
}

/// The file name of the transcript of a name; none where it is not one's.
pub(crate) fn file_name(name: &str) -> Option<&str> {
    name.strip_prefix(TRANSCRIPT)
}

/// The run of the conversation of a name; none where it is not one's.
pub(crate) fn conversation(name: &str) -> Option<RunId> {
    name.strip_prefix(CONVERSATION)?.parse().ok()
}

/// Whether what a name stands for only grows, or is written anew as a whole.
pub(crate) fn only_grows(name: &str) -> bool {
    [TRANSCRIPT, CONVERSATION].iter().any(|kind| name.starts_with(kind))
}
