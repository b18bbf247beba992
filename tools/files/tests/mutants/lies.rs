//! Lying versions of every function. Another crate can compile one into a component: `tool!(Mutated<read::OtherFile>)`.

use cofferdam_tool_sdk::{Digest, Failure, Function as _, Workspace, WorkspacePath, mutant::Mutant};

/// Declares a mutant: its lie, and an `invoke` over the honest call and the workspace.
macro_rules! lie {
    ($name:ident of $honest:ty: $lie:literal, |$call:ident, $workspace:ident| $body:expr) => {
        pub(crate) struct $name;

        impl Mutant for $name {
            type Honest = $honest;
            const LIE: &'static str = $lie;

            fn invoke(
                $call: &$honest,
                $workspace: &Workspace,
            ) -> Result<<$honest as cofferdam_tool_sdk::Function>::Output, Failure> {
                $body
            }
        }
    };
    // The honest outcome, changed.
    ($name:ident of $honest:ty: $lie:literal, |$output:ident| $change:expr) => {
        lie!($name of $honest: $lie, |call, workspace| {
            let mut $output = call.invoke(workspace)?;
            $change;
            Ok($output)
        });
    };
}

fn path(text: &str) -> Result<WorkspacePath, Failure> {
    text.parse().map_err(|_| Failure::new("mutant.path", "not a path"))
}

pub(crate) mod list {
    use super::*;
    use cofferdam_tool_files::{List, ListedEntry};
    use cofferdam_tool_sdk::Kind;

    fn file(name: &str, size: u64) -> Result<ListedEntry, Failure> {
        Ok(ListedEntry { path: path(name)?, kind: Kind::File, size: Some(size) })
    }

    lie!(Omits of List: "leaves an entry out", |output| drop(output.entries.remove(1)));
    lie!(Invents of List: "names a file that does not exist", |output| output.entries.push(file("z.txt", 0)?));
    lie!(OtherSize of List: "gives another size", |output| output.entries.iter_mut().for_each(|entry| entry.size = Some(1)));
    lie!(OtherOrder of List: "gives another order", |output| output.entries.reverse());
    lie!(ShowsIgnored of List: "shows an ignored file", |output| output.entries.push(file("ignored.txt", 7)?));
    lie!(HidesTheRest of List: "says that there is no more", |output| {
        output.truncated = false;
        output.advice = None;
    });
    lie!(InventsARest of List: "says that there is more", |output| output.truncated = true);
    lie!(OtherFolder of List: "lists nothing", |output| output.entries.clear());
    lie!(Writes of List: "makes a file", |call, workspace| {
        let output = call.invoke(workspace)?;
        workspace.create(&path("new.txt")?, b"")?;
        Ok(output)
    });
    lie!(Changes of List: "changes a file without changing its size", |call, workspace| {
        workspace.overwrite(&path("b.txt")?, b"NEEDLE\n")?;
        call.invoke(workspace)
    });
}

pub(crate) mod read {
    use super::*;
    use cofferdam_tool_files::{Content, Read, ReadFile};

    /// Changes the text of an outcome.
    fn retell(output: &mut ReadFile, change: impl FnOnce(&str) -> String) {
        if let Content::Text { text, .. } = &mut output.content {
            *text = change(text);
        }
    }

    lie!(OtherFile of Read: "reads another file", |call, workspace| {
        let other = Read { path: path("b.txt")?, start: 1, end: None, max_bytes: call.max_bytes };
        Ok(ReadFile { path: call.path.clone(), ..other.invoke(workspace)? })
    });
    lie!(OtherText of Read: "changes the text", |output| retell(&mut output, |text| text.replace("two", "2  ")));
    lie!(UnifiedLineEnds of Read: "changes line ends", |output| retell(&mut output, |text| text.replace("\r\n", "\n")));
    lie!(OtherLines of Read: "gives other lines than it says", |output| retell(&mut output, |_| "one\r\n".to_owned()));
    lie!(LessThanAsked of Read: "gives less and does not say so", |output| {
        if let Content::Text { text, end, .. } = &mut output.content {
            *text = "one\r\n".to_owned();
            *end = 1;
        }
    });
    lie!(OtherTotal of Read: "gives another number of lines", |output| {
        if let Content::Text { lines, .. } = &mut output.content {
            *lines += 1;
        }
    });
    lie!(CallsItBinary of Read: "calls text binary", |output| output.content = Content::Binary);
    lie!(CallsItText of Read: "calls a binary file an empty text", |output| {
        output.content = Content::Text { text: String::new(), start: 1, end: 0, lines: 0, truncated: false, advice: None };
    });
    lie!(OtherDigest of Read: "gives another digest", |output| output.sha256 = Digest::of(b"other"));
    lie!(OtherSize of Read: "gives another size", |output| output.size += 1);
    lie!(Writes of Read: "changes another file", |call, workspace| {
        workspace.overwrite(&path("b.txt")?, b"changed\n")?;
        call.invoke(workspace)
    });
}

pub(crate) mod glob {
    use super::*;
    use cofferdam_tool_files::Glob;

    lie!(Omits of Glob: "leaves a path out", |output| drop(output.paths.pop()));
    lie!(Invents of Glob: "names a file that does not exist", |output| output.paths.push(path("z.txt")?));
    lie!(OtherPattern of Glob: "names a file that does not match", |output| output.paths.push(path("binary")?));
    lie!(OtherOrder of Glob: "gives another order", |output| output.paths.reverse());
    lie!(InventsARest of Glob: "says that there is more", |output| output.truncated = true);
    lie!(Writes of Glob: "makes a file that would match", |call, workspace| {
        let output = call.invoke(workspace)?;
        workspace.create(&path("new.txt")?, b"")?;
        Ok(output)
    });
}

pub(crate) mod search {
    use super::*;
    use cofferdam_tool_files::{Hit, Reason, Search, Searched, Skipped, Skips};

    fn first(output: &mut Searched) -> Result<&mut Hit, Failure> {
        output.hits.first_mut().ok_or_else(|| Failure::new("mutant.hits", "no hits"))
    }

    lie!(Omits of Search: "leaves a hit out", |output| drop(output.hits.pop()));
    lie!(Invents of Search: "invents a hit", |output| {
        let invented = Hit { line: 2, text: "two".to_owned(), column: 1, ..first(&mut output)?.clone() };
        output.hits.insert(0, invented);
    });
    lie!(Repeats of Search: "gives a hit twice", |output| {
        let again = first(&mut output)?.clone();
        output.hits.insert(0, again);
    });
    lie!(OtherText of Search: "changes the text of a hit", |output| first(&mut output)?.text = "three needles".to_owned());
    lie!(OtherLine of Search: "gives another line", |output| first(&mut output)?.line = 2);
    lie!(OtherColumn of Search: "gives the column of a later match", |output| first(&mut output)?.column = 16);
    lie!(OtherContext of Search: "changes a line around a hit", |output| first(&mut output)?.before = Some(vec!["2".to_owned()]));
    lie!(SearchesIgnored of Search: "searches an ignored file", |call, workspace| {
        let ignored = Search { path: path("ignored.txt")?, ..serde_json_copy(call)? };
        let mut output = call.invoke(workspace)?;
        output.hits.extend(ignored.invoke(workspace)?.hits);
        Ok(output)
    });
    lie!(OtherCounts of Search: "gives another number of files", |output| output.files += 1);
    lie!(InventsARest of Search: "says that there is more", |output| output.truncated = true);
    lie!(InventsASkip of Search: "says that a file was refused", |output| {
        output.skipped = Some(Skips { total: 1, first: vec![Skipped { path: path("b.txt")?, reason: Reason::Refused }] });
    });
    lie!(Writes of Search: "makes a file that would match", |call, workspace| {
        let output = call.invoke(workspace)?;
        workspace.create(&path("new.txt")?, b"needle\n")?;
        Ok(output)
    });

    /// The same call; it has no `Clone` because no tool needs one.
    fn serde_json_copy(call: &Search) -> Result<Search, Failure> {
        let text = serde_json::json!({"pattern": call.pattern, "context": call.context, "limit": call.limit});
        serde_json::from_value(text).map_err(|_| Failure::new("mutant.copy", "no copy"))
    }
}
