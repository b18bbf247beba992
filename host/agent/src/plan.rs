//! The plan of a run: what the model means to do step by step, and which verified calls show that a step is done.
//!
//! A plan is the model's own and optional. What it says is checked: a step is done only with a verified call of the run that
//! shows it, and an open step stays until it is done or dropped.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use cofferdam_base::{WorkspacePath, text};
use cofferdam_model::ToolSpec;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::limits::{PLAN_CITED_CALLS, PLAN_STEP_BYTES, PLAN_STEPS};

/// States a plan, or revises it.
pub(crate) const UPDATE: &str = "plan.update";

/// What the model is told of it.
pub(crate) fn spec() -> ToolSpec {
    ToolSpec {
        name: UPDATE.to_owned(),
        description: "For long tasks: state your plan, or revise it. Give all its steps, in order; a done step names the verified calls \
                      that show it."
            .to_owned(),
        input: json!({
            "type": "object",
            "properties": {
                "steps": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "step": {"type": "string"},
                            "status": {"type": "string", "enum": ["pending", "doing", "done", "dropped"]},
                            "calls": {"type": "array", "items": {"type": "integer"}},
                        },
                        "required": ["step", "status"],
                        "additionalProperties": false,
                    },
                },
            },
            "required": ["steps"],
            "additionalProperties": false,
        }),
    }
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Doing,
    /// Done: these calls show it.
    Done(BTreeSet<u64>),
    Dropped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PlanStep {
    text: String,
    status: Status,
}

/// A checked plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    steps: Vec<PlanStep>,
}

/// A done step whose call shows it no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// Number of the step in the plan, from 1.
    pub step: usize,
    /// Number of the cited call.
    pub call: u64,
    /// A file of the call.
    pub path: WorkspacePath,
    /// What became of it.
    pub since: Since,
}

/// What became of a file since a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// Its content is another, and not by a call of this run.
    Changed,
    /// It is there no more, and not by a call of this run.
    Gone,
    /// The call was taken back.
    TakenBack,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, path) = (self.call, text::inline(self.path.as_str(), 200));
        match self.since {
            Since::Changed => write!(f, "since call {call}, {path} was changed by somebody else"),
            Since::Gone => write!(f, "since call {call}, {path} is gone"),
            Since::TakenBack => write!(f, "call {call} was taken back"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    steps: Vec<Stated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    step: String,
    status: StatedStatus,
    /// Of a step that is not done they say nothing yet.
    #[serde(default)]
    calls: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StatedStatus {
    Pending,
    Doing,
    Done,
    Dropped,
}

impl Plan {
    /// Checks an update of the plan `before`, whose steps may have so many bytes together.
    ///
    /// # Errors
    /// All that does not hold, for the model.
    pub(crate) fn revise(before: Option<&Self>, arguments: &str, room: usize, is_verified: impl Fn(u64) -> bool) -> Result<Self, String> {
        let Arguments { steps } = serde_json::from_str(arguments).map_err(|error| error.to_string())?;
        let mut faults = Vec::new();
        if steps.is_empty() || steps.len() > PLAN_STEPS {
            faults.push(format!("a plan has 1 to {PLAN_STEPS} steps, not {}", steps.len()));
        }
        let mut checked: Vec<PlanStep> = Vec::new();
        for (index, stated) in steps.into_iter().take(PLAN_STEPS).enumerate() {
            match PlanStep::check(stated, &is_verified) {
                Ok(step) if checked.iter().any(|other| other.text == step.text) => {
                    faults.push(format!("step {} is there twice", index + 1));
                }
                Ok(step) => checked.push(step),
                Err(why) => faults.push(format!("step {}: {why}", index + 1)),
            }
        }
        let bytes: usize = checked.iter().map(|step| step.text.len()).sum();
        if bytes > room {
            faults.push(format!("its steps have {bytes} bytes together and there is room for {room}: say it in fewer words"));
        }
        for open in before.into_iter().flat_map(Self::open) {
            if faults.is_empty() && !checked.iter().any(|step| step.text == open) {
                faults.push(format!("`{open}` is missing: give it in the same words, as done or dropped if it is"));
            }
        }
        let plan = Self { steps: checked };
        if faults.is_empty() && before == Some(&plan) {
            faults.push("this is the plan already: go on with it".to_owned());
        }
        if faults.is_empty() { Ok(plan) } else { Err(faults.join("; ")) }
    }

    /// The steps that are neither done nor dropped.
    pub(crate) fn open(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter(|step| matches!(step.status, Status::Pending | Status::Doing)).map(|step| step.text.as_str())
    }

    /// The calls that show the done steps, by the step's number.
    pub(crate) fn cited(&self) -> BTreeMap<usize, &BTreeSet<u64>> {
        let done = |step: &PlanStep| matches!(step.status, Status::Done(_));
        let calls = self.steps.iter().enumerate().filter(|(_, step)| done(step));
        calls.filter_map(|(index, step)| if let Status::Done(calls) = &step.status { Some((index + 1, calls)) } else { None }).collect()
    }

    /// How much of it is done, for a person.
    pub(crate) fn summary(&self) -> String {
        format!("plan: {} of {} steps done, {} open", self.cited().len(), self.steps.len(), self.open().count())
    }

    /// The steps that are open, or done and in doubt.
    pub(crate) fn unsettled(&self, doubts: &[Doubt]) -> Vec<String> {
        let steps = self.steps.iter().enumerate().filter(|(index, step)| match step.status {
            Status::Pending | Status::Doing => true,
            Status::Done(_) => doubts.iter().any(|doubt| doubt.step == index + 1),
            Status::Dropped => false,
        });
        steps.map(|(_, step)| step.text.clone()).collect()
    }

    /// The plan as the model is shown it, with what the facts say against it.
    pub(crate) fn shown(&self, doubts: &[Doubt]) -> String {
        let mut shown = format!("Your plan, checked against the facts; change it with `{UPDATE}`:");
        for (index, step) in self.steps.iter().enumerate() {
            let status = match &step.status {
                Status::Pending => "pending".to_owned(),
                Status::Doing => "doing".to_owned(),
                Status::Done(calls) => {
                    let calls: Vec<String> = calls.iter().map(u64::to_string).collect();
                    format!("done, call {}", calls.join(", "))
                }
                Status::Dropped => "dropped".to_owned(),
            };
            shown.push_str(&format!("\n{}. [{status}] {}", index + 1, step.text));
            for doubt in doubts.iter().filter(|doubt| doubt.step == index + 1) {
                shown.push_str(&format!("\n   BUT {doubt}: look again"));
            }
        }
        shown
    }
}

impl PlanStep {
    fn check(stated: Stated, is_verified: impl Fn(u64) -> bool) -> Result<Self, String> {
        let Stated { step, status, calls } = stated;
        let text = step.trim().to_owned();
        if text.is_empty() || text.len() > PLAN_STEP_BYTES || text.chars().any(text::is_deceptive) {
            return Err(format!("it is one line of 1 to {PLAN_STEP_BYTES} bytes"));
        }
        let status = match status {
            StatedStatus::Pending => Status::Pending,
            StatedStatus::Doing => Status::Doing,
            StatedStatus::Dropped => Status::Dropped,
            StatedStatus::Done => Status::Done(cited(calls, is_verified)?),
        };
        Ok(Self { text, status })
    }
}

fn cited(calls: Vec<u64>, is_verified: impl Fn(u64) -> bool) -> Result<BTreeSet<u64>, String> {
    if calls.is_empty() || calls.len() > PLAN_CITED_CALLS {
        return Err(format!("a done step names 1 to {PLAN_CITED_CALLS} verified calls of this run that show it"));
    }
    match calls.iter().find(|call| !is_verified(**call)) {
        Some(call) => Err(format!("call {call} is no verified call of this run, so it shows nothing")),
        None => Ok(calls.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 1000;

    fn revise(before: Option<&Plan>, steps: &serde_json::Value) -> Result<Plan, String> {
        Plan::revise(before, &json!({"steps": steps}).to_string(), ROOM, |call| call == 3)
    }

    #[test]
    fn a_step_is_done_only_with_a_verified_call() {
        for (calls, why) in [(json!([]), "names 1 to 16"), (json!([4]), "call 4 is no verified"), (json!([3, 5]), "call 5")] {
            let told = revise(None, &json!([{"step": "a", "status": "done", "calls": calls}])).unwrap_err();
            assert!(told.starts_with("step 1: ") && told.contains(why), "{told}");
        }
        let plan = revise(None, &json!([{"step": "a", "status": "done", "calls": [3]}])).unwrap();
        assert_eq!((plan.open().count(), plan.cited().len()), (0, 1));
    }

    #[test]
    fn an_open_step_does_not_vanish_and_a_closed_one_may_go() {
        let plan = revise(None, &json!([{"step": "a", "status": "doing"}, {"step": "b", "status": "pending"}])).unwrap();
        let told = revise(Some(&plan), &json!([{"step": "b", "status": "pending"}])).unwrap_err();
        assert!(told.contains("`a` is missing"), "{told}");
        let plan = revise(Some(&plan), &json!([{"step": "a", "status": "dropped"}, {"step": "b", "status": "pending"}])).unwrap();
        assert_eq!(plan.open().collect::<Vec<_>>(), ["b"]);
        assert!(revise(Some(&plan), &json!([{"step": "b", "status": "doing"}])).is_ok());
        assert!(revise(Some(&plan), &json!([{"step": "a", "status": "dropped"}, {"step": "b", "status": "pending"}])).is_err());
    }

    #[test]
    fn plans_have_bounds() {
        let many: Vec<_> = (0..=PLAN_STEPS).map(|step| json!({"step": step.to_string(), "status": "pending"})).collect();
        let long = "x".repeat(PLAN_STEP_BYTES + 1);
        for steps in [
            json!([]),
            json!(many),
            json!([{"step": long, "status": "pending"}]),
            json!([{"step": " ", "status": "pending"}]),
            json!([{"step": "a\nb", "status": "pending"}]),
            json!([{"step": "a", "status": "pending"}, {"step": " a", "status": "doing"}]),
            json!([{"step": "a", "status": "finished"}]),
            json!(
                (0..=ROOM / PLAN_STEP_BYTES)
                    .map(|n| json!({"step": n.to_string().repeat(PLAN_STEP_BYTES), "status": "doing"}))
                    .collect::<Vec<_>>()
            ),
        ] {
            assert!(revise(None, &steps).is_err(), "{steps}");
        }
    }

    #[test]
    fn a_done_step_in_doubt_is_shown_and_unsettled() {
        let plan = revise(None, &json!([{"step": "a", "status": "done", "calls": [3]}, {"step": "b", "status": "dropped"}])).unwrap();
        assert!(plan.unsettled(&[]).is_empty());
        let doubt = Doubt { step: 1, call: 3, path: WorkspacePath::parse("a.txt").unwrap(), since: Since::Changed };
        assert_eq!(plan.unsettled(std::slice::from_ref(&doubt)), ["a"]);
        let shown = plan.shown(&[doubt]);
        assert!(
            shown.contains("1. [done, call 3] a\n   BUT since call 3, a.txt was changed by somebody else: look again\n2. [dropped] b"),
            "{shown}"
        );
    }
}
