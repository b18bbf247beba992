//! The table of a tool's lies: what each tells, on which call, and who catches it.

use crate::{
    Function, Tool,
    mutant::{Mutant, Mutated},
    tool::Row,
};

/// A lie, the call that it is told on, and who catches it. [`lies!`](crate::lies!) makes them.
#[derive(Debug, Clone, Copy)]
pub struct Lie {
    /// Its name in calls.
    pub name: &'static str,
    /// The function that it claims to be.
    pub honest: &'static str,
    /// What is wrong with what it does or says.
    pub wrong: Wrong,
    /// The arguments of the call, as JSON text.
    pub arguments: &'static str,
    /// Who catches it.
    pub caught: Caught,
    row: Row,
}

/// What is wrong with what a mutant does or says. A function whose lies are not of every kind is not well tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Nothing was done, or nothing was found.
    NothingDone,
    /// The content or the words are others.
    OtherContent,
    /// Another file or place.
    OtherFile,
    /// What was asked for, and more; of a function that reads, any change.
    TooMuchDone,
}

impl Wrong {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::NothingDone, Self::OtherContent, Self::OtherFile, Self::TooMuchDone];
}

/// Who catches a lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    /// The host's own checks, and the tool's `verify` would have.
    Both,
    /// The host's own checks alone.
    ByHost,
    /// The tool's `verify` alone.
    ByVerify,
}

impl Lie {
    /// The lie of a mutant.
    #[must_use]
    pub const fn of<M: Mutant>(wrong: Wrong, arguments: &'static str, caught: Caught) -> Self {
        let (name, honest) = (M::NAME, <M::Honest as Function>::NAME);
        Self { name, honest, wrong, arguments, caught, row: Row::of::<Mutated<M>>() }
    }
}

/// One tool of the honest functions and of lies about them. Its table is never freed: a component needs it as long as it
/// lives, and a test makes few.
#[must_use]
pub fn tool_with_lies<'a>(honest: Tool, lies: impl IntoIterator<Item = &'a Lie>) -> Tool {
    let mut rows = honest.rows().to_vec();
    rows.extend(lies.into_iter().map(|lie| lie.row));
    Tool::new(rows.leak())
}

/// Declares the lies about one function: for each its name, what is [`Wrong`], the arguments that it is told on, and who
/// has [`Caught`] it. It either `does` something else than the honest function, or `says` something else of it.
///
/// ```text
/// lies! {
///     const LIES of Count;
///     "count-nothing": NothingDone, r#"{"path": "a"}"# => ByVerify, does |_call, _workspace| Ok(Counted { bytes: 0 });
///     "count-one-more": OtherContent, r#"{"path": "a"}"# => ByVerify, says |output| output.bytes += 1;
/// }
/// ```
#[macro_export]
macro_rules! lies {
    (
        $visibility:vis const $lies:ident of $honest:ty;
        $(
            $name:literal: $wrong:ident, $arguments:expr => $caught:ident,
            $(does |$call:ident, $workspace:ident| $body:expr;)? $(says |$output:ident| $change:expr;)?
        )+
    ) => {
        /// The lies.
        $visibility const $lies: &[$crate::Lie] = &[$({
            struct Told;

            impl $crate::mutant::Mutant for Told {
                type Honest = $honest;
                const NAME: &'static str = $name;

                fn invoke(
                    honest: &$honest,
                    workspace: &$crate::Workspace,
                ) -> ::std::result::Result<<$honest as $crate::Function>::Output, $crate::Failure> {
                    $(
                        let ($call, $workspace) = (honest, workspace);
                        $body
                    )?
                    $(
                        let mut $output = $crate::Function::invoke(honest, workspace)?;
                        $change;
                        ::std::result::Result::Ok($output)
                    )?
                }
            }

            $crate::Lie::of::<Told>($crate::lie::Wrong::$wrong, $arguments, $crate::lie::Caught::$caught)
        }),+];
    };
}
