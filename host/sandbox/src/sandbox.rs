//! The way in: an engine, and tools that are ready to be called.

use std::sync::Arc;

use cofferdam_base::Digest;
use wasmtime::{
    Engine,
    component::{Component as Compiled, Linker},
};

use crate::{
    bindings::tool::ToolPre,
    code_cache::{CacheKey, CodeCache, MAX_CODE_BYTES, Origin, seal, verify_sealed},
    engine::{Allocator, open_engine, open_engine_on_demand},
    error::SandboxError,
    guest::Guest,
    imports::{linker, undeclared},
    ticker::Ticker,
};

/// A component whose bytes have been verified: that its digest is the one that was signed and pinned.
#[derive(Debug, Clone, Copy)]
pub struct Component<'a> {
    /// The component.
    pub bytes: &'a [u8],
    /// The SHA-256 of `bytes`, as the verification found it. It says which compiled code belongs to the component.
    pub digest: Digest,
}

/// Where compiled code is kept, and the key without which nothing from there is used.
#[derive(Clone, Copy)]
pub struct KeyedCache<'a> {
    /// The host's key.
    pub key: &'a CacheKey,
    /// Where the code is kept.
    pub files: &'a dyn CodeCache,
}

/// An engine with all that is needed to run tools. One for a process; usable from several threads at once.
pub struct Sandbox {
    linker: Linker<Guest>,
    allocator: Allocator,
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
}

/// A tool that is compiled and linked. Each call gets an instance of its own, which shares nothing with any other. Cheap to clone.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tool: ToolPre<Guest>,
    digest: Digest,
}

fn engine_error(error: wasmtime::Error) -> SandboxError {
    SandboxError::Engine(error.into_boxed_dyn_error())
}

impl Sandbox {
    /// Opens an engine. It starts no thread and reads no file.
    ///
    /// # Errors
    /// [`SandboxError::Engine`]: this machine cannot run WebAssembly.
    pub fn new() -> Result<Self, SandboxError> {
        Self::with(open_engine().map_err(engine_error)?)
    }

    /// Like [`Sandbox::new`], without a pool: for a process with little address space.
    ///
    /// # Errors
    /// [`SandboxError::Engine`]: this machine cannot run WebAssembly.
    pub fn on_demand() -> Result<Self, SandboxError> {
        Self::with(open_engine_on_demand().map_err(engine_error)?)
    }

    fn with((engine, allocator): (Engine, Allocator)) -> Result<Self, SandboxError> {
        let linker = linker(&engine).map_err(engine_error)?;
        let ticker = Ticker::new(engine.clone());
        Ok(Self { linker, allocator, shared: Arc::new(Shared { engine, ticker }) })
    }

    /// Where the memory of instances comes from.
    #[must_use]
    pub fn allocator(&self) -> Allocator {
        self.allocator
    }

    /// Compiles a component, or takes its code from the cache, and links it.
    ///
    /// Compiling has no time limit: only give it components that were verified.
    ///
    /// # Errors
    /// [`SandboxError::NotAComponent`], [`SandboxError::UndeclaredImport`], [`SandboxError::WrongWorld`];
    /// [`SandboxError::CacheTampered`]: the tool is then refused, not compiled again, since somebody has tried something.
    pub fn prepare(&self, component: Component<'_>, cache: Option<KeyedCache<'_>>) -> Result<Prepared, SandboxError> {
        let compiled = match cache {
            Some(cache) => self.compiled_or_cached(component, cache)?,
            None => self.compiled(component)?,
        };
        if let Some(name) = undeclared(&self.shared.engine, &compiled) {
            return Err(SandboxError::UndeclaredImport { name });
        }
        let wrong = |error: wasmtime::Error| SandboxError::WrongWorld(error.into_boxed_dyn_error());
        let tool = self.linker.instantiate_pre(&compiled).and_then(ToolPre::new).map_err(wrong)?;
        Ok(Prepared { shared: Arc::clone(&self.shared), tool, digest: component.digest })
    }

    fn compiled(&self, component: Component<'_>) -> Result<Compiled, SandboxError> {
        let compiled = Compiled::from_binary(&self.shared.engine, component.bytes);
        compiled.map_err(|error| SandboxError::NotAComponent(error.into_boxed_dyn_error()))
    }

    fn compiled_or_cached(&self, component: Component<'_>, cache: KeyedCache<'_>) -> Result<Compiled, SandboxError> {
        let origin = Origin::new(component.digest, &self.shared.engine);
        if let Some(sealed) = cache.files.load(&origin.name()) {
            return verify_sealed(cache.key, &origin, sealed)?.load(&self.shared.engine).map_err(engine_error);
        }
        let compiled = self.compiled(component)?;
        let code = compiled.serialize().map_err(engine_error)?;
        let sealed = seal(cache.key, &origin, &code);
        if sealed.len() as u64 <= MAX_CODE_BYTES {
            cache.files.store(&origin.name(), &sealed);
        }
        Ok(compiled)
    }
}

impl Prepared {
    /// The digest of the component.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}
