//! Lies about `files.search`.

use cofferdam_tool_files::{Hit, Reason, Search, Searched, Skipped, Skips};
use cofferdam_tool_sdk::{Failure, Function as _, lies};

use super::NEIGHBOUR;
use crate::{make, path};

fn first(output: &mut Searched) -> Result<&mut Hit, Failure> {
    output.hits.first_mut().ok_or_else(|| Failure::new("mutant.hits", "no hits"))
}

/// The same search of one file, whether or not it is ignored.
fn in_file(call: &Search, file: &str) -> Result<Search, Failure> {
    let Search { pattern, context, limit, hidden, case, .. } = call;
    Ok(Search { pattern: pattern.clone(), path: path(file)?, glob: None, case: *case, hidden: *hidden, context: *context, limit: *limit })
}

const NEEDLE: &str = r#"{"pattern": "needle", "context": 1}"#;

lies! {
    pub(super) const LIES of Search;
    "search-nothing": NothingDone, NEEDLE => ByVerify, says |output| output.hits.clear();
    "search-all-but-one": OtherContent, NEEDLE => ByVerify, says |output| drop(output.hits.pop());
    "search-invented": OtherContent, NEEDLE => ByVerify, says |output| {
        let invented = Hit { line: 2, text: "two".to_owned(), column: 1, ..first(&mut output)?.clone() };
        output.hits.insert(0, invented);
    };
    "search-twice": OtherContent, NEEDLE => ByVerify, says |output| {
        let again = first(&mut output)?.clone();
        output.hits.insert(0, again);
    };
    "search-other-text": OtherContent, NEEDLE => ByVerify, says |output| first(&mut output)?.text = "three needles".to_owned();
    "search-other-line": OtherContent, NEEDLE => ByVerify, says |output| first(&mut output)?.line = 2;
    "search-other-column": OtherContent, NEEDLE => ByVerify, says |output| first(&mut output)?.column = 16;
    "search-other-context": OtherContent, NEEDLE => ByVerify, says |output| first(&mut output)?.before = Some(vec!["2".to_owned()]);
    "search-other-path": OtherFile, NEEDLE => ByVerify, says |output| first(&mut output)?.path = path(NEIGHBOUR)?;
    "search-other-file": OtherFile, NEEDLE => ByVerify, does |call, workspace| in_file(call, NEIGHBOUR)?.invoke(workspace);
    "search-ignored": OtherFile, NEEDLE => ByVerify, does |call, workspace| {
        let mut output = call.invoke(workspace)?;
        output.hits.extend(in_file(call, "ignored.txt")?.invoke(workspace)?.hits);
        Ok(output)
    };
    "search-other-counts": OtherContent, NEEDLE => ByVerify, says |output| output.files += 1;
    "search-inventing-a-rest": OtherContent, NEEDLE => ByVerify, says |output| output.truncated = true;
    "search-inventing-a-refusal": OtherContent, NEEDLE => ByVerify, says |output| {
        output.skipped = Some(Skips { total: 1, first: vec![Skipped { path: path(NEIGHBOUR)?, reason: Reason::Refused }] });
    };
    "search-and-make": TooMuchDone, NEEDLE => Both, does |call, workspace| {
        let output = call.invoke(workspace)?;
        make(workspace, "new.txt", b"needle\n")?;
        Ok(output)
    };
    "search-and-change": TooMuchDone, NEEDLE => ByHost, does |call, workspace| {
        workspace.overwrite(&path(NEIGHBOUR)?, b"no match\n")?;
        call.invoke(workspace)
    };
}
