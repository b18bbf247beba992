//! Asking, and asking again where an answer leads on (RFC 9110, section 15.4).

use cofferdam_tool_sdk::http::{Http, Method, Request, Response};
use url::Url;

use crate::{address, problem::Problem};

/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// What is asked for: text rather than pictures, where there is a choice.
const ACCEPT: &str = "text/html, application/xhtml+xml, application/json, text/*;q=0.9, application/xml;q=0.9, */*;q=0.5";
/// Who asks.
const USER_AGENT: &str = concat!("cofferdam-fetch/", env!("CARGO_PKG_VERSION"));

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) url: Url,
    /// What is handed over, and what it is; none is a `GET`.
    pub(crate) posted: Option<(String, &'static str)>,
}

/// The last answer, and the way to it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) url: Url,
    pub(crate) response: Response,
    /// The URLs that redirected, from the first on.
    pub(crate) redirects: Vec<Url>,
}

impl Asked {
    fn request(&self) -> Request {
        let mut request = Request::new(if self.posted.is_some() { Method::Post } else { Method::Get }, self.url.as_str());
        request.headers.push(("accept".to_owned(), ACCEPT.to_owned()));
        request.headers.push(("user-agent".to_owned(), USER_AGENT.to_owned()));
        if let Some((body, content_type)) = &self.posted {
            request.headers.push(("content-type".to_owned(), (*content_type).to_owned()));
            request.body = body.clone().into_bytes();
        }
        request
    }

    /// Whether both are asked for in the same way at the same place.
    fn repeats(&self, url: &Url, posted: bool) -> bool {
        self.url == *url && self.posted.is_some() == posted
    }

    /// Where an answer leads; none if it is the last one.
    fn next(&self, response: &Response) -> Result<Option<Self>, Problem> {
        if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(location) = response.header("location") else { return Ok(None) };
        let url = address::join(&self.url, location).map_err(|_| Problem::BadRedirect(location.to_owned()))?;
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(Problem::Downgrade(url.into()));
        }
        // 301 and 302 as all browsers have them: what was posted is not posted again, and the answer is got.
        let posted = if matches!(response.status, 307 | 308) { self.posted.clone() } else { None };
        if posted.is_some() && url.origin() != self.url.origin() {
            return Err(Problem::PostElsewhere(url.into()));
        }
        Ok(Some(Self { url, posted }))
    }
}

/// Asks until an answer leads nowhere else.
pub(crate) fn follow(http: &Http, mut asked: Asked) -> Result<Found, Problem> {
    let mut before: Vec<Asked> = Vec::new();
    loop {
        let answer = http.send(&asked.request());
        let response = answer.map_err(|error| Problem::Http { url: asked.url.to_string(), error })?;
        let Some(next) = asked.next(&response)? else {
            return Ok(Found { url: asked.url, response, redirects: before.into_iter().map(|asked| asked.url).collect() });
        };
        before.push(asked);
        if before.iter().any(|asked| asked.repeats(&next.url, next.posted.is_some())) {
            return Err(Problem::RedirectLoop(next.url.into()));
        }
        if before.len() > MAX_REDIRECTS {
            return Err(Problem::TooManyRedirects(MAX_REDIRECTS));
        }
        asked = next;
    }
}
