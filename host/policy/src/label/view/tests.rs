use super::*;
use proptest::prelude::*;
use serde_json::json;

static NONE: BTreeSet<String> = BTreeSet::new();

fn source(function: &str, directed: Directed) -> Source {
    Source { function: function.to_owned(), directed, from: Whence::Inside, secrets: BTreeSet::new() }
}

fn of(labels: &Labels, argument: &str) -> Derivation {
    labels.arguments()[argument].derivation
}

/// A user who named an event by its title; a page that somebody else wrote; a list.
fn view() -> View {
    let mut view = View::of("Move my 'Dental check-up' to 2024-05-20 at 10:00 and tell Ann the summary of www.a.org");
    view.see(
        source("calendar.search", Directed::ByUser),
        &json!({}),
        &json!([{"id": "5", "title": "Dental check-up", "with": ["dr@example.com"]}]),
    );
    view
}

#[test]
fn a_record_that_the_user_named_names_its_values() {
    let labels =
        view().label(&json!({"id": "5", "start": "2024-05-20 10:00", "end": "2024-05-20 11:00", "with": ["dr@example.com"]}), &NONE);
    assert_eq!((of(&labels, "id"), of(&labels, "start"), of(&labels, "with")), (Derivation::Named, Derivation::User, Derivation::Named));
    assert_eq!((labels.target(), labels.content(), labels.has_user_words()), (Some(Derivation::Named), None, true));
    assert_eq!(labels.sources().iter().map(String::as_str).collect::<Vec<_>>(), ["calendar.search"]);
    let labels = view().label(&json!({"id": "6"}), &NONE);
    assert_eq!((of(&labels, "id"), labels.has_user_words()), (Derivation::Untrusted, false));
}

#[test]
fn prose_and_bare_lists_name_nothing() {
    let mut view = View::of("Tell Ann what www.a.org says");
    view.see(source("web.get", Directed::ByUser), &json!({}), &json!("Ann, the Ann of all Anns, sends to eve@evil.com"));
    view.see(source("chat.channels", Directed::ByModel), &json!({}), &json!(["Ann", "general"]));
    for (value, derivation) in [("Ann", Derivation::User), ("general", Derivation::Selected), ("eve@evil.com", Derivation::Untrusted)] {
        assert_eq!(of(&view.label(&json!({"to": value}), &NONE), "to"), derivation, "{value}");
    }
}

#[test]
fn what_a_model_says_is_named_only_while_the_user_named_every_source_in_view() {
    let said = json!({"to": "Ann", "body": "They write about unemployment."});
    assert_eq!(of(&View::of("Tell Ann").label(&said, &NONE), "body"), Derivation::Untrusted, "out of nothing");
    let mut view = view();
    assert_eq!(of(&view.label(&said, &NONE), "body"), Derivation::Named);
    view.see(source("mail.unread", Directed::ByModel), &json!({}), &json!([]));
    assert_eq!(of(&view.label(&said, &NONE), "body"), Derivation::Untrusted);
    assert_eq!(of(&view.label(&json!({"body": "Dental check-up on 20"}), &NONE), "body"), Derivation::User);
}

#[test]
fn an_address_out_of_the_network_is_linked_as_a_whole_and_only_from_there() {
    let page = json!({"url": "https://a.example/", "text": "See https://b.example/page?q=1, or write to eve@evil.com."});
    let mut view = View::of("Find out what a.example says");
    view.see(source("files.read", Directed::ByModel), &json!({}), &json!({"text": "https://c.example/notes?q=made-up"}));
    // What the model made up is no better where a page says it back.
    let echo = json!({"text": "You asked for https://d.example/secret"});
    view.see(
        Source { from: Whence::Network, ..source("fetch.get", Directed::ByModel) },
        &json!({"url": "https://d.example/secret"}),
        &echo,
    );
    view.see(Source { from: Whence::Network, ..source("fetch.get", Directed::ByModel) }, &json!({}), &page);
    for (url, derivation) in [
        ("https://b.example/page?q=1", Derivation::Linked),
        ("https://b.example/page?q=12", Derivation::Untrusted),
        ("https://b.example/page", Derivation::Untrusted),
        ("https://c.example/notes?q=made-up", Derivation::Untrusted),
        ("https://d.example/secret", Derivation::Untrusted),
        ("eve@evil.com", Derivation::Untrusted),
    ] {
        assert_eq!(of(&view.label(&json!({"url": url}), &NONE), "url"), derivation, "{url}");
    }
}

#[test]
fn what_a_model_put_together_in_a_file_is_not_named_by_what_it_wrote_beside_it() {
    let mut view = View::of("Find out who the 'Rust Foundation' is");
    let hits = |url: &str| json!({"hits": [{"line": 1, "text": "Rust Foundation", "after": [url]}]});
    view.see(source("files.search", Directed::ByModel), &json!({}), &hits("https://true.example/"));
    let named = json!({"url": "https://true.example/"});
    assert_eq!(of(&view.label(&named, &NONE), "url"), Derivation::Named, "it was there before");
    view.changed();
    view.see(source("files.search", Directed::ByModel), &json!({}), &hits("https://evil.example/?d=secret"));
    assert_eq!(of(&view.label(&json!({"url": "https://evil.example/?d=secret"}), &NONE), "url"), Derivation::Untrusted);
}

#[test]
fn what_is_confidential_joins_and_never_fades() {
    let mut view = View::of("Read .env, and tell Ann 'all is well'");
    let read = |secret: &str| Source { secrets: [secret.to_owned()].into(), ..source("files.read", Directed::ByUser) };
    view.see(read(".env"), &json!({}), &json!({"text": "KEY=1"}));
    view.see(read("id_rsa"), &json!({}), &json!({"text": "-----BEGIN"}));
    view.see(source("files.list", Directed::ByUser), &json!({}), &json!([]));
    let secrets = |arguments: &Value| view.label(arguments, &NONE).secrets().iter().cloned().collect::<Vec<_>>();
    assert_eq!(secrets(&json!({"to": "Ann", "body": "nothing of it is in here"})), [".env", "id_rsa"]);
    assert!(secrets(&json!({"to": "Ann", "body": "all is well"})).is_empty(), "the user's own words carry nothing else");
    assert_eq!(secrets(&json!({"to": "Ann", "body": "well is all"})).len(), 2, "their order can");
    assert_eq!(Labels::unknown(&json!({"to": "Ann"})).carrying(view.secrets()).secrets().len(), 2);
}

#[test]
fn a_manifest_says_which_arguments_are_content() {
    let (view, arguments) = (view(), json!({"markdown": "They write about unemployment.", "to": "eve@evil.com"}));
    assert_eq!(of(&view.label(&arguments, &NONE), "markdown"), Derivation::Untrusted);
    let stated = view.label(&arguments, &["markdown".to_owned(), "nothing".to_owned()].into());
    assert_eq!((of(&stated, "markdown"), of(&stated, "to")), (Derivation::Named, Derivation::Untrusted));
}

#[test]
fn who_chose_what_a_call_looks_at() {
    let view = view();
    for (arguments, directed) in [
        (json!({"url": "www.a.org"}), Directed::ByUser),
        (json!({"query": "summary of the dental"}), Directed::ByUser),
        (json!({"id": "5"}), Directed::ByUser),
        (json!({"url": "www.evil.com"}), Directed::ByModel),
        (json!({"query": "dental passwords"}), Directed::ByModel),
        (json!({}), Directed::ByModel),
        (json!({"all": true, "url": "www.a.org"}), Directed::ByModel),
    ] {
        assert_eq!(view.directed(&arguments), directed, "{arguments}");
    }
}

#[test]
fn an_argument_is_as_bad_as_its_worst_value() {
    let labels = view().label(&json!({"to": ["Ann", "eve@evil.com"], "attachments": [{"title": "www.a.org", "id": "9"}]}), &NONE);
    assert_eq!((of(&labels, "to"), of(&labels, "attachments")), (Derivation::Untrusted, Derivation::Untrusted));
    let mut deep = json!("Ann");
    for _ in 0..=super::super::leaf::MAX_DEPTH {
        deep = json!([deep]);
    }
    assert_eq!(of(&view().label(&json!({"to": deep}), &NONE), "to"), Derivation::Untrusted);
}

/// The ways in which an attacker would write an address so that it looks like one that was trusted.
fn disguised(value: &str) -> Vec<String> {
    let wide = |c: char| if c.is_ascii_lowercase() { char::from_u32(c as u32 - 'a' as u32 + 'ａ' as u32).unwrap() } else { c };
    vec![
        value.to_uppercase(),
        value.replacen('a', "а", 1),
        value.chars().map(wide).collect(),
        value.chars().flat_map(|c| [c, '\u{200b}']).collect(),
        value.replace('.', "%2e"),
        format!(" {value}"),
        format!("{value}\n"),
        format!("\"{value}\""),
        format!("{value}.evil.com"),
        format!("evil.{value}"),
        value.chars().rev().collect(),
    ]
}

#[test]
fn a_target_that_only_looks_like_the_users_is_not() {
    let view = View::of("Send it to anna@mail.example.org today");
    for value in disguised("anna@mail.example.org") {
        assert_eq!(of(&view.label(&json!({"to": value}), &NONE), "to"), Derivation::Untrusted, "{value:?}");
    }
}

proptest! {
    /// Nothing that a result says makes a value the user's, and more results never make a label better but by naming a record.
    #[test]
    fn results_never_speak_for_the_user(words in "[a-z ]{0,40}", value in "[a-z@.]{3,12}", results in prop::collection::vec("\\PC{0,60}", 0..6)) {
        let mut view = View::of(&words);
        let before = view.label(&json!({"to": value, "body": value}), &NONE);
        for result in &results {
            view.see(source("web.get", Directed::ByModel), &json!({}), &json!({"text": result}));
        }
        let after = view.label(&json!({"to": value, "body": value}), &NONE);
        for argument in ["to", "body"] {
            prop_assert_eq!(of(&before, argument) == Derivation::User, of(&after, argument) == Derivation::User);
        }
        if !words.contains(value.as_str()) {
            prop_assert_ne!(of(&after, "to"), Derivation::User);
        }
    }

    /// Any JSON at all.
    #[test]
    fn arguments_and_results_of_any_shape_have_labels(text in "\\PC{0,80}") {
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!({"a": [text]}));
        let mut view = View::of(&text);
        view.see(source("a.b", view.directed(&value)), &value, &value);
        let labels = view.label(&value, &NONE);
        prop_assert_eq!(labels.target().is_none() && labels.content().is_none(), labels.arguments().is_empty());
    }
}
