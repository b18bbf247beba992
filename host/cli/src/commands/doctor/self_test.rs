//! `cofferdam doctor --self-test`: does the kernel really refuse what it is said to?

use std::path::{Path, PathBuf};

use cofferdam_base::{Class, Diagnostic, text};
use cofferdam_confine::{
    Reach, State,
    escape::{End, Outside, Places, Tried, rehearse},
};
use serde_json::json;

use crate::{
    commands::{CommandResult, Context},
    failure::CliError,
    files,
    home::Home,
    output::{self, Format},
};

/// A file that every user can read and that is in nobody's workspace.
const FILE: &str = "/etc/passwd";

/// The process did what the kernel is said to refuse.
#[derive(Debug)]
struct Escaped(Vec<&'static str>);

impl std::fmt::Display for Escaped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the confined process could still {}", self.0.join(", "))
    }
}

impl std::error::Error for Escaped {}

impl Diagnostic for Escaped {
    fn code(&self) -> &'static str {
        "cli.escaped"
    }

    fn class(&self) -> Class {
        Class::NotVerified
    }

    fn hint(&self) -> Option<String> {
        Some("report it as SECURITY.md says, with the output of `uname -a` and `cofferdam doctor`".to_owned())
    }
}

/// Tries to escape twice, before and after the process confined itself as every command does.
pub(super) fn run(home: Home, context: &Context) -> CommandResult {
    let places = places(&home, &context.workspace)?;
    let opened = Outside::open(places).map_err(|error| CliError::Program { program: "self-test".to_owned(), why: error.to_string() })?;
    let rehearsed = rehearse(opened);
    let confinement = context.confine_to(home, Reach::nothing())?;
    let (tried, state) = (rehearsed.try_confined(confinement.confined()), confinement.state());
    match context.format {
        Format::Text => output::line(&state.to_string())?,
        Format::Json => output::line(&json!({"confined": state.name(), "says": state.to_string()}).to_string())?,
    }
    for tried in &tried {
        let (end, why) = shown(tried, state);
        match context.format {
            Format::Text => output::line(format!("{end:<9} {} {why}", tried.what).trim_end())?,
            Format::Json => output::line(&json!({"attempt": tried.what, "end": end, "why": why}).to_string())?,
        }
    }
    verdict(&tried, state)
}

/// How an attempt ended, in a word, and why.
fn shown(tried: &Tried, state: &State) -> (&'static str, String) {
    match &tried.end {
        End::Refused => ("refused", String::new()),
        End::Escaped if state.claims(tried.restriction) => ("escaped", String::new()),
        End::Escaped => ("possible", "(this kernel does not refuse it)".to_owned()),
        End::Unproved(error) => ("unproved", format!("({})", text::inline(&error.to_string(), 200))),
    }
}

/// Nothing that is claimed may have succeeded.
fn verdict(tried: &[Tried], state: &State) -> CommandResult {
    let claimed = |tried: &&Tried| matches!(tried.end, End::Escaped) && state.claims(tried.restriction);
    let escaped: Vec<&'static str> = tried.iter().filter(claimed).map(|tried| tried.what).collect();
    if escaped.is_empty() { Ok(()) } else { Err(Escaped(escaped).into()) }
}

/// Where the attempts go: nowhere that the process still reaches when it is confined.
fn places(home: &Home, workspace: &Path) -> Result<Places, CliError> {
    #[expect(clippy::disallowed_methods, reason = "a folder outside everything of the product's, to try whether it can be reached")]
    let folder = files::real_path(&std::env::temp_dir())?;
    let file = PathBuf::from(FILE);
    let program = std::env::current_exe().map_err(|error| CliError::Program { program: "self-test".to_owned(), why: error.to_string() })?;
    for reached in [workspace, &home.config, &home.data, &home.cache] {
        let Ok(reached) = files::real_path(reached) else { continue };
        if file.starts_with(&reached) || folder.starts_with(&reached) {
            let why = format!("`{FILE}` or the folder for temporary files lies in it, so that nothing outside is left to try");
            return Err(CliError::Argument { name: "workspace", value: reached.to_string_lossy().into_owned(), why });
        }
    }
    Ok(Places { file, folder, program })
}

#[cfg(test)]
mod tests {
    use cofferdam_confine::{Restriction, Why};

    use super::*;

    #[test]
    fn an_escape_is_an_error_only_where_the_kernel_is_said_to_refuse_it() {
        let tried = [Tried { what: "start a program", restriction: Restriction::Programs, end: End::Escaped }];
        let failure = verdict(&tried, &State::Enforced).unwrap_err();
        assert_eq!(failure.exit_code(), 4);
        assert!(failure.render().starts_with("error[cli.escaped]: the confined process could still start a program"), "{failure:?}");
        for state in [State::Partly(vec![Restriction::Programs]), State::Absent(Why::NotBuilt)] {
            assert!(verdict(&tried, &state).is_ok());
            assert_eq!(shown(&tried[0], &state).0, "possible");
        }
    }

    #[test]
    fn what_was_refused_or_proves_nothing_is_no_escape() {
        let ended = |end| Tried { what: "signal another process", restriction: Restriction::Signals, end };
        let tried = [ended(End::Refused), ended(End::Unproved(std::io::ErrorKind::NotFound.into()))];
        assert!(verdict(&tried, &State::Enforced).is_ok());
    }
}
