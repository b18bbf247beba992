//! The one check that makes a manifest.

use std::collections::BTreeMap;

use cofferdam_base::{FunctionName, Limits, canonical, text::is_deceptive};
use semver::{BuildMetadata, Version};
use serde_json::Value;

use super::{Access, Capabilities, Content, Effect, Filesystem, Function, Http, Manifest, ManifestError, Ref, Root};
use crate::schema::{Schema, Shape, Side};

/// Most functions of one tool. More would not fit into a model's context.
pub const MAX_FUNCTIONS: usize = 64;
/// Most path arguments of one function.
pub const MAX_PATH_ARGUMENTS: usize = 16;
/// Most URL arguments of one function.
pub const MAX_URL_ARGUMENTS: usize = 16;
/// Most postconditions of one function, and most paths in one of them.
pub const MAX_POSTCONDITIONS: usize = 32;
/// Longest description of a tool or function. It enters a model's context with every request.
pub const MAX_DESCRIPTION_CHARS: usize = 2000;
/// Largest manifest in its canonical spelling. Keeps every manifest that can be signed within what is read at load.
pub const MAX_MANIFEST_BYTES: usize = 2 << 20;
/// Longest version and longest toolchain line in characters.
const MAX_LINE_CHARS: usize = 500;

/// Checks what was read and compiles the schemas.
pub(super) fn check(content: Content<Value>) -> Result<Manifest, ManifestError> {
    let Content { name, version, description, functions, capabilities, limits, provenance } = content;
    let version = plain_version("version", version)?;
    let description = plain_text("description of the tool", description)?;
    if functions.is_empty() {
        return Err(ManifestError::NoFunctions);
    }
    bounded("functions", functions.len(), MAX_FUNCTIONS)?;
    let effective = Limits::default().lowered(&limits).map_err(ManifestError::Limit)?;
    let functions = functions
        .into_iter()
        .map(|(name, function)| check_function(&name, function, &capabilities).map(|function| (name, function)))
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    if provenance.toolchain.trim().is_empty()
        || provenance.toolchain.chars().any(is_deceptive)
        || provenance.toolchain.chars().count() > MAX_LINE_CHARS
    {
        return Err(ManifestError::Text { what: "toolchain" });
    }
    plain_version("builder", provenance.builder.clone())?;
    let content = Content { name, version, description, functions, capabilities, limits, provenance };
    // What is signed is the canonical spelling, so a manifest that has none is no manifest.
    let bytes = canonical::to_vec(&content).map_err(ManifestError::NotCanonical)?;
    if bytes.len() > MAX_MANIFEST_BYTES {
        return Err(ManifestError::TooLarge { what: "the manifest", limit: MAX_MANIFEST_BYTES });
    }
    Ok(Manifest { content, limits: effective })
}

fn check_function(name: &FunctionName, function: Function<Value>, capabilities: &Capabilities) -> Result<Function, ManifestError> {
    let compile =
        |side| move |schema| Schema::compile(schema).map_err(|source| ManifestError::Schema { function: name.clone(), side, source });
    let function = function.map(compile(Side::Input), compile(Side::Output))?;
    if !function.input.is_object() {
        return Err(ManifestError::InputNotObject { function: name.clone() });
    }
    plain_text("description of a function", function.description.clone())?;
    let function = check_content(name, check_urls(name, check_paths(name, function)?, capabilities)?)?;
    check_effect(name, check_postconditions(name, function)?, capabilities)
}

fn check_paths(name: &FunctionName, function: Function) -> Result<Function, ManifestError> {
    bounded("path arguments", function.paths.len(), MAX_PATH_ARGUMENTS)?;
    for path in &function.paths {
        match function.input.shape_of([path.argument.as_str()]) {
            Some(Shape::Text | Shape::TextList) => {}
            Some(Shape::Other) | None => {
                return Err(ManifestError::PathArgument { function: name.clone(), argument: path.argument.clone() });
            }
        }
    }
    Ok(function)
}

/// A URL is an argument that there is and that is no path; and only a function that can send anything has one.
fn check_urls(name: &FunctionName, function: Function, capabilities: &Capabilities) -> Result<Function, ManifestError> {
    bounded("URL arguments", function.urls.len(), MAX_URL_ARGUMENTS)?;
    for url in &function.urls {
        let is_path = function.paths.iter().any(|path| path.argument == url.argument);
        match function.input.shape_of([url.argument.as_str()]) {
            Some(Shape::Text | Shape::TextList) if !is_path => {}
            Some(Shape::Text | Shape::TextList | Shape::Other) | None => {
                return Err(ManifestError::UrlArgument { function: name.clone(), argument: url.argument.clone() });
            }
        }
    }
    if function.urls.is_empty() {
        Ok(function)
    } else if capabilities.http == Http::None {
        Err(ManifestError::HttpMissing { function: name.clone() })
    } else if function.effect == Effect::Irrevocable {
        Ok(function)
    } else {
        Err(ManifestError::UrlEffect { function: name.clone(), effect: function.effect })
    }
}

/// A content is an argument that there is, and decides nothing: no path and no URL is one.
fn check_content(name: &FunctionName, function: Function) -> Result<Function, ManifestError> {
    bounded("content arguments", function.content.len(), MAX_PATH_ARGUMENTS)?;
    let is_one = |argument: &&String| {
        function.input.shape_of([argument.as_str()]).is_some()
            && function.paths.iter().all(|path| path.argument != **argument)
            && function.urls.iter().all(|url| url.argument != **argument)
    };
    match function.content.iter().find(|argument| !is_one(argument)) {
        Some(argument) => Err(ManifestError::ContentArgument { function: name.clone(), argument: argument.clone() }),
        None => Ok(function),
    }
}

fn check_postconditions(name: &FunctionName, function: Function) -> Result<Function, ManifestError> {
    bounded("postconditions", function.postconditions.len(), MAX_POSTCONDITIONS)?;
    let fault = |reference: &Ref| ManifestError::Reference { function: name.clone(), reference: reference.clone() };
    let shape = |reference: &Ref| {
        let schema = match reference.root() {
            Root::Args => &function.input,
            Root::Output => &function.output,
        };
        schema.shape_of(reference.members())
    };
    for postcondition in &function.postconditions {
        if let Some(reference) = postcondition.texts().into_iter().find(|reference| shape(reference) != Some(Shape::Text)) {
            return Err(fault(reference));
        }
        bounded("paths of a postcondition", postcondition.lists().len(), MAX_POSTCONDITIONS)?;
        if let Some(reference) = postcondition.lists().iter().find(|reference| matches!(shape(reference), Some(Shape::Other) | None)) {
            return Err(fault(reference));
        }
    }
    Ok(function)
}

/// The effect, the paths, the postconditions and the capabilities must tell one story.
fn check_effect(name: &FunctionName, function: Function, capabilities: &Capabilities) -> Result<Function, ManifestError> {
    let changes_paths = function.paths.iter().any(|path| path.access != Access::Read);
    if function.effect == Effect::Read && (changes_paths || function.postconditions.iter().any(super::Postcondition::implies_change)) {
        return Err(ManifestError::ReadChanges { function: name.clone() });
    }
    let needed = if changes_paths || function.effect == Effect::Staged {
        Filesystem::ReadWrite
    } else if function.paths.is_empty() {
        Filesystem::None
    } else {
        Filesystem::ReadOnly
    };
    if capabilities.filesystem < needed {
        return Err(ManifestError::CapabilityMissing { function: name.clone(), needed, declared: capabilities.filesystem });
    }
    Ok(function)
}

fn bounded(what: &'static str, count: usize, limit: usize) -> Result<usize, ManifestError> {
    if count > limit { Err(ManifestError::TooMany { what, limit }) } else { Ok(count) }
}

fn plain_text(what: &'static str, text: String) -> Result<String, ManifestError> {
    let deceptive = text.chars().any(|c| is_deceptive(c) && c != '\n' && c != '\t');
    if text.trim().is_empty() || deceptive || text.chars().count() > MAX_DESCRIPTION_CHARS {
        Err(ManifestError::Text { what })
    } else {
        Ok(text)
    }
}

/// Build metadata is refused: Semantic Versioning gives it no rank (section 10), so two versions could count as one.
fn plain_version(what: &'static str, version: Version) -> Result<Version, ManifestError> {
    if version.build != BuildMetadata::EMPTY || version.to_string().len() > MAX_LINE_CHARS {
        Err(ManifestError::Text { what })
    } else {
        Ok(version)
    }
}
