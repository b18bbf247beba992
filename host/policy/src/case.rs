//! Example cases beside a policy file (`*.cases.toml`): requests and what must come out, judged whenever the file is loaded.
//!
//! A file is judged by itself, so that what another file forbids does not break its cases; in a file without a `permit`,
//! what no rule forbids counts as allowed. A case may bring the tool that it is about (`[[tool]]`), which then stands in for
//! an installed one of that name; cases about a tool that is in neither place are listed as inactive. `model-hosts` are the
//! hosts that count as configured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use cofferdam_base::{FunctionName, ToolName, WorkspacePath, text::inline};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    host::Host,
    label::{Labels, Source, View, Whence},
    request::{Act, Integrity, NetRequest, Origin, PathAccess, PolicyRequest, RunAct, ToolAct, Via},
    schema::Installed,
    signature::{Effect, FunctionSignature, ToolSignature},
    verdict::Ruling,
};

/// Most cases in a file. Bounds the time to load it.
pub(crate) const MAX_CASES: usize = 1000;

/// A cases file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CaseFile {
    #[serde(default)]
    model_hosts: Vec<Host>,
    #[serde(default, rename = "tool")]
    tools: Vec<StandIn>,
    #[serde(default, rename = "case")]
    pub(crate) cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StandIn {
    name: ToolName,
    publisher: String,
    functions: BTreeMap<FunctionName, StandInFunction>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StandInFunction {
    effect: Effect,
    input: Value,
    #[serde(default)]
    content: BTreeSet<String>,
}

/// One case. Which of the optional members it has follows from its action.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) expect: Ruling,
    action: CaseAction,
    #[serde(default = "model")]
    origin: Origin,
    #[serde(default = "trusted")]
    integrity: Integrity,
    /// What the user said. With `seen`, what the labels of the arguments come from; without both, the origin decides.
    said: Option<String>,
    /// What was in view.
    #[serde(default)]
    seen: Vec<SeenCall>,
    tool: Option<ToolName>,
    arguments: Option<Value>,
    path: Option<WorkspacePath>,
    method: Option<String>,
    host: Option<Host>,
    url_path: Option<String>,
    /// Of requests to the network; without them they go by TLS to its port, and the tool names the host.
    #[serde(default = "tls")]
    port: u16,
    #[serde(default = "yes")]
    secure: bool,
    #[serde(default = "tool")]
    via: Via,
    address: Option<String>,
    kind: Option<String>,
    secret: Option<String>,
    topic: Option<String>,
    provider: Option<String>,
}

/// A call whose result is in view.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenCall {
    function: String,
    #[serde(default)]
    arguments: Value,
    result: Value,
    /// Whether it comes from the network.
    #[serde(default)]
    network: bool,
    /// What is confidential in it.
    #[serde(default)]
    secrets: BTreeSet<String>,
}

fn model() -> Origin {
    Origin::Model
}

fn trusted() -> Integrity {
    Integrity::Trusted
}

fn tls() -> u16 {
    443
}

fn tool() -> Via {
    Via::Tool
}

fn yes() -> bool {
    true
}

#[derive(Debug)]
enum CaseAction {
    Call { tool: ToolName, function: FunctionName },
    Path(PathAccess),
    Net,
    Private,
    Secret,
    MemoryCommit,
    ModelSend,
    ToolLoad,
}

impl<'de> Deserialize<'de> for CaseAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let call = || {
            let (tool, function) = text.split_once('.')?;
            Some(Self::Call { tool: tool.parse().ok()?, function: function.parse().ok()? })
        };
        Ok(match text.as_ref() {
            "path:read" => Self::Path(PathAccess::Read),
            "path:write" => Self::Path(PathAccess::Write),
            "path:delete" => Self::Path(PathAccess::Delete),
            "net:request" => Self::Net,
            "net:private" => Self::Private,
            "secret:use" => Self::Secret,
            "memory:commit" => Self::MemoryCommit,
            "model:send" => Self::ModelSend,
            "tool:load" => Self::ToolLoad,
            other => call().ok_or_else(|| serde::de::Error::custom(format!("`{}` is no action", inline(other, 80))))?,
        })
    }
}

/// A case that came out otherwise than it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFailure {
    /// Its name.
    pub case: String,
    /// What it says.
    pub expected: Ruling,
    /// What came out, as a sentence.
    pub found: String,
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` expects {}, and {}", inline(&self.case, 80), self.expected, self.found)
    }
}

/// A case that was not judged, because its tool is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InactiveCase {
    /// The policy file beside its file.
    pub file: String,
    /// Its name.
    pub case: String,
    /// The tool.
    pub tool: ToolName,
}

impl CaseFile {
    /// The hosts that count as configured in the cases.
    pub(crate) fn model_hosts(&self) -> &[Host] {
        &self.model_hosts
    }

    /// The tools that the cases bring along.
    pub(crate) fn stand_ins(&self) -> impl Iterator<Item = ToolSignature> {
        self.tools.iter().map(|tool| ToolSignature {
            tool: tool.name.clone(),
            publisher: tool.publisher.clone(),
            functions: tool
                .functions
                .iter()
                .map(|(name, function)| FunctionSignature {
                    name: name.clone(),
                    effect: function.effect,
                    input: function.input.clone(),
                    content: function.content.clone(),
                })
                .collect(),
        })
    }
}

impl Case {
    /// The tool that it is about.
    pub(crate) fn tool(&self) -> Option<&ToolName> {
        if let CaseAction::Call { tool, .. } = &self.action { Some(tool) } else { self.tool.as_ref() }
    }

    /// Where its arguments come from.
    pub(crate) fn labels(&self, installed: &Installed) -> Labels {
        let arguments = self.arguments.as_ref().unwrap_or(&Value::Null);
        if self.said.is_none() && self.seen.is_empty() {
            return self.origin.labels(arguments);
        }
        let mut view = View::of(self.said.as_deref().unwrap_or_default());
        for call in &self.seen {
            let directed = view.directed(&call.arguments);
            let from = if call.network { Whence::Network } else { Whence::Inside };
            let source = Source { function: call.function.clone(), directed, from, secrets: call.secrets.clone() };
            view.see(source, &call.arguments, &call.result);
        }
        static NONE: BTreeSet<String> = BTreeSet::new();
        let content = if let CaseAction::Call { tool, function } = &self.action { installed.content(tool, function) } else { &NONE };
        view.label(arguments, content)
    }

    /// Its request; none if it has not exactly the members that its action needs.
    pub(crate) fn request<'a>(&'a self, actors: &'a Actors, labels: &'a Labels) -> Option<PolicyRequest<'a>> {
        let Self { tool, arguments, path, method, host, url_path, address, kind, secret, topic, provider, .. } = self;
        let given = [tool.is_some(), arguments.is_some(), path.is_some(), method.is_some(), host.is_some(), url_path.is_some()];
        let more = [address.is_some(), kind.is_some(), secret.is_some(), topic.is_some(), provider.is_some()];
        let given = given.into_iter().chain(more).filter(|given| *given).count();
        let by_tool = |tool, act| Act::ByTool { call: &actors.call, tool, act };
        let by_run = |act| Act::ByRun { run: &actors.run, act };
        let (needed, act) = match &self.action {
            CaseAction::Call { tool, function } => (1, by_tool(tool, ToolAct::Call { function, arguments: arguments.as_ref()?, labels })),
            CaseAction::Path(access) => (2, by_tool(tool.as_ref()?, ToolAct::Path { access: *access, path: path.as_ref()? })),
            CaseAction::Net => {
                let net = NetRequest {
                    method: method.as_ref()?,
                    host: host.as_ref()?,
                    port: self.port,
                    is_secure: self.secure,
                    path: url_path.as_ref()?,
                    via: self.via,
                };
                (4, by_tool(tool.as_ref()?, ToolAct::Net(net)))
            }
            CaseAction::Private => {
                let (address, kind) = (address.as_ref()?, kind.as_ref()?);
                (4, by_tool(tool.as_ref()?, ToolAct::Private { host: host.as_ref()?, address, kind, port: self.port }))
            }
            CaseAction::Secret => (2, by_tool(tool.as_ref()?, ToolAct::Secret { name: secret.as_ref()?, via: self.via })),
            CaseAction::MemoryCommit => (1, by_run(RunAct::MemoryCommit { topic: topic.as_ref()? })),
            CaseAction::ModelSend => (2, by_run(RunAct::ModelSend { provider: provider.as_ref()?, host: host.as_ref()? })),
            CaseAction::ToolLoad => (1, by_run(RunAct::ToolLoad { tool: tool.as_ref()? })),
        };
        (given == needed).then_some(PolicyRequest { origin: self.origin, integrity: self.integrity, act })
    }
}

/// The call and the run that cases are judged with.
pub(crate) struct Actors {
    pub(crate) call: cofferdam_base::CallId,
    pub(crate) run: cofferdam_base::RunId,
}

impl Actors {
    pub(crate) fn new() -> Self {
        let epoch = cofferdam_base::Timestamp(0);
        Self { call: cofferdam_base::CallId::new(epoch, [0; 10]), run: cofferdam_base::RunId::new(epoch, [0; 10]) }
    }
}
