//! What a call would change, as a person reads it: a unified diff of text, one line for everything else.

use cofferdam_base::{WorkspacePath, text};
use cofferdam_store::{Change, Create, Follow, FsError, OpenOptions, Stage, Staged};
use similar::TextDiff;

/// Longest diff that is shown, in characters. A person reads no more at a question.
const MAX_SHOWN: usize = 20_000;
/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The changes of a stage for a person; text from files is escaped.
pub(crate) fn staged(staged: &Staged) -> String {
    let mut shown = String::new();
    for (path, change) in staged.changes().iter() {
        shown.push_str(&one(staged, path, change));
    }
    text::block(&shown, MAX_SHOWN)
}

fn one(staged: &Staged, path: &WorkspacePath, change: &Change) -> String {
    let folder = |what: &str| format!("{what} folder {path}/\n");
    match change {
        Change::MakeFolder => folder("new"),
        Change::RemoveFolder => folder("removed"),
        Change::FileToFolder { .. } => format!("file {path} becomes a folder\n"),
        Change::FolderToFile { bytes, .. } => format!("folder {path} becomes a file of {} bytes\n", bytes.len()),
        Change::Write { before, bytes, .. } => match before.map(|_| old(staged, path)).transpose() {
            Ok(old) => file(path, old.as_deref(), Some(bytes)),
            Err(error) => format!("changed {path}: its old content cannot be shown: {error}\n"),
        },
        Change::Delete { .. } => match old(staged, path) {
            Ok(old) => file(path, Some(&old), None),
            Err(error) => format!("removed {path}: its old content cannot be shown: {error}\n"),
        },
    }
}

fn old(staged: &Staged, path: &WorkspacePath) -> Result<Vec<u8>, FsError> {
    let mut before: Stage = staged.before();
    let options = OpenOptions { read: true, write: false, create: Create::Never, truncate: false };
    let file = before.open(path, options, Follow::Yes)?;
    let size = usize::try_from(before.file_stat(file)?.size).unwrap_or(usize::MAX);
    Ok(before.read_at(file, 0, size)?.to_vec())
}

fn file(path: &WorkspacePath, old: Option<&[u8]>, new: Option<&[u8]>) -> String {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(old.unwrap_or_default()), std::str::from_utf8(new.unwrap_or_default())) else {
        let size = |bytes: Option<&[u8]>| bytes.map_or("nothing".to_owned(), |bytes| format!("{} bytes", bytes.len()));
        return format!("binary {path}: {} -> {}\n", size(old), size(new));
    };
    let name = |side: &str, there: bool| if there { format!("{side}/{path}") } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(CONTEXT).header(&name("a", old.is_some()), &name("b", new.is_some())).to_string()
}
