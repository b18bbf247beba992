//! Finds tests that are switched off.

/// The numbers, from one, of the lines that switch a test off.
pub(super) fn ignored_tests(text: &str) -> impl Iterator<Item = usize> {
    let switched_off = |line: &str| {
        let attribute = line.trim_start();
        let named = |name: &str| attribute.strip_prefix(name).is_some_and(|rest| rest.starts_with([']', ' ', '=']));
        named("#[ignore") || (attribute.starts_with("#[cfg_attr(") && (attribute.contains(", ignore)") || attribute.contains(", ignore =")))
    };
    text.lines().zip(1..).filter(move |(line, _)| switched_off(line)).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_attribute_and_not_what_only_looks_like_it() {
        let text = concat!(
            "// #[ignore]\n",
            "    #[ignore]\n",
            "#[ignored]\n",
            "    #[ignore = \"slow\"]\n",
            "#[cfg_attr(miri, ignore)]\n",
            "#[cfg_attr(miri, ignore = \"x\")]\n",
            "let ignore = 1;\n",
        );
        assert_eq!(ignored_tests(text).collect::<Vec<_>>(), [2, 4, 5, 6]);
    }
}
