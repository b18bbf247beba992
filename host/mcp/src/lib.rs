//! The Model Context Protocol server: every agent that speaks the protocol becomes a client of the gate.
//!
//! A session of the protocol is a run: it opens a gate of its own, so that the ledger, the transcripts and the answers "for this run"
//! are its own too. Protocol messages come in over standard input or over HTTP on loopback ([`stdio`], [`http`]); what they ask for
//! goes one way ([`server`] to `call` to the gate), and what a client says of itself decides nothing: who it is says the command line
//! or its token ([`client`]).
//!
//! Nothing of the machine is reached from here but through [`Ambient`], which the command line provides.

pub mod ambient;
mod answer;
mod attended;
mod call;
pub mod client;
mod error;
mod form;
pub mod http;
pub mod limits;
mod memory;
mod offered;
mod page;
mod server;
mod session;
pub mod stdio;
mod stop;
pub mod token;

pub use ambient::{Ambient, ShownTopic, Trouble};
pub use client::{Client, ClientName, Trust};
pub use error::McpError;
pub use http::Settings;
pub use token::{Token, TokenDigest};
