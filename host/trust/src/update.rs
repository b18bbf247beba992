//! What an update changes: everything that widens what a tool may do is named, so that a person can say yes or no to it.

use std::{cmp::Ordering, collections::BTreeSet, fmt};

use cofferdam_base::{
    FunctionName,
    limits::{LimitRow, ROWS},
    text::inline,
};
use semver::Version;

use crate::{
    key::KeyId,
    manifest::{CapabilityChange, Effect, Function, Manifest, PathArgument, Postcondition, UrlArgument},
    verify::{Candidate, TrustError, VerifiedTool},
};

/// Something that an update may do and the locked tool may not, or a check that it loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Widening {
    /// More capabilities.
    Capability(CapabilityChange),
    /// A signer of the locked tool did not sign the update.
    SignerGone(KeyId),
    /// A lower version.
    VersionLower(Version, Version),
    /// Other bytes under the same version.
    VersionReused(Version),
    /// A higher limit: name, before, after.
    Limit(&'static str, u64, u64),
    /// A new function.
    FunctionAdded(FunctionName),
    /// A function with a stronger effect.
    Effect(FunctionName, Effect, Effect),
    /// A function that touches a path argument in a new way.
    PathAccess(FunctionName, PathArgument),
    /// A path argument that is no longer declared, so that policy does not see it before the call.
    PathUndeclared(FunctionName, PathArgument),
    /// A function that requests a URL argument in a new way.
    Url(FunctionName, UrlArgument),
    /// A URL argument that is no longer declared, so that policy does not see it before the call.
    UrlUndeclared(FunctionName, UrlArgument),
    /// An argument that rules took for where an effect goes, and that is to be only what is said there.
    Content(FunctionName, String),
    /// A check after the call that is gone.
    PostconditionGone(FunctionName, Postcondition),
}

/// Something that the locked tool may do and an update may not, or a check that it gains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowing {
    /// Fewer capabilities.
    Capability(CapabilityChange),
    /// One more signer.
    SignerAdded(KeyId),
    /// A lower limit: name, before, after.
    Limit(&'static str, u64, u64),
    /// A function that is gone.
    FunctionGone(FunctionName),
    /// A function with a weaker effect.
    Effect(FunctionName, Effect, Effect),
    /// An argument that rules take again for where an effect goes.
    Target(FunctionName, String),
    /// One more check after the call.
    PostconditionAdded(FunctionName, Postcondition),
}

/// The difference between a locked tool and a candidate of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    widenings: Vec<Widening>,
    narrowings: Vec<Narrowing>,
}

impl Update {
    /// Compares what both statements say. The order of the lists follows the statement's.
    ///
    /// # Errors
    /// [`TrustError::NameMismatch`] for a candidate of another name, which is no update.
    pub fn compare(locked: &VerifiedTool, candidate: &Candidate) -> Result<Self, TrustError> {
        let (before, after) = (locked.manifest(), candidate.manifest());
        if before.name() != after.name() {
            return Err(TrustError::NameMismatch { locked: before.name().clone(), signed: after.name().clone() });
        }
        let mut update = Self::default();
        let (old, new) = (before.capabilities(), after.capabilities());
        update.widenings.extend(new.beyond(old).into_iter().map(Widening::Capability));
        update.narrowings.extend(old.beyond(new).into_iter().map(Narrowing::Capability));
        update.signers(locked.signers(), candidate.signers());
        if after.version() < before.version() {
            update.widenings.push(Widening::VersionLower(before.version().clone(), after.version().clone()));
        } else if after.version() == before.version() && locked.component_digest() != candidate.component_digest() {
            update.widenings.push(Widening::VersionReused(after.version().clone()));
        }
        for row in ROWS {
            let (old, new) = (limit(before, row), limit(after, row));
            match new.cmp(&old) {
                Ordering::Greater => update.widenings.push(Widening::Limit(row.name, old, new)),
                Ordering::Less => update.narrowings.push(Narrowing::Limit(row.name, old, new)),
                Ordering::Equal => {}
            }
        }
        for (name, function) in after.functions() {
            match before.functions().get(name) {
                Some(old) => update.function(name, old, function),
                None => update.widenings.push(Widening::FunctionAdded(name.clone())),
            }
        }
        let gone = before.functions().keys().filter(|name| !after.functions().contains_key(*name));
        update.narrowings.extend(gone.cloned().map(Narrowing::FunctionGone));
        Ok(update)
    }

    /// What a person has to approve.
    #[must_use]
    pub fn widenings(&self) -> &[Widening] {
        &self.widenings
    }

    /// What passes by itself.
    #[must_use]
    pub fn narrowings(&self) -> &[Narrowing] {
        &self.narrowings
    }

    pub(crate) fn into_widenings(self) -> Vec<Widening> {
        self.widenings
    }

    fn signers(&mut self, old: &BTreeSet<KeyId>, new: &BTreeSet<KeyId>) {
        self.widenings.extend(old.difference(new).copied().map(Widening::SignerGone));
        self.narrowings.extend(new.difference(old).copied().map(Narrowing::SignerAdded));
    }

    fn function(&mut self, name: &FunctionName, old: &Function, new: &Function) {
        match new.effect.cmp(&old.effect) {
            Ordering::Greater => self.widenings.push(Widening::Effect(name.clone(), old.effect, new.effect)),
            Ordering::Less => self.narrowings.push(Narrowing::Effect(name.clone(), old.effect, new.effect)),
            Ordering::Equal => {}
        }
        let added = new.paths.iter().filter(|path| !old.paths.contains(path));
        self.widenings.extend(added.cloned().map(|path| Widening::PathAccess(name.clone(), path)));
        let gone = old.paths.iter().filter(|path| !new.paths.contains(path));
        self.widenings.extend(gone.cloned().map(|path| Widening::PathUndeclared(name.clone(), path)));
        let added = new.urls.iter().filter(|url| !old.urls.contains(url));
        self.widenings.extend(added.cloned().map(|url| Widening::Url(name.clone(), url)));
        let gone = old.urls.iter().filter(|url| !new.urls.contains(url));
        self.widenings.extend(gone.cloned().map(|url| Widening::UrlUndeclared(name.clone(), url)));
        self.widenings.extend(new.content.difference(&old.content).map(|argument| Widening::Content(name.clone(), argument.clone())));
        self.narrowings.extend(old.content.difference(&new.content).map(|argument| Narrowing::Target(name.clone(), argument.clone())));
        let gone = old.postconditions.iter().filter(|check| !new.postconditions.contains(check));
        self.widenings.extend(gone.cloned().map(|check| Widening::PostconditionGone(name.clone(), check)));
        let added = new.postconditions.iter().filter(|check| !old.postconditions.contains(check));
        self.narrowings.extend(added.cloned().map(|check| Narrowing::PostconditionAdded(name.clone(), check)));
    }
}

/// What a call of the manifest's tool may use of one limit.
fn limit(manifest: &Manifest, row: &LimitRow) -> u64 {
    manifest.limit_overrides().0.get(row.name).copied().unwrap_or(row.value)
}

impl fmt::Display for Widening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capability(change) => write!(f, "{change}"),
            Self::SignerGone(id) => write!(f, "not signed by `{id}`"),
            Self::VersionLower(from, to) => write!(f, "version {from} -> {to}"),
            Self::VersionReused(version) => write!(f, "other bytes under the same version {version}"),
            Self::Limit(name, from, to) => write!(f, "limit {name} {from} -> {to}"),
            Self::FunctionAdded(name) => write!(f, "new function `{name}`"),
            Self::Effect(name, from, to) => write!(f, "effect of `{name}` {from} -> {to}"),
            Self::PathAccess(name, path) => write!(f, "`{name}` may {} `{}`", path.access, inline(&path.argument, 80)),
            Self::PathUndeclared(name, path) => {
                write!(f, "`{name}` no longer declares that it may {} `{}`", path.access, inline(&path.argument, 80))
            }
            Self::Url(name, url) => write!(f, "`{name}` may {} `{}`", url.method, inline(&url.argument, 80)),
            Self::UrlUndeclared(name, url) => {
                write!(f, "`{name}` no longer declares that it may {} `{}`", url.method, inline(&url.argument, 80))
            }
            Self::Content(name, argument) => {
                write!(f, "`{name}` declares `{}` as what is said, not where it goes", inline(argument, 80))
            }
            Self::PostconditionGone(name, check) => write!(f, "`{name}` is no longer checked with {check}"),
        }
    }
}

impl fmt::Display for Narrowing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capability(change) => write!(f, "{change}"),
            Self::SignerAdded(id) => write!(f, "also signed by `{id}`"),
            Self::Limit(name, from, to) => write!(f, "limit {name} {from} -> {to}"),
            Self::FunctionGone(name) => write!(f, "without the function `{name}`"),
            Self::Effect(name, from, to) => write!(f, "effect of `{name}` {from} -> {to}"),
            Self::Target(name, argument) => write!(f, "`{name}` no longer declares `{}` as what is said", inline(argument, 80)),
            Self::PostconditionAdded(name, check) => write!(f, "`{name}` is also checked with {check}"),
        }
    }
}
