//! The budget of packages.

use serde_json::{Value, json};

use super::support::run;

/// `cofferdam` needs `a`, which needs `b` to be built; `c` is for tests only, `lib` is ours and needs `d`.
fn metadata() -> Value {
    let package = |name: &str, source: Value| json!({"id": name, "name": name, "source": source, "version": "1.0.0"});
    let outside = || json!("registry+https://example.com/index");
    let dep = |name: &str, kind: Value| json!({"name": name, "pkg": name, "dep_kinds": [{"kind": kind, "target": null}]});
    json!({
        "packages": [
            package("cofferdam", Value::Null), package("lib", Value::Null), package("a", outside()), package("b", outside()),
            package("c", outside()), package("d", outside()), package("unused", outside()),
        ],
        "resolve": {"nodes": [
            {"id": "cofferdam", "deps": [dep("a", Value::Null), dep("c", json!("dev")), dep("lib", Value::Null)]},
            {"id": "a", "deps": [dep("b", json!("build"))]},
            {"id": "b", "deps": []}, {"id": "c", "deps": []}, {"id": "d", "deps": [dep("a", Value::Null)]},
            {"id": "lib", "deps": [dep("d", Value::Null)]}, {"id": "unused", "deps": []},
        ]},
    })
}

fn gate(budget: &str, metadata: &str) -> (u8, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("budget.toml");
    std::fs::write(&file, budget).unwrap();
    let outcome = run(&["packages", "--budget", file.to_str().unwrap()], metadata.as_bytes());
    (outcome.exit, outcome.stdout + &outcome.stderr)
}

fn budget(most: usize) -> String {
    format!("[packages]\nroot = \"cofferdam\"\nmost = {most}\n")
}

#[test]
fn the_count_is_the_budget_and_only_falls() {
    let metadata = metadata().to_string();
    assert_eq!(gate(&budget(3), &metadata), (0, "packages: `cofferdam` needs 3 from outside, as budgeted\n".to_owned()));
    let (exit, text) = gate(&budget(2), &metadata);
    assert_eq!(exit, 1);
    assert!(text.starts_with("error[gate.too-many-packages]: `cofferdam` needs 3 packages from outside and the budget is 2\n"), "{text}");
    let (exit, text) = gate(&budget(9), &metadata);
    assert_eq!(exit, 1);
    assert!(text.starts_with("error[gate.budget-not-lowered]: "), "{text}");
    assert!(text.contains("hint: change the line to `most = 3`"), "{text}");
}

#[test]
fn a_budget_or_metadata_that_cannot_be_read_does_not_pass() {
    let good = metadata().to_string();
    for bad in
        ["", "[packages]\nmost = 3", "[packages]\nroot = \"cofferdam\"\nmost = 3\nmore = 1", "[packages]\nroot = \"cofferdam\"\nmost = -1"]
    {
        assert!(gate(bad, &good).1.starts_with("error[gate.bad-budget]: "), "{bad}");
    }
    for bad in ["", "{}", &good.replace("\"resolve\"", "\"other\""), &good.replace("\"cofferdam\"", "\"coffer\"")] {
        let (exit, text) = gate(&budget(3), bad);
        assert!(exit == 1 && text.starts_with("error[gate.bad-metadata]: "), "{text}");
        assert!(text.contains("cargo metadata"));
    }
}
