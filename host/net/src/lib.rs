//! The only sockets of the product.
//!
//! A request leaves only to an [`Endpoint`] that was parsed and allowed; a credential goes only to the audience that it
//! was given for; proxies of the environment, redirects and cookies do not exist; answers are bounded in bytes and time, and are
//! handed on as they arrive.

pub mod client;
pub mod endpoint;
pub mod error;
pub mod listener;
pub mod post;
pub mod secret;

pub use client::{Client, Head, Timing};
pub use endpoint::Endpoint;
pub use error::NetError;
pub use listener::{ListenError, LoopbackListener};
pub use post::{ApiHeader, Post};
pub use secret::{CredentialForm, Secret};
