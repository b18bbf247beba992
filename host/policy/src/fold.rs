//! Names as the most lenient file system compares them.

use cofferdam_base::{WorkspacePath, text::is_deceptive};
use unicode_normalization::UnicodeNormalization as _;

/// The components of a path, each folded with [`fold`], from the root down.
pub(crate) fn fold_path(path: &WorkspacePath) -> Vec<String> {
    path.components().map(fold).collect()
}

/// One name, folded: compatibility forms are made plain (NFKC), letters are lower case, invisible characters and trailing
/// dots and spaces are dropped.
///
/// Sources: HFS+ ignores zero-width characters and case (CVE-2014-9390), NTFS ignores case and trailing dots and spaces
/// (CVE-2019-1351 and following), APFS compares normalised names.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = if name.is_ascii() {
        name.chars().filter(|c| !c.is_ascii_control()).map(|c| c.to_ascii_lowercase()).collect::<String>()
    } else {
        // Upper case first: it joins what lower case alone keeps apart (`ſ` and `s`, final and other sigma).
        name.nfkc().filter(|c| !is_invisible(*c)).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
    };
    folded.truncate(folded.trim_end_matches(['.', ' ']).len());
    folded
}

/// What neither a person nor a lenient file system sees: `Default_Ignorable_Code_Point` (Unicode DerivedCoreProperties) and controls.
fn is_invisible(c: char) -> bool {
    is_deceptive(c)
        || matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether file systems disagree on which file a name means, in a way that folding does not settle: NTFS streams (`a:b`),
/// backslashes, 8.3 short names (`A~1`).
pub(crate) fn is_ambiguous(name: &str) -> bool {
    let short = name.split('~').skip(1).any(|tail| tail.starts_with(|c: char| c.is_ascii_digit()));
    short || name.contains([':', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_names_of_some_file_system_fold_to_one() {
        for name in
            [".GIT", ".Git.", ".git ", ".git. .", ".g\u{200c}it", "\u{feff}.git", "．ｇｉｔ", ".gi\u{fe0f}t", "\u{2024}git", ".g\tit"]
        {
            assert_eq!(fold(name), ".git", "{name:?}");
        }
        assert_eq!(fold(".ſvn"), ".svn");
        assert_eq!(fold("\u{212a}EY.PEM"), "key.pem");
    }

    #[test]
    fn says_where_folding_is_not_enough() {
        for name in ["a.pem::$DATA", "a\\b", "GIT~1", "x~12.txt"] {
            assert!(is_ambiguous(name), "{name}");
        }
        for name in ["a~", "a~b", "a.txt~", "файл.txt"] {
            assert!(!is_ambiguous(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn ascii_and_unicode_folding_agree(name in "[ -~\t]{0,20}") {
            let unicode: String = name.nfkc().filter(|c| !is_invisible(*c)).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
            prop_assert_eq!(fold(&name), unicode.trim_end_matches(['.', ' ']));
        }
    }
}
