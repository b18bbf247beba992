//! Something that a client asks for, done on a thread of its own while the protocol goes on: steps become progress, questions go to
//! a person, and a client that wants it no more stops it.

use std::{sync::Arc, time::Duration};

use cofferdam_base::{Interrupt, interrupt::Interrupted, text};
use cofferdam_gate::{Asked, Attendant, Offers, Reply, Step};
use rmcp::{
    ErrorData, RoleServer,
    model::{ProgressNotificationParam, ProgressToken},
    service::{Peer, RequestContext},
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::{
    Trust, form,
    limits::{FORM_SECONDS, REQUESTS, SHOWN_NAME},
    session::Session,
};

/// Steps of a call, for progress.
const STEPS: f64 = 7.0;

/// With what else of its session something runs at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turns {
    /// With anything.
    Any,
    /// With nothing that changes something too.
    One,
}

/// What the thread tells while it works.
enum Note {
    /// A step begins.
    Entered(Step),
    /// A question waits for another terminal, under this identifier.
    Waits(String),
    /// A question for the person at the client.
    Form { shown: String, offers: Offers, answer: oneshot::Sender<Reply> },
}

/// Does `work` for a client.
///
/// # Errors
/// There are too many requests at once; it broke off.
pub(crate) async fn attended<T: Send + 'static>(
    session: &Arc<Session>,
    context: &RequestContext<RoleServer>,
    turns: Turns,
    work: impl FnOnce(&Session, &mut dyn Attendant) -> T + Send + 'static,
) -> Result<T, ErrorData> {
    let Ok(_request) = session.requests.try_acquire() else {
        return Err(ErrorData::internal_error(format!("more than {REQUESTS} requests of one session at once"), None));
    };
    session.use_gate();
    let broke_off = |_| ErrorData::internal_error("the server broke off; `cofferdam recover` says whether anything is half-done", None);
    let interrupt = Interrupt::default();
    let (notes, mut heard) = mpsc::unbounded_channel();
    let mut progress = Progress { token: context.meta.get_progress_token(), done: 0.0 };
    let mut attending = Attending {
        session: Arc::clone(session),
        interrupt: interrupt.clone(),
        // With one kept here, the end of the work is told once, by its result, and not before that by the channel's end.
        notes: notes.clone(),
        forms: has_forms(session, context),
        tells: progress.token.is_some(),
    };
    let place = tokio::select! {
        place = place(session, turns) => place,
        () = unwanted(session, context) => Place::default(),
    };
    if place.at.is_none() {
        // It is still refused in due form, by the gate's first step.
        interrupt.raise();
    }
    let mut working = tokio::task::spawn_blocking(move || {
        let _place = place;
        let session = Arc::clone(&attending.session);
        work(&session, &mut attending)
    });
    loop {
        tokio::select! {
            // In this order: what was told is told before the result.
            biased;
            Some(note) = heard.recv() => match note {
                Note::Entered(step) => progress.tell(&context.peer, f64::from(number(step)), step.as_str()).await,
                Note::Waits(id) => {
                    let step = progress.done;
                    progress.tell(&context.peer, step + 0.5, &format!("a person is asked: answer with `cofferdam approve {id}`")).await;
                }
                Note::Form { shown, offers, answer } => {
                    let reply = tokio::select! {
                        reply = form::put(&context.peer, session.client.name(), shown, offers, Duration::from_secs(FORM_SECONDS)) => reply,
                        // First, so that the call is refused as cancelled, and not as unanswered.
                        () = unwanted(session, context) => {
                            interrupt.raise();
                            Reply::Nobody
                        }
                    };
                    // Who asked is gone where nobody takes it.
                    let _ = answer.send(reply);
                }
            },
            () = unwanted(session, context), if !interrupt.is_raised() => interrupt.raise(),
            done = &mut working => return done.map_err(broke_off),
        }
    }
}

/// A place among the calls of a session, and the turn of one that changes something.
#[derive(Default)]
struct Place {
    at: Option<OwnedSemaphorePermit>,
    _turn: Option<OwnedSemaphorePermit>,
}

/// Waits for a place. Whoever waits for their turn takes none from others.
async fn place(session: &Session, turns: Turns) -> Place {
    // Neither is ever closed.
    let turn = match turns {
        Turns::Any => None,
        Turns::One => Arc::clone(&session.turn).acquire_owned().await.ok(),
    };
    Place { at: Arc::clone(&session.places).acquire_owned().await.ok(), _turn: turn }
}

/// Waits until the client cancels the request, or leaves.
async fn unwanted(session: &Session, context: &RequestContext<RoleServer>) {
    tokio::select! {
        () = context.ct.cancelled() => {}
        () = session.left() => {}
    }
}

/// Whether questions go to the client: a person says that they are behind it, and it can show a form. What a single request says of
/// the client's capabilities counts for nothing, and what it said when the session began only where it is trusted.
fn has_forms(session: &Session, context: &RequestContext<RoleServer>) -> bool {
    session.client.trust() == Trust::Trusted && context.peer.peer_info().is_some_and(|client| form::can_show(&client.capabilities))
}

fn number(step: Step) -> u8 {
    match step {
        Step::Request => 1,
        Step::Policy => 2,
        Step::Invoke => 3,
        Step::Postconditions => 4,
        Step::Verify => 5,
        Step::Changes => 6,
        Step::Publish => 7,
    }
}

/// Progress of a request whose client asked for it. It only grows, as the protocol wants it.
struct Progress {
    token: Option<ProgressToken>,
    done: f64,
}

impl Progress {
    async fn tell(&mut self, peer: &Peer<RoleServer>, done: f64, message: &str) {
        let Some(token) = self.token.clone() else { return };
        if done <= self.done {
            return;
        }
        self.done = done;
        let told = ProgressNotificationParam::new(token, done).with_total(STEPS).with_message(text::inline(message, SHOWN_NAME * 2));
        // Progress that nobody hears is no reason to stop.
        let _ = peer.notify_progress(told).await;
    }
}

/// The attendant of a call on its thread.
struct Attending {
    session: Arc<Session>,
    interrupt: Interrupt,
    notes: mpsc::UnboundedSender<Note>,
    /// Whether questions go to the client.
    forms: bool,
    /// Whether the client asked for progress.
    tells: bool,
}

impl Attendant for Attending {
    fn entered(&mut self, step: Step) {
        if self.tells {
            // Nobody listens any more where the session is over.
            let _ = self.notes.send(Note::Entered(step));
        }
    }

    fn wanted(&self) -> Result<(), Interrupted> {
        self.interrupt.check()
    }

    fn most_questions(&self) -> usize {
        self.session.ambient.most_questions()
    }

    fn answer(&mut self, asked: &Asked<'_>) -> Reply {
        let Self { session, interrupt, notes, forms, .. } = self;
        if !*forms {
            let id = asked.call.to_string();
            return session.ambient.wait(&session.client, &session.gate, asked, interrupt, &mut || {
                let _ = notes.send(Note::Waits(id.clone()));
            });
        }
        let (answer, answered) = oneshot::channel();
        let question = Note::Form { shown: session.ambient.shown(&session.client, asked), offers: asked.offers, answer };
        if notes.send(question).is_err() {
            return Reply::Nobody;
        }
        answered.blocking_recv().unwrap_or(Reply::Nobody)
    }
}
