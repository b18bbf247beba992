//! The tools of a run: all of them verified, each compiled when it is first called.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use cofferdam_base::ToolName;
use cofferdam_policy::{Effect, FunctionSignature, ToolSignature};
use cofferdam_sandbox::{CacheKey, CodeCache, Component, KeyedCache, Prepared, Sandbox, SandboxError};
use cofferdam_trust::{manifest, verify::VerifiedTool};

/// Where the code of tools is made ready, and where it is kept.
pub struct Workshop {
    sandbox: Sandbox,
    cache: Option<(CacheKey, Box<dyn CodeCache + Send + Sync>)>,
}

impl Workshop {
    /// Compiles anew in each process.
    #[must_use]
    pub fn without_cache(sandbox: Sandbox) -> Arc<Self> {
        Arc::new(Self { sandbox, cache: None })
    }

    /// Takes code from a cache where the host's key says that it is the host's own.
    #[must_use]
    pub fn with_cache(sandbox: Sandbox, key: CacheKey, files: Box<dyn CodeCache + Send + Sync>) -> Arc<Self> {
        Arc::new(Self { sandbox, cache: Some((key, files)) })
    }
}

/// A tool that was verified, and whose code is made ready when it is first called: a command calls few of many tools.
pub struct LoadedTool {
    verified: VerifiedTool,
    workshop: Arc<Workshop>,
    prepared: OnceLock<Prepared>,
}

impl LoadedTool {
    /// A verified tool of a workshop.
    #[must_use]
    pub fn new(verified: VerifiedTool, workshop: &Arc<Workshop>) -> Self {
        Self { verified, workshop: Arc::clone(workshop), prepared: OnceLock::new() }
    }

    /// The tool, ready to run: from the code cache where that checks out, else compiled.
    ///
    /// # Errors
    /// [`SandboxError`]: no component, a cache entry that was tampered with, an import that no tool gets.
    pub fn prepared(&self) -> Result<&Prepared, SandboxError> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let Workshop { sandbox, cache } = self.workshop.as_ref();
        let component = Component { bytes: self.verified.component(), digest: self.verified.component_digest() };
        let cache = cache.as_ref().map(|(key, files)| KeyedCache { key, files: files.as_ref() });
        let prepared = sandbox.prepare(component, cache)?;
        Ok(self.prepared.get_or_init(|| prepared))
    }

    /// What was verified about it.
    #[must_use]
    pub fn verified(&self) -> &VerifiedTool {
        &self.verified
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

    /// The arguments of a function (`tool.function`) that its manifest says are content; none of a function that is not there.
    #[must_use]
    pub fn content(&self, function: &str) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        let of = |(tool, name): (&str, &str)| Some(&self.get(tool)?.verified().function(name).ok()?.function().content);
        function.split_once('.').and_then(of).unwrap_or(&NONE)
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
        content: function.content.clone(),
    });
    let publisher = tool.signers().first().map(ToString::to_string).unwrap_or_default();
    ToolSignature { tool: tool.name().clone(), publisher, functions: functions.collect() }
}
