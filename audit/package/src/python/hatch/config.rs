//! `[tool.hatch.build]` and `[tool.hatch.build.targets.sdist]`.

use cofferdam_base::text;
use toml::{Table, Value};

use crate::{plan::NoPlan, python::pyproject::strings, tree::Project};

use super::{Pyproject, spec::Spec};

/// Settings that change the list in ways that are not modelled.
const NOT_MODELLED: [&str; 5] = ["hooks", "sources", "skip-excluded-dirs", "support-legacy", "only-packages"];

/// The configuration.
#[derive(Debug)]
pub(super) struct Config {
    include: Option<Spec>,
    exclude: Spec,
    artifacts: Option<Spec>,
    /// Folders and files that alone are looked at, where there are any.
    pub only: Vec<String>,
    /// From and to.
    pub force_include: Vec<(String, String)>,
}

impl Config {
    pub(super) fn of(project: &Project<'_, '_>, pyproject: &Pyproject, ignore: Option<&str>) -> Result<Self, NoPlan> {
        if project.is_file("hatch.toml")? || project.is_file(".hgignore")? {
            return Err(NoPlan::unsupported("hatch.toml and .hgignore are not modelled"));
        }
        let build = pyproject.tool(&["hatch", "build"]);
        let target = pyproject.tool(&["hatch", "build", "targets", "sdist"]);
        for name in NOT_MODELLED {
            let set = |table: &Table| table.get(name).is_some_and(|value| value != &Value::Boolean(false));
            if set(&build) || set(&target) {
                return Err(NoPlan::unsupported(format!("`tool.hatch.build.{name}` is not modelled")));
            }
        }
        let field = |name: &str| target.get(name).or_else(|| build.get(name));
        let list = |name: &str| strings(&format!("tool.hatch.build.{name}"), field(name)).map(Option::unwrap_or_default);
        let packages = list("packages")?;
        if packages.iter().any(|package| package.trim_matches('/').contains('/')) {
            return Err(NoPlan::unsupported("`tool.hatch.build.packages` with folders in it renames files, which is not modelled"));
        }
        let mut include = list("include")?;
        include.extend(packages.iter().map(|package| format!("/{package}/")));
        let mut exclude = vec!["*.py[cdo]".to_owned(), "/dist".to_owned()];
        if field("ignore-vcs").and_then(Value::as_bool) != Some(true) {
            exclude.extend(vcs_patterns(project, ignore)?);
        }
        exclude.extend(list("exclude")?);
        let artifacts = list("artifacts")?;
        let only = match list("only-include")? {
            only if only.is_empty() => packages,
            only => only,
        };
        let force = field("force-include").and_then(Value::as_table).into_iter().flatten();
        Ok(Self {
            include: if include.is_empty() { None } else { Some(Spec::parse(&include)?) },
            exclude: Spec::parse(&exclude)?,
            artifacts: if artifacts.is_empty() { None } else { Some(Spec::parse(&artifacts)?) },
            only: only.iter().map(|path| normal(path)).collect::<Result<_, _>>()?,
            force_include: force.filter_map(|(from, to)| Some((from.clone(), to.as_str()?.to_owned()))).collect(),
        })
    }

    /// Whether the patterns let a file in; what `only` names needs no inclusion.
    pub(super) fn accepts(&self, path: &str) -> bool {
        let artifact = self.artifacts.as_ref().is_some_and(|spec| spec.matches(path));
        let included = !self.only.is_empty() || self.include.as_ref().is_none_or(|spec| spec.matches(path));
        artifact || (included && !self.exclude.matches(path))
    }
}

/// The lines of the ignore file, unless they leave the project itself out.
fn vcs_patterns(project: &Project<'_, '_>, ignore: Option<&str>) -> Result<Vec<String>, NoPlan> {
    let lines: Vec<String> = ignore.unwrap_or_default().lines().map(str::to_owned).collect();
    // hatchling matches the project's absolute path: what is above the tree is not known, and stands here as a name that only
    // patterns for everything match.
    let root = format!("\u{1}/\u{1}/{}", project.folder());
    Ok(if Spec::parse(&lines)?.matches(&root) { Vec::new() } else { lines })
}

fn normal(path: &str) -> Result<String, NoPlan> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() || parts.contains(&"..") || path.starts_with(['/', '~']) {
        return Err(NoPlan::unsupported(format!("`{}` in `only-include` is not modelled", text::inline(path, 80))));
    }
    Ok(parts.join("/"))
}
