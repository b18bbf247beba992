//! `cofferdam tool add`: the only way of a new tool into a lock.

use std::path::{Path, PathBuf};

use cofferdam_confine::Reach;
use cofferdam_trust::{
    Lock,
    verify::{Approval, Candidate},
};

use crate::{
    commands::{
        CommandResult, Context,
        tool::{
            admit::{Admission, AdmissionError, Offered, approved_by_person},
            inspect::describe,
        },
    },
    files::{self, Overwrite, Readers},
    home::Home,
    output,
    session::User,
};

/// Verify a signed tool, show what it may do, and pin it in tools.lock
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cofferdam tool add out/lint.wasm\n  cofferdam tool add out/lint.wasm --yes\n  cofferdam tool add out/files.wasm --builtin-lock tools/dist/tools.lock"
)]
pub(crate) struct Add {
    /// The component; NAME.dsse.json stands beside it
    component: PathBuf,
    /// Approve it without being asked: for scripts of a person who has looked
    #[arg(long)]
    yes: bool,
    /// Write it into the lock of the program itself (first-party release)
    #[arg(long, value_name = "LOCK", hide = true)]
    builtin_lock: Option<PathBuf>,
}

impl Add {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let offered = Offered::read(&self.component, None)?;
        let release = self.builtin_lock.as_deref().map(files::folder_of);
        let more = release.map_or(Reach::nothing(), |folder| Reach::nothing().writing(folder));
        let user = User::open(&context.confine_to(Home::from_environment()?, more)?)?;
        let candidate = offered.verify(&user)?;
        if let Some(path) = self.builtin_lock {
            return into_program(&user, candidate, &path);
        }
        let admission = Admission::open(user, &context.workspace)?;
        let name = candidate.manifest().name();
        // A lock that somebody else committed may pin exactly these bytes: what it waits for is this person's approval.
        let pinned = |entry: &cofferdam_trust::LockEntry| {
            (entry.component(), entry.statement()) == (candidate.component_digest(), candidate.statement_digest())
        };
        if admission.locked(name).is_some_and(|entry| !pinned(entry)) {
            return Err(AdmissionError::AlreadyLocked(name.clone()).into());
        }
        output::say(describe(candidate.manifest()).trim_end());
        let signers: Vec<String> = candidate.signers().iter().map(ToString::to_string).collect();
        output::say(&format!("signed by    {}", signers.join(", ")));
        let approval = approved_by_person(&candidate, self.yes, "add", "Add this tool?")?;
        admission.admit(&offered, candidate, approval)
    }
}

fn into_program(user: &User, candidate: Candidate, path: &Path) -> CommandResult {
    let mut lock = match files::read_text_if_there(path, cofferdam_trust::lock::MAX_LOCK_BYTES as u64)? {
        Some(text) => Lock::parse(&text)?,
        None => Lock::default(),
    };
    let approval = Approval::by_coming_with_the_program(&candidate, &user.keyring)?;
    let approved = candidate.approve(approval)?;
    let name = approved.entry().name().clone();
    lock.insert(approved)?;
    files::write(path, lock.render().as_bytes(), Overwrite::Yes, Readers::Everybody)?;
    output::line(name.as_str())?;
    Ok(())
}
