//! `fetch.post`: handing something over at a URL.

use cofferdam_tool_sdk::{Failure, Function, JsonSchema, Verdict, Verification, Workspace};
use serde::{Deserialize, Serialize};

use crate::{
    address::{self, MAX_URL_BYTES},
    answer::{self, Fetched},
    follow::Asked,
    problem::Problem,
};

/// Posts a text to a URL, which cannot be taken back, and gives the answer as `get` does.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// The URL, `http` or `https`.
    #[schemars(length(min = 1, max = MAX_URL_BYTES))]
    pub url: String,
    /// What is posted.
    pub body: String,
    /// What the body is.
    pub content_type: ContentType,
}

/// What can be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it, and a model reads the docs with every request")]
pub enum ContentType {
    #[serde(rename = "application/json")]
    Json,
    #[serde(rename = "application/x-www-form-urlencoded")]
    Form,
    #[serde(rename = "text/plain")]
    Text,
}

impl ContentType {
    /// As in the header.
    fn header(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

impl Post {
    fn asked(&self) -> Result<Asked, Problem> {
        Ok(Asked { url: address::parse(&self.url)?, posted: Some((self.body.clone(), self.content_type.header())) })
    }
}

impl Function for Post {
    const NAME: &'static str = "post";
    type Output = Fetched;

    fn invoke(&self, workspace: &Workspace) -> Result<Fetched, Failure> {
        Ok(answer::fetch(workspace.http(), self.asked()?)?)
    }

    fn verify(&self, output: &Fetched, world: &Verification) -> Verdict {
        answer::check(&world.http, self.asked()?, output)
    }
}
