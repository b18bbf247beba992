//! What the protocol server reaches of this machine: the workspace, the file of clients, standard error.

use std::path::PathBuf;

use cofferdam_agent::Journals;
use cofferdam_base::{Digest, Interrupt};
use cofferdam_gate::{Asked, Gate, Reply};
use cofferdam_mcp::{Ambient, Client, TokenDigest, Trouble};
use cofferdam_memory::Topic;
use cofferdam_recall::Recall;
use cofferdam_store::Folder;

use crate::{
    clients::Clients,
    commands::memory::show,
    confinement::Confinement,
    failure::Failure,
    output, question,
    session::Session,
    waiting::{Away, Questions},
};

pub(super) struct Surroundings {
    confinement: Confinement,
    workspace: PathBuf,
    /// The user's configuration folder.
    config: Folder,
    questions: Questions,
    most_questions: usize,
}

impl Surroundings {
    pub(super) fn new(confinement: Confinement, workspace: PathBuf, config: Folder, questions: Questions, most_questions: usize) -> Self {
        Self { confinement, workspace, config, questions, most_questions }
    }
}

impl Ambient for Surroundings {
    fn open(&self) -> Result<Gate, Trouble> {
        Ok(Session::open(&self.confinement, &self.workspace).map_err(Failure::into_trouble)?.gate)
    }

    fn client(&self, token: TokenDigest) -> Result<Option<Client>, Trouble> {
        Ok(Clients::read(&self.config).map_err(Failure::into_trouble)?.of_token(token))
    }

    fn shown(&self, asked: &Asked<'_>) -> String {
        question::shown(asked)
    }

    fn wait(&self, gate: &Gate, asked: &Asked<'_>, interrupt: &Interrupt, begun: &mut dyn FnMut()) -> Reply {
        match self.questions {
            Questions::Refuse => Reply::Nobody,
            Questions::Wait { seconds } => {
                Away { state: gate.state().folder().clone(), seconds }.answer(asked, question::shown(asked), interrupt, begun)
            }
        }
    }

    fn most_questions(&self) -> usize {
        self.most_questions
    }

    fn topic(&self, gate: &Gate, topic: &Topic) -> Result<String, Trouble> {
        let fault = |error| Failure::from(error).into_trouble();
        let mut recall = Recall::open(gate, Journals::of(gate.state().folder())).map_err(fault)?;
        Ok(recall.topic(topic).map_err(fault)?.iter().map(show::as_text).collect())
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
