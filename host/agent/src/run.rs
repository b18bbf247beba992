//! The loop: what comes next is done, and taken down.

use std::collections::BTreeMap;

use cofferdam_base::{Class, Clock, Diagnostic as _, Interrupt, RunId};
use cofferdam_gate::Gate;
use cofferdam_model::{Answered, Budget, Caps, ChatRequest, Embeddings, Prices, Provider, Spent, ToolCall, ToolSpec};
use cofferdam_policy::Origin;
use cofferdam_recall::Recall;

mod call;

use crate::{
    AgentError, Journal, RunHeader, Watcher,
    context::{Assembled, Estimate, OutputTokens, Window, assemble, digest, fixed},
    conversations::Journals,
    facts,
    journal::{Step, VERSION},
    observation,
    progress::{Next, Progress},
    prompt, send,
    state::Stop,
};

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
                Next::Ask => match self.progress.headway().circle() {
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
        let secrets = self.progress.view().secrets().clone();
        self.take_down(Step::Answered { response, spent, request, secrets })
    }

    /// Sends the conversation, where policy lets it go to that host.
    fn send(&mut self, request: &ChatRequest, watcher: &mut dyn Watcher) -> Result<Answered, AgentError> {
        if let Some(host) = self.parts.provider.host() {
            let integrity = self.progress.integrity();
            let permit = send::permit(self.parts.gate, self.parts.provider.name(), &host, Origin::Model, integrity, watcher);
            // A question that nobody answered any more: a resumed run asks it again.
            let is_stopped = |error: &AgentError| error.class() == Class::Denied && self.parts.interrupt.is_raised();
            let _permit = permit.map_err(|error| if is_stopped(&error) { AgentError::Interrupted } else { error })?;
        }
        Ok(self.parts.provider.complete(request, &mut self.budget, watcher)?)
    }

    fn take_down(&mut self, step: Step) -> Result<(), AgentError> {
        self.journal.write(&step)?;
        self.progress.apply(step);
        Ok(())
    }
}
