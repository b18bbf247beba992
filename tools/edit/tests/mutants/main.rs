//! Every function's lies are caught: by its `verify`, by the host's postconditions, or by both.

mod lies;

use cofferdam_tool_sdk::{
    mutant::{Mutant, tool_of},
    testing::{Bench, Manifest},
};
use lies::{create, delete, insert, relocate, replace};
use serde_json::{Value, json};

/// Who catches a lie.
#[derive(Debug, PartialEq, Eq)]
enum Caught {
    Both,
    ByVerify,
    ByHost,
    ByNobody,
}

fn bench() -> Bench {
    Bench::new(&[
        ("src/a.txt", b"one\ntwo\nthree\n"),
        ("src/b.txt", b"other\n"),
        ("src/crlf.txt", b"\xef\xbb\xbfone\r\ntwo\r\n"),
        ("far/away.txt", b"far\n"),
    ])
}

fn caught<M: Mutant>(arguments: Value) -> Caught {
    let bench = bench();
    let function = <M::Honest as cofferdam_tool_sdk::Function>::NAME;
    let run = bench.run(&tool_of::<M>(), function, arguments);
    match (run.verdict(), Manifest::parse(include_str!("../../tool.toml")).check(&run)) {
        (Err(_), Err(_)) => Caught::Both,
        (Err(_), Ok(())) => Caught::ByVerify,
        (Ok(_), Err(_)) => Caught::ByHost,
        (Ok(_), Ok(())) => Caught::ByNobody,
    }
}

/// One line per lie: `mutant, arguments => who catches it`.
macro_rules! assert_caught {
    ($($mutant:ty, $arguments:expr => $by:ident;)+) => {
        $(assert_eq!(caught::<$mutant>($arguments), Caught::$by, "{}", <$mutant as Mutant>::LIE);)+
    };
}

#[test]
fn lies_about_a_created_file_are_caught() {
    let new = || json!({"path": "src/new.txt", "content": "new\n"});
    assert_caught! {
        create::Nothing, new() => Both;
        create::OtherContent, new() => Both;
        create::OtherFile, new() => Both;
        create::NeighbourToo, new() => Both;
        create::FarFileToo, new() => ByHost;
        create::OtherDigest, new() => Both;
        create::OtherLines, new() => ByVerify;
        // No postcondition says that a file was not there before.
        create::Overwrites, json!({"path": "src/a.txt", "content": "new\n"}) => ByVerify;
    }
}

#[test]
fn lies_about_a_replaced_text_are_caught() {
    let two = || json!({"path": "src/a.txt", "find": "two", "put": "2"});
    assert_caught! {
        replace::Nothing, two() => Both;
        replace::OtherText, two() => Both;
        replace::OtherFile, json!({"path": "src/a.txt", "find": "o", "put": "0"}) => Both;
        replace::EveryOccurrence, json!({"path": "src/a.txt", "find": "e", "put": "E"}) => Both;
        replace::FirstOfSeveral, json!({"path": "src/a.txt", "find": "e", "put": "E"}) => Both;
        replace::LineEndsToo, json!({"path": "src/crlf.txt", "find": "two", "put": "2"}) => Both;
        replace::NeighbourToo, two() => Both;
        replace::FarFileToo, two() => ByHost;
        replace::OtherLineNumber, two() => ByVerify;
    }
}

#[test]
fn lies_about_inserted_lines_are_caught() {
    let first = || json!({"path": "src/a.txt", "line": 2, "text": "between"});
    let crlf = || json!({"path": "src/crlf.txt", "line": 1, "text": "zero"});
    assert_caught! {
        insert::Nothing, first() => Both;
        insert::OtherPlace, first() => ByVerify;
        insert::OtherText, first() => ByVerify;
        insert::OverALine, first() => ByVerify;
        insert::OtherLineEnds, crlf() => ByVerify;
        insert::BeforeTheMark, crlf() => ByVerify;
        insert::NeighbourToo, first() => Both;
        insert::FarFileToo, first() => ByHost;
    }
}

#[test]
fn lies_about_a_deleted_file_are_caught() {
    let gone = || json!({"path": "src/a.txt"});
    assert_caught! {
        delete::Nothing, gone() => Both;
        delete::Empties, gone() => Both;
        delete::OtherFile, gone() => Both;
        delete::NeighbourToo, gone() => Both;
        delete::FarFileToo, gone() => ByHost;
        delete::OtherDigest, gone() => ByVerify;
    }
}

#[test]
fn lies_about_a_moved_file_are_caught() {
    let moved = || json!({"from": "src/a.txt", "to": "lib/c.txt"});
    assert_caught! {
        relocate::Nothing, moved() => Both;
        relocate::Copies, moved() => Both;
        relocate::Loses, moved() => Both;
        relocate::Alters, moved() => Both;
        relocate::OtherTarget, moved() => Both;
        relocate::NeighbourToo, moved() => Both;
        relocate::FarFileToo, moved() => ByHost;
        // No postcondition says that a file was not there before.
        relocate::Overwrites, json!({"from": "src/a.txt", "to": "src/b.txt"}) => ByVerify;
    }
}
