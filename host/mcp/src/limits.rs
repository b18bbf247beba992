//! What a client may take. Each number says what it prevents.

use std::time::Duration;

use cofferdam_base::limits::LimitRow;

/// Bytes of one message: a line of standard input, or the body of a request. Four times what the arguments of a call may have, which
/// leaves room for their spelling. Prevents a message that fills the memory.
pub const MESSAGE_BYTES: usize = 4 << 20;
/// Calls of one session at the same time; more wait. Prevents that one client takes the whole pool of instances.
pub const CALLS_AT_ONCE: usize = 4;
/// Requests of one session that are on their way or wait for a place; more are refused. Prevents a queue that fills the memory.
pub const REQUESTS: u32 = 32;
/// Sessions of one HTTP server. Prevents that gates are opened without end.
pub const SESSIONS: usize = 32;
/// Sessions of one client. Few clients end theirs, so one that begins one more gives up its own that it has not used for longest and in
/// which nothing is on its way.
pub const CLIENT_SESSIONS: usize = 8;
/// How long a new session waits for the place of one that is ended for it.
pub const SEAT_TIME: Duration = Duration::from_secs(2);
/// Connections of one HTTP server; more wait. Prevents open sockets without end.
pub const CONNECTIONS: usize = 64;
/// Bytes of the head of one HTTP request. Prevents headers without end.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Header fields of one HTTP request.
pub const HEAD_FIELDS: usize = 64;
/// Time for the head of one HTTP request. Prevents connections that never say anything.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a form may stay open at a client, in seconds. Prevents a call that is never over; a person is not hurried.
pub const FORM_SECONDS: u64 = 600;
/// Seconds after which a session without messages ends, unless the command line says otherwise.
pub const IDLE_SECONDS: u64 = 1800;
/// Longest that a session may be silent, in seconds.
pub const MAX_IDLE_SECONDS: u64 = 86_400;
/// Seconds that a question waits for an answer, unless the command line says otherwise: less than the minute that clients commonly
/// wait for a result.
pub const WAIT_SECONDS: u64 = 50;
/// Entries of one page of a list.
pub const PAGE: usize = 100;
/// Longest name that a client gives itself, and longest version, in characters, as shown to a person.
pub const SHOWN_NAME: usize = 80;
/// Clients of one user.
pub const CLIENTS: usize = 100;
/// How long the last answers of a client that has left may take on their way. Prevents a server that never ends because nobody reads.
pub const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Every limit of the protocol server, in the order of the docs.
pub const ROWS: &[LimitRow] = &[
    LimitRow { name: "message_bytes", value: MESSAGE_BYTES as u64, unit: "bytes", prevents: "a message that fills the memory" },
    LimitRow {
        name: "calls",
        value: CALLS_AT_ONCE as u64,
        unit: "calls",
        prevents: "one session that takes the whole pool of instances; more wait",
    },
    LimitRow {
        name: "requests",
        value: REQUESTS as u64,
        unit: "requests",
        prevents: "a queue of one session that fills the memory; more are refused",
    },
    LimitRow { name: "sessions", value: SESSIONS as u64, unit: "sessions", prevents: "gates that are opened without end" },
    LimitRow {
        name: "client_sessions",
        value: CLIENT_SESSIONS as u64,
        unit: "sessions",
        prevents: "a client that keeps others out; one that begins one more gives up its own idle one that it has not used for longest",
    },
    LimitRow { name: "connections", value: CONNECTIONS as u64, unit: "connections", prevents: "open sockets without end; more wait" },
    LimitRow { name: "head_bytes", value: HEAD_BYTES as u64, unit: "bytes", prevents: "a head of a request without end" },
    LimitRow { name: "head_fields", value: HEAD_FIELDS as u64, unit: "fields", prevents: "the same, in pieces" },
    LimitRow { name: "head_seconds", value: HEAD_TIME.as_secs(), unit: "seconds", prevents: "connections that never say anything" },
    LimitRow {
        name: "idle_seconds",
        value: IDLE_SECONDS,
        unit: "seconds",
        prevents: "sessions that nobody ends; `mcp serve --idle` sets it",
    },
    LimitRow {
        name: "wait_seconds",
        value: WAIT_SECONDS,
        unit: "seconds",
        prevents: "a question that outlives the minute which clients commonly wait for a result; `mcp serve --questions` sets it",
    },
    LimitRow { name: "form_seconds", value: FORM_SECONDS, unit: "seconds", prevents: "a call that is never over because its form is not" },
    LimitRow { name: "clients", value: CLIENTS as u64, unit: "clients", prevents: "a list that nobody looks through" },
];
