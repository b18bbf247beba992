//! Why a policy file was not accepted. Nothing is loaded in part: one fault refuses all files.

use std::{error::Error, fmt, sync::Arc};

use cofferdam_base::{Class, Diagnostic, Digest, text::inline};

use crate::{case::CaseFailure, impossible::Impossible, rule::Rule};

/// Longest text of a cause in characters.
const MAX_CAUSE_CHARS: usize = 400;
/// Most failing cases, rules or messages that one error spells out; the number of all is always given.
const MAX_LISTED: usize = 20;

/// A policy file that was not accepted.
#[derive(Debug)]
pub enum LoadError {
    /// A tool's signature cannot be spoken about in rules.
    Signature {
        /// The tool.
        tool: String,
        /// What is wrong with it.
        message: String,
    },
    /// Two files have one name, so that reasons would not say which is meant.
    DuplicateFile(String),
    /// A limit was reached.
    TooLarge {
        /// The file.
        file: String,
        /// The line, from 1; 0 where it is about the whole.
        line: u32,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A character that hides or reorders what a person reads.
    Deceptive {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The character.
        character: char,
    },
    /// A rule does not parse.
    Syntax {
        /// The file.
        file: String,
        /// The line that the rule starts on.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// A rule's annotations are wrong.
    Annotation {
        /// The file.
        file: String,
        /// The line that the rule starts on.
        line: u32,
        /// What is wrong.
        fault: AnnotationFault,
    },
    /// Two rules of a file have one id.
    DuplicateRule {
        /// The rule that comes second.
        rule: Arc<Rule>,
    },
    /// A file that may only restrict permits something.
    PermitInRestrictions {
        /// The rule.
        rule: Arc<Rule>,
    },
    /// A rule names an action that does not exist.
    UnknownAction {
        /// The rule.
        rule: Arc<Rule>,
        /// The action.
        action: String,
    },
    /// Rules do not fit the schema: an argument or attribute that does not exist, a wrong type, an unsafe access.
    NotValid(Vec<(Arc<Rule>, String)>),
    /// Rules that match no request at all.
    NeverApplies {
        /// Each, and why.
        rules: Vec<(Arc<Rule>, Impossible)>,
    },
    /// A cases file cannot be read.
    Cases {
        /// The policy file beside it.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// Cases came out otherwise than they say.
    CasesFailed {
        /// The policy file.
        file: String,
        /// All of them.
        failures: Vec<CaseFailure>,
    },
    /// A built-in file has rules that no case exercises.
    Unexercised {
        /// The rules.
        rules: Vec<Arc<Rule>>,
    },
}

impl LoadError {
    /// Cedar refused a schema or entities made from signatures that were checked one by one.
    pub(crate) fn refused_signatures(error: &dyn Error) -> Self {
        Self::Signature { tool: "(all)".to_owned(), message: error.to_string() }
    }
}

/// What is wrong with a rule's annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnotationFault {
    /// It has no `@id`.
    NoId,
    /// Its `@id` is not in short kebab case.
    BadId(String),
    /// An annotation that means nothing here.
    Unknown(String),
    /// `@ask` on a `permit`.
    AskOnPermit,
    /// `@declassifies` on a rule that permits nothing.
    DeclassifiesOnForbid,
    /// `@ask` and `@reason` on one rule: the `@ask` text is the reason.
    TwoTexts,
    /// An empty or long text, or one with control or bidirectional characters.
    BadText {
        /// Most characters.
        limit: usize,
    },
}

impl fmt::Display for AnnotationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId => f.write_str("has no `@id(\"...\")`"),
            Self::BadId(id) => write!(f, "has the id `{}`, which is not in short kebab case", inline(id, 60)),
            Self::Unknown(key) => write!(f, "has the annotation `@{}`, which means nothing", inline(key, 60)),
            Self::AskOnPermit => f.write_str("is a `permit` marked `@ask`, and only a `forbid` can ask"),
            Self::DeclassifiesOnForbid => f.write_str("is marked `@declassifies`, and only a `permit` can let something go"),
            Self::TwoTexts => f.write_str("has both `@ask` and `@reason`"),
            Self::BadText { limit } => write!(f, "has a text that is empty, longer than {limit} characters, or not printable"),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |file: &str, line: &u32| format!("{}:{line}", inline(file, 80));
        let cause = |text: &str| inline(text, MAX_CAUSE_CHARS);
        match self {
            Self::Signature { tool, message } => write!(f, "tool `{}` cannot be used in policies: {}", inline(tool, 80), cause(message)),
            Self::DuplicateFile(name) => write!(f, "two policy files are named `{}`", inline(name, 80)),
            Self::TooLarge { file, line, what, limit } => write!(f, "`{}` has more than {limit} {what}", at(file, line)),
            Self::Deceptive { file, line, character } => {
                write!(f, "`{}` contains `{}`, which hides or reorders text", at(file, line), character.escape_unicode())
            }
            Self::Syntax { file, line, message } => write!(f, "the rule at `{}` does not parse: {}", at(file, line), cause(message)),
            Self::Annotation { file, line, fault } => write!(f, "the rule at `{}` {fault}", at(file, line)),
            Self::DuplicateRule { rule } => write!(f, "two rules of one file have the id of {}", place(rule)),
            Self::PermitInRestrictions { rule } => write!(f, "rule {} is a `permit` in a file that may only restrict", place(rule)),
            Self::UnknownAction { rule, action } => write!(f, "rule {} names `{}`, which is no action", place(rule), inline(action, 80)),
            Self::NotValid(messages) => {
                list(f, "do not fit the schema", "rule", messages, |(rule, message)| format!("{}: {}", place(rule), cause(message)))
            }
            Self::NeverApplies { rules } => {
                list(f, "can match no request at all", "rule", rules, |(rule, why)| format!("{}: {why}", place(rule)))
            }
            Self::Cases { file, message } => write!(f, "the cases beside `{}` cannot be used: {}", inline(file, 80), cause(message)),
            Self::CasesFailed { file, failures } => {
                let what = format!("of `{}` came out otherwise", inline(file, 80));
                list(f, &what, "case", failures, ToString::to_string)
            }
            Self::Unexercised { rules } => list(f, "are exercised by no case", "rule", rules, |rule| place(rule)),
        }
    }
}

/// `2 rules <what>: first; second`
fn list<T>(f: &mut fmt::Formatter<'_>, what: &str, noun: &str, items: &[T], text: impl Fn(&T) -> String) -> fmt::Result {
    let listed: Vec<String> = items.iter().take(MAX_LISTED).map(text).collect();
    write!(f, "{} {noun}(s) {what}: {}", items.len(), listed.join("; "))
}

fn place(rule: &Rule) -> String {
    format!("`{}` ({}:{})", rule.id(), inline(rule.file(), 80), rule.line())
}

impl Error for LoadError {}

impl Diagnostic for LoadError {
    fn code(&self) -> &'static str {
        match self {
            Self::Signature { .. } => "policy.tool-signature",
            Self::DuplicateFile(_) => "policy.duplicate-file",
            Self::TooLarge { .. } => "policy.too-large",
            Self::Deceptive { .. } => "policy.deceptive-text",
            Self::Syntax { .. } => "policy.syntax",
            Self::Annotation { .. } => "policy.annotation",
            Self::DuplicateRule { .. } => "policy.duplicate-rule",
            Self::PermitInRestrictions { .. } => "policy.permit-in-restrictions",
            Self::UnknownAction { .. } => "policy.unknown-action",
            Self::NotValid(_) => "policy.not-valid",
            Self::NeverApplies { .. } => "policy.never-applies",
            Self::Cases { .. } => "policy.cases-unusable",
            Self::CasesFailed { .. } => "policy.case-failed",
            Self::Unexercised { .. } => "policy.unexercised-rule",
        }
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        let correct = "correct it, then run `cofferdam policy check`; until then every request is refused";
        Some(match self {
            Self::NeverApplies { .. } => format!("a rule that matches nothing protects nothing: take it out, or {correct}"),
            Self::Signature { .. }
            | Self::DuplicateFile(_)
            | Self::TooLarge { .. }
            | Self::Deceptive { .. }
            | Self::Syntax { .. }
            | Self::Annotation { .. }
            | Self::DuplicateRule { .. }
            | Self::PermitInRestrictions { .. }
            | Self::UnknownAction { .. }
            | Self::NotValid(_)
            | Self::Cases { .. }
            | Self::CasesFailed { .. }
            | Self::Unexercised { .. } => correct.to_owned(),
        })
    }
}

/// The accepted policy files are not the pinned ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinError {
    pub(crate) pinned: Digest,
    pub(crate) found: Digest,
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the policy files have the digest `{}`, and `{}` is pinned", self.found, self.pinned)
    }
}

impl Error for PinError {}

impl Diagnostic for PinError {
    fn code(&self) -> &'static str {
        "policy.not-pinned"
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some("look at what changed, then accept it with `cofferdam policy accept`".to_owned())
    }
}
