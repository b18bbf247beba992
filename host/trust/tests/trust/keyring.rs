//! The keyring: as a file, and its changes.

use std::{collections::BTreeSet, sync::LazyLock};

use cofferdam_base::{Class, Digest};
use cofferdam_trust::{
    Keyring, PublicKey, SigningKey, TrustRoot,
    keyring::{KeyringError, MAX_KEYRING_BYTES, Revocation, Signs},
};
use proptest::prelude::*;

use crate::example::{Example, LATER, NOW, ROOT, THIRD, key, keyring, refused, root, trusted};

/// A keyring with one of everything.
fn full() -> Keyring {
    let example = Example::new();
    let reason = "stolen: see \"the report\" \\ 'of' Monday".to_owned();
    let mut expiring = trusted(7, &["edit", "search"]);
    expiring.expires = Some(LATER);
    let keyring = example.keyring.with_key(expiring).unwrap();
    let keyring = keyring.with_revoked_key(key(THIRD).public().id(), Revocation { since: NOW, reason: reason.clone() }).unwrap();
    let keyring = keyring.with_revoked_component(Digest::of(b"bad"), Revocation { since: NOW, reason }).unwrap();
    keyring.with_minimum_version(example.entry().name(), "0.1.9-rc.1".parse().unwrap()).unwrap()
}

/// Rendered once for all the cases of a property.
static TEXT: LazyLock<String> = LazyLock::new(|| full().render());

fn parse(text: &str) -> Result<Keyring, KeyringError> {
    Keyring::parse(text, &root())
}

#[test]
fn a_first_run_trusts_the_compiled_in_key_for_every_tool() {
    let keyring = Keyring::builtin().unwrap();
    let keys: Vec<_> = keyring.keys().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!((keys[0].id(), &keys[0].signs), (keyring.root(), &Signs::EveryTool));
    assert_eq!(Keyring::parse(&keyring.render(), &TrustRoot::first_party().unwrap()).unwrap(), keyring);
}

#[test]
fn reads_back_what_it_writes() {
    let text = full().render();
    assert_eq!(parse(&text).unwrap(), full());
    assert_eq!(parse(&text).unwrap().render(), text);
}

#[test]
fn a_file_without_the_root_does_not_trust_it() {
    assert_eq!(parse("version = 1").unwrap().keys().count(), 0);
}

#[test]
fn only_the_root_may_sign_every_tool() {
    refused("trust.key-scope", Class::Failed, parse(&full().render().replace("[\"edit\", \"search\"]", "[\"*\"]")));
    refused("trust.key-scope", Class::Failed, Keyring::parse(&full().render(), &TrustRoot::first_party().unwrap()));
    let everything = cofferdam_trust::keyring::TrustedKey { signs: Signs::EveryTool, ..trusted(9, &[]) };
    refused("trust.key-scope", Class::Failed, keyring().with_key(everything));
    refused("trust.key-scope", Class::Failed, keyring().with_key(trusted(9, &[])));
}

#[test]
fn refuses_files_that_are_not_of_the_known_form() {
    refused("trust.keyring-format", Class::Failed, parse(&full().render().replace("version = 1", "version = 3")));
    for (old, new) in [
        ("version = 1", ""),
        ("[[key]]", "[key]"),
        ("[\"edit\", \"search\"]", "[\"*\", \"edit\"]"),
        ("[\"edit\", \"search\"]", "[\"Edit\"]"),
        ("reason = ", "because = "),
        ("since = \"2027", "since = \"2027-"),
        ("[[approved_tool]]", "[[approved]]"),
        ("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----"),
        ("id = \"ed25519:", "id = \"rsa:"),
    ] {
        refused("trust.keyring-malformed", Class::Failed, parse(&full().render().replace(old, new)));
    }
    let swapped = full().render().replace(&key(7).public().id().to_string(), &key(8).public().id().to_string());
    refused("trust.keyring-malformed", Class::Failed, parse(&swapped));
    refused("trust.keyring-malformed", Class::Failed, parse(&"#".repeat(MAX_KEYRING_BYTES + 1)));
    let text = full().render();
    for table in ["[[minimum_version]]", "[[approved_tool]]"] {
        let record = text.get(text.find(table).unwrap()..).unwrap().split("\n\n").next().unwrap();
        refused("trust.keyring-malformed", Class::Failed, parse(&format!("{text}\n{record}\n")));
    }
}

#[test]
fn a_known_key_is_never_replaced_nor_a_revocation_taken_back() {
    refused("trust.key-known", Class::Failed, full().with_key(trusted(THIRD, &["notes"])));
    let same_name = cofferdam_trust::keyring::TrustedKey { name: "key 7".to_owned(), ..trusted(9, &["notes"]) };
    refused("trust.key-known", Class::Failed, full().with_key(same_name));
    let again = Revocation { since: LATER, reason: "second".to_owned() };
    let third = key(THIRD).public().id();
    assert_eq!(full().with_revoked_key(third, again.clone()).unwrap(), full());
    assert_eq!(full().with_revoked_component(Digest::of(b"bad"), again.clone()).unwrap(), full());
    refused("trust.key-not-in-keyring", Class::Failed, full().with_revoked_key(key(99).public().id(), again));
    let notes = "notes".parse().unwrap();
    refused("trust.minimum-lowered", Class::Failed, full().with_minimum_version(&notes, "0.1.8".parse().unwrap()));
    assert!(full().with_minimum_version(&notes, "0.1.9".parse().unwrap()).is_ok());
}

#[test]
fn refuses_texts_that_deceive_and_more_keys_than_fit() {
    let named = |name: &str| cofferdam_trust::keyring::TrustedKey { name: name.to_owned(), ..trusted(9, &["notes"]) };
    for name in ["", "  ", "a\u{202e}b", "a\nb", &"x".repeat(81)] {
        refused("trust.keyring-text", Class::Failed, keyring().with_key(named(name)));
    }
    let silent = Revocation { since: NOW, reason: String::new() };
    refused("trust.keyring-text", Class::Failed, full().with_revoked_key(key(7).public().id(), silent));
    let tools: BTreeSet<_> = (0..=1000).map(|index| format!("t{index}").parse().unwrap()).collect();
    let greedy = cofferdam_trust::keyring::TrustedKey { signs: Signs::Tools(tools), ..trusted(9, &[]) };
    refused("trust.keyring-full", Class::Failed, keyring().with_key(greedy));
}

#[test]
fn refuses_keys_that_are_none() {
    let pem = key(ROOT).public().to_pem().to_owned();
    for text in [
        "",
        "-----BEGIN PUBLIC KEY-----",
        &pem.replace("MCow", "MCox"),
        &pem.replace("PUBLIC", "PRIVATE"),
        pem.split_at(pem.len() / 2).0,
        &"A".repeat(1025),
    ] {
        refused("trust.key-malformed", Class::Failed, PublicKey::from_pem(text));
        refused("trust.key-malformed", Class::Failed, SigningKey::from_pem(text));
    }
    // The neutral element, and an element of order 8.
    for raw in ["AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU="] {
        let pem = format!("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA{raw}\n-----END PUBLIC KEY-----\n");
        refused("trust.key-weak", Class::Failed, PublicKey::from_pem(&pem));
    }
}

#[test]
fn keys_survive_their_files_and_secrets_are_not_printed() {
    let secret = key(ROOT);
    let pem = secret.to_pem().unwrap();
    assert_eq!(SigningKey::from_pem(pem.reveal()).unwrap().public(), secret.public());
    assert_eq!(PublicKey::from_pem(secret.public().to_pem()).unwrap(), *secret.public());
    assert_eq!(secret.public().id().to_string().parse(), Ok(secret.public().id()));
    assert_eq!((format!("{pem:?}"), format!("{secret:?}")), ("SecretPem(..)".to_owned(), format!("SigningKey({})", secret.public().id())));
    let mut random = [5; 32];
    SigningKey::from_random(&mut random).unwrap();
    assert_eq!(random, [0; 32]);
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), position in any::<prop::sample::Index>(), insert in "[\\[\\]{}=\"'a-z0-9.\n]{0,6}") {
        let _ = parse(&String::from_utf8_lossy(&bytes));
        let _ = PublicKey::from_pem(&String::from_utf8_lossy(&bytes));
        let mut text = TEXT.clone();
        text.insert_str(position.index(text.len()), &insert);
        if let Ok(keyring) = parse(&text) {
            prop_assert_eq!(parse(&keyring.render()).unwrap(), keyring);
        }
    }
}
