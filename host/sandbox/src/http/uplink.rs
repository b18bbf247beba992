//! The one way out of a call: who sends, until when, and how much of it is left.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use cofferdam_base::Limits;

use super::{HttpClient, HttpError, HttpFailure, HttpRequest, HttpResponse};
use crate::{
    bindings::http::wasi::http::types::ErrorCode,
    limit::{Limit, LimitReached},
};

/// What a field costs beside its name and its value, in bytes: what HTTP/2 counts for it (RFC 9113, section 6.5.2).
pub(super) const FIELD_OVERHEAD: usize = 32;

/// The way out of one call, for all its requests together.
pub(crate) struct Uplink {
    client: Option<Arc<dyn HttpClient>>,
    deadline: Instant,
    left: Mutex<Left>,
}

/// What the call may still use.
struct Left {
    requests: u64,
    bytes: u64,
}

/// One request that the call may send: its place among `http_requests` is taken.
pub(super) struct Turn(Arc<dyn HttpClient>);

impl Uplink {
    pub(crate) fn new(client: Option<Arc<dyn HttpClient>>, deadline: Instant, limits: &Limits) -> Self {
        Self { client, deadline, left: Mutex::new(Left { requests: limits.http_requests, bytes: limits.http_bytes }) }
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        // Two plain values: no panic leaves them half changed.
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what the guest makes the host hold: fields and bodies of requests, as they are put together, and answers.
    pub(super) fn take(&self, bytes: usize) -> Result<(), LimitReached> {
        let mut left = self.left();
        left.bytes = left.bytes.checked_sub(bytes as u64).ok_or(LimitReached(Limit::HttpBytes))?;
        Ok(())
    }

    /// Takes a place for one request.
    pub(super) fn turn(&self) -> Result<Turn, HttpError> {
        let client = self.client.as_ref().ok_or(ErrorCode::HttpRequestDenied)?;
        let mut left = self.left();
        left.requests = left.requests.checked_sub(1).ok_or(LimitReached(Limit::HttpRequests))?;
        Ok(Turn(Arc::clone(client)))
    }

    /// Sends a request and waits for the answer. What it answers beyond what is left is not taken.
    pub(super) fn send(&self, turn: Turn, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let most = self.left().bytes;
        match turn.0.send(request, self.deadline, most) {
            Ok(response) => {
                self.take(size(&response))?;
                Ok(response)
            }
            Err(failure) => {
                if failure == HttpFailure::TooLarge {
                    // It came as far as it was allowed to.
                    self.left().bytes = 0;
                }
                Err(failure.into())
            }
        }
    }
}

fn size(response: &HttpResponse) -> usize {
    let fields = response.headers.iter().map(|(name, value)| name.len().saturating_add(value.len()).saturating_add(FIELD_OVERHEAD));
    fields.fold(response.body.len(), usize::saturating_add)
}
