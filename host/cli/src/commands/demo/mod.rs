//! `cofferdam demo`: the whole pipeline on a package folder that would leak its sources.
//!
//! Every gate is the real one. What the model answers is recorded and what the person answers is scripted; both are labelled so.

mod props;
mod show;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use cofferdam_agent::{Agent, AgentParts, Terms};
use cofferdam_base::{CallId, Class, Clock as _, Diagnostic, Digest, Entropy as _, Interrupt};
use cofferdam_confine::Reach;
use cofferdam_memory::{Found, recheck_found};
use cofferdam_model::{Prices, Provider, Recorded, Recorder};

use self::show::{Audience, Row};
use crate::{
    commands::{CommandResult, Context},
    confinement::Confinement,
    embedded,
    failure::Failure,
    files::{self, Overwrite, Readers},
    home::Home,
    network::Opened,
    output,
    session::{Session, User, read_lock},
    system::{SystemClock, SystemEntropy},
};

/// Watch a whole task go through every gate, on a package that would leak its sources
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cofferdam demo")]
pub(crate) struct Demo {
    /// Where the demo's folders go; without it, a new one in the folder for temporary files
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Write the model's session anew, with the same answers: for who works on the demo itself
    #[arg(long, value_name = "FILE", hide = true)]
    record: Option<PathBuf>,
}

/// Something did not come out as the demo says it does.
#[derive(Debug)]
struct Unexpected {
    step: &'static str,
    found: String,
}

impl std::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the demo's step `{}` came out differently: {}", self.step, cofferdam_base::text::inline(&self.found, 500))
    }
}

impl std::error::Error for Unexpected {}

impl Diagnostic for Unexpected {
    fn code(&self) -> &'static str {
        "demo.unexpected"
    }

    fn class(&self) -> Class {
        Class::Bug
    }

    fn hint(&self) -> Option<String> {
        Some("this is a bug; report it with what `cofferdam doctor` says".to_owned())
    }
}

impl Demo {
    pub(crate) fn run(self, _: &Context) -> CommandResult {
        let root = match self.keep {
            Some(folder) => folder,
            None => fresh_folder()?,
        };
        files::make_folder(&root)?;
        let root = files::real_path(&root)?;
        let package = root.join("package");
        props::lay_out(&package)?;
        let home = Home { config: root.join("home/config"), data: root.join("home/data"), cache: root.join("home/cache") };
        let record = self.record.as_deref().map(files::begin).transpose()?;
        // Only the demo's own folder is in reach, where the model's recorded answers ask for files of the user's.
        let confinement = Confinement::begin(home, &package, Opened { network: None, reach: Reach::nothing() })?;
        props::add_careless_tool(&User::open(&confinement)?, &package)?;
        output::say(&format!("A package folder, {}: its build left a source map with the sources inside.", package.display()));
        output::say("The model's answers are recorded and the person's are scripted; every gate is the real one.\n");
        let session = Session::open(&confinement, &package)?;
        let mut play = Play { session, audience: Audience::new(&package), package };
        play.run_the_agent(record)?;
        play.remember()?;
        play.refuse_a_tampered_tool()?;
        play.close(&root)
    }
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let mut random = [0; 10];
    SystemEntropy.fill(&mut random)?;
    #[expect(clippy::disallowed_methods, reason = "the demo works in a folder of its own, outside everything of the user's")]
    let temporary = std::env::temp_dir();
    Ok(temporary.join(format!("cofferdam-demo-{}", CallId::new(SystemClock.now(), random))))
}

/// The demo while it runs.
struct Play {
    session: Session,
    package: PathBuf,
    audience: Audience,
}

/// What the recorded model is asked for.
const TASK: &str = "This package must not leak anything. Find out what would be published, keep everything out that only the build \
                    needs, and remember how it is done.";
/// What the recorded model said, and what it was asked: replayed only where it is asked the same.
const SESSION: &str = include_str!("session.jsonl");
/// The refusals that the recorded model runs into, in this order.
const REFUSALS: [&str; 3] = ["gate.path-outside", "policy.declined", "gate.postcondition"];

impl Play {
    /// The whole task, as `cofferdam run` would do it.
    fn run_the_agent(&mut self, record: Option<File>) -> CommandResult {
        let step = "the agent's run";
        let recorded = Recorded::parse(SESSION)?;
        let mut provider: Box<dyn Provider> = match record {
            None => Box::new(recorded),
            Some(mut file) => {
                let sink = Box::new(move |line: &str| files::append_line(&mut file, line));
                Box::new(Recorder::begin(Box::new(recorded.whatever_is_asked()), sink)?)
            }
        };
        output::say(&format!("task: {TASK}\n"));
        let parts = AgentParts {
            gate: &self.session.gate,
            provider: provider.as_mut(),
            prices: Prices::default(),
            embeddings: None,
            clock: &SystemClock,
            interrupt: Interrupt::default(),
        };
        let ended = Agent::begin(parts, TASK, Terms::default())?.go(&mut self.audience)?;
        output::say(&format!("◀ {}\n", cofferdam_base::text::block(&ended.answer, 2000)));
        if let Some(broken) = self.audience.broken.take() {
            return Err(Unexpected { step, found: broken }.into());
        }
        if self.audience.refusals != REFUSALS {
            return Err(Unexpected { step, found: format!("refusals: {}", self.audience.refusals.join(", ")) }.into());
        }
        Ok(())
    }

    /// What was remembered is fresh; after somebody changed a file that it cites, it is stale.
    fn remember(&mut self) -> CommandResult {
        let step = "what was remembered";
        let before = self.states()?;
        output::say(&format!("▶ {step}\n  {}", before.join("\n  ")));
        let found = files::read_text(&self.package.join("package.json"), 1 << 20)?;
        files::write(&self.package.join("package.json"), found.replace("1.0.0", "1.0.1").as_bytes(), Overwrite::Yes, Readers::Everybody)?;
        let after = self.states()?;
        output::say(&format!("  somebody changes package.json\n  {}\n", after.join("\n  ")));
        match (before.as_slice(), after.as_slice()) {
            ([before], [after]) if before.starts_with("[fresh]") && after.starts_with("[stale: package.json changed]") => {
                self.audience.table.push(Row::new(step, "fresh, then stale", "package.json changed"));
                Ok(())
            }
            _ => Err(Unexpected { step, found: format!("{} / {}", before.join(" "), after.join(" ")) }.into()),
        }
    }

    /// Every memory with its state now.
    fn states(&self) -> Result<Vec<String>, Failure> {
        let gate = &self.session.gate;
        let found = gate.memory()?.all()?;
        let witness = gate.witness(&found)?;
        Ok(found
            .iter()
            .map(|found| {
                let text = if let Found::Entry(entry) = found { entry.text() } else { "written by hand" };
                format!("[{}] {}", recheck_found(found, &witness), cofferdam_base::text::inline(text, 200))
            })
            .collect())
    }

    fn refuse_a_tampered_tool(&mut self) -> CommandResult {
        let step = "a tool with one bit changed";
        output::say(&format!("▶ {step}"));
        let (lock, _) = read_lock(&self.package)?;
        let entry = lock
            .entries()
            .find(|entry| entry.name().as_str() == "files")
            .ok_or(Unexpected { step, found: "no tool is locked".to_owned() })?;
        let (component, statement) = embedded::tool("files").ok_or(Unexpected { step, found: "no tool is embedded".to_owned() })?;
        let mut component = component.to_vec();
        if let Some(byte) = component.get_mut(1000) {
            *byte ^= 1;
        }
        match cofferdam_trust::verify(component.into(), statement, entry, &self.session.user.keyring, SystemClock.now()) {
            Ok(_) => Err(Unexpected { step, found: "it was accepted".to_owned() }.into()),
            Err(error) => {
                output::say(&format!("  refused[{}]: {error}\n", error.code()));
                self.audience.table.push(Row::new(step, &format!("refused ({})", error.code()), "never loaded"));
                Ok(())
            }
        }
    }

    /// The ledger verifies; the table; how to look closer.
    fn close(mut self, root: &Path) -> CommandResult {
        let note = self.session.gate.checkpoint()?;
        let leaves = note.lines().nth(1).unwrap_or_default().to_owned();
        self.audience.table.push(Row::new(
            "the ledger",
            &format!("{leaves} leaves, signed"),
            &format!("checkpoint {}", Digest::of(note.as_bytes()).short()),
        ));
        output::line(&self.audience.table.to_string())?;
        let again = format!("COFFERDAM_HOME={} cofferdam --workspace {}", root.join("home").display(), self.package.display());
        output::line(&format!(
            "Look closer:\n  {again} history\n  {again} memory verify\n  {again} undo\n  {again} tool inspect edit\n  {again} policy explain files.read --arguments '{{\"path\": \".env\"}}'\n  cofferdam-audit ledger verify \"$({again} ledger path)\""
        ))?;
        Ok(())
    }
}
