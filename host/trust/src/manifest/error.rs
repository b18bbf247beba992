//! Everything that can be wrong with a manifest.

use std::fmt;

use cofferdam_base::{Class, Diagnostic, FunctionName, canonical::CanonicalError, limits::LimitError, text::inline};

use super::{Effect, Filesystem, Http, Ref};
use crate::{
    json::JsonError,
    schema::{Side, SubsetError},
};

/// A manifest that does not hold together.
#[derive(Debug)]
pub enum ManifestError {
    /// `tool.toml` is not TOML of the known form.
    ToolFile {
        /// What the TOML reader says.
        reason: String,
    },
    /// An input is larger than its limit.
    TooLarge {
        /// Which input.
        what: &'static str,
        /// Allowed bytes.
        limit: usize,
    },
    /// More of something than allowed.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The component's description is not JSON that all readers agree on.
    DescribeJson(JsonError),
    /// The component's description is not a list of functions.
    DescribeShape(serde_json::Error),
    /// The manifest is not JSON that all readers agree on.
    Json(JsonError),
    /// A member of the manifest is missing, unknown or of another kind.
    Malformed(serde_json::Error),
    /// The component describes one function twice.
    DescribedTwice {
        /// The function.
        function: FunctionName,
    },
    /// The component describes a function that `tool.toml` does not name.
    NotInToolFile {
        /// The function.
        function: FunctionName,
    },
    /// `tool.toml` names a function that the component does not describe.
    NotDescribed {
        /// The function.
        function: FunctionName,
    },
    /// A tool without functions.
    NoFunctions,
    /// A text that is empty, too long or deceptive, or a version with build metadata.
    Text {
        /// Which text.
        what: &'static str,
    },
    /// A schema outside the accepted subset.
    Schema {
        /// Whose schema.
        function: FunctionName,
        /// Input or output.
        side: Side,
        /// What is wrong.
        source: SubsetError,
    },
    /// The input schema is not `"type": "object"`.
    InputNotObject {
        /// Whose schema.
        function: FunctionName,
    },
    /// A path argument that the input schema does not declare as a string or a list of strings.
    PathArgument {
        /// Whose argument.
        function: FunctionName,
        /// The name.
        argument: String,
    },
    /// A URL argument that the input schema does not declare as a string or a list of strings, or that is a path.
    UrlArgument {
        /// Whose argument.
        function: FunctionName,
        /// The name.
        argument: String,
    },
    /// A function requests URLs, and its effect says that it can send nothing.
    UrlEffect {
        /// The function.
        function: FunctionName,
        /// Its effect.
        effect: Effect,
    },
    /// A content argument that the input schema does not declare, or that is a path or a URL.
    ContentArgument {
        /// Whose argument.
        function: FunctionName,
        /// The name.
        argument: String,
    },
    /// A postcondition refers to what the schema does not declare, or to the wrong type.
    Reference {
        /// Whose postcondition.
        function: FunctionName,
        /// The reference.
        reference: Ref,
    },
    /// A function that only reads declares that it changes something.
    ReadChanges {
        /// The function.
        function: FunctionName,
    },
    /// A function needs more than the tool's capabilities give.
    CapabilityMissing {
        /// The function.
        function: FunctionName,
        /// What it needs.
        needed: Filesystem,
        /// What the tool declares.
        declared: Filesystem,
    },
    /// A function requests URLs, and the tool does not declare that it does.
    HttpMissing {
        /// The function.
        function: FunctionName,
    },
    /// A limit that cannot be granted.
    Limit(LimitError),
    /// A value that has no canonical spelling and so cannot be signed: a fraction, or a member name that is not ASCII.
    NotCanonical(CanonicalError),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToolFile { reason } => write!(f, "`tool.toml` cannot be read: {}", inline(reason, 200)),
            Self::TooLarge { what, limit } => write!(f, "{what} is larger than {limit} bytes"),
            Self::TooMany { what, limit } => write!(f, "there are more than {limit} {what}"),
            Self::DescribeJson(_) => f.write_str("the component's description cannot be read"),
            Self::DescribeShape(_) => f.write_str("the component's description is not a list of functions"),
            Self::Json(_) => f.write_str("the manifest cannot be read"),
            Self::Malformed(_) => f.write_str("the JSON has not the members of a manifest"),
            Self::DescribedTwice { function } => write!(f, "the component describes the function `{function}` twice"),
            Self::NotInToolFile { function } => {
                write!(f, "the component describes the function `{function}`, which `tool.toml` does not name")
            }
            Self::NotDescribed { function } => {
                write!(f, "`tool.toml` names the function `{function}`, which the component does not describe")
            }
            Self::NoFunctions => f.write_str("the tool has no functions"),
            Self::Text { what } => write!(f, "the {what} is empty, too long, or holds characters that it may not hold"),
            Self::Schema { function, side, .. } => write!(f, "the schema of {side} of the function `{function}` is not accepted"),
            Self::InputNotObject { function } => {
                write!(f, "the input schema of the function `{function}` does not say that its type is object")
            }
            Self::ContentArgument { function, argument } => {
                write!(
                    f,
                    "the content `{}` of the function `{function}` is no argument of it, or one that is a path or a URL",
                    inline(argument, 80)
                )
            }
            Self::PathArgument { function, argument } => {
                write!(
                    f,
                    "the path argument `{}` of the function `{function}` is no string or list of strings in its input schema",
                    inline(argument, 80)
                )
            }
            Self::UrlArgument { function, argument } => {
                write!(
                    f,
                    "the URL argument `{}` of the function `{function}` is no string or list of strings in its input schema, or a path",
                    inline(argument, 80)
                )
            }
            Self::UrlEffect { function, effect } => {
                write!(f, "the function `{function}` requests URLs, which its effect `{effect}` does not allow")
            }
            Self::HttpMissing { function } => {
                write!(f, "the function `{function}` requests URLs, and the tool declares no http")
            }
            Self::Reference { function, reference } => {
                write!(f, "`{reference}` in a postcondition of the function `{function}` does not lead to text in its schema")
            }
            Self::ReadChanges { function } => write!(f, "the function `{function}` has the effect read and declares a change"),
            Self::CapabilityMissing { function, needed, declared } => {
                write!(f, "the function `{function}` needs filesystem access `{needed}`, and the tool declares `{declared}`")
            }
            Self::Limit(_) => f.write_str("a limit of the manifest cannot be granted"),
            Self::NotCanonical(_) => f.write_str("the manifest holds a value that cannot be signed"),
        }
    }
}

impl std::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DescribeJson(error) | Self::Json(error) => Some(error),
            Self::DescribeShape(error) | Self::Malformed(error) => Some(error),
            Self::Schema { source, .. } => Some(source),
            Self::Limit(error) => Some(error),
            Self::NotCanonical(error) => Some(error),
            Self::ToolFile { .. }
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::DescribedTwice { .. }
            | Self::NotInToolFile { .. }
            | Self::NotDescribed { .. }
            | Self::NoFunctions
            | Self::Text { .. }
            | Self::InputNotObject { .. }
            | Self::PathArgument { .. }
            | Self::UrlArgument { .. }
            | Self::UrlEffect { .. }
            | Self::HttpMissing { .. }
            | Self::ContentArgument { .. }
            | Self::Reference { .. }
            | Self::ReadChanges { .. }
            | Self::CapabilityMissing { .. } => None,
        }
    }
}

impl Diagnostic for ManifestError {
    fn code(&self) -> &'static str {
        match self {
            Self::ToolFile { .. } => "manifest.tool-file",
            Self::TooLarge { .. } => "manifest.too-large",
            Self::TooMany { .. } => "manifest.too-many",
            Self::DescribeJson(_) | Self::DescribeShape(_) => "manifest.description",
            Self::Json(_) | Self::Malformed(_) => "manifest.malformed",
            Self::DescribedTwice { .. } => "manifest.function-twice",
            Self::NotInToolFile { .. } => "manifest.function-undeclared",
            Self::NotDescribed { .. } => "manifest.function-missing",
            Self::NoFunctions => "manifest.no-functions",
            Self::Text { .. } => "manifest.text",
            Self::Schema { .. } => "manifest.schema",
            Self::InputNotObject { .. } => "manifest.input-not-object",
            Self::PathArgument { .. } => "manifest.path-argument",
            Self::UrlArgument { .. } => "manifest.url-argument",
            Self::UrlEffect { .. } => "manifest.url-effect",
            Self::ContentArgument { .. } => "manifest.content-argument",
            Self::Reference { .. } => "manifest.reference",
            Self::ReadChanges { .. } => "manifest.read-changes",
            Self::CapabilityMissing { .. } | Self::HttpMissing { .. } => "manifest.capability-missing",
            Self::Limit(_) => "manifest.limit",
            Self::NotCanonical(_) => "manifest.not-canonical",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotInToolFile { function } => {
                Some(format!("add `[functions.{function}]` to `tool.toml`, then run `cofferdam tool build`"))
            }
            Self::NotDescribed { function } => {
                Some(format!("remove `[functions.{function}]` from `tool.toml`, or export it, then run `cofferdam tool build`"))
            }
            Self::CapabilityMissing { needed, .. } => {
                Some(format!("set `filesystem = \"{needed}\"` under `[capabilities]` in `tool.toml`, then run `cofferdam tool build`"))
            }
            Self::HttpMissing { .. } => {
                Some(format!("set `http = \"{}\"` under `[capabilities]` in `tool.toml`, then run `cofferdam tool build`", Http::Outgoing))
            }
            Self::UrlEffect { function, .. } => Some(format!(
                "set `effect = \"{}\"` under `[functions.{function}]` in `tool.toml`, then run `cofferdam tool build`",
                Effect::Irrevocable
            )),
            Self::ToolFile { .. }
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::DescribeJson(_)
            | Self::DescribeShape(_)
            | Self::Json(_)
            | Self::Malformed(_)
            | Self::DescribedTwice { .. }
            | Self::NoFunctions
            | Self::Text { .. }
            | Self::Schema { .. }
            | Self::InputNotObject { .. }
            | Self::PathArgument { .. }
            | Self::UrlArgument { .. }
            | Self::ContentArgument { .. }
            | Self::Reference { .. }
            | Self::ReadChanges { .. }
            | Self::Limit(_)
            | Self::NotCanonical(_) => None,
        }
    }
}
