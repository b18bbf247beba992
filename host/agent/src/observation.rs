//! What a model is shown of a call. Identifiers and times are left out: the same run gives the same text.

use cofferdam_base::Diagnostic;
use cofferdam_gate::{Completed, Evidence, Publication};
use cofferdam_memory::CallEvidence;
use serde_json::{Value, json};

/// Longest output of a tool that is shown whole, in bytes. A model reads a longer file in ranges.
pub(crate) const MAX_OUTPUT_BYTES: usize = 24 * 1024;

/// A call that went the whole way.
pub(crate) fn completed(number: u64, completed: &Completed) -> String {
    let mut shown = json!({"call": number, "verified": true, "output": output(&completed.output)});
    if completed.publication == Publication::Published {
        let changes: Vec<Value> =
            completed.changes.iter().map(|change| json!({"path": change.path.as_str(), "kind": change.kind})).collect();
        set(&mut shown, "published", Value::Array(changes));
    }
    let paths = completed.refusals.iter().map(|refusal| refusal.path.as_str());
    let kept: Vec<&str> = paths.chain(completed.kept_requests.iter().map(|kept| kept.request.as_str())).collect();
    if !kept.is_empty() {
        set(&mut shown, "kept_from_the_tool_by_policy", json!(kept));
    }
    shown.to_string()
}

/// A call that was refused: nothing changed.
pub(crate) fn refused(number: u64, error: &dyn Diagnostic) -> String {
    json!({"call": number, "refused": error.code(), "why": error.to_string()}).to_string()
}

/// A call whose process was interrupted after it had become real.
pub(crate) fn found_again(number: u64, outcome: Option<&str>) -> String {
    let mut shown = json!({"call": number, "verified": true, "note": "the run was interrupted after this call was done"});
    if let Some(outcome) = outcome {
        set(&mut shown, "output", output(outcome));
    }
    shown.to_string()
}

/// A call that cannot be taken back and that was interrupted while it was made.
pub(crate) fn unknown(number: u64) -> String {
    let why = "the run was interrupted while this call was made; whether it was done is not known, and it is not made again unless a \
               person permits it: look whether it was done, go on with the rest, and tell the person";
    json!({"call": number, "unknown": why}).to_string()
}

/// A person permits that such a call is made again.
pub(crate) fn permitted(number: u64) -> String {
    format!("Call {number}, of which it is not known whether it was done, may be made once more: the person permits it.")
}

/// The model is about to end while its plan says that it is not done.
pub(crate) fn reminder(open: &[String]) -> String {
    format!(
        "These steps of your plan are open or in doubt:\n- {}\nDo them, or mark them as done or dropped; else answer again and the run ends so.",
        open.join("\n- ")
    )
}

/// A call whose texts a person removed from the record since.
pub(crate) fn redacted(number: u64) -> String {
    json!({"call": number, "redacted": "a person removed what this call showed; make it again if it is needed"}).to_string()
}

/// The arguments of such a call, as the model sees what it asked for.
pub(crate) fn redacted_arguments() -> String {
    json!({"redacted": "a person removed the arguments of this call"}).to_string()
}

/// Something that the agent itself says of a call.
pub(crate) fn said(number: u64, members: impl IntoIterator<Item = (&'static str, Value)>) -> String {
    let mut shown = json!({"call": number});
    members.into_iter().for_each(|(member, value)| set(&mut shown, member, value));
    shown.to_string()
}

/// What a memory may cite of a call.
pub(crate) fn evidence(completed: &Completed) -> CallEvidence {
    let Evidence { function, version, component, policy, rules: _, files, postconditions, hook, leaf, network } = &completed.evidence;
    CallEvidence {
        call: completed.call.clone(),
        function: function.clone(),
        version: version.clone(),
        component: *component,
        policy: *policy,
        files: files.clone(),
        postconditions: *postconditions,
        hook: hook.len(),
        leaf: *leaf,
        network: *network,
    }
}

/// The output as JSON, or as the beginning of its text where it is too long.
pub(crate) fn output(text: &str) -> Value {
    if text.len() > MAX_OUTPUT_BYTES {
        let end = text.floor_char_boundary(MAX_OUTPUT_BYTES);
        return json!({"beginning": text.get(..end), "cut": format!("{} of {} bytes are shown; ask for less", end, text.len())});
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Gives an object one more member.
pub(crate) fn set(object: &mut Value, member: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(member.to_owned(), value);
    }
}
