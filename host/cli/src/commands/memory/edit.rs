//! `cofferdam memory edit`: a person's own words in the memory, recorded as theirs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use cofferdam_base::Interrupt;
use cofferdam_gate::Edited;
use cofferdam_memory::{MAX_TOPIC_BYTES, Memory, Topic};
use cofferdam_store::Folder;
use serde_json::json;

use crate::{
    approver::Terminal,
    commands::{CommandResult, Context},
    failure::CliError,
    files::{self, Overwrite, Readers},
    home::Home,
    output::{self, Format},
    session::Session,
};

/// The editor where the environment names none.
const EDITOR: &str = "vi";

#[derive(clap::Args)]
pub(super) struct Edit {
    /// The topic; a new one is made
    topic: Topic,
    /// Take the topic's whole new text from a file (`-`: standard input) instead of an editor
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Edit {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        let project = Home::from_environment()?.project(&files::real_path(&context.workspace)?);
        let now = Memory::open(&Folder::open_ambient(&project)?)?.text(&self.topic)?;
        let (text, before, draft) = match &self.file {
            Some(file) => (files::read_text(file, MAX_TOPIC_BYTES as u64)?, now, None),
            None => {
                let draft = Draft::open(&project, &self.topic, now.as_deref())?;
                (draft.edited()?, draft.before.clone(), Some(draft))
            }
        };
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let result = session.gate.edit_memory(&self.topic, before.as_deref(), &text, &mut Terminal::here(Interrupt::default()));
        match (&result, draft) {
            (Ok(_), Some(draft)) => draft.remove()?,
            (Err(_), Some(draft)) => output::say(&format!(
                "what you wrote is kept in {}; the same command opens it again, against the topic as it was when you began; remove \
                 the file to begin anew",
                draft.path.display()
            )),
            (_, None) => {}
        }
        let edited = result.map_err(|refused| *refused)?;
        if before.is_some() {
            // What was taken out may be what nobody should read any more: its words go from the index too.
            session.recall()?.clear()?;
        }
        tell(edited, &self.topic, context.format)
    }
}

fn tell(edited: Edited, topic: &Topic, format: Format) -> CommandResult {
    let Edited { stated, removed } = edited;
    match format {
        Format::Text => output::line(&format!("{topic}: {stated} statements recorded as yours, {removed} entries taken out"))?,
        Format::Json => output::line(&json!({"topic": topic.as_str(), "stated": stated, "removed": removed}).to_string())?,
    }
    Ok(())
}

/// What a person writes, and the topic as it was when they began: against that it is compared, so that what came into the topic
/// since is not taken for something that they took out.
struct Draft {
    path: PathBuf,
    base: PathBuf,
    before: Option<String>,
}

impl Draft {
    /// Begins one, or opens the one that an earlier edit left.
    fn open(project: &Path, topic: &Topic, now: Option<&str>) -> Result<Self, CliError> {
        let [path, base] = ["draft", "draft.base"].map(|what| project.join(format!("{topic}.{what}.md")));
        if files::read_text_if_there(&path, MAX_TOPIC_BYTES as u64)?.is_none() {
            files::remove(&base)?;
            if let Some(now) = now {
                files::write(&base, now.as_bytes(), Overwrite::No, Readers::Owner)?;
            }
            files::write(&path, now.unwrap_or_default().as_bytes(), Overwrite::No, Readers::Owner)?;
        }
        // Without one, the topic was not there.
        let before = files::read_text_if_there(&base, 2 * MAX_TOPIC_BYTES as u64)?;
        Ok(Self { path, base, before })
    }

    fn remove(&self) -> Result<(), CliError> {
        files::remove(&self.path)?;
        files::remove(&self.base)
    }

    /// What the person makes of it in their editor.
    fn edited(&self) -> Result<String, CliError> {
        edited(&self.path)
    }
}

fn edited(draft: &Path) -> Result<String, CliError> {
    #[expect(clippy::disallowed_methods, reason = "which editor a person wants, their environment says")]
    let wanted = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty()));
    let wanted = wanted.unwrap_or_else(|| EDITOR.to_owned());
    let mut words = wanted.split_whitespace();
    let program = words.next().unwrap_or(EDITOR);
    let fault = |why: String| CliError::Program { program: program.to_owned(), why };
    #[expect(clippy::disallowed_methods, reason = "a person's own editor, at their own command; nothing here is run for a model")]
    let status = Command::new(program).args(words).arg(draft).status().map_err(|error| fault(error.to_string()))?;
    if !status.success() {
        return Err(fault(status.to_string()));
    }
    files::read_text(draft, MAX_TOPIC_BYTES as u64)
}
