//! Sites of a test's own making.

use cofferdam_tool_fetch::TOOL;
use cofferdam_tool_sdk::{
    http::{HttpError, Method, Response},
    testing::{Bench, Manifest, Run},
};
use serde_json::Value;

/// A site: what is answered to `METHOD URL`; whatever it does not have has no address.
pub(crate) fn site(answers: &[(&str, Response)]) -> Bench {
    let answers: Vec<(String, Response)> = answers.iter().map(|(asked, answer)| ((*asked).to_owned(), answer.clone())).collect();
    Bench::new(&[]).answering(move |request| {
        let method = if request.method == Method::Post { "POST" } else { "GET" };
        let asked = format!("{method} {}", request.url);
        answers.iter().find(|(known, _)| *known == asked).map(|(_, answer)| answer.clone()).ok_or(HttpError::NotFound)
    })
}

/// An answer of a type, or of none.
pub(crate) fn answer(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Response {
    let headers = Vec::from_iter((!content_type.is_empty()).then(|| ("Content-Type".to_owned(), content_type.as_bytes().to_vec())));
    Response { status, headers, body: body.as_ref().to_vec() }
}

pub(crate) fn redirect(status: u16, location: &str) -> Response {
    Response { status, headers: vec![("Location".to_owned(), location.as_bytes().to_vec())], body: b"moved".to_vec() }
}

/// Runs a call that must succeed, be verified, and keep its promises.
pub(crate) fn honest<'a>(site: &'a Bench, function: &str, arguments: Value) -> Run<'a> {
    let run = site.run(&TOOL, function, arguments);
    assert_eq!(run.verdict().map(|evidence| evidence.facts().is_empty()), Ok(false), "{function}");
    assert_eq!(Manifest::parse(include_str!("../../tool.toml")).check(&run), Ok(()), "{function}");
    assert!(run.changes().is_empty());
    run
}

pub(crate) fn failure_code(site: &Bench, function: &str, arguments: Value) -> &'static str {
    site.run(&TOOL, function, arguments).failure().code()
}
