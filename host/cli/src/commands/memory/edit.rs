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
        let before = Memory::open(&Folder::open_ambient(&project)?)?.text(&self.topic)?;
        let (text, draft) = match &self.file {
            Some(file) => (files::read_text(file, MAX_TOPIC_BYTES as u64)?, None),
            None => {
                let draft = project.join(format!("{}.draft.md", self.topic));
                (edited(&draft, before.as_deref().unwrap_or_default())?, Some(draft))
            }
        };
        let session = Session::open(&context.confine()?, &context.workspace)?;
        let result = session.gate.edit_memory(&self.topic, before.as_deref(), &text, &mut Terminal::here(Interrupt::default()));
        match (&result, draft) {
            (Ok(_), Some(draft)) => files::remove(&draft)?,
            (Err(_), Some(draft)) => {
                output::say(&format!("what you wrote is kept in {}; the same command opens it again", draft.display()))
            }
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

/// What a person makes of a text in their editor. A draft that an earlier edit left is opened again.
fn edited(draft: &Path, before: &str) -> Result<String, CliError> {
    if files::read_text_if_there(draft, MAX_TOPIC_BYTES as u64)?.is_none() {
        files::write(draft, before.as_bytes(), Overwrite::No, Readers::Owner)?;
    }
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
