//! `inspect` in the host's order. `tests/mutants` has functions that lie about it.

use cofferdam_tool_package::TOOL;
use cofferdam_tool_sdk::testing::{Bench, Manifest};
use serde_json::{Value, json};

const MAP: &[u8] = br#"{"version":3,"sources":["a.ts"],"sourcesContent":["one\ntwo\n"],"mappings":"AAAA"}"#;

fn project() -> Bench {
    Bench::new(&[
        ("package.json", br#"{"name":"p","version":"1.0.0","main":"dist/a.js"}"#),
        ("dist/a.js", b"run()\n//# sourceMappingURL=a.js.map\n"),
        ("dist/a.js.map", MAP),
        ("other/package.json", br#"{"name":"other","version":"1.0.0"}"#),
    ])
}

#[test]
fn the_manifest_declares_what_the_tool_has() {
    let manifest: Manifest = Manifest::parse(include_str!("../tool.toml"));
    assert_eq!(manifest.name, "package");
    manifest.assert_matches(&TOOL);
}

#[test]
fn reports_a_map_that_carries_its_sources_and_is_believed() {
    let bench = project();
    let run = bench.run(&TOOL, "inspect", json!({}));
    let findings = run.outcome().get("findings").and_then(Value::as_array).unwrap();
    assert_eq!(findings[0]["code"], "source-map-with-sources");
    assert_eq!(findings[0]["path"], "dist/a.js.map");
    assert_eq!(findings[0]["detail"], "the map carries 1 sources with 2 lines");
    assert!(run.changes().is_empty());
    assert!(run.verdict().is_ok(), "{:?}", run.verdict());
}

#[test]
fn a_folder_without_a_project_is_a_failure() {
    let bench = project();
    assert_eq!(bench.run(&TOOL, "inspect", json!({"path": "dist"})).failure().code(), "package.no-project");
}

#[test]
fn an_unsupported_project_is_reported_and_believed() {
    let bench = Bench::new(&[(
        "pyproject.toml",
        b"[project]\nname='x'\nversion='1'\n[build-system]\nrequires=['flit_core']\nbuild-backend='flit_core.buildapi'\n",
    )]);
    let run = bench.run(&TOOL, "inspect", json!({}));
    assert_eq!(run.outcome()["unsupported"], json!(["build backend `flit_core.buildapi`"]));
    assert_eq!(run.outcome()["files"], json!([]));
    assert!(run.verdict().is_ok());
}
