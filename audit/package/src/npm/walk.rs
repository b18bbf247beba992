//! The walk of ignore-walk 8 under npm-packlist: folder by folder, each with its own rules, the ones above asked first.

use std::{collections::BTreeMap, rc::Rc};

use cofferdam_base::WorkspacePath;

use crate::{
    plan::NoPlan,
    tree::{Entry, Kind, Project},
};

use super::{
    glob::{Extent, Segment},
    manifest::{Manifest, join},
    rules::{self, PackageRules, Rules},
};

/// Largest ignore file that is read.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// Which sources of rules a walk obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obeys {
    /// The project itself: everything.
    All,
    /// The project itself, and it has workspaces: npm then reads a nested package.json as an ignore file.
    AllAndNestedManifests,
    /// A bundled dependency: its package.json alone.
    Manifest,
}

/// Files by path in the project.
pub(super) type Files = BTreeMap<String, (WorkspacePath, u64)>;

/// One package to be walked.
pub(super) struct Walk<'p, 'v, 't> {
    pub project: &'p Project<'v, 't>,
    /// The package's folder in the project.
    pub root: &'p str,
    pub obeys: Obeys,
    pub defaults: Rules,
}

/// A folder on the way down.
struct Folder<'a> {
    parent: Option<&'a Folder<'a>>,
    depth: usize,
    /// In the order in which they are applied.
    rules: Vec<Rules>,
    /// It matched as a file would: its content is looked at even where the folders above say no.
    exact: bool,
}

/// As what an entry is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    File,
    Folder,
    /// With a slash behind it, and no partial match.
    Slash,
}

impl Walk<'_, '_, '_> {
    /// Adds the package's files.
    pub(super) fn run(&self, manifest: Option<&Manifest>, files: &mut Files) -> Result<(), NoPlan> {
        let entries = self.project.list(self.root)?;
        let package = match manifest {
            Some(manifest) => Some(PackageRules::of(self.project, self.root, manifest)?),
            None => None,
        };
        let required = package.as_ref().map(|package| package.required.clone()).unwrap_or_default();
        let rules = self.root_rules(&entries, package)?;
        let folder = Folder { parent: None, depth: 0, rules, exact: false };
        self.visit(&folder, "", &entries, &mut Vec::new(), &required, files)
    }

    fn root_rules(&self, entries: &[Entry], package: Option<PackageRules>) -> Result<Vec<Rules>, NoPlan> {
        let mut rules = Vec::new();
        let (listed, strict) = package.map_or((None, None), |package| (package.files, Some(package.strict)));
        if self.obeys != Obeys::Manifest {
            rules.push(Rc::clone(&self.defaults));
        }
        match listed {
            Some(listed) => rules.push(listed),
            None => rules.extend(self.ignore_file("", entries)?),
        }
        rules.extend(strict);
        Ok(rules)
    }

    /// The rules of a folder below the root.
    fn folder_rules(&self, path: &str, entries: &[Entry], required: &[String]) -> Result<Vec<Rules>, NoPlan> {
        // Here a bundled dependency is walked like any other folder, its ignore files obeyed.
        let mut found = vec![Rc::clone(&self.defaults)];
        let nested = self.obeys == Obeys::AllAndNestedManifests && entries.iter().any(|entry| entry.name == "package.json");
        if nested {
            found.push(self.read_rules(path, "package.json")?);
        } else {
            found.extend(self.ignore_file(path, entries)?);
        }
        found.push(rules::folder_strict(required)?);
        Ok(found)
    }

    /// `.npmignore`, or `.gitignore` where there is no other.
    fn ignore_file(&self, path: &str, entries: &[Entry]) -> Result<Option<Rules>, NoPlan> {
        if self.obeys == Obeys::Manifest && path.is_empty() {
            return Ok(None);
        }
        for name in [".npmignore", ".gitignore"] {
            if entries.iter().any(|entry| entry.name == name) {
                return self.read_rules(path, name).map(Some);
            }
        }
        Ok(None)
    }

    fn read_rules(&self, path: &str, name: &str) -> Result<Rules, NoPlan> {
        let path = join(self.root, &join(path, name));
        let Some(text) = self.project.text(&path, MAX_IGNORE_BYTES)? else {
            let shown = cofferdam_base::text::inline(&path, 200);
            return Err(NoPlan::unsupported(format!("npm refuses this project: `{shown}` is no file that can be read")));
        };
        rules::parse(&text, &format!("`{}`", cofferdam_base::text::inline(&path, 200)))
    }

    fn visit<'a>(
        &self,
        folder: &Folder<'a>,
        path: &str,
        entries: &[Entry],
        trail: &mut Vec<Rc<Segment>>,
        required: &[String],
        files: &mut Files,
    ) -> Result<(), NoPlan> {
        for entry in entries {
            let inner = join(path, &entry.name);
            trail.push(Rc::new(Segment::new(&entry.name)));
            // Names that Windows cannot store are left out, and so is everything that is neither file nor folder.
            if !entry.name.contains('*') {
                match entry.stat.kind {
                    Kind::File if folder.includes(trail, Form::File) => {
                        let path = join(self.root, &inner);
                        if let Some(place) = self.project.place(&path) {
                            files.insert(path, (place, entry.stat.size));
                        }
                    }
                    Kind::Folder if folder.includes(trail, Form::Folder) => self.descend(folder, &inner, entry, trail, required, files)?,
                    Kind::File | Kind::Folder | Kind::Link | Kind::Other => {}
                }
            }
            trail.pop();
        }
        Ok(())
    }

    fn descend(
        &self,
        folder: &Folder<'_>,
        path: &str,
        entry: &Entry,
        trail: &mut Vec<Rc<Segment>>,
        required: &[String],
        files: &mut Files,
    ) -> Result<(), NoPlan> {
        let entries = self.project.list(&join(self.root, path))?;
        if entries.is_empty() {
            return Ok(());
        }
        let required: Vec<String> = required.iter().filter_map(|file| required_in(file, &entry.name)).collect();
        let inner = Folder {
            parent: Some(folder),
            depth: trail.len(),
            rules: self.folder_rules(path, &entries, &required)?,
            exact: folder.includes(trail, Form::File) || folder.includes(trail, Form::Slash),
        };
        self.visit(&inner, path, &entries, trail, &required, files)
    }
}

/// The file's name, where the file is directly in the folder (`relative(file, folder) === '..'`).
fn required_in(file: &str, folder: &str) -> Option<String> {
    let path = WorkspacePath::parse(file).ok()?;
    let parent = path.parent()?;
    (parent.as_str() == folder).then(|| path.name().unwrap_or_default().to_owned())
}

impl Folder<'_> {
    /// Whether the entry at the end of the trail is in, asked from the root down to this folder.
    fn includes(&self, trail: &[Rc<Segment>], form: Form) -> bool {
        let slash = Segment::default();
        // "/a/b/": the four ways in which an entry is written are pieces of it.
        let whole: Vec<&Segment> = std::iter::once(&slash).chain(trail.iter().map(Rc::as_ref)).chain(std::iter::once(&slash)).collect();
        self.decide(&whole, form, self.depth)
    }

    /// `asked` is the depth of the folder that the entry is in.
    fn decide(&self, whole: &[&Segment], form: Form, asked: usize) -> bool {
        let mut included = true;
        if let Some(parent) = self.parent {
            included = parent.decide(whole, form, asked);
            if !included && !self.exact {
                return false;
            }
        }
        let (Some(slash), Some(slashed)) = (whole.first(), whole.get(self.depth + 1..)) else { return included };
        let bare = slashed.split_last().map_or(slashed, |(_, bare)| bare);
        let candidate = Candidate::new(slash, bare, slashed, form, asked > self.depth);
        for rule in self.rules.iter().flat_map(|rules| rules.iter()) {
            if rule.negate != included && candidate.matches(rule) {
                included = rule.negate;
            }
        }
        included
    }
}

/// An entry in all the ways in which ignore-walk writes it for one folder.
struct Candidate<'s> {
    form: Form,
    /// `/a/b/`: the others are pieces of it.
    rooted: Vec<&'s Segment>,
    /// The last component, for rules without a slash, when it is asked from further up.
    below: Option<[&'s Segment; 3]>,
}

impl<'s> Candidate<'s> {
    fn new(slash: &'s Segment, bare: &[&'s Segment], slashed: &[&'s Segment], form: Form, below: bool) -> Self {
        let rooted = std::iter::once(slash).chain(slashed.iter().copied()).collect();
        let below = bare.last().filter(|_| below && form == Form::Folder).map(|name| [slash, *name, slash]);
        Self { form, rooted, below }
    }

    fn matches(&self, rule: &super::glob::Pattern) -> bool {
        let ways = |whole: &[&Segment], bare: bool, slashed: bool, partial: bool| {
            let end = whole.len().saturating_sub(1);
            let rooted = whole.get(..end).unwrap_or_default();
            let plain = rooted.get(1..).unwrap_or_default();
            (bare && (rule.matches(rooted, Extent::Whole) || rule.matches(plain, Extent::Whole)))
                || (slashed && (rule.matches(whole, Extent::Whole) || rule.matches(whole.get(1..).unwrap_or_default(), Extent::Whole)))
                || (partial && (rule.matches(rooted, Extent::Prefix) || rule.matches(plain, Extent::Prefix)))
        };
        match self.form {
            Form::File => ways(&self.rooted, true, false, false),
            Form::Slash => ways(&self.rooted, false, true, false),
            Form::Folder => {
                ways(&self.rooted, true, true, rule.negate)
                    || (rule.relative && self.below.as_ref().is_some_and(|below| ways(below, false, true, rule.negate)))
            }
        }
    }
}
