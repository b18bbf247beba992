//! `Cargo.toml`, as far as the list of files depends on it, with what it inherits from its workspace.

use toml::{Table, Value};

use crate::{
    error::AuditError,
    plan::NoPlan,
    tree::{Kind, Project},
};

/// Largest manifest that is read.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// What cargo takes for the readme where the manifest says nothing.
const READMES: [&str; 3] = ["README.md", "README.txt", "README"];

/// A package's manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    pub name: Option<String>,
    pub version: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Relative to the package's folder.
    pub readme: Option<String>,
    /// Relative to the package's folder.
    pub license_file: Option<String>,
    /// Paths of the library and programs that the manifest names: field and path.
    pub targets: Vec<(String, String)>,
    /// Whether there is a folder of programs.
    pub has_bin_folder: bool,
}

/// The table that members inherit from, and the way to its folder from the package's.
struct Inherited {
    package: Table,
    prefix: String,
}

impl Manifest {
    /// Reads the manifest in the project's folder; none where there is none.
    pub(super) fn parse(project: &Project<'_, '_>) -> Result<Option<Self>, NoPlan> {
        let Some(document) = read(project, "Cargo.toml")? else { return Ok(None) };
        let Some(package) = document.get("package").and_then(Value::as_table) else {
            return Err(NoPlan::unsupported("Cargo.toml describes a workspace without a package of its own"));
        };
        let inherits = ["version", "include", "exclude", "readme", "license-file"].iter().any(|field| is_inherited(package.get(*field)));
        let inherited = if inherits { Some(find_workspace(project, &document, package)?) } else { None };
        let field = |name: &str| -> Option<Value> {
            let value = package.get(name)?;
            if !is_inherited(Some(value)) {
                return Some(value.clone());
            }
            inherited.as_ref().and_then(|above| above.package.get(name).cloned())
        };
        let located = |name: &str, target: String| match (is_inherited(package.get(name)), &inherited) {
            (true, Some(above)) => format!("{}{target}", above.prefix),
            _ => target,
        };
        let readme = match field("readme") {
            None => default_readme(project)?,
            Some(Value::Boolean(false)) => None,
            Some(Value::Boolean(true)) => Some(located("readme", "README.md".to_owned())),
            Some(value) => Some(located("readme", string("readme", value)?)),
        };
        let license_file = match field("license-file") {
            None => None,
            Some(value) => Some(located("license-file", string("license-file", value)?)),
        };
        Ok(Some(Self {
            name: package.get("name").and_then(Value::as_str).map(str::to_owned),
            version: field("version").and_then(|version| version.as_str().map(str::to_owned)),
            include: strings("include", field("include"))?,
            exclude: strings("exclude", field("exclude"))?,
            readme,
            license_file,
            targets: targets(&document),
            has_bin_folder: project.stat("src/bin")?.is_some_and(|stat| stat.kind == Kind::Folder),
        }))
    }
}

fn read(project: &Project<'_, '_>, path: &str) -> Result<Option<Table>, NoPlan> {
    let Some(text) = project.text(path, MAX_MANIFEST_BYTES)? else { return Ok(None) };
    let bad = |reason: String| AuditError::BadManifest { path: project.place(path).unwrap_or_default(), reason };
    toml::from_str(&text).map(Some).map_err(|error: toml::de::Error| bad(error.message().to_owned()).into())
}

fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(Value::as_table).and_then(|table| table.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// The workspace that the package belongs to: its own, the one it names, or the nearest above.
fn find_workspace(project: &Project<'_, '_>, document: &Table, package: &Table) -> Result<Inherited, NoPlan> {
    if document.contains_key("workspace") {
        return inherited(document, String::new());
    }
    let mut prefix = match package.get("workspace").and_then(Value::as_str) {
        Some(named) => format!("{}/", named.trim_end_matches('/')),
        None => "../".to_owned(),
    };
    let named = package.contains_key("workspace");
    while project.place(&prefix).is_some() {
        if let Some(above) = read(project, &format!("{prefix}Cargo.toml"))?
            && above.contains_key("workspace")
        {
            return inherited(&above, prefix);
        }
        if named {
            break;
        }
        prefix.push_str("../");
    }
    Err(NoPlan::unsupported("the package inherits from a workspace that is not in the tree"))
}

fn inherited(document: &Table, prefix: String) -> Result<Inherited, NoPlan> {
    let package = document.get("workspace").and_then(|workspace| workspace.get("package")).and_then(Value::as_table);
    Ok(Inherited { package: package.cloned().unwrap_or_default(), prefix })
}

fn default_readme(project: &Project<'_, '_>) -> Result<Option<String>, NoPlan> {
    for name in READMES {
        if project.is_file(name)? {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

fn string(field: &str, value: Value) -> Result<String, NoPlan> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| NoPlan::unsupported(format!("cargo refuses this package: `{field}` is no string")))
}

fn strings(field: &str, value: Option<Value>) -> Result<Vec<String>, NoPlan> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(|item| string(field, item)).collect(),
        Some(_) => Err(NoPlan::unsupported(format!("cargo refuses this package: `{field}` is no array"))),
    }
}

fn targets(document: &Table) -> Vec<(String, String)> {
    let path = |table: &Value| table.get("path").and_then(Value::as_str).map(str::to_owned);
    let library = document.get("lib").and_then(path).map(|path| ("lib.path".to_owned(), path));
    let programs = document.get("bin").and_then(Value::as_array).into_iter().flatten();
    library.into_iter().chain(programs.filter_map(path).map(|path| ("bin.path".to_owned(), path))).collect()
}
