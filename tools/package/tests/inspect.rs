//! `inspect` in the host's order, and functions that lie about it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use cofferdam_package_audit::{Finding, PublishedFile, Report};
use cofferdam_tool_package::{Inspect, TOOL};
use cofferdam_tool_sdk::{
    Failure, Function as _, Tool, Workspace, WorkspacePath,
    mutant::{Mutant, tool_of},
    testing::{Bench, Manifest},
};
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

/// Tells one lie in an otherwise honest report.
macro_rules! lies {
    ($($name:ident: $lie:literal, $change:expr;)*) => {
        $(
            struct $name;

            impl Mutant for $name {
                type Honest = Inspect;
                const LIE: &'static str = $lie;

                fn invoke(honest: &Inspect, workspace: &Workspace) -> Result<Report, Failure> {
                    let mut report = honest.invoke(workspace)?;
                    let change: fn(&mut Report) = $change;
                    change(&mut report);
                    Ok(report)
                }
            }
        )*

        const LIES: &[(&str, fn() -> Tool)] = &[$(($lie, tool_of::<$name>),)*];
    };
}

lies! {
    WrongSize: "one file is said to be a byte larger", |report| {
        let file = report.files.iter_mut().find(|file| file.size.is_some()).unwrap();
        file.size = file.size.map(|size| size + 1);
        report.total_bytes += 1;
    };
    HiddenFile: "one file is left out, and the counts with it", |report| {
        let file = report.files.remove(0);
        report.file_count -= 1;
        report.total_bytes -= file.size.unwrap();
    };
    InventedFile: "a file is listed that is not there", |report| {
        report.files.push(PublishedFile { path: "z".to_owned(), size: Some(0), source: Some("z".to_owned()) });
        report.file_count += 1;
    };
    ForeignFile: "a file of the workspace is listed that is not published", |report| {
        report.files.push(PublishedFile { path: "zz".to_owned(), size: Some(34), source: Some("other/package.json".to_owned()) });
        report.file_count += 1;
        report.total_bytes += 34;
    };
    HiddenFinding: "the worst finding is left out, and the count with it", |report| {
        report.findings.remove(0);
        report.finding_count -= 1;
    };
    MilderFinding: "the worst finding is said to be mild", |report| {
        report.findings[0].severity = cofferdam_package_audit::Severity::Low;
    };
    InventedFinding: "a finding is invented", |report| {
        report.findings.push(Finding::new(cofferdam_package_audit::Code::EnvFile, "package.json", "x"));
        report.finding_count += 1;
    };
    AllUnsupported: "the project is said to be unsupported", |report| {
        report.files.clear();
        report.findings.clear();
        (report.file_count, report.total_bytes, report.finding_count) = (0, 0, 0);
        report.unsupported.push("build backend `x`".to_owned());
    };
    CutList: "the list is cut and said to be cut", |report| {
        report.files.truncate(1);
        report.files_truncated = true;
    };
    WrongName: "the package is given another name", |report| report.name = Some("q".to_owned());
}

#[test]
fn every_lie_is_refuted() {
    let bench = project();
    for (lie, tool) in LIES {
        let run = bench.run(&tool(), "inspect", json!({}));
        assert!(run.verdict().is_err(), "believed: {lie}");
    }
}

struct OtherFolder;

impl Mutant for OtherFolder {
    type Honest = Inspect;
    const LIE: &'static str = "the report is that of another folder";

    fn invoke(_: &Inspect, workspace: &Workspace) -> Result<Report, Failure> {
        Inspect { path: "other".parse::<WorkspacePath>().unwrap(), ecosystem: None }.invoke(workspace)
    }
}

#[test]
fn a_report_of_another_folder_is_refuted() {
    let bench = project();
    let run = bench.run(&tool_of::<OtherFolder>(), "inspect", json!({}));
    assert!(run.verdict().is_err(), "believed: {}", OtherFolder::LIE);
}
