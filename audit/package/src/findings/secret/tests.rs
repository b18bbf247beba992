use proptest::prelude::*;

use super::*;

#[test]
fn the_expression_compiles() {
    assert!(NAMED_VALUE.is_some());
}

#[test]
fn a_named_secret_is_not_said_twice() {
    let text = format!("token = \"gh{}q8Zt3LkV0xWn5RbY2mHc7PsJ9dFgA1eU4iOz\"", "p_");
    let mut findings = Vec::new();
    inspect("a", text.as_bytes(), Part::Start, &mut findings);
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::GithubToken]);
}

proptest! {
    #[test]
    fn never_panics_and_never_shows_more_than_four_characters(bytes in prop::collection::vec(any::<u8>(), 0..400), value in "[A-Za-z0-9]{36}") {
        let mut findings = Vec::new();
        inspect("a", &bytes, Part::Start, &mut findings);
        let text = format!("npm_{value}");
        inspect("a", text.as_bytes(), Part::End, &mut findings);
        prop_assert!(findings.iter().all(|finding| !finding.detail.contains(text.get(..8).unwrap())));
    }
}
