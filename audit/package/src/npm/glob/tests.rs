//! What the recorded trees do not show: faults, and that no pattern can break the matcher.

use ignore::gitignore::GitignoreBuilder;
use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, path: &str) -> bool {
    let segments: Vec<Segment> = path.split('/').map(Segment::new).collect();
    Pattern::parse(pattern).unwrap().matches(&segments.iter().collect::<Vec<_>>(), Extent::Whole)
}

#[test]
fn expands_braces_as_bash_does() {
    for (pattern, expanded) in [
        ("a{b,c}d", vec!["abd", "acd"]),
        ("{1..3}", vec!["1", "2", "3"]),
        ("{03..1}", vec!["03", "02", "01"]),
        ("{a..e..2}", vec!["a", "c", "e"]),
        ("{a}", vec!["{a}"]),
        ("{a,b}{c,d}", vec!["ac", "ad", "bc", "bd"]),
        ("{{a,b}}", vec!["{a}", "{b}"]),
        ("{,a}b", vec!["b", "ab"]),
        ("a{b", vec!["a{b"]),
        ("\\{a,b}", vec!["{a,b}"]),
        ("${a,b}", vec!["${a,b}"]),
    ] {
        assert_eq!(braces::expand(pattern).unwrap(), expanded, "{pattern}");
    }
}

#[test]
fn a_pattern_that_is_not_modelled_is_a_fault() {
    for (pattern, fault) in [
        ("a".repeat(2000), PatternFault::TooLong),
        ("{a,b}".repeat(12), PatternFault::TooManyAlternatives),
        ("{1..99999}".to_owned(), PatternFault::TooManyAlternatives),
        ("+(a|@(b))".to_owned(), PatternFault::NestedExtglob),
        ("x!(a)@(b)".to_owned(), PatternFault::NestedExtglob),
        ("@()".to_owned(), PatternFault::EmptyExtglob),
        ("[[:digit:]]".to_owned(), PatternFault::PosixClass),
    ] {
        assert_eq!(Pattern::parse(&pattern).unwrap_err(), fault, "{pattern}");
    }
}

#[test]
fn extended_globs_match_as_their_expressions_do() {
    assert!(matches("l/!(a|b).js", "l/c.js") && !matches("l/!(a|b).js", "l/a.js"));
    assert!(matches("+(ab)", "ababAB") && !matches("+(ab)", "aba"));
    assert!(matches("?(a)b", "b") && !matches("?(a)b", "aab"));
    assert!(matches("*\\.js", "a\\.js") && !matches("*\\.js", "a.js"));
}

proptest! {
    #[test]
    fn agrees_with_the_ignore_crate_on_names(pattern in "([ab?]|[ab?]\\*){1,5}", name in "[abAB]{1,6}") {
        let mut builder = GitignoreBuilder::new("/root");
        builder.case_insensitive(true).unwrap().add_line(None, &pattern).unwrap();
        prop_assert_eq!(matches(&pattern, &name), builder.build().unwrap().matched(&name, false).is_ignore());
    }

    #[test]
    fn never_panics(pattern in "[ab!*?+@(){}|,./\\[\\]\\\\^-]{0,24}", path in "[ab./]{0,12}") {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let segments: Vec<Segment> = path.split('/').map(Segment::new).collect();
            let candidate: Vec<&Segment> = segments.iter().collect();
            let whole = pattern.matches(&candidate, Extent::Whole);
            prop_assert!(!whole || pattern.matches(&candidate, Extent::Prefix) || candidate.last().is_some_and(|last| last.is_empty()));
        }
    }
}
