//! `cofferdam policy accept`.

use cofferdam_base::text;

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
    for name in policies::accept(&files.sources, files.user.state(&files.folder)?.folder())? {
        output::line(&text::inline(&name, 120))?;
    }
    Ok(())
}
