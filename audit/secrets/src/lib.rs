//! What has the form of a secret: tokens, keys and credentials that are told by their looks alone, whoever they belong to.
//!
//! The one home of these forms. A package is audited by them before it is published, and a request of a tool before it is sent.
//! [`find`] looks at bytes as they are; who expects an encoding undoes it first.

mod kind;

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexSet};

use kind::FORMS;
pub use kind::Kind;

/// Something of the form of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Found<'b> {
    /// Which form.
    pub kind: Kind,
    /// Where it starts, in bytes.
    pub start: usize,
    /// The secret itself; of a private key only the line that begins it.
    pub bytes: &'b [u8],
}

/// Says what was found and where, never the secret.
impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("kind", &self.kind).field("start", &self.start).finish_non_exhaustive()
    }
}

// Compiled once: a set that finds which kinds are there in one pass, and the expressions that then say where. Bytes, not
// characters: a secret is ASCII wherever it stands. The expressions are constant, and a test holds that they compile.
static COMPILED: LazyLock<Option<(RegexSet, Vec<Regex>)>> = LazyLock::new(|| {
    let bytes = |expression: &str| format!("(?-u){expression}");
    let set = RegexSet::new(FORMS.iter().map(|form| bytes(form.expression))).ok()?;
    let each = FORMS.iter().map(|form| Regex::new(&bytes(form.expression))).collect::<Result<Vec<_>, _>>().ok()?;
    Some((set, each))
});

/// Everything in some bytes that has the form of a secret: kind by kind, in the order of [`Kind::all`], and in order within a kind.
#[must_use]
pub fn find(bytes: &[u8]) -> Vec<Found<'_>> {
    let Some((set, each)) = COMPILED.as_ref() else { return Vec::new() };
    let mut all = Vec::new();
    for index in &set.matches(bytes) {
        let (Some(form), Some(expression)) = (FORMS.get(index), each.get(index)) else { continue };
        let groups = expression.captures_iter(bytes).filter_map(|captures| captures.get(1));
        let real = groups.filter(|group| (form.accepts)(group.as_bytes()));
        all.extend(real.map(|group| Found { kind: form.kind, start: group.start(), bytes: group.as_bytes() }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_expressions_compile() {
        assert!(COMPILED.is_some());
    }

    #[test]
    fn tells_kind_and_place_and_does_not_print_the_secret() {
        // In pieces, so that no tool takes this file for one with a secret in it.
        let token = format!("gh{}q8Zt3LkV0xWn5RbY2mHc7PsJ9dFgA1eU4iOz", "p_");
        let text = format!("one {token}, and {token}");
        let found = find(text.as_bytes());
        assert_eq!(
            found.iter().map(|found| (found.kind, found.start)).collect::<Vec<_>>(),
            [(Kind::GithubToken, 4), (Kind::GithubToken, 50)]
        );
        assert!(found.iter().all(|found| found.bytes == token.as_bytes()));
        assert!(!format!("{found:?}").contains("q8Zt"));
    }

    #[test]
    fn a_placeholder_is_no_secret() {
        for text in
            ["AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "_authToken=${NPM_TOKEN}", "-----BEGIN PRIVATE KEY-----"]
        {
            assert_eq!(find(text.as_bytes()), []);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_searched_and_what_is_found_stands_there(bytes in prop::collection::vec(any::<u8>(), 0..400), value in "[A-Za-z0-9]{36}") {
            let text = [bytes.as_slice(), b" npm_", value.as_bytes(), b" "].concat();
            for found in find(&text) {
                prop_assert_eq!(text.get(found.start..found.start + found.bytes.len()), Some(found.bytes));
            }
        }
    }
}
