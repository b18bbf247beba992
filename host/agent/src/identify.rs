//! Identifiers for calls to which the provider gave none: unique in the run, and the same whenever it is replayed.

use std::collections::BTreeSet;

use cofferdam_model::ToolCall;

/// Gives an identifier to each call that has none: by its number in the run, of which the first has `number`. One that is in the
/// conversation already, by the provider's own choice, is passed over.
pub(crate) fn identify<'c>(calls: &mut [ToolCall], number: u64, before: impl Iterator<Item = &'c ToolCall>) {
    if calls.iter().all(|call| !call.id.is_empty()) {
        return;
    }
    let mut taken: BTreeSet<String> = before.map(|call| call.id.clone()).collect();
    taken.extend(calls.iter().map(|call| call.id.clone()));
    for (number, call) in (number..).zip(calls).filter(|(_, call)| call.id.is_empty()) {
        let mut id = format!("call-{number}");
        while !taken.insert(id.clone()) {
            id.push('x');
        }
        call.id = id;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(ids: &[&str]) -> Vec<ToolCall> {
        ids.iter().map(|id| ToolCall { id: (*id).into(), name: "files.read".into(), arguments: "{}".into() }).collect()
    }

    #[test]
    fn only_calls_without_an_identifier_get_one_and_none_twice() {
        let before = calls(&["call-2", "call-5"]);
        for (given, number, identified) in [
            (["a", "b", "a"], 4, ["a", "b", "a"]),
            (["", "", ""], 7, ["call-7", "call-8", "call-9"]),
            (["", "", "call-3"], 4, ["call-4", "call-5x", "call-3"]),
            (["call-5", "", ""], 4, ["call-5", "call-5x", "call-6"]),
        ] {
            let mut now = calls(&given);
            identify(&mut now, number, before.iter());
            assert_eq!(now, calls(&identified));
        }
    }
}
