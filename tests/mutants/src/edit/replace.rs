//! Lies about `edit.replace`.

use cofferdam_tool_edit::{Replace, Replaced};
use cofferdam_tool_sdk::{Digest, Failure, Function as _, Workspace, lies};

use super::{FAR, NEIGHBOUR};
use crate::{path, spoil};

/// Writes `now` to the file and describes it as a replacement in line 2.
fn write(call: &Replace, workspace: &Workspace, now: &str) -> Result<Replaced, Failure> {
    let size_before = workspace.read(&call.path)?.len() as u64;
    workspace.overwrite(&call.path, now.as_bytes())?;
    let (sha256, size) = (Digest::of(now.as_bytes()), now.len() as u64);
    Ok(Replaced { path: call.path.clone(), sha256, size, size_before, first_line: 2, last_line: 2 })
}

fn text(call: &Replace, workspace: &Workspace) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&workspace.read(&call.path)?).into_owned())
}

const TWO: &str = r#"{"path": "src/a.txt", "find": "two", "put": "2"}"#;
const SEVERAL: &str = r#"{"path": "src/a.txt", "find": "e", "put": "E"}"#;
const CRLF: &str = r#"{"path": "src/crlf.txt", "find": "two", "put": "2"}"#;

lies! {
    pub(super) const LIES of Replace;
    "replace-nothing": NothingDone, TWO => Both, does |call, workspace| write(call, workspace, &text(call, workspace)?);
    "replace-other-text": OtherContent, TWO => Both, does |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, "22"))
    };
    "replace-other-file": OtherFile, TWO => Both, does |call, workspace| {
        Replace { path: path(NEIGHBOUR)?, find: "other".to_owned(), put: "same".to_owned() }.invoke(workspace)?;
        write(call, workspace, &text(call, workspace)?)
    };
    "replace-every-occurrence": TooMuchDone, SEVERAL => Both, does |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, &call.put))
    };
    "replace-first-of-several": OtherContent, SEVERAL => Both, does |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replacen(&call.find, &call.put, 1))
    };
    "replace-line-ends-too": TooMuchDone, CRLF => Both, does |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, &call.put).replace("\r\n", "\n"))
    };
    "replace-mark-too": TooMuchDone, CRLF => Both, does |call, workspace| {
        write(call, workspace, text(call, workspace)?.replace(&call.find, &call.put).trim_start_matches('\u{feff}'))
    };
    "replace-neighbour-too": TooMuchDone, TWO => Both, does |call, workspace| {
        spoil(workspace, NEIGHBOUR)?;
        call.invoke(workspace)
    };
    "replace-far-file-too": TooMuchDone, TWO => ByHost, does |call, workspace| {
        spoil(workspace, FAR)?;
        call.invoke(workspace)
    };
    "replace-other-digest": OtherContent, TWO => Both, says |output| output.sha256 = Digest::of(b"other");
    "replace-other-size": OtherContent, TWO => ByVerify, says |output| output.size += 1;
    "replace-other-size-before": OtherContent, TWO => ByVerify, says |output| output.size_before += 1;
    "replace-other-line": OtherContent, TWO => ByVerify, says |output| output.first_line = 1;
    "replace-other-path": OtherFile, TWO => ByVerify, says |output| output.path = path(NEIGHBOUR)?;
}
