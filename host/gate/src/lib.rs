//! One tool call from request to commit: the only route to a tool.
//!
//! Each step takes what the step before it proved, so that none can be left out:
//!
//! ```text
//! CallInput ── request ──▶ Request ── permit ──▶ Permitted ── announce ──▶ Announced ── execute ──▶ Executed ── verify ──▶ Verified
//!           ── publishable ──▶ Publishable ── publish ──▶ Completed            anything else ──▶ Refused
//! ```
//!
//! [`call`] walks that way; every other file is one step of it, or what a step needs.

mod announce;
pub mod approval;
mod ask;
pub mod attendant;
mod book;
mod call;
mod checked;
mod closed;
mod confidential;
mod consolidate_memory;
mod edit_memory;
mod execute;
mod file_labels;
mod follow;
mod gate;
mod guard;
mod in_flight;
mod ledger_files;
mod network;
mod permit;
mod postcondition;
mod publish;
mod record;
pub mod refusal;
mod remember;
mod request;
mod revert_memory;
pub mod review;
mod rewrite_memory;
mod run;
pub mod toolbox;
pub mod transcript;
pub mod undo;
mod verify;
mod witness;

pub use closed::Closed;
pub use cofferdam_ledger::event::Recovery;

pub use approval::{Approval, ApprovalError, Approvals, Days, Lasts, Offers, PendingQuestion, QuestionKey, Waiting, Word};
pub use attendant::{Asked, Attendant, Reply, Step, Unattended};
pub use call::{Completed, Evidence, Mode, Publication};
pub use checked::Checked;
pub use consolidate_memory::Consolidated;
pub use edit_memory::Edited;
pub use follow::{Followed, Requested};
pub use gate::{Gate, GateParts};
pub use network::{Credential, KeptRequest, Network, RequestFault};
pub use refusal::{Fault, Refused};
pub use request::{CallInput, Labelling};
pub use revert_memory::MemoryChange;
pub use run::SendPermit;
pub use toolbox::{LoadedTool, Toolbox, Workshop, policy_signature};
pub use transcript::{Part, Said, TranscriptError, Transcripts};
pub use witness::Witness;
