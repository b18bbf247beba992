//! What else a call may have touched, as far as the tool itself can see.
//!
//! The host compares every path with the postcondition `changes-only`. This looks at the neighbours: names and kinds in
//! every folder on the way to the files that the call is about, and sizes beside them.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_tool_sdk::{Evidence, Kind, Verdict, Verification, View, WorkspaceError, WorkspacePath};

/// Checks that beside the `touched` paths and the folders that lead to them nothing appeared, vanished or changed size.
pub(crate) fn check_unchanged(evidence: Evidence, world: &Verification, touched: &[&WorkspacePath]) -> Verdict {
    let folders: BTreeSet<WorkspacePath> = touched.iter().flat_map(|path| path.ancestors()).collect();
    let (before, now) = (neighbours(&world.before, &folders, touched)?, neighbours(&world.now, &folders, touched)?);
    evidence.check(format!("none of the {} neighbours appeared, vanished or changed size", before.len()), before == now)
}

/// What is in the folders beside the `touched` paths, with the sizes of files.
fn neighbours(
    view: &View,
    folders: &BTreeSet<WorkspacePath>,
    touched: &[&WorkspacePath],
) -> Result<BTreeMap<WorkspacePath, (Kind, Option<u64>)>, WorkspaceError> {
    let mut found = BTreeMap::new();
    for folder in folders {
        let entries = match view.list(folder) {
            Ok(entries) => entries,
            // Before the call, or after it, the folder need not exist.
            Err(WorkspaceError::NotFound(_)) => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            if touched.contains(&&entry.path) || folders.contains(&entry.path) {
                continue;
            }
            let size = match entry.kind {
                // A neighbour that the policy hides has no size in either state.
                Kind::File => view.stat(&entry.path).ok().flatten().map(|stat| stat.size),
                Kind::Folder | Kind::Link => None,
            };
            found.insert(entry.path, (entry.kind, size));
        }
    }
    Ok(found)
}
