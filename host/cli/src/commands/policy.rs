//! `cofferdam policy`: which rules are in force, whether they hold, and why a request is decided as it is.

use cofferdam_base::{CallId, Clock as _, text};
use cofferdam_policy::{Act, Integrity, Origin, Policies, PolicyRequest, PolicySource, Profile, ToolAct, label::Labels};
use serde_json::{Value, json};

use crate::{
    commands::{CommandResult, Context},
    failure::{CliError, Failure},
    files,
    output::{self, Format},
    policies,
    session::{AccessName, User, environment, read_lock, workspace_path},
    system::SystemClock,
};

/// Check, accept and explain policies
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
    /// Show the profiles and which one is in force, or choose one for all workspaces of this user
    #[command(after_help = "Examples:\n  cofferdam policy profile\n  cofferdam policy profile developer")]
    Profile {
        /// The profile to work with from now on
        #[arg(value_parser = clap::value_parser!(Profile))]
        name: Option<Profile>,
    },
    /// Say how a call, or a path that it touches, would be decided, by which rule, and what would have to change
    #[command(
        after_help = "Examples:\n  cofferdam policy explain files.read --arguments '{\"path\": \".env\"}'\n  cofferdam policy explain edit.create --access write --path .github/workflows/ci.yml"
    )]
    Explain {
        /// The function: TOOL.FUNCTION
        function: String,
        /// Its arguments, as JSON
        #[arg(long, default_value = "{}")]
        arguments: String,
        /// Explain what it may do with this path instead
        #[arg(long, requires = "access")]
        path: Option<String>,
        /// What it does with the path
        #[arg(long, value_enum, requires = "path")]
        access: Option<AccessName>,
    },
}

impl Policy {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let folder = files::real_path(&context.workspace)?;
        let sources = || Ok::<_, Failure>(policies::sources(&user.home, &folder, policies::profile(&user.config)?)?);
        match self.command {
            PolicyCommand::Profile { name } => profile(&user, name, context.format),
            PolicyCommand::Check => check(&load(&user, &folder, &sources()?)?, context.format),
            PolicyCommand::Accept => {
                let sources = sources()?;
                // Only what loads can be accepted.
                load(&user, &folder, &sources)?;
                for name in policies::accept(&sources, user.state(&folder)?.folder())? {
                    output::line(&text::inline(&name, 120))?;
                }
                Ok(())
            }
            PolicyCommand::Explain { function, arguments, path, access } => {
                let policies = load(&user, &folder, &sources()?)?;
                explain(&policies, &function, &arguments, path.as_deref().zip(access))
            }
        }
    }
}

fn profile(user: &User, chosen: Option<Profile>, format: Format) -> CommandResult {
    if let Some(chosen) = chosen {
        policies::choose(&user.config, chosen)?;
    }
    let in_force = policies::profile(&user.config)?;
    for profile in Profile::ALL {
        let is = profile == in_force;
        match format {
            Format::Text => output::line(&format!("{} {:<12} {}", if is { '*' } else { ' ' }, profile.as_str(), profile.purpose()))?,
            Format::Json => {
                output::line(&json!({"profile": profile.as_str(), "purpose": profile.purpose(), "in_force": is}).to_string())?;
            }
        }
    }
    Ok(())
}

fn load(user: &User, folder: &std::path::Path, sources: &[PolicySource]) -> Result<Policies, Failure> {
    let (lock, _) = read_lock(folder)?;
    let tools = lock.entries().map(|entry| user.verify(entry)).collect::<Result<Vec<_>, _>>()?;
    Ok(Policies::load(sources, &environment(user, &tools)?)?)
}

fn check(policies: &Policies, format: Format) -> CommandResult {
    for file in policies.files() {
        match format {
            Format::Text => output::line(&format!("{}  {}  {}", file.digest.short(), file.set, text::inline(&file.name, 120)))?,
            Format::Json => output::line(&json!({"file": file.name, "set": file.set.to_string(), "digest": file.digest}).to_string())?,
        }
    }
    for inactive in policies.inactive_rules() {
        output::say(&format!("inactive: {}: `{}` is not installed", inactive.rule, text::inline(&inactive.absent, 80)));
    }
    for warning in policies.warnings() {
        output::say(&format!("warning: {warning}"));
    }
    output::say(&format!("every rule loads and every case comes out as it says; all together {}", policies.digest()));
    Ok(())
}

fn explain(policies: &Policies, function: &str, arguments: &str, path: Option<(&str, AccessName)>) -> CommandResult {
    let wrong = |name, value: &str, why: String| CliError::Argument { name, value: value.to_owned(), why };
    let (tool, name) = function.split_once('.').ok_or_else(|| wrong("function", function, "it is not TOOL.FUNCTION".to_owned()))?;
    let tool = tool.parse().map_err(|error: cofferdam_base::name::NameError| wrong("function", function, error.to_string()))?;
    let name = name.parse().map_err(|error: cofferdam_base::name::NameError| wrong("function", function, error.to_string()))?;
    let arguments: Value = serde_json::from_str(arguments).map_err(|error| wrong("arguments", arguments, error.to_string()))?;
    let resolved = path.map(|(path, access)| workspace_path("path", path).map(|path| (path, access))).transpose()?;
    // As if a person had typed it.
    let labels = Labels::of_user(&arguments);
    let act = match &resolved {
        Some((path, access)) => ToolAct::Path { access: (*access).into(), path },
        None => ToolAct::Call { function: &name, arguments: &arguments, labels: &labels },
    };
    let call = CallId::new(SystemClock.now(), [0; 10]);
    let request = PolicyRequest { origin: Origin::User, integrity: Integrity::Trusted, act: Act::ByTool { call: &call, tool: &tool, act } };
    output::line(policies.explain(&request).to_string().trim_end())?;
    Ok(())
}
