//! `cofferdam policy explain`: how a call would be decided, by which rule, and what would have to change.

use cofferdam_base::{CallId, Clock as _, name::NameError};
use cofferdam_net::{Method, Target};
use cofferdam_policy::{
    Act, Decision, Explanation, Host, Integrity, LabelReason, LabelTurn, NetRequest, Origin, PolicyRequest, Ruling, ToolAct, Via,
    label::{Derivation, Labels, View},
};
use serde_json::{Value, json};

use super::{Files, rule_json};
use crate::{
    commands::{CommandResult, Context},
    failure::{CliError, Failure},
    output::{self, Format},
    session::{AccessName, workspace_path},
    system::SystemClock,
};

/// Say how a call, or a path or an address that it wants, would be decided, by which rule, and what would have to change
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam policy explain files.read --arguments '{\"path\": \".env\"}'\n  cofferdam policy explain edit.create --access write --path .github/workflows/ci.yml\n  cofferdam policy explain edit.create --arguments '{\"path\": \"a.txt\", \"content\": \"b\"}' --said 'write b into a.txt'\n  cofferdam policy explain fetch.get --url https://example.com/ --via redirect"
)]
pub(super) struct Explain {
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
    /// Explain a request to this address instead
    #[arg(long, conflicts_with = "path")]
    url: Option<String>,
    /// How it is asked for
    #[arg(long, value_name = "METHOD", default_value = "GET", requires = "url")]
    method: String,
    /// Who names the address
    #[arg(long, value_enum, default_value_t = ViaName::Argument, requires = "url")]
    via: ViaName,
    /// What the user said: the labels of the arguments are derived from it
    #[arg(long, value_name = "TEXT")]
    said: Option<String>,
    /// Who makes the call: the user, or with `--said` the model, where it is not given. Without `--said`, the labels follow from it
    #[arg(long, value_enum)]
    origin: Option<OriginName>,
}

/// An origin by its name on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum OriginName {
    /// The model
    Model,
    /// A person who typed it
    User,
    /// A client of the Model Context Protocol
    Mcp,
}

/// Who names the address of a request, by its name on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ViaName {
    /// An argument of the call
    Argument,
    /// A server that was asked, by a redirect
    Redirect,
    /// The tool itself
    Tool,
}

impl From<ViaName> for Via {
    fn from(name: ViaName) -> Self {
        match name {
            ViaName::Argument => Self::Argument,
            ViaName::Redirect => Self::Redirect,
            ViaName::Tool => Self::Tool,
        }
    }
}

impl From<OriginName> for Origin {
    fn from(name: OriginName) -> Self {
        match name {
            OriginName::Model => Self::Model,
            OriginName::User => Self::User,
            OriginName::Mcp => Self::Mcp,
        }
    }
}

impl Explain {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let Self { function, arguments, path, access, url, method, via, said, origin } = self;
        let policies = Files::open(context)?.load()?;
        let wrong = |name, value: &str, why: String| CliError::Argument { name, value: value.to_owned(), why };
        let (tool, name) = function.split_once('.').ok_or_else(|| wrong("function", &function, "it is not TOOL.FUNCTION".to_owned()))?;
        let tool = tool.parse().map_err(|error: NameError| wrong("function", &function, error.to_string()))?;
        let name = name.parse().map_err(|error: NameError| wrong("function", &function, error.to_string()))?;
        let arguments: Value = serde_json::from_str(&arguments).map_err(|error| wrong("arguments", &arguments, error.to_string()))?;
        let resolved = path.zip(access).map(|(path, access)| workspace_path("path", &path).map(|path| (path, access))).transpose()?;
        let requested = url.map(|url| requested(&method, &url)).transpose()?;
        let origin = origin.map_or(if said.is_some() { Origin::Model } else { Origin::User }, Origin::from);
        let labels =
            said.map_or_else(|| origin.labels(&arguments), |said| View::of(&said).label(&arguments, policies.content(&tool, &name)));
        let act = match (&resolved, &requested) {
            (Some((path, access)), _) => ToolAct::Path { access: (*access).into(), path },
            (None, Some((method, target, host))) => {
                let (port, is_secure, path) = (target.port(), target.is_secure(), target.path());
                ToolAct::Net(NetRequest { method: method.as_str(), host, port, is_secure, path, via: via.into() })
            }
            (None, None) => ToolAct::Call { function: &name, arguments: &arguments, labels: &labels },
        };
        let call = CallId::new(SystemClock.now(), [0; 10]);
        let explanation =
            policies.explain(&PolicyRequest { origin, integrity: Integrity::Trusted, act: Act::ByTool { call: &call, tool: &tool, act } });
        match context.format {
            Format::Text => output::line(explanation.to_string().trim_end())?,
            Format::Json => output::line(&told(&explanation).to_string())?,
        }
        Ok(())
    }
}

/// A request as policy sees it.
fn requested(method: &str, url: &str) -> Result<(Method, Target, Host), Failure> {
    let (method, target) = (Method::parse(method)?, Target::parse(url)?);
    let host = Host::parse(target.host_name()).map_err(|error| CliError::Argument {
        name: "url",
        value: url.to_owned(),
        why: error.to_string(),
    })?;
    Ok((method, target, host))
}

fn told(explanation: &Explanation) -> Value {
    let Explanation { subject, decision, matching, change, labels, by_label } = explanation;
    let (ruling, why) = match decision {
        Decision::Allowed(_) => (Ruling::Allow, None),
        Decision::Ask(_) => (Ruling::Ask, None),
        Decision::Denied(denial) => (Ruling::Deny, Some(denial.to_string())),
    };
    let turn = |LabelTurn { label, is, other }: &LabelTurn| json!({"label": label, "is": is, "other": other});
    let reason = |LabelReason { rule, is_match, turns }: &LabelReason| json!({"rule": rule_json(rule), "matches": is_match, "decided_by": turns.iter().map(turn).collect::<Vec<_>>()});
    json!({
        "action": subject.action,
        "resource": subject.resource,
        "decision": ruling.as_str(),
        "why": why,
        "matching": matching.iter().map(|rule| rule_json(rule)).collect::<Vec<_>>(),
        "change": change,
        "labels": labels.as_ref().map(labels_json),
        "by_label": by_label.iter().map(reason).collect::<Vec<_>>(),
    })
}

fn labels_json(labels: &Labels) -> Value {
    let word = |derivation: Option<Derivation>| derivation.map(Derivation::as_str);
    let arguments: serde_json::Map<String, Value> =
        labels.arguments().iter().map(|(name, label)| (name.clone(), json!(label.derivation.as_str()))).collect();
    json!({
        "target": word(labels.target()), "content": word(labels.content()), "directed": labels.has_user_words(),
        "sources": labels.sources(), "secrets": labels.secrets(), "arguments": arguments,
    })
}
