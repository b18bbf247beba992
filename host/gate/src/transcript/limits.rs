//! What transcripts may take. The docs' table is made from this list.

use cofferdam_base::limits::LimitRow;

const MIB: u64 = 1 << 20;

/// Longest line in bytes, without its line feed. Several times what the largest outcome of a tool comes to.
pub const MAX_LINE_BYTES: u64 = 64 * MIB;
/// A part of a transcript that would become longer ends, and the next one begins; a call whose lines are longer has a part of its own.
pub const PART_BYTES: u64 = 16 * MIB;
/// From this size on, the transcript of one run of the ledger takes no further call.
pub const RUN_BYTES: u64 = 512 * MIB;
/// From this size on, all transcripts of a project together take no further call.
pub const PROJECT_BYTES: u64 = 4096 * MIB;
/// Longest reason of a redaction, in bytes.
pub const MAX_REASON_BYTES: usize = 2000;
/// Longest name of whoever has something removed, in bytes.
pub const MAX_BY_BYTES: usize = 200;

/// Every limit of the transcripts, in the order of the docs.
pub const ROWS: &[LimitRow] = &[
    LimitRow { name: "line_bytes", value: MAX_LINE_BYTES, unit: "bytes", prevents: "a line that costs a reader its memory" },
    LimitRow { name: "part_bytes", value: PART_BYTES, unit: "bytes", prevents: "a file that grows without end; the next part begins" },
    LimitRow { name: "run_bytes", value: RUN_BYTES, unit: "bytes", prevents: "one process that fills the disk with what its calls say" },
    LimitRow { name: "project_bytes", value: PROJECT_BYTES, unit: "bytes", prevents: "all processes together that do" },
];
