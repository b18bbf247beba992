//! `MANIFEST.in`: commands that add files to the list and take them off it (`distutils.text_file`, `setuptools` FileList).

use std::collections::BTreeSet;

use cofferdam_base::text;

use crate::plan::NoPlan;

use super::{Listing, Pattern};
use crate::python::{fnmatch::Dialect, listing::Hidden};

/// Commands in one file.
const MAX_COMMANDS: usize = 10_000;

/// Carries the commands out. `written` is what the build itself has written by then.
pub(super) fn apply(text: &str, listing: &Listing, written: &BTreeSet<String>, list: &mut BTreeSet<String>) -> Result<(), NoPlan> {
    for line in lines(text).into_iter().take(MAX_COMMANDS) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (command, arguments) = match words.split_first() {
            Some((command, arguments)) => (*command, arguments),
            None => continue,
        };
        // A command with the wrong number of words is warned about and left out.
        match (command, arguments) {
            ("include" | "exclude" | "global-include" | "global-exclude", [_, ..]) => {
                for pattern in arguments {
                    run(command, "", &path(pattern)?, listing, written, list)?;
                }
            }
            ("recursive-include" | "recursive-exclude", [folder, patterns @ ..]) if !patterns.is_empty() => {
                for pattern in patterns {
                    run(command, &path(folder)?, &path(pattern)?, listing, written, list)?;
                }
            }
            ("graft" | "prune", [folder]) => run(command, &path(folder)?, "", listing, written, list)?,
            _ => {}
        }
    }
    Ok(())
}

fn run(
    command: &str,
    folder: &str,
    pattern: &str,
    listing: &Listing,
    written: &BTreeSet<String>,
    list: &mut BTreeSet<String>,
) -> Result<(), NoPlan> {
    let at = |end: &str| if folder.is_empty() { end.to_owned() } else { format!("{folder}/{end}") };
    // The metadata that this build writes is on disk by now, and nothing else is new.
    let mut glob = |pattern: &str| -> Result<(), NoPlan> {
        let found = listing.glob(pattern, true, Hidden::Matched)?;
        list.extend(found.into_iter().filter(|path| listing.files.contains(path)));
        let mut new = Listing { files: written.clone(), ..Listing::default() };
        new.folders = written.iter().filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder.to_owned())).collect();
        list.extend(new.glob(pattern, true, Hidden::Matched)?.into_iter().filter(|path| written.contains(path)));
        Ok(())
    };
    match command {
        // Here `**` is no more than `*`.
        "include" => glob(&pattern.split('/').map(|part| if part == "**" { "*" } else { part }).collect::<Vec<_>>().join("/")),
        "recursive-include" => glob(&at(&format!("**/{pattern}"))),
        "graft" => {
            let mut folders = listing.glob(folder, false, Hidden::Matched)?;
            if folder == "." || folder.is_empty() {
                folders.push(String::new());
            }
            for found in folders.into_iter().filter(|path| path.is_empty() || listing.folders.contains(path)) {
                list.extend(listing.below(&found)?);
                list.extend(written.iter().filter(|path| found.is_empty() || path.starts_with(&format!("{found}/"))).cloned());
            }
            Ok(())
        }
        "global-include" => {
            let wanted = matcher(&format!("**/{pattern}"))?;
            list.extend(listing.below("")?.into_iter().chain(written.iter().cloned()).filter(|path| wanted.matches(path)));
            Ok(())
        }
        other => {
            let pattern = match other {
                "exclude" => pattern.to_owned(),
                "recursive-exclude" => at(&format!("**/{pattern}")),
                "global-exclude" => format!("**/{pattern}"),
                _ => at("**"),
            };
            let unwanted = matcher(&pattern)?;
            list.retain(|path| !unwanted.matches(path));
            Ok(())
        }
    }
}

fn matcher(pattern: &str) -> Result<Pattern, NoPlan> {
    Pattern::parse(pattern, Dialect::Manifest).map_err(|_| NoPlan::unsupported(format!("`{}` is no pattern", text::inline(pattern, 80))))
}

/// `convert_path`: doubled slashes and `.` go. What leads out of the project, or compares by Unicode form, is not modelled.
fn path(word: &str) -> Result<String, NoPlan> {
    if word.starts_with('/') || word.split('/').any(|part| part == "..") || !word.is_ascii() {
        let shown = text::inline(word, 80);
        return Err(NoPlan::unsupported(format!("`{shown}` in MANIFEST.in is not modelled")));
    }
    let parts: Vec<&str> = word.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Logical lines: comments off, continuations joined, blank lines left out.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut begun: Option<String> = None;
    for raw in text.split('\n') {
        let mut line = raw.to_owned();
        if let Some(at) = raw.find('#') {
            let escaped = raw.get(..at).is_some_and(|before| before.ends_with('\\'));
            if escaped {
                line = raw.replace("\\#", "#");
            } else {
                line.truncate(at);
                if line.trim().is_empty() {
                    continue;
                }
            }
        }
        let joined = match begun.take() {
            Some(start) => format!("{start}{}", line.trim_start()),
            None => line,
        };
        let joined = joined.trim();
        if joined.is_empty() {
            continue;
        }
        match joined.strip_suffix('\\') {
            Some(start) => begun = Some(start.to_owned()),
            None => lines.push(joined.to_owned()),
        }
    }
    lines.extend(begun);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_logical_lines() {
        let text = "# comment\ninclude a \\\n   b # tail\n\n  include x\\#y\ngraft c\\\n";
        assert_eq!(lines(text), ["include a b", "include x#y", "graft c"]);
    }
}
