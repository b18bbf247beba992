//! `tools/call`: one way, through the gate.

use std::sync::Arc;

use cofferdam_gate::Mode;
use cofferdam_trust::manifest::Effect;
use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResult},
    service::RequestContext,
};
use serde_json::Value;

use crate::{
    answer,
    attended::{Turns, attended},
    session::Session,
};

/// Makes the call that a client asks for. A refusal is a result: the client's model is to read why.
///
/// # Errors
/// No tool has this name (2025-11-25, server/tools, "error handling"); the server broke off.
pub(crate) async fn call(
    session: &Arc<Session>,
    request: CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResult, ErrorData> {
    let CallToolRequestParams { name, arguments, .. } = request;
    let Some(function) = session.offered.function(&name) else {
        let name = cofferdam_base::text::inline(&name, 80);
        return Err(ErrorData::invalid_params(format!("no tool `{name}` is offered; `tools/list` has those that are"), None));
    };
    let turns = match function.effect {
        Effect::Read | Effect::Irrevocable => Turns::Any,
        Effect::Staged => Turns::One,
    };
    let input = session.input(function.name.clone(), Value::Object(arguments.unwrap_or_default()).to_string());
    attended(session, context, turns, move |session, attendant| match session.gate.call(&input, Mode::Publish, attendant) {
        Ok(completed) => {
            session.saw(&completed.secrets);
            answer::completed(&completed)
        }
        Err(refused) => {
            session.saw(&refused.secrets);
            answer::refused(&refused)
        }
    })
    .await
}
