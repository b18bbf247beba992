//! The first-party tools as their manifests describe them, an example with every kind of argument, and short ways to ask.

use cofferdam_base::{CallId, RunId, Timestamp, ToolName, WorkspacePath};
use cofferdam_policy::*;
use serde_json::{Value, json};

fn tool(name: &str, publisher: &str, functions: &[(&str, Effect, Value)]) -> ToolSignature {
    let function = |(name, effect, properties): &(&str, Effect, Value)| FunctionSignature {
        name: name.parse().unwrap(),
        effect: *effect,
        input: json!({ "type": "object", "properties": properties, "required": required(properties), "additionalProperties": false }),
        content: std::collections::BTreeSet::new(),
    };
    ToolSignature { tool: name.parse().unwrap(), publisher: publisher.to_owned(), functions: functions.iter().map(function).collect() }
}

/// Members whose type allows no `null` and is no fraction are required.
fn required(properties: &Value) -> Vec<String> {
    let members = properties.as_object().unwrap().iter();
    members.filter(|(_, schema)| !schema["type"].is_array() && schema["type"] != "number").map(|(name, _)| name.clone()).collect()
}

/// `files`, `edit`, `package`, `fetch` of the first party, and `example`, whose `send` is irrevocable.
pub(crate) fn environment() -> Environment {
    let text = || json!({ "type": "string" });
    let maybe = || json!({ "type": ["string", "null"] });
    Environment {
        tools: vec![
            tool(
                "files",
                "cofferdam",
                &[
                    ("list", Effect::Read, json!({ "path": text() })),
                    ("read", Effect::Read, json!({ "path": text() })),
                    ("glob", Effect::Read, json!({ "path": text(), "pattern": text() })),
                    ("search", Effect::Read, json!({ "path": text(), "pattern": text(), "limit": { "type": ["integer", "null"] } })),
                ],
            ),
            tool(
                "edit",
                "cofferdam",
                &[
                    ("create", Effect::Staged, json!({ "path": text(), "content": text() })),
                    ("replace", Effect::Staged, json!({ "path": text(), "find": text(), "put": text() })),
                    ("insert", Effect::Staged, json!({ "path": text(), "line": { "type": "integer" }, "content": text() })),
                    ("delete", Effect::Staged, json!({ "path": text() })),
                    ("move", Effect::Staged, json!({ "from": text(), "to": text() })),
                ],
            ),
            tool("fetch", "cofferdam", &[("get", Effect::Irrevocable, json!({ "url": text() }))]),
            tool("package", "cofferdam", &[("inspect", Effect::Read, json!({ "path": text() }))]),
            tool(
                "example",
                "acme",
                &[
                    ("send", Effect::Irrevocable, json!({ "to": text(), "subject": maybe(), "share": { "type": "number" } })),
                    ("count", Effect::Read, json!({ "n": { "type": "integer" } })),
                ],
            ),
        ],
        model_hosts: vec![Host::parse("models.example.com").unwrap()],
    }
}

/// A user's file without cases.
pub(crate) fn user(text: &str) -> PolicySource {
    PolicySource { name: "user.cedar".to_owned(), text: text.to_owned(), cases: None, set: RuleSet::Grants(GrantOwner::User) }
}

/// A project's file without cases.
pub(crate) fn project(text: &str) -> PolicySource {
    PolicySource { name: "project.cedar".to_owned(), text: text.to_owned(), cases: None, set: RuleSet::Restrictions }
}

pub(crate) fn load(sources: &[PolicySource]) -> Policies {
    Policies::load(sources, &environment()).unwrap_or_else(|error| panic!("{error}"))
}

/// The default policy and these files.
pub(crate) fn default_and(sources: &[PolicySource]) -> Policies {
    load(&[builtin(Profile::Careful), sources.to_vec()].concat())
}

/// Asks by tool `tool`, as the model, trusted.
pub(crate) fn ask(policies: &Policies, tool: &str, act: ToolAct<'_>) -> Decision {
    by_tool(tool, act, |request| policies.decide(&request))
}

pub(crate) fn by_tool<T>(tool: &str, act: ToolAct<'_>, then: impl FnOnce(PolicyRequest<'_>) -> T) -> T {
    let tool: ToolName = tool.parse().unwrap();
    let call = CallId::new(Timestamp(1), [1; 10]);
    then(PolicyRequest { origin: Origin::Model, integrity: Integrity::Trusted, act: Act::ByTool { call: &call, tool: &tool, act } })
}

/// Asks by a run, with untrusted text in view or without.
pub(crate) fn run(policies: &Policies, integrity: Integrity, act: RunAct<'_>) -> Decision {
    let run = RunId::new(Timestamp(1), [1; 10]);
    policies.decide(&PolicyRequest { origin: Origin::Model, integrity, act: Act::ByRun { run: &run, act } })
}

/// Asks about a call of `tool.function`.
pub(crate) fn call(policies: &Policies, action: &str, arguments: Value) -> Decision {
    let (tool, function) = action.split_once('.').unwrap();
    ask(
        policies,
        tool,
        ToolAct::Call { function: &function.parse().unwrap(), arguments: &arguments, labels: &label::Labels::unknown(&arguments) },
    )
}

/// Asks about a path, by the tool `edit`.
pub(crate) fn path(policies: &Policies, access: PathAccess, path: &str) -> Decision {
    ask(policies, "edit", ToolAct::Path { access, path: &WorkspacePath::parse(path).unwrap() })
}

/// A request by TLS, to a host that no argument of the call names.
pub(crate) fn request<'a>(method: &'a str, host: &'a Host, path: &'a str) -> ToolAct<'a> {
    ToolAct::Net(NetRequest { method, host, port: 443, is_secure: true, path, via: Via::Tool })
}

/// How strict a decision is.
pub(crate) fn strictness(decision: &Decision) -> u8 {
    match decision {
        Decision::Allowed(_) => 0,
        Decision::Ask(_) => 1,
        Decision::Denied(_) => 2,
    }
}

/// The ids of the rules that decided.
pub(crate) fn reasons(decision: &Decision) -> Vec<&str> {
    let rules = match decision {
        Decision::Allowed(grant) => grant.reasons(),
        Decision::Ask(question) => question.reasons(),
        Decision::Denied(denial) => denial.reasons(),
    };
    rules.iter().map(|rule| rule.id()).collect()
}

/// The denial's code; panics on any other decision.
pub(crate) fn denied(decision: Decision) -> &'static str {
    match decision {
        Decision::Denied(denial) => cofferdam_base::Diagnostic::code(&denial),
        other @ (Decision::Allowed(_) | Decision::Ask(_)) => panic!("not denied: {other:?}"),
    }
}
