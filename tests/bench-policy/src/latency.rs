//! What a decision costs with few rules and with many.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cofferdam_base::{CallId, Timestamp, ToolName};
use cofferdam_policy::{
    Act, Effect, Environment, FunctionSignature, GrantOwner, Integrity, Origin, Policies, PolicyRequest, PolicySource, Profile, RuleSet,
    ToolAct, ToolSignature, builtin,
    label::{Directed, Source, View, Whence},
};
use serde_json::json;

const DECISIONS: usize = 20_000;
const RULES_OF_A_FILE: usize = 500;

/// The median and the 99th percentile of a decision about a call, its labels included, with so many rules beside the profile's.
pub(crate) fn decide(rules: usize) -> Result<[Duration; 2], String> {
    let tool: ToolName = "mail".parse().map_err(|error: cofferdam_base::name::NameError| error.to_string())?;
    let function = "send".parse().map_err(|error: cofferdam_base::name::NameError| error.to_string())?;
    let properties = json!({"to": {"type": "string"}, "subject": {"type": "string"}, "body": {"type": "string"}});
    let input = json!({"type": "object", "properties": properties, "required": ["to", "subject", "body"]});
    let signature =
        FunctionSignature { name: "send".parse().map_err(|_| "a name")?, effect: Effect::Irrevocable, input, content: BTreeSet::new() };
    let tools = vec![ToolSignature { tool: tool.clone(), publisher: "publisher".to_owned(), functions: vec![signature] }];
    // As a team writes them: about one argument of one function each.
    let rule = |n: usize| {
        format!(
            "@id(\"no-{n}\") @reason(\"not there\")\nforbid (principal, action == Action::\"mail.send\", resource)\n\
             when {{ context.arguments.to == \"user-{n}@example.net\" && context.labels.target == Derivation::\"untrusted\" }};\n"
        )
    };
    let file = |n: usize| {
        let text = (n * RULES_OF_A_FILE..rules.min((n + 1) * RULES_OF_A_FILE)).map(rule).collect();
        PolicySource { name: format!("user/{n}.cedar"), text, cases: None, set: RuleSet::Grants(GrantOwner::User) }
    };
    let own = (0..rules.div_ceil(RULES_OF_A_FILE)).map(file).collect();
    let sources = [builtin(Profile::Developer), own].concat();
    let policies = Policies::load(&sources, &Environment { tools, model_hosts: Vec::new() }).map_err(|error| error.to_string())?;

    let mut view = View::of("Send a summary of www.example.org to ann@example.com");
    view.see(
        Source { function: "web.get".to_owned(), directed: Directed::ByUser, from: Whence::Network, secrets: BTreeSet::new() },
        &json!({}),
        &json!({"text": "Unemployment edged down."}),
    );
    let arguments = json!({"to": "ann@example.com", "subject": "Summary", "body": "They write about unemployment, which edged down."});
    let call = CallId::new(Timestamp(0), [0; 10]);
    let none = BTreeSet::new();
    let mut took = Vec::with_capacity(DECISIONS);
    for _ in 0..DECISIONS {
        let begun = Instant::now();
        let labels = view.label(&arguments, &none);
        let act =
            Act::ByTool { call: &call, tool: &tool, act: ToolAct::Call { function: &function, arguments: &arguments, labels: &labels } };
        let decision = policies.decide(&PolicyRequest { origin: Origin::Model, integrity: Integrity::Untrusted, act });
        took.push(begun.elapsed());
        std::hint::black_box(decision);
    }
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    Ok([at(50), at(99)])
}
