//! `cofferdam recover`: what a crash left half-done, and a person's word on what somebody else changed since.
//!
//! Every command first completes an interrupted call. Only where another program changed one of its paths meanwhile does it
//! need a person: nothing of theirs is overwritten unasked, and no half of the call stays unseen.

use cofferdam_base::text;
use cofferdam_gate::Gate;
use cofferdam_store::{
    StateDir, Workspace,
    publish::{Conflicts, Outcome, Recovered, Standing, Unfinished},
};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    confirm::{NotConfirmed, confirmed},
    failure::Failure,
    files,
    output::{self, Format},
    session::{Session, User},
    system,
};

/// Show what a crash left half-done, and decide about files that another program changed since
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cofferdam recover\n  cofferdam recover --keep-theirs\n  cofferdam recover --keep-theirs --yes")]
pub(crate) struct Recover {
    /// Leave what another program changed as it is, and take the rest of the call back
    #[arg(long)]
    keep_theirs: bool,
    /// Do it without being asked: for scripts of a person who has looked
    #[arg(long, requires = "keep_theirs")]
    yes: bool,
}

/// Nobody confirmed it.
const NOT_CONFIRMED: NotConfirmed = NotConfirmed {
    code: "cli.not-confirmed",
    what: "nobody confirmed that the call is to be taken back, so nothing was changed",
    hint: "run `cofferdam recover --keep-theirs` on a terminal, or give --yes after looking at what it shows",
};

impl Recover {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open(&context.confine()?)?;
        let folder = files::real_path(&context.workspace)?;
        let unfinished = look(&user, &folder)?;
        let conflicts = unfinished.iter().any(|call| call.theirs().next().is_some());
        if !self.keep_theirs {
            show(&unfinished, context.format)?;
            output::say(advice(&unfinished, conflicts));
            return Ok(());
        }
        let decision = if conflicts { Conflicts::KeepTheirs } else { Conflicts::Refuse };
        if conflicts && !self.yes {
            unfinished.iter().for_each(|call| output::say(as_text(call).trim_end()));
            if !confirmed("Leave what is marked `theirs` as it is, and take the rest of the call back?") {
                return Err(NOT_CONFIRMED.into());
            }
        }
        let (_, recovered) = Session::open_recovering(user, &folder, decision)?;
        recovered.iter().try_for_each(|call| tell(call, context.format))
    }
}

fn look(user: &User, folder: &std::path::Path) -> Result<Vec<Unfinished>, Failure> {
    let workspace = Workspace::open_ambient(folder)?;
    let state = StateDir::open_ambient(&user.home.project(folder), &workspace)?;
    Ok(Gate::unfinished(&workspace, &state, system::pause)?)
}

fn advice(unfinished: &[Unfinished], conflicts: bool) -> &'static str {
    match unfinished {
        [] => "nothing is half-done",
        _ if conflicts => {
            "put what is marked `theirs` back as it was, or run `cofferdam recover --keep-theirs`: it stays, the rest of the call is taken back"
        }
        _ => "nobody else changed anything: the next command completes it first",
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Done => "done",
        Standing::Open => "open",
        Standing::Theirs => "theirs",
    }
}

fn as_text(call: &Unfinished) -> String {
    let mut shown = format!("call {} is half-done\n", call.call);
    for (path, standing) in &call.paths {
        shown.push_str(&format!("  {:<6} {}\n", word(*standing), text::inline(path.as_str(), 200)));
    }
    shown
}

fn show(unfinished: &[Unfinished], format: Format) -> CommandResult {
    for call in unfinished {
        match format {
            Format::Text => output::data(&as_text(call))?,
            Format::Json => {
                let paths: Vec<_> =
                    call.paths.iter().map(|(path, standing)| json!({"path": path.as_str(), "standing": word(*standing)})).collect();
                output::line(&json!({"call": call.call, "paths": paths}).to_string())?;
            }
        }
    }
    Ok(())
}

/// What became of a call.
fn tell(recovered: &Recovered, format: Format) -> CommandResult {
    let kept: Vec<&str> = recovered.kept.iter().map(|path| path.as_str()).collect();
    let outcome = match recovered.outcome {
        Outcome::Completed => "completed",
        Outcome::RolledBack => "rolled-back",
    };
    match (format, recovered.outcome) {
        (Format::Json, _) => output::line(&json!({"call": recovered.call, "outcome": outcome, "kept": kept}).to_string())?,
        (Format::Text, Outcome::Completed) => output::line(&format!("call {} is completed", recovered.call))?,
        (Format::Text, Outcome::RolledBack) => {
            output::line(&format!("call {} is taken back", recovered.call))?;
            for path in &kept {
                output::line(&format!("  kept {}", text::inline(path, 200)))?;
            }
            if !kept.is_empty() {
                output::say(&format!("what the call wanted there is kept as aside/{}.record in the project's state", recovered.call));
            }
        }
    }
    Ok(())
}
