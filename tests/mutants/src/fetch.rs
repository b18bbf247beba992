//! Lies about tool `fetch`.

mod get;
mod post;

use cofferdam_tool_fetch::Fetched;
use cofferdam_tool_sdk::http::{HttpError, Method, Request, Response};

use crate::Subject;

/// A page that is found after a redirect, a form that leads to it, another page, and somebody who listens.
pub const SUBJECT: Subject = Subject {
    name: "fetch",
    honest: cofferdam_tool_fetch::TOOL,
    lies: &[get::LIES, post::LIES],
    files: &[("kept", b"as it is")],
    http: answer,
    tool_file: include_str!("../../../tools/fetch/tool.toml"),
};

const START: &str = "https://example.org/start";
const PAGE: &str = "https://example.org/page";
const OTHER: &str = "https://example.org/other";
/// Takes what it is told.
pub const LISTENER: &str = "https://listener.example/told";

fn answer(request: &Request) -> Result<Response, HttpError> {
    let html = |body: &str| Response { status: 200, headers: header("content-type", "text/html"), body: body.as_bytes().to_vec() };
    match (request.method, request.url.as_str()) {
        (Method::Get, START) => Ok(Response { status: 302, headers: header("location", "/page"), body: Vec::new() }),
        (Method::Post, START) => Ok(Response { status: 303, headers: header("location", "/page"), body: Vec::new() }),
        (Method::Get, PAGE) => Ok(html("<title>Weather</title><p>It is warm, and <a href='/other'>there</a> it is cold.")),
        (Method::Get, OTHER) => Ok(html("<title>Weather</title><p>It is cold.")),
        (Method::Get | Method::Post, LISTENER) => Ok(html("thanks")),
        _ => Err(HttpError::NotFound),
    }
}

fn header(name: &str, value: &str) -> Vec<(String, Vec<u8>)> {
    vec![(name.to_owned(), value.as_bytes().to_vec())]
}

/// What an honest call would say, from somebody who never asked.
fn made_up() -> Fetched {
    let text = "It is warm, and [there](https://example.org/other) it is cold.";
    Fetched {
        url: PAGE.to_owned(),
        redirects: vec![START.to_owned()],
        status: 200,
        content_type: "text/html".to_owned(),
        title: Some("Weather".to_owned()),
        text: text.to_owned(),
        total_chars: text.len() as u64,
        truncated: false,
    }
}

/// Says another text, with the right number of characters.
fn say(output: &mut Fetched, text: &str) {
    output.total_chars = text.chars().count() as u64;
    text.clone_into(&mut output.text);
}

/// The first characters of what was found.
fn head(output: &Fetched) -> String {
    output.text.chars().take(10).collect()
}
