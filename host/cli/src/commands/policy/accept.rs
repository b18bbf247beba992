//! `cofferdam policy accept`.

use cofferdam_base::text;
use cofferdam_store::{StateDir, Workspace};

use super::Files;
use crate::{
    commands::{CommandResult, Context},
    output, policies,
};

/// Accepts the files as they are now, and names them.
pub(super) fn run(context: &Context) -> CommandResult {
    let files = Files::open(context)?;
    // Only what loads can be accepted.
    files.load()?;
    let state = StateDir::open_ambient(&files.user.home.project(&files.folder), &*Workspace::open_ambient(&files.folder)?)?;
    for name in policies::accept(&files.sources, state.folder())? {
        output::line(&text::inline(&name, 120))?;
    }
    Ok(())
}
