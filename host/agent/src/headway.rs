//! Whether a run gets on: which calls would bring nothing new, and when it goes in circles.

use cofferdam_model::ToolCall;

use crate::{
    builtin,
    limits::{IDLE_ANSWERS, SAME_CALLS},
    plan,
    same::{is_same, means_the_same},
    state::Circle,
};

/// What a run did since something changed last.
#[derive(Debug, Default)]
pub(crate) struct Headway {
    /// Calls since something was published last, with their numbers: made again, they would bring the same.
    since: Vec<(u64, ToolCall)>,
    /// Answers in a row that brought nothing.
    idle: usize,
    /// Whether the newest answer brought something yet.
    useful: bool,
    /// How often the same call was asked for with nothing published in between.
    same: usize,
    /// Where in `since` the run was taken up: whoever resumes a run gives it new patience.
    taken: usize,
}

impl Headway {
    /// An answer came.
    pub(crate) fn answered(&mut self) {
        self.useful = false;
    }

    /// A call of the newest answer came to something.
    pub(crate) fn came(&mut self, number: u64, call: &ToolCall, is_useful: bool, is_published: bool) {
        self.useful |= is_useful;
        if is_published {
            self.since.clear();
            (self.same, self.taken) = (0, 0);
        } else if call.name != plan::UPDATE {
            self.since.push((number, call.clone()));
            let same = self.since.iter().skip(self.taken).filter(|(_, other)| is_same(other, call)).count();
            self.same = self.same.max(same);
        }
    }

    /// Every call of the newest answer came to something.
    pub(crate) fn answer_ended(&mut self) {
        self.idle = if self.useful { 0 } else { self.idle + 1 };
    }

    /// Whoever takes a run up may have changed what a call would bring, and gives it new patience.
    pub(crate) fn taken_up(&mut self) {
        *self = Self::default();
    }

    /// Somebody else changed something: it is to be looked at again.
    pub(crate) fn changed(&mut self) {
        self.since.clear();
        self.taken = 0;
    }

    /// A person permits a call once more: neither it nor what was not made because of it is in its way.
    pub(crate) fn permitted(&mut self, call: &ToolCall) {
        let mut since = std::mem::take(&mut self.since);
        since.retain(|(_, past)| !means_the_same(past, call));
        *self = Self { taken: since.len(), since, ..Self::default() };
    }

    /// The number of an earlier call that was the same, where nothing was published since. A plan may be what it was before, and what
    /// was recalled may be compacted, or be more by now.
    pub(crate) fn repeats(&self, wanted: &ToolCall) -> Option<u64> {
        if wanted.name == builtin::RECALL {
            return None;
        }
        self.since.iter().find(|(_, call)| is_same(call, wanted)).map(|(number, _)| *number)
    }

    /// Whether the run gets nowhere.
    pub(crate) fn circle(&self) -> Option<Circle> {
        match (self.idle, self.same) {
            (idle, _) if idle >= IDLE_ANSWERS => Some(Circle::Idle { answers: idle }),
            (_, same) if same >= SAME_CALLS => Some(Circle::Same { calls: same }),
            _ => None,
        }
    }
}
