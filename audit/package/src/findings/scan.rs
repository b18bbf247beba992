//! Looking through the files of a package, each once.

use std::{collections::BTreeMap, io::ErrorKind};

use cofferdam_base::{WorkspacePath, text};

use super::{
    Code, Finding, debug, name, reference,
    sample::{EDGE_BYTES, OPENED_BYTES, Reading, Sample, WHOLE_BYTES},
    secret::{self, Part},
};
use crate::{
    plan::{EntryPoint, Origin},
    tree::{TreeError, View},
};

/// Bytes looked at in one inspection: a package of more is only looked at by name from there on, and that is said.
const TOTAL_BYTES: u64 = 512 << 20;

/// One look through a package.
pub(crate) struct Scan<'s, 't> {
    view: &'s View<'t>,
    files: &'s BTreeMap<String, Origin>,
    scanned: u64,
    findings: Vec<Finding>,
}

impl<'s, 't> Scan<'s, 't> {
    pub(crate) fn new(view: &'s View<'t>, files: &'s BTreeMap<String, Origin>) -> Self {
        Self { view, files, scanned: 0, findings: Vec::new() }
    }

    /// Looks at every file.
    pub(crate) fn all(mut self) -> Result<Vec<Finding>, TreeError> {
        for (path, origin) in self.files {
            self.file(path, origin)?;
        }
        Ok(self.findings)
    }

    fn file(&mut self, path: &str, origin: &Origin) -> Result<(), TreeError> {
        let Origin::Tree { path: place, size } = origin else { return Ok(()) };
        name::inspect(path, Some(*size), &mut self.findings);
        if *size > OPENED_BYTES || self.scanned.saturating_add(*size) > TOTAL_BYTES {
            let detail = format!("the file has {size} bytes and was not looked into");
            self.findings.push(Finding::new(Code::NotScanned, path, detail));
            return Ok(());
        }
        self.scanned = self.scanned.saturating_add(*size);
        self.content(path, place, *size)
    }

    fn content(&mut self, path: &str, place: &WorkspacePath, size: u64) -> Result<(), TreeError> {
        let fail = |source| TreeError::Io { path: place.clone(), source };
        let mut source = match self.view.open(place) {
            // What the policy keeps from the audit would still be published.
            Err(TreeError::Io { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
                self.findings.push(Finding::new(Code::NotScanned, path, "the file may not be read and was not looked into"));
                return Ok(());
            }
            other => other?,
        };
        let reading = if path.to_lowercase().ends_with(".map") { Reading::SourceMap } else { Reading::Plain };
        let sample = Sample::take(&mut *source, size, reading).map_err(fail)?;
        debug::inspect(path, &sample.head, &mut *source, &mut self.findings).map_err(fail)?;
        if let Some(map) = sample.map.filter(|map| map.is_map) {
            self.findings.push(if map.sources > 0 {
                let detail = format!("the map carries {} sources with {} lines", map.sources, map.lines);
                Finding::new(Code::SourceMapWithSources, path, detail)
            } else {
                Finding::new(Code::SourceMap, path, "a source map would be published")
            });
        }
        let mut found = Vec::new();
        for (bytes, part) in std::iter::once((&sample.head, Part::Start)).chain(sample.tail.iter().map(|tail| (tail, Part::End))) {
            secret::inspect(path, bytes, part, &mut found);
            if reference::may_refer(path) {
                reference::inspect(path, bytes, self.files, &mut found);
            }
        }
        if sample.tail.is_some() {
            let detail = format!("of {size} bytes, more than {WHOLE_BYTES}, the first and last {EDGE_BYTES} were searched for secrets");
            found.push(Finding::new(Code::PartlyScanned, path, detail));
        }
        // One of a code for each path: the end of a file adds nothing to what its start showed.
        found.sort_by_key(|finding| finding.code);
        found.dedup_by_key(|finding| finding.code);
        self.findings.append(&mut found);
        Ok(())
    }
}

/// Findings about what the manifest promises.
pub(crate) fn entry_points(manifest: &str, points: &[EntryPoint], files: &BTreeMap<String, Origin>, findings: &mut Vec<Finding>) {
    let missing: Vec<&EntryPoint> =
        points.iter().filter(|point| !point.candidates.iter().any(|candidate| files.contains_key(candidate))).collect();
    if let Some(first) = missing.first() {
        let more = match missing.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        let shown = text::inline(&first.target, 200);
        let detail = format!("`{}` names `{shown}`, which is not in the package{more}", first.field);
        findings.push(Finding::new(Code::MissingEntry, manifest, detail));
    }
}

/// A finding about the scripts that the packager runs first.
pub(crate) fn scripts(manifest: &str, scripts: &[String], findings: &mut Vec<Finding>) {
    if !scripts.is_empty() {
        let detail = format!("the packager runs {} first, which may change the files", scripts.join(", "));
        findings.push(Finding::new(Code::LifecycleScript, manifest, detail));
    }
}
