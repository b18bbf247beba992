//! When two calls are the same.

use cofferdam_model::ToolCall;

/// Word for word.
pub(crate) fn is_same(one: &ToolCall, other: &ToolCall) -> bool {
    one.name == other.name && one.arguments == other.arguments
}

/// Like [`is_same`], whatever the order of members and the white space.
pub(crate) fn means_the_same(one: &ToolCall, other: &ToolCall) -> bool {
    let value = |call: &ToolCall| serde_json::from_str::<serde_json::Value>(&call.arguments).ok();
    one.name == other.name && (one.arguments == other.arguments || value(one).is_some_and(|one| Some(one) == value(other)))
}
