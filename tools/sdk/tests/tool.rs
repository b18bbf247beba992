//! A tool of one honest and one lying function, run as the host would run it.

use cofferdam_tool_sdk::{
    Evidence, Failure, Function, JsonSchema, Verdict, Verification, Workspace, WorkspacePath,
    mutant::{Mutant, Mutated, tool_of},
    testing::{Bench, Change, Manifest, accepts},
    tool,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Doubles the content of a file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Double {
    /// The file.
    path: WorkspacePath,
    /// Says nothing in the evidence.
    silent: Option<bool>,
}

/// What was doubled.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Doubled {
    /// The file.
    path: WorkspacePath,
    /// A remark; never there.
    remark: Option<String>,
}

impl Function for Double {
    const NAME: &'static str = "double";
    type Output = Doubled;

    fn invoke(&self, workspace: &Workspace) -> Result<Doubled, Failure> {
        let content = workspace.read(&self.path)?;
        workspace.overwrite(&self.path, &content.repeat(2))?;
        Ok(Doubled { path: self.path.clone(), remark: None })
    }

    fn verify(&self, output: &Doubled, world: &Verification) -> Verdict {
        if self.silent == Some(true) {
            return Ok(Evidence::new());
        }
        let doubled = world.before.read(&self.path)?.repeat(2);
        Evidence::new()
            .check("the outcome names the file", output.path == self.path)?
            .check(format!("`{}` is doubled", self.path), world.now.read(&self.path)? == doubled)
    }
}

/// Has an output without a JSON form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unwritable {}

/// Fails when it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Never {
    #[serde(serialize_with = "never")]
    bytes: u64,
}

fn never<S: serde::Serializer>(_: &u64, _: S) -> Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom("never"))
}

impl Function for Unwritable {
    const NAME: &'static str = "unwritable";
    type Output = Never;

    fn invoke(&self, _: &Workspace) -> Result<Never, Failure> {
        Ok(Never { bytes: 1 })
    }

    fn verify(&self, output: &Never, _: &Verification) -> Verdict {
        Evidence::new().check("it was written", output.bytes == 1)
    }
}

struct DoesNothing;

impl Mutant for DoesNothing {
    type Honest = Double;
    const LIE: &'static str = "says that it doubled, and did not";

    fn invoke(honest: &Double, _: &Workspace) -> Result<Doubled, Failure> {
        Ok(Doubled { path: honest.path.clone(), remark: None })
    }
}

tool!(Double, Unwritable);

const MANIFEST: &str = r#"
name = "double"
version = "1.0.0"
description = "Doubles."

[functions.double]
effect = "staged"
paths = [{ argument = "path", access = "write" }]
postconditions = [{ check = "changes-only", paths = ["args.path"] }]

[functions.unwritable]
effect = "read"
"#;

#[test]
fn an_honest_call_is_verified_with_evidence() {
    let bench = Bench::new(&[("a", b"x"), ("b", b"y")]);
    let run = bench.run(&TOOL, "double", json!({"path": "./a"}));
    assert_eq!(run.outcome(), &json!({"path": "a"}));
    assert_eq!(run.verdict().unwrap().facts(), ["the outcome names the file", "`a` is doubled"]);
    assert_eq!(run.changes(), [("a".to_owned(), Change::Written)].into());
    let manifest = Manifest::parse(MANIFEST);
    manifest.assert_matches(&TOOL);
    manifest.check(&run).unwrap();
}

#[test]
fn a_lie_about_the_world_or_in_the_words_is_refuted() {
    let bench = Bench::new(&[("a", b"x")]);
    let run = bench.run(&tool_of::<DoesNothing>(), "double", json!({"path": "a"}));
    assert_eq!(run.verdict().unwrap_err().reason(), "not so: `a` is doubled");
    let run = bench.run(&TOOL, "double", json!({"path": "a"}));
    assert!(run.verdict_on(&json!({"path": "b"})).is_err());
    assert!(run.verdict_on(&json!({"way": "a"})).is_err());
}

#[test]
fn a_mutant_cannot_be_told_from_the_outside() {
    assert_eq!(TOOL.descriptions().first(), tool_of::<DoesNothing>().descriptions().first());
    assert_eq!(<Mutated<DoesNothing> as Function>::NAME, "double");
    assert!(!DoesNothing::LIE.is_empty());
}

#[test]
fn evidence_that_is_empty_refutes() {
    let run_on = Bench::new(&[("a", b"x")]);
    let run = run_on.run(&TOOL, "double", json!({"path": "a", "silent": true}));
    assert_eq!(run.verdict().unwrap_err().reason(), "nothing was checked");
}

#[test]
fn failures_have_codes() {
    let bench = Bench::new(&[("folder/", b"")]);
    assert_eq!(bench.run(&TOOL, "double", json!({"path": "a"})).failure().code(), "workspace.not-found");
    assert_eq!(bench.run(&TOOL, "double", json!({"path": "folder"})).failure().code(), "workspace.is-folder");
    // The schema cannot say that a path leaves the workspace; reading the arguments does.
    assert_eq!(bench.run(&TOOL, "double", json!({"path": "../a"})).failure().code(), "call.arguments");
    assert_eq!(bench.run(&TOOL, "unwritable", json!({})).failure().code(), "call.outcome");
    let workspace = Workspace::open_ambient(bench.folder());
    assert_eq!(TOOL.invoke("treble", "{}", &workspace).unwrap_err().code(), "call.unknown-function");
    assert_eq!(TOOL.invoke("double", "{", &workspace).unwrap_err().code(), "call.arguments");
}

#[test]
fn arguments_that_the_schema_does_not_name_are_refused() {
    assert!(accepts(&TOOL, "double", &json!({"path": "a"})));
    assert!(!accepts(&TOOL, "double", &json!({"path": "a", "more": 1})));
    assert!(!accepts(&TOOL, "double", &json!({"path": "a", "silent": null})));
    assert!(!accepts(&TOOL, "double", &json!({"path": ""})));
}
