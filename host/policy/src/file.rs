//! One policy file and the cases beside it, parsed.

use std::{collections::BTreeMap, sync::Arc};

use cofferdam_base::text::is_deceptive;

use crate::{
    case::{CaseFile, MAX_CASES},
    error::LoadError,
    rule::ParsedRule,
    source::PolicySource,
    statement::{StatementFault, split},
};

/// Longest policy file or cases file in bytes. Prevents that a repository makes us parse without end.
const MAX_FILE_BYTES: usize = 256 * 1024;
/// Longest file name in bytes.
const MAX_NAME_BYTES: usize = 255;

/// A policy file whose rules parse.
pub(crate) struct PolicyFile {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Vec<ParsedRule>,
    pub(crate) cases: CaseFile,
}

impl PolicyFile {
    /// Parses a file and the cases beside it.
    pub(crate) fn parse(source: &PolicySource) -> Result<Self, LoadError> {
        let PolicySource { name, text, cases, set } = source;
        let too_large = |line, what, limit| LoadError::TooLarge { file: name.chars().take(80).collect(), line, what, limit };
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(too_large(0, "bytes in its name, or none", MAX_NAME_BYTES));
        }
        if let Some(character) = name.chars().find(|c| is_deceptive(*c)) {
            return Err(LoadError::Deceptive { file: name.clone(), line: 0, character });
        }
        let cases = cases.as_deref().unwrap_or_default();
        if text.len() > MAX_FILE_BYTES || cases.len() > MAX_FILE_BYTES {
            return Err(too_large(0, "bytes", MAX_FILE_BYTES));
        }
        let statements = split(text).map_err(|fault| match fault {
            StatementFault::Deceptive { line, character } => LoadError::Deceptive { file: name.clone(), line, character },
            StatementFault::TooLarge { line, what, limit } => too_large(line, what, limit),
            StatementFault::Unfinished { line } => {
                LoadError::Syntax { file: name.clone(), line, message: "the file ends before the rule's semicolon".to_owned() }
            }
        })?;
        let name: Arc<str> = Arc::from(name.as_str());
        let mut rules = BTreeMap::new();
        for statement in statements {
            let parsed = ParsedRule::parse(&name, *set, statement)?;
            if let Some(first) = rules.insert(parsed.rule.id().to_owned(), parsed) {
                return Err(LoadError::DuplicateRule { rule: first.rule });
            }
        }
        let unusable = |message: String| LoadError::Cases { file: name.to_string(), message };
        let cases: CaseFile = toml::from_str(cases).map_err(|error| unusable(error.message().to_owned()))?;
        if cases.cases.len() > MAX_CASES {
            return Err(unusable(format!("there are more than {MAX_CASES}")));
        }
        Ok(Self { name, rules: rules.into_values().collect(), cases })
    }
}
