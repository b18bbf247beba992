//! Tool `fetch`: asks for what is at a URL, and gives it as text.
//!
//! Web pages become text, with headings, lists and tables as plain text has them and links as `[words](address)`; JSON, XML and other text
//! stays as it is, but for control characters. What is no text is refused. Redirects are followed, each as a request of its own, which the
//! host decides on anew. An HTTP error is an answer, with its status.
//!
//! `verify` does the same work on the same answers once more, which the host gives it, and compares.

use cofferdam_tool_sdk::tool;

mod address;
mod answer;
mod charset;
mod follow;
mod get;
mod media_type;
mod page;
mod plain;
mod post;
mod problem;

pub use answer::{Fetched, MAX_TEXT_CHARS};
pub use get::Get;
pub use post::{ContentType, Post};

tool!(Get, Post);
