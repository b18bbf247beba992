//! `[tool.setuptools]`, and the files beside pyproject.toml that could say otherwise.

use std::collections::BTreeMap;

use cofferdam_base::text;
use toml::{Table, Value};

use crate::{plan::NoPlan, tree::Project};

use super::{MAX_TEXT_BYTES, Pyproject};
use crate::python::pyproject::strings;

/// What `[tool.setuptools]` may hold so that the list is known.
const KNOWN: [&str; 12] = [
    "packages",
    "py-modules",
    "package-dir",
    "include-package-data",
    "package-data",
    "exclude-package-data",
    "license-files",
    "zip-safe",
    "dynamic",
    "platforms",
    "provides",
    "obsoletes",
];
/// Sections of setup.cfg that belong to other tools are harmless; these are setuptools' own.
const OWN_SECTIONS: [&str; 8] = ["metadata", "options", "egg_info", "sdist", "build", "global", "aliases", "extension"];

/// The configuration.
#[derive(Debug)]
pub(super) struct Config {
    /// By name, or found by search; none where neither is said.
    pub packages: Option<Packages>,
    pub modules: Option<Vec<String>>,
    pub package_dir: BTreeMap<String, String>,
    pub package_data: BTreeMap<String, Vec<String>>,
    pub exclude_package_data: BTreeMap<String, Vec<String>>,
    pub license_files: Vec<String>,
    /// Files that the configuration names, which are published for that.
    pub referenced: Vec<String>,
    pub has_requirements: bool,
    pub has_entry_points: bool,
}

/// `packages`.
#[derive(Debug)]
pub(super) enum Packages {
    Named(Vec<String>),
    Found { places: Vec<String>, include: Vec<String>, exclude: Vec<String>, namespaces: bool },
}

impl Config {
    pub(super) fn of(project: &Project<'_, '_>, pyproject: &Pyproject) -> Result<Self, NoPlan> {
        if let Some(plugin) = pyproject.requires.iter().find(|name| !matches!(name.as_str(), "setuptools" | "wheel")) {
            return Err(NoPlan::unsupported(format!("the build needs `{}`, which may add files of its own", text::inline(plugin, 80))));
        }
        refuse_code(project)?;
        let tool = pyproject.tool(&["setuptools"]);
        if let Some(key) = tool.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(NoPlan::unsupported(format!("`tool.setuptools.{}` is not modelled", text::inline(key, 80))));
        }
        let dynamic = pyproject.tool(&["setuptools", "dynamic"]);
        let own = strings("tool.setuptools.license-files", tool.get("license-files"))?;
        let defaults = || ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"].map(str::to_owned).to_vec();
        let mut referenced: Vec<String> = pyproject.readme.iter().chain(&pyproject.license_file).cloned().collect();
        referenced.extend(dynamic_files(&dynamic)?);
        Ok(Self {
            packages: packages(tool.get("packages"))?,
            modules: strings("tool.setuptools.py-modules", tool.get("py-modules"))?,
            package_dir: text_map(tool.get("package-dir")),
            package_data: list_map("package-data", tool.get("package-data"))?,
            exclude_package_data: list_map("exclude-package-data", tool.get("exclude-package-data"))?,
            license_files: pyproject.license_files.clone().or(own).unwrap_or_else(defaults),
            has_requirements: has_requirements(project, pyproject, &dynamic)?,
            has_entry_points: has_entry_points(&pyproject.project),
            referenced: referenced.into_iter().map(|path| path.strip_prefix("./").map(str::to_owned).unwrap_or(path)).collect(),
        })
    }
}

/// A setup.py that does more than call `setup()`, and a setup.cfg with setuptools' own sections, decide by themselves.
fn refuse_code(project: &Project<'_, '_>) -> Result<(), NoPlan> {
    let trivial = ["from setuptools import setup", "import setuptools", "setup()", "setuptools.setup()"];
    let main = ["if __name__ == \"__main__\":", "if __name__ == '__main__':"];
    if let Some(text) = project.text("setup.py", MAX_TEXT_BYTES)? {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        if !lines.all(|line| trivial.contains(&line) || main.contains(&line)) {
            return Err(NoPlan::unsupported("setup.py runs code that may change the list"));
        }
    }
    if let Some(text) = project.text("setup.cfg", MAX_TEXT_BYTES)? {
        let sections = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split([']', '.']).next().map(str::to_owned));
        for section in sections {
            let section = section.split(':').next().unwrap_or_default().trim();
            if OWN_SECTIONS.iter().any(|own| section.starts_with(own)) {
                return Err(NoPlan::unsupported(format!("section `{}` of setup.cfg is not modelled", text::inline(section, 80))));
            }
        }
    }
    Ok(())
}

fn packages(value: Option<&Value>) -> Result<Option<Packages>, NoPlan> {
    match value {
        None => Ok(None),
        Some(Value::Array(_)) => Ok(strings("tool.setuptools.packages", value)?.map(Packages::Named)),
        Some(Value::Table(table)) => match table.get("find").and_then(Value::as_table) {
            Some(find) if table.len() == 1 => {
                let list = |name: &str| strings("tool.setuptools.packages.find", find.get(name));
                Ok(Some(Packages::Found {
                    places: list("where")?.unwrap_or_else(|| vec![".".to_owned()]),
                    include: list("include")?.unwrap_or_else(|| vec!["*".to_owned()]),
                    exclude: list("exclude")?.unwrap_or_default(),
                    namespaces: find.get("namespaces").and_then(Value::as_bool).unwrap_or(true),
                }))
            }
            _ => Err(NoPlan::unsupported("`tool.setuptools.packages` is neither a list nor `find`")),
        },
        Some(_) => Err(NoPlan::unsupported("`tool.setuptools.packages` is neither a list nor `find`")),
    }
}

fn text_map(value: Option<&Value>) -> BTreeMap<String, String> {
    let table = value.and_then(Value::as_table).into_iter().flatten();
    table
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.trim_start_matches("./").trim_end_matches('/').to_owned())))
        .collect()
}

fn list_map(field: &str, value: Option<&Value>) -> Result<BTreeMap<String, Vec<String>>, NoPlan> {
    let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in value.and_then(Value::as_table).into_iter().flatten() {
        // `*` stands for every package.
        let key = if key == "*" { String::new() } else { key.clone() };
        let patterns = strings(&format!("tool.setuptools.{field}"), Some(value))?.unwrap_or_default();
        if patterns.iter().any(|pattern| pattern.starts_with('/') || pattern.split('/').any(|part| matches!(part, "" | "." | ".."))) {
            return Err(NoPlan::unsupported(format!("a pattern of `{field}` leads out of its package")));
        }
        map.entry(key).or_default().extend(patterns);
    }
    Ok(map)
}

/// Files of `dynamic.<field>.file`.
fn dynamic_files(dynamic: &Table) -> Result<Vec<String>, NoPlan> {
    let mut files = Vec::new();
    for (field, directive) in dynamic {
        if field == "optional-dependencies" || field == "entry-points" {
            return Err(NoPlan::unsupported(format!("`tool.setuptools.dynamic.{field}` is not modelled")));
        }
        match directive.get("file") {
            Some(Value::String(path)) => files.push(path.clone()),
            list @ Some(Value::Array(_)) => files.extend(strings("tool.setuptools.dynamic", list)?.unwrap_or_default()),
            Some(_) | None => {}
        }
    }
    Ok(files)
}

fn has_requirements(project: &Project<'_, '_>, pyproject: &Pyproject, dynamic: &Table) -> Result<bool, NoPlan> {
    let listed = strings("project.dependencies", pyproject.project.get("dependencies"))?.is_some_and(|list| !list.is_empty());
    let optional = pyproject.project.get("optional-dependencies").and_then(Value::as_table).is_some_and(|table| !table.is_empty());
    let mut named = false;
    for path in dynamic_files(
        &dynamic.get("dependencies").map(|value| Table::from_iter([("dependencies".to_owned(), value.clone())])).unwrap_or_default(),
    )? {
        let text = project.text(&path, MAX_TEXT_BYTES)?.unwrap_or_default();
        named |= text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#'));
    }
    Ok(listed || optional || named)
}

fn has_entry_points(project: &Table) -> bool {
    let filled = |name: &str| project.get(name).and_then(Value::as_table).is_some_and(|table| !table.is_empty());
    ["scripts", "gui-scripts", "entry-points"].into_iter().any(filled)
}
