//! A request that was let in: who it comes from, beside what it says.

use std::sync::{Arc, OnceLock, Weak};

use hyper::http::request::Parts;
use rmcp::model::Extensions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Client, limits::SEAT_TIME, session::Session};

/// Who a request comes from, and the session that it begins, if it begins one.
#[derive(Clone)]
pub(crate) struct Arrival {
    client: Client,
    seats: Arc<Semaphore>,
    begun: Arc<OnceLock<Weak<Session>>>,
}

impl Arrival {
    pub(super) fn new(client: Client, seats: Arc<Semaphore>) -> Self {
        Self { client, seats, begun: Arc::default() }
    }

    /// That of the HTTP request that a message came in.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Parts>()?.extensions.get()
    }

    /// Who it comes from.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A seat for one more session; none where there are as many as there may be, and none of them is given up.
    pub(crate) async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        let seat = Arc::clone(&self.seats).acquire_owned();
        tokio::time::timeout(SEAT_TIME, seat).await.ok()?.ok()
    }

    /// It began a session.
    pub(crate) fn begin(&self, session: &Arc<Session>) {
        // A request begins one session.
        let _ = self.begun.set(Arc::downgrade(session));
    }

    /// The session that it began.
    pub(super) fn begun(&self) -> Option<&Weak<Session>> {
        self.begun.get()
    }
}
