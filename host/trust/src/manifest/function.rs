//! One function of a tool.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::Postcondition;
use crate::schema::Schema;

/// What a call of the function can change, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing. The host checks that the stage stayed empty.
    Read,
    /// Files of the workspace, through the stage: real only after verification.
    Staged,
    /// Something that cannot be staged or taken back.
    Irrevocable,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Staged => "staged",
            Self::Irrevocable => "irrevocable",
        })
    }
}

/// What a function does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Reads it.
    Read,
    /// Makes or changes it.
    Write,
    /// Removes it.
    Delete,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        })
    }
}

/// An argument that is a path of the workspace (or a list of them), and what is done with it: what policy decides on
/// before the call. What the call really touches is decided again, path by path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathArgument {
    /// A property of the input schema: a string, or an array of strings.
    pub argument: String,
    /// What is done with it.
    pub access: Access,
}

/// The methods of HTTP that a function can declare (RFC 9110, section 9.3, and RFC 5789), in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks for what is there.
    Get,
    /// Asks for what `GET` would say about it.
    Head,
    /// Asks what can be done with it.
    Options,
    /// Hands something over.
    Post,
    /// Puts something in its place.
    Put,
    /// Changes a part of it.
    Patch,
    /// Removes it.
    Delete,
}

impl Method {
    /// As in a request.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An argument that is a URL (or a list of them) that the function will request, and by which method: what policy, and a
/// person, are asked about before the call. What the call really requests is decided again, request by request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrlArgument {
    /// A property of the input schema: a string, or an array of strings.
    pub argument: String,
    /// How it is requested.
    pub method: Method,
}

/// A function of a tool. `S` is a [`Schema`] in every [`Manifest`](super::Manifest).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function<S = Schema> {
    /// What it does, in its author's words.
    pub description: String,
    /// What a call can change.
    pub effect: Effect,
    /// The schema of its arguments: an object.
    pub input: S,
    /// The schema of its outcome.
    pub output: S,
    /// The arguments that are paths.
    pub paths: Vec<PathArgument>,
    /// The arguments that are URLs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<UrlArgument>,
    /// The arguments that are what is said somewhere, beside those whose names say so: all others decide where an effect goes
    /// (`docs/labels.md`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub content: BTreeSet<String>,
    /// What the host checks after each call.
    pub postconditions: Vec<Postcondition>,
}

impl<S> Function<S> {
    /// The same function with other schemas.
    pub(super) fn map<T, E>(self, input: impl FnOnce(S) -> Result<T, E>, output: impl FnOnce(S) -> Result<T, E>) -> Result<Function<T>, E> {
        Ok(Function {
            description: self.description,
            effect: self.effect,
            input: input(self.input)?,
            output: output(self.output)?,
            paths: self.paths,
            urls: self.urls,
            content: self.content,
            postconditions: self.postconditions,
        })
    }
}
