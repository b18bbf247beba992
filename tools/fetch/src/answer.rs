//! What was found, as text; and the check that it was.

use cofferdam_tool_sdk::{Evidence, JsonSchema, Verdict, http::Http};
use serde::{Deserialize, Serialize};

use crate::{
    charset,
    follow::{Asked, Found, follow},
    media_type::{Kind, MediaType},
    page::{self, Page},
    plain::{beginning, plain},
    problem::Problem,
};

/// Most characters of text in one outcome. Four bytes each stay far below the host's limit.
pub const MAX_TEXT_CHARS: usize = 200_000;

/// What was found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Fetched {
    /// Where it was found, after all redirects.
    pub url: String,
    /// The URLs that redirected to another one, in their order.
    pub redirects: Vec<String>,
    /// The HTTP status. 200 is success; 404 and the like are answers too, and their text says what went wrong.
    pub status: u16,
    /// The media type, such as `text/html`; empty if nothing was said.
    pub content_type: String,
    /// The title of a web page.
    pub title: Option<String>,
    /// The text.
    pub text: String,
    /// Characters of the whole text.
    pub total_chars: u64,
    /// Whether the text is only the beginning of the whole one.
    pub truncated: bool,
}

/// The same before anything is cut.
struct Whole {
    found: Found,
    media_type: MediaType,
    title: Option<String>,
    text: String,
}

impl Whole {
    fn ask(http: &Http, asked: Asked) -> Result<Self, Problem> {
        let found = follow(http, asked)?;
        let encoding = found.response.header("content-encoding").unwrap_or_default().trim();
        if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
            return Err(Problem::Encoded(encoding.to_owned()));
        }
        let media_type = MediaType::parse(found.response.header("content-type").unwrap_or_default());
        let (title, text) = match media_type.kind() {
            _ if found.response.body.is_empty() => (None, String::new()),
            Kind::Html => {
                let Page { title, text } = page::read(&charset::decode(&found.response.body, media_type.charset.as_deref())?, &found.url)?;
                (title, text)
            }
            Kind::Text => (None, charset::decode(&found.response.body, media_type.charset.as_deref())?.into_owned()),
            Kind::Other => return Err(Problem::NotText(media_type.name)),
        };
        Ok(Self { title: title.map(|title| plain(&title)), text: plain(&text), found, media_type })
    }
}

/// Asks, and gives what was found as an outcome has it.
pub(crate) fn fetch(http: &Http, asked: Asked) -> Result<Fetched, Problem> {
    let Whole { found, media_type, title, text } = Whole::ask(http, asked)?;
    let (shown, total) = beginning(&text, MAX_TEXT_CHARS);
    Ok(Fetched {
        url: found.url.into(),
        redirects: found.redirects.into_iter().map(String::from).collect(),
        status: found.response.status,
        content_type: media_type.name,
        title,
        total_chars: total as u64,
        truncated: shown.len() < text.len(),
        text: shown.to_owned(),
    })
}

/// Asks once more, is answered the same, and holds the outcome against it.
pub(crate) fn check(http: &Http, asked: Asked, output: &Fetched) -> Verdict {
    let Whole { found, media_type, title, text } = Whole::ask(http, asked)?;
    let (shown, total) = (output.text.chars().count(), text.chars().count());
    Evidence::new()
        .check(format!("the answer is from `{}`", output.url), found.url.as_str() == output.url)?
        .check(
            format!("{} redirects led there, as listed", output.redirects.len()),
            found.redirects.iter().map(url::Url::as_str).eq(&output.redirects),
        )?
        .check(format!("its status is {}", output.status), found.response.status == output.status)?
        .check(format!("its type is `{}`", output.content_type), media_type.name == output.content_type)?
        .check("the title is that of the page", title == output.title)?
        .check(format!("the text is the first {shown} characters of the answer, exactly"), text.starts_with(&output.text))?
        .check(format!("the whole text has {} characters", output.total_chars), output.total_chars == total as u64)?
        .check(
            "nothing was cut that fits, and what was cut is said to be",
            shown == total.min(MAX_TEXT_CHARS) && output.truncated == (shown < total),
        )
}
