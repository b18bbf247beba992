//! Checks a report against the world and against a second computation.

use std::collections::BTreeSet;

use cofferdam_package_audit::Report;
use cofferdam_tool_sdk::{Evidence, Kind, Refuted, Verdict, View, WorkspaceError, WorkspacePath};

/// Compares a report with another one of the same folder, and each of its files with the file system.
pub(crate) fn recheck(report: &Report, again: &Report, world: &View) -> Verdict {
    let evidence = Evidence::new()
        .check(
            format!("computing it again gives the same {} files", again.file_count),
            report.files == again.files && report.file_count == again.file_count,
        )?
        .check(
            format!("computing it again gives the same {} findings", again.finding_count),
            report.findings == again.findings && report.finding_count == again.finding_count,
        )?
        .check("everything else of the report is the same", report == again)?;
    let mut listed = BTreeSet::new();
    let mut bytes = 0u64;
    for file in &report.files {
        listed.insert(file.path.as_str());
        let Some(source) = &file.source else { continue };
        let path: WorkspacePath = source.parse().map_err(|_| Refuted::new(format!("`{source}` is no path of the workspace")))?;
        let size = match world.stat(&path) {
            Ok(stat) => stat.filter(|stat| stat.kind == Kind::File).map(|stat| stat.size),
            // Kept from this tool by policy: listed without its size, and reported as not looked into.
            Err(WorkspaceError::Refused(_)) => Some(0),
            Err(error) => return Err(error.into()),
        };
        if size.is_none() || size != file.size {
            return Err(Refuted::new(format!("`{source}` is not a file of the size that is listed")));
        }
        bytes = bytes.saturating_add(size.unwrap_or_default());
    }
    let whole = report.files_truncated || bytes == report.total_bytes;
    evidence
        .check("each listed file is there with the listed size", true)?
        .check(format!("the files have {} bytes together", report.total_bytes), whole)?
        .check("no file is listed twice", listed.len() == report.files.len())
}
