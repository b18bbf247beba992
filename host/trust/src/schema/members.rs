//! What a schema says about one member, for references from postconditions and path declarations.

use serde_json::Value;

use super::{Schema, subset};

/// What a member holds, as far as references care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A string (it may be null or absent as well).
    Text,
    /// An array of strings.
    TextList,
    /// Anything else.
    Other,
}

impl Schema {
    /// The shape of the member that the names lead to through `properties`; none if the schema does not declare it.
    pub(crate) fn shape_of<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<Shape> {
        let mut schema = self.resolve(self.value());
        for name in names {
            schema = self.resolve(schema.get("properties")?.get(name)?);
        }
        Some(self.shape(schema))
    }

    /// Whether the schema itself allows objects and nothing else.
    pub(crate) fn is_object(&self) -> bool {
        self.value().get("type").and_then(Value::as_str) == Some("object")
    }

    fn shape(&self, schema: &Value) -> Shape {
        let branches = ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
        if let Some(shape) = branches.map(|branch| self.shape(self.resolve(branch))).find(|shape| *shape != Shape::Other) {
            return shape;
        }
        if says(schema, "string") {
            return Shape::Text;
        }
        let items = schema.get("items").map(|items| self.resolve(items));
        if says(schema, "array") && items.is_some_and(|items| says(items, "string")) { Shape::TextList } else { Shape::Other }
    }

    /// Follows references. The subset has none that lead in a circle and bounds how far they lead.
    fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(target) = schema.get("$ref").and_then(subset::definition_name).and_then(|name| self.value().get("$defs")?.get(name))
        {
            schema = target;
        }
        schema
    }
}

/// Whether `type` is the name or lists it.
fn says(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}
