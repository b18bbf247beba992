//! The plan against the world: whether what a done step cites still stands.

use cofferdam_gate::{Fault, Gate};
use cofferdam_store::publish::history;

use crate::{
    plan::{Doubt, Since},
    progress::Progress,
};

/// The newest published calls that are searched for one that took a cited call back.
const UNDO_DEPTH: usize = 100;

/// The done steps that the world no longer shows, each with the first file of each cited call that is another.
///
/// A file that a later call of this run published is as it should be if it is as that call left it.
///
/// # Errors
/// A damaged record of a published call.
pub(crate) fn doubts(progress: &Progress, gate: &Gate) -> Result<Vec<Doubt>, Fault> {
    let mut doubts = Vec::new();
    let Some(plan) = progress.plan() else { return Ok(doubts) };
    for (step, calls) in plan.cited() {
        for call in calls {
            let stood = progress.calls().files_of(*call);
            let differs = stood.into_iter().find_map(|(path, stood)| {
                // What cannot be read shows as little as what is gone.
                let now = gate.workspace().digest(path).ok().flatten();
                let since = if now.is_some() { Since::Changed } else { Since::Gone };
                (now != stood).then(|| (path.clone(), since))
            });
            if let Some((path, since)) = differs {
                let since = if was_taken_back(progress, *call, gate)? { Since::TakenBack } else { since };
                doubts.push(Doubt { step, call: *call, path, since });
            }
        }
    }
    Ok(doubts)
}

fn was_taken_back(progress: &Progress, call: u64, gate: &Gate) -> Result<bool, Fault> {
    let Some(call) = progress.calls().get(call).and_then(|past| past.call.as_ref()) else { return Ok(false) };
    Ok(history::newest(gate.state(), UNDO_DEPTH)?.iter().any(|published| published.undoes.as_ref() == Some(call)))
}
