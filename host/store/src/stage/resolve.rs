//! From a path as a guest writes it to a path without links: our own resolver, so that the kernel never follows one.
//!
//! A link that stays inside the workspace is followed; one that is absolute, leads above the root, to nothing, or round in
//! a circle does not exist. Decisions are on what comes out here, and opening refuses links, so that a link swapped in
//! between makes an error and not another file.

use cofferdam_base::{
    WorkspacePath,
    path::{MAX_PATH_BYTES, PathFault},
};

use crate::{
    error::FsError,
    stage::{
        Follow, Stage,
        conflict::{Conflict, Drift},
        guard::{PathAccess, PathDecision},
        object::ObjectId,
        overlay::Node,
    },
    workspace::{FileStat, Looked},
};

/// Most links that one path may lead through (Linux `MAXSYMLINKS`). Ends circles.
const MAX_LINKS: usize = 40;

/// What the call has at a resolved path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing; its parent is a folder.
    Absent,
    Folder,
    /// A file that only the base knows.
    Base(FileStat),
    /// A file that the call has changed, made or moved.
    Staged(ObjectId),
    Link,
    Special,
}

/// A resolved path: no component before the last is a link, and the last only where links are not followed.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) path: WorkspacePath,
    pub(super) entry: Entry,
}

/// A path that resolves to nothing, with the place where it ended.
#[derive(Debug)]
pub(super) enum Lost {
    Missing(WorkspacePath),
    NotFolder(WorkspacePath),
    Other(FsError),
}

impl From<FsError> for Lost {
    fn from(error: FsError) -> Self {
        Self::Other(error)
    }
}

/// What a trailing slash demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slash {
    /// A folder is there.
    Folder,
    /// Nothing: a folder is to be made there, or moved there, and that operation says what is in its way.
    NewFolder,
}

/// One component that is still to be walked.
struct Step {
    name: String,
    source: Source,
}

/// Where a component comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The guest's text.
    Text,
    /// A link's target: what leads out or to nothing here does not exist, whatever is asked.
    Link,
}

impl Stage {
    /// Resolves a guest's path text against a folder, as POSIX does: `..` is the parent of the resolved folder, a trailing
    /// slash demands a folder, links inside the workspace are followed (the last one only with [`Follow::Yes`]).
    /// The last component need not exist; everything before it must.
    ///
    /// With [`Follow::No`] a trailing slash does not make a last link followed: it is then no folder. So `rmdir("link/")`
    /// and `rename("link/", ..)` cannot reach what the link leads to.
    ///
    /// # Errors
    /// [`FsError::Refused`] for an absolute path and for `..` above the root; [`FsError::NotFound`] for a missing folder on
    /// the way, for a link that leads out, to nothing or round, and for a trailing slash behind nothing;
    /// [`FsError::NotFolder`]; [`FsError::InvalidPath`]. Where the guard refuses to read the place at which the path ends,
    /// the last three are [`FsError::Refused`], so that they tell nothing.
    pub fn resolve(&mut self, folder: &WorkspacePath, text: &str, follow: Follow) -> Result<WorkspacePath, FsError> {
        self.resolve_text(folder, text, follow, Slash::Folder)
    }

    /// Like [`Stage::resolve`] with [`Follow::No`], for a folder that is to be made or moved there: a trailing slash demands
    /// nothing. It does not make a last link followed either.
    ///
    /// # Errors
    /// As for [`Stage::resolve`].
    pub fn resolve_new_folder(&mut self, folder: &WorkspacePath, text: &str) -> Result<WorkspacePath, FsError> {
        self.resolve_text(folder, text, Follow::No, Slash::NewFolder)
    }

    fn resolve_text(&mut self, folder: &WorkspacePath, text: &str, follow: Follow, slash: Slash) -> Result<WorkspacePath, FsError> {
        self.base.deadline.check()?;
        if text.is_empty() {
            return Err(FsError::NotFound);
        }
        if text.starts_with('/') {
            return Err(FsError::Refused);
        }
        if text.len() > MAX_PATH_BYTES || text.contains('\0') {
            return Err(FsError::InvalidPath);
        }
        let stem = without_slashes(text);
        let lost = if stem.split('/').any(|part| part == "..") {
            self.walk(folder, stem, follow)
        } else {
            let path = join(folder, stem)?;
            self.find(&path, follow)
        };
        let located = lost.map_err(|lost| self.tell(lost))?;
        if stem.len() < text.len() {
            match (located.entry, slash) {
                (Entry::Folder, _) | (_, Slash::NewFolder) => {}
                (Entry::Absent, Slash::Folder) => return Err(self.tell(Lost::Missing(located.path))),
                (Entry::Base(_) | Entry::Staged(_) | Entry::Link | Entry::Special, Slash::Folder) => {
                    return Err(self.tell(Lost::NotFolder(located.path)));
                }
            }
        }
        Ok(located.path)
    }

    /// Resolves a path and says what is there.
    pub(super) fn locate(&mut self, path: &WorkspacePath, follow: Follow) -> Result<Located, FsError> {
        self.base.deadline.check()?;
        self.find(path, follow).map_err(|lost| self.tell(lost))
    }

    /// Whether a link exists for guests: it resolves to something in the workspace.
    pub(super) fn resolves(&mut self, link: &WorkspacePath) -> Result<bool, FsError> {
        match self.find(link, Follow::Yes) {
            Ok(located) => Ok(located.entry != Entry::Special),
            Err(Lost::Missing(_) | Lost::NotFolder(_)) => Ok(false),
            Err(Lost::Other(error)) => Err(error),
        }
    }

    /// What the guest is told: nothing about a place that it may not read.
    fn tell(&mut self, lost: Lost) -> FsError {
        let (place, error) = match lost {
            Lost::Missing(place) => (place, FsError::NotFound),
            Lost::NotFolder(place) => (place, FsError::NotFolder),
            Lost::Other(error) => return error,
        };
        match self.checkpoint.decide(PathAccess::Read, &place) {
            Ok(PathDecision::Allowed) => error,
            Ok(PathDecision::Refused) => FsError::Refused,
            Err(error) => error,
        }
    }

    /// The quick way: one look, when the path has no link in it.
    fn find(&mut self, path: &WorkspacePath, follow: Follow) -> Result<Located, Lost> {
        match self.entry(path)? {
            None => self.walk(&WorkspacePath::root(), path.as_str(), follow),
            Some(Entry::Link) if follow == Follow::Yes => self.walk(&WorkspacePath::root(), path.as_str(), follow),
            Some(Entry::Absent) => self.below_folder(path).map(|path| Located { path, entry: Entry::Absent }),
            Some(entry) => Ok(Located { path: path.clone(), entry }),
        }
    }

    /// What the call has at a path; none when a link comes before its last component.
    fn entry(&mut self, path: &WorkspacePath) -> Result<Option<Entry>, FsError> {
        match self.overlay.node(path) {
            Some(Node::File(id)) => return Ok(Some(Entry::Staged(id))),
            Some(Node::Folder) => return Ok(Some(Entry::Folder)),
            Some(Node::Gone) => return Ok(Some(Entry::Absent)),
            None => {}
        }
        Ok(match self.base.look(path)? {
            Looked::Absent => Some(Entry::Absent),
            Looked::Folder => Some(Entry::Folder),
            Looked::File(stat) => Some(Entry::Base(stat)),
            Looked::Link => Some(Entry::Link),
            Looked::Special => Some(Entry::Special),
            Looked::BehindLink => None,
        })
    }

    /// A path with nothing there, once its parent is known to be a folder.
    fn below_folder(&mut self, path: &WorkspacePath) -> Result<WorkspacePath, Lost> {
        let mut missing = path.clone();
        while let Some(parent) = missing.parent() {
            match self.entry(&parent)? {
                Some(Entry::Folder) if missing == *path => return Ok(missing),
                Some(Entry::Folder) => return Err(Lost::Missing(missing)),
                Some(Entry::Absent) => missing = parent,
                Some(Entry::Base(_) | Entry::Staged(_) | Entry::Special) => return Err(Lost::NotFolder(parent)),
                // The look at the path itself met no link: this one came meanwhile.
                Some(Entry::Link) | None => return Err(FsError::from(Conflict { path: parent, drift: Drift::Kind }).into()),
            }
        }
        Err(Lost::Missing(missing))
    }

    /// The long way: component by component, following links.
    fn walk(&mut self, folder: &WorkspacePath, text: &str, follow: Follow) -> Result<Located, Lost> {
        let mut at = match self.find(folder, if folder.is_root() { Follow::No } else { Follow::Yes })? {
            Located { path, entry: Entry::Folder } => path,
            Located { path, entry: Entry::Absent } => return Err(Lost::Missing(path)),
            Located { path, .. } => return Err(Lost::NotFolder(path)),
        };
        let mut links = 0;
        let mut pending: Vec<Step> = text.rsplit('/').map(|name| Step { name: name.to_owned(), source: Source::Text }).collect();
        while let Some(step) = pending.pop() {
            self.base.deadline.check()?;
            match (step.name.as_str(), step.source) {
                ("" | ".", _) => continue,
                ("..", source) => {
                    at = match (at.parent(), source) {
                        (Some(parent), _) => parent,
                        (None, Source::Text) => return Err(FsError::Refused.into()),
                        (None, Source::Link) => return Err(Lost::Missing(at)),
                    };
                    continue;
                }
                _ => {}
            }
            let path = match (join(&at, &step.name), step.source) {
                (Ok(path), _) => path,
                (Err(error), Source::Text) => return Err(error.into()),
                (Err(_), Source::Link) => return Err(Lost::Missing(at)),
            };
            let last = pending.is_empty();
            match self.entry(&path)? {
                Some(Entry::Folder) => at = path,
                Some(Entry::Link) if last && follow == Follow::No => return Ok(Located { path, entry: Entry::Link }),
                Some(Entry::Link) => {
                    links += 1;
                    let Some(target) = self.base.link_target(&path).filter(|target| links <= MAX_LINKS && is_relative(target)) else {
                        return Err(Lost::Missing(path));
                    };
                    pending.extend(target.rsplit('/').map(|name| Step { name: name.to_owned(), source: Source::Link }));
                }
                Some(Entry::Absent) if last && step.source == Source::Text => return Ok(Located { path, entry: Entry::Absent }),
                Some(Entry::Absent) => return Err(Lost::Missing(path)),
                Some(entry) if last => return Ok(Located { path, entry }),
                Some(_) => return Err(Lost::NotFolder(path)),
                // Every component before this one was a folder a moment ago.
                None => return Err(FsError::from(Conflict { path, drift: Drift::Kind }).into()),
            }
        }
        Ok(Located { path: at, entry: Entry::Folder })
    }
}

/// Whether a link's target can be followed at all.
fn is_relative(target: &str) -> bool {
    !target.is_empty() && !target.starts_with('/')
}

/// The text without what demands a folder: trailing slashes and `.` components. `.` alone stays.
fn without_slashes(text: &str) -> &str {
    let mut stem = text;
    loop {
        let shorter = stem.trim_end_matches('/');
        stem = shorter.strip_suffix("/.").unwrap_or(shorter);
        if stem.len() == shorter.len() {
            return stem;
        }
    }
}

/// A path below a folder; the text has no `..`, and is not absolute.
fn join(folder: &WorkspacePath, text: &str) -> Result<WorkspacePath, FsError> {
    folder.join(text).map_err(|error| match error.fault {
        PathFault::Escapes | PathFault::Absolute => FsError::Refused,
        PathFault::Empty => FsError::NotFound,
        PathFault::Nul | PathFault::TooLong => FsError::InvalidPath,
    })
}
