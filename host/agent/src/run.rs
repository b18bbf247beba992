//! The loop: what comes next is done, and taken down.

use std::collections::BTreeMap;

use cofferdam_base::{CallId, Class, Clock, Diagnostic as _, Digest, EntryId, Interrupt, RunId, WorkspacePath};
use cofferdam_gate::{CallInput, Fault, Gate, Mode, Publication, Recovery, Refused, transcript::Body};
use cofferdam_memory::{CallEvidence, Entry};
use cofferdam_model::{Answered, Budget, Caps, ChatRequest, Embeddings, Prices, Provider, Spent, ToolCall, ToolSpec};
use cofferdam_policy::{Integrity, Origin};
use cofferdam_recall::{Meaning, Recall};
use cofferdam_store::{change::ChangeSummary, publish::history};

use crate::{
    AgentError, ByModel, Journal, RunHeader, Watcher,
    builtin::{self, Brought},
    context::{Assembled, Estimate, OutputTokens, Window, assemble, digest, fixed},
    conversations::Journals,
    facts,
    journal::{Came, Step, VERSION},
    observation, plan,
    progress::{Next, Progress},
    prompt, recall, send,
    state::Stop,
};

/// Most calls of one answer that are made; the model is told of the others.
const MAX_CALLS_OF_AN_ANSWER: usize = 16;

/// The look at the folder that a run begins with, where its tool is locked: a model that knows which files there are
/// invents fewer.
const LOOK_TOOL: &str = "files";
const LOOK: &str = "files.list";

/// What a run works with.
pub struct AgentParts<'a> {
    /// The only route to a tool.
    pub gate: &'a Gate,
    /// Who answers.
    pub provider: &'a mut dyn Provider,
    /// What the model costs.
    pub prices: Prices,
    /// By whose vectors what is recalled is ranked anew; without, by words alone.
    pub embeddings: Option<&'a Embeddings>,
    /// The time.
    pub clock: &'a dyn Clock,
    /// A person's wish to stop.
    pub interrupt: Interrupt,
}

/// On what terms a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What it may use.
    pub caps: Caps,
    /// How much the model is shown.
    pub window: Window,
    /// How much it may say in one answer.
    pub output_tokens: OutputTokens,
    /// Whether the model is offered to plan. Small models lose themselves in it.
    pub plans: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self { caps: Caps::default(), window: Window::default(), output_tokens: OutputTokens::default(), plans: true }
    }
}

/// A run of the agent.
pub struct Agent<'a> {
    parts: AgentParts<'a>,
    tools: Vec<ToolSpec>,
    recall: Recall<'a>,
    journal: Journal,
    header: RunHeader,
    progress: Progress,
    budget: Budget<'a>,
}

/// A run that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The run.
    pub run: RunId,
    /// What the model said at last.
    pub answer: String,
    /// What it used.
    pub spent: Spent,
    /// Steps of its plan that are open or in doubt.
    pub open: Vec<String>,
}

/// What a call came to, before it is taken down.
struct Made {
    content: String,
    came: Came,
    evidence: Option<CallEvidence>,
    outside: bool,
    published: bool,
    left: BTreeMap<WorkspacePath, Option<Digest>>,
}

impl Made {
    /// Something that changed nothing and shows nothing that may be cited.
    fn nothing(content: String, came: Came) -> Self {
        Self { content, came, evidence: None, outside: false, published: false, left: BTreeMap::new() }
    }
}

impl<'a> Agent<'a> {
    /// Begins a run.
    ///
    /// # Errors
    /// The state folder's; a memory whose index cannot be read.
    pub fn begin(parts: AgentParts<'a>, task: &str, terms: Terms) -> Result<Self, AgentError> {
        let Terms { caps, window, output_tokens, plans } = terms;
        let (now, gate) = (parts.clock.now(), parts.gate);
        let index = gate.memory()?.index()?;
        let tools = prompt::tools(gate.tools(), plans);
        let fixed = fixed(&index, task, &tools);
        let needed = Estimate::default().tokens(fixed);
        if !window.has_room_for(needed, output_tokens) {
            return Err(AgentError::WindowTooSmall { window, needed, output: output_tokens });
        }
        let header = RunHeader {
            v: VERSION,
            run: gate.run().clone(),
            time: now,
            task: task.to_owned(),
            provider: parts.provider.name().to_owned(),
            model: parts.provider.model().to_owned(),
            caps,
            index,
            window,
            fixed,
            plans,
            output_tokens,
            rewritten: 0,
        };
        let mut journal = Journal::begin(gate.state().folder(), &header)?;
        let mut progress = Progress::of(&header);
        if gate.tools().get(LOOK_TOOL).is_some() {
            let call = ToolCall { id: "look".to_owned(), name: LOOK.to_owned(), arguments: "{}".to_owned() };
            let step = Step::Looking { call };
            journal.write(&step)?;
            progress.apply(step);
        }
        Self::take(parts, journal, header, progress, tools, None)
    }

    /// Takes a run up where it stopped, with some caps set anew; without an identifier, the newest.
    ///
    /// # Errors
    /// [`AgentError::UnknownRun`], [`AgentError::Ended`], [`AgentError::Journal`], a cap that is none.
    pub fn resume(parts: AgentParts<'a>, run: Option<RunId>, caps: &BTreeMap<String, u64>) -> Result<Self, AgentError> {
        let state = parts.gate.state().folder();
        let run = match run {
            Some(run) => run,
            None => Journal::runs(state)?.pop().ok_or(AgentError::UnknownRun { run: None })?,
        };
        let (journal, header, steps) = Journal::open(state, &run)?;
        let mut progress = Progress::of(&header);
        for step in steps {
            progress.apply(step);
        }
        if matches!(progress.next(), Next::Ended) {
            return Err(AgentError::Ended { run });
        }
        let before = progress.caps.unwrap_or(header.caps);
        let caps = before.with(caps).map_err(|name| AgentError::UnknownCap { name })?;
        parts.provider.skip(progress.answers);
        let tools = prompt::tools(parts.gate.tools(), header.plans);
        Self::take(parts, journal, header, progress, tools, (caps != before).then_some(caps))
    }

    fn take(
        parts: AgentParts<'a>,
        mut journal: Journal,
        header: RunHeader,
        mut progress: Progress,
        tools: Vec<ToolSpec>,
        caps: Option<Caps>,
    ) -> Result<Self, AgentError> {
        let taken = Step::Taken { ledger: parts.gate.run().clone(), caps };
        journal.write(&taken)?;
        progress.apply(taken);
        // The index quotes entries that may have been drafted from text of outside.
        progress.outside |= !header.index.is_empty();
        let caps = progress.caps.unwrap_or(header.caps);
        let budget = Budget::new(caps, parts.prices, progress.spent, parts.clock);
        Ok(Self {
            tools,
            recall: Recall::open(parts.gate, Journals::of(parts.gate.state().folder()).asked_by(&header.run))?,
            parts,
            journal,
            header,
            progress,
            budget,
        })
    }

    /// The run's identifier.
    #[must_use]
    pub fn id(&self) -> &RunId {
        &self.header.run
    }

    /// What was asked for.
    #[must_use]
    pub fn task(&self) -> &str {
        &self.header.task
    }

    /// Permits, for a person, that a call is made again of which nobody knows whether it was done. The model is told, and may
    /// ask for it.
    ///
    /// # Errors
    /// [`AgentError::NotUnknown`]; the journal's.
    pub fn permit(&mut self, number: u64) -> Result<(), AgentError> {
        if !self.progress.unknown().contains(&number) {
            return Err(AgentError::NotUnknown { number });
        }
        let step = Step::Permitted { number, text: observation::permitted(number) };
        self.journal.write_durably(&step)?;
        self.progress.apply(step);
        Ok(())
    }

    /// Goes on until the model is done, or something stops the run, which is taken down. It can be taken up again after every
    /// error.
    ///
    /// # Errors
    /// See [`AgentError`]. A refused call is none: the model is told.
    pub fn go(&mut self, watcher: &mut dyn Watcher) -> Result<Ended, AgentError> {
        if matches!(self.progress.next(), Next::Ended) {
            return Err(AgentError::Ended { run: self.header.run.clone() });
        }
        self.advance(watcher).map_err(|error| {
            let step = Step::Stopped { stop: Stop::by(&error), spent: Some(self.budget.spent()) };
            // Where even that cannot be taken down, it is the graver news.
            self.take_down(step).err().unwrap_or(error)
        })
    }

    fn advance(&mut self, watcher: &mut dyn Watcher) -> Result<Ended, AgentError> {
        loop {
            if self.parts.interrupt.is_raised() {
                return Err(AgentError::Interrupted);
            }
            match self.progress.next() {
                Next::Ask => match self.progress.circle() {
                    Some(circle) => return Err(AgentError::Circles(circle)),
                    None => {
                        self.compare()?;
                        self.ask(watcher)?;
                    }
                },
                Next::Call { number, wanted, begun } => self.call(number, &wanted, begun, watcher)?,
                Next::Finish { .. } if let Some(unfit) = self.progress.unfit() => {
                    watcher.unfit(unfit.to_person());
                    self.take_down(Step::Reminded { text: unfit.to_model().to_owned() })?;
                }
                Next::Finish { answer } => {
                    self.progress.ends()?;
                    self.compare()?;
                    let open = self.progress.unsettled();
                    if open.is_empty() || self.progress.was_reminded() {
                        return self.finish(answer, open, watcher);
                    }
                    watcher.reminded(&open);
                    self.take_down(Step::Reminded { text: observation::reminder(&open) })?;
                }
                Next::Ended => return Err(AgentError::Ended { run: self.header.run.clone() }),
            }
        }
    }

    fn finish(&mut self, answer: String, open: Vec<String>, watcher: &mut dyn Watcher) -> Result<Ended, AgentError> {
        let step = Step::Finished { answer: answer.clone() };
        self.journal.write_durably(&step)?;
        self.progress.apply(step);
        // The run is done, whatever becomes of this.
        match self.parts.gate.consolidate_after_run() {
            Ok(done) => done.iter().for_each(|done| watcher.consolidated(done)),
            Err(refused) => watcher.not_consolidated(&refused),
        }
        Ok(Ended { run: self.header.run.clone(), answer, spent: self.budget.spent(), open })
    }

    /// Looks whether the plan's done steps still stand; what is new is taken down, so that a resumed run shows the same.
    fn compare(&mut self) -> Result<(), AgentError> {
        let doubts = facts::doubts(&self.progress, self.parts.gate)?;
        if doubts == self.progress.doubts() { Ok(()) } else { self.take_down(Step::Compared { doubts }) }
    }

    fn integrity(&self) -> Integrity {
        if self.progress.outside { Integrity::Untrusted } else { Integrity::Trusted }
    }

    /// One turn of the model.
    fn ask(&mut self, watcher: &mut dyn Watcher) -> Result<(), AgentError> {
        let Assembled { request, .. } = assemble(&self.header, &self.progress, self.tools.clone());
        let room = self.budget.reserve(self.parts.provider.request_bytes(&request)?)?;
        watcher.asking(self.budget.spent().steps.saturating_add(1));
        let mut response = self.send(&request, watcher)?.response;
        self.progress.identify(&mut response.calls);
        self.budget.charge(room, response.usage);
        let spent = self.budget.spent();
        watcher.answered(&response, &spent);
        let request = Some(digest(&request)?);
        self.take_down(Step::Answered { response, spent, request })
    }

    /// Sends the conversation, where policy lets it go to that host.
    fn send(&mut self, request: &ChatRequest, watcher: &mut dyn Watcher) -> Result<Answered, AgentError> {
        if let Some(host) = self.parts.provider.host() {
            let permit = send::permit(self.parts.gate, self.parts.provider.name(), &host, Origin::Model, self.integrity(), watcher);
            // A question that nobody answered any more: a resumed run asks it again.
            let is_stopped = |error: &AgentError| error.class() == Class::Denied && self.parts.interrupt.is_raised();
            let _permit = permit.map_err(|error| if is_stopped(&error) { AgentError::Interrupted } else { error })?;
        }
        Ok(self.parts.provider.complete(request, &mut self.budget, watcher)?)
    }

    /// One call, unless a process that is gone made it already.
    fn call(&mut self, number: u64, wanted: &ToolCall, begun: Option<CallId>, watcher: &mut dyn Watcher) -> Result<(), AgentError> {
        let made = match begun.map(|call| self.find_again(number, &call, watcher)).transpose()?.flatten() {
            Some(made) => made,
            None if self.progress.made_of_answer() >= MAX_CALLS_OF_AN_ANSWER => {
                not_made(number, format!("one answer asks for at most {MAX_CALLS_OF_AN_ANSWER} calls; ask again for this one"), watcher)
            }
            None if self.progress.is_broken() => {
                let most = u64::from(self.header.output_tokens);
                let why = format!(
                    "the answer broke off in this call, at the {most} tokens that one may have: ask for less in one call; write a long \
                     text into a file in several calls"
                );
                not_made(number, why, watcher)
            }
            None if let Some(same) = self.progress.repeats_unknown(wanted) => {
                let why = format!(
                    "the same as call {same}, of which it is not known whether it was done; a person can permit it with \
                     `cofferdam resume --repeat-unknown {same}`"
                );
                not_made(number, why, watcher)
            }
            None if let Some(same) = self.progress.repeats(wanted) => {
                let why = format!("the same as call {same}, and nothing was published since: use its result, and go on or answer");
                not_made(number, why, watcher)
            }
            None => {
                let call = self.parts.gate.new_call()?;
                let step = Step::Calling { id: wanted.id.clone(), call: call.clone() };
                self.journal.write_durably(&step)?;
                self.progress.apply(step);
                watcher.calling(number, &wanted.name, &wanted.arguments);
                let made = self.make(number, call, wanted, watcher)?;
                // A question that nobody answered any more, for one: it came to nothing, and a resumed run makes it anew.
                if made.came == Came::Refused && self.parts.interrupt.is_raised() {
                    return Err(AgentError::Interrupted);
                }
                made
            }
        };
        let Made { content, came, evidence, outside, published, left } = made;
        self.take_down(Step::Observed { id: wanted.id.clone(), content, evidence, outside, published, came, left })
    }

    fn make(&mut self, number: u64, call: CallId, wanted: &ToolCall, watcher: &mut dyn Watcher) -> Result<Made, AgentError> {
        let gate = self.parts.gate;
        if builtin::is_builtin(&wanted.name) {
            let brought = match wanted.name.as_str() {
                builtin::RECALL => self.recall(&wanted.arguments, watcher)?,
                plan::UPDATE => builtin::update_plan(&self.progress, &wanted.arguments),
                _ => match builtin::remember(gate, &self.progress, &call, &wanted.arguments, watcher) {
                    Ok(brought) => brought,
                    Err(refused) => return refuse(number, refused, watcher),
                },
            };
            let came = match wanted.name.as_str() {
                _ if brought.is_refusal() => Came::Refused,
                builtin::REMEMBER => Came::Verified,
                _ => Came::Own,
            };
            let Brought { shown, beside, note, outside } = brought;
            watcher.noted(number, &note);
            let content = observation::said(number, std::iter::once(shown).chain(beside));
            return Ok(Made { outside, ..Made::nothing(content, came) });
        }
        let input = CallInput {
            function: wanted.name.clone(),
            arguments: wanted.arguments.clone(),
            origin: Origin::Model,
            integrity: self.integrity(),
        };
        match gate.call_as(call, &input, Mode::Publish, watcher) {
            Ok(completed) => {
                watcher.completed(number, &completed);
                let evidence = Some(observation::evidence(&completed));
                let published = completed.publication == Publication::Published;
                let left = if published { left(&completed.changes) } else { BTreeMap::new() };
                let content = observation::completed(number, &completed);
                Ok(Made { content, came: Came::Verified, evidence, outside: true, published, left })
            }
            Err(refused) => refuse(number, refused, watcher),
        }
    }

    /// Recalls, by meaning as well where the user has a model for it.
    fn recall(&mut self, arguments: &str, watcher: &mut dyn Watcher) -> Result<Brought, AgentError> {
        let (gate, integrity) = (self.parts.gate, self.integrity());
        let meter = &mut self.budget;
        let mut by_model = self.parts.embeddings.map(|embeddings| ByModel {
            embeddings,
            gate,
            attendant: watcher,
            origin: Origin::Model,
            integrity,
            meter,
        });
        let meaning = by_model.as_mut().map(|by_model| by_model as &mut dyn Meaning);
        Ok(recall::recall(&mut self.recall, &self.progress, arguments, meaning)?)
    }

    /// What a call came to that a process had begun which is gone; none where it came to nothing, so that it may be made anew.
    fn find_again(&self, number: u64, call: &CallId, watcher: &mut dyn Watcher) -> Result<Option<Made>, AgentError> {
        let gate = self.parts.gate;
        let id = EntryId::from(call);
        // Another run may have merged it since.
        let is_it = |entry: &Entry| *entry.id() == id || entry.origins().contains(&id);
        let remembered = gate.memory()?.all()?.iter().any(|found| found.entry().is_some_and(is_it));
        let published = history::find(gate.state(), call).map_err(Fault::from)?;
        if published.is_none() && !remembered {
            return Ok(match gate.recovery_of(call)? {
                Some(Recovery::Unknown) => {
                    watcher.noted(number, "unknown: it was being made when the run was interrupted, and cannot be taken back");
                    Some(Made::nothing(observation::unknown(number), Came::Unknown))
                }
                Some(Recovery::Completed | Recovery::RolledBack) | None => None,
            });
        }
        let mut outcome = None;
        for ledger in &self.progress.ledgers {
            outcome = outcome.or(gate.outcome_of(ledger, call)?);
        }
        let content = if matches!(outcome, Some(Body::Redacted(_))) {
            observation::redacted(number)
        } else {
            watcher.noted(number, "found again: it was published before the interruption");
            observation::found_again(number, outcome.as_ref().and_then(Body::text))
        };
        let left = published.map(|published| left(&published.changes)).unwrap_or_default();
        Ok(Some(Made { content, came: Came::Verified, evidence: None, outside: true, published: true, left }))
    }

    fn take_down(&mut self, step: Step) -> Result<(), AgentError> {
        self.journal.write(&step)?;
        self.progress.apply(step);
        Ok(())
    }
}

/// A call that the agent itself does not make.
fn not_made(number: u64, why: String, watcher: &mut dyn Watcher) -> Made {
    watcher.noted(number, &format!("not made: {why}"));
    Made::nothing(observation::said(number, [("refused", why.into())]), Came::NotMade)
}

/// What a call left at the paths that it changed.
fn left(changes: &[ChangeSummary]) -> BTreeMap<WorkspacePath, Option<Digest>> {
    changes.iter().map(|change| (change.path.clone(), change.after)).collect()
}

/// A refusal is the model's to know, unless the gate itself cannot work.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other fault is about this one call")]
fn refuse(number: u64, refused: Box<Refused>, watcher: &mut dyn Watcher) -> Result<Made, AgentError> {
    match refused.fault {
        fault @ (Fault::Ledger(_) | Fault::State(_) | Fault::Publish(_) | Fault::Record(_) | Fault::Entropy(_) | Fault::Transcript(_)) => {
            Err(fault.into())
        }
        _ => {
            watcher.refused(number, &refused);
            // The message may quote a tool or a file.
            Ok(Made { outside: true, ..Made::nothing(observation::refused(number, refused.as_ref()), Came::Refused) })
        }
    }
}
