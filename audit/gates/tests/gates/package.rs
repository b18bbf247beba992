//! The gate over a package that would be published.

use super::support::run;

fn gate(files: &[(&str, &str)], arguments: &[&str]) -> (u8, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let arguments = [&["package", "--root", folder.path().to_str().unwrap()], arguments].concat();
    let outcome = run(&arguments, b"");
    (outcome.exit, outcome.stdout + &outcome.stderr)
}

const MANIFEST: (&str, &str) = ("package.json", r#"{"name":"a","version":"1.0.0","main":"a.js"}"#);

#[test]
fn a_package_without_leaks_passes_and_one_with_its_sources_in_a_map_does_not() {
    let (exit, text) = gate(&[MANIFEST, ("a.js", "1;\n")], &[]);
    assert!(exit == 0 && text.starts_with("package: 2 files, "), "{text}");
    let map = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["const secret = 1;"],"mappings":"AAAA"}"#;
    let (exit, text) = gate(&[MANIFEST, ("a.js", "1;\n"), ("a.js.map", map)], &["."]);
    assert!(exit == 1 && text.contains("error[gate.package-leak]: `a.js.map`: "), "{text}");
    assert!(text.contains("\nhint: "));
}

#[test]
fn a_folder_that_is_no_package_or_lies_outside_does_not_pass() {
    let (exit, text) = gate(&[], &[]);
    assert!(exit == 1 && text.starts_with("error[gate.package-uninspected]: "), "{text}");
    let (exit, text) = gate(&[MANIFEST], &["../x"]);
    assert!(exit == 2 && text.starts_with("error[gate.package-outside]: "), "{text}");
}

#[test]
fn a_package_whose_list_of_files_is_not_known_does_not_pass() {
    let builds_itself =
        "[build-system]\nrequires = []\nbuild-backend = \"b\"\nbackend-path = [\".\"]\n[project]\nname = \"a\"\nversion = \"1\"\n";
    let (exit, text) = gate(&[("pyproject.toml", builds_itself)], &[]);
    assert!(exit == 1 && text.starts_with("error[gate.package-unknown]: "), "{text}");
}

#[test]
fn a_report_that_was_cut_does_not_pass() {
    let map = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["const secret = 1;"],"mappings":"AAAA"}"#;
    let names: Vec<String> = (0..2001).map(|number| format!("a{number}.js.map")).collect();
    let maps = names.iter().map(|name| (name.as_str(), map));
    let (exit, text) = gate(&std::iter::once(MANIFEST).chain(maps).collect::<Vec<_>>(), &[]);
    assert!(exit == 1 && text.starts_with("error[gate.package-cut]: "), "{}", text.lines().next().unwrap());
}
