//! What a tool's request and its answer may take. The docs' table is made from this list.

use std::time::Duration;

use cofferdam_base::limits::LimitRow;

/// Longest URL in bytes. RFC 9110, section 4.1, asks servers for at least 8000.
pub const URL_BYTES: usize = 8 * 1024;
/// Most header fields of a request.
pub const REQUEST_FIELDS: usize = 64;
/// Most bytes of their names and values together. Common servers take 8 to 16 KiB.
pub const REQUEST_HEAD_BYTES: usize = 16 * 1024;
/// Longest look-up. A system's resolver asks a server that is silent for 5 seconds, twice.
pub const LOOKUP: Duration = Duration::from_secs(10);
/// Most look-ups at once, those included that nobody waits for any more: the system's resolver cannot be stopped.
pub const LOOKUPS: usize = 16;
/// Most addresses of one name. Large services have about twenty.
pub const ADDRESSES: usize = 64;
/// Longest time for connection and TLS. Shorter than a call has, so that a host that is not there is told from one that does not
/// answer: only of the first it is certain that nothing was sent.
pub const CONNECT: Duration = Duration::from_secs(10);
/// Most header fields of an answer.
pub const ANSWER_FIELDS: usize = 100;
/// Most bytes of their names and values together.
pub const ANSWER_HEAD_BYTES: usize = 64 * 1024;

/// Every limit of a tool's request, in the order of the docs.
pub const ROWS: &[LimitRow] = &[
    LimitRow { name: "url_bytes", value: URL_BYTES as u64, unit: "bytes", prevents: "a URL that carries out what a body could not" },
    LimitRow { name: "request_fields", value: REQUEST_FIELDS as u64, unit: "fields", prevents: "header fields without end" },
    LimitRow { name: "request_head_bytes", value: REQUEST_HEAD_BYTES as u64, unit: "bytes", prevents: "the same, by their length" },
    LimitRow { name: "lookup_ms", value: LOOKUP.as_millis() as u64, unit: "milliseconds", prevents: "a name server that does not answer" },
    LimitRow { name: "lookups", value: LOOKUPS as u64, unit: "look-ups", prevents: "threads that hang in the system's resolver" },
    LimitRow { name: "addresses", value: ADDRESSES as u64, unit: "addresses", prevents: "a name whose addresses are tried for hours" },
    LimitRow { name: "connect_ms", value: CONNECT.as_millis() as u64, unit: "milliseconds", prevents: "a host that is not there" },
    LimitRow { name: "answer_fields", value: ANSWER_FIELDS as u64, unit: "fields", prevents: "an answer that never gets to its body" },
    LimitRow { name: "answer_head_bytes", value: ANSWER_HEAD_BYTES as u64, unit: "bytes", prevents: "the same, by their length" },
];
