//! `cofferdam policy test`: the example cases of policy files, each with how it came out.

use std::{fmt, path::PathBuf};

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_policy::{CaseOutcome, JudgedCase, PolicySource, judge_cases};
use serde_json::json;

use super::{environment_of, rule_json, shown};
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    files,
    output::{self, Format},
    policies,
    session::User,
};

/// Run the example cases of policy files, and show how each came out
#[derive(clap::Args)]
#[command(
    after_help = "Exit codes: 0 every case came out as it says, 1 one did not (`policy.test-failed`), or a file does not load.\n\nExamples:\n  cofferdam policy test\n  cofferdam policy test ~/.config/cofferdam/policies/mine.cedar"
)]
pub(super) struct Test {
    /// Policy files (`*.cedar`, the cases stand beside them), or folders of them; all files in force where none is named
    files: Vec<PathBuf>,
}

/// Cases that came out otherwise than they say.
#[derive(Debug)]
struct TestFailed {
    failed: usize,
    cases: usize,
}

impl fmt::Display for TestFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} cases came out otherwise than they say", self.failed, self.cases)
    }
}

impl std::error::Error for TestFailed {}

impl Diagnostic for TestFailed {
    fn code(&self) -> &'static str {
        "policy.test-failed"
    }

    fn class(&self) -> Class {
        Class::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("correct the rule or the case; a file with such a case does not load".to_owned())
    }
}

impl Test {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        // What a person named is read before the process confines itself.
        let mut sources = Vec::new();
        for path in &self.files {
            sources.extend(policies::named("files", path, &context.workspace)?);
        }
        let user = User::open(&context.confine()?)?;
        let folder = files::real_path(&context.workspace)?;
        if self.files.is_empty() {
            sources = policies::chosen(&user.home, &user.config, &folder)?;
        }
        let environment = environment_of(&user, &folder)?;
        let (mut failed, mut cases) = (0, 0);
        let mut unusable: Option<Failure> = None;
        for source in &sources {
            match judge_cases(source, &environment) {
                Ok(judged) => {
                    failed += judged.iter().filter(|case| matches!(case.outcome, CaseOutcome::Failed(_))).count();
                    cases += judged.len();
                    tell(source, &judged, context.format)?;
                }
                // The other files are tested all the same.
                Err(error) => {
                    output::say(&format!("{}: {}", text::inline(&source.name, 120), text::block(&error.to_string(), 1000)));
                    unusable = unusable.or(Some(error.into()));
                }
            }
        }
        match unusable {
            Some(error) => Err(error),
            None if failed > 0 => Err(TestFailed { failed, cases }.into()),
            None => {
                output::say(&format!("{cases} cases of {} files, and none failed", sources.len()));
                Ok(())
            }
        }
    }
}

/// One line for each case of a file.
fn tell(source: &PolicySource, judged: &[JudgedCase], format: Format) -> CommandResult {
    let file = text::inline(&source.name, 120);
    if judged.is_empty() {
        output::say(&format!("{file} has no cases"));
    }
    for JudgedCase { name, expected, outcome } in judged {
        let (word, verdict) = match outcome {
            CaseOutcome::Passed(verdict) => ("passed", Some(verdict)),
            CaseOutcome::Failed(verdict) => ("failed", Some(verdict)),
            CaseOutcome::Inactive(_) => ("inactive", None),
        };
        match format {
            Format::Text => {
                let found = match outcome {
                    CaseOutcome::Passed(verdict) | CaseOutcome::Failed(verdict) => {
                        format!("found {}", shown(verdict))
                    }
                    CaseOutcome::Inactive(tool) => format!("not judged, because `{tool}` is not installed"),
                };
                output::line(&format!("{word:<8} {file}: {}: expects {expected}, {found}", text::inline(name, 120)))?;
            }
            Format::Json => {
                let rules: Vec<_> = verdict.iter().flat_map(|verdict| &verdict.rules).map(|rule| rule_json(rule)).collect();
                let (found, why) = (verdict.map(|verdict| verdict.ruling.as_str()), verdict.map(|verdict| &verdict.found));
                let told = json!({
                    "file": source.name, "case": name, "result": word, "expected": expected.as_str(), "found": found, "rules": rules,
                    "why": why,
                });
                output::line(&told.to_string())?;
            }
        }
    }
    Ok(())
}
