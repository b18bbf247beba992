//! `pyproject.toml` (PEP 517, 518, 621 and 639), as far as the list of files depends on it.

use toml::{Table, Value};

use crate::{error::AuditError, plan::NoPlan, tree::Project};

/// Largest document that is read.
const MAX_DOCUMENT_BYTES: u64 = 4 << 20;

/// The document.
#[derive(Debug)]
pub(super) struct Pyproject {
    /// `build-system.build-backend`.
    pub backend: Option<String>,
    /// Names of `build-system.requires`, in normal form.
    pub requires: Vec<String>,
    pub name: String,
    pub version: Option<String>,
    /// The file of `project.readme`.
    pub readme: Option<String>,
    /// The file of the old form of `project.license`.
    pub license_file: Option<String>,
    pub license_files: Option<Vec<String>>,
    /// The whole of `[project]`.
    pub project: Table,
    /// The whole of `[tool]`.
    pub tool: Table,
}

impl Pyproject {
    /// Reads the document in the project's folder; none where there is none.
    pub(super) fn parse(project: &Project<'_, '_>) -> Result<Option<Self>, NoPlan> {
        let Some(text) = project.text("pyproject.toml", MAX_DOCUMENT_BYTES)? else { return Ok(None) };
        let document: Table = toml::from_str(&text).map_err(|error: toml::de::Error| AuditError::BadManifest {
            path: project.place("pyproject.toml").unwrap_or_default(),
            reason: error.message().to_owned(),
        })?;
        let system = table(document.get("build-system"));
        if system.contains_key("backend-path") {
            return Err(NoPlan::unsupported("the project builds itself (`build-system.backend-path`)"));
        }
        let own = table(document.get("project"));
        let Some(name) = own.get("name").and_then(Value::as_str).filter(|name| is_name(name)) else {
            return Err(NoPlan::unsupported("pyproject.toml has no valid `project.name`"));
        };
        let license = own.get("license");
        Ok(Some(Self {
            backend: system.get("build-backend").and_then(Value::as_str).map(str::to_owned),
            requires: strings("build-system.requires", system.get("requires"))?
                .unwrap_or_default()
                .iter()
                .map(|entry| required(entry))
                .collect(),
            name: name.to_owned(),
            version: own.get("version").and_then(Value::as_str).map(str::to_owned),
            readme: file(own.get("readme")).or_else(|| own.get("readme").and_then(Value::as_str).map(str::to_owned)),
            license_file: file(license),
            license_files: strings("project.license-files", own.get("license-files"))?,
            tool: table(document.get("tool")),
            project: own,
        }))
    }

    /// A table below `[tool]`, empty where it is not there.
    pub(super) fn tool(&self, path: &[&str]) -> Table {
        let start = Value::Table(self.tool.clone());
        table(path.iter().try_fold(&start, |value, name| value.get(*name)))
    }

    /// The name of the folder of metadata, without its ending (`filename_component` of setuptools).
    pub(super) fn metadata_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The name as it is written in the name of the distribution (`safer_name`, PyPA's name normalization).
    pub(super) fn file_name(&self) -> String {
        let parts: Vec<String> = self.name.split(['-', '_', '.']).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
        parts.join("_")
    }
}

fn is_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    plain && edge(name.chars().next()) && edge(name.chars().next_back()) && name.len() <= 200
}

fn table(value: Option<&Value>) -> Table {
    value.and_then(Value::as_table).cloned().unwrap_or_default()
}

fn file(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_table).and_then(|table| table.get("file")).and_then(Value::as_str).map(str::to_owned)
}

/// An array of strings; none where the field is not there.
pub(super) fn strings(field: &str, value: Option<&Value>) -> Result<Option<Vec<String>>, NoPlan> {
    let Some(value) = value else { return Ok(None) };
    let items = value.as_array().map(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
    match items {
        Some(Some(items)) => Ok(Some(items)),
        _ => Err(NoPlan::unsupported(format!("`{field}` in pyproject.toml is no array of strings"))),
    }
}

/// The name in a requirement such as `setuptools[core] >= 61; python_version > "3"`.
fn required(entry: &str) -> String {
    let name: String = entry.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')).collect();
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}
