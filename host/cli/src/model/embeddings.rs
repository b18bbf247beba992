//! The user's embeddings model, for those who have one: the table `[embeddings]` of `model.toml`. Nothing needs it.

use cofferdam_base::Interrupt;
use cofferdam_confine::Reach;
use cofferdam_model::Embeddings;
use cofferdam_net::Client;
use cofferdam_store::Folder;
use serde::{Deserialize, Serialize};

use super::{Server, configured};
use crate::{failure::Failure, home::Home, output, system::SystemEntropy};

/// The configuration of the embeddings model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbeddingsTable {
    /// Root of the API, below which `/embeddings` is.
    pub(crate) url: String,
    /// Name of the model.
    pub(crate) model: String,
    /// Name of the environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_env: Option<String>,
    /// Name of a file of the configuration folder, mode 0600, that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_file: Option<String>,
}

impl EmbeddingsTable {
    pub(crate) fn server(&self) -> Server<'_> {
        Server { url: &self.url, key_env: self.key_env.as_deref(), key_file: self.key_file.as_deref() }
    }

    fn model(&self, home: &Home, interrupt: Interrupt) -> Result<Embeddings, Failure> {
        let (client, server) = (Client::open(interrupt)?, self.server());
        Ok(Embeddings::new(client, &server.endpoint()?, self.model.clone(), server.key(&home.config)?, Box::new(SystemEntropy))?)
    }
}

/// An embeddings model that is ready to be asked, where there is one, and what is reached with it.
pub(crate) struct Opened {
    pub(crate) embeddings: Option<Embeddings>,
    pub(crate) reach: Reach,
}

/// Opens the embeddings model of a search. Key and certificates are read now: later they are out of reach.
///
/// # Errors
/// A configuration that does not read back.
pub(crate) fn open(home: &Home) -> Result<Opened, Failure> {
    let file = configured(&Folder::open_ambient(&home.config)?)?;
    let table = file.as_ref().and_then(|file| file.embeddings.as_ref());
    Ok(open_with(Reach::nothing(), table, home, Interrupt::default()))
}

/// Opens the embeddings model of a table beside what is reached already. Nothing fails for want of it: where it cannot be
/// opened, the person is told, and what is found is found by words alone.
pub(super) fn open_with(reach: Reach, table: Option<&EmbeddingsTable>, home: &Home, interrupt: Interrupt) -> Opened {
    let Some(table) = table else { return Opened { embeddings: None, reach } };
    match table.model(home, interrupt).and_then(|model| Ok((model, table.server().reached(reach.clone())?))) {
        Ok((model, reach)) => Opened { embeddings: Some(model), reach },
        Err(failure) => {
            say_by_words_alone(&failure);
            Opened { embeddings: None, reach }
        }
    }
}

/// Tells the person that meaning does not count, and why.
pub(crate) fn say_by_words_alone(why: &Failure) {
    output::say(&format!("what is found is ranked by words alone, not by meaning:\n{}", why.render().trim_end()));
}
