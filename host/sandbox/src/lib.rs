//! The only wasmtime: engine, limits, WASI over the staged workspace.
//!
//! [`Sandbox`] compiles and links a component once ([`Prepared`]); every call then gets a store and an instance of its own, sees nothing
//! but its stage, a clock and random numbers that are its own, and ends at the first limit that it reaches. It sends HTTP
//! requests by the [`HttpClient`] that it is given, and none without one. Nothing is asynchronous: a call runs on the thread that makes
//! it, and several threads can make calls at once.
//!
//! Of `wasmtime-wasi` come all bindings and the implementations of streams, polling and the command line. Ours are those that touch
//! something: files (the stage), time (virtual), random bytes (from a seed), output (captured), HTTP (the call's client).

mod bindings;
mod call;
mod clock;
mod code_cache;
mod engine;
mod error;
mod filesystem;
mod guest;
mod http;
mod imports;
mod io;
mod keyed;
mod limit;
mod log;
mod memory;
mod outcome;
mod random;
mod sandbox;
mod stop;
mod ticker;

pub use call::{BEFORE, GuestCall, MAX_EVIDENCE, WORKSPACE};
pub use code_cache::{CacheKey, CodeCache, MAX_CODE_BYTES};
pub use engine::{Allocator, CONCURRENT_CALLS};
pub use error::{Cause, SandboxError};
pub use http::{HttpClient, HttpFailure, HttpRequest, HttpResponse, MAX_URL_BYTES};
pub use imports::served_interfaces;
pub use limit::Limit;
pub use outcome::{GuestFailure, Invocation, Stopped, Usage, Verdict, Verification};
pub use sandbox::{Component, KeyedCache, Prepared, Sandbox};
