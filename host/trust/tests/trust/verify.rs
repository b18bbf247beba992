//! The one verifier: what it lets through, and each step that refuses.

use cofferdam_base::{Class, Digest, Timestamp};
use cofferdam_trust::{
    Keyring, Lock, LockEntry, TrustError, VerifiedTool, keyring::Revocation, lock::Source, statement::sign, verify, verify::Approval,
    verify_unlocked,
};

use crate::example::{
    Example, LATER, NOW, ROOT, THIRD, candidate, component, component_of, key, keyring, manifest, manifest_of, refused, root,
    tool_file_with, trusted,
};

/// The example's lock entry with one text of its TOML replaced.
fn entry_with(example: &Example, old: &str, new: &str) -> LockEntry {
    let mut lock = Lock::default();
    lock.insert(example.approved.clone()).unwrap();
    let text = lock.render();
    assert!(text.contains(old), "{old} in {text}");
    Lock::parse(&text.replace(old, new)).unwrap().entries().next().unwrap().clone()
}

fn verify_entry(example: &Example, entry: &LockEntry) -> Result<VerifiedTool, TrustError> {
    verify(example.component.clone(), &example.statement, entry, &example.keyring, NOW)
}

fn revocation() -> Revocation {
    Revocation { since: NOW, reason: "the key was stolen".to_owned() }
}

#[test]
fn a_signed_approved_and_locked_tool_verifies() {
    let example = Example::new();
    let tool = example.verify().unwrap();
    assert_eq!((tool.name().as_str(), tool.source(), tool.limits().wall_ms), ("notes", Source::File, 5000));
    assert_eq!(tool.component(), &example.component);
    assert_eq!((tool.component_digest(), tool.statement_digest()), (Digest::of(&example.component), Digest::of(&example.statement)));
    assert!(tool.signers().iter().eq([&key(THIRD).public().id()]));
    assert!(std::ptr::eq(tool.still_valid(&example.keyring, NOW).unwrap().tool(), &raw const tool));
}

#[test]
fn refuses_other_bytes_than_the_lock_pins() {
    let example = Example::new();
    let other = Example::of(&manifest(), component_of(&[]));
    refused(
        "trust.component-mismatch",
        Class::NotVerified,
        verify(other.component, &example.statement, example.entry(), &example.keyring, NOW),
    );
    refused("trust.statement-mismatch", Class::NotVerified, verify(component(), &other.statement, example.entry(), &example.keyring, NOW));
}

#[test]
fn refuses_a_statement_about_another_component() {
    let example = Example::new();
    let other = component_of(&[]);
    let entry = entry_with(&example, &Digest::of(&example.component).to_string(), &Digest::of(&other).to_string());
    refused("trust.subject-mismatch", Class::NotVerified, verify(other, &example.statement, &entry, &example.keyring, NOW));
}

#[test]
fn refuses_a_lock_that_says_otherwise_than_the_statement() {
    let example = Example::new();
    let keyring = example.keyring.with_key(trusted(7, &["notes", "other"])).unwrap();
    refused("trust.version-mismatch", Class::NotVerified, verify_entry(&example, &entry_with(&example, "0.2.0", "0.3.0")));
    refused("trust.capabilities-mismatch", Class::NotVerified, verify_entry(&example, &entry_with(&example, "read-write", "read-only")));
    let renamed = entry_with(&example, "\"notes\"", "\"other\"");
    refused("trust.name-mismatch", Class::NotVerified, verify(component(), &example.statement, &renamed, &keyring, NOW));
}

#[test]
fn refuses_a_pinned_signer_that_is_unknown_or_did_not_sign() {
    let example = Example::new();
    let third = key(THIRD).public().id().to_string();
    let unknown = entry_with(&example, &third, &key(99).public().id().to_string());
    refused("trust.key-unknown", Class::NotVerified, verify_entry(&example, &unknown));
    let absent = entry_with(&example, &third, &key(ROOT).public().id().to_string());
    refused("trust.signer-missing", Class::NotVerified, verify_entry(&example, &absent));
    let both = entry_with(&example, &format!("\"{third}\""), &format!("\"{third}\", \"{}\"", key(ROOT).public().id()));
    refused("trust.signer-missing", Class::NotVerified, verify_entry(&example, &both));
}

#[test]
fn refuses_revoked_expired_and_foreign_keys_at_load_and_at_each_call() {
    let example = Example::new();
    let tool = example.verify().unwrap();
    let third = key(THIRD).public().id();
    let with = |change: &dyn Fn(&mut cofferdam_trust::keyring::TrustedKey)| {
        let mut key = trusted(THIRD, &["notes"]);
        change(&mut key);
        Keyring::rooted(&root()).with_key(key).unwrap().with_approved(&example.approved, NOW).unwrap()
    };
    let other_tool = trusted(THIRD, &["others"]);
    for (code, keyring) in [
        ("trust.key-revoked", example.keyring.with_revoked_key(third, revocation()).unwrap()),
        ("trust.key-expired", with(&|key| key.expires = Some(NOW))),
        ("trust.key-not-allowed", with(&|key| key.signs = other_tool.signs.clone())),
        ("trust.component-revoked", example.keyring.clone().with_revoked_component(Digest::of(&example.component), revocation()).unwrap()),
        ("trust.rollback", example.keyring.clone().with_minimum_version(tool.name(), "0.2.1".parse().unwrap()).unwrap()),
        ("trust.not-approved", self::keyring()),
    ] {
        refused(code, Class::NotVerified, example.verify_with(&keyring));
        refused(code, Class::NotVerified, tool.still_valid(&keyring, NOW));
    }
    let expiring = with(&|key| key.expires = Some(LATER));
    tool.still_valid(&expiring, Timestamp(LATER.0 - 1)).unwrap();
    refused("trust.key-expired", Class::NotVerified, tool.still_valid(&expiring, LATER));
    refused("trust.key-unknown", Class::NotVerified, tool.still_valid(&Keyring::rooted(&root()), NOW));
}

#[test]
fn a_revocation_counts_whatever_the_clock_says() {
    let example = Example::new();
    let future = Revocation { since: LATER, ..revocation() };
    let keyring = example.keyring.with_revoked_key(key(THIRD).public().id(), future).unwrap();
    refused("trust.key-revoked", Class::NotVerified, verify(component(), &example.statement, example.entry(), &keyring, Timestamp(0)));
}

#[test]
fn an_approval_covers_less_and_not_more_and_not_another_signer() {
    let read_only = tool_file_with("read-write", "read-only");
    let read_only = read_only.split("[functions.write]").next().unwrap();
    let described = serde_json::json!([crate::example::described()[0]]).to_string();
    let narrow = cofferdam_trust::Manifest::assemble(read_only, described.as_bytes(), crate::example::provenance()).unwrap();
    let (wide, narrow) = (Example::new(), Example::of(&narrow, component()));
    narrow.verify_with(&wide.keyring).unwrap();
    refused("trust.not-approved", Class::NotVerified, wide.verify_with(&narrow.keyring));

    let both = keyring().with_key(trusted(7, &["notes"])).unwrap();
    let seven = candidate(&manifest(), component(), 7, &both);
    let approval = Approval::by_person(&seven);
    let approved_seven = both.with_approved(&seven.approve(approval).unwrap(), NOW).unwrap();
    refused("trust.not-approved", Class::NotVerified, wide.verify_with(&approved_seven));
}

#[test]
fn built_in_needs_the_root_s_signature_and_then_no_approval() {
    let keyring = Keyring::rooted(&root());
    let statement = sign(&manifest(), Digest::of(&component()), &key(ROOT)).unwrap();
    let first_party = verify_unlocked(component(), &statement, &keyring, NOW).unwrap();
    let approval = Approval::by_coming_with_the_program(&first_party, &keyring).unwrap();
    let approved = first_party.approve(approval).unwrap();
    assert_eq!(verify(component(), &statement, approved.entry(), &keyring, NOW).unwrap().source(), Source::Builtin);

    let third_party = candidate(&manifest(), component(), THIRD, &self::keyring());
    refused("trust.not-first-party", Class::NotVerified, Approval::by_coming_with_the_program(&third_party, &self::keyring()));
    let example = Example::new();
    let claimed = entry_with(&example, "source = \"file\"", "source = \"builtin\"");
    refused("trust.not-approved", Class::NotVerified, verify(component(), &example.statement, &claimed, &self::keyring(), NOW));
}

#[test]
fn an_approval_holds_for_exactly_one_candidate() {
    let other = candidate(&manifest_of(&tool_file_with("5000", "6000")), component(), THIRD, &keyring());
    let approval = Approval::by_person(&other);
    refused("trust.approval-mismatch", Class::NotVerified, candidate(&manifest(), component(), THIRD, &keyring()).approve(approval));
}

#[test]
fn refuses_a_component_that_imports_more_than_its_signed_manifest_says() {
    let greedy = component_of(&["wasi:sockets/tcp@0.2.0"]);
    let statement = sign(&manifest(), Digest::of(&greedy), &key(THIRD)).unwrap();
    refused("trust.forbidden-import", Class::NotVerified, verify_unlocked(greedy, &statement, &keyring(), NOW));
}

#[test]
fn a_candidate_keeps_the_signers_that_stand_and_needs_one() {
    let statement = sign(&manifest(), Digest::of(&component()), &key(THIRD)).unwrap();
    let other = sign(&manifest(), Digest::of(&component()), &key(ROOT)).unwrap();
    let signature = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["signatures"][0].clone();
    let mut both: serde_json::Value = serde_json::from_slice(&statement).unwrap();
    both["signatures"] = serde_json::json!([signature(&statement), signature(&other), signature(&statement)]);
    let both = both.to_string();
    let candidate = |keyring: &Keyring| verify_unlocked(component(), both.as_bytes(), keyring, NOW);
    assert_eq!(candidate(&keyring()).unwrap().signers().len(), 2);
    let revoked = keyring().with_revoked_key(key(THIRD).public().id(), revocation()).unwrap();
    assert!(candidate(&revoked).unwrap().signers().iter().eq([&key(ROOT).public().id()]));
    let none = revoked.with_revoked_key(key(ROOT).public().id(), revocation()).unwrap();
    refused("trust.key-revoked", Class::NotVerified, candidate(&none));
}
