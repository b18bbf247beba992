//! A policy file judged by its own cases: at loading, where each has to come out as it says, and by a person who tests it.

use std::{collections::BTreeSet, sync::Arc};

use cofferdam_base::ToolName;

use crate::{
    case::{Actors, Case, CaseFailure, InactiveCase},
    engine::Engine,
    error::LoadError,
    file::PolicyFile,
    impossible::verify_possible,
    rule::{ParsedRule, Rule, RuleEffect},
    schema::Installed,
    signature::Environment,
    source::PolicySource,
    validate::validate,
    verdict::{Ruling, Verdict},
};

/// One case, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedCase {
    /// Its name.
    pub name: String,
    /// What it says.
    pub expected: Ruling,
    /// How it came out.
    pub outcome: CaseOutcome,
}

/// How a case came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseOutcome {
    /// As it says.
    Passed(Verdict),
    /// Otherwise.
    Failed(Verdict),
    /// It was not judged: this tool is not there.
    Inactive(ToolName),
}

/// A file with all of its cases judged.
pub(crate) struct Judged {
    file: Arc<str>,
    pub(crate) cases: Vec<JudgedCase>,
    /// Active rules that no case that passed exercises.
    unexercised: Vec<Arc<Rule>>,
}

/// A file whose cases all came out as they say.
pub(crate) struct Passed {
    pub(crate) inactive: Vec<InactiveCase>,
    /// Active rules that no case exercises; empty where some cases could not be judged.
    pub(crate) unexercised: Vec<Arc<Rule>>,
}

/// Judges a file by its cases, as loading does, and gives all of them.
///
/// # Errors
/// A file that does not load for another reason than a case.
pub fn judge_cases(source: &PolicySource, environment: &Environment) -> Result<Vec<JudgedCase>, LoadError> {
    let installed = Installed::read(environment)?;
    let file = PolicyFile::parse(source)?;
    // A file without cases is not looked at by itself.
    let rules: Vec<&ParsedRule> = file.rules.iter().collect();
    verify_possible(&validate(&rules, &installed)?.active, &installed)?;
    Ok(file.judge(&installed)?.cases)
}

impl PolicyFile {
    /// Judges the file by its cases.
    pub(crate) fn judge(&self, installed: &Installed) -> Result<Judged, LoadError> {
        let file = Arc::clone(&self.name);
        if self.cases.cases.is_empty() {
            let unexercised = self.rules.iter().map(|parsed| Arc::clone(&parsed.rule)).collect();
            return Ok(Judged { file, cases: Vec::new(), unexercised });
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
        let mut cases = Vec::new();
        for case in &self.cases.cases {
            let outcome = self.judge_case(case, &engine, &everything)?;
            if let CaseOutcome::Passed(verdict) = &outcome {
                verdict.exercised().for_each(|rule| {
                    unexercised.remove(rule);
                });
            }
            cases.push(JudgedCase { name: case.name.clone(), expected: case.expect, outcome });
        }
        Ok(Judged { file, cases, unexercised: unexercised.into_iter().collect() })
    }

    fn judge_case(&self, case: &Case, engine: &Engine, everything: &ParsedRule) -> Result<CaseOutcome, LoadError> {
        if let Some(tool) = case.tool().filter(|tool| engine.installed.tool(tool).is_none()) {
            return Ok(CaseOutcome::Inactive(tool.clone()));
        }
        let (actors, labels) = (Actors::new(), case.labels(&engine.installed));
        let message = || format!("case `{}` has not exactly the members that its action needs", case.name);
        let request = case.request(&actors, &labels).ok_or_else(|| LoadError::Cases { file: self.name.to_string(), message: message() })?;
        let verdict = Verdict::of(engine, &request).of_file_without_permits(&everything.rule);
        Ok(if verdict.ruling == case.expect { CaseOutcome::Passed(verdict) } else { CaseOutcome::Failed(verdict) })
    }
}

impl Judged {
    /// Every case that was judged came out as it says.
    pub(crate) fn passed(self) -> Result<Passed, LoadError> {
        let Self { file, cases, mut unexercised } = self;
        let (mut failures, mut inactive) = (Vec::new(), Vec::new());
        for JudgedCase { name: case, expected, outcome } in cases {
            match outcome {
                CaseOutcome::Passed(_) => {}
                CaseOutcome::Failed(Verdict { found, .. }) => failures.push(CaseFailure { case, expected, found }),
                CaseOutcome::Inactive(tool) => inactive.push(InactiveCase { file: file.to_string(), case, tool }),
            }
        }
        if !failures.is_empty() {
            return Err(LoadError::CasesFailed { file: file.to_string(), failures });
        }
        if !inactive.is_empty() {
            unexercised.clear();
        }
        Ok(Passed { inactive, unexercised })
    }
}
