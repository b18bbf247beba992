//! A person's yes that lasts: for the rest of a run, or for some days.
//!
//! ```text
//! Question ── key ──▶ QuestionKey ── the run's answers, kept approvals ──▶ answered before | the attendant is asked
//!                                                                          └──▶ Answer ── Question::answered ──▶ Grant
//! ```
//!
//! An answer is found again by a digest over all that was decided on and by nothing else: another argument, component, policy, rule
//! or staged change is another question. Policy decides first each time, so what a rule forbids by now stays forbidden.

pub mod error;
pub mod kept;
pub mod key;
pub mod limits;
pub mod pending;
pub(crate) mod this_run;
pub mod word;

pub use error::ApprovalError;
pub use kept::{Approval, Approvals};
pub use key::QuestionKey;
pub use pending::{PendingQuestion, Waiting};
pub use word::{Days, Lasts, Offers, Word};
