//! One policy file, parsed and judged by its own cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cofferdam_base::text::is_deceptive;

use crate::{
    case::{Actors, Case, CaseFailure, CaseFile, Expected, InactiveCase, MAX_CASES},
    decide::subject,
    denial::{Denial, DenialCause},
    engine::Engine,
    error::LoadError,
    rule::{ParsedRule, Rule, RuleEffect},
    schema::Installed,
    source::PolicySource,
    statement::{StatementFault, split},
    validate::validate,
};

/// Longest policy file or cases file in bytes. Prevents that a repository makes us parse without end.
const MAX_FILE_BYTES: usize = 256 * 1024;
/// Longest file name in bytes.
const MAX_NAME_BYTES: usize = 255;

/// A policy file whose rules parse.
pub(crate) struct PolicyFile {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Vec<ParsedRule>,
    cases: CaseFile,
}

/// What came out of the cases of a file that passed.
#[derive(Default)]
pub(crate) struct Judged {
    pub(crate) inactive: Vec<InactiveCase>,
    /// Active rules that no case exercises; empty where some cases could not be judged.
    pub(crate) unexercised: Vec<Arc<Rule>>,
}

impl PolicyFile {
    /// Parses a file and the cases beside it.
    pub(crate) fn parse(source: &PolicySource) -> Result<Self, LoadError> {
        let PolicySource { name, text, cases, set } = source;
        let too_large = |line, what, limit| LoadError::TooLarge { file: name.chars().take(80).collect(), line, what, limit };
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(too_large(0, "bytes in its name, or none", MAX_NAME_BYTES));
        }
        if let Some(character) = name.chars().find(|c| is_deceptive(*c)) {
            return Err(LoadError::Deceptive { file: name.clone(), line: 0, character });
        }
        let cases = cases.as_deref().unwrap_or_default();
        if text.len() > MAX_FILE_BYTES || cases.len() > MAX_FILE_BYTES {
            return Err(too_large(0, "bytes", MAX_FILE_BYTES));
        }
        let statements = split(text).map_err(|fault| match fault {
            StatementFault::Deceptive { line, character } => LoadError::Deceptive { file: name.clone(), line, character },
            StatementFault::TooLarge { line, what, limit } => too_large(line, what, limit),
            StatementFault::Unfinished { line } => {
                LoadError::Syntax { file: name.clone(), line, message: "the file ends before the rule's semicolon".to_owned() }
            }
        })?;
        let name: Arc<str> = Arc::from(name.as_str());
        let mut rules = BTreeMap::new();
        for statement in statements {
            let parsed = ParsedRule::parse(&name, *set, statement)?;
            if let Some(first) = rules.insert(parsed.rule.id().to_owned(), parsed) {
                return Err(LoadError::DuplicateRule { rule: first.rule });
            }
        }
        let unusable = |message: String| LoadError::Cases { file: name.to_string(), message };
        let cases: CaseFile = toml::from_str(cases).map_err(|error| unusable(error.message().to_owned()))?;
        if cases.cases.len() > MAX_CASES {
            return Err(unusable(format!("there are more than {MAX_CASES}")));
        }
        Ok(Self { name, rules: rules.into_values().collect(), cases })
    }

    /// Judges the file by its cases.
    pub(crate) fn judge(&self, installed: &Installed) -> Result<Judged, LoadError> {
        if self.cases.cases.is_empty() {
            return Ok(Judged { inactive: Vec::new(), unexercised: self.rules.iter().map(|parsed| Arc::clone(&parsed.rule)).collect() });
        }
        let mut installed = installed.clone().with_model_hosts(self.cases.model_hosts());
        for stand_in in self.cases.stand_ins() {
            let unusable = |error: LoadError| LoadError::Cases { file: self.name.to_string(), message: error.to_string() };
            installed.add(&stand_in).map_err(unusable)?;
        }
        let everything = ParsedRule::permit_everything()?;
        let mut rules: Vec<&ParsedRule> = self.rules.iter().collect();
        if !self.rules.iter().any(|parsed| parsed.rule.effect() == RuleEffect::Permit) {
            rules.push(&everything);
        }
        let validated = validate(&rules, &installed)?;
        let engine = Engine::new(&validated, installed)?;
        let mut unexercised: BTreeSet<Arc<Rule>> = validated.active.iter().map(|parsed| Arc::clone(&parsed.rule)).collect();
        unexercised.remove(&everything.rule);
        let (mut failures, mut inactive) = (Vec::new(), Vec::new());
        for case in &self.cases.cases {
            if let Some(tool) = case.tool().filter(|tool| engine.installed.tool(tool).is_none()) {
                inactive.push(InactiveCase { file: self.name.to_string(), case: case.name.clone(), tool: tool.clone() });
                continue;
            }
            match self.judge_case(case, &engine)? {
                Ok(exercised) => unexercised.retain(|rule| !exercised.contains(rule)),
                Err(failure) => failures.push(failure),
            }
        }
        if !failures.is_empty() {
            return Err(LoadError::CasesFailed { file: self.name.to_string(), failures });
        }
        if !inactive.is_empty() {
            unexercised.clear();
        }
        Ok(Judged { inactive, unexercised: unexercised.into_iter().collect() })
    }

    /// The rules that determined the case, or how it failed.
    fn judge_case(&self, case: &Case, engine: &Engine) -> Result<Result<Vec<Arc<Rule>>, CaseFailure>, LoadError> {
        let actors = Actors::new();
        let message = || format!("case `{}` has not exactly the members that its action needs", case.name);
        let labels = case.labels();
        let request = case.request(&actors, &labels).ok_or_else(|| LoadError::Cases { file: self.name.to_string(), message: message() })?;
        let named = |rules: &[Arc<Rule>]| rules.iter().map(|rule| format!("`{}`", rule.id())).collect::<Vec<_>>().join(", ");
        let (came_out, found, determining) = match engine.decide(&request) {
            Ok(outcome) if outcome.asks.is_empty() && outcome.outside.is_empty() => {
                (Expected::Allow, format!("is allowed by {}", named(&outcome.permits)), outcome.permits)
            }
            Ok(outcome) => (Expected::Ask, format!("is asked about by {}", named(&outcome.asks)), [outcome.asks, outcome.permits].concat()),
            Err(cause) => {
                let rules = if let DenialCause::Forbidden(rules) = &cause { rules.clone() } else { Vec::new() };
                (Expected::Deny, Denial { subject: subject(&request), cause }.to_string(), rules)
            }
        };
        if came_out == case.expect {
            return Ok(Ok(determining));
        }
        Ok(Err(CaseFailure { case: case.name.clone(), expected: case.expect, found }))
    }
}
