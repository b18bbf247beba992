//! Why a call of this tool fails.

use std::fmt;

use cofferdam_tool_sdk::{Failure, Refuted, http::HttpError, text::inline};

/// A call that has no answer that can be given.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A URL that cannot be asked for.
    Url(String),
    /// There is no answer.
    Http { url: String, error: HttpError },
    /// More redirects than are followed.
    TooManyRedirects(usize),
    /// Redirects that lead back.
    RedirectLoop(String),
    /// A redirect to what cannot be asked for.
    BadRedirect(String),
    /// A redirect from an encrypted connection to one that is not.
    Downgrade(String),
    /// A redirect that hands what was to be posted to somebody else.
    PostElsewhere(String),
    /// An answer that is compressed or otherwise encoded.
    Encoded(String),
    /// An answer that is no text.
    NotText(String),
    /// Text in an encoding that is not read.
    Charset(String),
    /// A web page of more bytes than are read.
    PageTooLarge(usize),
    /// A web page that could not be read.
    Page,
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "fetch.bad-url",
            Self::Http { error, .. } => match error {
                HttpError::Denied => "fetch.denied",
                HttpError::NotFound => "fetch.no-such-host",
                HttpError::Refused => "fetch.connection-refused",
                HttpError::TimedOut => "fetch.timed-out",
                HttpError::TooLarge => "fetch.too-large",
                HttpError::Prohibited => "fetch.private-address",
                HttpError::Invalid => "fetch.bad-request",
                HttpError::Protocol => "fetch.no-answer",
            },
            Self::TooManyRedirects(_) => "fetch.too-many-redirects",
            Self::RedirectLoop(_) => "fetch.redirect-loop",
            Self::BadRedirect(_) => "fetch.bad-redirect",
            Self::Downgrade(_) => "fetch.redirect-downgrade",
            Self::PostElsewhere(_) => "fetch.redirect-post",
            Self::Encoded(_) => "fetch.encoded",
            Self::NotText(_) => "fetch.not-text",
            Self::Charset(_) => "fetch.charset",
            Self::PageTooLarge(_) => "fetch.page-too-large",
            Self::Page => "fetch.page",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| inline(text, 200);
        match self {
            Self::Url(url) => write!(f, "`{}` is no `http` or `https` URL that can be asked for", short(url)),
            Self::Http { url, error } => write!(f, "no answer from `{}`: {error}", short(url)),
            Self::TooManyRedirects(limit) => write!(f, "there are more than {limit} redirects"),
            Self::RedirectLoop(url) => write!(f, "the redirects lead back to `{}`", short(url)),
            Self::BadRedirect(location) => write!(f, "it redirects to `{}`, which cannot be asked for", short(location)),
            Self::Downgrade(url) => write!(f, "it redirects from `https` to `{}`, where others could listen", short(url)),
            Self::PostElsewhere(url) => write!(f, "it wants the same posted to `{}`, which was not asked for", short(url)),
            Self::Encoded(encoding) => write!(f, "the answer is encoded as `{}`, though it was asked for as it is", short(encoding)),
            Self::NotText(name) if name.is_empty() => f.write_str("the answer does not say what it is, so it is not shown as text"),
            Self::NotText(name) => write!(f, "the answer is `{}`, which is no text", short(name)),
            Self::Charset(label) => write!(f, "the text is not in UTF-8, and its encoding is `{}`", short(label)),
            Self::PageTooLarge(limit) => write!(f, "the page has more than {limit} bytes"),
            Self::Page => f.write_str("the page cannot be laid out as text"),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::new(problem.code(), problem.to_string())
    }
}

impl From<Problem> for Refuted {
    fn from(problem: Problem) -> Self {
        Self::new(problem.to_string())
    }
}
