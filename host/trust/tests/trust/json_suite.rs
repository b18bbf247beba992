//! The argument parser against JSONTestSuite.

use std::{collections::BTreeMap, fs, path::PathBuf};

use cofferdam_trust::json::{Json, JsonError};

const LIMIT: u64 = 1 << 20;

/// Accepted by every parser without limits, refused here on purpose: numbers beyond ±(2^53 - 1), which RFC 8259 section 6
/// lets a parser limit, and one member twice, which its section 4 calls unpredictable.
const REFUSED_ON_PURPOSE: &[&str] = &[
    "y_number.json",
    "y_number_real_capital_e.json",
    "y_number_real_exponent.json",
    "y_number_real_fraction_exponent.json",
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_extreme_numbers.json",
];

#[expect(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/json-test-suite");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let json = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json"));
    json.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn accepts_what_every_parser_must_and_refuses_the_rest() {
    let files = files();
    assert_eq!(files.len(), 281);
    let wrong: Vec<&String> =
        files.iter().filter(|(name, bytes)| Json::parse(bytes, LIMIT).is_ok() != name.starts_with("y_")).map(|(name, _)| name).collect();
    assert_eq!(wrong, REFUSED_ON_PURPOSE);
}

#[test]
fn refuses_a_hundred_thousand_open_arrays_without_a_stack_overflow() {
    for text in ["[".repeat(100_000), "[{\"\":".repeat(50_000)] {
        assert!(matches!(Json::parse(text.as_bytes(), LIMIT), Err(JsonError::TooDeep)));
    }
}
