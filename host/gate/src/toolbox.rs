//! The tools of a run: verified, permitted to load, compiled.

use std::collections::BTreeMap;

use cofferdam_base::ToolName;
use cofferdam_policy::{Effect, FunctionSignature, ToolSignature};
use cofferdam_sandbox::{Component, KeyedCache, Prepared, Sandbox, SandboxError};
use cofferdam_trust::{manifest, verify::VerifiedTool};

/// A tool that was verified, and whose code is ready to run.
pub struct LoadedTool {
    verified: VerifiedTool,
    prepared: Prepared,
}

impl LoadedTool {
    /// Makes a verified tool ready: from the code cache where that checks out, else by compiling it.
    ///
    /// # Errors
    /// [`SandboxError`]: no component, a cache entry that was tampered with, an import that no tool gets.
    pub fn prepare(verified: VerifiedTool, sandbox: &Sandbox, cache: Option<KeyedCache<'_>>) -> Result<Self, SandboxError> {
        let component = Component { bytes: verified.component(), digest: verified.component_digest() };
        let prepared = sandbox.prepare(component, cache)?;
        Ok(Self { verified, prepared })
    }

    /// What was verified about it.
    #[must_use]
    pub fn verified(&self) -> &VerifiedTool {
        &self.verified
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }
}

/// The loaded tools by name.
#[derive(Default)]
pub struct Toolbox(BTreeMap<ToolName, LoadedTool>);

impl Toolbox {
    /// Adds a tool; one of the same name goes.
    pub fn insert(&mut self, tool: LoadedTool) {
        self.0.insert(tool.verified.manifest().name().clone(), tool);
    }

    /// The tool of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&LoadedTool> {
        self.0.iter().find(|(known, _)| known.as_str() == name).map(|(_, tool)| tool)
    }

    /// All tools, by name.
    pub fn iter(&self) -> impl Iterator<Item = &LoadedTool> {
        self.0.values()
    }
}

/// A verified tool as rules see it.
#[must_use]
pub fn policy_signature(tool: &VerifiedTool) -> ToolSignature {
    let functions = tool.manifest().functions().iter().map(|(name, function)| FunctionSignature {
        name: name.clone(),
        effect: match function.effect {
            manifest::Effect::Read => Effect::Read,
            manifest::Effect::Staged => Effect::Staged,
            manifest::Effect::Irrevocable => Effect::Irrevocable,
        },
        input: function.input.value().clone(),
    });
    let publisher = tool.signers().first().map(ToString::to_string).unwrap_or_default();
    ToolSignature { tool: tool.name().clone(), publisher, functions: functions.collect() }
}
