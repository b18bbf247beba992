//! `Content-Type`: what an answer is (RFC 9110, section 8.3.1).

/// What an answer is, as far as this tool cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A web page.
    Html,
    /// Text that is given as it is.
    Text,
    /// Anything else.
    Other,
}

/// A media type and its character encoding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MediaType {
    /// `type/subtype` in lower case; empty if the answer does not say.
    pub(crate) name: String,
    /// The encoding's label in lower case, if the answer says.
    pub(crate) charset: Option<String>,
}

impl MediaType {
    /// Reads the value of the header.
    pub(crate) fn parse(value: &str) -> Self {
        let mut parts = value.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut named = parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        let charset = named.next().map(|(_, label)| label.trim().trim_matches('"').to_ascii_lowercase());
        Self { name, charset }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.name.split_once('/') {
            Some(("text", "html")) | Some(("application", "xhtml+xml")) => Kind::Html,
            Some(("text", _)) | Some(("application", "json" | "xml")) => Kind::Text,
            Some((_, subtype)) if subtype.ends_with("+json") || subtype.ends_with("+xml") => Kind::Text,
            Some(_) | None => Kind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_type_and_encoding_in_any_case() {
        let read = MediaType::parse(" Text/HTML ; boundary=x; CharSet=\"UTF-8\"");
        assert_eq!(read, MediaType { name: "text/html".to_owned(), charset: Some("utf-8".to_owned()) });
        assert_eq!(MediaType::parse(""), MediaType::default());
    }

    #[test]
    fn knows_what_is_text() {
        for (name, kind) in [
            ("text/html", Kind::Html),
            ("application/xhtml+xml", Kind::Html),
            ("text/plain", Kind::Text),
            ("text/csv", Kind::Text),
            ("application/json", Kind::Text),
            ("application/problem+json", Kind::Text),
            ("application/atom+xml", Kind::Text),
            ("image/svg+xml", Kind::Text),
            ("image/png", Kind::Other),
            ("application/pdf", Kind::Other),
            ("application/octet-stream", Kind::Other),
            ("text", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(MediaType::parse(name).kind(), kind, "{name}");
        }
    }
}
