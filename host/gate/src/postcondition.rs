//! What the host checks itself after a call, before the tool's own hook is asked.

use std::fmt;

use cofferdam_base::{WorkspacePath, text};
use cofferdam_store::{Create, Follow, FsError, OpenOptions, Stage, Staged};
use cofferdam_trust::manifest::{Postcondition, Ref};
use serde_json::Value;

/// Proof that every postcondition of the function holds; how many there were.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub(crate) struct Held {
    /// Postconditions that were checked.
    pub(crate) count: usize,
}

/// A postcondition that does not hold.
#[derive(Debug)]
pub struct Broken {
    check: &'static str,
    path: String,
    why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postcondition `{}` does not hold for `{}`: {}", self.check, text::inline(&self.path, 200), text::inline(&self.why, 300))
    }
}

impl std::error::Error for Broken {}

/// One call as the postconditions see it.
pub(crate) struct Scene<'a> {
    /// The checked arguments.
    pub(crate) arguments: &'a Value,
    /// The checked outcome.
    pub(crate) output: &'a Value,
    /// What the call left.
    pub(crate) staged: &'a Staged,
}

impl Scene<'_> {
    /// Checks all postconditions.
    ///
    /// # Errors
    /// The first that does not hold. One that cannot be checked does not hold.
    pub(crate) fn verify(&self, postconditions: &[Postcondition]) -> Result<Held, Broken> {
        for postcondition in postconditions {
            self.verify_one(postcondition)?;
        }
        Ok(Held { count: postconditions.len() })
    }

    fn verify_one(&self, postcondition: &Postcondition) -> Result<(), Broken> {
        let look = Look { scene: self, check: name(postcondition) };
        match postcondition {
            Postcondition::Exists { path } => {
                let path = look.path(path)?;
                self.staged
                    .view()
                    .stat(&path, Follow::Yes)
                    .map(drop)
                    .map_err(|error| look.broken(&path, &format!("nothing can be found there: {error}")))
            }
            Postcondition::Absent { path } => {
                let path = look.path(path)?;
                match self.staged.view().stat(&path, Follow::Yes) {
                    Err(FsError::NotFound) => Ok(()),
                    Ok(_) => Err(look.broken(&path, "something is there")),
                    Err(error) => Err(look.broken(&path, &format!("whether something is there cannot be told: {error}"))),
                }
            }
            Postcondition::ContentIs { path, value } => {
                let path = look.path(path)?;
                let wanted = look.text(value)?.as_bytes();
                look.expect(&path, look.after(&path)? == wanted, "its content is another")
            }
            Postcondition::DigestIs { path, value } => {
                let path = look.path(path)?;
                let wanted = look.text(value)?;
                let found = cofferdam_base::Digest::of(&look.after(&path)?).to_string();
                look.expect(&path, found == wanted, "its content has another digest")
            }
            Postcondition::SameAsBefore { path, before } => {
                let (path, before) = (look.path(path)?, look.path(before)?);
                look.expect(&path, look.after(&path)? == look.before(&before)?, "its content is not what the other file's was")
            }
            Postcondition::ReplacedOnce { path, find, put } => {
                let path = look.path(path)?;
                let (find, put) = (look.text(find)?.as_bytes(), look.text(put)?.as_bytes());
                let wanted = replaced_once(&look.before(&path)?, find, put).map_err(|why| look.broken(&path, why))?;
                look.expect(&path, look.after(&path)? == wanted, "something else than the one replacement changed")
            }
            Postcondition::ChangesOnly { paths } => {
                let mut allowed = Vec::new();
                for reference in paths {
                    look.paths(reference, &mut allowed)?;
                }
                // A folder that had to be made on the way to an allowed path belongs to it.
                let belongs = |path: &WorkspacePath, is_folder: bool| {
                    allowed.iter().any(|allowed| path.is_within(allowed) || (is_folder && allowed.is_within(path)))
                };
                let other = self
                    .staged
                    .changes()
                    .iter()
                    .find(|(path, change)| !belongs(path, matches!(change, cofferdam_store::Change::MakeFolder)));
                match other {
                    None => Ok(()),
                    Some((path, _)) => Err(look.broken(path, "the call had no business to change it")),
                }
            }
        }
    }
}

fn name(postcondition: &Postcondition) -> &'static str {
    match postcondition {
        Postcondition::Exists { .. } => "exists",
        Postcondition::Absent { .. } => "absent",
        Postcondition::ContentIs { .. } => "content-is",
        Postcondition::DigestIs { .. } => "digest-is",
        Postcondition::SameAsBefore { .. } => "same-as-before",
        Postcondition::ReplacedOnce { .. } => "replaced-once",
        Postcondition::ChangesOnly { .. } => "changes-only",
    }
}

/// One check, with what its errors need.
struct Look<'a> {
    scene: &'a Scene<'a>,
    check: &'static str,
}

impl Look<'_> {
    fn broken(&self, path: &WorkspacePath, why: &str) -> Broken {
        Broken { check: self.check, path: path.to_string(), why: why.to_owned() }
    }

    fn expect(&self, path: &WorkspacePath, holds: bool, why: &str) -> Result<(), Broken> {
        if holds { Ok(()) } else { Err(self.broken(path, why)) }
    }

    fn value(&self, reference: &Ref) -> Result<&Value, Broken> {
        let scene = self.scene;
        reference.resolve(scene.arguments, scene.output).ok_or_else(|| Broken {
            check: self.check,
            path: reference.to_string(),
            why: "the call has no such value".to_owned(),
        })
    }

    fn text(&self, reference: &Ref) -> Result<&str, Broken> {
        let value = self.value(reference)?;
        value.as_str().ok_or_else(|| Broken { check: self.check, path: reference.to_string(), why: "it is no string".to_owned() })
    }

    fn parse(&self, text: &str) -> Result<WorkspacePath, Broken> {
        WorkspacePath::parse(text).map_err(|error| Broken { check: self.check, path: text.to_owned(), why: error.to_string() })
    }

    fn path(&self, reference: &Ref) -> Result<WorkspacePath, Broken> {
        self.parse(self.text(reference)?)
    }

    fn paths(&self, reference: &Ref, into: &mut Vec<WorkspacePath>) -> Result<(), Broken> {
        let Value::Array(items) = self.value(reference)? else {
            into.push(self.path(reference)?);
            return Ok(());
        };
        for item in items {
            let text = item.as_str().ok_or_else(|| Broken {
                check: self.check,
                path: reference.to_string(),
                why: "it lists no strings".to_owned(),
            })?;
            into.push(self.parse(text)?);
        }
        Ok(())
    }

    fn after(&self, path: &WorkspacePath) -> Result<Vec<u8>, Broken> {
        content(self.scene.staged.view(), path).map_err(|error| self.broken(path, &format!("it cannot be read after the call: {error}")))
    }

    fn before(&self, path: &WorkspacePath) -> Result<Vec<u8>, Broken> {
        content(self.scene.staged.before(), path)
            .map_err(|error| self.broken(path, &format!("it cannot be read as it was before the call: {error}")))
    }
}

/// A file's whole content; the store bounds it.
fn content(mut stage: Stage, path: &WorkspacePath) -> Result<Vec<u8>, FsError> {
    let options = OpenOptions { read: true, write: false, create: Create::Never, truncate: false };
    let file = stage.open(path, options, Follow::Yes)?;
    let size = usize::try_from(stage.file_stat(file)?.size).unwrap_or(usize::MAX);
    Ok(stage.read_at(file, 0, size)?.to_vec())
}

/// `before` with its one occurrence of `find` replaced.
fn replaced_once(before: &[u8], find: &[u8], put: &[u8]) -> Result<Vec<u8>, &'static str> {
    if find.is_empty() {
        return Err("the text to find is empty");
    }
    // Overlapping occurrences count as well: with them it is not clear which one was meant.
    let mut places = before.windows(find.len()).enumerate().filter(|(_, window)| *window == find).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => {
            let (head, rest) = before.split_at(place);
            let tail = rest.get(find.len()..).unwrap_or_default();
            Ok([head, put, tail].concat())
        }
        (None, _) => Err("the text to find was not there before the call"),
        (Some(_), Some(_)) => Err("the text to find was there more than once before the call"),
    }
}

#[cfg(test)]
mod tests {
    use super::replaced_once;

    #[test]
    fn replaces_the_one_occurrence_and_refuses_none_and_two() {
        assert_eq!(replaced_once(b"port = 1", b"1", b"2").unwrap(), b"port = 2");
        assert_eq!(replaced_once(b"abc", b"abc", b"").unwrap(), b"");
        assert!(replaced_once(b"aa", b"a", b"b").is_err());
        assert!(replaced_once(b"aaa", b"aa", b"b").is_err());
        assert!(replaced_once(b"x", b"y", b"z").is_err());
        assert!(replaced_once(b"x", b"", b"z").is_err());
    }
}
