//! The shape of the sources.

use serde_json::{Value, json};

use super::support::run;

fn metadata(edges: &[(&str, &str)]) -> String {
    let mut names: Vec<&str> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    names.sort_unstable();
    names.dedup();
    let packages: Vec<Value> = names.iter().map(|name| json!({"id": name, "name": name, "source": null})).collect();
    let node = |name: &&str| {
        let deps = edges.iter().filter(|(from, _)| from == name).map(|(_, to)| json!({"pkg": to, "dep_kinds": [{"kind": null}]}));
        json!({"id": name, "deps": deps.collect::<Vec<_>>()})
    };
    json!({"packages": packages, "resolve": {"nodes": names.iter().map(node).collect::<Vec<_>>()}}).to_string()
}

fn gate(files: &[(&str, &str)], edges: &[(&str, &str)]) -> (u8, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let outcome = run(&["shape", folder.path().to_str().unwrap()], metadata(edges).as_bytes());
    (outcome.exit, outcome.stdout + &outcome.stderr)
}

const DOWN: &[(&str, &str)] =
    &[("cofferdam", "cofferdam-gate"), ("cofferdam-gate", "cofferdam-base"), ("cofferdam-tool-sdk", "cofferdam-base")];

#[test]
fn says_the_median_and_leaves_out_what_is_built() {
    let long = "\n".repeat(900);
    let files =
        [("a.rs", "\n"), ("b/c.rs", "\n\n\n"), ("b/d.rs", "\n\n"), ("target/e.rs", &long), (".hidden/f.rs", &long), ("g.txt", &long)];
    assert_eq!(gate(&files, DOWN), (0, "shape: 3 files, median 2 lines, longest 3, at most 500\n".to_owned()));
}

#[test]
fn a_long_file_a_switched_off_test_and_a_dependency_that_points_back_are_all_told() {
    let files = [("long.rs", "\n".repeat(501)), ("ok.rs", "\n".repeat(500)), ("off.rs", "#[test]\n#[ignore]\nfn a() {}\n".to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let edges = [
        ("cofferdam-base", "cofferdam-gate"),
        ("cofferdam-trust", "cofferdam-store"),
        ("cofferdam-audit", "cofferdam-ledger"),
        ("cofferdam-new", "cofferdam-base"),
    ];
    let (exit, text) = gate(&files, &edges);
    assert_eq!(exit, 1);
    for line in [
        "error[gate.file-too-long]: `long.rs` has 501 lines, and a file has at most 500\n",
        "error[gate.ignored-test]: line 2 of `off.rs` switches a test off\n",
        "error[gate.wrong-direction]: `cofferdam-base` depends on `cofferdam-gate`, against the direction of the architecture\n",
        "error[gate.wrong-direction]: `cofferdam-trust` depends on `cofferdam-store`, against the direction of the architecture\n",
        "error[gate.wrong-direction]: `cofferdam-audit` depends on `cofferdam-ledger`, against the direction of the architecture\n",
        "error[gate.unplaced-crate]: crate `cofferdam-new` has no place in the architecture's table\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(text.matches("error[").count(), 6);
}

#[test]
fn a_folder_without_sources_does_not_pass() {
    let (exit, text) = gate(&[("a.txt", "")], DOWN);
    assert!(exit == 1 && text.starts_with("error[gate.no-sources]: "), "{text}");
}
