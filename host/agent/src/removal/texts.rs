//! The texts of a call in the journal of a run: what the model asked for, what it was shown, and what it was shown of that again.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::CallId;
use cofferdam_gate::Said;
use cofferdam_model::ToolCall;

use crate::{
    journal::{Recorded, Step},
    observation,
};

/// Where the steps of a journal tell of a call.
struct Places {
    /// The step with the model's wish, and the place of the call in it.
    asked: BTreeSet<(usize, usize)>,
    /// The step with what the model was shown, and the number of the call in the run.
    observed: BTreeMap<usize, u64>,
    /// The steps of recalls that showed its texts again, with their numbers.
    again: BTreeMap<usize, u64>,
}

impl Recorded {
    /// Whether it was made in the run.
    pub(super) fn tells_of(&self, call: &CallId) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Calling { call: other, .. } if other == call))
    }

    /// Walks through the steps as they were made: calls are made in the order of the answer that asks for them, and what is shown again
    /// was shown before. So one walk finds the copies of copies too.
    fn places(&self, wanted: &CallId) -> Places {
        let mut shows = BTreeSet::from([wanted]);
        let mut places = Places { asked: BTreeSet::new(), observed: BTreeMap::new(), again: BTreeMap::new() };
        let (mut answer, mut made, mut begun, mut number) = (0, 0, None, 0u64);
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Looking { .. } | Step::Answered { .. } => (answer, made) = (index, 0),
                Step::Calling { call, .. } => {
                    if call == wanted {
                        places.asked.insert((answer, made));
                    }
                    begun = Some(call);
                }
                Step::Observed { quotes, .. } => {
                    number += 1;
                    let call = begun.take();
                    if call == Some(wanted) {
                        places.observed.insert(index, number);
                    } else if quotes.iter().any(|quoted| shows.contains(quoted)) {
                        places.again.insert(index, number);
                        shows.extend(call);
                    }
                    made += 1;
                }
                Step::Taken { .. }
                | Step::Compared { .. }
                | Step::Reminded { .. }
                | Step::Permitted { .. }
                | Step::Stopped { .. }
                | Step::Finished { .. } => {}
            }
        }
        places
    }

    /// The steps without the texts of a call. Of a recall that showed some of them, all that it showed goes.
    pub(super) fn without(&self, call: &CallId, kinds: &[Said]) -> Vec<Step> {
        let Places { asked, observed, again } = self.places(call);
        let shown = kinds.iter().any(|said| matches!(said, Said::Outcome | Said::Evidence | Said::Changes));
        let recalled = kinds.iter().any(|said| matches!(said, Said::Arguments | Said::Outcome | Said::Evidence | Said::Changes));
        let mut steps = self.steps.clone();
        for (index, step) in steps.iter_mut().enumerate() {
            if kinds.contains(&Said::Arguments) {
                let nth = |nth: usize| asked.contains(&(index, nth));
                match step {
                    Step::Looking { call } if nth(0) => hide(call),
                    Step::Answered { response, .. } => {
                        response.calls.iter_mut().enumerate().filter(|(place, _)| nth(*place)).for_each(|(_, call)| hide(call));
                    }
                    Step::Looking { .. }
                    | Step::Taken { .. }
                    | Step::Calling { .. }
                    | Step::Observed { .. }
                    | Step::Compared { .. }
                    | Step::Reminded { .. }
                    | Step::Permitted { .. }
                    | Step::Stopped { .. }
                    | Step::Finished { .. } => {}
                }
            }
            let number = observed.get(&index).filter(|_| shown).or_else(|| again.get(&index).filter(|_| recalled));
            if let (Some(number), Step::Observed { content, evidence, left, .. }) = (number, step) {
                *content = observation::redacted(*number);
                // What is gone is shown to nobody, so no further memory may cite it.
                *evidence = None;
                left.clear();
            }
        }
        steps
    }
}

fn hide(call: &mut ToolCall) {
    call.arguments = observation::redacted_arguments();
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;
    use cofferdam_model::{ChatResponse, Finish, Spent, TokenUsage};

    fn call(number: u8) -> CallId {
        CallId::new(Timestamp(u64::from(number)), [number; 10])
    }

    fn answered(arguments: &[&str]) -> Step {
        // Models give the same identifiers in every answer.
        let calls = arguments.iter().map(|text| ToolCall { id: "c0".into(), name: "files.read".into(), arguments: (*text).into() });
        let response = ChatResponse { text: String::new(), calls: calls.collect(), finish: Finish::Stop, usage: TokenUsage::default() };
        Step::Answered { response, spent: Spent::default(), request: None, secrets: BTreeSet::new() }
    }

    fn calling(number: u8) -> Step {
        Step::Calling { id: "c0".into(), call: call(number) }
    }

    fn observed(content: &str) -> Step {
        Step::Observed {
            id: "c0".into(),
            content: content.into(),
            evidence: None,
            outside: true,
            published: false,
            came: crate::journal::Came::Verified,
            left: BTreeMap::new(),
            quotes: BTreeSet::new(),
            network: false,
            secrets: BTreeSet::new(),
        }
    }

    fn recalled(content: &str, of: &[u8]) -> Step {
        let Step::Observed { id, evidence, outside, published, came, left, network, secrets, .. } = observed("") else {
            panic!("an observation")
        };
        let quotes = of.iter().copied().map(call).collect();
        Step::Observed { id, content: content.into(), evidence, outside, published, came, left, quotes, network, secrets }
    }

    #[test]
    fn what_was_recalled_of_the_call_goes_too_and_copies_of_that() {
        let steps = vec![
            answered(&["a", "b", "c", "d"]),
            calling(1),
            recalled("from another run", &[9, 8]),
            calling(2),
            recalled("a copy of the first", &[1]),
            calling(3),
            recalled("of something else", &[7]),
            calling(4),
            recalled("a copy of the second", &[2]),
        ];
        let recorded = Recorded { header: crate::RunHeader::of_a_test(), steps };
        let text = |steps: Vec<Step>| serde_json::to_string(&steps).unwrap();
        for (kinds, goes) in [(&Said::ALL[..], true), (&[Said::Arguments], true), (&[Said::Outcome], true), (&[Said::Reads], false)] {
            let gone = text(recorded.without(&call(9), kinds));
            for copy in ["from another run", "a copy of the first", "a copy of the second"] {
                assert_eq!(gone.contains(copy), !goes, "{kinds:?}: {gone}");
            }
            assert!(gone.contains("of something else") && gone.contains("\"a\""), "{gone}");
        }
        assert!(!text(recorded.without(&call(2), &Said::ALL)).contains("a copy of the second"));
        assert!(text(recorded.without(&call(2), &Said::ALL)).contains("from another run"));
    }

    #[test]
    fn only_the_texts_of_the_call_go_whatever_the_model_calls_it() {
        let header = crate::RunHeader::of_a_test();
        let steps = vec![
            answered(&["one", "two"]),
            calling(1),
            observed("first"),
            calling(2),
            // A crash: the same call is made anew.
            calling(3),
            observed("second"),
            answered(&["three"]),
            calling(4),
            observed("third"),
        ];
        let recorded = Recorded { header, steps };
        let text = |steps: Vec<Step>| serde_json::to_string(&steps).unwrap();
        let gone = text(recorded.without(&call(3), &Said::ALL));
        for (word, stays) in [("one", true), ("two", false), ("three", true), ("first", true), ("second", false), ("third", true)] {
            assert_eq!(gone.contains(&format!("\"{word}\"")), stays, "{word}: {gone}");
        }
        assert!(gone.contains("\\\"call\\\":2"), "the model's number of the call stays: {gone}");
        // The call that came to nothing showed nothing, but had the arguments.
        let gone = text(recorded.without(&call(2), &Said::ALL));
        assert!(!gone.contains("\"two\"") && gone.contains("\"second\""), "{gone}");
        let gone = text(recorded.without(&call(3), &[Said::Reads]));
        assert_eq!(gone, text(recorded.steps.clone()));
        assert!(recorded.tells_of(&call(2)) && !recorded.tells_of(&call(9)));
    }
}
