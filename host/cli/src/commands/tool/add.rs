//! `cofferdam tool add`: the only way into a lock.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use cofferdam_base::{Class, Clock as _, Diagnostic};
use cofferdam_trust::{
    Lock,
    statement::MAX_STATEMENT_BYTES,
    update::Update,
    verify::{Approval, Candidate, MAX_COMPONENT_BYTES, verify_unlocked},
};

use crate::{
    commands::{CommandResult, Context, tool::inspect::describe},
    failure::Failure,
    files::{self, Overwrite, Readers},
    keys, output,
    session::{LOCK_FILE, User, read_lock},
    system::SystemClock,
    tool_store::ToolStore,
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

/// Nobody approved it.
#[derive(Debug)]
struct NotApproved;

impl std::fmt::Display for NotApproved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody approved the tool, so it was not added")
    }
}

impl std::error::Error for NotApproved {}

impl Diagnostic for NotApproved {
    fn code(&self) -> &'static str {
        "cli.not-approved"
    }

    fn class(&self) -> Class {
        Class::Denied
    }

    fn hint(&self) -> Option<String> {
        Some("run `cofferdam tool add` on a terminal, or give --yes after looking at what it shows".to_owned())
    }
}

impl Add {
    pub(crate) fn run(self, context: &Context) -> CommandResult {
        let user = User::open()?;
        let component = files::read(&self.component, MAX_COMPONENT_BYTES as u64)?;
        let statement = files::read(&self.component.with_extension("dsse.json"), MAX_STATEMENT_BYTES)?;
        let candidate = verify_unlocked(component.clone().into(), &statement, &user.keyring, SystemClock.now())?;
        if let Some(path) = self.builtin_lock {
            return into_program(&user, candidate, &path);
        }
        let folder = files::real_path(&context.workspace)?;
        let (mut lock, _) = read_lock(&folder)?;
        let approval = approve(&user, &lock, &candidate, self.yes)?;
        let approved = candidate.approve(approval)?;
        let (name, entry) = (approved.entry().name().clone(), approved.entry().clone());
        ToolStore::open(&user.data)?.put(&component, &statement)?;
        keys::keep_keyring(&user.config, &user.keyring.with_approved(&approved, SystemClock.now())?)?;
        lock.insert(approved)?;
        files::write(&folder.join(LOCK_FILE), lock.render().as_bytes(), Overwrite::Yes, Readers::Everybody)?;
        output::line(&format!("{name} {} {}", entry.version(), entry.component()))?;
        Ok(())
    }
}

/// An update that widens nothing needs nobody; everything else needs a person who has seen what it may do.
fn approve(user: &User, lock: &Lock, candidate: &Candidate, yes: bool) -> Result<Approval, Failure> {
    output::say(describe(candidate.manifest()).trim_end());
    let signers: Vec<String> = candidate.signers().iter().map(ToString::to_string).collect();
    output::say(&format!("signed by    {}", signers.join(", ")));
    if let Some(entry) = lock.get(candidate.manifest().name()) {
        let locked = user.verify(entry)?;
        let update = Update::compare(&locked, candidate)?;
        for widening in update.widenings() {
            output::say(&format!("widens       {widening}"));
        }
        if update.widenings().is_empty() {
            return Ok(Approval::by_not_widening(&locked, candidate)?);
        }
    }
    if yes || asked() { Ok(Approval::by_person(candidate)) } else { Err(NotApproved.into()) }
}

fn asked() -> bool {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return false;
    }
    let _ = write!(io::stderr(), "Add this tool? [y/N] ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
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
