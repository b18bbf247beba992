//! The URLs that this tool asks for.

use url::Url;

use crate::problem::Problem;

/// Longest URL in bytes, as the host has it.
pub(crate) const MAX_URL_BYTES: usize = 8000;

/// Reads a URL as browsers do (WHATWG), and takes it if it can be asked for. What is behind `#` is never sent, so it is left out.
pub(crate) fn parse(text: &str) -> Result<Url, Problem> {
    check(Url::parse(text.trim()).ok(), text)
}

/// The same for a link on the page of another URL.
pub(crate) fn join(base: &Url, text: &str) -> Result<Url, Problem> {
    check(base.join(text.trim()).ok(), text)
}

fn check(url: Option<Url>, text: &str) -> Result<Url, Problem> {
    let fault = || Problem::Url(text.to_owned());
    let mut url = url.ok_or_else(fault)?;
    url.set_fragment(None);
    let can_be_sent = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if can_be_sent && url.as_str().len() <= MAX_URL_BYTES { Ok(url) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_can_be_asked_for_and_nothing_else() {
        assert_eq!(parse(" HTTPS://Example.ORG:443/a b?c=ä#d ").unwrap().as_str(), "https://example.org/a%20b?c=%C3%A4");
        for bad in
            ["", "example.org", "/a", "ftp://example.org/", "file:///etc/passwd", "data:text/html,x", "http://", "http://a@example.org/"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&format!("http://example.org/{}", "a".repeat(MAX_URL_BYTES))).is_err());
        let base = parse("https://example.org/a/b").unwrap();
        assert_eq!(join(&base, "../c#d").unwrap().as_str(), "https://example.org/c");
        assert!(join(&base, "javascript:alert(1)").is_err());
    }
}
