//! Which packages and modules there are: those named, or those that setuptools finds by itself (`setuptools.discovery`).

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::NoPlan;

use super::{
    Listing,
    config::{Config, Packages},
};
use crate::python::{
    fnmatch::{Dialect, Pattern},
    listing::unresolved,
};

/// Packages that are never found at the root of a flat layout.
const FLAT_PACKAGES: [&str; 37] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "dist",
    "venv",
    "env",
    "requirements",
    "tasks",
    "fabfile",
    "site_scons",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
    "[._]*",
    "ez_setup",
    "*__pycache__",
];
/// Modules that are never found there.
const FLAT_MODULES: [&str; 21] = [
    "setup",
    "conftest",
    "test",
    "tests",
    "example",
    "examples",
    "build",
    "toxfile",
    "noxfile",
    "pavement",
    "dodo",
    "tasks",
    "fabfile",
    "[Ss][Cc]onstruct",
    "conanfile",
    "manage",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "[._]*",
];

/// Packages, where they are, and the files of all modules.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub packages: Vec<String>,
    /// Folders of packages by name; the empty name is the root of all others.
    pub folders: BTreeMap<String, String>,
    /// Paths of modules.
    pub modules: BTreeSet<String>,
}

impl Layout {
    /// The layout that the configuration says, or the one that is found.
    pub(super) fn find(config: &Config, listing: &Listing) -> Result<Self, NoPlan> {
        let mut layout = Self { folders: config.package_dir.clone(), ..Self::default() };
        let mut modules = config.modules.clone().unwrap_or_default();
        match (&config.packages, &config.modules) {
            (Some(Packages::Named(names)), _) => layout.packages = names.clone(),
            (Some(Packages::Found { places, include, exclude, namespaces }), _) => {
                layout.search(places, include, exclude, *namespaces, listing)?;
            }
            (None, Some(_)) => {}
            (None, None) => modules = layout.discover(listing)?,
        }
        for module in modules {
            layout.add_module(&module, listing);
        }
        for package in &layout.packages {
            let folder = layout.folder_of(package);
            if !folder.is_empty() && !listing.folders.contains(&folder) {
                let shown = cofferdam_base::text::inline(&folder, 200);
                return Err(NoPlan::unsupported(format!("setuptools refuses this project: package folder `{shown}` is not there")));
            }
            let inside = listing.files.iter().filter(|path| parent(path) == folder && is_module_file(path));
            layout.modules.extend(inside.cloned());
        }
        Ok(layout)
    }

    /// The folder of a package (`build_py.get_package_dir`).
    pub(super) fn folder_of(&self, package: &str) -> String {
        let mut path: Vec<&str> = package.split('.').collect();
        let mut tail: Vec<&str> = Vec::new();
        while !path.is_empty() {
            if let Some(folder) = self.folders.get(&path.join(".")) {
                tail.insert(0, folder);
                return join(&tail);
            }
            tail.extend(path.pop());
            tail.rotate_right(1);
        }
        if let Some(root) = self.folders.get("") {
            tail.insert(0, root);
        }
        join(&tail)
    }

    fn add_module(&mut self, module: &str, listing: &Listing) {
        let (package, base) = module.rsplit_once('.').unwrap_or(("", module));
        let folder = if package.is_empty() { self.folders.get("").cloned().unwrap_or_default() } else { self.folder_of(package) };
        let inside = |name: &str| join(&[folder.as_str(), name]);
        let mut wanted = vec![inside(&format!("{base}.py"))];
        if !package.is_empty() {
            wanted.push(inside("__init__.py"));
        }
        self.modules.extend(wanted.into_iter().filter(|path| listing.files.contains(path)));
    }

    fn search(
        &mut self,
        places: &[String],
        include: &[String],
        exclude: &[String],
        namespaces: bool,
        listing: &Listing,
    ) -> Result<(), NoPlan> {
        for place in places {
            let place = place.trim_start_matches("./").trim_end_matches('/');
            let place = if place == "." { "" } else { place };
            if place.starts_with('/') || place.split('/').any(|part| part == "..") {
                return Err(NoPlan::unsupported("packages are searched outside the project"));
            }
            let exclude: Vec<String> = exclude.iter().cloned().chain(["ez_setup", "*__pycache__"].map(str::to_owned)).collect();
            let found = Search { listing, include, exclude: &exclude, namespaces, flat: false }.run(place)?;
            if !place.is_empty() {
                for package in found.iter().filter(|package| !found.iter().any(|other| package.starts_with(&format!("{other}.")))) {
                    self.folders.insert(package.clone(), format!("{place}/{}", package.replace('.', "/")));
                }
                if places.len() == 1 {
                    self.folders.entry(String::new()).or_insert_with(|| place.to_owned());
                }
            }
            self.packages.extend(found);
        }
        Ok(())
    }

    /// Automatic discovery: gives the modules found.
    fn discover(&mut self, listing: &Listing) -> Result<Vec<String>, NoPlan> {
        let all = ["*".to_owned()];
        let never = ["ez_setup", "*__pycache__"].map(str::to_owned);
        let anywhere = Search { listing, include: &all, exclude: &never, namespaces: true, flat: false };
        let explicit: Vec<(String, String)> =
            self.folders.iter().filter(|(name, _)| !name.is_empty()).map(|(name, folder)| (name.clone(), folder.clone())).collect();
        if !explicit.is_empty() {
            for (name, folder) in explicit {
                let nested = anywhere.run(&folder)?;
                self.packages.push(name.clone());
                self.packages.extend(nested.into_iter().map(|inner| format!("{name}.{inner}")));
            }
            return Ok(Vec::new());
        }
        let source = self.folders.get("").cloned().unwrap_or_else(|| "src".to_owned());
        if listing.folders.contains(&source) {
            self.packages = anywhere.run(&source)?;
            self.folders.entry(String::new()).or_insert_with(|| source.clone());
            return Ok(modules_in(listing, &source, &[]));
        }
        let exclude: Vec<String> = FLAT_PACKAGES.iter().flat_map(|name| [(*name).to_owned(), format!("{name}.*")]).collect();
        self.packages = Search { listing, include: &all, exclude: &exclude, namespaces: true, flat: true }.run("")?;
        let plain = || self.packages.iter().filter(|name| !name.split('.').next().is_some_and(|top| top.ends_with("-stubs")));
        let top: Vec<&String> = plain().filter(|name| !plain().any(|other| name.starts_with(&format!("{other}.")))).collect();
        if top.len() > 1 {
            return Err(NoPlan::unsupported("setuptools refuses this project: it finds several packages at the root, and none is named"));
        }
        if !top.is_empty() {
            return Ok(Vec::new());
        }
        let modules = modules_in(listing, "", &FLAT_MODULES);
        if modules.len() > 1 {
            return Err(NoPlan::unsupported("setuptools refuses this project: it finds several modules at the root, and none is named"));
        }
        Ok(modules)
    }
}

/// One search for packages.
struct Search<'s> {
    listing: &'s Listing,
    include: &'s [String],
    exclude: &'s [String],
    namespaces: bool,
    /// At the root of a flat layout only valid names count.
    flat: bool,
}

impl Search<'_> {
    fn run(&self, place: &str) -> Result<Vec<String>, NoPlan> {
        let mut found = Vec::new();
        let mut waiting = vec![String::new()];
        while let Some(package) = waiting.pop() {
            let folder = join(&[place, &package.replace('.', "/")]);
            let name_in = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
            if let Some(link) =
                self.listing.links.iter().find(|link| parent(link) == folder && self.may_be_package(&package, &name_in(link)))
            {
                return Err(unresolved(link));
            }
            for inner in self.listing.folders.iter().filter(|path| parent(path) == folder) {
                let name = name_in(inner);
                let is_package = self.namespaces || self.listing.files.contains(&format!("{inner}/__init__.py"));
                if !is_package || !self.may_be_package(&package, &name) {
                    continue;
                }
                let full = if package.is_empty() { name } else { format!("{package}.{name}") };
                if any(self.include, &full) && !any(self.exclude, &full) {
                    found.push(full.clone());
                }
                if !self.exclude.contains(&format!("{full}*")) && !self.exclude.contains(&format!("{full}.*")) {
                    waiting.push(full);
                }
            }
        }
        Ok(found)
    }

    fn may_be_package(&self, above: &str, name: &str) -> bool {
        let valid = is_identifier(name) || (above.is_empty() && name.ends_with("-stubs"));
        !name.contains('.') && (!self.flat || valid)
    }
}

fn any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| Pattern::parse(pattern, Dialect::Fnmatch).is_ok_and(|pattern| pattern.matches(name)))
}

fn modules_in(listing: &Listing, folder: &str, exclude: &[&str]) -> Vec<String> {
    let exclude: Vec<String> = exclude.iter().map(|name| (*name).to_owned()).collect();
    let names = listing.files.iter().filter(|path| parent(path) == folder && is_module_file(path));
    let names = names.filter_map(|path| path.rsplit('/').next()?.strip_suffix(".py").map(str::to_owned));
    names.filter(|name| is_identifier(name) && !any(&exclude, name)).collect()
}

/// `glob("*.py")`: names that start with a dot are left out.
fn is_module_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".py") && !name.starts_with('.')
}

/// Python's `str.isidentifier`, without the rarer letters.
fn is_identifier(name: &str) -> bool {
    let start = name.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic());
    start && name.chars().all(|c| c == '_' || c.is_alphanumeric())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn join(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty() && **part != ".").copied().collect::<Vec<_>>().join("/")
}
