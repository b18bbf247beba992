//! `tools.lock` as text.

use std::sync::LazyLock;

use cofferdam_base::Class;
use cofferdam_trust::{Lock, lock::MAX_LOCK_BYTES};
use proptest::prelude::*;

use crate::example::{Example, refused};

/// Rendered once for all the cases of a property.
static TEXT: LazyLock<String> = LazyLock::new(text);

fn text() -> String {
    let mut lock = Lock::default();
    lock.insert(Example::new().approved).unwrap();
    lock.render()
}

/// An entry by itself, without the file's head.
fn entry() -> String {
    let text = text();
    text.split_at(text.find("[[tool]]").unwrap()).1.to_owned()
}

#[test]
fn writes_the_same_bytes_whatever_the_order_it_was_read_in() {
    let (a, b) = (entry().replace("\"notes\"", "\"aaa\""), entry());
    let head = "version = 1\n";
    let (one, other) = (Lock::parse(&format!("{head}{a}{b}")).unwrap(), Lock::parse(&format!("{head}{b}{a}")).unwrap());
    assert_eq!(one, other);
    assert_eq!(one.render(), other.render());
    assert_eq!(Lock::parse(&one.render()).unwrap(), one);
    assert!(one.render().find("aaa").unwrap() < one.render().find("notes").unwrap());
}

#[test]
fn inserts_replaces_and_removes() {
    let example = Example::new();
    let mut lock = Lock::parse("version = 1").unwrap();
    assert_eq!(lock.insert(example.approved.clone()).unwrap(), None);
    assert_eq!(lock.insert(example.approved.clone()).unwrap().as_ref(), Some(example.entry()));
    assert_eq!(lock.get(example.entry().name()), Some(example.entry()));
    assert_eq!(lock.remove(example.entry().name()).as_ref(), Some(example.entry()));
    assert_eq!(lock, Lock::default());
}

#[test]
fn rejects_lock_with_two_digests_for_one_tool() {
    let digest = Example::new().entry().component().to_string();
    let second = entry().replace(&digest, &format!("sha256:{}", "0".repeat(64)));
    refused("trust.lock-twice", Class::NotVerified, Lock::parse(&format!("{}\n{second}", text())));
}

#[test]
fn rejects_formats_that_it_does_not_know() {
    refused("trust.lock-format", Class::NotVerified, Lock::parse(&text().replace("version = 1", "version = 2\nrevoked = []")));
    for head in ["version = \"1\"", "", "version = 1.0"] {
        refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&text().replace("version = 1", head)));
    }
}

#[test]
fn rejects_entries_with_a_member_too_few_too_many_or_of_another_kind() {
    for line in text().lines().filter(|line| line.contains(" = ") && !line.starts_with('#')) {
        refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&text().replace(line, "")));
        refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&text().replace(line, &format!("{line}\n{line}"))));
    }
    for (old, new) in [
        ("source = \"file\"", "source = \"https://example.com\""),
        ("source = \"file\"", "source = \"file\"\ntrusted = true"),
        ("{ filesystem", "{ http = true, filesystem"),
        ("sha256:", "sha1:"),
        ("signers = [", "signers = [] # ["),
        ("[[tool]]", "[tool]"),
    ] {
        refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&text().replace(old, new)));
    }
    let (text, id) = (text(), Example::new().entry().signers().first().unwrap().to_string());
    refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&text.replace(&format!("\"{id}\""), &format!("\"{id}\", \"{id}\""))));
    refused("trust.lock-malformed", Class::NotVerified, Lock::parse(&"#".repeat(MAX_LOCK_BYTES + 1)));
}

#[test]
fn rejects_more_tools_than_a_project_has() {
    let short = entry();
    let tools: String = (0..=1000).map(|index| short.replace("\"notes\"", &format!("\"t{index}\""))).collect();
    let result = Lock::parse(&format!("version = 1\n{tools}"));
    refused("trust.lock-full", Class::NotVerified, result);
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), position in any::<prop::sample::Index>(), insert in "[\\[\\]{}=\"'a-z0-9.\n]{0,6}") {
        let _ = Lock::parse(&String::from_utf8_lossy(&bytes));
        let mut text = TEXT.clone();
        text.insert_str(position.index(text.len()), &insert);
        if let Ok(lock) = Lock::parse(&text) {
            prop_assert_eq!(Lock::parse(&lock.render()).unwrap(), lock);
        }
    }
}
