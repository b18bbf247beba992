//! A tool as a table of its functions, with everything as JSON text: what a component exports, callable natively.

use serde::Serialize;
use serde_json::Value;

use crate::{Failure, Function, Refuted, Verdict, Verification, Workspace, schema};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    name: &'static str,
    describe: fn() -> Description,
    invoke: fn(&str, &Workspace) -> Result<String, Failure>,
    verify: fn(&str, &str, &Verification) -> Verdict,
}

impl Row {
    /// The row of a function.
    #[must_use]
    pub const fn of<F: Function>() -> Self {
        Self { name: F::NAME, describe: describe::<F>, invoke: invoke::<F>, verify: verify::<F> }
    }
}

/// What is said about a function when its tool is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// The name in calls.
    pub name: &'static str,
    /// What it does, for the model: the doc comment of the arguments' type.
    pub description: String,
    /// JSON Schema of the arguments.
    pub input: Value,
    /// JSON Schema of the outcome.
    pub output: Value,
}

/// A tool: the value behind the three exports of a component. [`tool!`](crate::tool!) makes it.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    functions: &'static [Row],
}

impl Tool {
    /// A tool of these functions.
    #[must_use]
    pub const fn new(functions: &'static [Row]) -> Self {
        Self { functions }
    }

    /// Its functions, in the order of their declaration.
    #[must_use]
    pub fn descriptions(&self) -> Vec<Description> {
        self.functions.iter().map(|row| (row.describe)()).collect()
    }

    /// Its functions as JSON text, as `describe` exports them.
    #[must_use]
    pub fn describe(&self) -> String {
        Value::Array(self.functions.iter().map(|row| (row.describe)().into_value()).collect()).to_string()
    }

    /// Calls a function with JSON text, as `invoke` exports it; gives the outcome as JSON text.
    ///
    /// # Errors
    /// What the function gives; `call.unknown-function`; `call.arguments` for arguments of another shape;
    /// `call.outcome` for an output that has no JSON form.
    pub fn invoke(&self, function: &str, arguments: &str, workspace: &Workspace) -> Result<String, Failure> {
        let row = self.row(function).ok_or_else(|| {
            Failure::new("call.unknown-function", format!("the tool has no function `{}`", crate::text::inline(function, 80)))
        })?;
        (row.invoke)(arguments, workspace)
    }

    /// Verifies an outcome, as `verify` exports it. Evidence that is empty is a refutation.
    ///
    /// # Errors
    /// What the function gives, or that the call or the outcome cannot be read.
    pub fn verify(&self, function: &str, arguments: &str, outcome: &str, world: &Verification) -> Verdict {
        let row = self.row(function).ok_or_else(|| Refuted::new(format!("the tool has no function `{function}`")))?;
        let evidence = (row.verify)(arguments, outcome, world)?;
        if evidence.facts().is_empty() { Err(Refuted::new("nothing was checked")) } else { Ok(evidence) }
    }

    pub(crate) fn rows(&self) -> &'static [Row] {
        self.functions
    }

    fn row(&self, function: &str) -> Option<&Row> {
        self.functions.iter().find(|row| row.name == function)
    }
}

impl Description {
    fn into_value(self) -> Value {
        let mut members = serde_json::Map::new();
        members.insert("name".to_owned(), self.name.into());
        members.insert("description".to_owned(), self.description.into());
        members.insert("input".to_owned(), self.input);
        members.insert("output".to_owned(), self.output);
        Value::Object(members)
    }
}

fn describe<F: Function>() -> Description {
    let input = schema::of::<F>();
    Description { name: F::NAME, description: input.description, input: input.schema, output: schema::of::<F::Output>().schema }
}

fn invoke<F: Function>(arguments: &str, workspace: &Workspace) -> Result<String, Failure> {
    let call: F = serde_json::from_str(arguments).map_err(|error| Failure::new("call.arguments", sentence(&error)))?;
    let output = call.invoke(workspace)?;
    schema::to_value(&output).map(|value| value.to_string()).map_err(|error| Failure::new("call.outcome", sentence(&error)))
}

fn verify<F: Function>(arguments: &str, outcome: &str, world: &Verification) -> Verdict {
    let call: F = serde_json::from_str(arguments).map_err(|error| Refuted::new(sentence(&error)))?;
    let output: F::Output = serde_json::from_str(outcome).map_err(|error| Refuted::new(sentence(&error)))?;
    call.verify(&output, world)
}

fn sentence(error: &serde_json::Error) -> String {
    crate::text::inline(&error.to_string(), 300)
}

/// Makes a tool of functions: a constant `TOOL`, and, when compiled for WebAssembly, the exports of a component.
///
/// ```text
/// tool!(List, Read, Search);
/// ```
#[macro_export]
macro_rules! tool {
    ($($function:ty),+ $(,)?) => {
        /// The functions of this tool.
        pub const TOOL: $crate::Tool = $crate::Tool::new(&[$($crate::tool::Row::of::<$function>()),+]);

        $crate::own_exports!(TOOL);
    };
}

/// The exports that [`tool!`] makes: all.
#[cfg(not(feature = "linked"))]
#[doc(hidden)]
#[macro_export]
macro_rules! own_exports {
    ($tool:expr) => {
        $crate::component!($tool);
    };
}

/// The exports that [`tool!`] makes: none, since the crate that links the tool makes its own.
#[cfg(feature = "linked")]
#[doc(hidden)]
#[macro_export]
macro_rules! own_exports {
    ($tool:expr) => {};
}

/// Makes a component of a [`Tool`] that is not one crate's own list of functions: its exports, when compiled for WebAssembly.
///
/// A component has its exports once: the feature `linked` leaves out those of the tools that it links.
#[macro_export]
macro_rules! component {
    ($tool:expr) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::component::Guest for Component {
                fn describe() -> ::std::string::String {
                    $tool.describe()
                }

                fn invoke(call: $crate::component::Call) -> ::std::result::Result<::std::string::String, $crate::component::Failure> {
                    $crate::component::invoke(&$tool, &call)
                }

                fn verify(call: $crate::component::Call, outcome: ::std::string::String) -> $crate::component::Verdict {
                    $crate::component::verify(&$tool, &call, &outcome)
                }
            }

    $crate::component::export!(Component with_types_in $crate::component::bindings);
        };
    };
}
