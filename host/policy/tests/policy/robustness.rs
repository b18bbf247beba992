//! Files from strangers: they load or they are refused, and nothing else happens.

use std::sync::LazyLock;

use crate::environment::*;
use cofferdam_base::Diagnostic as _;
use cofferdam_policy::*;
use proptest::prelude::*;
use serde_json::json;

/// Loads on half of the stack that a thread has by default.
fn code_on_a_small_stack(text: String) -> &'static str {
    let load = move || Policies::load(&[user(&text)], &environment()).map_or_else(|error| error.code(), |_| "loaded");
    std::thread::Builder::new().stack_size(1 << 20).spawn(load).unwrap().join().unwrap()
}

#[test]
fn the_deepest_rules_that_the_limits_allow_are_still_checked_to_the_end() {
    // Where its stack ends, Cedar's validator stops without a word, and these rules would load: each reads an attribute that
    // does not exist, at its very bottom.
    let none = "context.none";
    let nest = |open: &str, close: &str| format!("{}{none}{}", open.repeat(20), close.repeat(20));
    let both = |open: &str, close: &str| format!("{}{none}{}{}", open.repeat(20), "||true".repeat(100), close.repeat(20));
    for (condition, code) in [
        (nest("(", ")"), "policy.not-valid"),
        (nest("[", "]"), "policy.not-valid"),
        (nest("{a:", "}"), "policy.not-valid"),
        (nest("!!!!(", ")"), "policy.not-valid"),
        (nest("context[", "]"), "policy.syntax"),
        (nest("context.a(", ")"), "policy.syntax"),
        (both("(", ")"), "policy.not-valid"),
        (both("!!!!(", ")"), "policy.not-valid"),
        (format!("{none}{}", ".a".repeat(120)), "policy.not-valid"),
        (format!("{none}{}", "[\"a\"]".repeat(120)), "policy.not-valid"),
        (format!("{none}{}", "||true".repeat(120)), "policy.not-valid"),
        (format!("{none}{}", "&&true".repeat(120)), "policy.not-valid"),
        (format!("{none}{}>0", "+1".repeat(120)), "policy.not-valid"),
        (format!("{}{none}{}", "if true then ".repeat(30), " else true".repeat(30)), "policy.not-valid"),
        (format!("{}{none}", "if context.origin == Origin::\"mcp\" then true else ".repeat(20)), "policy.not-valid"),
        (format!("{none} has a{}", ".a".repeat(120)), "policy.not-valid"),
        (format!("[{}{none}].contains(\"a\")", "\"a\",".repeat(1900)), "policy.not-valid"),
    ] {
        let rule = format!("@id(\"a\") forbid (principal, action == Action::\"files.read\", resource) when {{ {condition} }};");
        assert_eq!(code_on_a_small_stack(rule), code, "{condition}");
    }
}

#[test]
fn the_deepest_rules_that_load_are_looked_at_for_contradictions_to_the_end() {
    let fact = "context.arguments.path == \"a\"";
    let nest = |open: &str, close: &str| format!("{}{fact}{}", open.repeat(20), close.repeat(20));
    for condition in [
        nest("(", ")"),
        nest("!!!!(", ")"),
        format!("{fact}{}", format!("||{fact}").repeat(25)),
        format!("{fact}{}", format!("&&{fact}").repeat(25)),
        format!("{fact}{}", "||true".repeat(100)),
        format!("{}{fact}", "if context.origin == Origin::\"mcp\" then true else ".repeat(19)),
        format!("context.arguments.path like \"{}\"", "*a".repeat(1000)),
        format!("[{}\"a\"].contains(context.arguments.path)", "\"a\",".repeat(1900)),
    ] {
        let scope = "forbid (principal, action == Action::\"files.read\", resource)";
        assert_eq!(code_on_a_small_stack(format!("@id(\"a\") {scope} when {{ {condition} }};")), "loaded", "{condition}");
        let never = format!("@id(\"a\") {scope} when {{ {condition} }} unless {{ {condition} }};");
        if never.len() < 6_000 {
            assert!(["policy.never-applies", "policy.too-large"].contains(&code_on_a_small_stack(never)), "{condition}");
        }
    }
}

#[test]
fn deeply_nested_cases_are_refused() {
    for open in ["[", "{ a = ", "a."] {
        let cases = format!("[[case]]\narguments = {}", open.repeat(30_000));
        let source = PolicySource { cases: Some(cases), ..user("") };
        assert!(matches!(Policies::load(&[source], &environment()), Err(LoadError::Cases { .. })), "{open}");
        let keys = PolicySource { cases: Some(format!("{}a = 1", "a.".repeat(100_000))), ..user("") };
        assert!(matches!(Policies::load(&[keys], &environment()), Err(LoadError::Cases { .. })));
    }
}

#[test]
fn unusual_texts_are_refused() {
    for text in ["\0", ";", ";;", "\"", "@", "permit", "@id(\"a\")", "\u{feff}", "//", "/* */", "permit(principal,action,resource);permit"]
    {
        let loaded = Policies::load(&[user(text)], &environment()).is_ok();
        assert_eq!(loaded, text == "//", "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>(), cases in any::<String>()) {
        let _ = Policies::load(&[PolicySource { cases: Some(cases), ..user(&text) }], &Environment::default());
    }

    #[test]
    fn text_made_of_policy_words_never_panics(words in proptest::collection::vec(prop_oneof![
        Just("permit"), Just("forbid"), Just("("), Just(")"), Just("principal"), Just(","), Just("action"), Just("resource"), Just(";"), Just("when"),
        Just("{"), Just("}"), Just("=="), Just("in"), Just("Action::\"files.read\""), Just("context.arguments.path"), Just("\"a\""), Just("@id(\"a\")"),
        Just("like"), Just("has"), Just("!"), Just("&&"), Just("["), Just("]"), Just("?principal"), Just("1"), Just("//\n"), Just("@ask(\"b\")"),
    ], 0..40)) {
        let _ = Policies::load(&[user(&words.join(" "))], &Environment::default());
    }

    #[test]
    fn arbitrary_arguments_never_panic_and_never_pass_unseen(key in "[a-z_]{0,12}", text in any::<String>(), number in any::<i64>(), fraction in any::<f64>()) {
        static POLICIES: LazyLock<Policies> = LazyLock::new(|| load(&[user("@id(\"all\") permit (principal, action, resource);")]));
        let arguments = json!({ "path": text, &key: { "deep": [number, fraction, text] } });
        let known = key == "path";
        let decision = call(&POLICIES, "files.read", arguments);
        prop_assert_eq!(strictness(&decision), if known { 2 } else { 1 });
    }
}
