//! The conditions of a rule, with what they compare tried out.
//!
//! What a condition compares with fixed values is a variable that has one of these values, or another; whatever else is true or
//! false is a variable of these two. No values that fulfil the conditions, and the rule matches nothing: an expression has one
//! value in one request. What is found is certain; what would take long to find, or needs arithmetic, is not looked for.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::Policy;
use serde_json::Value;

use crate::{
    label::Derivation,
    request::{Integrity, Origin, Via},
};

/// Most times that conditions are evaluated for one rule. Bounds the time that loading takes.
const MAX_TRIED: usize = 500;

/// Whether no values fulfil the conditions of a policy.
pub(super) fn contradicts(policy: &Policy) -> bool {
    // What has no JSON form is not looked at, like everything that is not understood.
    let Ok(json) = policy.to_json() else { return false };
    let mut reader = Reader::default();
    let mut all = Condition::Fixed(true);
    for clause in json.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        let Some(body) = clause.get("body") else { return false };
        let condition = reader.read(body);
        let condition = if clause.get("kind").is_some_and(|kind| kind == "unless") { condition.not() } else { condition };
        all = Condition::And(Box::new([all, condition]));
    }
    let mut variables: Vec<(usize, Domain)> = reader.variables.into_values().collect();
    // What is compared with values comes first: there the contradictions are, and not among the alternatives of a long list.
    variables.sort_by_key(|(variable, domain)| (domain.is_truth(), *variable));
    Search { variables, tried: 0 }.is_impossible(&all, &mut BTreeMap::new())
}

/// A condition as far as it is understood.
#[derive(Debug)]
enum Condition {
    Fixed(bool),
    /// A variable has one of these values.
    Is {
        variable: usize,
        values: BTreeSet<String>,
    },
    Not(Box<Condition>),
    And(Box<[Condition; 2]>),
    Or(Box<[Condition; 2]>),
    If(Box<[Condition; 3]>),
}

/// What a variable can be: these values, and where it is open, something else.
#[derive(Debug, Default)]
struct Domain {
    values: BTreeSet<String>,
    is_open: bool,
}

impl Domain {
    fn is_truth(&self) -> bool {
        !self.is_open && self.values.iter().all(|value| value == TRUE || value == FALSE)
    }
}

/// The spelling of a truth value.
const TRUE: &str = "true";
const FALSE: &str = "false";
/// Stands for whatever is in no list; no JSON text is empty.
const OTHER: &str = "";

#[derive(Default)]
struct Reader {
    /// By the text of the expression.
    variables: BTreeMap<String, (usize, Domain)>,
}

impl Condition {
    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Its value where the variables that are known decide it.
    fn value(&self, known: &BTreeMap<usize, String>) -> Option<bool> {
        match self {
            Self::Fixed(value) => Some(*value),
            Self::Is { variable, values } => known.get(variable).map(|value| values.contains(value)),
            Self::Not(condition) => condition.value(known).map(|value| !value),
            Self::And(both) => {
                let [one, other] = both.each_ref().map(|condition| condition.value(known));
                if one == Some(false) || other == Some(false) { Some(false) } else { one.zip(other).map(|_| true) }
            }
            Self::Or(both) => {
                let [one, other] = both.each_ref().map(|condition| condition.value(known));
                if one == Some(true) || other == Some(true) { Some(true) } else { one.zip(other).map(|_| false) }
            }
            Self::If(parts) => {
                let [condition, then, otherwise] = parts.each_ref();
                match condition.value(known) {
                    Some(true) => then.value(known),
                    Some(false) => otherwise.value(known),
                    None => then.value(known).filter(|value| otherwise.value(known) == Some(*value)),
                }
            }
        }
    }
}

impl Reader {
    fn read(&mut self, expression: &Value) -> Condition {
        let read = operation(expression).and_then(|(operator, operands)| self.read_operation(operator, operands));
        read.unwrap_or_else(|| self.truth_of(expression))
    }

    fn read_operation(&mut self, operator: &str, operands: &Value) -> Option<Condition> {
        let operand = |name: &str| operands.get(name);
        Some(match operator {
            "Value" => Condition::Fixed(operands.as_bool()?),
            "!" => self.read(operand("arg")?).not(),
            "&&" => Condition::And(Box::new([self.read(operand("left")?), self.read(operand("right")?)])),
            "||" => Condition::Or(Box::new([self.read(operand("left")?), self.read(operand("right")?)])),
            "if-then-else" => {
                Condition::If(Box::new([self.read(operand("if")?), self.read(operand("then")?), self.read(operand("else")?)]))
            }
            "==" => self.read_equal(operand("left")?, operand("right")?)?,
            "!=" => self.read_equal(operand("left")?, operand("right")?)?.not(),
            "contains" => self.one_of(operand("right")?, literals(operand("left")?)?)?,
            // Of entities that have no parents, it is the same as `==`.
            "in" => {
                let values = literals(operand("right")?).or_else(|| Some(vec![literal(operand("right")?)?]))?;
                values.iter().all(|value| enumeration(value).is_some()).then(|| self.one_of(operand("left")?, values))??
            }
            _ => return None,
        })
    }

    fn read_equal(&mut self, left: &Value, right: &Value) -> Option<Condition> {
        match (literal(left), literal(right)) {
            (Some(left), Some(right)) => Some(Condition::Fixed(left == right)),
            (None, Some(value)) => self.one_of(left, vec![value]),
            (Some(value), None) => self.one_of(right, vec![value]),
            (None, None) => None,
        }
    }

    /// An expression has one of some values.
    fn one_of(&mut self, expression: &Value, literals: Vec<&Value>) -> Option<Condition> {
        if literal(expression).is_some() {
            return None;
        }
        let values: BTreeSet<String> = literals.iter().map(|value| value.to_string()).collect();
        let (variable, domain) = self.variable(expression);
        match literals.iter().find_map(|value| enumeration(value)) {
            Some(all) => {
                domain.values.extend(all);
                // An argument that carries nothing has no label, so no label says so.
                if is_derived(expression) {
                    domain.values.remove(&entity(DERIVATION, NOTHING));
                }
            }
            None if literals.iter().all(|value| value.is_boolean()) => domain.values.extend([TRUE.to_owned(), FALSE.to_owned()]),
            None => {
                domain.values.extend(values.iter().cloned());
                domain.is_open = true;
            }
        }
        Some(Condition::Is { variable: *variable, values })
    }

    /// An expression is true.
    fn truth_of(&mut self, expression: &Value) -> Condition {
        let (variable, domain) = self.variable(expression);
        domain.values.extend([TRUE.to_owned(), FALSE.to_owned()]);
        Condition::Is { variable: *variable, values: BTreeSet::from([TRUE.to_owned()]) }
    }

    fn variable(&mut self, expression: &Value) -> &mut (usize, Domain) {
        let next = self.variables.len();
        self.variables.entry(expression.to_string()).or_insert_with(|| (next, Domain::default()))
    }
}

struct Search {
    variables: Vec<(usize, Domain)>,
    tried: usize,
}

impl Search {
    /// Whether no values of the variables that are not known yet fulfil the condition.
    fn is_impossible(&mut self, condition: &Condition, known: &mut BTreeMap<usize, String>) -> bool {
        self.tried += 1;
        match condition.value(known) {
            Some(value) => return !value,
            None if self.tried > MAX_TRIED => return false,
            None => {}
        }
        let Some((variable, domain)) = self.variables.get(known.len()) else { return false };
        let (next, other) = (*variable, domain.is_open.then(|| OTHER.to_owned()));
        let values: Vec<String> = domain.values.iter().cloned().chain(other).collect();
        for value in values {
            known.insert(next, value);
            let is_impossible = self.is_impossible(condition, known);
            known.remove(&next);
            if !is_impossible {
                return false;
            }
        }
        true
    }
}

/// The operator of an expression in Cedar's JSON, and its operands.
fn operation(expression: &Value) -> Option<(&str, &Value)> {
    expression.as_object()?.iter().next().map(|(operator, operands)| (operator.as_str(), operands))
}

/// A fixed value that another one can be compared with.
fn literal(expression: &Value) -> Option<&Value> {
    let value = expression.get("Value")?;
    (value.is_string() || value.is_number() || value.is_boolean() || value.get("__entity").is_some()).then_some(value)
}

/// The fixed values of a list.
fn literals(expression: &Value) -> Option<Vec<&Value>> {
    expression.get("Set")?.as_array()?.iter().map(literal).collect()
}

const DERIVATION: &str = "Derivation";
const NOTHING: &str = "nothing";

/// All values of the enumeration that a value is of.
fn enumeration(value: &Value) -> Option<Vec<String>> {
    let kind = value.get("__entity")?.get("type")?.as_str()?;
    let all: Vec<&str> = match kind {
        "Origin" => Origin::ALL.map(Origin::as_str).to_vec(),
        "Integrity" => Integrity::ALL.map(Integrity::as_str).to_vec(),
        "Via" => Via::ALL.map(Via::as_str).to_vec(),
        DERIVATION => Derivation::ALL.map(Derivation::as_str).into_iter().chain([NOTHING]).collect(),
        _ => return None,
    };
    Some(all.into_iter().map(|id| entity(kind, id)).collect())
}

fn entity(kind: &str, id: &str) -> String {
    serde_json::json!({ "__entity": { "type": kind, "id": id } }).to_string()
}

/// Whether an expression is the label of an argument: `context.derived.to`.
fn is_derived(expression: &Value) -> bool {
    let attribute = expression.get(".").and_then(|of| of.get("left")).and_then(|of| of.get("."));
    attribute
        .is_some_and(|of| of.get("attr").is_some_and(|name| name == "derived") && of.pointer("/left/Var").is_some_and(|of| of == "context"))
}

#[cfg(test)]
mod tests;
