//! Labels: where each argument of a call comes from.
//!
//! ```text
//! the user's words ──▶ Said ─┐
//! results of calls ──▶ Record ┴─ View ── label(arguments) ──▶ Labels ──▶ the context of a rule
//! ```
//!
//! A model that obeys everything that it reads is the worst case, and the one that is designed for: what the model meant is
//! not asked, only where the values of a call stand. A value is *the user's* if the whole of it stands in the user's words;
//! *named* if it is a whole value in a record that the user's words name ("the id of the event that you called by its title");
//! *selected* if it is a short word that is a whole value in some record; *linked* if it is a web address that stands whole in what
//! came from the network; everything else, and everything that is not found, is *untrusted*.
//! What trusts is strict: exact spelling, whole values, nothing invisible. A label never fades: whatever a model makes out of
//! something new is untrusted.

mod day;
mod derivation;
mod leaf;
mod link;
mod record;
mod role;
mod said;
mod trace;
mod turn;
mod view;
mod word;

pub use derivation::{ArgumentLabel, Derivation, Labels};
pub use role::Role as ArgumentRole;
pub use trace::{Searched, Trace};
pub(crate) use turn::{Turned, word};
pub use view::{Directed, Source, View, Whence};
