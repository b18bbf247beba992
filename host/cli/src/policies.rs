//! Which policy files are in force, and whether a person accepted exactly these.
//!
//! Grants come from the binary and from the user's configuration folder; a workspace can bring restrictions only. Every file
//! that is not built in is in force only in the form that a person accepted with `cofferdam policy accept`: a change, a new
//! file and a missing one are refused until then.

use std::{collections::BTreeMap, path::Path};

use cofferdam_base::{Class, Diagnostic, Digest, text};
use cofferdam_policy::{GrantOwner, PolicySource, Profile, RuleSet, builtin};
use cofferdam_store::{Folder, StateDir};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{CliError, Failure},
    files,
    home::Home,
};

/// Largest policy file that is read. The policy crate has the finer limit.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// Where a workspace keeps its restrictions.
const IN_WORKSPACE: &str = ".cofferdam/policies";
/// How files are named by where they were found, and what they may do.
const USER: (&str, RuleSet) = ("user", RuleSet::Grants(GrantOwner::User));
const PROJECT: (&str, RuleSet) = ("project", RuleSet::Restrictions);
/// The profile that the user chose, in the configuration folder: no workspace chooses one.
const PROFILE: &str = "profile.toml";
/// The accepted files of a project.
const ACCEPTED: &str = "accepted-policies.toml";

/// A policy file that is not the one that was accepted.
#[derive(Debug)]
pub(crate) enum AcceptanceError {
    /// A file that nobody accepted.
    New { file: String },
    /// A file that is another than the accepted one.
    Changed { file: String },
    /// An accepted file that is gone.
    Missing { file: String },
}

impl std::fmt::Display for AcceptanceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::New { file } => write!(f, "policy file `{}` was never accepted", text::inline(file, 120)),
            Self::Changed { file } => write!(f, "policy file `{}` changed since it was accepted", text::inline(file, 120)),
            Self::Missing { file } => write!(f, "policy file `{}` was accepted and is gone", text::inline(file, 120)),
        }
    }
}

impl std::error::Error for AcceptanceError {}

impl Diagnostic for AcceptanceError {
    fn code(&self) -> &'static str {
        match self {
            Self::New { .. } => "policy.not-accepted",
            Self::Changed { .. } => "policy.changed",
            Self::Missing { .. } => "policy.missing",
        }
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some("look at it, then accept it with `cofferdam policy accept`".to_owned())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    #[serde(default)]
    files: BTreeMap<String, Digest>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    profile: String,
}

/// The profile that the user chose; the default where none was.
///
/// # Errors
/// A file of the configuration folder that does not read back: it is never taken for the default.
pub(crate) fn profile(config: &Folder) -> Result<Profile, Failure> {
    let Some(file) = files::read_toml::<ProfileFile>(config, PROFILE, MAX_FILE_BYTES)? else { return Ok(Profile::default()) };
    let fault = |error: cofferdam_policy::UnknownProfile| CliError::Config { path: PROFILE.to_owned(), why: error.to_string() };
    Ok(file.profile.parse().map_err(fault)?)
}

/// Keeps the user's choice of a profile, for all workspaces.
///
/// # Errors
/// The configuration folder's.
pub(crate) fn choose(config: &Folder, profile: Profile) -> Result<(), Failure> {
    files::keep_toml(config, PROFILE, &ProfileFile { profile: profile.as_str().to_owned() })
}

/// Reads every policy file that would be in force with the profile that the user chose.
///
/// # Errors
/// See [`profile`] and [`sources`].
pub(crate) fn chosen(home: &Home, config: &Folder, workspace: &Path) -> Result<Vec<PolicySource>, Failure> {
    Ok(sources(home, workspace, profile(config)?)?)
}

/// Reads every policy file that would be in force, built-in ones first.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn sources(home: &Home, workspace: &Path, profile: Profile) -> Result<Vec<PolicySource>, CliError> {
    let mut sources = builtin(profile);
    for (path, (prefix, set)) in [(home.config.join("policies"), USER), (workspace.join(IN_WORKSPACE), PROJECT)] {
        sources.extend(folder(&path, prefix, set)?);
    }
    Ok(sources)
}

fn folder(path: &Path, prefix: &str, set: RuleSet) -> Result<Vec<PolicySource>, CliError> {
    let mut sources = Vec::new();
    for name in files::names(path, ".cedar")? {
        sources.push(file(path, prefix, &name, set)?);
    }
    Ok(sources)
}

fn file(folder: &Path, prefix: &str, name: &str, set: RuleSet) -> Result<PolicySource, CliError> {
    let text = files::read_text(&folder.join(name), MAX_FILE_BYTES)?;
    let cases = files::read_text_if_there(&folder.join(name.replace(".cedar", ".cases.toml")), MAX_FILE_BYTES)?;
    Ok(PolicySource { name: format!("{prefix}/{name}"), text, cases, set })
}

/// Policy files that a person names: one file, or those of a folder. They are read as files of the user's; one of a workspace's
/// folder of restrictions only restricts. `argument` is what the command line calls them.
///
/// # Errors
/// A file that cannot be read; a folder without a policy file.
pub(crate) fn named(argument: &'static str, path: &Path, workspace: &Path) -> Result<Vec<PolicySource>, CliError> {
    let is_file = path.extension().is_some_and(|extension| extension == "cedar");
    let within = if is_file { files::folder_of(path) } else { path };
    let restricts = files::real_path(workspace)?.join(IN_WORKSPACE) == files::real_path(within)?;
    let (prefix, set) = if restricts { PROJECT } else { USER };
    if is_file {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![file(within, prefix, &name, set)?]);
    }
    let sources = folder(path, prefix, set)?;
    let none = || CliError::Argument {
        name: argument,
        value: path.to_string_lossy().into_owned(),
        why: "it is no policy file (`*.cedar`), and no folder that has one".to_owned(),
    };
    if sources.is_empty() { Err(none()) } else { Ok(sources) }
}

/// Files with others added to them, or in the place of those of the same name.
pub(crate) fn with(mut sources: Vec<PolicySource>, others: Vec<PolicySource>) -> Vec<PolicySource> {
    sources.retain(|source| others.iter().all(|other| other.name != source.name));
    sources.extend(others);
    sources
}

fn digest(source: &PolicySource) -> Digest {
    Digest::of_parts(&[source.text.as_bytes(), source.cases.as_deref().unwrap_or_default().as_bytes()])
}

/// The files that a person has to accept: all but the built-in ones.
fn pinned(sources: &[PolicySource]) -> BTreeMap<String, Digest> {
    let from_outside = |source: &&PolicySource| source.set != RuleSet::Grants(GrantOwner::BuiltIn);
    sources.iter().filter(from_outside).map(|source| (source.name.clone(), digest(source))).collect()
}

/// Goes on only with the accepted files.
///
/// # Errors
/// The first file that is new, changed or missing.
pub(crate) fn verify_accepted(sources: Vec<PolicySource>, state: &StateDir) -> Result<Vec<PolicySource>, Failure> {
    let accepted = accepted(state.folder())?;
    let found = pinned(&sources);
    for (file, digest) in &found {
        match accepted.files.get(file) {
            None => return Err(AcceptanceError::New { file: file.clone() }.into()),
            Some(pinned) if pinned != digest => return Err(AcceptanceError::Changed { file: file.clone() }.into()),
            Some(_) => {}
        }
    }
    match accepted.files.keys().find(|file| !found.contains_key(*file)) {
        Some(file) => Err(AcceptanceError::Missing { file: file.clone() }.into()),
        None => Ok(sources),
    }
}

fn accepted(state: &Folder) -> Result<Accepted, Failure> {
    Ok(files::read_toml(state, ACCEPTED, MAX_FILE_BYTES)?.unwrap_or_default())
}

/// Accepts the files as they are now; gives their names.
///
/// # Errors
/// The state folder's.
pub(crate) fn accept(sources: &[PolicySource], state: &Folder) -> Result<Vec<String>, Failure> {
    let files = pinned(sources);
    let names = files.keys().cloned().collect();
    files::keep_toml(state, ACCEPTED, &Accepted { files })?;
    Ok(names)
}
