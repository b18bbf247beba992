//! Lies about `edit.create`.

use cofferdam_tool_edit::{Create, Created};
use cofferdam_tool_sdk::{Digest, Function as _, lies};

use super::{FAR, NEIGHBOUR};
use crate::{make, path, spoil};

/// What the honest function would say.
fn claim(call: &Create) -> Created {
    let content = call.content.as_bytes();
    Created { path: call.path.clone(), sha256: Digest::of(content), size: content.len() as u64, lines: 1 }
}

const NEW: &str = r#"{"path": "src/new.txt", "content": "new\n"}"#;
const THERE: &str = r#"{"path": "src/a.txt", "content": "new\n"}"#;

lies! {
    pub(super) const LIES of Create;
    "create-nothing": NothingDone, NEW => Both, does |call, _workspace| Ok(claim(call));
    "create-other-content": OtherContent, NEW => Both, does |call, workspace| {
        workspace.create(&call.path, b"old\n")?;
        Ok(claim(call))
    };
    "create-other-file": OtherFile, NEW => Both, does |call, workspace| {
        make(workspace, "src/other.txt", call.content.as_bytes())?;
        Ok(claim(call))
    };
    "create-other-digest": OtherContent, NEW => Both, says |output| output.sha256 = Digest::of(b"other");
    "create-other-size": OtherContent, NEW => ByVerify, says |output| output.size += 1;
    "create-other-lines": OtherContent, NEW => ByVerify, says |output| output.lines = 7;
    "create-other-path": OtherFile, NEW => ByVerify, says |output| output.path = path(NEIGHBOUR)?;
    "create-neighbour-too": TooMuchDone, NEW => Both, does |call, workspace| {
        spoil(workspace, NEIGHBOUR)?;
        call.invoke(workspace)
    };
    "create-far-file-too": TooMuchDone, NEW => ByHost, does |call, workspace| {
        spoil(workspace, FAR)?;
        call.invoke(workspace)
    };
    "create-folder-too": TooMuchDone, NEW => Both, does |call, workspace| {
        workspace.make_parents(&path("made/new.txt")?)?;
        call.invoke(workspace)
    };
    // No postcondition says that a file was not there before.
    "create-overwrites": TooMuchDone, THERE => ByVerify, does |call, workspace| {
        workspace.overwrite(&call.path, call.content.as_bytes())?;
        Ok(claim(call))
    };
}
