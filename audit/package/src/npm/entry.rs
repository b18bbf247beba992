//! What a package.json promises to be in the package: the files that users of it will load.

use serde_json::Value;

use crate::plan::EntryPoint;

use super::manifest::Manifest;

/// Nested conditions in `exports`.
const MAX_DEPTH: usize = 8;
/// Targets looked at.
const MAX_POINTS: usize = 1_000;

/// Every target of `main`, `module`, `types`, `bin` and `exports` that names one file.
pub(super) fn points(manifest: &Manifest) -> Vec<EntryPoint> {
    let mut points = Vec::new();
    for field in ["main", "module", "types", "typings", "browser"] {
        if let Some(target) = manifest.document.get(field).and_then(Value::as_str).filter(|target| !target.is_empty()) {
            points.push(EntryPoint { field: field.to_owned(), target: target.to_owned(), candidates: resolutions(target) });
        }
    }
    for target in &manifest.bins {
        let listed = manifest.document.contains_key("bin");
        if listed {
            points.push(EntryPoint { field: "bin".to_owned(), target: target.clone(), candidates: vec![target.clone()] });
        }
    }
    exports(manifest.document.get("exports"), MAX_DEPTH, &mut points);
    points.truncate(MAX_POINTS);
    points
}

/// What Node.js tries for `main`: the path itself, with an extension, or the index of a folder.
fn resolutions(target: &str) -> Vec<String> {
    let path = normal(target);
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let mut candidates = vec![path.clone()];
    candidates.extend([".js", ".json", ".node", ".cjs", ".mjs", ".d.ts", ".ts"].map(|extension| format!("{path}{extension}")));
    candidates.extend(["index.js", "index.json", "index.node", "index.d.ts", "package.json"].map(inside));
    candidates
}

/// `exports` names files exactly; patterns and other packages are left out.
fn exports(value: Option<&Value>, depth: usize, points: &mut Vec<EntryPoint>) {
    if depth == 0 || points.len() >= MAX_POINTS {
        return;
    }
    match value {
        Some(Value::String(target)) if target.starts_with("./") && !target.contains('*') && !target.ends_with('/') => {
            let field = "exports".to_owned();
            points.push(EntryPoint { field, target: target.clone(), candidates: vec![normal(target)] });
        }
        Some(Value::Array(items)) => items.iter().for_each(|item| exports(Some(item), depth - 1, points)),
        Some(Value::Object(map)) => map.values().for_each(|item| exports(Some(item), depth - 1, points)),
        Some(Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_)) | None => {}
    }
}

fn normal(target: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
