//! Whether a project has workspaces: with any, npm reads a nested package.json as an ignore file.

use crate::{
    plan::NoPlan,
    tree::{Kind, Project},
};

use super::manifest::join;

/// Whether any folder that `workspaces` names holds a package.json.
pub(super) fn any(project: &Project<'_, '_>, patterns: &[String]) -> Result<bool, NoPlan> {
    for pattern in patterns {
        let plain = pattern.strip_prefix("./").unwrap_or(pattern).trim_matches('/');
        let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty()).collect();
        let modelled = |part: &&str| *part == "*" || *part == "**" || !part.contains(['*', '?', '[', ']', '{', '}', '(', ')', '!', '\\']);
        if !parts.iter().all(modelled) || parts.iter().any(|part| matches!(*part, "." | "..")) {
            let shown = cofferdam_base::text::inline(pattern, 80);
            return Err(NoPlan::unsupported(format!("pattern `{shown}` in `workspaces` is not modelled")));
        }
        if matches(project, "", &parts)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn matches(project: &Project<'_, '_>, folder: &str, parts: &[&str]) -> Result<bool, NoPlan> {
    let Some((part, rest)) = parts.split_first() else {
        // The project itself is no workspace of its own.
        return Ok(!folder.is_empty() && project.is_file(&join(folder, "package.json"))?);
    };
    if *part == "**" && matches(project, folder, rest)? {
        return Ok(true);
    }
    for entry in project.list(folder)? {
        let inside = entry.stat.kind == Kind::Folder && entry.name != "node_modules";
        let named = if part.starts_with('*') { !entry.name.starts_with('.') } else { entry.name == **part };
        if inside && named {
            let next = if *part == "**" { parts } else { rest };
            if matches(project, &join(folder, &entry.name), next)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
