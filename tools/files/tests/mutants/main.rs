//! Every function's lies are caught: by its `verify`, by the host's postconditions, or by both.

mod lies;

use cofferdam_tool_sdk::{
    mutant::{Mutant, tool_of},
    testing::{Bench, Manifest},
};
use lies::{glob, list, read, search};
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
        (".gitignore", b"ignored.txt\n"),
        ("a.txt", b"one\r\ntwo\nthree needles, needle\n"),
        ("b.txt", b"needle\n"),
        ("binary", b"\0"),
        ("ignored.txt", b"needle\n"),
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
fn lies_about_a_folder_are_caught() {
    assert_caught! {
        list::Omits, json!({}) => ByVerify;
        list::Invents, json!({}) => ByVerify;
        list::OtherSize, json!({}) => ByVerify;
        list::OtherOrder, json!({}) => ByVerify;
        list::ShowsIgnored, json!({}) => ByVerify;
        list::HidesTheRest, json!({"limit": 1}) => ByVerify;
        list::InventsARest, json!({}) => ByVerify;
        list::OtherFolder, json!({}) => ByVerify;
        list::Writes, json!({}) => Both;
        list::Changes, json!({"hidden": true}) => ByHost;
    }
}

#[test]
fn lies_about_a_file_are_caught() {
    let all = || json!({"path": "a.txt"});
    assert_caught! {
        read::OtherFile, all() => Both;
        read::OtherText, all() => ByVerify;
        read::UnifiedLineEnds, all() => ByVerify;
        read::OtherLines, json!({"path": "a.txt", "start": 2, "end": 2}) => ByVerify;
        read::LessThanAsked, all() => ByVerify;
        read::OtherTotal, all() => ByVerify;
        read::CallsItBinary, all() => ByVerify;
        read::CallsItText, json!({"path": "binary"}) => ByVerify;
        read::OtherDigest, all() => Both;
        read::OtherSize, all() => ByVerify;
        read::Writes, all() => ByHost;
    }
}

#[test]
fn lies_about_names_are_caught() {
    let txt = || json!({"pattern": "*.txt"});
    assert_caught! {
        glob::Omits, txt() => ByVerify;
        glob::Invents, txt() => ByVerify;
        glob::OtherPattern, txt() => ByVerify;
        glob::OtherOrder, txt() => ByVerify;
        glob::InventsARest, txt() => ByVerify;
        glob::Writes, txt() => Both;
    }
}

#[test]
fn lies_about_matching_lines_are_caught() {
    let needle = || json!({"pattern": "needle", "context": 1});
    assert_caught! {
        search::Omits, needle() => ByVerify;
        search::Invents, needle() => ByVerify;
        search::Repeats, needle() => ByVerify;
        search::OtherText, needle() => ByVerify;
        search::OtherLine, needle() => ByVerify;
        search::OtherColumn, needle() => ByVerify;
        search::OtherContext, needle() => ByVerify;
        search::SearchesIgnored, needle() => ByVerify;
        search::OtherCounts, needle() => ByVerify;
        search::InventsARest, needle() => ByVerify;
        search::InventsASkip, needle() => ByVerify;
        search::Writes, needle() => Both;
    }
}
