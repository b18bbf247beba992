//! Whose each session is. A session's identifier alone opens nothing: it has to come with the token of the client that began it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{Client, session::Session};

struct Owned {
    client: Client,
    session: Weak<Session>,
    /// The number of its last request among all that came.
    last: u64,
}

#[derive(Default)]
struct Book {
    sessions: BTreeMap<String, Owned>,
    requests: u64,
    /// By the client's name: whose turn it is to begin one.
    turns: BTreeMap<String, Arc<tokio::sync::Mutex<()>>>,
}

/// The sessions of one server, by their identifiers.
#[derive(Default)]
pub(super) struct Owners(Mutex<Book>);

impl Owners {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of a client to begin a session: of two at once neither would know of the other's.
    pub(super) fn turn(&self, client: &Client) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.lock().turns.entry(client.to_string()).or_default())
    }

    /// A client began a session. Those that are over are forgotten.
    pub(super) fn insert(&self, id: &str, client: &Client, session: &Weak<Session>) {
        let mut book = self.lock();
        book.requests += 1;
        let owned = Owned { client: client.clone(), session: session.clone(), last: book.requests };
        book.sessions.retain(|_, owned| owned.session.strong_count() > 0);
        book.sessions.insert(id.to_owned(), owned);
    }

    /// The session, where it is this client's, as it is trusted now. Somebody else's is as unknown as one that there never was.
    pub(super) fn session(&self, id: &str, client: &Client) -> Option<Arc<Session>> {
        let mut book = self.lock();
        book.requests += 1;
        let now = book.requests;
        let owned = book.sessions.get_mut(id).filter(|owned| owned.client == *client)?;
        owned.last = now;
        owned.session.upgrade()
    }

    /// Of a client's own sessions in which nothing is on its way, the one that it has not used for longest; it is forgotten here.
    pub(super) fn give_up(&self, client: &Client) -> Option<(String, Arc<Session>)> {
        let mut book = self.lock();
        let own = book.sessions.iter().filter(|(_, owned)| owned.client == *client);
        let idle = own.filter_map(|(id, owned)| Some((owned.last, id, owned.session.upgrade().filter(|session| session.is_idle())?)));
        let (_, id, session) = idle.min_by_key(|(last, ..)| *last)?;
        let id = id.clone();
        book.sessions.remove(&id);
        Some((id, session))
    }

    /// How many sessions a client has.
    pub(super) fn of(&self, client: &Client) -> usize {
        let book = self.lock();
        book.sessions.values().filter(|owned| owned.client == *client && owned.session.strong_count() > 0).count()
    }

    /// Everybody leaves; waits until nothing is on its way.
    pub(super) async fn settle(&self) {
        let sessions: Vec<Arc<Session>> = self.lock().sessions.values().filter_map(|owned| owned.session.upgrade()).collect();
        sessions.iter().for_each(|session| session.leave());
        for session in sessions {
            session.settle().await;
        }
    }
}
