//! Lying versions of every function. Another crate can compile one into a component: `tool!(Mutated<create::Nothing>)`.

use cofferdam_tool_sdk::{Digest, Failure, Workspace, WorkspacePath, mutant::Mutant};

/// Declares a mutant: its lie, and an `invoke` over the honest call and the workspace.
macro_rules! lie {
    ($name:ident of $honest:ty: $lie:literal, |$call:ident, $workspace:ident| $body:expr) => {
        pub(crate) struct $name;

        impl Mutant for $name {
            type Honest = $honest;
            const LIE: &'static str = $lie;

            fn invoke($call: &$honest, $workspace: &Workspace) -> Result<<$honest as cofferdam_tool_sdk::Function>::Output, Failure> {
                $body
            }
        }
    };
}

fn path(text: &str) -> Result<WorkspacePath, Failure> {
    text.parse().map_err(|_| Failure::new("mutant.path", "not a path"))
}

fn spoil_neighbour(workspace: &Workspace) -> Result<(), Failure> {
    Ok(workspace.overwrite(&path("src/b.txt")?, b"spoilt by a mutant\n")?)
}

fn spoil_far_file(workspace: &Workspace) -> Result<(), Failure> {
    Ok(workspace.overwrite(&path("far/away.txt")?, b"spoilt by a mutant\n")?)
}

pub(crate) mod create {
    use super::*;
    use cofferdam_tool_edit::{Create, Created};
    use cofferdam_tool_sdk::Function as _;

    fn claim(call: &Create) -> Created {
        let content = call.content.as_bytes();
        Created { path: call.path.clone(), sha256: Digest::of(content), size: content.len() as u64, lines: 1 }
    }

    lie!(Nothing of Create: "creates nothing", |call, _workspace| Ok(claim(call)));
    lie!(OtherContent of Create: "writes another content", |call, workspace| {
        workspace.create(&call.path, b"old\n")?;
        Ok(claim(call))
    });
    lie!(OtherFile of Create: "creates another file", |call, workspace| {
        workspace.create(&path("src/other.txt")?, call.content.as_bytes())?;
        Ok(claim(call))
    });
    lie!(NeighbourToo of Create: "changes a neighbour too", |call, workspace| {
        spoil_neighbour(workspace)?;
        call.invoke(workspace)
    });
    lie!(FarFileToo of Create: "changes a file in another folder too", |call, workspace| {
        spoil_far_file(workspace)?;
        call.invoke(workspace)
    });
    lie!(OtherDigest of Create: "gives another digest", |call, workspace| {
        Ok(Created { sha256: Digest::of(b"other"), ..call.invoke(workspace)? })
    });
    lie!(OtherLines of Create: "gives another number of lines", |call, workspace| Ok(Created { lines: 7, ..call.invoke(workspace)? }));
    lie!(Overwrites of Create: "overwrites a file that exists", |call, workspace| {
        workspace.overwrite(&call.path, call.content.as_bytes())?;
        Ok(claim(call))
    });
}

pub(crate) mod replace {
    use super::*;
    use cofferdam_tool_edit::{Replace, Replaced};
    use cofferdam_tool_sdk::Function as _;

    /// Writes `now` to the file and describes it as a replacement in line 2.
    fn write(call: &Replace, workspace: &Workspace, now: &str) -> Result<Replaced, Failure> {
        let size_before = workspace.read(&call.path)?.len() as u64;
        workspace.overwrite(&call.path, now.as_bytes())?;
        let (sha256, size) = (Digest::of(now.as_bytes()), now.len() as u64);
        Ok(Replaced { path: call.path.clone(), sha256, size, size_before, first_line: 2, last_line: 2 })
    }

    fn text(call: &Replace, workspace: &Workspace) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&workspace.read(&call.path)?).into_owned())
    }

    lie!(Nothing of Replace: "replaces nothing", |call, workspace| write(call, workspace, &text(call, workspace)?));
    lie!(OtherText of Replace: "puts another text", |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, "22"))
    });
    lie!(OtherFile of Replace: "replaces in another file", |call, workspace| {
        Replace { path: path("src/b.txt")?, find: "other".to_owned(), put: "same".to_owned() }.invoke(workspace)?;
        write(call, workspace, &text(call, workspace)?)
    });
    lie!(EveryOccurrence of Replace: "replaces every occurrence", |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, &call.put))
    });
    lie!(FirstOfSeveral of Replace: "replaces the first of several occurrences", |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replacen(&call.find, &call.put, 1))
    });
    lie!(LineEndsToo of Replace: "changes line ends too", |call, workspace| {
        write(call, workspace, &text(call, workspace)?.replace(&call.find, &call.put).replace("\r\n", "\n"))
    });
    lie!(NeighbourToo of Replace: "changes a neighbour too", |call, workspace| {
        spoil_neighbour(workspace)?;
        call.invoke(workspace)
    });
    lie!(FarFileToo of Replace: "changes a file in another folder too", |call, workspace| {
        spoil_far_file(workspace)?;
        call.invoke(workspace)
    });
    lie!(OtherLineNumber of Replace: "gives another line", |call, workspace| Ok(Replaced { first_line: 1, ..call.invoke(workspace)? }));
}

pub(crate) mod insert {
    use super::*;
    use cofferdam_tool_edit::{Insert, Inserted};
    use cofferdam_tool_sdk::Function as _;

    /// Writes `now` to the file and describes it as what was asked for.
    fn write(call: &Insert, workspace: &Workspace, now: &str) -> Result<Inserted, Failure> {
        let size_before = workspace.read(&call.path)?.len() as u64;
        workspace.overwrite(&call.path, now.as_bytes())?;
        let (sha256, size) = (Digest::of(now.as_bytes()), now.len() as u64);
        Ok(Inserted { path: call.path.clone(), sha256, size, size_before, first_line: call.line, last_line: call.line })
    }

    lie!(Nothing of Insert: "inserts nothing", |call, _workspace| {
        let sha256 = Digest::of(b"one\nbetween\ntwo\nthree\n");
        Ok(Inserted { path: call.path.clone(), sha256, size: 22, size_before: 14, first_line: 2, last_line: 2 })
    });
    lie!(OtherPlace of Insert: "inserts before the next line", |call, workspace| {
        let lower = Insert { path: call.path.clone(), line: call.line + 1, text: call.text.clone() };
        Ok(Inserted { first_line: call.line, last_line: call.line, ..lower.invoke(workspace)? })
    });
    lie!(OtherText of Insert: "inserts another text", |call, workspace| {
        Insert { path: call.path.clone(), line: call.line, text: "Between".to_owned() }.invoke(workspace)
    });
    lie!(OverALine of Insert: "overwrites the line instead", |call, workspace| write(call, workspace, "one\nbetween\nthree\n"));
    lie!(OtherLineEnds of Insert: "inserts another line end", |call, workspace| write(call, workspace, "\u{feff}zero\none\r\ntwo\r\n"));
    lie!(BeforeTheMark of Insert: "inserts before the byte order mark", |call, workspace| {
        write(call, workspace, "zero\r\n\u{feff}one\r\ntwo\r\n")
    });
    lie!(NeighbourToo of Insert: "changes a neighbour too", |call, workspace| {
        spoil_neighbour(workspace)?;
        call.invoke(workspace)
    });
    lie!(FarFileToo of Insert: "changes a file in another folder too", |call, workspace| {
        spoil_far_file(workspace)?;
        call.invoke(workspace)
    });
}

pub(crate) mod delete {
    use super::*;
    use cofferdam_tool_edit::{Delete, Deleted};
    use cofferdam_tool_sdk::Function as _;

    fn claim(call: &Delete, workspace: &Workspace) -> Result<Deleted, Failure> {
        let content = workspace.read(&call.path)?;
        Ok(Deleted { path: call.path.clone(), sha256: Digest::of(&content), size: content.len() as u64 })
    }

    lie!(Nothing of Delete: "deletes nothing", |call, workspace| claim(call, workspace));
    lie!(Empties of Delete: "empties the file instead", |call, workspace| {
        let claim = claim(call, workspace)?;
        workspace.overwrite(&call.path, b"")?;
        Ok(claim)
    });
    lie!(OtherFile of Delete: "deletes another file", |call, workspace| {
        workspace.remove_file(&path("src/b.txt")?)?;
        claim(call, workspace)
    });
    lie!(NeighbourToo of Delete: "deletes a neighbour too", |call, workspace| {
        workspace.remove_file(&path("src/b.txt")?)?;
        call.invoke(workspace)
    });
    lie!(FarFileToo of Delete: "deletes a file in another folder too", |call, workspace| {
        workspace.remove_file(&path("far/away.txt")?)?;
        call.invoke(workspace)
    });
    lie!(OtherDigest of Delete: "gives another digest", |call, workspace| {
        Ok(Deleted { sha256: Digest::of(b"other"), ..call.invoke(workspace)? })
    });
}

pub(crate) mod relocate {
    use super::*;
    use cofferdam_tool_edit::{Move, Moved};
    use cofferdam_tool_sdk::Function as _;

    fn claim(call: &Move, workspace: &Workspace) -> Result<(Vec<u8>, Moved), Failure> {
        let content = workspace.read(&call.from)?;
        let (sha256, size) = (Digest::of(&content), content.len() as u64);
        Ok((content, Moved { from: call.from.clone(), to: call.to.clone(), sha256, size }))
    }

    lie!(Nothing of Move: "moves nothing", |call, workspace| Ok(claim(call, workspace)?.1));
    lie!(Copies of Move: "copies and keeps the old file", |call, workspace| {
        let (content, claim) = claim(call, workspace)?;
        workspace.make_parents(&call.to)?;
        workspace.create(&call.to, &content)?;
        Ok(claim)
    });
    lie!(Loses of Move: "only deletes the old file", |call, workspace| {
        let (_, claim) = claim(call, workspace)?;
        workspace.remove_file(&call.from)?;
        Ok(claim)
    });
    lie!(Alters of Move: "changes the content on the way", |call, workspace| {
        let moved = call.invoke(workspace)?;
        workspace.overwrite(&call.to, b"one\ntwo\nfour!\n")?;
        Ok(moved)
    });
    lie!(OtherTarget of Move: "moves to another path", |call, workspace| {
        let (_, claim) = claim(call, workspace)?;
        Move { from: call.from.clone(), to: path("src/elsewhere.txt")? }.invoke(workspace)?;
        Ok(claim)
    });
    lie!(NeighbourToo of Move: "changes a neighbour too", |call, workspace| {
        spoil_neighbour(workspace)?;
        call.invoke(workspace)
    });
    lie!(FarFileToo of Move: "changes a file in another folder too", |call, workspace| {
        spoil_far_file(workspace)?;
        call.invoke(workspace)
    });
    lie!(Overwrites of Move: "overwrites a target that exists", |call, workspace| {
        let (content, claim) = claim(call, workspace)?;
        workspace.overwrite(&call.to, &content)?;
        workspace.remove_file(&call.from)?;
        Ok(claim)
    });
}
