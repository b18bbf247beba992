//! A tree with its bounds counted, and one project folder in it.

use std::cell::Cell;

use cofferdam_base::{WorkspacePath, bounded};

use super::{Entry, Kind, MAX_DEPTH, MAX_ENTRIES, Source, Stat, Tree, TreeError};

/// Links followed one after another, as the kernel limits them (Linux `MAXSYMLINKS` is 40).
const MAX_LINK_HOPS: usize = 16;

/// A tree during one inspection: what it lists is counted.
pub(crate) struct View<'t> {
    tree: &'t dyn Tree,
    listed: Cell<u64>,
}

impl<'t> View<'t> {
    pub(crate) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, listed: Cell::new(0) }
    }

    /// The names in a folder, sorted by bytes.
    pub(crate) fn list(&self, folder: &WorkspacePath) -> Result<Vec<Entry>, TreeError> {
        let entries = self.tree.list(folder)?;
        let listed = self.listed.get().saturating_add(entries.len() as u64);
        self.listed.set(listed);
        if listed > MAX_ENTRIES || folder.components().count() > MAX_DEPTH {
            return Err(TreeError::TooMany { path: folder.clone() });
        }
        Ok(entries)
    }

    /// Kind and size of a path below folders that were listed; the last component is not followed.
    pub(crate) fn stat(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError> {
        self.tree.stat(path)
    }

    pub(crate) fn open(&self, path: &WorkspacePath) -> Result<Box<dyn Source + '_>, TreeError> {
        self.tree.open(path)
    }

    /// The whole of a file, links followed inside the tree; none where there is no file.
    pub(crate) fn read(&self, path: &WorkspacePath, limit: u64) -> Result<Option<Vec<u8>>, TreeError> {
        let Some((path, _)) = self.resolve_file(path)? else { return Ok(None) };
        let source = self.tree.open(&path)?;
        bounded::read_to_end(source, limit).map(Some).map_err(|error| {
            if error.kind() == std::io::ErrorKind::FileTooLarge {
                TreeError::TooLarge { path: path.clone(), limit }
            } else {
                TreeError::Io { path: path.clone(), source: error }
            }
        })
    }

    /// Like [`Self::read`], as text; bytes that are not UTF-8 become replacement characters, as the packagers read them.
    pub(crate) fn text(&self, path: &WorkspacePath, limit: u64) -> Result<Option<String>, TreeError> {
        Ok(self.read(path, limit)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The regular file that a path is, or that its link leads to without leaving the tree; none for anything else.
    pub(crate) fn resolve_file(&self, path: &WorkspacePath) -> Result<Option<(WorkspacePath, Stat)>, TreeError> {
        let mut path = path.clone();
        for _ in 0..MAX_LINK_HOPS {
            let Some(stat) = self.stat_plain(&path)? else { return Ok(None) };
            match stat.kind {
                Kind::File => return Ok(Some((path, stat))),
                Kind::Folder | Kind::Other => return Ok(None),
                Kind::Link => {}
            }
            let target = self.tree.link(&path)?;
            let Some(folder) = path.parent() else { return Ok(None) };
            match folder.join(&target) {
                Ok(next) if !turns_back(&target) => path = next,
                Ok(_) | Err(_) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Kind and size of a path that somebody wrote down, the last component not followed; none where a folder above it is
    /// no real one. A link above could lead out of the tree, so none is followed.
    fn stat_plain(&self, path: &WorkspacePath) -> Result<Option<Stat>, TreeError> {
        let mut above = path.parent();
        while let Some(folder) = above.filter(|folder| !folder.is_root()) {
            if !matches!(self.tree.stat(&folder)?, Some(Stat { kind: Kind::Folder, .. })) {
                return Ok(None);
            }
            above = folder.parent();
        }
        self.tree.stat(path)
    }
}

/// Whether a `..` comes after a name: what it means then depends on that name being a link.
fn turns_back(target: &str) -> bool {
    target.split('/').skip_while(|part| matches!(*part, ".." | "." | "")).any(|part| part == "..")
}

/// The folder of one project in a tree. Paths are relative to it.
pub(crate) struct Project<'v, 't> {
    view: &'v View<'t>,
    folder: WorkspacePath,
}

impl<'v, 't> Project<'v, 't> {
    pub(crate) fn new(view: &'v View<'t>, folder: WorkspacePath) -> Self {
        Self { view, folder }
    }

    pub(crate) fn view(&self) -> &'v View<'t> {
        self.view
    }

    pub(crate) fn folder(&self) -> &WorkspacePath {
        &self.folder
    }

    /// The place of a path in the tree; none where it would leave the tree.
    pub(crate) fn place(&self, path: &str) -> Option<WorkspacePath> {
        if path.is_empty() { Some(self.folder.clone()) } else { self.folder.join(path).ok() }
    }

    /// The names in a folder of the project, sorted by bytes.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<Entry>, TreeError> {
        self.place(folder).map_or_else(|| Ok(Vec::new()), |place| self.view.list(&place))
    }

    /// Kind and size, no link followed; none where nothing is there or the path leaves the tree.
    pub(crate) fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        self.place(path).map_or(Ok(None), |place| self.view.stat_plain(&place))
    }

    /// Whether the path is a file, or a link to one inside the tree.
    pub(crate) fn is_file(&self, path: &str) -> Result<bool, TreeError> {
        Ok(self.resolve(path)?.is_some())
    }

    /// The file a path leads to, see [`View::resolve_file`].
    pub(crate) fn resolve(&self, path: &str) -> Result<Option<(WorkspacePath, Stat)>, TreeError> {
        self.place(path).map_or(Ok(None), |place| self.view.resolve_file(&place))
    }

    /// The text of a file of the project, see [`View::text`].
    pub(crate) fn text(&self, path: &str, limit: u64) -> Result<Option<String>, TreeError> {
        self.place(path).map_or(Ok(None), |place| self.view.text(&place, limit))
    }
}
