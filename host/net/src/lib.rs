//! The only sockets of the product.
//!
//! A request of ours leaves only to an [`Endpoint`] that was parsed and allowed, a tool's only to addresses that were [`Pinned`]; a
//! credential goes only to the audience that it was given for; proxies of the environment, redirects and cookies do not exist; answers
//! are bounded in bytes and time.
//!
//! ```text
//! text ── Target::parse ────────▶ Target      one spelling of what is asked for
//! Target ── Client::resolve ────▶ Resolved    one look-up, in bounds
//! Resolved ── public ───────────▶ Pinned      every address is public
//!                 └▶ NotPublic ── granted ──▶ Pinned      policy granted those that are not
//! Pinned ── Client::send ───────▶ Answer      from one of the pinned addresses
//! ```

pub mod address;
pub mod audience;
pub mod client;
pub mod egress;
pub mod endpoint;
pub mod error;
mod escape;
pub mod headers;
pub mod leak;
pub mod limits;
pub mod listener;
pub mod pinned;
pub mod post;
pub mod request;
pub mod resolve;
pub mod secret;
pub mod target;
pub mod transfer;

pub use address::AddressKind;
pub use audience::Audience;
pub use client::{Client, Head};
pub use egress::Answer;
pub use endpoint::Endpoint;
pub use error::{Departure, NetError};
pub use headers::{HeaderError, RequestHeaders};
pub use leak::Watched;
pub use listener::{ListenError, LoopbackListener};
pub use pinned::{NotPublic, Pinned, Resolved};
pub use post::{ApiHeader, Post};
pub use request::{Credential, Method, MethodEffect, MethodError, Outgoing};
pub use resolve::{LookupError, Names, SystemNames};
pub use secret::{CredentialForm, Secret};
pub use target::{Target, TargetError};
pub use transfer::Timing;
