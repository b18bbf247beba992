//! Everything that calls in one workspace need, opened once: the authority is in these values and nowhere else.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cofferdam_base::{CallId, Clock, Digest, Entropy, RunId, entropy::NoEntropy};
use cofferdam_ledger::{
    LedgerError, Signer, VerifierKey,
    event::{Effect, Event, Recovery},
};
use cofferdam_policy::Policies;
use cofferdam_store::{
    StateDir, StateError, Workspace, WorkspaceLock,
    publish::{self, Conflicts, Outcome, Recovered, Unfinished},
};
use cofferdam_trust::Keyring;

use crate::{
    approval::this_run::RunAnswers,
    book::{Book, OpenBook},
    file_labels::FileLabels,
    in_flight,
    network::Network,
    record::Record,
    refusal::{Fault, Refused},
    remember,
    toolbox::{LoadedTool, Toolbox},
    transcript::{self, Recorder},
};

/// How often a busy workspace is tried again, and how long one try waits: two processes take turns, none waits for ever.
const LOCK_TRIES: u32 = 600;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What a gate is made of.
pub struct GateParts {
    /// The folder that is worked in.
    pub workspace: Arc<Workspace>,
    /// What the product remembers of it.
    pub state: StateDir,
    /// Whom the user trusts.
    pub keyring: Keyring,
    /// The verified tools.
    pub tools: Toolbox,
    /// The accepted policies.
    pub policies: Arc<Policies>,
    /// Digest of the lock file that pinned the tools; none for the built-in one.
    pub lock_digest: Option<Digest>,
    /// The network, where tools may send something; none where it is switched off.
    pub network: Option<Arc<Network>>,
    /// Signs the ledger's checkpoints.
    pub signer: Signer,
    /// Keys that signed earlier checkpoints and sign no more.
    pub retired: Vec<VerifierKey>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Waits a moment, for a workspace that another process holds.
    pub pause: fn(Duration),
}

/// The only route to a tool. One for a workspace and a run; several processes may have one each.
pub struct Gate {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) state: StateDir,
    pub(crate) keyring: Keyring,
    pub(crate) tools: Toolbox,
    pub(crate) policies: Arc<Policies>,
    pub(crate) network: Option<Arc<Network>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) run: RunId,
    pub(crate) pause: fn(Duration),
    book: Mutex<Book>,
    answers: Mutex<RunAnswers>,
    file_labels: Mutex<FileLabels>,
}

impl Gate {
    /// Opens the gate: recovers what a crash left half-done, and closes its intents in the ledger.
    ///
    /// # Errors
    /// A workspace that stays busy; a journal or ledger that does not check out; a conflict with somebody else's change.
    pub fn open(parts: GateParts) -> Result<Self, Fault> {
        Self::open_recovering(parts, Conflicts::Refuse).map(|(gate, _)| gate)
    }

    /// Opens the gate, and says what is to be done about paths that somebody else changed since the crash; gives what became
    /// of each interrupted call. To be asked for anything but [`Conflicts::Refuse`] only where a person decided so.
    ///
    /// # Errors
    /// As for [`Gate::open`].
    pub fn open_recovering(parts: GateParts, conflicts: Conflicts) -> Result<(Self, Vec<Recovered>), Fault> {
        let GateParts { workspace, state, keyring, tools, policies, lock_digest, network, signer, retired, clock, entropy, pause } = parts;
        let run = RunId::new(clock.now(), random(entropy.as_ref())?);
        let begun = Event::RunStarted { product: env!("CARGO_PKG_VERSION").to_owned(), policy: *policies.digest(), lock: lock_digest };
        let beginning = std::iter::once(begun).chain(tools.iter().map(loaded)).collect();
        let book = Mutex::new(Book::new(run.clone(), signer, retired, clock.clone(), beginning));
        let answers = Mutex::default();
        let gate = Self {
            workspace,
            state,
            keyring,
            tools,
            policies,
            network,
            clock,
            entropy,
            run,
            pause,
            book,
            answers,
            file_labels: Mutex::default(),
        };
        let recovered = gate.recover(conflicts)?;
        Ok((gate, recovered))
    }

    /// What a crash left half-done in a workspace. Nothing is changed.
    ///
    /// # Errors
    /// A workspace that stays busy; a journal that does not check out.
    pub fn unfinished(workspace: &Workspace, state: &StateDir, pause: fn(Duration)) -> Result<Vec<Unfinished>, Fault> {
        Ok(publish::unfinished(workspace, &take_turn(state, pause)?)?)
    }

    /// The run's identifier.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The loaded tools.
    #[must_use]
    pub fn tools(&self) -> &Toolbox {
        &self.tools
    }

    /// The accepted policies.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// The state folder of the project.
    #[must_use]
    pub fn state(&self) -> &StateDir {
        &self.state
    }

    /// The folder that is worked in.
    #[must_use]
    pub fn workspace(&self) -> &Arc<Workspace> {
        &self.workspace
    }

    /// A new identifier of a call.
    ///
    /// # Errors
    /// No randomness.
    pub fn new_call(&self) -> Result<CallId, NoEntropy> {
        Ok(CallId::new(self.clock.now(), random(self.entropy.as_ref())?))
    }

    /// A new identifier for what is to be recorded.
    pub(crate) fn identify(&self) -> Result<CallId, Box<Refused>> {
        // Without randomness there is not even an identifier to refuse under.
        self.new_call().map_err(|error| Refused::before_all(CallId::new(self.clock.now(), [0; 10]), error.into()))
    }

    /// Signs the ledger as it is, and gives the note that anybody can verify a later ledger against. Waits for calls that other sessions
    /// are making and that cannot be taken back: no checkpoint is made while one is open.
    ///
    /// # Errors
    /// The ledger's.
    pub fn checkpoint(&self) -> Result<String, Fault> {
        let (mut tries, mut last) = (0, None);
        loop {
            match self.in_turn(|_, _, book| Ok(book.ledger()?.checkpoint()?.note().to_owned())) {
                // One that nobody makes any more may have been closed since.
                Err(Fault::Ledger(LedgerError::IntentOpen(call)))
                    if tries < LOCK_TRIES && (in_flight::is_in_flight(self.state.folder(), &call)? || last.as_ref() != Some(&call)) =>
                {
                    tries += 1;
                    last = Some(call);
                    (self.pause)(LOCK_PAUSE);
                }
                made => return made,
            }
        }
    }

    /// An empty record for a call.
    pub(crate) fn record(&self, call: CallId) -> Record<'_> {
        let transcript = Recorder::new(call.clone(), self.clock.now(), self.entropy.as_ref());
        Record::new(call, self.run.clone(), self.clock.as_ref(), transcript)
    }

    /// What was answered in this run.
    pub(crate) fn answers(&self) -> MutexGuard<'_, RunAnswers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What files carry that is confidential.
    pub(crate) fn file_labels(&self) -> MutexGuard<'_, FileLabels> {
        self.file_labels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is room for what one more call says.
    pub(crate) fn room(&self) -> Result<transcript::Room, Fault> {
        Ok(self.book.lock().unwrap_or_else(PoisonError::into_inner).room(self.state.folder())?)
    }

    /// Runs `turn` while nobody else, in this process or another, changes the workspace or writes the ledger.
    pub(crate) fn in_turn<R>(
        &self,
        turn: impl FnOnce(&Workspace, &WorkspaceLock<'_>, &mut OpenBook<'_>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = take_turn(&self.state, self.pause)?;
        let mut book = book.open(&lock)?;
        turn(&self.workspace, &lock, &mut book)
    }

    /// Completes or takes back what a crash interrupted, and closes its intents.
    fn recover(&self, conflicts: Conflicts) -> Result<Vec<Recovered>, Fault> {
        self.in_turn(|workspace, lock, book| {
            let recovered = publish::recover(workspace, lock, conflicts)?;
            let open: Vec<(CallId, Effect)> = book.ledger()?.open_intents().iter().map(|(call, effect)| (call.clone(), effect)).collect();
            for (call, effect) in open {
                if effect == Effect::Irrevocable && in_flight::is_in_flight(self.state.folder(), &call)? {
                    continue;
                }
                let journalled = recovered.iter().find(|recovered| recovered.call == call).map(|recovered| recovered.outcome);
                let recovery = match (effect, journalled) {
                    (Effect::Irrevocable, _) => Recovery::Unknown,
                    (Effect::Staged, Some(Outcome::Completed)) => Recovery::Completed,
                    (Effect::Staged, Some(Outcome::RolledBack)) => Recovery::RolledBack,
                    (Effect::Staged, None) => match publish::history::find(lock.state(), &call)? {
                        Some(_) => Recovery::Completed,
                        None => Recovery::RolledBack,
                    },
                };
                book.append(Event::Recovered { call, recovery })?;
            }
            remember::recover(lock, book)?;
            transcript::redaction::recover(lock, book)?;
            book.ledger()?.sync()?;
            Ok(recovered)
        })
    }
}

/// Waits until nobody else changes the workspace or writes what is kept of it.
pub(crate) fn take_turn(state: &StateDir, pause: fn(Duration)) -> Result<WorkspaceLock<'_>, StateError> {
    let mut tries = 0;
    state.lock(|| {
        tries += 1;
        if tries > LOCK_TRIES {
            return ControlFlow::Break(());
        }
        pause(LOCK_PAUSE);
        ControlFlow::Continue(())
    })
}

fn loaded(tool: &LoadedTool) -> Event {
    let verified = tool.verified();
    Event::ToolLoaded {
        tool: verified.manifest().name().clone(),
        version: verified.manifest().version().to_string(),
        component: verified.component_digest(),
        statement: verified.statement_digest(),
        signers: verified.signers().iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn random<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
