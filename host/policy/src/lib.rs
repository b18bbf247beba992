//! Cedar policies over typed tool calls: decisions with reasons.
//!
//! All files' rules hold together, and the strictest that matches wins: `forbid`, then a `forbid` marked `@ask("...")`, then
//! `permit`, then nothing, which denies. A question needs a permit behind it, so that a file which may only restrict can
//! never loosen anything. Rules come from [`PolicySource`]s that the caller found in places it trusts; no request, argument
//! or tool carries rule text, so that a model can never grant itself anything.

mod builtin;
mod case;
mod control;
mod decide;
mod decision;
mod denial;
mod engine;
mod entity;
mod error;
mod executed;
mod explain;
mod file;
mod fold;
mod host;
mod impossible;
mod judge;
pub mod label;
mod policies;
mod request;
mod rule;
mod schema;
mod signature;
mod source;
mod statement;
mod validate;
mod verdict;

pub use builtin::{Profile, UnknownProfile, builtin};
pub use case::{CaseFailure, InactiveCase};
pub use control::{ControlKind, ControlPathError, UncontrolledPath};
pub use decision::{Answer, Decision, Grant, Question, Subject};
pub use denial::{Denial, DenialCause};
pub use error::{AnnotationFault, LoadError, PinError};
pub use explain::{Explanation, LabelReason, LabelTurn};
pub use host::{Host, HostError};
pub use impossible::Impossible;
pub use judge::{CaseOutcome, JudgedCase, judge_cases};
pub use policies::{AcceptedFile, PinnedPolicies, Policies};
pub use request::{Act, Integrity, NetRequest, Origin, PathAccess, PolicyRequest, RunAct, ToolAct, Via};
pub use rule::{Rule, RuleEffect};
pub use schema::ArgumentMismatch;
pub use signature::{Effect, Environment, FunctionSignature, ToolSignature};
pub use source::{GrantOwner, PolicySource, RuleSet};
pub use validate::{InactiveRule, Warning};
pub use verdict::{Flip, Ruling, Verdict};
