//! One request and its answer, whichever protocol it is in: read as it comes, and asked again where that can help.
//!
//! A request whose answer broke off is sent again. That is safe: nothing is done with an answer before it is whole, and an
//! answer is whole only when the server said so.

use std::{ops::ControlFlow, time::Duration};

use cofferdam_base::{Entropy, text};
use cofferdam_net::{Client, Head, NetError, Post, Timing};
use serde_json::Value;

use crate::{
    Answered, ChatResponse, Listener, ModelError,
    calls::TooManyCalls,
    event_stream::{Event, EventStream},
    meter::{Admitted, Meter},
    retry,
};

/// How long an answer may take, and how large it may be.
///
/// Local models on a busy machine take minutes, and some servers say nothing while a call is being written; a chat answer is
/// far smaller than the bytes, more is a fault or an attack.
const TIMING: Timing = Timing { total: Duration::from_secs(600), idle: Duration::from_secs(180), response_bytes: 8 << 20 };
/// Longest piece of a server's error message that is kept.
const MAX_MESSAGE_CHARS: usize = 300;

/// Why a request brought no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The network brought nothing, or broke it off.
    Net(NetError),
    /// The server refused the request.
    Status {
        /// What it answered with.
        head: Head,
        /// What it said.
        body: String,
    },
    /// The stream ended before the answer did.
    Unfinished,
    /// The server reported an error instead of the rest of its answer.
    Reported {
        /// Its name for it.
        kind: String,
        /// Its words.
        message: String,
    },
    /// The answer is not what the protocol says.
    Protocol(String),
    /// The answer asks for more calls than one may.
    TooManyCalls,
    /// The request was not admitted: a cap would be passed.
    Capped(ModelError),
}

/// A request that brought no answer, after all attempts.
#[derive(Debug)]
pub(crate) struct Failed {
    /// The last failure.
    pub(crate) fault: Fault,
    /// Requests that were sent.
    pub(crate) attempts: u32,
}

impl From<Failed> for ModelError {
    fn from(failed: Failed) -> Self {
        match failed.fault {
            Fault::Net(source) => Self::Net { attempts: failed.attempts, source },
            Fault::Status { head, body } => {
                let parsed: Value = serde_json::from_str(&body).unwrap_or_default();
                let message = reported(&parsed).map_or(body, |(_, message)| message);
                Self::Status { status: head.status, message: text::inline(&message, MAX_MESSAGE_CHARS) }
            }
            Fault::Unfinished => Self::Answer { why: format!("it ended before it was whole, after {} requests", failed.attempts) },
            Fault::Reported { kind, message } => Self::Reported { kind, message: text::inline(&message, MAX_MESSAGE_CHARS) },
            Fault::Protocol(why) => Self::Answer { why },
            Fault::TooManyCalls => TooManyCalls.into(),
            Fault::Capped(cap) => cap,
        }
    }
}

/// Kind and message of the error object that both protocols have.
pub(crate) fn reported(value: &Value) -> Option<(String, String)> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let word =
        |name: &str| error.get(name).and_then(|member| member.as_str().map(str::to_owned).or_else(|| Some(member.as_u64()?.to_string())));
    let kind = word("type").or_else(|| word("code")).unwrap_or_default();
    let message = word("message").or_else(|| Some(error.as_str()?.to_owned()));
    Some((kind, message.unwrap_or_else(|| error.to_string())))
}

/// Reads one answer of a protocol.
pub(crate) trait Reading: Default {
    /// Takes an event of the stream; breaks where the answer is whole and nothing more belongs to it.
    ///
    /// # Errors
    /// [`Fault::Protocol`], [`Fault::Reported`].
    fn take(&mut self, event: &Event, listener: &mut dyn Listener) -> Result<ControlFlow<()>, Fault>;

    /// The answer, after the stream's end.
    ///
    /// # Errors
    /// [`Fault::Unfinished`], [`Fault::Protocol`].
    fn finish(self) -> Result<ChatResponse, Fault>;

    /// Reads an answer that came as one JSON object, from a server that does not stream.
    ///
    /// # Errors
    /// [`Fault::Protocol`], [`Fault::Reported`].
    fn parse(body: &[u8]) -> Result<ChatResponse, Fault>;
}

/// Asks until there is an answer, or a failure that asking again does not change. Every request passes the meter.
pub(crate) fn ask<R: Reading>(
    client: &Client,
    post: &Post<'_>,
    entropy: &dyn Entropy,
    meter: &mut dyn Meter,
    listener: &mut dyn Listener,
) -> Result<Answered, Failed> {
    let (response, attempts) = repeated(client, post, entropy, meter, |admitted| {
        let mut heard = Heard { listener: &mut *listener, something: false };
        let response = once::<R>(client, post, admitted, &mut heard);
        if response.is_err() && heard.something {
            listener.heard_in_vain();
        }
        response
    })?;
    Ok(Answered { response, sent: vec![bytes(post); attempts as usize] })
}

/// Asks for an answer that is one JSON object and no stream, in the same way.
pub(crate) fn ask_for_object<T>(
    client: &Client,
    post: &Post<'_>,
    timing: Timing,
    entropy: &dyn Entropy,
    meter: &mut dyn Meter,
    parse: fn(&[u8]) -> Result<T, Fault>,
) -> Result<T, Failed> {
    let answered = repeated(client, post, entropy, meter, |_admitted| {
        let mut body = Vec::new();
        let head = client.post(post, timing, &mut |_, piece| {
            body.extend_from_slice(piece);
            ControlFlow::Continue(())
        });
        parse(&accepted(head.map_err(Fault::Net)?, body)?)
    });
    answered.map(|(answer, _)| answer)
}

/// Bytes of a request.
fn bytes(post: &Post<'_>) -> u64 {
    post.body.len() as u64
}

/// Does `once` until it succeeds, or fails for good; gives how often it was done.
fn repeated<T>(
    client: &Client,
    post: &Post<'_>,
    entropy: &dyn Entropy,
    meter: &mut dyn Meter,
    mut once: impl FnMut(Admitted) -> Result<T, Fault>,
) -> Result<(T, u32), Failed> {
    let mut attempts = 0;
    loop {
        let admitted = meter.admit(bytes(post)).map_err(|cap| Failed { fault: Fault::Capped(cap), attempts })?;
        attempts += 1;
        let fault = match once(admitted) {
            Ok(answer) => return Ok((answer, attempts)),
            Err(fault) => fault,
        };
        match retry::after(&fault, attempts, entropy) {
            Some(pause) => client.wait(pause).map_err(|source| Failed { fault: Fault::Net(source), attempts })?,
            None => return Err(Failed { fault, attempts }),
        }
    }
}

/// The body of an answer that the server does not refuse with.
fn accepted(head: Head, body: Vec<u8>) -> Result<Vec<u8>, Fault> {
    if head.status == 200 { Ok(body) } else { Err(Fault::Status { head, body: String::from_utf8_lossy(&body).into_owned() }) }
}

/// Remembers whether there was anything to hear.
struct Heard<'a> {
    listener: &'a mut dyn Listener,
    something: bool,
}

impl Listener for Heard<'_> {
    fn heard(&mut self, piece: &str) {
        if !piece.is_empty() {
            self.something = true;
            self.listener.heard(piece);
        }
    }
}

/// Asks once.
fn once<R: Reading>(client: &Client, post: &Post<'_>, _admitted: Admitted, listener: &mut dyn Listener) -> Result<ChatResponse, Fault> {
    let mut stream = Streamed::<R>::default();
    let mut body = Vec::new();
    let head = client.post(post, TIMING, &mut |head, piece| {
        if head.status == 200 && head.is_event_stream {
            return stream.feed(piece, listener);
        }
        body.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    // What is wrong with the stream comes first: it is why no more of it was read.
    let head = match (stream.fault, head) {
        (Some(fault), _) => return Err(fault),
        (None, Ok(head)) => head,
        // The server said that the answer is whole: how the connection ended then says nothing of it.
        (None, Err(error)) => return stream.reading.finish().map_err(|_| Fault::Net(error)),
    };
    let is_event_stream = head.is_event_stream;
    let body = accepted(head, body)?;
    if is_event_stream {
        return stream.reading.finish();
    }
    let response = R::parse(&body)?;
    listener.heard(&response.text);
    Ok(response)
}

/// A stream while it comes.
#[derive(Default)]
struct Streamed<R> {
    events: EventStream,
    reading: R,
    fault: Option<Fault>,
}

impl<R: Reading> Streamed<R> {
    fn feed(&mut self, piece: &[u8], listener: &mut dyn Listener) -> ControlFlow<()> {
        match self.read(piece, listener) {
            Ok(flow) => flow,
            Err(fault) => {
                self.fault = Some(fault);
                ControlFlow::Break(())
            }
        }
    }

    fn read(&mut self, piece: &[u8], listener: &mut dyn Listener) -> Result<ControlFlow<()>, Fault> {
        let events = self.events.feed(piece).map_err(|_| Fault::Protocol("an event of its stream is too large".to_owned()))?;
        for event in events {
            if self.reading.take(&event, listener)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Reads a whole stream, cut into pieces of `size` bytes: what the tests of both protocols do.
#[cfg(test)]
pub(crate) fn read_stream<R: Reading>(stream: &[u8], size: usize, listener: &mut dyn Listener) -> Result<ChatResponse, Fault> {
    let mut streamed = Streamed::<R>::default();
    for piece in stream.chunks(size.max(1)) {
        if streamed.feed(piece, listener).is_break() {
            break;
        }
    }
    streamed.fault.map_or_else(|| streamed.reading.finish(), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Diagnostic as _;
    use serde_json::json;

    #[test]
    fn the_error_object_is_read_in_the_spellings_that_servers_have() {
        for (object, kind, message) in [
            (json!({"error": {"message": "no", "type": "overloaded_error"}}), "overloaded_error", "no"),
            (json!({"error": {"message": "no", "code": 503}}), "503", "no"),
            (json!({"error": "no"}), "", "no"),
            (json!({"error": {"why": 1}}), "", "{\"why\":1}"),
        ] {
            assert_eq!(reported(&object), Some((kind.to_owned(), message.to_owned())));
        }
        assert_eq!(reported(&json!({"error": null, "choices": []})), None);
    }

    #[test]
    fn a_failure_has_the_code_of_its_kind_and_a_short_message() {
        let code = |fault| ModelError::from(Failed { fault, attempts: 3 }).code();
        assert_eq!(code(Fault::Unfinished), "model.answer");
        assert_eq!(code(Fault::Protocol(String::new())), "model.answer");
        assert_eq!(code(Fault::Net(NetError::Interrupted)), "net.interrupted");
        assert_eq!(code(Fault::Reported { kind: String::new(), message: String::new() }), "model.reported");
        let head = Head { status: 400, retry_after: None, is_event_stream: false };
        let fault = Fault::Status { head, body: json!({"error": {"message": "x".repeat(999)}}).to_string() };
        let ModelError::Status { status: 400, message } = Failed { fault, attempts: 1 }.into() else { panic!("a status") };
        assert_eq!(message.chars().count(), MAX_MESSAGE_CHARS + 1);
    }
}
