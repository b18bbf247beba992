//! What a client may take. Each number says what it prevents.

use std::time::Duration;

/// Bytes of one message: a line of standard input, or the body of a request. Four times what the arguments of a call may have, which
/// leaves room for their spelling. Prevents a message that fills the memory.
pub const MESSAGE_BYTES: usize = 4 << 20;
/// Calls of one session at the same time; more wait. Prevents that one client takes the whole pool of instances.
pub const CALLS_AT_ONCE: u32 = 4;
/// Sessions of one HTTP server. Prevents that gates are opened without end.
pub const SESSIONS: usize = 8;
/// Connections of one HTTP server; more wait. Prevents open sockets without end.
pub const CONNECTIONS: usize = 64;
/// Bytes of the head of one HTTP request. Prevents headers without end.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Header fields of one HTTP request.
pub const HEAD_FIELDS: usize = 64;
/// Time for the head of one HTTP request. Prevents connections that never say anything.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
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
