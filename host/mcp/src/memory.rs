//! The project's memory as resources, to be read only: `memory://index`, and `memory://topics/NAME` for each topic.
//!
//! What a client reads it shows to its model. So policy is asked as it is before the agent sends something to a model: `model:send`,
//! with the provider `mcp` and the client's name as the host.

use std::sync::Arc;

use cofferdam_base::{Diagnostic, error::causes};
use cofferdam_gate::{Attendant, Refused, Unattended};
use cofferdam_memory::Topic;
use cofferdam_policy::{Host, Origin};
use rmcp::{
    ErrorData, RoleServer,
    model::{ErrorCode, ReadResourceRequestParams, ReadResourceResult, Resource, ResourceContents, ResourceTemplate},
    service::RequestContext,
};
use serde_json::{Value, json};

use crate::{
    Trouble, answer,
    attended::{Turns, attended},
    session::Session,
};

/// How rules know that something goes to a client of this server.
const PROVIDER: &str = "mcp";
const INDEX: &str = "memory://index";
const TOPICS: &str = "memory://topics/";
const MARKDOWN: &str = "text/markdown";
const PLAIN: &str = "text/plain";

/// What can be read of the memory.
enum Place {
    Index,
    Topic(Topic),
}

impl Place {
    fn parse(uri: &str) -> Option<Self> {
        if uri == INDEX { Some(Self::Index) } else { uri.strip_prefix(TOPICS)?.parse().ok().map(Self::Topic) }
    }

    fn media_type(&self) -> &'static str {
        match self {
            Self::Index => MARKDOWN,
            Self::Topic(_) => PLAIN,
        }
    }
}

/// The template of the topics.
pub(crate) fn template() -> ResourceTemplate {
    ResourceTemplate::new(format!("{TOPICS}{{topic}}"), "topic")
        .with_title("Memory: a topic")
        .with_description("What earlier runs learnt about a topic, each entry with whether it still holds: fresh, stale or unverifiable")
        .with_mime_type(PLAIN)
}

/// The index, and the topics that there are where policy lets their names go to the client unasked: many clients list before anybody
/// wants to read, and a person is asked only then.
///
/// # Errors
/// The state folder's.
pub(crate) async fn list(session: &Arc<Session>, context: &RequestContext<RoleServer>) -> Result<Vec<Resource>, ErrorData> {
    let topics = attended(session, context, Turns::Any, |session, _| match permitted(session, &mut Unattended) {
        Ok(()) => session.gate.memory().and_then(|memory| memory.topics()).map_err(|error| failed(&error)),
        Err(_) => Ok(Vec::new()),
    })
    .await??;
    let index = Resource::new(INDEX, "index")
        .with_title("Memory: the index")
        .with_description(
            "The topics of what earlier runs learnt in this workspace; a rule or a person decides whether this client reads it",
        )
        .with_mime_type(MARKDOWN);
    let topic = |topic: &Topic| {
        Resource::new(format!("{TOPICS}{topic}"), topic.as_str()).with_title(format!("Memory: {topic}")).with_mime_type(PLAIN)
    };
    Ok(std::iter::once(index).chain(topics.iter().map(topic)).collect())
}

/// Reads the index or a topic, each entry checked now.
///
/// # Errors
/// There is no such resource; policy, a person, or the state folder says no.
pub(crate) async fn read(
    session: &Arc<Session>,
    request: ReadResourceRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<ReadResourceResult, ErrorData> {
    let uri = request.uri;
    let unknown = || {
        let shown = cofferdam_base::text::inline(&uri, 120);
        ErrorData::resource_not_found(format!("no resource `{shown}` is offered; `resources/list` has those that are"), None)
    };
    let place = Place::parse(&uri).ok_or_else(unknown)?;
    let media_type = place.media_type();
    let read = attended(session, context, Turns::Any, move |session, attendant| {
        permitted(session, attendant)?;
        text_of(session, &place)
    })
    .await??;
    let text = read.ok_or_else(unknown)?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri.clone()).with_mime_type(media_type)]))
}

/// Policy on what goes to the client, and its word in the ledger.
fn permitted(session: &Session, attendant: &mut dyn Attendant) -> Result<(), ErrorData> {
    let host = Host::parse(session.client.name()).map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    // The permit is for what is read now, and used up by it.
    let permit = session.gate.permit_send(PROVIDER, &host, Origin::Mcp, session.integrity(), attendant);
    permit.map(drop).map_err(|refused| denied(&refused))
}

fn text_of(session: &Session, place: &Place) -> Result<Option<String>, ErrorData> {
    let memory = session.gate.memory().map_err(|error| failed(&error))?;
    match place {
        // It holds nothing that is confidential.
        Place::Index => memory.index().map(Some).map_err(|error| failed(&error)),
        Place::Topic(topic) => match memory.find(topic).map_err(|error| failed(&error))? {
            Some(_) => {
                let shown = session.ambient.topic(&session.gate, topic).map_err(|trouble| troubled(&trouble))?;
                session.saw(&shown.secrets);
                Ok(Some(shown.text))
            }
            None => Ok(None),
        },
    }
}

/// A refusal as an error: unlike a tool, a resource has no results that say no.
fn denied(refused: &Refused) -> ErrorData {
    ErrorData::new(ErrorCode::INVALID_REQUEST, refused.to_string(), Some(answer::told(refused)))
}

fn failed(error: &(dyn Diagnostic + 'static)) -> ErrorData {
    ErrorData::internal_error(error.to_string(), Some(about(error)))
}

fn troubled(trouble: &Trouble) -> ErrorData {
    ErrorData::internal_error(trouble.to_string(), Some(about(trouble.as_ref())))
}

/// An error in the words of the command line.
pub(crate) fn about(error: &(dyn Diagnostic + 'static)) -> Value {
    json!({"code": error.code(), "message": error.to_string(), "cause": causes(error), "hint": error.hint()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_index_and_topics_are_places() {
        assert!(matches!(Place::parse("memory://index"), Some(Place::Index)));
        assert!(matches!(Place::parse("memory://topics/build-2"), Some(Place::Topic(topic)) if topic.as_str() == "build-2"));
        for strange in [
            "memory://index/",
            "memory://topics/",
            "memory://topics/../x",
            "memory://topics/A",
            "memory://topics/a/b",
            "file:///etc/passwd",
            "",
        ] {
            assert!(Place::parse(strange).is_none(), "{strange}");
        }
    }
}
