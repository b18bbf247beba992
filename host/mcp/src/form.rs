//! A question as a form that the client shows to its person (elicitation in form mode).

use std::time::Duration;

use cofferdam_gate::{Lasts, Offers, Reply, Word};
use rmcp::{
    RoleServer,
    model::{ClientCapabilities, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, EnumSchema},
    service::Peer,
};
use serde_json::Value;

/// The one field of the form.
const FIELD: &str = "answer";
/// Its values.
const NO: &str = "no";
const ONCE: &str = "once";
const RUN: &str = "run";

/// Whether a client can show forms: the capability without a mode means them (2025-11-25, client/elicitation).
pub(crate) fn can_show(capabilities: &ClientCapabilities) -> bool {
    capabilities.elicitation.as_ref().is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
}

/// Puts a question to the person at a client. A form that cannot be shown, or is closed without an answer, is answered by nobody.
pub(crate) async fn put(peer: &Peer<RoleServer>, client: &str, shown: String, offers: Offers, limit: Duration) -> Reply {
    let Some(requested_schema) = schema(offers) else { return Reply::Nobody };
    let asked = ElicitRequestParams::FormElicitationParams { meta: None, message: shown, requested_schema };
    match peer.create_elicitation_with_timeout(asked, Some(limit)).await {
        Ok(ElicitResult { action, content, .. }) => read(&action, content.as_ref(), offers, client),
        Err(rmcp::ServiceError::Timeout { .. }) => Reply::Late,
        Err(_) => Reply::Nobody,
    }
}

fn values(offers: Offers) -> &'static [&'static str] {
    match offers {
        Offers::Once => &[NO, ONCE],
        Offers::Lasting => &[NO, ONCE, RUN],
    }
}

fn schema(offers: Offers) -> Option<ElicitationSchema> {
    let values = values(offers).iter().map(|value| (*value).to_owned()).collect();
    let meaning = match offers {
        Offers::Once => "no; or yes, this once",
        Offers::Lasting => "no; yes, this once; or yes, exactly this until the session ends",
    };
    let field = EnumSchema::builder(values).title("Allow this?").description(meaning).build();
    ElicitationSchema::builder().required_enum_schema(FIELD, field).build().ok()
}

/// What a filled form says. Anything but an answer that was offered is none.
fn read(action: &ElicitationAction, content: Option<&Value>, offers: Offers, client: &str) -> Reply {
    let said = content.and_then(|content| content.get(FIELD)).and_then(Value::as_str);
    let offered = said.filter(|said| values(offers).contains(said));
    let yes = |lasts| Reply::Said(Word::Yes { by: format!("client {client}"), lasts });
    match (action, offered) {
        (ElicitationAction::Decline, _) | (ElicitationAction::Accept, Some(NO)) => Reply::Said(Word::No),
        (ElicitationAction::Accept, Some(ONCE)) => yes(Lasts::Once),
        (ElicitationAction::Accept, Some(RUN)) => yes(Lasts::Run),
        // Closed without an answer, or what a later revision of the protocol has.
        (_, _) => Reply::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_answers_only_what_it_offers() {
        let read = |action, content: Value, offers| read(&action, Some(&content), offers, "editor");
        let yes = |lasts| Reply::Said(Word::Yes { by: "client editor".to_owned(), lasts });
        let (accept, decline, cancel) = (ElicitationAction::Accept, ElicitationAction::Decline, ElicitationAction::Cancel);
        assert_eq!(read(accept.clone(), json!({"answer": "once"}), Offers::Once), yes(Lasts::Once));
        assert_eq!(read(accept.clone(), json!({"answer": "run"}), Offers::Lasting), yes(Lasts::Run));
        assert_eq!(read(accept.clone(), json!({"answer": "no"}), Offers::Once), Reply::Said(Word::No));
        assert_eq!(read(decline, json!({"answer": "once"}), Offers::Once), Reply::Said(Word::No));
        assert_eq!(read(cancel, json!({"answer": "once"}), Offers::Once), Reply::Nobody);
        for strange in [json!({"answer": "run"}), json!({"answer": true}), json!({}), json!("once"), json!({"answer": "YES"})] {
            assert_eq!(read(accept.clone(), strange.clone(), Offers::Once), Reply::Nobody, "{strange}");
        }
    }

    #[test]
    fn a_form_has_the_answers_of_its_question_and_no_default() {
        let of = |offers| serde_json::to_value(schema(offers).unwrap()).unwrap();
        assert_eq!(of(Offers::Once)["properties"]["answer"]["enum"], json!(["no", "once"]));
        assert_eq!(of(Offers::Lasting)["properties"]["answer"]["enum"], json!(["no", "once", "run"]));
        assert_eq!(
            (&of(Offers::Once)["required"], &of(Offers::Once)["properties"]["answer"]["default"]),
            (&json!(["answer"]), &Value::Null)
        );
    }

    #[test]
    fn the_capability_without_a_mode_means_forms() {
        let of = |capabilities: Value| can_show(&serde_json::from_value(capabilities).unwrap());
        assert!(of(json!({"elicitation": {}})) && of(json!({"elicitation": {"form": {}, "url": {}}})));
        assert!(!of(json!({})) && !of(json!({"elicitation": {"url": {}}})));
    }
}
