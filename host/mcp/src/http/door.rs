//! Who is let in, before a byte of a request's body is read.

use std::{convert::Infallible, sync::Arc};

use cofferdam_base::text;
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, ORIGIN, WWW_AUTHENTICATE},
};
use tokio::sync::Semaphore;

use super::{Arrival, PATH, owners::Owners};
use crate::{
    Ambient, Client, TokenDigest,
    limits::{CLIENT_SESSIONS, SESSIONS},
};

/// What is answered.
pub(super) type Page = Response<BoxBody<Bytes, Infallible>>;

/// The session that a request belongs to (2025-11-25, basic/transports, "session management").
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// Lets requests in.
pub(super) struct Door {
    ambient: Arc<dyn Ambient>,
    owners: Arc<Owners>,
    seats: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(ambient: Arc<dyn Ambient>, owners: Arc<Owners>) -> Self {
        Self { ambient, owners, seats: Arc::new(Semaphore::new(SESSIONS)) }
    }

    /// Takes a request, and gives it back with who it comes from; or the page that says why not.
    pub(super) fn admit<B>(&self, mut request: Request<B>) -> Result<(Request<B>, Arrival), Page> {
        let head = request.headers();
        for name in [HOST, ORIGIN, AUTHORIZATION, SESSION] {
            // Whoever reads the first and whoever reads the last would see two requests.
            if head.get_all(&name).iter().count() > 1 {
                return Err(page(StatusCode::BAD_REQUEST, "a header that may stand once stands more than once"));
            }
        }
        if request.uri().path() != PATH {
            return Err(page(StatusCode::NOT_FOUND, "nothing is served here"));
        }
        let client = self.client(head)?;
        if let Some(id) = head.get(&SESSION) {
            let session = id.to_str().ok().and_then(|id| self.owners.session(id, &client));
            let session = session.ok_or_else(|| page(StatusCode::NOT_FOUND, "there is no such session"))?;
            if request.method() == Method::DELETE {
                session.leave();
            }
        }
        let arrival = Arrival::new(client, Arc::clone(&self.seats));
        request.extensions_mut().insert(arrival.clone());
        Ok((request, arrival))
    }

    /// The turn of a client to begin a session.
    pub(super) fn turn(&self, arrival: &Arrival) -> Arc<tokio::sync::Mutex<()>> {
        self.owners.turn(arrival.client())
    }

    /// The session that a client gives up for a new one, where it has many, or there is no room for another.
    pub(super) fn give_up(&self, arrival: &Arrival) -> Option<String> {
        if self.seats.available_permits() > 0 && self.owners.of(arrival.client()) < CLIENT_SESSIONS {
            return None;
        }
        let (id, session) = self.owners.give_up(arrival.client())?;
        session.leave();
        Some(id)
    }

    /// Takes down whose a session is that was just begun.
    pub(super) fn note(&self, page: &Page, arrival: &Arrival) {
        let id = page.headers().get(&SESSION).and_then(|id| id.to_str().ok());
        if let (Some(id), Some(session)) = (id, arrival.begun()) {
            self.owners.insert(id, arrival.client(), session);
        }
    }

    /// Whose token a request has. The file of clients is read each time: a token that was taken back opens nothing from then on.
    fn client(&self, head: &HeaderMap) -> Result<Client, Page> {
        let unauthorized = || {
            let mut page = page(StatusCode::UNAUTHORIZED, "a token is needed: `cofferdam mcp client add NAME` makes one");
            page.headers_mut().insert(WWW_AUTHENTICATE, hyper::header::HeaderValue::from_static("Bearer"));
            page
        };
        let presented = head.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer).ok_or_else(unauthorized)?;
        match self.ambient.client(TokenDigest::of(presented)) {
            Ok(client) => client.ok_or_else(unauthorized),
            Err(trouble) => {
                self.ambient.say(&format!("nobody is let in: {}", text::inline(&trouble.to_string(), 300)));
                Err(page(StatusCode::INTERNAL_SERVER_ERROR, "the clients cannot be read"))
            }
        }
    }
}

/// The token of `Bearer TOKEN` (RFC 6750, section 2.1; the scheme in any case, RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn page(status: StatusCode, text: &'static str) -> Page {
    let mut page = Response::new(Full::new(Bytes::from_static(text.as_bytes())).boxed());
    *page.status_mut() = status;
    page.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("text/plain; charset=utf-8"));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_its_scheme_alone() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for strange in ["", "Bearer", "Bearer ", "abc", "Basic abc", "Bearerabc", "Token abc"] {
            assert_eq!(bearer(strange), None, "{strange}");
        }
    }
}
