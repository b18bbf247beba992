//! Lies about `files.glob`.

use cofferdam_tool_files::Glob;
use cofferdam_tool_sdk::{Function as _, lies};

use super::NEIGHBOUR;
use crate::{make, path};

const TEXTS: &str = r#"{"pattern": "*.txt"}"#;

lies! {
    pub(super) const LIES of Glob;
    "glob-nothing": NothingDone, TEXTS => ByVerify, says |output| output.paths.clear();
    "glob-all-but-one": OtherContent, TEXTS => ByVerify, says |output| drop(output.paths.pop());
    "glob-invented": OtherContent, TEXTS => ByVerify, says |output| output.paths.push(path("z.txt")?);
    "glob-twice": OtherContent, TEXTS => ByVerify, says |output| output.paths.insert(0, path("a.txt")?);
    "glob-other-file": OtherFile, TEXTS => ByVerify, says |output| output.paths.push(path("binary")?);
    "glob-ignored": OtherFile, TEXTS => ByVerify, says |output| output.paths.push(path("ignored.txt")?);
    "glob-other-order": OtherContent, TEXTS => ByVerify, says |output| output.paths.reverse();
    "glob-inventing-a-rest": OtherContent, TEXTS => ByVerify, says |output| output.truncated = true;
    "glob-and-make": TooMuchDone, TEXTS => Both, does |call, workspace| {
        let output = call.invoke(workspace)?;
        make(workspace, "new.txt", b"")?;
        Ok(output)
    };
    "glob-and-change": TooMuchDone, TEXTS => ByHost, does |call, workspace| {
        workspace.overwrite(&path(NEIGHBOUR)?, b"")?;
        call.invoke(workspace)
    };
}
