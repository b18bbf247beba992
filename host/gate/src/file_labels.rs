//! What files carry that is confidential, by the digest of their contents: so that it does not fade when it is written down and read again.
//!
//! A file that a call changes carries what the call may carry. Its contents are what is labelled, not its name: a copy is labelled too, and
//! a file that somebody else writes anew is not.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::Digest;
use cofferdam_store::{ChangeSet, Fact, Folder, ReadSet, StateDir, StateError, WorkspaceLock};
use serde::{Deserialize, Serialize};

use crate::refusal::Fault;

/// Name of the file in the state folder: one label a line, in the order in which they were given.
const FILE: &str = "file-labels.jsonl";
/// Largest such file: some hundred thousand labels. What cannot be labelled is not published.
const MAX_BYTES: u64 = 32 << 20;

/// The contents of a file that a call read.
fn content(fact: &Fact) -> Option<Digest> {
    match fact {
        Fact::File { content, .. } => *content,
        Fact::Absent | Fact::Folder { .. } | Fact::Link { .. } | Fact::Special => None,
    }
}

/// What some contents carry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    content: Digest,
    secrets: BTreeSet<String>,
}

/// The labels as they were when they were last read.
#[derive(Debug, Default)]
pub(crate) struct FileLabels {
    bytes: u64,
    /// Whether a crash left a last line without its end.
    is_torn: bool,
    by_content: BTreeMap<Digest, BTreeSet<String>>,
}

impl FileLabels {
    /// What is confidential in what a call read.
    ///
    /// # Errors
    /// The state folder's; a file that does not read back.
    pub(crate) fn of_reads<'f>(&mut self, state: &StateDir, facts: impl Iterator<Item = &'f Fact>) -> Result<BTreeSet<String>, Fault> {
        self.of_contents(state, facts.filter_map(content))
    }

    /// What is confidential in some contents.
    ///
    /// # Errors
    /// See [`FileLabels::of_reads`].
    pub(crate) fn of_contents(&mut self, state: &StateDir, contents: impl Iterator<Item = Digest>) -> Result<BTreeSet<String>, Fault> {
        self.refresh(state.folder())?;
        Ok(contents.filter_map(|content| self.by_content.get(&content)).flatten().cloned().collect())
    }

    /// Labels the files that a call is about to change, durably. Contents that say nothing are not labelled, nor those that it found as
    /// they are and moved: they carry what they carried.
    ///
    /// # Errors
    /// The state folder's; too many labels.
    pub(crate) fn keep(
        &mut self,
        lock: &WorkspaceLock<'_>,
        changes: &ChangeSet,
        reads: &ReadSet,
        secrets: &BTreeSet<String>,
    ) -> Result<(), Fault> {
        if secrets.is_empty() {
            return Ok(());
        }
        let folder = lock.state().folder();
        self.refresh(folder)?;
        let is_known = |content: &Digest| self.by_content.get(content).is_some_and(|known| known.is_superset(secrets));
        let found: BTreeSet<Digest> = reads.iter().filter_map(|(_, fact)| content(fact)).chain([Digest::of(b"")]).collect();
        let after = changes.iter().filter_map(|(_, change)| change.after().copied());
        let new: Vec<Digest> = after.filter(|content| !found.contains(content) && !is_known(content)).collect();
        if new.is_empty() {
            return Ok(());
        }
        // What a crash left is a line of its own, which is none.
        let mut lines = if self.is_torn { vec![b'\n'] } else { Vec::new() };
        for content in new {
            serde_json::to_writer(&mut lines, &Label { content, secrets: secrets.clone() })?;
            lines.push(b'\n');
        }
        if self.bytes.saturating_add(lines.len() as u64) > MAX_BYTES {
            return Err(StateError::TooLarge { name: FILE.to_owned(), limit: MAX_BYTES }.into());
        }
        let mut file = folder.append(FILE)?;
        file.append(&lines)?;
        file.sync()?;
        self.refresh(folder)
    }

    /// Reads what came since.
    fn refresh(&mut self, folder: &Folder) -> Result<(), Fault> {
        let bytes = folder.len_of(FILE)?.unwrap_or_default();
        if bytes == self.bytes {
            return Ok(());
        }
        let text = folder.read(FILE, MAX_BYTES)?.unwrap_or_default();
        self.by_content.clear();
        // A crash can leave a last line without its end: what it was about was not published.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Ok(Label { content, secrets }) = serde_json::from_slice(line) {
                self.by_content.entry(content).or_default().extend(secrets);
            }
        }
        self.is_torn = whole < text.len();
        self.bytes = text.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_contents_join_and_a_torn_line_is_left_out() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open_ambient(&home.path().join("state")).unwrap();
        let content = Digest::of(b"notes");
        let line = |secret: &str| serde_json::to_string(&Label { content, secrets: [secret.to_owned()].into() }).unwrap();
        let mut file = folder.append(FILE).unwrap();
        file.append(format!("{}\n{}\n{{\"content\":", line(".env"), line("id_rsa")).as_bytes()).unwrap();
        let mut labels = FileLabels::default();
        labels.refresh(&folder).unwrap();
        assert_eq!(labels.by_content[&content], [".env".to_owned(), "id_rsa".to_owned()].into());
        assert!(labels.is_torn);
        file.append(format!("\n{}\n", line("more")).as_bytes()).unwrap();
        labels.refresh(&folder).unwrap();
        assert!(labels.by_content[&content].contains("more") && !labels.is_torn);
    }
}
