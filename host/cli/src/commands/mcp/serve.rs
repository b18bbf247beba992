//! `cofferdam mcp serve`.

use std::{io::IsTerminal as _, net::SocketAddr, sync::Arc, time::Duration};

use cofferdam_base::Interrupt;
use cofferdam_confine::Reach;
use cofferdam_gate::approval::limits::QUESTIONS;
use cofferdam_mcp::{
    Client, ClientName, Settings, http,
    limits::{IDLE_SECONDS, MAX_IDLE_SECONDS, WAIT_SECONDS},
    stdio,
};
use cofferdam_net::LoopbackListener;

use super::surroundings::Surroundings;
use crate::{
    commands::{CommandResult, Context},
    failure::Failure,
    home::Home,
    interrupt, output,
    waiting::{Questions, parse_most},
};

#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Who the client is, of those in `cofferdam mcp client list`; without it, it is nobody that you know
    #[arg(long, value_name = "NAME", conflicts_with = "http")]
    client: Option<ClientName>,
    /// Serve over HTTP on this address of this machine; each request needs a client's token. With port 0 the system chooses one
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,
    /// After how many seconds without a message an HTTP session ends
    #[arg(long, value_name = "SECONDS", default_value_t = IDLE_SECONDS, value_parser = clap::value_parser!(u64).range(1..=MAX_IDLE_SECONDS), requires = "http")]
    idle: u64,
    /// What becomes of a question that the client may not answer itself: refuse, wait or wait=SECONDS; `cofferdam approve` answers
    /// one that waits
    #[arg(long, value_name = "HOW", default_value_t = Questions::Wait { seconds: WAIT_SECONDS })]
    questions: Questions,
    /// Most questions of one session before they are refused
    #[arg(long, value_name = "NUMBER", default_value_t = QUESTIONS, value_parser = parse_most)]
    most_questions: usize,
}

impl Serve {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        // Before the process confines itself: from then on it opens no socket.
        let listener = self.http.map(LoopbackListener::open).transpose()?;
        let interrupt = Interrupt::default();
        let confinement = context.confine_to_tools(Home::from_environment()?, Reach::nothing(), interrupt.clone())?;
        interrupt::watch(&interrupt)?;
        let surroundings = Surroundings::open(confinement, context.workspace.clone(), self.questions, self.most_questions)?;
        let client = match &self.client {
            Some(name) => surroundings.clients()?.named(name)?,
            None => Client::Unnamed,
        };
        let ambient = Arc::new(surroundings);
        let served = match listener {
            Some(listener) => http::serve(ambient, Settings { listener, idle: self.longest_silence() }, &interrupt),
            None => {
                if std::io::stdin().is_terminal() {
                    output::say("waiting for a client on standard input; a client starts this command by itself, see docs/mcp.md");
                }
                stdio::serve(ambient, client, &interrupt)
            }
        };
        served.map_err(Failure::of)
    }

    /// A question that waits is no silence of the client's.
    fn longest_silence(&self) -> Duration {
        let waiting = match self.questions {
            Questions::Refuse => 0,
            Questions::Wait { seconds } => seconds,
        };
        Duration::from_secs(self.idle.saturating_add(waiting))
    }
}
