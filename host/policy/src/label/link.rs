//! Web addresses that stand in a text.

/// Longest address that is taken for one, in bytes.
const MAX_LINK_BYTES: usize = 2048;
/// How one begins.
const SCHEMES: [&str; 2] = ["https://", "http://"];
/// What ends one, beside white space: what no address holds as it is written (RFC 3986, appendix C), and what sets one off in text.
const ENDS: &str = "\"'`<>()[]{}|\\^";
/// What stands at its end is the sentence's.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '*', '_'];

/// The addresses in a text, each from its scheme to where it ends in every reading.
pub(super) fn links(text: &str) -> impl Iterator<Item = &str> {
    SCHEMES.into_iter().flat_map(move |scheme| text.match_indices(scheme)).filter_map(|(at, scheme)| {
        let rest = text.get(at..)?;
        let end = rest.find(|c: char| c.is_whitespace() || c.is_control() || ENDS.contains(c)).unwrap_or(rest.len());
        let link = rest.get(..end)?.trim_end_matches(TRAILING);
        (link.len() > scheme.len() && link.len() <= MAX_LINK_BYTES).then_some(link)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_ends_where_the_text_goes_on() {
        let text = "See https://a.example/x?y=1, (http://b.example) and <https://c.example/d>. https:// is none; https://e.example.";
        let mut found: Vec<&str> = links(text).collect();
        found.sort_unstable();
        assert_eq!(found, ["http://b.example", "https://a.example/x?y=1", "https://c.example/d", "https://e.example"]);
    }

    proptest! {
        #[test]
        fn each_is_a_piece_of_the_text(text in "(\\PC|https://|http://|\\s){0,60}") {
            for link in links(&text) {
                prop_assert!(text.contains(link) && !link.contains(char::is_whitespace));
            }
        }
    }
}
