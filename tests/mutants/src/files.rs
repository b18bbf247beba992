//! Lies about tool `files`.

mod glob;
mod list;
mod read;
mod search;

use crate::Subject;

/// An ignored file, a binary one, two texts, and a folder with a third.
pub const SUBJECT: Subject = Subject {
    name: "files",
    honest: cofferdam_tool_files::TOOL,
    lies: &[list::LIES, read::LIES, glob::LIES, search::LIES],
    files: &[
        (".gitignore", b"ignored.txt\n"),
        ("a.txt", b"one\r\ntwo\nthree needles, needle\n"),
        (NEIGHBOUR, b"needle\n"),
        ("binary", b"\0"),
        ("ignored.txt", b"needle\n"),
        ("sub/c.txt", b"see\n"),
    ],
    http: crate::silence,
    tool_file: include_str!("../../../tools/files/tool.toml"),
};

/// A file that is not the one that is asked about.
const NEIGHBOUR: &str = "b.txt";
