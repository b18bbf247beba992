//! `cofferdam policy`: which rules are in force, whether they hold, why a request is decided as it is, and what a change would change.

mod accept;
mod check;
mod diff;
mod explain;
mod profile;
mod test;

use std::path::{Path, PathBuf};

use cofferdam_base::text;
use cofferdam_policy::{Environment, Policies, PolicySource, Rule, Verdict};
use serde_json::{Value, json};

use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    files, policies,
    session::{User, environment, read_lock},
};

/// Check, test, accept, explain and compare policies
#[derive(clap::Args)]
pub(crate) struct Policy {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(clap::Subcommand)]
enum PolicyCommand {
    /// Load every policy file and run its example cases; accepts nothing
    #[command(after_help = "Example:\n  cofferdam policy check")]
    Check,
    /// Accept the user's and the project's policy files as they are now
    #[command(after_help = "Example:\n  cofferdam policy accept")]
    Accept,
    Test(test::Test),
    Profile(profile::Profile),
    Explain(explain::Explain),
    Diff(diff::Diff),
}

impl Policy {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        match self.command {
            PolicyCommand::Check => check::run(context),
            PolicyCommand::Accept => accept::run(context),
            PolicyCommand::Test(command) => command.run(context),
            PolicyCommand::Profile(command) => command.run(context),
            PolicyCommand::Explain(command) => command.run(context),
            PolicyCommand::Diff(command) => command.run(context),
        }
    }
}

/// The policy files of a workspace as they are now, whether accepted or not.
struct Files {
    user: User,
    folder: PathBuf,
    sources: Vec<PolicySource>,
}

impl Files {
    fn open(context: &Context) -> Result<Self, Failure> {
        let user = User::open(&context.confine()?)?;
        let folder = files::real_path(&context.workspace)?;
        let sources = policies::chosen(&user.home, &user.config, &folder)?;
        Ok(Self { user, folder, sources })
    }

    fn load(&self) -> Result<Policies, Failure> {
        Ok(Policies::load(&self.sources, &self.environment()?)?)
    }

    fn environment(&self) -> Result<Environment, Failure> {
        environment_of(&self.user, &self.folder)
    }
}

/// What the rules of a workspace are about.
fn environment_of(user: &User, folder: &Path) -> Result<Environment, Failure> {
    let (lock, _) = read_lock(folder)?;
    let tools = lock.entries().map(|entry| user.verify(entry)).collect::<Result<Vec<_>, _>>()?;
    environment(user, &tools)
}

/// A rule for programs.
fn rule_json(rule: &Rule) -> Value {
    json!({"id": rule.id(), "file": rule.file(), "line": rule.line(), "effect": rule.effect().as_str(), "text": rule.text()})
}

/// A verdict for people: by which rules, with file and line, or why without one.
fn shown(verdict: &Verdict) -> String {
    let ruling = verdict.ruling;
    if verdict.rules.is_empty() {
        return format!("{ruling}: it {}", text::inline(&verdict.found, 300));
    }
    format!("{ruling} by {}", verdict.rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
