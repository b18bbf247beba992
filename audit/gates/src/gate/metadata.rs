//! The parts of `cargo metadata --format-version 1` that the gates read.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt,
    io::{self, Read},
};

use serde::Deserialize;

use crate::{
    fault::{Exit, Fault},
    files::read_bounded,
};

/// Largest metadata; a workspace of 500 packages has 3 MiB. Prevents input that fills the memory.
const MAX_METADATA_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Document {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    /// None for the packages of this repository.
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// None for a normal dependency; `build`, `dev`.
    kind: Option<String>,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// This repository.
    Ours,
    /// A registry or another repository.
    Outside,
}

/// Packages and what each needs to be built, development dependencies left out.
pub(crate) struct Graph {
    packages: BTreeMap<String, (String, Source)>,
    needs: BTreeMap<String, BTreeSet<String>>,
}

/// Text that is no metadata.
#[derive(Debug)]
pub(crate) enum MetadataFault {
    Io(io::Error),
    Json(serde_json::Error),
    /// The package is not in it.
    NoPackage(String),
}

impl fmt::Display for MetadataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("standard input cannot be read"),
            Self::Json(_) => f.write_str("standard input is not what `cargo metadata` writes"),
            Self::NoPackage(name) => write!(f, "the metadata has no package `{}` of this repository", crate::text::inline(name, 80)),
        }
    }
}

impl Error for MetadataFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Json(error) => Some(error),
            Self::NoPackage(_) => None,
        }
    }
}

impl Fault for MetadataFault {
    fn code(&self) -> &'static str {
        "gate.bad-metadata"
    }

    fn exit(&self) -> Exit {
        Exit::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("pipe `cargo metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu` into this command".to_owned())
    }
}

/// Reads the metadata.
pub(crate) fn read_graph(stdin: &mut dyn Read) -> Result<Graph, MetadataFault> {
    let bytes = read_bounded(stdin, MAX_METADATA_BYTES).map_err(MetadataFault::Io)?;
    let document: Document = serde_json::from_slice(&bytes).map_err(MetadataFault::Json)?;
    let source = |source: Option<String>| if source.is_none() { Source::Ours } else { Source::Outside };
    let packages = document.packages.into_iter().map(|package| (package.id, (package.name, source(package.source)))).collect();
    let wanted = |dependency: &Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"));
    let needs = document.resolve.nodes.into_iter().map(|node| {
        let deps = node.deps.into_iter().filter(wanted).map(|dependency| dependency.pkg);
        (node.id, deps.collect())
    });
    Ok(Graph { packages, needs: needs.collect() })
}

impl Graph {
    /// How many packages from outside are needed, directly or not, to build a package of this repository.
    pub(crate) fn count_outside(&self, root: &str) -> Result<usize, MetadataFault> {
        let start = self.packages.iter().find(|(_, (name, source))| name == root && *source == Source::Ours);
        let (start, _) = start.ok_or_else(|| MetadataFault::NoPackage(root.to_owned()))?;
        let (mut seen, mut next) = (BTreeSet::from([start]), vec![start]);
        while let Some(id) = next.pop() {
            next.extend(self.needs.get(id).into_iter().flatten().filter(|id| seen.insert(*id)));
        }
        Ok(seen.into_iter().filter(|id| self.packages.get(*id).is_none_or(|(_, source)| *source == Source::Outside)).count())
    }

    /// Every dependency of one package of this repository on another, by name.
    pub(crate) fn internal(&self) -> impl Iterator<Item = (&str, &str)> {
        let ours = |id: &String| self.packages.get(id).filter(|(_, source)| *source == Source::Ours).map(|(name, _)| name.as_str());
        self.needs.iter().flat_map(move |(id, needs)| needs.iter().filter_map(move |need| Some((ours(id)?, ours(need)?))))
    }

    /// The names of the packages of this repository.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &str> {
        self.packages.values().filter(|(_, source)| *source == Source::Ours).map(|(name, _)| name.as_str())
    }
}
