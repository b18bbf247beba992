//! Whose each session is. A session's identifier alone opens nothing: it has to come with the token of the client that began it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{Client, session::Session};

struct Owned {
    client: Client,
    session: Weak<Session>,
}

/// The sessions of one server, by their identifiers.
#[derive(Default)]
pub(super) struct Owners(Mutex<BTreeMap<String, Owned>>);

impl Owners {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Owned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client began a session. Those that are over are forgotten.
    pub(super) fn insert(&self, id: &str, client: &Client, session: &Weak<Session>) {
        let mut owners = self.lock();
        owners.retain(|_, owned| owned.session.strong_count() > 0);
        owners.insert(id.to_owned(), Owned { client: client.clone(), session: session.clone() });
    }

    /// The session, where it is this client's, as it is trusted now. Somebody else's is as unknown as one that there never was.
    pub(super) fn session(&self, id: &str, client: &Client) -> Option<Arc<Session>> {
        self.lock().get(id).filter(|owned| owned.client == *client)?.session.upgrade()
    }

    /// Everybody leaves; waits until nothing is on its way.
    pub(super) async fn settle(&self) {
        let sessions: Vec<Arc<Session>> = self.lock().values().filter_map(|owned| owned.session.upgrade()).collect();
        for session in sessions {
            session.leave();
            session.settle().await;
        }
    }
}
