//! What the command line gives the server: workspace, person, terminal. Authority enters here and nowhere else.

use std::collections::BTreeSet;

use cofferdam_base::{Diagnostic, Interrupt};
use cofferdam_gate::{Asked, Gate, Reply};
use cofferdam_memory::Topic;

use crate::{Client, TokenDigest};

/// Any error of the product.
pub type Trouble = Box<dyn Diagnostic + Send + Sync>;

/// A topic of the memory, as a client is shown it.
#[derive(Debug)]
pub struct ShownTopic {
    /// As `cofferdam memory show` has it.
    pub text: String,
    /// What is confidential in it, by name.
    pub secrets: BTreeSet<String>,
}

/// The server's surroundings.
pub trait Ambient: Send + Sync + 'static {
    /// Opens the workspace for one session: a gate of its own, and with it a run of its own.
    ///
    /// # Errors
    /// Whatever does not check out.
    fn open(&self) -> Result<Gate, Trouble>;

    /// Who has a token, as of now.
    ///
    /// # Errors
    /// The file of clients does not read back; then nobody is let in.
    fn client(&self, token: TokenDigest) -> Result<Option<Client>, Trouble>;

    /// A question of a client as a person is shown it, escaped and bounded.
    fn shown(&self, client: &Client, asked: &Asked<'_>) -> String;

    /// Puts a question of a client where a person at another terminal finds it, for as long as the command line says; `begun` is called once it
    /// is there.
    fn wait(&self, client: &Client, gate: &Gate, asked: &Asked<'_>, interrupt: &Interrupt, begun: &mut dyn FnMut()) -> Reply;

    /// Most questions of one session.
    fn most_questions(&self) -> usize;

    /// What stands in a topic of the memory, each entry checked now.
    ///
    /// # Errors
    /// It cannot be read.
    fn topic(&self, gate: &Gate, topic: &Topic) -> Result<ShownTopic, Trouble>;

    /// Tells the person who started the server something.
    fn say(&self, line: &str);

    /// A session is over, and nothing of it is on its way any more.
    fn ended(&self, gate: &Gate);
}
