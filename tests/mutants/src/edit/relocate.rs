//! Lies about `edit.move`.

use cofferdam_tool_edit::{Move, Moved};
use cofferdam_tool_sdk::{Digest, Failure, Function as _, Workspace, lies};

use super::{FAR, NEIGHBOUR};
use crate::{path, spoil};

/// The content of the file, and what the honest function would say.
fn claim(call: &Move, workspace: &Workspace) -> Result<(Vec<u8>, Moved), Failure> {
    let content = workspace.read(&call.from)?;
    let (sha256, size) = (Digest::of(&content), content.len() as u64);
    Ok((content, Moved { from: call.from.clone(), to: call.to.clone(), sha256, size }))
}

const MOVED: &str = r#"{"from": "src/a.txt", "to": "lib/c.txt"}"#;
const ONTO: &str = r#"{"from": "src/a.txt", "to": "src/b.txt"}"#;

lies! {
    pub(super) const LIES of Move;
    "move-nothing": NothingDone, MOVED => Both, does |call, workspace| Ok(claim(call, workspace)?.1);
    "move-by-copying": NothingDone, MOVED => Both, does |call, workspace| {
        let (content, claim) = claim(call, workspace)?;
        workspace.make_parents(&call.to)?;
        workspace.create(&call.to, &content)?;
        Ok(claim)
    };
    "move-into-nothing": OtherContent, MOVED => Both, does |call, workspace| {
        let (_, claim) = claim(call, workspace)?;
        workspace.remove_file(&call.from)?;
        Ok(claim)
    };
    "move-other-content": OtherContent, MOVED => Both, does |call, workspace| {
        let moved = call.invoke(workspace)?;
        workspace.overwrite(&call.to, b"one\ntwo\nfour!\n")?;
        Ok(moved)
    };
    "move-other-target": OtherFile, MOVED => Both, does |call, workspace| {
        let (_, claim) = claim(call, workspace)?;
        Move { from: call.from.clone(), to: path("src/elsewhere.txt")? }.invoke(workspace)?;
        Ok(claim)
    };
    "move-other-file": OtherFile, MOVED => Both, does |call, workspace| {
        let (_, claim) = claim(call, workspace)?;
        Move { from: path(NEIGHBOUR)?, to: call.to.clone() }.invoke(workspace)?;
        Ok(claim)
    };
    "move-neighbour-too": TooMuchDone, MOVED => Both, does |call, workspace| {
        spoil(workspace, NEIGHBOUR)?;
        call.invoke(workspace)
    };
    "move-far-file-too": TooMuchDone, MOVED => ByHost, does |call, workspace| {
        spoil(workspace, FAR)?;
        call.invoke(workspace)
    };
    // No postcondition says that a file was not there before.
    "move-overwrites": TooMuchDone, ONTO => ByVerify, does |call, workspace| {
        let (content, claim) = claim(call, workspace)?;
        workspace.overwrite(&call.to, &content)?;
        workspace.remove_file(&call.from)?;
        Ok(claim)
    };
    "move-other-digest": OtherContent, MOVED => Both, says |output| output.sha256 = Digest::of(b"other");
    "move-other-size": OtherContent, MOVED => ByVerify, says |output| output.size += 1;
    "move-other-path": OtherFile, MOVED => ByVerify, says |output| output.to = path(NEIGHBOUR)?;
}
