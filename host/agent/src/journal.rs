//! The journal of a run: one JSON line a step, append-only, all that it takes to go on after an interruption.
//!
//! Format version 1: the first line is a [`RunHeader`], every further one a [`Step`]. A last line without its end is what a
//! crash left; it is cut off when the run is resumed.

use std::collections::{BTreeMap, BTreeSet};

use cofferdam_base::{CallId, Digest, RunId, Timestamp, WorkspacePath};
use cofferdam_memory::CallEvidence;
use cofferdam_model::{Caps, ChatResponse, Spent, ToolCall};
use cofferdam_store::{AppendFile, FileLine, Folder, StateError};
use serde::{Deserialize, Serialize};

use crate::{
    AgentError,
    context::{OutputTokens, Window},
    plan::Doubt,
    state::Stop,
};

/// Folder of the journals in the project's state.
const FOLDER: &str = "runs";
/// How a journal's file name ends.
const SUFFIX: &str = ".jsonl";
/// Largest journal that is read, in bytes: a run of the most steps with the largest observations stays far below.
const MAX_JOURNAL_BYTES: u64 = 256 << 20;
/// Version of the format.
pub const VERSION: u32 = 1;

/// What a run is, fixed at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunHeader {
    /// Version of the format.
    pub v: u32,
    /// The run.
    pub run: RunId,
    /// When it began.
    pub time: Timestamp,
    /// What the person asked for.
    pub task: String,
    /// Name of the provider.
    pub provider: String,
    /// Name of the model.
    pub model: String,
    /// What it may use.
    pub caps: Caps,
    /// The index of the memory as it was at the beginning: the same text stands in every request.
    pub index: String,
    /// The budgets of what the model is shown.
    #[serde(default)]
    pub window: Window,
    /// Bytes of what stands in every request: they leave the rest of the window to the steps. 0 in journals of before it was kept.
    #[serde(default)]
    pub fixed: usize,
    /// Whether the model is offered to plan.
    #[serde(default = "offered")]
    pub plans: bool,
    /// Most tokens of one answer.
    #[serde(default)]
    pub output_tokens: OutputTokens,
    /// How often a redaction wrote the journal anew: with another number, no byte of it stands where it stood.
    #[serde(default)]
    pub rewritten: u64,
}

/// Journals of before it was a choice.
fn offered() -> bool {
    true
}

#[cfg(test)]
impl RunHeader {
    /// The header of some run.
    pub(crate) fn of_a_test() -> Self {
        let (run, time) = (RunId::new(Timestamp(1), [1; 10]), Timestamp(1));
        let (task, provider, model) = ("a task".to_owned(), "p".to_owned(), "m".to_owned());
        let (caps, index, window) = (Caps::default(), String::new(), Window::default());
        let output_tokens = OutputTokens::default();
        Self { v: VERSION, run, time, task, provider, model, caps, index, window, fixed: 0, plans: true, output_tokens, rewritten: 0 }
    }
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// A process took the run up: its calls are recorded under this run of the ledger.
    Taken {
        /// The run as ledger and transcript know it.
        ledger: RunId,
        /// The caps from here on, where the person set some anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caps: Option<Caps>,
    },
    /// The run begins with a look at the folder: a call that the host makes before the model is asked.
    Looking {
        /// The call.
        call: ToolCall,
    },
    /// The model answered.
    Answered {
        /// What.
        response: ChatResponse,
        /// What the run has used with it.
        spent: Spent,
        /// Digest of what it was asked, as JSON; none in journals of before it was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Digest>,
        /// What confidential things it had in view, by name.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        secrets: BTreeSet<String>,
    },
    /// A call is about to be made.
    Calling {
        /// The model's identifier of it.
        id: String,
        /// The identifier that the ledger will know it by.
        call: CallId,
    },
    /// A call came to its end, whatever it was.
    Observed {
        /// The model's identifier of it.
        id: String,
        /// What the model is shown.
        content: String,
        /// What a memory may cite of it; none for what was refused and for the agent's own functions.
        evidence: Option<CallEvidence>,
        /// Whether text from outside came into view with it.
        outside: bool,
        /// Whether the world is another since.
        published: bool,
        /// What it came to.
        #[serde(default)]
        came: Came,
        /// The paths that it changed, with the digests of the files that it left there.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        left: BTreeMap<WorkspacePath, Option<Digest>>,
        /// The calls whose texts it shows again, in whatever run they were made: what is removed of one of them goes from here too.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        quotes: BTreeSet<CallId>,
        /// Whether it brought something from the network.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        network: bool,
        /// What is confidential in it, by name.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        secrets: BTreeSet<String>,
    },
    /// The plan was compared with the world, and what the facts say against it is another than before.
    Compared {
        /// That.
        doubts: Vec<Doubt>,
    },
    /// The model was about to end with open steps in its plan, or without a word, and was reminded.
    Reminded {
        /// In these words.
        text: String,
    },
    /// A person permits that a call is made again of which nobody knows whether it was done.
    Permitted {
        /// The number of the call.
        number: u64,
        /// What the model is told.
        text: String,
    },
    /// The run stands still; it can be taken up again.
    Stopped {
        /// Why.
        stop: Stop,
        /// What the run has used until then, with what brought no answer; none in journals of before it was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spent: Option<Spent>,
    },
    /// The run is at its end.
    Finished {
        /// What the model said at last.
        answer: String,
    },
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Came {
    /// The line is older than this word.
    #[default]
    Untold,
    /// It went the whole way through the gate: a tool's call, or a memory that was committed.
    Verified,
    /// A function of the agent's own was done.
    Own,
    /// It was refused: nothing changed.
    Refused,
    /// The loop did not make it.
    NotMade,
    /// It cannot be taken back, a crash interrupted it, and nobody knows whether it was done.
    Unknown,
}

/// What a journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What the run is.
    pub header: RunHeader,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

impl Recorded {
    /// The runs of the ledger that its calls are recorded under, in order.
    pub fn ledgers(&self) -> impl Iterator<Item = &RunId> {
        self.steps.iter().filter_map(|step| if let Step::Taken { ledger, .. } = step { Some(ledger) } else { None })
    }

    /// Whether the run came to its end, so that it cannot be resumed.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Finished { .. }))
    }
}

/// Reads a journal; gives the byte where its last whole line ends, and what it holds.
///
/// # Errors
/// [`AgentError::Journal`] for a line that does not read back.
pub fn parse(run: &RunId, bytes: &[u8]) -> Result<(usize, Recorded), AgentError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let fault = |line: usize, why: String| AgentError::Journal { run: run.to_string(), line, why };
    let mut lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let first = lines.next().ok_or_else(|| fault(1, "it is empty".to_owned()))?;
    let header = header_of(first).map_err(|why| fault(1, why))?;
    let steps = lines.enumerate().map(|(index, line)| serde_json::from_slice(line).map_err(|error| fault(index + 2, error.to_string())));
    Ok((whole, Recorded { header, steps: steps.collect::<Result<_, _>>()? }))
}

/// What the first line of a journal says; else what is wrong with it.
pub(crate) fn header_of(line: &[u8]) -> Result<RunHeader, String> {
    let header: RunHeader = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if header.v == VERSION { Ok(header) } else { Err(format!("version {} is not {VERSION}", header.v)) }
}

/// The name of a run's journal.
fn file_name(run: &RunId) -> String {
    format!("{run}{SUFFIX}")
}

/// Opens a journal for this process alone: two that write one would mix their steps, and a redaction would lose the newest.
fn held(folder: &Folder, run: &RunId) -> Result<AppendFile, AgentError> {
    let name = file_name(run);
    loop {
        let file = folder.appending(&name)?.ok_or_else(|| AgentError::UnknownRun { run: Some(run.clone()) })?;
        file.hold()?;
        // Somebody put a new file in its place before it was held: the new one is meant.
        if folder.is_named(&file, &name)? {
            return Ok(file);
        }
    }
}

/// An open journal. No other process writes it meanwhile.
#[derive(Debug)]
pub struct Journal {
    file: AppendFile,
}

impl Journal {
    /// Begins the journal of a new run, durably: after a crash there is none, or one with its first line.
    ///
    /// # Errors
    /// The state folder's.
    pub fn begin(state: &Folder, header: &RunHeader) -> Result<Self, AgentError> {
        let folder = state.folder(FOLDER)?;
        folder.replace(&file_name(&header.run), &line_of(header)?)?;
        Ok(Self { file: held(&folder, &header.run)? })
    }

    /// Opens the journal of a run to go on with it; gives what it holds.
    ///
    /// # Errors
    /// [`AgentError::UnknownRun`], [`AgentError::Journal`], the state folder's; [`StateError::Held`] where another process works
    /// with it.
    pub(crate) fn open(state: &Folder, run: &RunId) -> Result<(Self, RunHeader, Vec<Step>), AgentError> {
        let folder = state.folder(FOLDER)?;
        let mut file = held(&folder, run)?;
        let bytes = folder.read(&file_name(run), MAX_JOURNAL_BYTES)?.unwrap_or_default();
        let (whole, Recorded { header, steps }) = parse(run, &bytes)?;
        if whole < bytes.len() {
            file.cut(whole as u64)?;
        }
        Ok((Self { file }, header, steps))
    }

    /// What the journal of a run holds. A last line without its end is passed over: a crash left it, or it is being written.
    ///
    /// # Errors
    /// [`AgentError::UnknownRun`], [`AgentError::Journal`], the state folder's.
    pub fn read(state: &Folder, run: &RunId) -> Result<Recorded, AgentError> {
        let bytes = state.folder(FOLDER)?.read(&file_name(run), MAX_JOURNAL_BYTES)?;
        let bytes = bytes.ok_or_else(|| AgentError::UnknownRun { run: Some(run.clone()) })?;
        Ok(parse(run, &bytes)?.1)
    }

    /// The runs of a project, oldest first.
    ///
    /// # Errors
    /// The state folder's.
    pub fn runs(state: &Folder) -> Result<Vec<RunId>, StateError> {
        let names = state.folder(FOLDER)?.list()?;
        let mut runs: Vec<RunId> = names.iter().filter_map(|name| name.strip_suffix(SUFFIX)?.parse().ok()).collect();
        runs.sort();
        Ok(runs)
    }

    /// The byte where the last whole line of a run's journal ends, without a look at what comes before; none where there is no
    /// such journal.
    pub(crate) fn end(state: &Folder, run: &RunId) -> Result<Option<u64>, StateError> {
        let file = state.folder(FOLDER)?.reading(&file_name(run))?;
        file.map(|file| file.end_of_lines()).transpose().map_err(|cause| unread(run, cause))
    }

    /// The whole lines of a run's journal from a byte on, each with the byte where it begins; none where there is no such
    /// journal.
    pub(crate) fn lines(
        state: &Folder,
        run: &RunId,
        from: u64,
    ) -> Result<impl Iterator<Item = Result<(u64, Vec<u8>), StateError>>, StateError> {
        let file = state.folder(FOLDER)?.reading(&file_name(run))?;
        let lines = file.into_iter().flat_map(move |file| file.lines(from, MAX_JOURNAL_BYTES));
        Ok(lines.filter_map(move |line| match line {
            Ok((at, FileLine::Whole(line))) => Some(Ok((at, line))),
            Ok((_, FileLine::Torn | FileLine::TooLong)) => None,
            Err(cause) => Some(Err(unread(run, cause))),
        }))
    }

    /// The runs of the ledger that those of its lines tell of that read back.
    pub(crate) fn readable_ledgers(state: &Folder, run: &RunId) -> Result<BTreeSet<RunId>, StateError> {
        let mut ledgers = BTreeSet::new();
        for line in Self::lines(state, run, 0)? {
            if let Ok(Step::Taken { ledger, .. }) = serde_json::from_slice(&line?.1) {
                ledgers.insert(ledger);
            }
        }
        Ok(ledgers)
    }

    /// Puts other steps in the place of those that it has, all at once.
    pub(crate) fn rewrite(&self, state: &Folder, run: &RunId, header: &RunHeader, steps: &[Step]) -> Result<(), AgentError> {
        let header = RunHeader { rewritten: header.rewritten.saturating_add(1), ..header.clone() };
        let mut new = state.folder(FOLDER)?.replacing(&file_name(run))?;
        new.write(&line_of(&header)?)?;
        for step in steps {
            new.write(&line_of(step)?)?;
        }
        Ok(new.publish()?)
    }

    /// Whether a process works with the run now.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn is_held(state: &Folder, run: &RunId) -> Result<bool, StateError> {
        let Some(file) = state.folder(FOLDER)?.appending(&file_name(run))? else { return Ok(false) };
        match file.hold() {
            Ok(()) => Ok(false),
            Err(StateError::Held(_)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Removes the journal of a run.
    pub(crate) fn remove(&self, state: &Folder, run: &RunId) -> Result<(), AgentError> {
        let folder = state.folder(FOLDER)?;
        folder.remove(&file_name(run))?;
        Ok(folder.sync()?)
    }

    /// Takes a step down.
    pub(crate) fn write(&mut self, step: &Step) -> Result<(), AgentError> {
        self.line(step)
    }

    /// Takes a step down, so that a power loss does not lose it: before anything becomes real.
    pub(crate) fn write_durably(&mut self, step: &Step) -> Result<(), AgentError> {
        self.line(step)?;
        Ok(self.file.sync()?)
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), AgentError> {
        let line = line_of(value)?;
        self.file.append(&line).map_err(|error| {
            // The cause is what the caller has to hear; a part of the line must not stay in front of the next one.
            let _ = self.file.cut(self.file.len());
            error.into()
        })
    }
}

fn unread(run: &RunId, cause: std::io::Error) -> StateError {
    StateError::Io { doing: "read", name: format!("{FOLDER}/{}", file_name(run)), cause }
}

fn line_of(value: &impl Serialize) -> Result<Vec<u8>, AgentError> {
    let mut line = serde_json::to_vec(value).map_err(AgentError::Write)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_before_the_plan_read_back() {
        let old = r#"{"step":"observed","id":"a","content":"{}","evidence":null,"outside":true,"published":false}"#;
        let Step::Observed { came, left, quotes, network, secrets, .. } = serde_json::from_str(old).unwrap() else {
            panic!("an observation")
        };
        assert!(came == Came::Untold && left.is_empty() && quotes.is_empty() && !network && secrets.is_empty());
    }

    #[test]
    fn lines_of_before_stops_and_raised_caps_were_counted_read_back_and_stay_as_they_are() {
        let taken = r#"{"step":"taken","ledger":"LEDGER"}"#.replace("LEDGER", &RunId::new(Timestamp(1), [1; 10]).to_string());
        for old in [r#"{"step":"stopped","stop":{"why":"interrupted"}}"#, &taken] {
            let step: Step = serde_json::from_str(old).unwrap();
            assert!(matches!(step, Step::Stopped { spent: None, .. } | Step::Taken { caps: None, .. }), "{step:?}");
            assert_eq!(serde_json::to_string(&step).unwrap(), old);
        }
        let mut header = serde_json::to_value(RunHeader::of_a_test()).unwrap();
        header.as_object_mut().unwrap().remove("output_tokens").unwrap();
        assert_eq!(serde_json::from_value::<RunHeader>(header).unwrap(), RunHeader::of_a_test());
    }
}
