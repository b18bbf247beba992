//! Texts as vectors, by any server that speaks OpenAI's `/embeddings`. What the vectors are good for is judged by who asked.

use std::time::Duration;

use cofferdam_base::Entropy;
use cofferdam_net::{Client, CredentialForm, Endpoint, NetError, Post, Secret, Timing};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Meter, ModelError,
    exchange::{self, Fault, reported},
};

/// How long an answer may take, and how large it may be.
///
/// Somebody waits for a search that can do without: less time than for a chat. The bytes are those of 51 vectors of 8000
/// numbers, more than any model has.
const TIMING: Timing = Timing { total: Duration::from_secs(120), idle: Duration::from_secs(60), response_bytes: 8 << 20 };

/// A model that makes vectors of texts.
pub struct Embeddings {
    client: Client,
    endpoint: Endpoint,
    model: String,
    key: Option<Secret>,
    entropy: Box<dyn Entropy>,
}

impl std::fmt::Debug for Embeddings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embeddings").field("endpoint", &self.endpoint).field("model", &self.model).finish_non_exhaustive()
    }
}

/// A request that was written and not sent yet.
#[derive(Debug)]
pub struct Request(Vec<u8>);

impl Embeddings {
    /// A model over an open client. Entropy is for the retries' jitter.
    ///
    /// # Errors
    /// The endpoint cannot be made from the base.
    pub fn new(client: Client, base: &Endpoint, model: String, key: Option<Secret>, entropy: Box<dyn Entropy>) -> Result<Self, NetError> {
        Ok(Self { client, endpoint: base.below("embeddings")?, model, key, entropy })
    }

    /// The host that a request goes to, for the `model:send` policy.
    #[must_use]
    pub fn host(&self) -> &str {
        self.endpoint.host_name()
    }

    /// Writes the request for some texts.
    ///
    /// # Errors
    /// [`ModelError::Request`].
    pub fn request(&self, texts: &[&str]) -> Result<Request, ModelError> {
        serde_json::to_vec(&json!({"model": self.model, "input": texts})).map(Request).map_err(ModelError::Request)
    }

    /// Asks for a vector for each text, in the order of the texts; as the server sent them. Every request passes the meter.
    ///
    /// # Errors
    /// See [`crate::Provider::complete`].
    pub fn ask(&self, request: &Request, meter: &mut dyn Meter) -> Result<Vec<Vec<f32>>, ModelError> {
        let (endpoint, secret) = (&self.endpoint, self.key.as_ref());
        let post = Post { endpoint, secret, form: CredentialForm::Bearer, headers: &[], body: &request.0 };
        let Parsed { vectors, tokens } = exchange::ask_for_object(&self.client, &post, TIMING, self.entropy.as_ref(), meter, parse)?;
        meter.counted(tokens);
        Ok(vectors)
    }
}

// Unknown members are passed over, as in a chat's answer: nothing in it is believed.
#[derive(Deserialize)]
struct Answer {
    data: Vec<Numbered>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
}

/// An answer that was read.
#[derive(Debug)]
struct Parsed {
    vectors: Vec<Vec<f32>>,
    /// Tokens of the texts, by the server's count; 0 where it gives none.
    tokens: u64,
}

#[derive(Deserialize)]
struct Numbered {
    index: usize,
    embedding: Vec<f32>,
}

/// Reads an answer with status 200. Its vectors may come in any order; each says which text it is for.
fn parse(body: &[u8]) -> Result<Parsed, Fault> {
    let wrong = |error: serde_json::Error| Fault::Protocol(error.to_string());
    let value: Value = serde_json::from_slice(body).map_err(wrong)?;
    if let Some((kind, message)) = reported(&value) {
        return Err(Fault::Reported { kind, message });
    }
    let Answer { mut data, usage } = serde_json::from_value(value).map_err(wrong)?;
    data.sort_by_key(|one| one.index);
    if data.iter().enumerate().any(|(place, one)| one.index != place) {
        return Err(Fault::Protocol("its vectors are not numbered 0, 1, 2 and so on".to_owned()));
    }
    let tokens = usage.map(|usage| usage.prompt_tokens).unwrap_or_default();
    Ok(Parsed { vectors: data.into_iter().map(|one| one.embedding).collect(), tokens })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(answer: &Value) -> Result<Parsed, Fault> {
        parse(answer.to_string().as_bytes())
    }

    #[test]
    fn vectors_come_in_the_order_of_the_texts_whatever_the_order_of_the_answer() {
        let answer = json!({"object": "list", "data": [
            {"object": "embedding", "index": 1, "embedding": [0.5, -2]},
            {"object": "embedding", "index": 0, "embedding": [1, 0]},
        ], "usage": {"prompt_tokens": 3}});
        let Parsed { vectors, tokens } = parsed(&answer).unwrap();
        assert_eq!((vectors, tokens), (vec![vec![1.0, 0.0], vec![0.5, -2.0]], 3));
        assert!(parsed(&json!({"data": []})).unwrap().vectors.is_empty());
    }

    #[test]
    fn an_answer_that_is_none_has_a_named_error() {
        let one = json!({"index": 0, "embedding": [1]});
        for answer in [
            json!({}),
            json!({"data": [one, one]}),
            json!({"data": [{"index": 1, "embedding": [1]}]}),
            json!({"data": [{"embedding": [1]}]}),
            json!({"data": [{"index": 0, "embedding": [null]}]}),
            json!({"data": [{"index": 0, "embedding": "AACAPw=="}]}),
        ] {
            assert!(matches!(parsed(&answer), Err(Fault::Protocol(_))), "{answer}");
        }
        assert!(matches!(parse(b"<html>"), Err(Fault::Protocol(_))));
        assert!(matches!(parsed(&json!({"error": {"message": "no"}})), Err(Fault::Reported { message, .. }) if message == "no"));
    }
}
