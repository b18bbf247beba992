//! A process that gave up everything out of its reach.

use crate::{Reach, State};

/// The process confined itself, as far as the kernel could. There is no way back.
#[derive(Debug)]
pub struct Confined {
    state: State,
}

impl Reach {
    /// Gives up everything else: for this thread and for every thread that it starts. To be called before there are others,
    /// since those are not held; should there be some, the state says so.
    pub fn confine(self) -> Confined {
        Confined { state: enforce(&self) }
    }
}

impl Confined {
    /// How far the kernel holds the process to it.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}

#[cfg(target_os = "linux")]
fn enforce(reach: &Reach) -> State {
    let alone = is_alone();
    match crate::landlocked::enforce(reach) {
        Err(why) => State::Absent(why),
        Ok(mut missing) => {
            if !alone {
                missing.push(crate::Restriction::EarlierThreads);
            }
            State::without(missing)
        }
    }
}

/// Whether this is the only thread. A process that cannot find out is not said to be.
#[cfg(target_os = "linux")]
fn is_alone() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the kernel's list of this process's own threads")]
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1)
}

#[cfg(not(target_os = "linux"))]
fn enforce(_: &Reach) -> State {
    State::Absent(crate::Why::OtherSystem)
}
