//! What was put to policies once, put to them again: the same requests, without a tool, a person or a record.

use std::collections::HashSet;

use cofferdam_base::{CallId, RunId, WorkspacePath};
use cofferdam_memory::Draft;
use cofferdam_policy::{Act, PathAccess, PolicyRequest, ToolAct, Via};
use cofferdam_store::change::ChangeKind;

use crate::{
    call::find,
    guard::policy_access,
    permit::access_of,
    publish::accesses,
    refusal::Fault,
    remember::commit_request,
    request::{CallInput, Request},
    toolbox::Toolbox,
};

/// A call that was made once.
#[derive(Debug, Clone)]
pub struct RecordedCall<'v> {
    /// The call.
    pub call: CallId,
    /// As it was asked for.
    pub input: CallInput<'v>,
    /// The paths that it read, as far as they are known.
    pub read: Vec<WorkspacePath>,
    /// The paths that it really changed.
    pub changed: Vec<(WorkspacePath, ChangeKind)>,
}

impl RecordedCall<'_> {
    /// Gives every request that the gate makes about the call, each once: the call itself, the requests and the paths in its arguments,
    /// the paths that it read, those that it changed. Not what a tool asked the network for by itself, and no redirects.
    ///
    /// # Errors
    /// A tool that is not there, a function that it does not have, arguments that do not follow its signed schema.
    pub fn requests(&self, tools: &Toolbox, each: &mut dyn FnMut(&PolicyRequest<'_>)) -> Result<(), Fault> {
        let (tool, function) = find(tools, &self.input.function)?;
        let request = Request::verify(tool, function, &self.input)?;
        let name = tool.verified().manifest().name();
        let mut ask = |act: ToolAct<'_>| {
            let act = Act::ByTool { call: &self.call, tool: name, act };
            each(&PolicyRequest { origin: request.origin, integrity: request.integrity, act });
        };
        ask(ToolAct::Call { function: request.function.name(), arguments: request.arguments.value(), labels: &request.labels });
        for declared in &request.requests {
            ask(ToolAct::Net(declared.as_rules_see(Via::Argument)));
        }
        let mut paths: Vec<(PathAccess, &WorkspacePath)> = Vec::new();
        paths.extend(request.paths.iter().map(|(access, path)| (policy_access(access_of(*access)), path)));
        paths.extend(self.read.iter().map(|path| (PathAccess::Read, path)));
        let changed = self.changed.iter().flat_map(|(path, kind)| accesses(*kind).iter().map(move |access| (policy_access(*access), path)));
        paths.extend(changed);
        let mut asked = HashSet::new();
        for (access, path) in paths {
            if asked.insert((access, path)) {
                ask(ToolAct::Path { access, path });
            }
        }
        Ok(())
    }
}

/// Gives the request that the gate makes about a memory that a run wants to commit.
pub fn memory_request(run: &RunId, draft: &Draft, each: &mut dyn FnMut(&PolicyRequest<'_>)) {
    let (act, origin, integrity) = commit_request(draft);
    each(&PolicyRequest { origin, integrity, act: Act::ByRun { run, act } });
}
