//! The whole way of one call.

use std::{collections::BTreeSet, sync::Arc};

use cofferdam_base::{CallId, Digest, WorkspacePath};
use cofferdam_ledger::event::{Check, Event, Origin as LedgerOrigin};
use cofferdam_policy::{Grant, Origin};
use cofferdam_sandbox::Usage;
use cofferdam_store::{Fact, Refusal, Staged, change::ChangeSummary};
use cofferdam_trust::manifest::Effect;

use crate::{
    announce::{Announced, Became, Irrevocable},
    attendant::{Attendant, Step, ToTheEnd, enter},
    confidential,
    execute::{Executed, Replay},
    gate::{Gate, random},
    guard::Caller,
    network::{Exchange, KeptRequest},
    permit::Permitted,
    publish::Publishable,
    record::Record,
    refusal::{Fault, Refused},
    request::{CallInput, Request},
    toolbox::Toolbox,
    transcript::Said,
    verify::Verified,
};

/// Whether a verified change becomes real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Publish,
    /// It is shown and dropped.
    DryRun,
}

/// What became of the changes of a call that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// It changed nothing.
    NothingToPublish,
    /// Its changes were dropped, as was asked for.
    DryRun,
    /// Its changes are in the workspace.
    Published,
    /// Its effect is outside of this machine, and cannot be taken back.
    Sent,
}

/// What a memory may cite of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `tool.function`.
    pub function: String,
    /// Version of the tool.
    pub version: String,
    /// Digest of its component.
    pub component: Digest,
    /// Digest of the policies that allowed it.
    pub policy: Digest,
    /// Rules of those policies that permit it, by id.
    pub rules: Vec<String>,
    /// Files that it read or left, with the digests of their contents.
    pub files: Vec<(WorkspacePath, Digest)>,
    /// Host postconditions that held.
    pub postconditions: usize,
    /// Sentences of the tool's verify hook: text from a tool.
    pub hook: Vec<String>,
    /// The newest ledger leaf of the call.
    pub leaf: u64,
    /// Whether it rests on what came from the network.
    pub network: bool,
}

/// A call that was verified, and whose changes, if any, are published.
#[derive(Debug)]
pub struct Completed {
    /// The call.
    pub call: CallId,
    /// The outcome, checked against the signed schema: JSON text, from a tool.
    pub output: String,
    /// What it changes, path by path.
    pub changes: Vec<ChangeSummary>,
    /// What became of the changes.
    pub publication: Publication,
    /// The stage, for a diff.
    pub staged: Staged,
    /// Paths that policy kept from the tool while it ran.
    pub refusals: Vec<Refusal>,
    /// Reads that only a person could have allowed.
    pub unanswered: Vec<WorkspacePath>,
    /// Requests to the network that it made: method, address, and the status that came back.
    pub requests: Vec<(String, Option<u16>)>,
    /// What is confidential in the outcome, by name: what a person let be read that a rule asked about, what files carry of it, and what
    /// a secret opened on the network.
    pub secrets: BTreeSet<String>,
    /// Requests that policy kept from leaving.
    pub kept_requests: Vec<KeptRequest>,
    /// What it showed for itself.
    pub evidence: Evidence,
    /// What `invoke` used.
    pub usage: Usage,
    /// What `verify` used.
    pub verify_usage: Usage,
    /// What the tool printed: untrusted text.
    pub log: String,
}

impl Gate {
    /// Makes a call, under a new identifier.
    ///
    /// # Errors
    /// [`Refused`]: then the workspace is as it was, and the refusal is in the ledger.
    pub fn call(&self, input: &CallInput<'_>, mode: Mode, attendant: &mut dyn Attendant) -> Result<Completed, Box<Refused>> {
        self.call_as(self.identify()?, input, mode, attendant)
    }

    /// Makes a call under an identifier that the caller has taken down before, so that it can be found again after a crash.
    ///
    /// # Errors
    /// See [`Gate::call`].
    pub fn call_as(
        &self,
        call: CallId,
        input: &CallInput<'_>,
        mode: Mode,
        attendant: &mut dyn Attendant,
    ) -> Result<Completed, Box<Refused>> {
        self.recorded(call, |record| {
            let _room = self.room()?;
            let (publishable, irrevocable) = self.check(input, mode, record, attendant)?;
            // What has left cannot be cancelled any more.
            if irrevocable.is_none() {
                enter(attendant, Step::Publish)?;
            }
            self.finish(publishable, irrevocable, mode, record)
        })
    }

    /// Everything up to the point where only the publication is left. Changes nothing, but for an effect that cannot be taken back:
    /// its intent is then closed, or comes with the result.
    fn check<'a>(
        &'a self,
        input: &CallInput<'_>,
        mode: Mode,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<(Publishable<'a>, Option<Irrevocable>), Fault> {
        enter(attendant, Step::Request)?;
        let (tool, function) = find(&self.tools, &input.function)?;
        tool.verified().still_valid(&self.keyring, self.clock.now())?;
        let request = Request::verify(tool, function, input)?;
        self.verify_harmless(&request)?;
        let replay = Replay { time: self.clock.now(), seed: random(self.entropy.as_ref())? };
        note_request(&request, replay, record)?;

        enter(attendant, Step::Policy)?;
        let caller = Caller {
            call: record.call.clone(),
            tool: tool.verified().manifest().name().clone(),
            origin: request.origin,
            integrity: request.integrity,
        };
        let permitted = Permitted::decide(request, caller, self, record, attendant)?;

        enter(attendant, Step::Invoke)?;
        let Announced { permitted, irrevocable } = Announced::announce(permitted, mode, self, record)?;
        let exchange = irrevocable.as_ref().and(self.network.clone()).map(|network| {
            let (caller, settled) = (permitted.caller.clone(), permitted.settled.clone());
            Arc::new(Exchange::new(network, self.policies.clone(), caller, settled, replay.time))
        });
        let mut to_the_end = ToTheEnd(attendant);
        // What has left is verified, whoever wants it no more.
        let attendant: &mut dyn Attendant = if irrevocable.is_some() { &mut to_the_end } else { &mut *to_the_end.0 };
        match (self.carry_out(permitted, exchange.clone(), replay, record, attendant), irrevocable) {
            (Ok(publishable), irrevocable) => Ok((publishable, irrevocable)),
            (Err(fault), None) => Err(fault),
            (Err(fault), Some(irrevocable)) => {
                let became = Became::of_refused(exchange.as_deref(), cofferdam_base::Diagnostic::code(&fault));
                let noted = note_made(exchange.as_deref(), &fault, record);
                irrevocable.close(&became, self, record)?;
                Err(became.told(noted.err().unwrap_or(fault)))
            }
        }
    }

    /// What is to be sent holds no secret that the host knows: before anything of it is taken down.
    fn verify_harmless(&self, request: &Request<'_>) -> Result<(), Fault> {
        let text = request.arguments.text();
        let network = self.network.as_ref().filter(|_| request.manifest().effect == Effect::Irrevocable);
        match network.and_then(|network| network.watched.find([text.as_bytes()])) {
            Some(secret) => Err(Fault::SecretLeaving { secret: secret.to_owned(), request: request.full_name() }),
            None => Ok(()),
        }
    }

    /// Runs the tool and checks its work.
    fn carry_out<'a>(
        &'a self,
        permitted: Permitted<'a>,
        exchange: Option<Arc<Exchange>>,
        replay: Replay,
        record: &mut Record<'_>,
        attendant: &mut dyn Attendant,
    ) -> Result<Publishable<'a>, Fault> {
        let executed = Executed::run(permitted, self, exchange, replay, record)?;
        let verified = Verified::verify(executed, self, record, attendant)?;

        enter(attendant, Step::Changes)?;
        Publishable::decide(verified, self, record, attendant)
    }

    /// Publishes, or drops what is not to be published, and closes the record.
    fn finish(
        &self,
        publishable: Publishable<'_>,
        irrevocable: Option<Irrevocable>,
        mode: Mode,
        record: &mut Record<'_>,
    ) -> Result<Completed, Fault> {
        let call = record.call.clone();
        let secrets = record.secrets.clone();
        if let Some(irrevocable) = irrevocable {
            let leaf = irrevocable.close(&Became::Done, self, record)?;
            return Ok(completed(call, publishable, Publication::Sent, secrets, *self.policies.digest(), leaf));
        }
        let publication = match (publishable.changes().is_empty(), mode) {
            (true, _) => Publication::NothingToPublish,
            (false, Mode::DryRun) => Publication::DryRun,
            (false, Mode::Publish) => Publication::Published,
        };
        let leaf = self.in_turn(|workspace, lock, book| {
            match publication {
                Publication::NothingToPublish | Publication::Sent => {}
                Publication::DryRun => record.note(Event::Refused { call: call.clone(), code: DRY_RUN.to_owned() }),
                Publication::Published => {
                    let carried = publishable.permitted().carried(&secrets);
                    self.file_labels().keep(lock, publishable.changes(), publishable.reads(), &carried)?;
                    publishable.publish(workspace, lock, book, record)?;
                    record.note(Event::Published { call: call.clone() });
                }
            }
            book.write(record.take())
        })?;
        Ok(completed(call, publishable, publication, secrets, *self.policies.digest(), leaf))
    }
}

/// Takes down what a refused call had sent, which its outcome would have told.
fn note_made(exchange: Option<&Exchange>, fault: &Fault, record: &mut Record<'_>) -> Result<(), Fault> {
    let requests = exchange.map(Exchange::told).transpose()?.unwrap_or_default();
    if requests.is_empty() {
        return Ok(());
    }
    let text = serde_json::json!({"refused": cofferdam_base::Diagnostic::code(fault), "requests": requests}).to_string();
    let verdict = |call, evidence| Event::Verdict { call, postconditions: Check::None, hook: Check::Failed, evidence };
    record.note_with(Said::Evidence, text, verdict)
}

/// What the ledger says of a call whose changes were only shown.
const DRY_RUN: &str = "gate.dry-run";

/// Takes down what was asked for, with all that it takes to repeat it.
fn note_request(request: &Request<'_>, replay: Replay, record: &mut Record<'_>) -> Result<(), Fault> {
    let mut text = serde_json::json!({
        "arguments": request.arguments.value(),
        "seed": cofferdam_base::digest::hex(&replay.seed),
        "time": replay.time,
    });
    confidential::tell(&mut text, request.labels.secrets());
    let text = text.to_string();
    let (tool, function) = (request.tool.verified().manifest().name().clone(), request.function.name().clone());
    let origin = match request.origin {
        Origin::Model => LedgerOrigin::Model,
        Origin::User => LedgerOrigin::User,
        Origin::Automation => LedgerOrigin::Automation,
        Origin::Mcp => LedgerOrigin::Mcp,
    };
    record.note_with(Said::Arguments, text, |call, arguments| Event::Request { call, tool, function, arguments, origin })
}

fn completed(
    call: CallId,
    publishable: Publishable<'_>,
    publication: Publication,
    secrets: BTreeSet<String>,
    policy: Digest,
    leaf: u64,
) -> Completed {
    let (verified, grants) = publishable.into_parts();
    let Verified { executed, staged, postconditions, evidence, verify_usage } = verified;
    let permitted = &executed.permitted;
    let exchange = executed.exchange.as_deref();
    let of_requests = exchange.map(Exchange::grants).unwrap_or_default();
    let rules = rules(std::iter::once(&permitted.grant).chain(permitted.granted.values()).chain(&grants).chain(&of_requests));
    let requests = exchange.map(Exchange::summaries).unwrap_or_default();
    let network = !requests.is_empty();
    let verified = executed.permitted.request.tool.verified();
    Completed {
        output: executed.output.text(),
        changes: staged.changes().summary(),
        publication,
        refusals: staged.refusals().to_vec(),
        unanswered: executed.guard.unanswered(),
        requests,
        secrets,
        kept_requests: exchange.map(Exchange::kept).unwrap_or_default(),
        evidence: Evidence {
            function: executed.permitted.request.full_name(),
            version: verified.manifest().version().to_string(),
            component: verified.component_digest(),
            policy,
            rules,
            files: files(&staged),
            postconditions,
            hook: evidence,
            leaf,
            network,
        },
        staged,
        usage: executed.usage,
        verify_usage,
        log: executed.log,
        call,
    }
}

/// The rules behind some grants, each once.
fn rules<'g>(grants: impl Iterator<Item = &'g Grant>) -> Vec<String> {
    let ids: BTreeSet<String> = grants.flat_map(Grant::reasons).map(|rule| rule.id().to_owned()).collect();
    ids.into_iter().collect()
}

/// The files of a call as it leaves them: what it wrote, and what it read and did not write.
fn files(staged: &Staged) -> Vec<(WorkspacePath, Digest)> {
    let written = staged.changes().iter().filter_map(|(path, change)| Some((path.clone(), *change.after()?)));
    let read = staged.reads().iter().filter_map(|(path, fact)| match fact {
        Fact::File { content: Some(content), .. } if staged.changes().get(path).is_none() => Some((path.clone(), *content)),
        Fact::Absent | Fact::Folder { .. } | Fact::File { .. } | Fact::Link { .. } | Fact::Special => None,
    });
    written.chain(read).collect()
}

pub(crate) fn find<'a, 'n>(tools: &'a Toolbox, name: &'n str) -> Result<(&'a crate::toolbox::LoadedTool, &'n str), Fault> {
    let unknown = || Fault::UnknownTool { name: name.to_owned() };
    let (tool, function) = name.split_once('.').ok_or_else(unknown)?;
    Ok((tools.get(tool).ok_or_else(unknown)?, function))
}
