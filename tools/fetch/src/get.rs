//! `fetch.get`: what is at a URL.

use cofferdam_tool_sdk::{Failure, Function, JsonSchema, Verdict, Verification, Workspace};
use serde::Deserialize;

use crate::{
    address::{self, MAX_URL_BYTES},
    answer::{self, Fetched},
    follow::Asked,
    problem::Problem,
};

/// Gets what is at a URL as text: web pages with links as `[words](address)`, JSON, XML and other text as it is, up to 200,000
/// characters. An HTTP error is an answer: look at `status`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    /// The URL, `http` or `https`.
    #[schemars(length(min = 1, max = MAX_URL_BYTES))]
    pub url: String,
}

impl Get {
    fn asked(&self) -> Result<Asked, Problem> {
        Ok(Asked { url: address::parse(&self.url)?, posted: None })
    }
}

impl Function for Get {
    const NAME: &'static str = "get";
    type Output = Fetched;

    fn invoke(&self, workspace: &Workspace) -> Result<Fetched, Failure> {
        Ok(answer::fetch(workspace.http(), self.asked()?)?)
    }

    fn verify(&self, output: &Fetched, world: &Verification) -> Verdict {
        answer::check(&world.http, self.asked()?, output)
    }
}
