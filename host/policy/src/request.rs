//! What is asked of the policies: who wants to do what, to what, under which circumstances.
//!
//! A request carries facts and no policy text: nothing that a model or a tool says can become a rule.

use cofferdam_base::{CallId, FunctionName, RunId, ToolName, WorkspacePath};
use serde::Deserialize;
use serde_json::Value;

use crate::{host::Host, label::Labels};

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The model asked for it.
    Model,
    /// A person asked for it on the command line.
    User,
    /// A script or a CI job: nobody is there to answer a question.
    Automation,
    /// A client of the Model Context Protocol server.
    Mcp,
}

impl Origin {
    /// All of them, in the order of the schema.
    pub const ALL: [Self; 4] = [Self::Model, Self::User, Self::Automation, Self::Mcp];

    /// The id of `Origin::"..."` in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::User => "user",
            Self::Automation => "automation",
            Self::Mcp => "mcp",
        }
    }

    /// The labels of arguments of which nothing is known but this.
    #[must_use]
    pub fn labels(self, arguments: &Value) -> Labels {
        match self {
            Self::User | Self::Automation => Labels::of_user(arguments),
            Self::Model | Self::Mcp => Labels::unknown(arguments),
        }
    }
}

/// Whether anything that the request was derived from came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Integrity {
    /// Only the user's words and trusted results.
    Trusted,
    /// Something from outside; also whenever it is not known.
    Untrusted,
}

impl Integrity {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Trusted, Self::Untrusted];

    /// The id of `Integrity::"..."` in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Untrusted => "untrusted",
        }
    }
}

/// What is done to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathAccess {
    /// Looked at, listed or read.
    Read,
    /// Made or changed.
    Write,
    /// Removed, or renamed away.
    Delete,
}

impl PathAccess {
    /// The action of this access.
    #[must_use]
    pub fn action(self) -> &'static str {
        match self {
            Self::Read => "path:read",
            Self::Write => "path:write",
            Self::Delete => "path:delete",
        }
    }
}

/// What one call of a tool wants to do.
#[derive(Debug, Clone, Copy)]
pub enum ToolAct<'a> {
    /// To run a function: action `<tool>.<function>`.
    Call {
        /// The function.
        function: &'a FunctionName,
        /// Its arguments, already checked against the signed schema.
        arguments: &'a Value,
        /// Where these come from.
        labels: &'a Labels,
    },
    /// To touch a path, after links were resolved: actions `path:read`, `path:write`, `path:delete`.
    Path {
        /// What is done to it.
        access: PathAccess,
        /// The resolved path.
        path: &'a WorkspacePath,
    },
    /// To send an HTTP request: action `net:request`. Each redirect is a request of its own.
    Net(NetRequest<'a>),
    /// To connect to an address that is not public (loopback, private, link-local and the like): action `net:private`. Asked after
    /// the request itself was allowed and the host's name was looked up.
    Private {
        /// The host, as it was asked for.
        host: &'a Host,
        /// The address, in its usual spelling.
        address: &'a str,
        /// What kind of address it is: `loopback`, `private`, `link-local`.
        kind: &'a str,
        /// The TCP port.
        port: u16,
    },
    /// To have a secret put into a request by the host: action `secret:use`. The tool never sees it.
    Secret {
        /// The secret's name.
        name: &'a str,
        /// Who named the address of the request.
        via: Via,
    },
}

/// An HTTP request that a tool wants to send.
#[derive(Debug, Clone, Copy)]
pub struct NetRequest<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The host.
    pub host: &'a Host,
    /// The TCP port.
    pub port: u16,
    /// Whether it goes by TLS.
    pub is_secure: bool,
    /// The path of the URL, normalised by the caller, without the query.
    pub path: &'a str,
    /// Who named the address.
    pub via: Via,
}

/// Who named the address of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// Scheme, host and port are those of a URL in the call's own arguments, which was decided on before.
    Argument,
    /// A server that was asked in this call, in a redirect to exactly this address.
    Redirect,
    /// The tool itself.
    Tool,
}

impl Via {
    /// All of them, in the order of the schema.
    pub const ALL: [Self; 3] = [Self::Argument, Self::Redirect, Self::Tool];

    /// The id of `Via::"..."` in rules.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Redirect => "redirect",
            Self::Tool => "tool",
        }
    }
}

/// What a run of the agent wants to do by itself.
#[derive(Debug, Clone, Copy)]
pub enum RunAct<'a> {
    /// To commit a memory: action `memory:commit`.
    MemoryCommit {
        /// The slug of the topic.
        topic: &'a str,
    },
    /// To send the conversation to a model: action `model:send`.
    ModelSend {
        /// The provider's name in the user's configuration.
        provider: &'a str,
        /// The host that receives it.
        host: &'a Host,
    },
    /// To load a verified tool: action `tool:load`.
    ToolLoad {
        /// The tool.
        tool: &'a ToolName,
    },
}

/// Who acts, and what it wants.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// A call of a tool.
    ByTool {
        /// The call.
        call: &'a CallId,
        /// The tool; its publisher is taken from its signature.
        tool: &'a ToolName,
        /// What it wants to do.
        act: ToolAct<'a>,
    },
    /// A run of the agent.
    ByRun {
        /// The run.
        run: &'a RunId,
        /// What it wants to do.
        act: RunAct<'a>,
    },
}

/// One question to the policies.
#[derive(Debug, Clone, Copy)]
pub struct PolicyRequest<'a> {
    /// Where it comes from.
    pub origin: Origin,
    /// Whether anything that it was derived from came from outside.
    pub integrity: Integrity,
    /// Who acts, and what it wants.
    pub act: Act<'a>,
}
