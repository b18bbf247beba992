//! The rules of npm-packlist 10: what is always in, always out, and out unless something says otherwise.

use std::rc::Rc;

use crate::{
    plan::NoPlan,
    tree::{Kind, Project},
};

use super::{
    glob::Pattern,
    manifest::{Manifest, join},
};

/// Rules of one source, in order.
pub(super) type Rules = Rc<Vec<Pattern>>;

/// Rules in one ignore file.
const MAX_RULES: usize = 10_000;

/// Applied in every folder before anything the project says.
const DEFAULTS: [&str; 22] = [
    ".npmignore",
    ".gitignore",
    "**/.git",
    "**/.svn",
    "**/.hg",
    "**/CVS",
    "**/.git/**",
    "**/.svn/**",
    "**/.hg/**",
    "**/CVS/**",
    "/.lock-wscript",
    "/.wafpickle-*",
    "/build/config.gypi",
    "npm-debug.log",
    "**/.npmrc",
    ".*.swp",
    ".DS_Store",
    "**/.DS_Store/**",
    "._*",
    "**/._*/**",
    "*.orig",
    "/archived-packages/**",
];

/// Applied in a package's root after everything the project says.
const STRICT: [&str; 13] = [
    "/.git",
    "!/package.json",
    "!/readme{,.*[^~$]}",
    "!/copying{,.*[^~$]}",
    "!/license{,.*[^~$]}",
    "!/licence{,.*[^~$]}",
    "/.git",
    "/node_modules",
    ".npmrc",
    "/package-lock.json",
    "/yarn.lock",
    "/pnpm-lock.yaml",
    "/bun.lockb",
];

/// Reads rules as ignore-walk does: one a line, trimmed, blank lines and those that start with `#` left out.
pub(super) fn parse(text: &str, origin: &str) -> Result<Rules, NoPlan> {
    let lines = text.split('\n').map(trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut rules = Vec::new();
    for line in lines {
        let rule = Pattern::parse(line).map_err(|fault| {
            let shown = cofferdam_base::text::inline(line, 80);
            NoPlan::unsupported(format!("pattern `{shown}` in {origin} {fault}, which is not modelled"))
        })?;
        rules.push(rule);
        if rules.len() > MAX_RULES {
            return Err(NoPlan::unsupported(format!("{origin} has more than {MAX_RULES} patterns")));
        }
    }
    Ok(Rc::new(rules))
}

/// JavaScript's `trim`, which takes a byte order mark for white space and NEL for none.
fn trim(line: &str) -> &str {
    line.trim_matches(|c: char| c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}'))
}

/// What applies in every folder first.
pub(super) fn defaults() -> Result<Rules, NoPlan> {
    parse(&DEFAULTS.join("\n"), "npm's defaults")
}

/// What applies in a folder that is no package last: the version-control folder, and the files that `files` requires in it.
pub(super) fn folder_strict(required: &[String]) -> Result<Rules, NoPlan> {
    let mut lines = vec!["/.git".to_owned()];
    lines.extend(required.iter().map(|file| format!("!{file}")));
    parse(&lines.join("\n"), "`files`")
}

/// What a package's manifest says.
pub(super) struct PackageRules {
    /// From `files`: everything out, and the listed in; none without `files`.
    pub files: Option<Rules>,
    /// What applies last.
    pub strict: Rules,
    /// Files that `files` names one by one.
    pub required: Vec<String>,
}

impl PackageRules {
    /// The rules of the package in a folder of the project.
    pub(super) fn of(project: &Project<'_, '_>, folder: &str, manifest: &Manifest) -> Result<Self, NoPlan> {
        let mut strict: Vec<String> = STRICT.iter().map(|rule| (*rule).to_owned()).collect();
        let mut required = Vec::new();
        let mut listed = vec!["*".to_owned()];
        for file in manifest.files.iter().flatten() {
            // "./x" is "/x", and "x/*" means "x/**".
            let mut file = file.strip_prefix("./").map_or_else(|| file.clone(), |rest| format!("/{rest}"));
            if file.ends_with("/*") {
                file.push('*');
            }
            let inverse = format!("!{file}");
            match kind_of(project, folder, file.trim_start_matches('!'))? {
                Some(Kind::File) => {
                    strict.insert(0, inverse);
                    required.push(file.strip_prefix('/').unwrap_or(&file).to_owned());
                }
                Some(Kind::Folder) => listed.extend([inverse.clone(), format!("{inverse}/**")]),
                Some(Kind::Link | Kind::Other) => {}
                None => listed.push(inverse),
            }
        }
        let always = manifest.browser.iter().chain(&manifest.main).chain(&manifest.bins);
        strict.extend(always.map(|path| format!("!/{path}")));
        let files = match manifest.files {
            Some(_) => Some(parse(&listed.join("\n"), "`files`")?),
            None => None,
        };
        Ok(Self { files, strict: parse(&strict.join("\n"), "package.json")?, required })
    }
}

/// `lstat(join(folder, path))`: what is there, none for nothing and for anything outside the tree.
fn kind_of(project: &Project<'_, '_>, folder: &str, path: &str) -> Result<Option<Kind>, NoPlan> {
    if path.contains('\0') {
        return Ok(None);
    }
    let stat = project.stat(&join(folder, path.trim_start_matches('/')))?;
    // A file's name with a slash behind it names nothing.
    Ok(stat.map(|stat| stat.kind).filter(|kind| !path.ends_with('/') || *kind == Kind::Folder))
}
