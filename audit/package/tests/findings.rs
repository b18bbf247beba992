//! What is found in a package, and what is said about it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "this test makes its trees by itself")]
mod support;

use cofferdam_base::WorkspacePath;
use cofferdam_package_audit::{Code, Finding, MemoryTree, Report, Severity, inspect};
use support::path;

fn package(files: &[(&str, &[u8])]) -> Report {
    let start = MemoryTree::default().with_file(path("package.json"), r#"{"name":"p","version":"1.0.0"}"#);
    let tree = files.iter().fold(start, |tree, (name, content)| tree.with_file(path(name), *content));
    inspect(&tree, &WorkspacePath::root(), None).unwrap()
}

fn finding(report: &Report, code: Code) -> &Finding {
    report.findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("no {code:?} in {:?}", report.findings))
}

const MAP: &[u8] = br#"{"version":3,"sources":["a.ts","b.ts"],"sourcesContent":["one\ntwo\n","three"],"mappings":"AAAA"}"#;

#[test]
fn a_map_with_sources_is_the_first_finding() {
    let report = package(&[("cli.js", b"x\n//# sourceMappingURL=cli.js.map"), ("cli.js.map", MAP)]);
    let first = &report.findings[0];
    assert_eq!((first.severity, first.code, first.path.as_str()), (Severity::High, Code::SourceMapWithSources, "cli.js.map"));
    assert_eq!(first.detail, "the map carries 2 sources with 3 lines");
    assert_eq!(finding(&report, Code::SourceMapReference).path, "cli.js");
}

#[test]
fn a_map_without_sources_and_a_reference_to_a_missing_map_are_less() {
    let report = package(&[("a.js.map", br#"{"version":3,"mappings":""}"#), ("b.js", b"//# sourceMappingURL=gone.js.map")]);
    let codes: Vec<Code> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::SourceMap]);
}

#[test]
fn counts_the_sources_of_an_inline_map() {
    // {"sourcesContent":["a\nb"],"mappings":""}
    let inline =
        b"x //# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJzb3VyY2VzQ29udGVudCI6WyJhXG5iIl0sIm1hcHBpbmdzIjoiIn0=\n";
    let report = package(&[("a.js", inline), ("b.css", b"/*# sourceMappingURL=data:application/json,%7B%22mappings%22%3A%22%22%7D */")]);
    assert_eq!(finding(&report, Code::InlineSourceMapWithSources).detail, "a map in the file carries 1 sources with 2 lines");
    assert_eq!(finding(&report, Code::InlineSourceMap).path, "b.css");
}

/// Made up here, in pieces, so that no tool takes this file for one with secrets in it.
fn secrets() -> Vec<(Code, String)> {
    let mixed = "q8Zt3LkV0xWn5RbY2mHc7PsJ9dFgA1eU4iOz";
    let long = format!("{mixed}{mixed}");
    vec![
        (Code::AwsAccessKey, format!("AK{}", "IAJ5Q7ZK3MNP2RTVWX")),
        (Code::GithubToken, format!("gh{}{mixed}", "p_")),
        (Code::GithubToken, format!("github{}{long}", "_pat_")),
        (Code::RegistryToken, format!("np{}{mixed}", "m_")),
        (Code::RegistryToken, format!("pypi{}{long}", "-AgEIcHlwaS5vcmc")),
        (Code::RegistryToken, format!("ci{}{}", "o", mixed.get(..32).unwrap())),
        (Code::SlackToken, format!("xo{}{mixed}", "xb-")),
        (Code::GoogleApiKey, format!("AI{}{}", "za", mixed.get(..35).unwrap())),
        (Code::AnthropicKey, format!("sk{}{long}", "-ant-api03-")),
        (Code::OpenaiKey, format!("sk{}{long}", "-proj-")),
        (Code::StripeKey, format!("sk{}{mixed}", "_live_")),
        (Code::Jwt, format!("ey{}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{mixed}", "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")),
    ]
}

#[test]
fn finds_each_kind_of_secret_and_never_shows_it() {
    for (code, secret) in secrets() {
        let report = package(&[("a.js", format!("first\nconst k = '{secret}';\n").as_bytes())]);
        let found = finding(&report, code);
        assert!(found.detail.contains("in line 2"), "{}", found.detail);
        let shown: String = secret.chars().take(4).collect();
        assert!(found.detail.contains(&format!("`{shown}…`")), "{}", found.detail);
        let whole = serde_json::to_string(&report).unwrap();
        assert!(!whole.contains(secret.get(..12).unwrap()), "{whole}");
    }
}

#[test]
fn placeholders_and_documentation_are_no_secrets() {
    let text = [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "_authToken=${NPM_TOKEN}",
        "password = \"changeme-changeme-changeme\"",
        "-----BEGIN PRIVATE KEY-----",
    ];
    let report = package(&[("a.js", text.join("\n").as_bytes())]);
    assert_eq!(report.findings, []);
}

#[test]
fn finds_a_private_key_wherever_it_is() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(3);
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        let key = format!("-----BEGIN {kind}PRIVATE KEY-----\n{body}");
        assert_eq!(finding(&package(&[("x.txt", key.as_bytes())]), Code::PrivateKey).severity, Severity::High);
        let escaped = key.replace('\n', "\\n");
        assert_eq!(finding(&package(&[("x.js", escaped.as_bytes())]), Code::PrivateKey).path, "x.js");
    }
}

#[test]
fn finds_registry_credentials_and_random_values() {
    let report = package(&[
        ("conf/npmrc", b"//registry.example.com/:_authToken=0123456789abcdef\n"),
        ("a.py", b"api_key = \"q8Zt3LkV0xWn5RbY2mHc7PsJ\"\n"),
    ]);
    assert_eq!(finding(&report, Code::RegistryCredentials).severity, Severity::High);
    assert_eq!(finding(&report, Code::HighEntropyValue).severity, Severity::Low);
}

#[test]
fn looks_into_the_start_and_the_end_of_a_large_file_and_says_so() {
    let (_, secret) = secrets().swap_remove(0);
    let mut large = vec![b'.'; 17 << 20];
    large.extend(format!(" {secret} ").into_bytes());
    let report = package(&[("a.bin", &large)]);
    assert!(finding(&report, Code::AwsAccessKey).detail.contains("near the end"));
    assert_eq!(finding(&report, Code::PartlyScanned).path, "a.bin");
    assert_eq!(finding(&report, Code::LargeFile).path, "a.bin");
}

#[test]
fn finds_debug_symbols_in_a_binary() {
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(0x40, 0);
    let names = b"\0.text\0.debug_info\0";
    elf[0x28..0x30].copy_from_slice(&(0x40 + names.len() as u64).to_le_bytes());
    elf[0x3a..0x40].copy_from_slice(&[64, 0, 1, 0, 0, 0]);
    elf.extend(names);
    let mut section = [0_u8; 64];
    section[0x18..0x20].copy_from_slice(&0x40_u64.to_le_bytes());
    section[0x20..0x28].copy_from_slice(&(names.len() as u64).to_le_bytes());
    elf.extend(section);
    let stripped: Vec<u8> = elf.iter().map(|byte| if *byte == b'_' { b'-' } else { *byte }).collect();
    let report = package(&[("bin/a", &elf), ("bin/b", &stripped), ("c.pdb", b"Microsoft C/C++ MSF 7.00\r\n\x1aDS")]);
    let paths: Vec<&str> =
        report.findings.iter().filter(|finding| finding.code == Code::DebugSymbols).map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["bin/a", "c.pdb"]);
}

#[test]
fn a_promised_file_that_is_missing_and_a_script_that_may_make_it_are_said() {
    let tree = MemoryTree::default().with_file(
        path("package.json"),
        r#"{"name":"p","version":"1.0.0","main":"dist/index","exports":{".":{"import":"./dist/m.js"}},"scripts":{"prepack":"tsc"}}"#,
    );
    let report = inspect(&tree, &WorkspacePath::root(), None).unwrap();
    assert_eq!(finding(&report, Code::MissingEntry).detail, "`main` names `dist/index`, which is not in the package, and 1 more");
    assert_eq!(finding(&report, Code::LifecycleScript).severity, Severity::Low);
    let built = tree.with_file(path("dist/index.js"), "").with_file(path("dist/m.js"), "");
    let report = inspect(&built, &WorkspacePath::root(), None).unwrap();
    assert!(report.findings.iter().all(|finding| finding.code != Code::MissingEntry));
}

#[test]
fn a_long_list_is_cut_and_its_totals_are_whole() {
    let names: Vec<String> = (0..8_500).map(|index| format!("f{index:05}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"xx".as_slice())).collect();
    let report = package(&files);
    assert!(report.files_truncated && !report.is_complete());
    assert_eq!((report.files.len(), report.file_count), (cofferdam_package_audit::MAX_LISTED_FILES, 8_501));
    assert_eq!(report.total_bytes, 2 * 8_500 + 30);
}
