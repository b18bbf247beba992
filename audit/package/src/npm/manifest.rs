//! `package.json`, normalized as far as the file list depends on it (@npmcli/package-json 7).

use serde_json::{Map, Value};

use crate::{
    error::AuditError,
    plan::NoPlan,
    tree::{Kind, Project},
};

/// Largest `package.json` that is read.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// Entries of `files`, and of each map of dependencies.
const MAX_ITEMS: usize = 10_000;

/// A package's manifest.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub name: Option<String>,
    pub version: Option<String>,
    /// `files`, where it is there and not falsy.
    pub files: Option<Vec<String>>,
    /// `main` and `browser` as JavaScript writes them into a pattern.
    pub main: Option<String>,
    pub browser: Option<String>,
    /// Targets of `bin`.
    pub bins: Vec<String>,
    pub bundled: Vec<String>,
    pub dependencies: Vec<String>,
    pub optional: Vec<String>,
    pub development: Vec<String>,
    pub workspaces: Vec<String>,
    /// Scripts that `npm pack` runs before it lists.
    pub scripts: Vec<String>,
    /// The raw document, for what only findings need.
    pub document: Map<String, Value>,
}

impl Manifest {
    /// Reads the manifest in a folder of the project; none where there is none.
    pub(super) fn parse(project: &Project<'_, '_>, folder: &str) -> Result<Option<Self>, NoPlan> {
        let path = join(folder, "package.json");
        let Some(text) = project.text(&path, MAX_MANIFEST_BYTES)? else { return Ok(None) };
        let bad = |reason: String| AuditError::BadManifest { path: project.place(&path).unwrap_or_default(), reason };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let value: Value = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        let Value::Object(document) = value else { return Err(bad("it is no object".to_owned()).into()) };
        let manifest = Self {
            name: string(document.get("name")),
            version: string(document.get("version")),
            files: files(document.get("files"))?,
            main: pattern(document.get("main")),
            browser: pattern(document.get("browser")),
            bins: bins(project, folder, &document)?,
            bundled: bundled(&document),
            dependencies: keys(document.get("dependencies")),
            optional: keys(document.get("optionalDependencies")),
            development: keys(document.get("devDependencies")),
            workspaces: workspaces(document.get("workspaces"))?,
            scripts: scripts(document.get("scripts")),
            document,
        };
        Ok(Some(manifest))
    }
}

/// A path in a folder, where the folder may be the project itself.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn string(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What `` `${value}` `` gives for a value that is not falsy.
fn pattern(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Null | Value::Bool(false) => return None,
        Value::Bool(true) => "true".to_owned(),
        Value::Number(number) if number.as_f64() == Some(0.0) => return None,
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(items) => items.iter().map(|item| pattern(Some(item)).unwrap_or_default()).collect::<Vec<_>>().join(","),
    };
    (!text.is_empty()).then_some(text)
}

fn files(value: Option<&Value>) -> Result<Option<Vec<String>>, NoPlan> {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(Value::Array(items)) if items.len() <= MAX_ITEMS && items.iter().all(Value::is_string) => {
            Ok(Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()))
        }
        Some(_) => Err(NoPlan::unsupported("npm refuses this project: `files` in package.json is no array of strings")),
    }
}

fn keys(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_object).map(|map| map.keys().take(MAX_ITEMS).cloned().collect()).unwrap_or_default()
}

fn bundled(document: &Map<String, Value>) -> Vec<String> {
    match document.get("bundleDependencies").or_else(|| document.get("bundledDependencies")) {
        Some(Value::Bool(true)) => keys(document.get("dependencies")),
        Some(Value::Array(items)) => items.iter().take(MAX_ITEMS).filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        map @ Some(Value::Object(_)) => keys(map),
        None | Some(Value::Null | Value::Bool(false) | Value::Number(_) | Value::String(_)) => Vec::new(),
    }
}

fn workspaces(value: Option<&Value>) -> Result<Vec<String>, NoPlan> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(map)) => map.get("packages"),
        other => other,
    };
    match list {
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            Ok(items.iter().take(MAX_ITEMS).filter_map(|item| item.as_str().map(str::to_owned)).collect())
        }
        _ => Err(NoPlan::unsupported("npm refuses this project: `workspaces` in package.json is no array of strings")),
    }
}

fn scripts(value: Option<&Value>) -> Vec<String> {
    let Some(map) = value.and_then(Value::as_object) else { return Vec::new() };
    ["prepack", "prepare", "prepublishOnly"]
        .into_iter()
        .filter(|name| map.get(*name).is_some_and(Value::is_string))
        .map(str::to_owned)
        .collect()
}

fn bins(project: &Project<'_, '_>, folder: &str, document: &Map<String, Value>) -> Result<Vec<String>, NoPlan> {
    let named = document.get("name").is_some_and(|name| name.as_str().is_some_and(|name| !name.is_empty()));
    let declared = document.get("bin").filter(|bin| pattern(Some(bin)).is_some());
    let listed = document.get("directories").and_then(|map| map.get("bin")).and_then(Value::as_str);
    match (declared, listed) {
        (None, Some(place)) if !place.is_empty() => folder_bins(project, folder, &secure(place)),
        (Some(Value::String(target)), _) if named => Ok(targets([("x", target.as_str())])),
        (Some(Value::Array(items)), _) => Ok(targets(items.iter().filter_map(Value::as_str).map(|target| ("x", target)))),
        (Some(Value::Object(map)), _) => Ok(targets(map.iter().filter_map(|(name, target)| Some((name.as_str(), target.as_str()?))))),
        _ => Ok(Vec::new()),
    }
}

fn targets<'a>(bins: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    bins.into_iter()
        .filter(|(name, _)| secure(name).rsplit('/').any(|part| !part.is_empty()))
        .map(|(_, target)| secure(target))
        .filter(|target| !target.is_empty())
        .collect()
}

/// Every name below the folder of `directories.bin`, names that start with a dot left out.
fn folder_bins(project: &Project<'_, '_>, folder: &str, place: &str) -> Result<Vec<String>, NoPlan> {
    let mut found = Vec::new();
    let mut folders = vec![place.trim_end_matches('/').to_owned()];
    while let Some(inner) = folders.pop() {
        let path = join(folder, &inner);
        if !project.stat(&path)?.is_some_and(|stat| stat.kind == Kind::Folder) {
            continue;
        }
        for entry in project.list(&path)?.into_iter().filter(|entry| !entry.name.starts_with('.')) {
            let path = join(&inner, &entry.name);
            if entry.stat.kind == Kind::Folder {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    let mut names: Vec<&str> = found.iter().filter_map(|path| path.rsplit('/').next()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err(NoPlan::unsupported("two files below `directories.bin` have one name: which one npm takes is left to chance"));
    }
    Ok(found)
}

/// `secureAndUnixifyPath`: `\` and `:` are slashes, `.` and `..` are resolved below the package, nothing leads out of it.
fn secure(path: &str) -> String {
    let path = path.replace(['\\', ':'], "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut secured = parts.join("/");
    if path.ends_with('/') && !secured.is_empty() {
        secured.push('/');
    }
    secured
}
