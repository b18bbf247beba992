//! The author's `tool.toml`, as far as a test of the tool needs it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{Run, postcondition::Postcondition};
use crate::Tool;

/// A `tool.toml`. The host reads it with its own code; this reading serves the tests of a tool only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the tool.
    pub name: String,
    /// Version of the tool.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// What it may import; of no concern to a native test.
    #[serde(default)]
    capabilities: BTreeMap<String, toml::Value>,
    /// Lowered limits; of no concern to a native test.
    #[serde(default)]
    limits: BTreeMap<String, u64>,
    functions: BTreeMap<String, Declared>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    effect: Effect,
    #[serde(default)]
    paths: Vec<PathArgument>,
    #[serde(default)]
    urls: Vec<UrlArgument>,
    #[serde(default)]
    content: BTreeSet<String>,
    #[serde(default)]
    postconditions: Vec<Postcondition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Effect {
    Read,
    Staged,
    Irrevocable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathArgument {
    argument: String,
    #[expect(dead_code, reason = "read so that a wrong value is an error")]
    access: Access,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Access {
    Read,
    Write,
    Delete,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UrlArgument {
    argument: String,
    #[expect(dead_code, reason = "the host knows the methods")]
    method: String,
}

impl Manifest {
    /// Reads a `tool.toml`. Panics if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match toml::from_str(text) {
            Ok(manifest) => manifest,
            Err(error) => panic!("tool.toml: {error}"),
        }
    }

    /// Panics unless the manifest and the tool speak of the same functions, arguments and outputs, and every function has
    /// a description.
    pub fn assert_matches(&self, tool: &Tool) {
        let _ = (&self.capabilities, &self.limits);
        let described = tool.descriptions();
        let (names, declared): (BTreeSet<&str>, BTreeSet<&str>) =
            (described.iter().map(|function| function.name).collect(), self.functions.keys().map(String::as_str).collect());
        assert_eq!(names, declared, "functions of the tool and of tool.toml");
        for function in &described {
            assert!(!function.description.is_empty(), "`{}` has no description", function.name);
            let Some(declared) = self.functions.get(function.name) else { continue };
            let (paths, urls) = (declared.paths.iter().map(|path| &path.argument), declared.urls.iter().map(|url| &url.argument));
            for argument in paths.chain(urls).chain(&declared.content) {
                assert!(member(&function.input, argument), "`{}` has no argument `{argument}`", function.name);
            }
            for reference in declared.postconditions.iter().flat_map(Postcondition::references) {
                let known = match reference.split_once('.') {
                    Some(("args", name)) => member(&function.input, name),
                    Some(("output", name)) => member(&function.output, name),
                    _ => false,
                };
                assert!(known, "`{}` has nothing called `{reference}`", function.name);
            }
        }
    }

    /// Checks a run as the host would: its effect, then its postconditions.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, run: &Run<'_>) -> Result<(), String> {
        self.check_as(&run.function, run)
    }

    /// Checks a run as if it were one of another function: of a lie, by what the honest function promises.
    pub(crate) fn check_as(&self, function: &str, run: &Run<'_>) -> Result<(), String> {
        let declared = self.functions.get(function).ok_or("the function is not declared")?;
        let changes = run.changes();
        if declared.effect == Effect::Read && !changes.is_empty() {
            return Err(format!("a function that reads changed {changes:?}"));
        }
        declared.postconditions.iter().try_for_each(|postcondition| postcondition.check(run, &changes))
    }
}

fn member(schema: &Value, name: &str) -> bool {
    schema.get("properties").and_then(|properties| properties.get(name)).is_some()
}
