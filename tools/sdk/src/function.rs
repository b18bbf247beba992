//! One function of a tool.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Failure, Verdict, Verification, Workspace};

/// A function of a tool. The type that implements it is the function's arguments.
///
/// Its doc comment is the description that a model reads, and the doc comments of its members describe the arguments.
/// An optional member (`Option`, or one with `#[serde(default)]`) may be left out of a call and is never `null`; a
/// member of the output that is `None` is left out of the outcome.
pub trait Function: DeserializeOwned + JsonSchema {
    /// The name in calls: lower-case words joined by `-`.
    const NAME: &'static str;
    /// What it gives. Its JSON form is checked against its schema before anybody sees it.
    type Output: Serialize + DeserializeOwned + JsonSchema;

    /// Does the work in the staged workspace.
    ///
    /// # Errors
    /// A [`Failure`]; the host then drops whatever was staged.
    fn invoke(&self, workspace: &Workspace) -> Result<Self::Output, Failure>;

    /// Checks the world, not the words: that the state before the call and the staged state together make `output` true.
    ///
    /// It runs in an instance of its own, which knows nothing of what `invoke` did.
    ///
    /// # Errors
    /// [`Refuted`](crate::Refuted), when something is not as it must be or cannot be checked.
    fn verify(&self, output: &Self::Output, world: &Verification) -> Verdict;
}
