//! What the protocol server reaches of this machine: the workspace, the file of clients, standard error.

use std::{path::PathBuf, sync::Arc};

use cofferdam_agent::Journals;
use cofferdam_base::{Digest, Interrupt};
use cofferdam_gate::{Asked, Gate, Reply, Workshop};
use cofferdam_mcp::{Ambient, Client, ShownTopic, TokenDigest, Trouble};
use cofferdam_memory::Topic;
use cofferdam_recall::{Recall, Recalled};
use cofferdam_store::{Folder, publish::Conflicts};

use crate::{
    clients::Clients,
    commands::memory::show,
    confinement::Confinement,
    failure::Failure,
    output, question,
    session::{self, Session, User},
    waiting::{Away, Questions},
};

pub(super) struct Surroundings {
    confinement: Confinement,
    workspace: PathBuf,
    /// The user's configuration folder.
    config: Folder,
    /// One for all sessions: each verifies its tools anew, and an instance is never shared.
    workshop: Arc<Workshop>,
    questions: Questions,
    most_questions: usize,
}

impl Surroundings {
    /// Opens what all sessions share.
    ///
    /// # Errors
    /// The user's folders cannot be opened; the engine does not work.
    pub(super) fn open(confinement: Confinement, workspace: PathBuf, questions: Questions, most_questions: usize) -> Result<Self, Failure> {
        let user = User::open(&confinement)?;
        let workshop = session::workshop(&user)?;
        Ok(Self { confinement, workspace, config: user.config, workshop, questions, most_questions })
    }

    /// The user's clients, as of now.
    ///
    /// # Errors
    /// The file does not read back.
    pub(super) fn clients(&self) -> Result<Clients, Failure> {
        Clients::read(&self.config)
    }

    fn session(&self) -> Result<Session, Failure> {
        let user = User::open(&self.confinement)?;
        Ok(Session::open_with(user, &self.workspace, Conflicts::Refuse, &self.workshop)?.0)
    }
}

impl Ambient for Surroundings {
    fn open(&self) -> Result<Gate, Trouble> {
        Ok(self.session().map_err(Failure::into_trouble)?.gate)
    }

    fn client(&self, token: TokenDigest) -> Result<Option<Client>, Trouble> {
        Ok(self.clients().map_err(Failure::into_trouble)?.of_token(token))
    }

    fn shown(&self, client: &Client, asked: &Asked<'_>) -> String {
        question::shown_as(asked, &format!("{}: {client}", question::CLIENT))
    }

    fn wait(&self, client: &Client, gate: &Gate, asked: &Asked<'_>, interrupt: &Interrupt, begun: &mut dyn FnMut()) -> Reply {
        match self.questions {
            Questions::Refuse => Reply::Nobody,
            Questions::Wait { seconds } => {
                Away { state: gate.state().folder().clone(), seconds }.answer(asked, self.shown(client, asked), interrupt, begun)
            }
        }
    }

    fn most_questions(&self) -> usize {
        self.most_questions
    }

    fn topic(&self, gate: &Gate, topic: &Topic) -> Result<ShownTopic, Trouble> {
        let fault = |error| Failure::from(error).into_trouble();
        let mut recall = Recall::open(gate, Journals::of(gate.state().folder())).map_err(fault)?;
        let found = recall.topic(topic).map_err(fault)?;
        Ok(ShownTopic { text: found.iter().map(show::as_text).collect(), secrets: found.iter().flat_map(Recalled::secrets).collect() })
    }

    fn say(&self, line: &str) {
        output::say(line);
    }

    fn ended(&self, gate: &Gate) {
        match gate.checkpoint() {
            Ok(note) => {
                output::say(&format!("run {} ended; checkpoint {}", gate.run(), Digest::of(note.as_bytes()).short()));
                output::say(note.trim_end());
            }
            Err(fault) => output::say(Failure::from(fault).render().trim_end()),
        }
    }
}
