//! `future-incoming-response`: the answer that a guest waits for. It is the waiting that sends the request.

use std::{future::poll_fn, mem, sync::Arc, task::Poll};

use wasmtime::{Result, component::Resource};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::{
    Http, HttpError, HttpRequest, HttpResponse, IncomingResponse,
    body::{Content, State},
    uplink::{Turn, Uplink},
};
use crate::{
    bindings::http::wasi::http::types::{self, ErrorCode},
    clock::VirtualClock,
};

/// What the guest is told of a body that never became whole.
const UNFINISHED: &str = "the body of the request was not finished";

/// A request that can be sent as soon as its body is whole.
pub(super) struct Prepared {
    /// All but the body.
    pub(super) head: HttpRequest,
    /// The body, if the guest took it.
    pub(super) body: Option<Content>,
}

/// An answer to come.
pub struct FutureResponse {
    answer: Answer,
    uplink: Arc<Uplink>,
    clock: VirtualClock,
}

enum Answer {
    /// Nothing was sent yet.
    Unasked(Prepared, Turn),
    /// It is there, or will never be.
    Known(Result<HttpResponse, HttpError>),
    /// The guest has it.
    Given,
}

/// Whether waiting has an end.
#[derive(PartialEq, Eq)]
enum Wait {
    Over,
    GoesOn,
}

impl FutureResponse {
    pub(super) fn new(request: Prepared, turn: Turn, uplink: Arc<Uplink>, clock: VirtualClock) -> Self {
        Self { answer: Answer::Unasked(request, turn), uplink, clock }
    }

    /// Sends the request, if it was not sent and its body is whole. A guest that waits for nothing but the body that it should write
    /// itself is told so: it would wait forever.
    fn advance(&mut self) -> Wait {
        let unfinished = || Answer::Known(Err(ErrorCode::InternalError(Some(UNFINISHED.to_owned())).into()));
        self.answer = match mem::replace(&mut self.answer, Answer::Given) {
            Answer::Unasked(Prepared { head, body }, turn) => match body.as_ref().map(Content::state) {
                Some(State::Open) if !self.clock.is_hopeless() => {
                    self.answer = Answer::Unasked(Prepared { head, body }, turn);
                    return Wait::GoesOn;
                }
                Some(State::Open | State::Abandoned) => unfinished(),
                Some(State::Finished) | None => {
                    let request = HttpRequest { body: body.map(|body| body.take()).unwrap_or_default(), ..head };
                    Answer::Known(self.uplink.send(turn, &request))
                }
            },
            known @ (Answer::Known(_) | Answer::Given) => known,
        };
        Wait::Over
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for FutureResponse {
    async fn ready(&mut self) {
        poll_fn(|_| match self.advance() {
            Wait::Over => Poll::Ready(()),
            Wait::GoesOn => Poll::Pending,
        })
        .await;
    }
}

/// What `get` gives: nothing yet, nothing any more, or the answer.
type Got = Option<Result<Result<Resource<IncomingResponse>, ErrorCode>, ()>>;

impl types::HostFutureIncomingResponse for Http<'_> {
    fn subscribe(&mut self, future: Resource<FutureResponse>) -> Result<Resource<DynPollable>> {
        subscribe(self.table, future)
    }

    fn get(&mut self, future: Resource<FutureResponse>) -> Result<Got> {
        let future = self.table.get_mut(&future)?;
        if future.advance() == Wait::GoesOn {
            return Ok(None);
        }
        match mem::replace(&mut future.answer, Answer::Given) {
            Answer::Known(Ok(response)) => Ok(Some(Ok(Ok(self.table.push(IncomingResponse::new(response))?)))),
            Answer::Known(Err(error)) => Ok(Some(Ok(Err(error.into_code()?)))),
            Answer::Given | Answer::Unasked(..) => Ok(Some(Err(()))),
        }
    }

    fn drop(&mut self, future: Resource<FutureResponse>) -> Result<()> {
        // What was not sent by now never will be.
        self.table.delete(future)?;
        Ok(())
    }
}
