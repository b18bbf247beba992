//! A session of the protocol: a client, and the run that it has.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use cofferdam_gate::{CallInput, Gate, Labelling};
use cofferdam_policy::{Integrity, Origin};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    Ambient, Client, Trouble, Trust,
    limits::{CALLS_AT_ONCE, REQUESTS},
    offered::Offered,
};

/// What a client works with. When nothing of it is on its way any more, it is over.
pub(crate) struct Session {
    pub(crate) gate: Arc<Gate>,
    pub(crate) client: Client,
    pub(crate) offered: Offered,
    pub(crate) ambient: Arc<dyn Ambient>,
    /// One for each request that is on its way or waits.
    pub(crate) requests: Semaphore,
    /// A place for each call that runs.
    pub(crate) places: Arc<Semaphore>,
    /// The turn of a call that changes something: two at a time would find the workspace changed under them.
    pub(crate) turn: Arc<Semaphore>,
    /// Whether the client has left.
    left: watch::Sender<bool>,
    /// What confidential things the client was shown, by name: whatever it asks for from then on may carry them.
    secrets: Mutex<BTreeSet<String>>,
    /// Whether anything was asked of the gate: a session in which nothing was leaves no trace.
    is_used: AtomicBool,
    /// Its seat among the sessions of a server that has many.
    _seat: Option<OwnedSemaphorePermit>,
}

impl Session {
    /// Opens a session. Takes as long as opening a workspace does.
    ///
    /// # Errors
    /// The workspace cannot be opened.
    pub(crate) fn open(ambient: Arc<dyn Ambient>, client: Client, seat: Option<OwnedSemaphorePermit>) -> Result<Self, Trouble> {
        let gate = Arc::new(ambient.open()?);
        let offered = Offered::of(gate.tools());
        Ok(Self {
            gate,
            client,
            offered,
            ambient,
            requests: Semaphore::new(REQUESTS as usize),
            places: Arc::new(Semaphore::new(CALLS_AT_ONCE)),
            turn: Arc::new(Semaphore::new(1)),
            left: watch::Sender::new(false),
            secrets: Mutex::default(),
            is_used: AtomicBool::new(false),
            _seat: seat,
        })
    }

    /// A call of this client. What it gives is the user's own only where a person says that they are behind the client.
    pub(crate) fn input(&self, function: String, arguments: String) -> CallInput<'static> {
        let labelling = match self.client.trust() {
            Trust::Trusted => Labelling::Written,
            Trust::Untrusted => Labelling::Unknown,
        };
        let secrets = self.secrets().clone();
        CallInput { function, arguments, origin: Origin::Mcp, integrity: self.integrity(), labelling, secrets }
    }

    /// The client was shown something confidential.
    pub(crate) fn saw(&self, secrets: &BTreeSet<String>) {
        self.secrets().extend(secrets.iter().cloned());
    }

    fn secrets(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of whatever the client asks for.
    pub(crate) fn integrity(&self) -> Integrity {
        match self.client.trust() {
            Trust::Trusted => Integrity::Trusted,
            Trust::Untrusted => Integrity::Untrusted,
        }
    }

    /// Something is asked of the gate.
    pub(crate) fn use_gate(&self) {
        self.is_used.store(true, Ordering::Relaxed);
    }

    /// The client has left: what it asked for is wanted no more.
    pub(crate) fn leave(&self) {
        self.left.send_replace(true);
    }

    /// Waits until the client has left.
    pub(crate) async fn left(&self) {
        // The sender is this session's own, so it is there for as long as anybody waits.
        let _ = self.left.subscribe().wait_for(|left| *left).await;
    }

    /// Whether nothing is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.available_permits() == REQUESTS as usize
    }

    /// Waits until nothing is on its way: a call whose publication began comes to its end.
    pub(crate) async fn settle(&self) {
        // It is never closed.
        let _ = self.requests.acquire_many(REQUESTS).await;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_used.load(Ordering::Relaxed) {
            return;
        }
        // To sign the ledger can mean to wait for another session, and the last to let go of this one may be the server's only thread.
        let (ambient, gate) = (Arc::clone(&self.ambient), Arc::clone(&self.gate));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || ambient.ended(&gate))),
            Err(_) => ambient.ended(&gate),
        }
    }
}
