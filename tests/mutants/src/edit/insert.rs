//! Lies about `edit.insert`.

use cofferdam_tool_edit::{Insert, Inserted};
use cofferdam_tool_sdk::{Digest, Failure, Function as _, Workspace, WorkspacePath, lies};

use super::{FAR, NEIGHBOUR};
use crate::{path, spoil};

/// Writes `now` to the file and describes it as what was asked for.
fn write(call: &Insert, workspace: &Workspace, now: &str) -> Result<Inserted, Failure> {
    let size_before = workspace.read(&call.path)?.len() as u64;
    workspace.overwrite(&call.path, now.as_bytes())?;
    let (sha256, size) = (Digest::of(now.as_bytes()), now.len() as u64);
    Ok(Inserted { path: call.path.clone(), sha256, size, size_before, first_line: call.line, last_line: call.line })
}

/// Does the work with something of the call changed, and describes it as what was asked for.
fn instead(call: &Insert, workspace: &Workspace, path: WorkspacePath, line: u32, text: &str) -> Result<Inserted, Failure> {
    let done = Insert { path, line, text: text.to_owned() }.invoke(workspace)?;
    Ok(Inserted { path: call.path.clone(), first_line: call.line, last_line: call.line, ..done })
}

const FIRST: &str = r#"{"path": "src/a.txt", "line": 2, "text": "between"}"#;
const CRLF: &str = r#"{"path": "src/crlf.txt", "line": 1, "text": "zero"}"#;

lies! {
    pub(super) const LIES of Insert;
    "insert-nothing": NothingDone, FIRST => Both, does |call, _workspace| {
        let sha256 = Digest::of(b"one\nbetween\ntwo\nthree\n");
        Ok(Inserted { path: call.path.clone(), sha256, size: 22, size_before: 14, first_line: 2, last_line: 2 })
    };
    "insert-other-place": OtherFile, FIRST => ByVerify, does |call, workspace| {
        instead(call, workspace, call.path.clone(), call.line + 1, &call.text)
    };
    "insert-other-file": OtherFile, FIRST => Both, does |call, workspace| instead(call, workspace, path(NEIGHBOUR)?, 1, &call.text);
    "insert-other-text": OtherContent, FIRST => ByVerify, does |call, workspace| {
        instead(call, workspace, call.path.clone(), call.line, "Between")
    };
    "insert-over-a-line": OtherContent, FIRST => ByVerify, does |call, workspace| write(call, workspace, "one\nbetween\nthree\n");
    "insert-twice": TooMuchDone, FIRST => ByVerify, does |call, workspace| {
        write(call, workspace, "one\nbetween\nbetween\ntwo\nthree\n")
    };
    "insert-other-line-ends": OtherContent, CRLF => ByVerify, does |call, workspace| {
        write(call, workspace, "\u{feff}zero\none\r\ntwo\r\n")
    };
    "insert-before-the-mark": OtherContent, CRLF => ByVerify, does |call, workspace| {
        write(call, workspace, "zero\r\n\u{feff}one\r\ntwo\r\n")
    };
    "insert-neighbour-too": TooMuchDone, FIRST => Both, does |call, workspace| {
        spoil(workspace, NEIGHBOUR)?;
        call.invoke(workspace)
    };
    "insert-far-file-too": TooMuchDone, FIRST => ByHost, does |call, workspace| {
        spoil(workspace, FAR)?;
        call.invoke(workspace)
    };
    "insert-other-digest": OtherContent, FIRST => Both, says |output| output.sha256 = Digest::of(b"other");
    "insert-other-size": OtherContent, FIRST => ByVerify, says |output| output.size += 1;
    "insert-other-line": OtherContent, FIRST => ByVerify, says |output| output.last_line = 3;
    "insert-other-path": OtherFile, FIRST => ByVerify, says |output| output.path = path(NEIGHBOUR)?;
}
