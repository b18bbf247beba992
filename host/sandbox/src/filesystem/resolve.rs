//! Paths below a descriptor: WASI confines each to the folder that its descriptor stands for, not only to the workspace.
//!
//! The stage resolves, and never leaves the workspace. Here a path is refused that climbs above its folder as text, on whatever way, or
//! that a link leads out of the folder. (A path such as `link/../..` can be refused that would have come back into the folder: no runtime
//! writes such paths, and refusing is the safe side.)

use cofferdam_base::WorkspacePath;
use cofferdam_store::{Follow, Stage};

use super::{FileError, descriptor::Folder};
use crate::bindings::filesystem::wasi::filesystem::types::ErrorCode;

/// The path that a guest's text means in a folder.
pub(super) fn resolve(folder: &Folder, stage: &mut Stage, text: &str, follow: Follow) -> Result<WorkspacePath, FileError> {
    refuse_climbing(text)?;
    below(folder, stage.resolve(&folder.path, text, follow)?)
}

/// The same for a folder that is to be made or to be renamed to: a slash behind its name is fine.
pub(super) fn resolve_new_folder(folder: &Folder, stage: &mut Stage, text: &str) -> Result<WorkspacePath, FileError> {
    refuse_climbing(text)?;
    below(folder, stage.resolve_new_folder(&folder.path, text)?)
}

fn refuse_climbing(text: &str) -> Result<(), ErrorCode> {
    let mut depth = 0usize;
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.checked_sub(1).ok_or(ErrorCode::NotPermitted)?,
            _ => depth += 1,
        }
    }
    Ok(())
}

fn below(folder: &Folder, path: WorkspacePath) -> Result<WorkspacePath, FileError> {
    if path.is_within(&folder.path) { Ok(path) } else { Err(ErrorCode::NotPermitted.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_go_down_and_up_but_not_above_where_it_began() {
        for fine in ["a", "a/..", "a/b/../..", "./a/../b", "...", "..a", "a//../."] {
            assert!(refuse_climbing(fine).is_ok(), "{fine}");
        }
        for climbing in ["..", "../", "a/../..", "a/../../a", "./..", "a//../../b/c"] {
            assert!(matches!(refuse_climbing(climbing), Err(ErrorCode::NotPermitted)), "{climbing}");
        }
    }
}
