//! What was said in the runs of the agent, as it is found again: the task, what the model said beside its calls, and its answers.
//!
//! It stands in the journals, and nowhere else. A journal only grows, so what came since is read and nothing before it; one
//! that a redaction wrote anew says so in its first line. That count is what makes the difference seen, and not something of
//! the file: it is written with the new text at once, so that no rewrite goes without it, whatever its length. The number of a
//! file can come again, its times are as coarse as the file system has them and change with every line, and a digest of what
//! stood there costs a pass over all of it.

use std::collections::BTreeSet;

use cofferdam_base::RunId;
use cofferdam_recall::{Conversation, Conversations, RecallError, Role, Words};
use cofferdam_store::Folder;

use crate::journal::{Journal, Step, header_of};

/// The journals of a project, as conversations.
#[derive(Debug)]
pub struct Journals {
    state: Folder,
    asking: Option<RunId>,
}

impl Journals {
    /// Those in a project's state folder.
    #[must_use]
    pub fn of(state: &Folder) -> Self {
        Self { state: state.clone(), asking: None }
    }

    /// The same, for a run that looks for what other runs said.
    #[must_use]
    pub(crate) fn asked_by(self, run: &RunId) -> Self {
        Self { asking: Some(run.clone()), ..self }
    }
}

impl Conversations for Journals {
    fn asking(&self) -> Option<&RunId> {
        self.asking.as_ref()
    }

    fn list(&self) -> Result<Vec<Conversation>, RecallError> {
        let mut conversations = Vec::new();
        for run in Journal::runs(&self.state)? {
            let first = Journal::lines(&self.state, &run, 0)?.next().transpose()?;
            // One without a first line that reads back has no words; whoever looks at the run is told of it.
            let header = first.and_then(|(_, line)| header_of(&line).ok());
            if let (Some(header), Some(end)) = (header, Journal::end(&self.state, &run)?) {
                conversations.push(Conversation { run, end, rewritten: header.rewritten });
            }
        }
        Ok(conversations)
    }

    fn said_from(&self, run: &RunId, from: u64, each: &mut dyn FnMut(u64, Words) -> Result<(), RecallError>) -> Result<u64, RecallError> {
        let mut end = from;
        for line in Journal::lines(&self.state, run, from)? {
            let (at, line) = line?;
            end = at.saturating_add(line.len() as u64).saturating_add(1);
            if let Some(words) = words(run, at, &line) {
                each(at, words)?;
            }
        }
        Ok(end)
    }

    fn read(&self, run: &RunId, at: u64) -> Result<Option<Words>, RecallError> {
        let line = Journal::lines(&self.state, run, at)?.next().transpose()?;
        Ok(line.and_then(|(at, line)| words(run, at, &line)))
    }
}

/// What a line of a journal says in words: the first one has the task. One that does not read back says nothing.
///
/// The text of a run's end is that of its last answer, so it is not taken twice.
fn words(run: &RunId, at: u64, line: &[u8]) -> Option<Words> {
    let (step, role, text, secrets) = if at == 0 {
        (0, Role::Task, header_of(line).ok()?.task, BTreeSet::new())
    } else {
        let Step::Answered { response, spent, secrets, .. } = serde_json::from_slice(line).ok()? else { return None };
        let role = if response.calls.is_empty() { Role::Answer } else { Role::Remark };
        (spent.steps, role, response.text, secrets)
    };
    (!text.trim().is_empty()).then(|| Words { run: run.clone(), step, role, text, secrets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunHeader;
    use cofferdam_model::{ChatResponse, Finish, Spent, TokenUsage, ToolCall};

    fn answered(step: u64, text: &str, calls: usize) -> Step {
        let call = ToolCall { id: "a".into(), name: "files.read".into(), arguments: "{}".into() };
        let response = ChatResponse { text: text.into(), calls: vec![call; calls], finish: Finish::Stop, usage: TokenUsage::default() };
        let spent = Spent { steps: step, ..Spent::default() };
        Step::Answered { response, spent, request: None, secrets: BTreeSet::new() }
    }

    fn said(journals: &Journals, run: &RunId, from: u64) -> (Vec<(u64, Words)>, u64) {
        let mut found = Vec::new();
        let end = journals.said_from(run, from, &mut |at, words| {
            found.push((at, words));
            Ok(())
        });
        (found, end.unwrap())
    }

    fn texts(found: &[(u64, Words)]) -> Vec<(Role, u64, &str)> {
        found.iter().map(|(_, words)| (words.role, words.step, words.text.as_str())).collect()
    }

    /// A project with one run that was begun.
    fn begun() -> (tempfile::TempDir, Folder, RunHeader, Journal) {
        let root = tempfile::TempDir::new().unwrap();
        let state = Folder::open_ambient(&root.path().join("state")).unwrap();
        let header = RunHeader::of_a_test();
        let journal = Journal::begin(&state, &header).unwrap();
        (root, state, header, journal)
    }

    #[test]
    fn the_task_the_remarks_and_the_answer_are_said_each_once() {
        let (_root, state, header, mut journal) = begun();
        for step in [
            answered(1, "I look first.", 1),
            answered(2, " ", 1),
            answered(3, "It is done.", 0),
            Step::Finished { answer: "It is done.".into() },
        ] {
            journal.write(&step).unwrap();
        }
        let journals = Journals::of(&state);
        let (found, end) = said(&journals, &header.run, 0);
        let expected = [(Role::Task, 0, "a task"), (Role::Remark, 1, "I look first."), (Role::Answer, 3, "It is done.")];
        assert_eq!(texts(&found), expected);
        assert_eq!(journals.list().unwrap(), [Conversation { run: header.run.clone(), end, rewritten: 0 }]);
        for (at, words) in found {
            assert_eq!(journals.read(&header.run, at).unwrap(), Some(words));
        }
        // In the middle of a line, and behind the last one.
        assert_eq!((journals.read(&header.run, 1).unwrap(), journals.read(&header.run, end).unwrap()), (None, None));
    }

    #[test]
    fn only_what_came_since_is_read_and_a_torn_line_waits_for_its_end() {
        let (_root, state, header, mut journal) = begun();
        let journals = Journals::of(&state);
        let (_, end) = said(&journals, &header.run, 0);
        let mut file = state.folder("runs").unwrap().append(&format!("{}.jsonl", header.run)).unwrap();
        file.append(&serde_json::to_vec(&answered(1, "half", 0)).unwrap()).unwrap();
        assert_eq!(said(&journals, &header.run, end), (Vec::new(), end));
        assert_eq!(journals.list().unwrap()[0].end, end);
        // Somebody ended it, and wrote a line that is none; what comes then is found all the same.
        file.append(b"\n{}\n").unwrap();
        journal.write(&answered(2, "more", 0)).unwrap();
        let (found, grown) = said(&journals, &header.run, end);
        assert_eq!(texts(&found), [(Role::Answer, 1, "half"), (Role::Answer, 2, "more")]);
        assert_eq!(journals.list().unwrap()[0].end, grown);
    }

    #[test]
    fn a_journal_that_is_written_anew_is_another_one_even_where_it_has_the_same_length() {
        let (_root, state, header, mut journal) = begun();
        journal.write(&answered(1, "secret", 0)).unwrap();
        drop(journal);
        let journals = Journals::of(&state);
        let mut known = journals.list().unwrap();
        for rewritten in 1..3 {
            let (journal, header, _) = Journal::open(&state, &header.run).unwrap();
            journal.rewrite(&state, &header.run, &header, &[answered(1, "gone__", 0)]).unwrap();
            let now = journals.list().unwrap();
            assert_eq!((now[0].end, now[0].rewritten), (known[0].end, rewritten));
            known = now;
        }
    }

    #[test]
    fn a_journal_without_its_first_line_has_no_words() {
        let (_root, state, header, _) = begun();
        for text in ["", "{\"v\":1", "{}\n", "nothing\n"] {
            state.folder("runs").unwrap().replace(&format!("{}.jsonl", header.run), text.as_bytes()).unwrap();
            assert_eq!(Journals::of(&state).list().unwrap(), [], "{text}");
        }
    }
}
