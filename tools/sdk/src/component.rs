//! The exports of a component, over a [`Tool`].

pub(crate) mod http;

use crate::{Tool, Verification, View, Workspace, http::Http};

#[expect(missing_docs, reason = "generated from tools/wit, which has the docs")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "tool",
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "cofferdam_tool_sdk::component::bindings",
    });
}

pub use bindings::export;
pub use bindings::exports::cofferdam::tool::handler::{Call, Failure, Guest, Verdict};

/// Where the host puts the staged workspace.
const NOW: &str = "/workspace";
/// Where the host puts the state before the call, in `verify` only.
const BEFORE: &str = "/before";

/// The export `invoke`.
///
/// # Errors
/// What the tool gives.
pub fn invoke(tool: &Tool, call: &Call) -> Result<String, Failure> {
    tool.invoke(&call.function, &call.arguments, &Workspace::open_ambient(NOW))
        .map_err(|failure| Failure { code: failure.code().to_owned(), message: failure.message().to_owned() })
}

/// The export `verify`.
pub fn verify(tool: &Tool, call: &Call, outcome: &str) -> Verdict {
    let world = Verification { now: View::open_ambient(NOW), before: View::open_ambient(BEFORE), http: Http::of_host() };
    match tool.verify(&call.function, &call.arguments, outcome, &world) {
        Ok(evidence) => Verdict::Pass(evidence.facts().to_vec()),
        Err(refuted) => Verdict::Fail(refuted.reason().to_owned()),
    }
}
