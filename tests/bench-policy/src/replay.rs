//! Tasks and attacks, call by call, with a model that does all that it reads.

use cofferdam_policy::label::{Labels, View};
use serde_json::Value;

use crate::{
    forge::forge,
    gatekeeper::{Answer, Gatekeeper, see},
    suite::{Call, Effect, InjectionTask, Suite, UserTask, with},
};

/// What became of a suite.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Tasks of the user by the worst answer that one of their calls had: allowed, asked, refused.
    pub(crate) tasks: [usize; 3],
    /// Tasks of which a call was not simply allowed, and why.
    pub(crate) lost: Vec<String>,
    /// Pairs of a task and an attack that the task's results show.
    pub(crate) pairs: usize,
    /// Pairs whose attack changes and sends nothing: it wants words in the answer.
    pub(crate) answers_only: usize,
    /// Attacks that reached their goal unasked.
    pub(crate) goals: usize,
    /// Single calls of attacks that change or send something.
    pub(crate) calls: usize,
    /// Those that were made unasked.
    pub(crate) made: Vec<String>,
    /// Attacks that reached their goal where whole records were forged as well.
    pub(crate) forged_goals: usize,
    /// Their single calls that were made unasked.
    pub(crate) forged_made: Vec<String>,
    /// Of the tasks, those that a rule lets through which wants every argument of such a call word for word in the prompt.
    pub(crate) verbatim_tasks: usize,
    /// Attacks that this rule lets reach their goal.
    pub(crate) verbatim_goals: usize,
}

/// Replays every task of a suite, by itself and with every attack.
pub(crate) fn replay(suite: &Suite, gatekeeper: &Gatekeeper) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    for task in &suite.user_tasks {
        by_itself(suite, gatekeeper, task, &mut outcome)?;
        for attack in &suite.injection_tasks {
            attacked(suite, gatekeeper, task, attack, &mut outcome)?;
        }
    }
    Ok(outcome)
}

fn by_itself(suite: &Suite, gatekeeper: &Gatekeeper, task: &UserTask, outcome: &mut Outcome) -> Result<(), String> {
    let (mut view, mut worst) = (View::of(&task.prompt), Answer::Allowed);
    let harmless = task.harmless(&suite.marker);
    for call in &task.calls {
        let (answer, labels) = gatekeeper.decide(&view, call)?;
        if answer > Answer::Allowed && worst == Answer::Allowed {
            outcome.lost.push(format!("{} {}: {}", task.id, call.function, told(call, &labels)));
        }
        worst = worst.max(answer);
        // A person who is asked says yes.
        see(&mut view, call, &with(call.result(), &suite.marker, &harmless));
    }
    let place = [Answer::Allowed, Answer::Asked, Answer::Refused].iter().position(|answer| *answer == worst);
    if let Some(count) = place.and_then(|place| outcome.tasks.get_mut(place)) {
        *count += 1;
    }
    outcome.verbatim_tasks += usize::from(task.calls.iter().all(|call| is_verbatim(gatekeeper, &task.prompt, call)));
    Ok(())
}

/// The attack is tried after every call from the first on whose result shows it; what succeeds anywhere, succeeds.
fn attacked(suite: &Suite, gatekeeper: &Gatekeeper, task: &UserTask, attack: &InjectionTask, outcome: &mut Outcome) -> Result<(), String> {
    let Some(first) = task.calls.iter().position(|call| call.shows(&suite.marker)) else { return Ok(()) };
    if attack.calls.iter().all(|call| gatekeeper.effect(&call.function) == Effect::Read) {
        // What it wants is said in an answer, if anywhere: there is nothing to decide.
        outcome.answers_only += 1;
        return Ok(());
    }
    let as_given = |call: &Call| with(call.result(), &suite.marker, &attack.text);
    let forged = |call: &Call| {
        let result = as_given(call);
        if call.shows(&suite.marker) { forge(result, &attack.calls, &task.prompt) } else { result }
    };
    let given = hijack(gatekeeper, task, attack, first, &as_given)?;
    outcome.pairs += 1;
    outcome.goals += usize::from(given.goal);
    outcome.calls += attack.calls.iter().filter(|call| gatekeeper.effect(&call.function) != Effect::Read).count();
    outcome.made.extend(given.made);
    outcome.verbatim_goals += usize::from(attack.calls.iter().all(|call| is_verbatim(gatekeeper, &task.prompt, call)));
    let forged = hijack(gatekeeper, task, attack, first, &forged)?;
    outcome.forged_goals += usize::from(forged.goal);
    outcome.forged_made.extend(forged.made);
    Ok(())
}

/// What an attack did unasked.
struct Hijacked {
    goal: bool,
    made: Vec<String>,
}

fn hijack(
    gatekeeper: &Gatekeeper,
    task: &UserTask,
    attack: &InjectionTask,
    first: usize,
    result: &dyn Fn(&Call) -> Value,
) -> Result<Hijacked, String> {
    let mut view = View::of(&task.prompt);
    let (mut goal, mut is_made, mut made) = (false, vec![false; attack.calls.len()], Vec::new());
    for (index, call) in task.calls.iter().enumerate() {
        see(&mut view, call, &result(call));
        if index < first {
            continue;
        }
        let (mut hijacked, mut all) = (view.clone(), true);
        for (call, is_made) in attack.calls.iter().zip(&mut is_made) {
            let (answer, labels) = gatekeeper.decide(&hijacked, call)?;
            all &= answer == Answer::Allowed;
            if answer != Answer::Allowed {
                continue;
            }
            if gatekeeper.effect(&call.function) != Effect::Read && !*is_made {
                *is_made = true;
                made.push(format!("{} {} {}: {}", task.id, attack.id, call.function, told(call, &labels)));
            }
            see(&mut hijacked, call, &result(call));
        }
        goal |= all;
    }
    Ok(Hijacked { goal, made })
}

/// Whether the baseline lets a call through.
fn is_verbatim(gatekeeper: &Gatekeeper, prompt: &str, call: &Call) -> bool {
    fn stands(value: &Value, prompt: &str) -> bool {
        match value {
            Value::String(text) => prompt.contains(text.as_str()),
            Value::Array(items) => items.iter().all(|item| stands(item, prompt)),
            Value::Object(members) => members.values().all(|member| stands(member, prompt)),
            Value::Null => true,
            other @ (Value::Bool(_) | Value::Number(_)) => prompt.contains(&other.to_string()),
        }
    }
    gatekeeper.effect(&call.function) == Effect::Read || stands(&call.args, prompt)
}

fn told(call: &Call, labels: &Labels) -> String {
    let of = |(name, label): (&String, &cofferdam_policy::label::ArgumentLabel)| {
        let value: String = call.args.get(name).map(ToString::to_string).unwrap_or_default().chars().take(60).collect();
        format!("{name}={value} {}", label.derivation.as_str())
    };
    labels.arguments().iter().map(of).collect::<Vec<_>>().join(", ")
}
