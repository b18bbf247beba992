//! `cofferdam init`: whom this machine trusts, and which model answers.

use cofferdam_agent::context::{OutputTokens, Window};

use crate::{
    commands::{CommandResult, Context},
    files,
    model::{self, Api, Mode, ModelFile},
    output,
    session::{Session, User},
};

/// Show whom this machine trusts, set the model, and check the workspace
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam init\n  cofferdam init --url https://api.openai.com/v1 --model gpt-5 --key-env OPENAI_API_KEY\n  cofferdam init --api anthropic --url https://api.anthropic.com --model claude-sonnet-4-5 --key-env ANTHROPIC_API_KEY\n  cofferdam init --url http://127.0.0.1:8092/v1 --model local --window-tokens 12000 --no-plans"
)]
pub(crate) struct Init {
    /// The protocol that the model's server speaks
    #[arg(long, value_enum, default_value_t, requires = "url")]
    api: Api,
    /// Root of the API: with `/v1` for `openai`, without for `anthropic`
    #[arg(long, requires = "model")]
    url: Option<String>,
    /// Name of the model
    #[arg(long, requires = "url")]
    model: Option<String>,
    /// How the model is asked for calls
    #[arg(long, value_enum, default_value_t, requires = "url")]
    mode: Mode,
    /// The environment variable that holds the key
    #[arg(long, value_name = "NAME", requires = "url", conflicts_with = "key_file")]
    key_env: Option<String>,
    /// A file of the configuration folder, mode 0600, that holds the key
    #[arg(long, value_name = "NAME", requires = "url")]
    key_file: Option<String>,
    /// Tokens of the window that a run's requests are fitted into: no more than the model takes
    #[arg(long, value_name = "NUMBER", requires = "url", value_parser = parse_tokens::<Window>)]
    window_tokens: Option<Window>,
    /// Most tokens of one answer: at most half of the window; the model takes both together
    #[arg(long, value_name = "NUMBER", requires = "url", value_parser = parse_tokens::<OutputTokens>)]
    output_tokens: Option<OutputTokens>,
    /// Offer the model no plans (`plan.update`): small local models lose themselves in them
    #[arg(long, requires = "url")]
    no_plans: bool,
}

fn parse_tokens<T: TryFrom<u64, Error: std::fmt::Display>>(text: &str) -> Result<T, String> {
    let tokens: u64 = text.parse().map_err(|error: std::num::ParseIntError| error.to_string())?;
    tokens.try_into().map_err(|error: T::Error| error.to_string())
}

impl Init {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        if let (Some(url), Some(name)) = (self.url, self.model) {
            let before = model::configured(&user.config)?;
            let (prices, window, output, caps, embeddings) =
                before.map_or_else(Default::default, |old| (old.prices, old.window_tokens, old.output_tokens, old.caps, old.embeddings));
            let (api, mode) = (self.api, self.mode);
            let file = ModelFile {
                api,
                url,
                model: name,
                mode,
                key_env: self.key_env,
                key_file: self.key_file,
                prices,
                window_tokens: self.window_tokens.unwrap_or(window),
                output_tokens: self.output_tokens.or(output),
                plans: !self.no_plans,
                caps,
                embeddings,
            };
            model::keep(&user.config, &file)?;
        }
        output::line("Tools run only if one of these keys signed them; check the fingerprint against the project's page:")?;
        for key in user.keyring.keys() {
            output::line(&format!("  {}  {}", key.key.id(), cofferdam_base::text::inline(&key.name, 60)))?;
        }
        match model::configured(&user.config)? {
            Some(file) => {
                output::line(&format!(
                    "Model: {} at {} ({}), key: {}",
                    cofferdam_base::text::inline(&file.model, 80),
                    cofferdam_base::text::inline(&file.url, 120),
                    file.api,
                    file.server().key_source().place()
                ))?;
            }
            None => output::line("Model: none yet; `cofferdam init --help` shows how to set one")?,
        }
        let folder = files::real_path(&context.workspace)?;
        let session = Session::open_for(user, &folder)?;
        output::line(&format!("Workspace: {}, {} tools verified", folder.display(), session.gate.tools().iter().count()))?;
        output::line("Next: `cofferdam run \"what to do\"`, or without a model `cofferdam call files.list '{}'`")?;
        Ok(())
    }
}
