//! Who watches a run: sees each step as it happens, and answers where a rule asks.

use cofferdam_gate::{Attendant, Completed, Consolidated, Refused};
use cofferdam_model::{ChatResponse, Listener, Spent};

/// Who watches a run, and hears what the model says while it says it. Text that it is given comes from a model or a tool: it is to be escaped before it is printed.
pub trait Watcher: Attendant + Listener {
    /// The model is asked, for the `step`-th time.
    fn asking(&mut self, _step: u64) {}

    /// The model answered.
    fn answered(&mut self, _response: &ChatResponse, _spent: &Spent) {}

    /// A call of the model begins. `number` is the call's in this run, from 1.
    fn calling(&mut self, _number: u64, _function: &str, _arguments: &str) {}

    /// A tool call went the whole way.
    fn completed(&mut self, _number: u64, _completed: &Completed) {}

    /// A call was refused.
    fn refused(&mut self, _number: u64, _refused: &Refused) {}

    /// The model was about to end with these steps of its plan open or in doubt; it is asked once more.
    fn reminded(&mut self, _open: &[String]) {}

    /// The model was about to end with an answer that is none; it is asked once more.
    fn unfit(&mut self, _why: &str) {}

    /// Something of the agent's own was done: a recall, a memory, a call found again after a crash.
    fn noted(&mut self, _number: u64, _note: &str) {}

    /// The run has ended, and duplicates of the memory were merged.
    fn consolidated(&mut self, _done: &Consolidated) {}

    /// The run has ended, and looking for duplicates of the memory met something that is wrong.
    fn not_consolidated(&mut self, _refused: &Refused) {}
}
