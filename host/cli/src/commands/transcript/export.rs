//! `cofferdam transcript export`: a run as JSON lines, to keep or to give away.

use std::path::PathBuf;

use cofferdam_base::RunId;

use super::{run_of::RunOf, show::as_json, walk::walk};
use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    files, output,
    session::Session,
};

#[derive(clap::Args)]
pub(super) struct Export {
    /// The run: the agent's, or the ledger's
    run: RunId,
    /// A new file for it, which only you can read; without it, standard output
    #[arg(long)]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(self, context: &Context) -> CommandResult {
        // Opened before the process gives up what lies outside its folders.
        let mut file = self.output.as_deref().map(files::create).transpose()?;
        let result = Session::open(&context.confine()?, &context.workspace).and_then(|session| {
            let run = RunOf::find(&session.gate, &self.run)?;
            walk(&session.gate, &run, None, |item| {
                let line = as_json(&item)?.to_string();
                match (&mut file, &self.output) {
                    (Some(file), Some(path)) => files::append_line(file, &line).map_err(|source| CliError::File {
                        path: path.to_string_lossy().into_owned(),
                        what: "written",
                        source,
                    })?,
                    (_, _) => output::line(&line)?,
                }
                Ok(())
            })
        });
        if let (Err(_), Some(path)) = (&result, &self.output) {
            output::say(&format!("what was written until then is in {}", path.display()));
        }
        result
    }
}
