//! Without git, or with `include`: every file below the package's folder, other packages and `target` left out.

use cofferdam_base::text;

use crate::{
    plan::NoPlan,
    tree::{Kind, Project},
};

use super::{Files, Filter};

/// The files that the filter accepts.
pub(super) fn files(project: &Project<'_, '_>, filter: &Filter) -> Result<Files, NoPlan> {
    let mut files = Files::new();
    visit(project, "", filter, &mut files)?;
    Ok(files)
}

fn visit(project: &Project<'_, '_>, folder: &str, filter: &Filter, files: &mut Files) -> Result<(), NoPlan> {
    for entry in project.list(folder)? {
        let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
        let is_folder = entry.stat.kind == Kind::Folder;
        if !filter.accepts(&path, is_folder) {
            continue;
        }
        match entry.stat.kind {
            Kind::Folder => {
                let manifest = project.place(&format!("{path}/Cargo.toml"));
                let nested = manifest.map_or(Ok(None), |place| project.view().stat(&place))?.is_some();
                if !nested && path != "target" {
                    visit(project, &path, filter, files)?;
                }
            }
            Kind::File | Kind::Link => {
                add(project, path, files)?;
            }
            Kind::Other => {}
        }
    }
    Ok(())
}

/// Adds a file, or the file that a link leads to.
pub(super) fn add(project: &Project<'_, '_>, path: String, files: &mut Files) -> Result<(), NoPlan> {
    let Some(file) = project.resolve(&path)? else {
        let shown = text::inline(&path, 200);
        return Err(NoPlan::unsupported(format!("`{shown}` is a link that leads to no file in the tree, which is not modelled")));
    };
    files.insert(path, file);
    Ok(())
}
