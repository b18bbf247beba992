use std::collections::BTreeSet;

use cedar_policy::{Entities, Request};
use cofferdam_base::{CallId, FunctionName, RunId, Timestamp, ToolName, WorkspacePath};
use serde_json::json;

use super::*;
use crate::{
    Effect, Environment, FunctionSignature, Host, Integrity, Origin, ToolSignature, Via,
    label::{Labels, View},
    schema::Installed,
    validate::validate,
};

/// Decisions trust that what they translate conforms to the schema and do not let Cedar check it each time; this does.
#[test]
fn every_translated_request_conforms_to_the_schema() {
    let (tool, function): (ToolName, FunctionName) = ("t".parse().unwrap(), "f".parse().unwrap());
    let properties = json!({
        "text": { "type": "string" },
        "maybe": { "type": ["integer", "null"] },
        "list": { "type": "array", "items": { "type": "object", "properties": { "on": { "type": "boolean" } } } },
        "outside": { "type": "number" },
    });
    let input = json!({ "type": "object", "properties": properties, "required": ["text", "list"] });
    let functions = vec![FunctionSignature { name: function.clone(), effect: Effect::Staged, input, content: BTreeSet::new() }];
    let signature = ToolSignature { tool: tool.clone(), publisher: "p".to_owned(), functions };
    let installed = Installed::read(&Environment { tools: vec![signature], model_hosts: vec![] }).unwrap();
    let schema = installed.schema(&BTreeSet::new()).unwrap();
    let engine = Engine::new(&validate(&[], &installed).unwrap(), installed).unwrap();

    let host = Host::parse("a.example.com").unwrap();
    let paths = [".", "a", "a/b.pem", ".git/config", "Ａ/b\\c~1"].map(|path| WorkspacePath::parse(path).unwrap());
    let arguments = [
        json!({ "text": "a", "list": [] }),
        json!({ "text": "", "list": [{ "on": true }, {}, { "more": 1 }], "maybe": null, "outside": 0.5 }),
        json!({ "text": "a", "list": [{}], "maybe": 1 }),
    ];
    let (call, run) = (CallId::new(Timestamp(0), [0; 10]), RunId::new(Timestamp(0), [0; 10]));
    let by_tool = |act| Act::ByTool { call: &call, tool: &tool, act };
    let labels = [View::of("a b c").label(&arguments[0], &BTreeSet::new()), Labels::of_user(&arguments[1]), Labels::unknown(&arguments[2])];
    let calls = arguments.iter().zip(&labels);
    let mut acts: Vec<Act<'_>> =
        calls.map(|(arguments, labels)| by_tool(ToolAct::Call { function: &function, arguments, labels })).collect();
    acts.extend(paths.iter().map(|path| by_tool(ToolAct::Path { access: PathAccess::Read, path })));
    acts.extend([PathAccess::Write, PathAccess::Delete].map(|access| by_tool(ToolAct::Path { access, path: &paths[1] })));
    for ((port, is_secure), via) in [(443, true), (8080, false), (80, false)].into_iter().zip(Via::ALL) {
        acts.push(by_tool(ToolAct::Net(NetRequest { method: "GET", host: &host, port, is_secure, path: "/", via })));
    }
    acts.push(by_tool(ToolAct::Private { host: &host, address: "127.0.0.1", kind: "loopback", port: 80 }));
    acts.push(by_tool(ToolAct::Secret { name: "s", via: Via::Tool }));
    let runs = [RunAct::MemoryCommit { topic: "t" }, RunAct::ModelSend { provider: "p", host: &host }, RunAct::ToolLoad { tool: &tool }];
    acts.extend(runs.map(|act| Act::ByRun { run: &run, act }));

    for (act, origin) in acts.into_iter().zip(Origin::ALL.into_iter().cycle()) {
        for integrity in Integrity::ALL {
            let (prepared, _) =
                engine.prepare(&PolicyRequest { origin, integrity, act }).unwrap_or_else(|cause| panic!("{act:?}: {cause:?}"));
            let request = &prepared.request;
            let uid = |uid: Option<&EntityUid>| uid.unwrap().clone();
            let context = request.context().unwrap().clone();
            Request::new(uid(request.principal()), uid(request.action()), uid(request.resource()), context, Some(&schema))
                .unwrap_or_else(|error| panic!("{act:?}: {error}"));
            Entities::from_entities(prepared.entities, Some(&schema)).unwrap_or_else(|error| panic!("{act:?}: {error}"));
        }
    }
}
