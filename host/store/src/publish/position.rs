//! Where a path of the workspace is now, between the two sides of a plan.

use std::io;

use cap_std::fs::Dir;
use cofferdam_base::{Limits, WorkspacePath};
use rustix::{fs::AtFlags, io::Errno};

use crate::{
    deadline::Deadline,
    error::FsError,
    publish::plan::{Entry, Side, Transition},
    state::disk::PERMISSION_BITS,
    workspace::{FileStat, Looked, Workspace},
};

/// Where a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// On this side.
    On(Side),
    /// Between them: a file that becomes a folder, or a folder that becomes a file, is gone and not yet there.
    Between,
    /// Somewhere else: somebody else changed it.
    Astray,
}

/// Looks where a path is. Of a file's permissions only its owner's right to execute counts.
pub(super) fn position(workspace: &Workspace, transition: &Transition) -> io::Result<Position> {
    let on = |found: &dyn Fn(Option<&Entry>) -> bool| {
        [Side::Before, Side::After].into_iter().find(|side| found(transition.on(*side))).map_or(Position::Astray, Position::On)
    };
    Ok(match workspace.look(&transition.path)? {
        Looked::Absent if transition.turns() => Position::Between,
        Looked::Absent => on(&|entry| entry.is_none()),
        Looked::Folder => on(&|entry| matches!(entry, Some(Entry::Folder { .. }))),
        Looked::Link | Looked::Special | Looked::BehindLink => Position::Astray,
        // Read only what can be ours: a huge file that somebody else put there is not.
        Looked::File(stat) if on(&|entry| fits(entry, stat)) == Position::Astray => Position::Astray,
        Looked::File(_) => {
            let Some(file) = workspace.open_file(&transition.path)? else { return Ok(Position::Astray) };
            let stat = file.stat();
            let seen = file.digest(Deadline::NONE).map_err(into_io)?;
            on(&|entry| fits(entry, stat) && matches!(entry, Some(Entry::File { digest, .. }) if *digest == seen))
        }
    })
}

fn fits(entry: Option<&Entry>, stat: FileStat) -> bool {
    matches!(entry, Some(Entry::File { size, executable, .. }) if *size == stat.size && *executable == stat.executable)
}

/// The permission bits of what is at a path.
pub(super) fn mode(workspace: &Workspace, path: &WorkspacePath) -> io::Result<u32> {
    let (Some(parent), Some(name)) = (path.parent(), path.name()) else { return Err(io::ErrorKind::InvalidInput.into()) };
    let stat = rustix::fs::statat(workspace.open_folder(&parent)?, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(stat.st_mode & PERMISSION_BITS)
}

/// Opens a folder; none when it, or one above it, is missing, a link, or no folder.
pub(super) fn open_folder(workspace: &Workspace, path: &WorkspacePath) -> io::Result<Option<Dir>> {
    match workspace.open_folder(path) {
        Ok(folder) => Ok(Some(folder)),
        Err(error) => match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            _ => Err(error),
        },
    }
}

/// What else is in a folder that is to go: everything but the paths that go too. A name that is not UTF-8 counts as the
/// folder itself.
pub(super) fn strangers(
    workspace: &Workspace,
    folder: &WorkspacePath,
    goes_too: impl Fn(&WorkspacePath) -> bool,
) -> io::Result<Vec<WorkspacePath>> {
    let limit = Limits::default().listed_entries;
    let Some(listing) = workspace.list(folder, limit, Deadline::NONE).map_err(into_io)? else { return Ok(Vec::new()) };
    let mut strangers = Vec::new();
    for (name, _) in &listing.entries {
        // A name that makes the path too long is no path of a plan.
        match folder.join(name) {
            Ok(path) if goes_too(&path) => {}
            Ok(path) => strangers.push(path),
            Err(_) => strangers.push(folder.clone()),
        }
    }
    if listing.not_utf8 > 0 {
        strangers.push(folder.clone());
    }
    Ok(strangers)
}

/// A failure of reading, as the operating system's error that it is.
pub(super) fn into_io(error: FsError) -> io::Error {
    if let FsError::Io(error) = error { error } else { io::Error::other(error) }
}
