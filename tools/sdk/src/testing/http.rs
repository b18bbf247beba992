//! What a call was answered by HTTP, and the same answers once more for `verify`, as the host gives them.

use std::sync::{Arc, Mutex, PoisonError};

use crate::http::{Answering, Http, HttpError, Request, Response};

type Exchange = (Request, Result<Response, HttpError>);

/// The requests of one call with their answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Exchanges(Arc<Mutex<Vec<Exchange>>>);

impl Exchanges {
    fn known(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.known().into_iter().map(|(request, _)| request).collect()
    }

    /// Has requests answered, and remembers both.
    pub(super) fn recording(&self, answering: Arc<Answering>) -> Http {
        let known = Arc::clone(&self.0);
        Http::answered_by(move |request| {
            let answer = answering(request);
            known.lock().unwrap_or_else(PoisonError::into_inner).push((request.clone(), answer.clone()));
            answer
        })
    }

    /// Answers the same requests the same, each once, in the order in which the same was asked; and denies all others.
    pub(super) fn replaying(&self) -> Http {
        let left = Mutex::new(self.known());
        Http::answered_by(move |request| {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            match left.iter().position(|(known, _)| known == request) {
                Some(at) => left.remove(at).1,
                None => Err(HttpError::Denied),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    #[test]
    fn the_same_requests_are_answered_the_same_each_once_and_no_others() {
        let answer = |status| Ok(Response { status, headers: Vec::new(), body: Vec::new() });
        let (exchanges, count) = (Exchanges::default(), Mutex::new(200));
        let http = exchanges.recording(Arc::new(move |_| {
            let mut status = count.lock().unwrap();
            *status += 1;
            answer(*status)
        }));
        let [a, b] = ["http://a.example/", "http://b.example/"].map(|url| Request::new(Method::Get, url));
        for (request, status) in [(&a, 201), (&b, 202), (&a, 203)] {
            assert_eq!(http.send(request), answer(status));
        }
        assert_eq!(exchanges.requests(), [a.clone(), b.clone(), a.clone()]);
        let again = exchanges.replaying();
        let asked = [&b, &a, &a, &a, &b].map(|request| again.send(request));
        assert_eq!(asked, [answer(202), answer(201), answer(203), Err(HttpError::Denied), Err(HttpError::Denied)]);
        assert_eq!(exchanges.replaying().send(&Request { body: vec![1], ..a }), Err(HttpError::Denied));
    }
}
