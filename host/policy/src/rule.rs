//! One rule of a policy file: its name, where it stands, what it does.

use std::{fmt, sync::Arc};

use cedar_policy::{Effect as CedarEffect, Policy, PolicyId};
use cofferdam_base::{FunctionName, text::is_deceptive};

use crate::{
    error::{AnnotationFault, LoadError},
    source::RuleSet,
    statement::Statement,
};

/// Longest `@reason` or `@ask` text in characters. Bounds what a person has to read before answering.
const MAX_TEXT_CHARS: usize = 300;

/// What a rule does when it matches. The strictest that matches wins: `Forbid`, then `Ask`, then `Permit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleEffect {
    /// It permits.
    Permit,
    /// A person is asked, provided that another rule permits.
    Ask,
    /// It forbids.
    Forbid,
}

impl RuleEffect {
    /// All of them, strictest first.
    pub(crate) const STRICTEST_FIRST: [Self; 3] = [Self::Forbid, Self::Ask, Self::Permit];

    /// Its word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Ask => "ask",
            Self::Forbid => "forbid",
        }
    }
}

/// A rule, as reasons name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    file: Arc<str>,
    line: u32,
    id: String,
    effect: RuleEffect,
    text: Option<String>,
    declassifies: Option<String>,
}

impl Rule {
    /// The name of its file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line that it starts on, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Its `@id`, unique in its file.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it does.
    #[must_use]
    pub fn effect(&self) -> RuleEffect {
        self.effect
    }

    /// The confidential thing that it lets go with the calls that it permits (`@declassifies`), by name.
    #[must_use]
    pub fn declassifies(&self) -> Option<&str> {
        self.declassifies.as_deref()
    }

    /// Its `@ask` or `@reason` text, for people: without control or bidirectional characters.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({}:{})", self.id, self.file, self.line)?;
        self.text.as_ref().map_or(Ok(()), |text| write!(f, ": {text}"))
    }
}

/// A rule with its Cedar policy, which carries a unique id.
#[derive(Debug, Clone)]
pub(crate) struct ParsedRule {
    pub(crate) rule: Arc<Rule>,
    pub(crate) policy: Policy,
}

impl ParsedRule {
    /// Parses one rule and checks what its annotations and its file allow.
    pub(crate) fn parse(file: &Arc<str>, set: RuleSet, statement: Statement<'_>) -> Result<Self, LoadError> {
        let line = statement.line;
        let syntax = |error: cedar_policy::ParseErrors| LoadError::Syntax { file: file.to_string(), line, message: error.to_string() };
        let policy = Policy::parse(None, statement.text).map_err(syntax)?;
        let annotation = |fault| LoadError::Annotation { file: file.to_string(), line, fault };
        let Annotations { id, ask, reason, declassifies } = read_annotations(&policy).map_err(annotation)?;
        let effect = match (policy.effect(), &ask) {
            (CedarEffect::Permit, Some(_)) => return Err(annotation(AnnotationFault::AskOnPermit)),
            (CedarEffect::Permit, None) => RuleEffect::Permit,
            (CedarEffect::Forbid, Some(_)) => RuleEffect::Ask,
            (CedarEffect::Forbid, None) => RuleEffect::Forbid,
        };
        if declassifies.is_some() && effect != RuleEffect::Permit {
            return Err(annotation(AnnotationFault::DeclassifiesOnForbid));
        }
        let rule = Arc::new(Rule { file: Arc::clone(file), line, id, effect, text: ask.or(reason), declassifies });
        if effect == RuleEffect::Permit && set == RuleSet::Restrictions {
            return Err(LoadError::PermitInRestrictions { rule });
        }
        // A rule's id has no `#`, so that the last one separates it from the file's name, whatever that is.
        let policy = policy.new_id(PolicyId::new(format!("{file}#{}", rule.id)));
        Ok(Self { rule, policy })
    }

    /// A rule that permits everything, under which the cases of a file that only forbids are judged.
    pub(crate) fn permit_everything() -> Result<Self, LoadError> {
        let text = "@id(\"everything-else\") permit (principal, action, resource);";
        Self::parse(&Arc::from("(judging)"), RuleSet::Grants(crate::source::GrantOwner::BuiltIn), Statement { text, line: 1 })
    }
}

struct Annotations {
    id: String,
    ask: Option<String>,
    reason: Option<String>,
    declassifies: Option<String>,
}

fn read_annotations(policy: &Policy) -> Result<Annotations, AnnotationFault> {
    let (mut id, mut ask, mut reason, mut declassifies) = (None, None, None, None);
    for (key, value) in policy.annotations() {
        let slot = match key {
            "id" => &mut id,
            "ask" => &mut ask,
            "reason" => &mut reason,
            "declassifies" => &mut declassifies,
            _ => return Err(AnnotationFault::Unknown(key.to_owned())),
        };
        *slot = Some(value.to_owned());
    }
    // A rule's id has the shape of a function's name: short kebab case, safe in logs and file names.
    let id = id.ok_or(AnnotationFault::NoId)?;
    id.parse::<FunctionName>().map_err(|_| AnnotationFault::BadId(id.clone()))?;
    for text in [&ask, &reason, &declassifies].into_iter().flatten() {
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT_CHARS || text.chars().any(is_deceptive) {
            return Err(AnnotationFault::BadText { limit: MAX_TEXT_CHARS });
        }
    }
    if ask.is_some() && reason.is_some() {
        return Err(AnnotationFault::TwoTexts);
    }
    Ok(Annotations { id, ask, reason, declassifies })
}
