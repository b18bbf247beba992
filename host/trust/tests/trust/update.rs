//! What an update may change by itself, and what a person has to approve.

use cofferdam_base::Class;
use cofferdam_trust::{
    Keyring, Manifest, VerifiedTool,
    lock::Source,
    manifest::CapabilityChange,
    update::{Narrowing, Update, Widening},
    verify::{Approval, Candidate},
};
use serde_json::json;

use crate::example::{
    Example, ROOT, THIRD, TOOL_FILE, candidate, component, component_of, described, keyring, manifest, manifest_of, provenance, refused,
    tool_file_with, trusted,
};

fn locked() -> VerifiedTool {
    Example::new().verify().unwrap()
}

fn update_to(manifest: &Manifest) -> Candidate {
    candidate(manifest, component(), THIRD, &keyring())
}

/// The example one patch later, with changes to its `tool.toml`.
fn later(changes: &[(&str, &str)]) -> Manifest {
    let file = tool_file_with("0.2.0", "0.2.1");
    manifest_of(&changes.iter().fold(file, |file, (old, new)| file.replace(old, new)))
}

/// The widenings of an update from the example to the manifest.
#[track_caller]
fn widenings(manifest: &Manifest) -> Vec<Widening> {
    let candidate = update_to(manifest);
    let update = Update::compare(&locked(), &candidate).unwrap();
    refused("trust.widened", Class::NotVerified, Approval::by_not_widening(&locked(), &candidate));
    update.widenings().to_vec()
}

#[test]
fn an_update_that_only_narrows_inherits_the_approval() {
    let narrower = later(&[
        ("wall_ms = 5000", "wall_ms = 4000"),
        ("{ check = \"changes-only\"", "{ check = \"exists\", path = \"args.path\" },\n    { check = \"changes-only\""),
    ]);
    let candidate = update_to(&narrower);
    let update = Update::compare(&locked(), &candidate).unwrap();
    assert!(update.widenings().is_empty());
    assert!(matches!(update.narrowings(), [Narrowing::Limit("wall_ms", 5000, 4000), Narrowing::PostconditionAdded(..)]), "{update:?}");
    let approval = Approval::by_not_widening(&locked(), &candidate).unwrap();
    assert_eq!(candidate.approve(approval).unwrap().entry().source(), Source::File);
}

#[test]
fn fewer_capabilities_functions_and_effects_narrow() {
    let file = tool_file_with("0.2.0", "0.2.1").replace("read-write", "read-only");
    let file = file.split("[functions.write]").next().unwrap();
    let fewer = Manifest::assemble(file, json!([described()[0]]).to_string().as_bytes(), provenance()).unwrap();
    let update = Update::compare(&locked(), &update_to(&fewer)).unwrap();
    assert!(matches!(update.narrowings(), [Narrowing::Capability(_), Narrowing::FunctionGone(_)]), "{update:?}");

    let wide = Example::of(&fewer, component()).verify().unwrap();
    let back = Update::compare(&wide, &update_to(&manifest_of(&tool_file_with("0.2.0", "0.2.2")))).unwrap();
    assert!(matches!(back.widenings(), [Widening::Capability(_), Widening::FunctionAdded(_)]), "{back:?}");
}

#[test]
fn names_each_widening() {
    let is = |manifest: &Manifest, check: fn(&[Widening]) -> bool| {
        let found = widenings(manifest);
        assert!(check(&found), "{found:?}");
    };
    is(&later(&[("wall_ms = 5000", "wall_ms = 5001")]), |found| matches!(found, [Widening::Limit("wall_ms", 5000, 5001)]));
    is(&later(&[("wall_ms = 5000", "")]), |found| matches!(found, [Widening::Limit("wall_ms", 5000, 30_000)]));
    is(&later(&[("effect = \"staged\"", "effect = \"irrevocable\"")]), |found| matches!(found, [Widening::Effect(..)]));
    is(&later(&[("effect = \"staged\"", "effect = \"staged\"\ncontent = [\"content\"]")]), |found| {
        matches!(found, [Widening::Content(..)])
    });
    is(&later(&[("    { check = \"changes-only\", paths = [\"args.path\"] },\n", "")]), |found| {
        matches!(found, [Widening::PostconditionGone(..)])
    });
    is(&later(&[("access = \"write\"", "access = \"delete\"")]), |found| {
        matches!(found, [Widening::PathAccess(..), Widening::PathUndeclared(..)])
    });
    is(&manifest_of(&tool_file_with("0.2.0", "0.1.0")), |found| matches!(found, [Widening::VersionLower(..)]));
    is(&manifest_of(&tool_file_with("0.2.0", "0.2.0-rc.1")), |found| matches!(found, [Widening::VersionLower(..)]));
}

#[test]
fn reaching_out_widens_and_ceasing_to_narrows() {
    let http = ("filesystem = \"read-write\"", "filesystem = \"read-write\"\nhttp = \"outgoing\"");
    let found = widenings(&later(&[http]));
    assert!(matches!(found.as_slice(), [Widening::Capability(CapabilityChange::Http { .. })]), "{found:?}");
    assert_eq!(found[0].to_string(), "http none -> outgoing");

    let irrevocable = ("effect = \"staged\"", "effect = \"irrevocable\"");
    let requests = |method: &str| format!("effect = \"irrevocable\"\nurls = [{{ argument = \"content\", method = \"{method}\" }}]");
    let (get, post) = (requests("GET"), requests("POST"));
    let before = Example::of(&later(&[http, ("effect = \"staged\"", &get)]), component()).verify().unwrap();
    let other = Update::compare(&before, &update_to(&later(&[http, ("effect = \"staged\"", &post), ("0.2.1", "0.2.2")]))).unwrap();
    assert!(matches!(other.widenings(), [Widening::Url(..), Widening::UrlUndeclared(..)]), "{other:?}");
    assert_eq!(other.widenings()[0].to_string(), "`write` may POST `content`");
    assert_eq!(other.widenings()[1].to_string(), "`write` no longer declares that it may GET `content`");

    let ceases = Update::compare(&before, &update_to(&later(&[irrevocable, ("0.2.1", "0.2.2")]))).unwrap();
    assert!(matches!(ceases.widenings(), [Widening::UrlUndeclared(..)]), "{ceases:?}");
    assert!(matches!(ceases.narrowings(), [Narrowing::Capability(CapabilityChange::Http { .. })]), "{ceases:?}");
}

#[test]
fn other_bytes_under_the_same_version_widen() {
    let other = candidate(&manifest(), component_of(&[]), THIRD, &keyring());
    let update = Update::compare(&locked(), &other).unwrap();
    assert!(matches!(update.widenings(), [Widening::VersionReused(_)]), "{update:?}");
}

#[test]
fn another_signer_widens_even_the_first_party() {
    let keyring: Keyring = keyring().with_key(trusted(7, &["notes"])).unwrap();
    for seed in [7, ROOT] {
        let update = Update::compare(&locked(), &candidate(&later(&[]), component(), seed, &keyring)).unwrap();
        assert!(matches!(update.widenings(), [Widening::SignerGone(_)]), "{update:?}");
        assert!(matches!(update.narrowings(), [Narrowing::SignerAdded(_)]), "{update:?}");
    }
}

#[test]
fn a_tool_of_another_name_is_no_update() {
    let keyring = keyring().with_key(trusted(7, &["others"])).unwrap();
    let other = candidate(&manifest_of(&TOOL_FILE.replace("\"notes\"", "\"others\"")), component(), 7, &keyring);
    refused("trust.name-mismatch", Class::NotVerified, Update::compare(&locked(), &other));
}
