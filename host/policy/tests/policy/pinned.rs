//! The digest of the accepted files, and what it catches.

use crate::environment::*;
use cofferdam_base::{Class, Diagnostic};
use cofferdam_policy::*;

#[test]
fn the_digest_is_of_names_sets_texts_and_cases_and_not_of_their_order() {
    let rule = "@id(\"a\") forbid (principal, action, resource);";
    let digest = |sources: &[PolicySource]| *load(sources).digest();
    let base = digest(&[user(rule), project(rule)]);
    assert_eq!(base, digest(&[project(rule), user(rule)]));
    for other in [
        vec![user(rule)],
        vec![user(&format!("{rule} ")), project(rule)],
        vec![PolicySource { name: "other.cedar".to_owned(), ..user(rule) }, project(rule)],
        vec![PolicySource { set: RuleSet::Grants(GrantOwner::Organisation), ..user(rule) }, project(rule)],
        vec![PolicySource { cases: Some(String::new()), ..user(rule) }, project(rule)],
    ] {
        assert_ne!(base, digest(&other), "{other:?}");
    }
}

#[test]
fn policies_that_are_not_the_pinned_ones_are_refused() {
    let policies = default_and(&[]);
    let pinned = *policies.digest();
    assert_eq!(policies.verify_pinned(&pinned).unwrap().digest(), &pinned);
    let error = default_and(&[project("")]).verify_pinned(&pinned).unwrap_err();
    assert_eq!((error.code(), error.class()), ("policy.not-pinned", Class::NotVerified));
    assert!(error.to_string().contains(&pinned.to_string()));
    assert!(error.hint().unwrap().contains("cofferdam policy accept"));
}

#[test]
fn no_flipped_byte_of_the_default_policy_survives() {
    let [default, _] = &builtin(Profile::Careful)[..] else { panic!() };
    let pinned = *default_and(&[]).digest();
    let (mut loaded, mut refused) = (0, 0);
    for step in 0..200 {
        let mut bytes = default.text.clone().into_bytes();
        let at = step * bytes.len() / 200;
        bytes[at] ^= 1 << (step % 7);
        let Ok(text) = String::from_utf8(bytes) else { panic!("ASCII stays ASCII") };
        match Policies::load(&[PolicySource { text, ..default.clone() }], &Environment::default()) {
            Ok(policies) => {
                loaded += 1;
                assert!(policies.verify_pinned(&pinned).is_err(), "position {at}");
            }
            Err(_) => refused += 1,
        }
    }
    // Comments and reasons load and are caught by the digest; most rules do not even load.
    assert!(loaded > 0 && refused > 50, "{loaded} {refused}");
}
