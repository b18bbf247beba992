//! Lies about tool `edit`.

mod create;
mod delete;
mod insert;
mod relocate;
mod replace;

use crate::Subject;

/// A file that stays the file's neighbour, one in another folder, and one with a byte order mark and line ends of its own.
pub const SUBJECT: Subject = Subject {
    name: "edit",
    honest: cofferdam_tool_edit::TOOL,
    lies: &[create::LIES, replace::LIES, insert::LIES, delete::LIES, relocate::LIES],
    files: &[
        ("src/a.txt", b"one\ntwo\nthree\n"),
        (NEIGHBOUR, b"other\n"),
        ("src/crlf.txt", b"\xef\xbb\xbfone\r\ntwo\r\n"),
        (FAR, b"far\n"),
    ],
    http: crate::silence,
    tool_file: include_str!("../../../tools/edit/tool.toml"),
};

/// The neighbour of the files that are asked about.
const NEIGHBOUR: &str = "src/b.txt";
/// A file in another folder.
const FAR: &str = "far/away.txt";
