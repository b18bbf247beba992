//! The accepted policies: loaded whole or not at all, then asked.

use std::{collections::BTreeSet, fmt, ops::Deref, sync::Arc};

use cofferdam_base::{Digest, FunctionName, ToolName};

use crate::{
    case::InactiveCase,
    decide::subject,
    decision::{Decision, Grant, Question},
    denial::Denial,
    engine::Engine,
    error::{LoadError, PinError},
    file::PolicyFile,
    impossible::verify_possible,
    request::PolicyRequest,
    rule::{ParsedRule, Rule},
    schema::Installed,
    signature::Environment,
    source::{GrantOwner, PolicySource, RuleSet},
    validate::{InactiveRule, Warning, validate},
};

/// Most policy files. With the limits of a file, bounds the time of one decision.
const MAX_FILES: usize = 64;
/// What the digest of policy files is of; separates it from every other digest.
const DIGEST_DOMAIN: &[u8] = b"cofferdam policy files v1";

/// A policy file that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AcceptedFile {
    /// What its rules may do.
    pub set: RuleSet,
    /// Its name.
    pub name: String,
    /// The digest of its name, text and cases.
    pub digest: Digest,
}

/// Policies that loaded: every rule fits the schema, every case came out as it says.
///
/// All rules of all files are in force together. The strictest wins, so that no file takes back what another forbids.
pub struct Policies {
    pub(crate) engine: Engine,
    files: Vec<AcceptedFile>,
    digest: Digest,
    inactive_rules: Vec<InactiveRule>,
    inactive_cases: Vec<InactiveCase>,
    warnings: Vec<Warning>,
}

impl Policies {
    /// The arguments of a function that its manifest says are content; none of a function that is not installed.
    #[must_use]
    pub fn content(&self, tool: &ToolName, function: &FunctionName) -> &BTreeSet<String> {
        self.engine.installed.content(tool, function)
    }

    /// Loads policy files for an environment. Without any file, everything is denied.
    ///
    /// # Errors
    /// The first fault of any file; failing cases and rules that do not fit the schema are reported all together.
    pub fn load(sources: &[PolicySource], environment: &Environment) -> Result<Self, LoadError> {
        if sources.len() > MAX_FILES {
            return Err(LoadError::TooLarge { file: "(all)".to_owned(), line: 0, what: "policy files", limit: MAX_FILES });
        }
        let installed = Installed::read(environment)?;
        let (mut names, mut built_in) = (BTreeSet::new(), BTreeSet::new());
        let (mut files, mut parsed) = (Vec::new(), Vec::new());
        let (mut inactive_cases, mut warnings) = (Vec::new(), Vec::new());
        for source in sources {
            if !names.insert(source.name.as_str()) {
                return Err(LoadError::DuplicateFile(source.name.clone()));
            }
            let file = PolicyFile::parse(source)?;
            let judged = file.judge(&installed)?.passed()?;
            if source.set == RuleSet::Grants(GrantOwner::BuiltIn) {
                built_in.insert(source.name.as_str());
                if !judged.unexercised.is_empty() {
                    return Err(LoadError::Unexercised { rules: judged.unexercised });
                }
            }
            warnings.extend(judged.unexercised.into_iter().map(|rule| Warning::Unexercised { rule }));
            inactive_cases.extend(judged.inactive);
            files.push(AcceptedFile { set: source.set, name: source.name.clone(), digest: digest_of(source) });
            parsed.extend(file.rules);
        }
        let rules: Vec<&ParsedRule> = parsed.iter().collect();
        let validated = validate(&rules, &installed)?;
        // Those that are built in are tested for it: looking takes longer than the validation.
        let is_read = |parsed: &&ParsedRule| !built_in.contains(parsed.rule.file());
        verify_possible(&validated.active.iter().copied().filter(is_read).collect::<Vec<_>>(), &installed)?;
        let engine = Engine::new(&validated, installed)?;
        files.sort();
        let digests = files.iter().map(|file| file.digest.as_bytes().as_slice());
        let digest = Digest::of_parts(&std::iter::once(DIGEST_DOMAIN).chain(digests).collect::<Vec<_>>());
        warnings.extend(validated.warnings);
        // A rule that cannot match has nothing to exercise.
        let inactive = |rule: &Arc<Rule>| validated.inactive.iter().any(|inactive| inactive.rule == *rule);
        warnings.retain(|warning| !matches!(warning, Warning::Unexercised { rule } if inactive(rule)));
        Ok(Self { engine, files, digest, inactive_rules: validated.inactive, inactive_cases, warnings })
    }

    /// Decides one request: the same request always gets the same answer.
    #[must_use]
    pub fn decide(&self, request: &PolicyRequest<'_>) -> Decision {
        let subject = subject(request);
        match self.engine.decide(request) {
            Err(cause) => Decision::Denied(Denial { subject, cause }),
            Ok(outcome) => {
                let is_allowed = outcome.needs_no_answer();
                let grant = Grant { subject, policies: self.digest, reasons: outcome.permits, approved_by: None };
                if is_allowed {
                    Decision::Allowed(grant)
                } else {
                    Decision::Ask(Question { grant, reasons: outcome.asks, outside: outcome.outside })
                }
            }
        }
    }

    /// The digest of all accepted files: what each may do, its name, its text and its cases; not their order.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The accepted files, each with its own digest.
    #[must_use]
    pub fn files(&self) -> &[AcceptedFile] {
        &self.files
    }

    /// Rules about tools that are not installed.
    #[must_use]
    pub fn inactive_rules(&self) -> &[InactiveRule] {
        &self.inactive_rules
    }

    /// Cases about tools that are not installed.
    #[must_use]
    pub fn inactive_cases(&self) -> &[InactiveCase] {
        &self.inactive_cases
    }

    /// What a person should know about the accepted files.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Compares the files with those that a person accepted.
    ///
    /// # Errors
    /// Any byte of any file is another.
    pub fn verify_pinned(self, pinned: &Digest) -> Result<PinnedPolicies, PinError> {
        if self.digest == *pinned { Ok(PinnedPolicies(self)) } else { Err(PinError { pinned: *pinned, found: self.digest }) }
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("files", &self.files).field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// Policies that are exactly those that a person accepted.
#[derive(Debug)]
pub struct PinnedPolicies(Policies);

impl Deref for PinnedPolicies {
    type Target = Policies;

    fn deref(&self) -> &Policies {
        &self.0
    }
}

fn digest_of(source: &PolicySource) -> Digest {
    let set: &[u8] = match source.set {
        RuleSet::Grants(GrantOwner::BuiltIn) => b"built-in",
        RuleSet::Grants(GrantOwner::Organisation) => b"organisation",
        RuleSet::Grants(GrantOwner::User) => b"user",
        RuleSet::Restrictions => b"restrictions",
    };
    // A file without cases and one with empty cases differ by the number of parts.
    let mut parts = vec![set, source.name.as_bytes(), source.text.as_bytes()];
    parts.extend(source.cases.as_deref().map(str::as_bytes));
    Digest::of_parts(&parts)
}
