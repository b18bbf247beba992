//! The host's postconditions, simulated on a run. The host has its own code for them; a tool's tests must not need it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Change, Run};
use crate::{Digest, View, WorkspacePath};

/// A reference into a call: `args.path` or `output.sha256`.
type Reference = String;

#[derive(Debug, Deserialize)]
#[serde(tag = "check", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Postcondition {
    Exists { path: Reference },
    Absent { path: Reference },
    ContentIs { path: Reference, value: Reference },
    DigestIs { path: Reference, value: Reference },
    SameAsBefore { path: Reference, before: Reference },
    ReplacedOnce { path: Reference, find: Reference, put: Reference },
    ChangesOnly { paths: Vec<Reference> },
}

impl Postcondition {
    pub(crate) fn references(&self) -> Vec<&str> {
        match self {
            Self::Exists { path } | Self::Absent { path } => vec![path],
            Self::ContentIs { path, value } | Self::DigestIs { path, value } => vec![path, value],
            Self::SameAsBefore { path, before } => vec![path, before],
            Self::ReplacedOnce { path, find, put } => vec![path, find, put],
            Self::ChangesOnly { paths } => paths.iter().map(String::as_str).collect(),
        }
    }

    /// Whether it holds; what cannot be resolved or read does not hold.
    pub(crate) fn check(&self, run: &Run<'_>, changes: &BTreeMap<String, Change>) -> Result<(), String> {
        let holds = match self {
            Self::Exists { path } => run.now().stat(&file(run, path)?).map_err(show)?.is_some(),
            Self::Absent { path } => run.now().stat(&file(run, path)?).map_err(show)?.is_none(),
            Self::ContentIs { path, value } => content(&run.now(), &file(run, path)?)? == text(run, value)?.as_bytes(),
            Self::DigestIs { path, value } => Digest::of(&content(&run.now(), &file(run, path)?)?).to_string() == text(run, value)?,
            Self::SameAsBefore { path, before } => content(&run.now(), &file(run, path)?)? == content(&run.before(), &file(run, before)?)?,
            Self::ReplacedOnce { path, find, put } => {
                let path = file(run, path)?;
                let old = String::from_utf8(content(&run.before(), &path)?).map_err(|error| error.to_string())?;
                let (find, put) = (text(run, find)?, text(run, put)?);
                old.matches(find).count() == 1 && content(&run.now(), &path)? == old.replacen(find, put, 1).as_bytes()
            }
            Self::ChangesOnly { paths } => {
                let paths = paths.iter().map(|path| file(run, path)).collect::<Result<Vec<_>, _>>()?;
                changes.iter().all(|(changed, change)| {
                    let leads_to = |path: &WorkspacePath| path.ancestors().iter().any(|folder| folder.as_str() == changed);
                    paths.iter().any(|path| path.as_str() == changed)
                        // Making `a/b.txt` makes `a`.
                        || (*change == Change::FolderMade && paths.iter().any(leads_to))
                })
            }
        };
        if holds { Ok(()) } else { Err(format!("{self:?} does not hold; changed: {changes:?}")) }
    }
}

fn text<'a>(run: &'a Run<'_>, reference: &str) -> Result<&'a str, String> {
    let (root, name) = reference.split_once('.').ok_or("a reference without a dot")?;
    let root = match root {
        "args" => &run.arguments,
        "output" => run.outcome(),
        _ => return Err(format!("`{reference}` is neither `args` nor `output`")),
    };
    root.get(name).and_then(Value::as_str).ok_or_else(|| format!("the call has no text `{reference}`"))
}

fn file(run: &Run<'_>, reference: &str) -> Result<WorkspacePath, String> {
    text(run, reference)?.parse().map_err(|error: cofferdam_base::path::PathError| error.to_string())
}

fn content(view: &View, path: &WorkspacePath) -> Result<Vec<u8>, String> {
    view.read(path).map_err(show)
}

fn show(error: crate::WorkspaceError) -> String {
    error.to_string()
}
