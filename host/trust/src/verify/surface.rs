//! What a component imports and exports, read from its binary without compiling it.

use cofferdam_base::text::inline;
use semver::Version;
use wasmparser::{
    ComponentExport, ComponentExternName, ComponentExternalKind, ComponentImport, ComponentTypeRef, Encoding, Parser, Payload,
    ValidPayload, Validator, component_types::ComponentEntityType, types::Types,
};

use super::{
    TrustError,
    baseline::{Import, decide_import, handler_version},
};
use crate::manifest::Capabilities;

/// Largest component. The largest language runtime seen in one (Python) takes about 40 MB.
pub const MAX_COMPONENT_BYTES: usize = 64 << 20;

/// Most imports. The baseline and all capabilities together have a third of it.
pub const MAX_IMPORTS: usize = 64;

/// The functions that a handler has, from `tool.wit`.
const HANDLER_FUNCTIONS: [&str; 3] = ["describe", "invoke", "verify"];

/// The proof that a component imports nothing beyond baseline and capabilities, and exports the handler and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    imports: Vec<String>,
    handler: Version,
}

impl Surface {
    /// The imported interfaces with their versions, as in the binary.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// The version of the exported handler interface.
    #[must_use]
    pub fn handler(&self) -> &Version {
        &self.handler
    }
}

/// Reads a component's imports and exports and holds them against the capabilities. Also for `tool build`, before signing.
///
/// # Errors
/// See [`TrustError`]: too large, no component, a forbidden import, or exports that are not the handler.
pub fn verify_surface(component: &[u8], capabilities: &Capabilities) -> Result<Surface, TrustError> {
    if component.len() > MAX_COMPONENT_BYTES {
        return Err(TrustError::ComponentTooLarge);
    }
    let Names { imports, exports, types } = read(component)?;
    if imports.len() > MAX_IMPORTS {
        return Err(TrustError::ForbiddenImport { name: format!("{} imports", imports.len()), undeclared: None });
    }
    for name in &imports {
        match decide_import(name, capabilities) {
            Import::Covered => {}
            Import::Undeclared(capability) => return Err(TrustError::ForbiddenImport { name: name.clone(), undeclared: Some(capability) }),
            Import::Unknown => return Err(TrustError::ForbiddenImport { name: name.clone(), undeclared: None }),
        }
    }
    let [export] = exports.as_slice() else {
        return Err(TrustError::NoHandler { found: exports.join(", ") });
    };
    match handler_version(export) {
        Some(handler) if has_functions(&types, export) => Ok(Surface { imports, handler }),
        Some(_) | None => Err(TrustError::NoHandler { found: export.clone() }),
    }
}

/// What is at the outside of a component.
struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
    types: Types,
}

/// Walks the binary. Only the outermost component's imports reach the host: what is nested gets what the outer one gives it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections are inside the component; the validator has seen them")]
fn read(component: &[u8]) -> Result<Names, TrustError> {
    let mut validator = Validator::new();
    let (mut imports, mut exports, mut outer) = (Vec::new(), Vec::new(), None);
    let mut depth = 0usize;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(TrustError::malformed)?;
        // Function bodies are validated where they are compiled.
        if let ValidPayload::End(types) = validator.payload(&payload).map_err(TrustError::malformed)? {
            outer = Some(types);
            depth = depth.saturating_sub(1);
        }
        match payload {
            Payload::Version { encoding, .. } => {
                depth += 1;
                if depth == 1 && encoding != Encoding::Component {
                    return Err(TrustError::NoComponent);
                }
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    imports.push(instance_import(&import.map_err(TrustError::malformed)?)?);
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(instance_export(&export.map_err(TrustError::malformed)?)?);
                }
            }
            _ => {}
        }
    }
    let types = outer.ok_or(TrustError::NoComponent)?;
    Ok(Names { imports, exports, types })
}

/// Only whole interfaces are imported: no bare functions, no core modules, no components, no values.
fn instance_import(import: &ComponentImport<'_>) -> Result<String, TrustError> {
    let forbidden = || TrustError::ForbiddenImport { name: import.name.name.to_owned(), undeclared: None };
    match import.ty {
        ComponentTypeRef::Instance(_) => plain_name(&import.name).ok_or_else(forbidden),
        ComponentTypeRef::Module(_)
        | ComponentTypeRef::Func(_)
        | ComponentTypeRef::Value(_)
        | ComponentTypeRef::Type(_)
        | ComponentTypeRef::Component(_) => Err(forbidden()),
    }
}

fn instance_export(export: &ComponentExport<'_>) -> Result<String, TrustError> {
    let found = || TrustError::NoHandler { found: export.name.name.to_owned() };
    if export.kind == ComponentExternalKind::Instance { plain_name(&export.name).ok_or_else(found) } else { Err(found()) }
}

/// A name without options: `implements` would let one name stand for another interface.
fn plain_name(name: &ComponentExternName<'_>) -> Option<String> {
    let ComponentExternName { name, implements, version_suffix, external_id } = *name;
    (implements.is_none() && version_suffix.is_none() && external_id.is_none()).then(|| name.to_owned())
}

/// Whether the exported instance has the handler's functions. Their exact types are the linker's to check.
fn has_functions(types: &Types, export: &str) -> bool {
    let types = types.as_ref();
    let Some(ComponentEntityType::Instance(id)) = types.component_item_for_export(export).map(|item| item.ty) else {
        return false;
    };
    types.get(id).is_some_and(|instance| {
        let is_function = |name: &str| matches!(instance.exports.get(name).map(|item| item.ty), Some(ComponentEntityType::Func(_)));
        HANDLER_FUNCTIONS.into_iter().all(is_function)
    })
}

impl TrustError {
    fn malformed(error: wasmparser::BinaryReaderError) -> Self {
        Self::ComponentMalformed { reason: inline(error.message(), 160), offset: error.offset() }
    }
}
