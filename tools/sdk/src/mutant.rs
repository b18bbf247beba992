//! Functions that lie, to prove that a verification finds lies.
//!
//! A mutant has an honest function's schemas and `verify`, a name of its own, and an `invoke` that does something else.
//! [`lies!`](crate::lies!) declares them; [`Mutated`] makes each a [`Function`], so that a test can tell the lie natively and
//! a component can tell it to the host.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::{Failure, Function, Verdict, Verification, Workspace};

/// A lying `invoke` for an honest function.
pub trait Mutant {
    /// The function that it claims to be.
    type Honest: Function;
    /// The name in calls: the honest function's, and what the lie is.
    const NAME: &'static str;

    /// Does something else than the honest function, and reports success.
    ///
    /// # Errors
    /// A [`Failure`], if even the lie cannot be told.
    fn invoke(honest: &Self::Honest, workspace: &Workspace) -> Result<<Self::Honest as Function>::Output, Failure>;
}

/// The honest function with the mutant's name and `invoke`.
pub struct Mutated<M: Mutant>(M::Honest);

impl<'de, M: Mutant> Deserialize<'de> for Mutated<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        M::Honest::deserialize(deserializer).map(Self)
    }
}

impl<M: Mutant> JsonSchema for Mutated<M> {
    fn inline_schema() -> bool {
        M::Honest::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        M::Honest::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        M::Honest::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        M::Honest::json_schema(generator)
    }
}

impl<M: Mutant> Function for Mutated<M> {
    const NAME: &'static str = M::NAME;
    type Output = <M::Honest as Function>::Output;

    fn invoke(&self, workspace: &Workspace) -> Result<Self::Output, Failure> {
        M::invoke(&self.0, workspace)
    }

    fn verify(&self, output: &Self::Output, world: &Verification) -> Verdict {
        self.0.verify(output, world)
    }
}
