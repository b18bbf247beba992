//! What `tools.lock` and `keyring.toml` have in common: a version that is read first, and values laid out line by line.

use serde::de::DeserializeOwned;

/// Why a file is not read.
#[derive(Debug)]
pub(crate) enum FormatError {
    /// Larger than allowed.
    TooLarge,
    /// Not TOML of the known form.
    Malformed(String),
    /// A version that this program does not know.
    Version(i64),
}

/// Reads a file of at most `limit` bytes and the version `known`; `T` is what is in it besides the version.
///
/// The version is looked at first, so that a later format is named as such and not as a wrong member.
pub(crate) fn parse_versioned<T: DeserializeOwned>(toml: &str, limit: usize, known: u32) -> Result<T, FormatError> {
    if toml.len() > limit {
        return Err(FormatError::TooLarge);
    }
    let malformed = |error: toml::de::Error| FormatError::Malformed(error.message().to_owned());
    let mut table: toml::Table = toml::from_str(toml).map_err(malformed)?;
    match table.remove("version").and_then(|version| version.as_integer()) {
        Some(version) if version == i64::from(known) => table.try_into().map_err(malformed),
        Some(version) => Err(FormatError::Version(version)),
        None => Err(FormatError::Malformed("it has no `version` that is a number".to_owned())),
    }
}

/// A string in quotes, with TOML's escapes.
pub(crate) fn quote(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// Strings in brackets, on one line.
pub(crate) fn quote_list<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| quote(&value.to_string())).collect();
    format!("[{}]", quoted.join(", "))
}
