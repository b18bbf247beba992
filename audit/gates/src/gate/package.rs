//! `package`: what a folder would publish, and whether something in it must not be published.

use std::{error::Error, fmt, path::Path};

use cofferdam_package_audit::{AuditError, DiskTree, Finding, Severity, inspect};
use serde_json::json;

use crate::{
    fault::{Exit, Fault},
    output::{Faults, Report},
    text::inline,
};

#[derive(Debug)]
enum PackageFault {
    /// No report could be made.
    Uninspected(AuditError),
    /// The folder is not named by a path below the root.
    Outside(String),
    /// The packager would do something that is not modelled, or refuse.
    Unsupported(String),
    /// More findings than a report lists.
    Cut,
    /// Something that must not be published.
    Leak(Finding),
}

impl fmt::Display for PackageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uninspected(_) => f.write_str("the package cannot be inspected"),
            Self::Outside(folder) => write!(f, "`{}` is not a folder below the root", inline(folder, 200)),
            Self::Unsupported(reason) => write!(f, "what would be published is not known: {}", inline(reason, 300)),
            Self::Cut => f.write_str("the package has more findings than a report lists"),
            Self::Leak(finding) => write!(f, "`{}`: {}", inline(&finding.path, 200), inline(&finding.detail, 300)),
        }
    }
}

impl Error for PackageFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Uninspected(error) => Some(error),
            Self::Outside(_) | Self::Unsupported(_) | Self::Cut | Self::Leak(_) => None,
        }
    }
}

impl Fault for PackageFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Uninspected(_) => "gate.package-uninspected",
            Self::Outside(_) => "gate.package-outside",
            Self::Unsupported(_) => "gate.package-unknown",
            Self::Cut => "gate.package-cut",
            Self::Leak(_) => "gate.package-leak",
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Outside(_) => Exit::Usage,
            Self::Uninspected(_) | Self::Unsupported(_) | Self::Cut | Self::Leak(_) => Exit::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Leak(finding) => Some(finding.hint.clone()),
            Self::Outside(_) => Some("name it relative to `--root`, without `..`".to_owned()),
            Self::Uninspected(_) | Self::Unsupported(_) | Self::Cut => None,
        }
    }
}

/// Inspects `folder`, a path below `root`. Less severe findings are listed and do not fail the gate.
pub(crate) fn run(root: &Path, folder: &str) -> Result<Report, Faults> {
    let below = folder.parse().map_err(|_no_path| PackageFault::Outside(folder.to_owned()))?;
    let report = inspect(&DiskTree::open_ambient(root), &below, None).map_err(PackageFault::Uninspected)?;
    let mut faults: Vec<PackageFault> = report.unsupported.iter().cloned().map(PackageFault::Unsupported).collect();
    if report.findings_truncated {
        faults.push(PackageFault::Cut);
    }
    let (high, other): (Vec<Finding>, Vec<Finding>) = report.findings.into_iter().partition(|finding| finding.severity == Severity::High);
    faults.extend(high.into_iter().map(PackageFault::Leak));
    if let Some(faults) = Faults::of(faults) {
        return Err(faults);
    }
    let mut text = format!("package: {} files, {} bytes, nothing that must not be published\n", report.file_count, report.total_bytes);
    for finding in &other {
        text.push_str(&format!("look at `{}`: {}\n", inline(&finding.path, 200), inline(&finding.detail, 300)));
    }
    Ok(Report { text, json: json!({"files": report.file_count, "bytes": report.total_bytes, "findings": other}) })
}
